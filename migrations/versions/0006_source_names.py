"""Whose a source's name is: two debates in one store may not mean different things by one name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_names",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_names"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("source_names")
