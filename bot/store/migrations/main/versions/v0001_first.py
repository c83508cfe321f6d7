"""Make the first tables: memory, drafts, cases, their readers and the record."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "memory",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(64), primary_key=True),
        sa.Column("ability", sa.String(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("until", sa.String(32)),
    )
    op.create_table(
        "drafts",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("touched", sa.String(32), nullable=False, index=True),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("school", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("receipt", sa.String(64), nullable=False, unique=True),
        sa.Column("draft", sa.String(64), nullable=False, unique=True),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("received", sa.String(32), nullable=False),
        sa.Column("opened", sa.String(32)),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "readers",
        sa.Column("case_id", sa.String(32), primary_key=True),
        sa.Column("reader", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_index("readers_by_reader", "readers", ["reader"])
    op.create_table(
        "record",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.String(32), nullable=False, index=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("chained", sa.String(64), nullable=False),
    )
    chain = op.create_table(
        "chain",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("chained", sa.String(64), nullable=False),
    )
    op.bulk_insert(chain, [{"one": 1, "number": 0, "chained": ""}])
