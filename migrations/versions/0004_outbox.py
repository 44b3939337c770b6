"""What we did outside: one row for each write, and the mana it may cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Int, Json, Mana, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", Int, nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("mana", Mana(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", Int, autoincrement=False, nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("answer", Json(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closing", Int, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_debate_state", "outbox", ["debate", "state"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("id", Int, nullable=False),
        sa.Column("outbox", Int, autoincrement=False, nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("reserved_mana", Mana(), nullable=False),
        sa.Column("settled_mana", Mana(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["outbox"], ["outbox.id"], name="fk_ledger_outbox_outbox"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.UniqueConstraint("outbox", name="uq_ledger_outbox"),
        sqlite_strict=True,
    )
    op.create_index("ix_ledger_budget", "ledger", ["budget"], unique=False)


def downgrade() -> None:
    op.drop_table("ledger")
    op.drop_table("outbox")
