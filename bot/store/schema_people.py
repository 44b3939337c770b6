"""Tables of people: who is who where, who has taken what, and the panels they sit on."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.columns import integer, maybe, number, table, text
from bot.store.types import Json, Moment

identities = table(
    "identities",
    number(),
    text("debate"),
    text("person"),
    text("platform"),  # discord, manifold, terminal
    text("account"),  # the platform's own id, never a name that can change
    text("name"),  # as it was called when it was linked
    sa.Column("linked_at", Moment, nullable=False),
    sa.Column("unlinked_at", Moment, nullable=True),
    sa.Index(
        "ux_identities_account",
        "debate",
        "platform",
        "account",
        unique=True,
        sqlite_where=sa.text("unlinked_at IS NULL"),
        postgresql_where=sa.text("unlinked_at IS NULL"),
    ),
    sa.Index(
        "ux_identities_person",
        "debate",
        "platform",
        "person",
        unique=True,
        sqlite_where=sa.text("unlinked_at IS NULL"),
        postgresql_where=sa.text("unlinked_at IS NULL"),
    ),
)

link_codes = table(
    "link_codes",
    text("hash", key=True),  # sha256 of the code, which is shown once
    text("debate"),
    text("person"),
    text("platform"),
    maybe("account"),  # the account that has to show the code, where that is known beforehand
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("used_at", Moment, nullable=True),
)

link_tries = table(
    "link_tries",
    number(),
    text("debate"),
    text("platform"),
    text("account"),
    sa.Column("at", Moment, nullable=False),  # of a code that was none: too many of them, and one has to wait
    sa.Index("ix_link_tries_account", "debate", "platform", "account"),
)

takes = table(
    "takes",
    integer("proposal", sa.ForeignKey("proposals.id"), key=True),
    text("person"),
    sa.Column("at", Moment, nullable=False),
)

panels = table(
    "panels",
    number(),
    text("debate"),
    text("slug"),  # of the market that asked first
    text("source"),  # panel.<12 hex digits of the question's hash>
    sa.Column("terms", Json, nullable=False),  # the rule's own panel: question, limbs, seats, agree, time, until…
    sa.Column("keys", Json, nullable=False),  # the rows asked about, or the one word `answer`
    sa.Column("later", Json, nullable=False),  # rows asked for meanwhile: in the next draw
    sa.Column("pack", Json, nullable=False),  # what was known of the rows when they were put to people
    integer("draw"),  # the newest draw of seats on this question, counted over all its panels; 0 before the first
    text("state"),  # open, answered, lapsed, withdrawn
    text("because"),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("until", Moment, nullable=True),  # of this draw; NULL while no seats are drawn
    sa.Column("last", Moment, nullable=False),  # answers from then on come too late
    sa.Column("closed_at", Moment, nullable=True),
    sa.Column("snapshot", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),  # the newest of it
    integer("revision"),
    sa.Index(
        "ux_panels_living",
        "debate",
        "source",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)

panel_draws = table(
    "panel_draws",
    integer("panel", sa.ForeignKey("panels.id"), key=True),
    integer("draw", key=True),
    sa.Column("keys", Json, nullable=False),  # the rows that this draw was asked about
    sa.Column("placed", Json, nullable=False),  # everyone on the list, as drawn: person, hash, seated, because
    sa.Column("drawn_at", Moment, nullable=False),
    sa.Column("until", Moment, nullable=False),
)

panel_votes = table(
    "panel_votes",
    number(),
    integer("panel", sa.ForeignKey("panels.id")),
    integer("draw"),
    text("person"),
    text("key"),
    sa.Column("limbs", Json, nullable=False),  # limb -> yes, no or unclear
    text("because"),
    text("salt"),  # of the hash that stands on the record until the vote may be shown
    sa.Column("at", Moment, nullable=False),
    sa.UniqueConstraint("panel", "draw", "person", "key"),
)
