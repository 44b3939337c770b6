"""What people said: proposals, votes, objections and resolutions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Int, Json, Moment
from migrations.guards import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", Int, nullable=False),
        sa.Column("market", Int, autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("semantics", Int, autoincrement=False, nullable=False),
        sa.Column("as_of", Moment(), nullable=False),
        sa.Column("last_snapshot", Int, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", Int, autoincrement=False, nullable=False),
        sa.Column("revision", Int, autoincrement=False, nullable=False),
        sa.Column("outcome", Json(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("window_until", Moment(), nullable=True),
        sa.Column("comment_id", sa.Text(), nullable=True),
        sa.Column("supersedes", Int, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["market"], ["markets.id"], name="fk_proposals_market_markets"),
        sa.ForeignKeyConstraint(["supersedes"], ["proposals.id"], name="fk_proposals_supersedes_proposals"),
        sa.ForeignKeyConstraint(["version"], ["specs.version"], name="fk_proposals_version_specs"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sqlite_strict=True,
    )
    op.create_index("ix_proposals_state", "proposals", ["state"], unique=False)
    op.create_index(
        "ux_proposals_living",
        "proposals",
        ["market"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "reviews",
        sa.Column("id", Int, nullable=False),
        sa.Column("proposal", Int, autoincrement=False, nullable=False),
        sa.Column("round", Int, autoincrement=False, nullable=False),
        sa.Column("revision", Int, autoincrement=False, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("vote", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name="fk_reviews_proposal_proposals"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sqlite_strict=True,
    )
    op.create_index("ix_reviews_proposal", "reviews", ["proposal"], unique=False)
    op.create_index(
        "ux_reviews_one_vote",
        "reviews",
        ["proposal", "round", "person"],
        unique=True,
        sqlite_where=sa.text("vote IN ('approve', 'reject')"),
        postgresql_where=sa.text("vote IN ('approve', 'reject')"),
    )
    op.create_table(
        "objections",
        sa.Column("id", Int, nullable=False),
        sa.Column("proposal", Int, autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name="fk_objections_proposal_proposals"),
        sa.PrimaryKeyConstraint("id", name="pk_objections"),
        sa.UniqueConstraint("comment_id", name="uq_objections_comment_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_objections_proposal", "objections", ["proposal"], unique=False)
    op.create_table(
        "resolutions",
        sa.Column("id", Int, nullable=False),
        sa.Column("proposal", Int, autoincrement=False, nullable=False),
        sa.Column("market", Int, autoincrement=False, nullable=False),
        sa.Column("outcome", Json(), nullable=False),
        sa.Column("intent", Json(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("receipt", Json(), nullable=True),
        sa.ForeignKeyConstraint(["market"], ["markets.id"], name="fk_resolutions_market_markets"),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name="fk_resolutions_proposal_proposals"),
        sa.PrimaryKeyConstraint("id", name="pk_resolutions"),
        sa.UniqueConstraint("proposal", name="uq_resolutions_proposal"),
        sqlite_strict=True,
    )
    protect(op.get_bind(), "reviews")


def downgrade() -> None:
    op.drop_table("resolutions")
    op.drop_table("objections")
    op.drop_table("reviews")
    op.drop_table("proposals")
