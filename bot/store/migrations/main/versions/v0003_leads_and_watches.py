"""Make the tables of leads, how they are known, what watches over each case, alarms and counted tries."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables, and watch over the cases that are there."""
    op.create_table(
        "holders",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("school", sa.String(64), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("roles", sa.String(400), nullable=False),
        sa.Column("contact", sa.String(64), nullable=False),
        sa.Column("since", sa.String(32), nullable=False),
        sa.Column("until", sa.String(32)),
    )
    op.create_index("holders_by_label", "holders", ["school", "label", "until"])
    op.create_table(
        "identities",
        sa.Column("holder", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("enrolled", sa.String(32), nullable=False),
    )
    op.create_index("identities_by_account", "identities", ["account"])
    op.create_table(
        "enrolments",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
    )
    op.create_table(
        "watches",
        sa.Column("case_id", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("lead", sa.String(64)),
        sa.Column("wave", sa.Integer, nullable=False),
        sa.Column("due", sa.String(32)),
        sa.Column("touched", sa.String(32), nullable=False),
    )
    op.create_index("watches_due", "watches", ["due"])
    op.execute(
        "INSERT INTO watches (case_id, state, wave, due, touched)"
        " SELECT id, CASE WHEN opened IS NULL THEN 'new' ELSE 'taken' END, 0, received, received FROM cases"
    )
    op.create_table(
        "alarms",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("since", sa.String(32), nullable=False),
    )
    op.create_table(
        "tries",
        sa.Column("who", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
    )
