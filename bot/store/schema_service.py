"""Tables of the service: who runs, what ran, what is paused, what waits to be applied, and what markets cost when."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.columns import integer, maybe, number, table, text
from bot.store.types import Json, Mana, Micros, Moment

leases = table(
    "leases",
    text("name", key=True),
    text("holder"),
    integer("epoch"),  # grows with each new holder: who lost it is told by its number
    sa.Column("expires_at", Moment, nullable=False),
)

job_runs = table(
    "job_runs",
    number(),
    text("job"),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment, nullable=True),
    text("state"),  # running, done, failed, timed out, stopped
    text("because"),
    sa.Column("told", Json, nullable=False),  # what it did, in figures
    sa.Index("ix_job_runs_job_started_at", "job", "started_at"),
)

switches = table(
    "switches",
    text("name", key=True),  # pause
    sa.Column("value", Json, nullable=False),
    text("by"),
    text("because"),
    sa.Column("at", Moment, nullable=False),
)

plan_cards = table(
    "plan_cards",
    number(),
    text("debate"),
    text("checksum"),
    sa.Column("summary", Json, nullable=False),  # lines, refusals, waiting, drifts
    sa.Column("cost_mana", Mana, nullable=False),
    text("state"),  # open, approved, applied, refused, stale
    maybe("by"),
    text("because"),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("decided_at", Moment, nullable=True),
    sa.Column("closed_at", Moment, nullable=True),
    integer("revision"),
    sa.Index(
        "ux_plan_cards_living",
        "debate",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)

price_samples = table(
    "price_samples",
    integer("market", sa.ForeignKey("markets.id"), key=True),
    sa.Column("at", Micros, primary_key=True, nullable=False, autoincrement=False),
    sa.Column("shares", Json, nullable=False),  # outcome or answer -> share, as decimal text
    sa.Column("liquidity_mana", Mana, nullable=True),
    clustered=True,
)

reminders = table(
    "reminders",
    text("key", key=True),  # what was reminded of, and which time
    sa.Column("at", Moment, nullable=False),
)

whole_reads = table(
    "whole_reads",  # a cache: dropped, every market counts as never read whole
    text("market_id", key=True),  # Manifold's
    maybe("fingerprint"),  # none: there was no such market
    text("posted"),  # the fingerprint of what we had posted then: it was compared with that
    sa.Column("updated_at", Moment, nullable=True),  # Manifold's own word, at that read
    sa.Column("read_at", Moment, nullable=False),
)
