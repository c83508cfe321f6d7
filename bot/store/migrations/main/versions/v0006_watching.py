"""Let a watch say what was told and how often it failed, and keep where a lead was reached before a change."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; of what is due now, the outbox still knows what was told."""
    op.add_column("watches", sa.Column("wave_due", sa.String(32)))
    op.add_column("watches", sa.Column("told", sa.Integer, nullable=False, server_default="0"))
    op.add_column("watches", sa.Column("failed", sa.Integer, nullable=False, server_default="0"))
    op.add_column("holders", sa.Column("sealed", sa.LargeBinary))
    op.execute(
        "UPDATE watches SET wave_due = due,"
        " told = CASE WHEN due = touched THEN 0 ELSE (SELECT count(*) FROM record"
        " WHERE record.case_id = watches.case_id AND record.step IN ('message', 'reply')) END"
    )
