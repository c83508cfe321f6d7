"""Make the tables of what came in, what is promised to go out, weekly tips and long buttons."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "inbox",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("event", sa.String(64), nullable=False, unique=True),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("received", sa.String(32), nullable=False),
        sa.Column("due", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("handled", sa.String(32)),
        sa.Column("fault", sa.String(64)),
    )
    op.create_index("inbox_waiting", "inbox", ["handled", "due"])
    op.create_index("inbox_line", "inbox", ["line", "handled"])
    op.create_table(
        "outbox",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("made", sa.String(32), nullable=False),
        sa.Column("due", sa.String(32), nullable=False),
        sa.Column("leased", sa.String(32)),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
        sa.Column("optional", sa.Boolean, nullable=False),
        sa.Column("done", sa.String(32)),
        sa.Column("given_up", sa.String(200)),
    )
    op.create_index("outbox_waiting", "outbox", ["done", "due"])
    op.create_index("outbox_line", "outbox", ["line", "done"])
    op.create_table(
        "subscriptions",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("due", sa.String(32), nullable=False, index=True),
    )
    op.create_table(
        "long_buttons",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
