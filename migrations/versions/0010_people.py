"""Who is who where, who has taken what, and the panels that people sit on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Int, Json, Moment
from migrations.guards import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("id", Int, nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("linked_at", Moment(), nullable=False),
        sa.Column("unlinked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sqlite_strict=True,
    )
    op.create_index(
        "ux_identities_person",
        "identities",
        ["debate", "platform", "person"],
        unique=True,
        sqlite_where=sa.text("unlinked_at IS NULL"),
        postgresql_where=sa.text("unlinked_at IS NULL"),
    )
    op.create_index(
        "ux_identities_account",
        "identities",
        ["debate", "platform", "account"],
        unique=True,
        sqlite_where=sa.text("unlinked_at IS NULL"),
        postgresql_where=sa.text("unlinked_at IS NULL"),
    )
    op.create_table(
        "link_codes",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_link_codes"),
        sqlite_strict=True,
    )
    op.create_table(
        "link_tries",
        sa.Column("id", Int, nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_tries"),
        sqlite_strict=True,
    )
    op.create_index("ix_link_tries_account", "link_tries", ["debate", "platform", "account"], unique=False)
    op.add_column("reviews", sa.Column("category", sa.Text(), nullable=True))
    op.add_column("reviews", sa.Column("via", sa.Text(), nullable=True))
    op.add_column("reviews", sa.Column("facts", Json(), nullable=True))
    op.add_column("proposals", sa.Column("proposed_by", sa.Text(), nullable=True))
    op.add_column("proposals", sa.Column("second", sa.Text(), nullable=True))
    op.add_column("proposals", sa.Column("facts", Json(), nullable=True))
    op.create_table(
        "takes",
        sa.Column("proposal", Int, autoincrement=False, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name="fk_takes_proposal_proposals"),
        sa.PrimaryKeyConstraint("proposal", name="pk_takes"),
        sqlite_strict=True,
    )
    op.create_table(
        "panels",
        sa.Column("id", Int, nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("terms", Json(), nullable=False),
        sa.Column("keys", Json(), nullable=False),
        sa.Column("later", Json(), nullable=False),
        sa.Column("pack", Json(), nullable=False),
        sa.Column("draw", Int, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("last", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("snapshot", Int, nullable=True),
        sa.Column("revision", Int, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_panels"),
        sqlite_strict=True,
    )
    op.create_index(
        "ux_panels_living",
        "panels",
        ["debate", "source"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "panel_draws",
        sa.Column("panel", Int, autoincrement=False, nullable=False),
        sa.Column("draw", Int, autoincrement=False, nullable=False),
        sa.Column("keys", Json(), nullable=False),
        sa.Column("placed", Json(), nullable=False),
        sa.Column("drawn_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["panel"], ["panels.id"], name="fk_panel_draws_panel_panels"),
        sa.PrimaryKeyConstraint("panel", "draw", name="pk_panel_draws"),
        sqlite_strict=True,
    )
    op.create_table(
        "panel_votes",
        sa.Column("id", Int, nullable=False),
        sa.Column("panel", Int, autoincrement=False, nullable=False),
        sa.Column("draw", Int, autoincrement=False, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("limbs", Json(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["panel"], ["panels.id"], name="fk_panel_votes_panel_panels"),
        sa.PrimaryKeyConstraint("id", name="pk_panel_votes"),
        sa.UniqueConstraint("panel", "draw", "person", "key", name="uq_panel_votes_panel_draw_person_key"),
        sqlite_strict=True,
    )
    protect(op.get_bind(), "panel_draws", "panel_votes")


def downgrade() -> None:
    op.drop_table("panel_votes")
    op.drop_table("panel_draws")
    op.drop_table("panels")
    op.drop_table("takes")
    added = {"proposals": ("facts", "second", "proposed_by"), "reviews": ("facts", "via", "category")}
    for table, columns in added.items():
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("link_tries")
    op.drop_table("link_codes")
    op.drop_table("identities")
