"""Make the table of weekly tips anew, by channel; nothing was ever written into the first one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table anew."""
    op.drop_table("subscriptions")
    op.create_table(
        "subscriptions",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("due", sa.String(32), nullable=False, index=True),
    )
