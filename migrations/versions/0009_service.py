"""Who runs, what ran, what is paused or waits to be applied, and what markets cost when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Int, Json, Mana, Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("epoch", Int, autoincrement=False, nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
        sqlite_strict=True,
    )
    op.create_table(
        "job_runs",
        sa.Column("id", Int, nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("told", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_runs"),
        sqlite_strict=True,
    )
    op.create_index("ix_job_runs_job_started_at", "job_runs", ["job", "started_at"], unique=False)
    op.create_table(
        "switches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", Json(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switches"),
        sqlite_strict=True,
    )
    op.create_table(
        "plan_cards",
        sa.Column("id", Int, nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("checksum", sa.Text(), nullable=False),
        sa.Column("summary", Json(), nullable=False),
        sa.Column("cost_mana", Mana(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("revision", Int, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan_cards"),
        sqlite_strict=True,
    )
    op.create_index(
        "ux_plan_cards_living",
        "plan_cards",
        ["debate"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "price_samples",
        sa.Column("market", Int, autoincrement=False, nullable=False),
        sa.Column("at", Int, autoincrement=False, nullable=False),
        sa.Column("shares", Json(), nullable=False),
        sa.Column("liquidity_mana", Mana(), nullable=True),
        sa.ForeignKeyConstraint(["market"], ["markets.id"], name="fk_price_samples_market_markets"),
        sa.PrimaryKeyConstraint("market", "at", name="pk_price_samples"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reminders",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_reminders"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("reminders")
    op.drop_table("price_samples")
    op.drop_table("plan_cards")
    op.drop_table("switches")
    op.drop_table("job_runs")
    op.drop_table("leases")
