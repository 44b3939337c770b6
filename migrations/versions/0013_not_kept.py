"""Who does not want their sentences kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "not_kept",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_not_kept"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("not_kept")
