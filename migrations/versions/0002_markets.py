"""What we asked: whose store it is, frozen specs, what is open on Manifold, verdicts on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Int, Json, Mana, Moment
from migrations.guards import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stores",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_stores_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_stores"),
        sqlite_strict=True,
    )
    op.create_table(
        "specs",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("sources", Json(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_specs"),
        sqlite_strict=True,
    )
    op.create_index("ix_specs_debate_slug", "specs", ["debate", "slug"], unique=False)
    op.create_table(
        "markets",
        sa.Column("id", Int, nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("opening", Int, autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answers", Json(), nullable=False),
        sa.Column("subsidy_mana", Mana(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("closes_at", Moment(), nullable=True),
        sa.Column("resolved_at", Moment(), nullable=True),
        sa.Column("revision", Int, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["version"], ["specs.version"], name="fk_markets_version_specs"),
        sa.PrimaryKeyConstraint("id", name="pk_markets"),
        sa.UniqueConstraint("debate", "slug", "opening", name="uq_markets_debate_slug_opening"),
        sa.UniqueConstraint("market_id", name="uq_markets_market_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "verdicts",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("as_of", Int, autoincrement=False, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", "evidence", "as_of", name="pk_verdicts"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect(op.get_bind(), "specs")


def downgrade() -> None:
    op.drop_table("verdicts")
    op.drop_table("markets")
    op.drop_table("specs")
    op.drop_table("stores")
