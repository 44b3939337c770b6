"""Every table, in the order of the river: what was seen, what we asked, what people said, what we did.

Insert-only (triggers refuse the rest): bodies, snapshots, readings, observations, reading_rows, read_blocks, specs,
acceptances, reviews, panel_draws, panel_votes, audit. Caches, which may be dropped and are rebuilt: timelines, spans,
verdicts.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.columns import integer, maybe, metadata, number, table, text
from bot.store.schema_people import identities, link_codes, link_tries, panel_draws, panel_votes, panels, takes
from bot.store.schema_service import job_runs, leases, plan_cards, price_samples, reminders, switches, whole_reads
from bot.store.schema_talk import follows, not_kept, phrases, posts, presses, submissions
from bot.store.types import Flag, Int, Json, Mana, Micros, Moment

__all__ = [
    "HEAD",
    "INSERT_ONLY",
    "acceptances",
    "audit",
    "bodies",
    "follows",
    "identities",
    "job_runs",
    "leases",
    "ledger",
    "link_codes",
    "link_tries",
    "markets",
    "metadata",
    "not_kept",
    "objections",
    "observations",
    "outbox",
    "panel_draws",
    "panel_votes",
    "panels",
    "phrases",
    "plan_cards",
    "posts",
    "presses",
    "price_samples",
    "proposals",
    "read_blocks",
    "reading_rows",
    "readings",
    "reminders",
    "resolutions",
    "reviews",
    "snapshots",
    "source_names",
    "spans",
    "specs",
    "stores",
    "submissions",
    "switches",
    "takes",
    "timelines",
    "verdicts",
    "whole_reads",
]

HEAD = "0016"
"""The newest migration; a test holds it against migrations/versions."""

INSERT_ONLY = (
    "bodies", "snapshots", "acceptances", "read_blocks", "readings", "observations", "reading_rows",
    "specs", "reviews", "panel_draws", "panel_votes", "audit",
)  # fmt: skip

source_names = table("source_names", text("source", key=True), text("debate"))

# What was seen -------------------------------------------------------------------------------------------------------

bodies = table(
    "bodies",
    text("sha256", key=True),  # of the raw bytes, not of the packed ones
    text("codec"),
    sa.Column("bytes", sa.LargeBinary(), nullable=False),
)

snapshots = table(
    "snapshots",
    number(),
    text("source"),
    sa.Column("seen_at", Micros, nullable=False),
    sa.Column("recorded_at", Micros, nullable=False),
    text("via"),  # fetch, file, import, panel
    integer("status"),  # HTTP's; 0 where no answer came
    maybe("body", sa.ForeignKey("bodies.sha256")),  # a 304 names the body that it confirms
    sa.Column("awaits", Flag, nullable=False),  # an import that counts only through an acceptance
    maybe("etag"),
    maybe("last_modified"),
    maybe("url"),
    text("because"),
    sa.Index("ix_snapshots_source_seen_at", "source", "seen_at"),
    sa.Index("ix_snapshots_source_awaits_id", "source", "awaits", "id"),
)

acceptances = table(
    "acceptances",
    number(),
    integer("snapshot", sa.ForeignKey("snapshots.id")),
    text("person"),
    text("because"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("counted_as", Int, sa.ForeignKey("snapshots.id"), nullable=True),
    sa.UniqueConstraint("snapshot", "person"),
)

read_blocks = table("read_blocks", text("hash", key=True), text("canonical"))

readings = table(
    "readings",
    number(),
    text("body", sa.ForeignKey("bodies.sha256")),
    text("source"),
    text("read_hash", sa.ForeignKey("read_blocks.hash")),
    text("state"),
    text("because"),
    sa.Column("notes", Json, nullable=False),
    sa.UniqueConstraint("body", "source", "read_hash"),
)

observations = table(
    "observations",
    number(),
    text("hash"),
    text("source"),
    text("key"),
    text("cells"),  # canonical JSON of published text
    sa.Column("set_aside", Flag, nullable=False, server_default=sa.false()),  # a figure out of bounds: null in cells
    sa.UniqueConstraint("hash"),
)

reading_rows = table(
    "reading_rows",
    integer("reading", sa.ForeignKey("readings.id"), key=True),
    integer("position", key=True),
    integer("observation", sa.ForeignKey("observations.id")),
    clustered=True,
)

timelines = table(
    "timelines",
    number(),
    text("source"),
    text("read_hash"),
    integer("last_snapshot"),  # the spans tell of every snapshot up to this one
    maybe("good_body"),  # of the newest good look it tells of
    sa.Column("good_seen_at", Micros, nullable=True),
    integer("spans"),
    sa.UniqueConstraint("source", "read_hash"),
)

spans = table(
    "spans",
    integer("timeline", sa.ForeignKey("timelines.id", ondelete="CASCADE"), key=True),
    integer("position", key=True),
    text("row"),
    text("key"),
    text("observation"),
    text("cells"),  # copied from observations: one range scan loads a source
    integer("snapshot"),
    sa.Column("since", Micros, nullable=False),
    sa.Column("until", Micros, nullable=True),
    text("ended"),
    clustered=True,
)

# What we asked -------------------------------------------------------------------------------------------------------

stores = table(
    "stores",
    integer("id", key=True),
    text("platform"),
    text("account_id"),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("id = 1", name="one_row"),
)

specs = table(
    "specs",
    text("version", key=True),
    text("debate"),
    text("slug"),
    text("canonical"),
    text("description"),
    sa.Column("sources", Json, nullable=False),
    sa.Column("recorded_at", Moment, nullable=False),
    sa.Index("ix_specs_debate_slug", "debate", "slug"),
)

markets = table(
    "markets",
    number(),
    text("debate"),
    text("slug"),
    integer("opening"),
    text("version", sa.ForeignKey("specs.version")),
    text("market_id"),
    text("url"),
    text("type"),
    text("state"),  # open, closed, resolved
    sa.Column("answers", Json, nullable=False),  # our answer text -> Manifold's answer id
    sa.Column("subsidy_mana", Mana, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("closes_at", Moment, nullable=True),
    sa.Column("resolved_at", Moment, nullable=True),
    integer("revision"),
    sa.UniqueConstraint("debate", "slug", "opening"),
    sa.UniqueConstraint("market_id"),
)

verdicts = table(
    "verdicts",
    text("version", key=True),
    text("evidence", key=True),
    integer("as_of", key=True),
    text("verdict"),
)

# What people said ----------------------------------------------------------------------------------------------------

proposals = table(
    "proposals",
    number(),
    integer("market", sa.ForeignKey("markets.id")),
    text("version", sa.ForeignKey("specs.version")),
    integer("semantics"),
    sa.Column("as_of", Moment, nullable=False),
    integer("last_snapshot"),
    text("state"),
    integer("round"),
    integer("revision"),
    sa.Column("outcome", Json, nullable=False),
    text("verdict"),
    sa.Column("window_until", Moment, nullable=True),
    maybe("comment_id"),
    sa.Column("supersedes", Int, sa.ForeignKey("proposals.id"), nullable=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("closed_at", Moment, nullable=True),
    maybe("proposed_by"),  # the person who put it forward, where that was no rule's run alone
    maybe("second"),  # what a live second source says otherwise
    sa.Column("facts", Json, nullable=True),  # what the last approval rested on: quorum, price, pool, disputes
    sa.Index("ix_proposals_state", "state"),
    sa.Index("ix_proposals_market", "market"),
    sa.Index(
        "ux_proposals_living",
        "market",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)

reviews = table(
    "reviews",
    number(),
    integer("proposal", sa.ForeignKey("proposals.id")),
    integer("round"),
    integer("revision"),
    text("person"),
    text("vote"),
    text("because"),
    sa.Column("at", Moment, nullable=False),
    maybe("category"),
    maybe("via"),  # the platform it was said on
    sa.Column("facts", Json, nullable=True),  # what was read before it counted: positions, price
    sa.Column("retractions", Int, server_default="0", nullable=False),  # of this person in this round, before it
    sa.Index("ix_reviews_proposal", "proposal"),
    sa.Index(
        "ux_reviews_one_vote",
        "proposal",
        "round",
        "person",
        "retractions",
        unique=True,
        sqlite_where=sa.text("vote IN ('approve', 'reject')"),
        postgresql_where=sa.text("vote IN ('approve', 'reject')"),
    ),
    sa.Index(
        "ux_reviews_one_retraction",
        "proposal",
        "round",
        "person",
        "retractions",
        unique=True,
        sqlite_where=sa.text("vote = 'retract'"),
        postgresql_where=sa.text("vote = 'retract'"),
    ),
)

objections = table(
    "objections",
    number(),
    integer("proposal", sa.ForeignKey("proposals.id")),
    text("comment_id"),
    text("by"),
    text("text"),
    sa.Column("at", Moment, nullable=False),
    maybe("answered_by"),
    maybe("answer"),
    sa.Column("answered_at", Moment, nullable=True),
    sa.UniqueConstraint("comment_id"),
    sa.Index("ix_objections_proposal", "proposal"),
)

resolutions = table(
    "resolutions",
    number(),
    integer("proposal", sa.ForeignKey("proposals.id")),
    integer("market", sa.ForeignKey("markets.id")),
    sa.Column("outcome", Json, nullable=False),
    sa.Column("intent", Json, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("done_at", Moment, nullable=True),
    sa.Column("receipt", Json, nullable=True),
    sa.UniqueConstraint("proposal"),
)

# What we did ---------------------------------------------------------------------------------------------------------

outbox = table(
    "outbox",
    number(),
    text("debate"),
    text("kind"),
    text("key"),
    text("slug"),
    sa.Column("payload", Json, nullable=False),
    sa.Column("mana", Mana, nullable=False),
    text("state"),  # open, done, refused
    integer("attempts"),
    text("because"),
    sa.Column("answer", Json, nullable=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("closed_at", Moment, nullable=True),
    sa.Column("closing", Int, nullable=True),  # the audit row of its end: the order in which ends were known
    sa.UniqueConstraint("key"),
    sa.Index("ix_outbox_debate_state", "debate", "state"),
)

ledger = table(
    "ledger",
    number(),
    integer("outbox", sa.ForeignKey("outbox.id")),
    text("budget"),
    sa.Column("reserved_mana", Mana, nullable=False),
    sa.Column("settled_mana", Mana, nullable=True),
    sa.Column("at", Moment, nullable=False),
    sa.UniqueConstraint("outbox"),
    sa.Index("ix_ledger_budget", "budget"),
)

audit = table(
    "audit",
    integer("id", key=True),
    sa.Column("at", Moment, nullable=False),
    text("actor"),
    text("act"),
    text("subject"),
    text("payload"),  # canonical JSON: hashed as it stands
    text("prev_hash"),
    text("hash"),
)
