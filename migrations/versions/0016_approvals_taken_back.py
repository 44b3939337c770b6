"""An approval may be taken back while others are missing, and given again: one vote counts after each taking back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Int
from resolvers.errors import Refusal

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

VOTES = "vote IN ('approve', 'reject')"
RETRACTIONS = "vote = 'retract'"


def upgrade() -> None:
    op.add_column("reviews", sa.Column("retractions", Int, autoincrement=False, server_default="0", nullable=False))
    op.drop_index("ux_reviews_one_vote", "reviews")
    _once("ux_reviews_one_vote", VOTES, "retractions")
    _once("ux_reviews_one_retraction", RETRACTIONS, "retractions")


def downgrade() -> None:
    taken_back = sa.select(sa.func.count()).select_from(sa.table("reviews")).where(sa.text(RETRACTIONS))
    if op.get_bind().execute(taken_back).scalar_one():
        raise Refusal(
            "an approval was taken back in this store: restore the copy made before the upgrade with `crux db restore`"
        )
    op.drop_index("ux_reviews_one_retraction", "reviews")
    op.drop_index("ux_reviews_one_vote", "reviews")
    _once("ux_reviews_one_vote", VOTES)
    op.drop_column("reviews", "retractions")


def _once(name: str, which: str, *more: str) -> None:
    """At most one such word of a person in a round."""
    where = sa.text(which)
    columns = ["proposal", "round", "person", *more]
    op.create_index(name, "reviews", columns, unique=True, sqlite_where=where, postgresql_where=where)
