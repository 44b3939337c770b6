"""What is posted where, whose presses were taken, who follows what, what was put forward or asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Int, Json, Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("id", Int, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("wanted", Json(), nullable=False),
        sa.Column("version", Int, autoincrement=False, nullable=False),
        sa.Column("shown", Int, autoincrement=False, nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", Int, autoincrement=False, nullable=False),
        sa.Column("losses", Int, autoincrement=False, nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("not_before", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("key", name="uq_posts_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_posts_state", "posts", ["state"], unique=False)
    op.create_table(
        "presses",
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("came_of_it", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("interaction", name="pk_presses"),
        sqlite_strict=True,
    )
    op.create_table(
        "follows",
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("debate", "slug", "account", name="pk_follows"),
        sqlite_strict=True,
    )
    op.create_table(
        "submissions",
        sa.Column("id", Int, nullable=False),
        sa.Column("debate", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint("debate", "slug", "url", name="uq_submissions_debate_slug_url"),
        sqlite_strict=True,
    )
    op.create_table(
        "phrases",
        sa.Column("id", Int, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("understood", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phrases"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("phrases")
    op.drop_table("submissions")
    op.drop_table("follows")
    op.drop_table("presses")
    op.drop_table("posts")
