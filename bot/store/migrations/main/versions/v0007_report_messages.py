"""Keep which messages of a chat hold words of a report, so that they can be deleted there."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; of messages sent before, nothing is known."""
    op.create_table(
        "report_messages",
        sa.Column("chat", sa.String(64), primary_key=True),
        sa.Column("message", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("noted", sa.String(32), nullable=False, index=True),
    )
