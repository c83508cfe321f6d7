"""Make the tables of the case page: its links, its sessions and the second factors."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "links",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("cookie", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("idle", sa.String(32), nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
    )
    op.create_table(
        "second_factors",
        sa.Column("holder", sa.String(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.Column("since", sa.String(32), nullable=False),
    )
