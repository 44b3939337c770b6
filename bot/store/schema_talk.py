"""Tables of talk: what is posted where, whose presses were taken, who follows what, what was put forward or asked."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.columns import integer, maybe, number, table, text
from bot.store.types import Json, Moment

posts = table(
    "posts",
    number(),
    text("kind"),  # card, panel, plan, notice, alert, direct, said (in a card's thread), record (a copy of the record)
    text("key"),  # what it is about: one post each
    text("place"),  # channel:review|announce|audit, user:<account>, thread:<key of the post it hangs on>
    sa.Column("wanted", Json, nullable=False),  # what it should show
    integer("version"),  # of what it should show
    integer("shown"),  # the version that was posted last, 0 for none
    maybe("message"),
    maybe("thread"),
    text("state"),  # open, sending, done, final, parked, gone
    integer("attempts"),
    integer("losses"),  # how often its message was deleted: a new one needs a new nonce
    text("because"),
    sa.Column("not_before", Moment, nullable=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("sent_at", Moment, nullable=True),
    sa.UniqueConstraint("key"),
    sa.Index("ix_posts_state", "state"),
)

presses = table(
    "presses",
    text("interaction", key=True),  # the platform's id of the press: the same one again does nothing
    text("account"),
    text("act"),
    sa.Column("at", Moment, nullable=False),
    text("came_of_it"),
)

follows = table(
    "follows",
    text("debate", key=True),
    text("slug", key=True),
    text("account", key=True),
    sa.Column("since", Moment, nullable=False),
)

submissions = table(
    "submissions",
    number(),
    text("debate"),
    text("slug"),
    text("account"),
    text("name"),
    text("url"),
    text("note"),
    text("stance"),  # for, against, neutral
    maybe("message"),  # where it was said, if it was
    maybe("sha256"),  # of what stood there, once it was fetched
    text("state"),  # waiting, fetched, unreachable, accepted, refused
    text("because"),
    sa.Column("at", Moment, nullable=False),
    maybe("decided_by"),
    sa.Column("decided_at", Moment, nullable=True),
    sa.UniqueConstraint("debate", "slug", "url"),
)

phrases = table(
    "phrases",
    number(),
    text("said"),
    text("understood"),  # what it was taken for, `unknown` if nothing
    sa.Column("at", Moment, nullable=False),
)

not_kept = table(
    "not_kept",
    text("account", key=True),  # a hash of it: enough to know it again by
    sa.Column("at", Moment, nullable=False),
)
