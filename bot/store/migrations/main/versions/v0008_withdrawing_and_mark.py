"""Keep what a message that waits to be sent tells of, to withdraw it, and a mark of where the record ends."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add both; what waits already can't be withdrawn, and the record is marked with its next step."""
    op.add_column("outbox", sa.Column("about", sa.String(64)))
    op.add_column("chain", sa.Column("mark", sa.String(64)))
