"""When each market was last read whole, and what its description was then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "whole_reads",
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("posted", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.Column("read_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("market_id", name="pk_whole_reads"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("whole_reads")
