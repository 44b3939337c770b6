"""Every table, in the order of the river: what was seen, what we asked, what people said, what we did.

Insert-only (triggers refuse the rest): bodies, snapshots, readings, observations, reading_rows, read_blocks, specs,
acceptances, reviews, audit. Caches, which may be dropped and are rebuilt: timelines, spans, verdicts.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.types import Flag, Int, Json, Mana, Micros, Moment

HEAD = "0008"
"""The newest migration; a test holds it against migrations/versions."""

INSERT_ONLY = (
    "bodies", "snapshots", "acceptances", "read_blocks", "readings", "observations", "reading_rows",
    "specs", "reviews", "audit",
)  # fmt: skip

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: sa.schema.SchemaItem, clustered: bool = False) -> sa.Table:
    """A STRICT table; `clustered` keeps the rows in the order of their primary key (SQLite: WITHOUT ROWID)."""
    return sa.Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def _text(name: str, *parts: sa.schema.SchemaItem, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), *parts, primary_key=key, nullable=False)


def _maybe(name: str, *parts: sa.schema.SchemaItem) -> sa.Column[str | None]:
    return sa.Column(name, sa.Text(), *parts, nullable=True)


def _id() -> sa.Column[int]:
    return sa.Column("id", Int, primary_key=True)


def _int(name: str, *parts: sa.schema.SchemaItem, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, Int, *parts, primary_key=key, nullable=False, autoincrement=False)


source_names = _table("source_names", _text("source", key=True), _text("debate"))

# What was seen -------------------------------------------------------------------------------------------------------

bodies = _table(
    "bodies",
    _text("sha256", key=True),  # of the raw bytes, not of the packed ones
    _text("codec"),
    sa.Column("bytes", sa.LargeBinary(), nullable=False),
)

snapshots = _table(
    "snapshots",
    _id(),
    _text("source"),
    sa.Column("seen_at", Micros, nullable=False),
    sa.Column("recorded_at", Micros, nullable=False),
    _text("via"),  # fetch, file, import, panel
    _int("status"),  # HTTP's; 0 where no answer came
    _maybe("body", sa.ForeignKey("bodies.sha256")),  # a 304 names the body that it confirms
    sa.Column("awaits", Flag, nullable=False),  # an import that counts only through an acceptance
    _maybe("etag"),
    _maybe("last_modified"),
    _maybe("url"),
    _text("because"),
    sa.Index("ix_snapshots_source_seen_at", "source", "seen_at"),
    sa.Index("ix_snapshots_source_awaits_id", "source", "awaits", "id"),
)

acceptances = _table(
    "acceptances",
    _id(),
    _int("snapshot", sa.ForeignKey("snapshots.id")),
    _text("person"),
    _text("because"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("counted_as", Int, sa.ForeignKey("snapshots.id"), nullable=True),
    sa.UniqueConstraint("snapshot", "person"),
)

read_blocks = _table("read_blocks", _text("hash", key=True), _text("canonical"))

readings = _table(
    "readings",
    _id(),
    _text("body", sa.ForeignKey("bodies.sha256")),
    _text("source"),
    _text("read_hash", sa.ForeignKey("read_blocks.hash")),
    _text("state"),
    _text("because"),
    sa.Column("notes", Json, nullable=False),
    sa.UniqueConstraint("body", "source", "read_hash"),
)

observations = _table(
    "observations",
    _id(),
    _text("hash"),
    _text("source"),
    _text("key"),
    _text("cells"),  # canonical JSON of published text
    sa.Column("set_aside", Flag, nullable=False, server_default=sa.false()),  # a figure out of bounds: null in cells
    sa.UniqueConstraint("hash"),
)

reading_rows = _table(
    "reading_rows",
    _int("reading", sa.ForeignKey("readings.id"), key=True),
    _int("position", key=True),
    _int("observation", sa.ForeignKey("observations.id")),
    clustered=True,
)

timelines = _table(
    "timelines",
    _id(),
    _text("source"),
    _text("read_hash"),
    _int("last_snapshot"),  # the spans tell of every snapshot up to this one
    _maybe("good_body"),  # of the newest good look it tells of
    sa.Column("good_seen_at", Micros, nullable=True),
    _int("spans"),
    sa.UniqueConstraint("source", "read_hash"),
)

spans = _table(
    "spans",
    _int("timeline", sa.ForeignKey("timelines.id", ondelete="CASCADE"), key=True),
    _int("position", key=True),
    _text("row"),
    _text("key"),
    _text("observation"),
    _text("cells"),  # copied from observations: one range scan loads a source
    _int("snapshot"),
    sa.Column("since", Micros, nullable=False),
    sa.Column("until", Micros, nullable=True),
    _text("ended"),
    clustered=True,
)

# What we asked -------------------------------------------------------------------------------------------------------

stores = _table(
    "stores",
    _int("id", key=True),
    _text("platform"),
    _text("account_id"),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("id = 1", name="one_row"),
)

specs = _table(
    "specs",
    _text("version", key=True),
    _text("debate"),
    _text("slug"),
    _text("canonical"),
    _text("description"),
    sa.Column("sources", Json, nullable=False),
    sa.Column("recorded_at", Moment, nullable=False),
    sa.Index("ix_specs_debate_slug", "debate", "slug"),
)

markets = _table(
    "markets",
    _id(),
    _text("debate"),
    _text("slug"),
    _int("opening"),
    _text("version", sa.ForeignKey("specs.version")),
    _text("market_id"),
    _text("url"),
    _text("type"),
    _text("state"),  # open, closed, resolved
    sa.Column("answers", Json, nullable=False),  # our answer text -> Manifold's answer id
    sa.Column("subsidy_mana", Mana, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("closes_at", Moment, nullable=True),
    sa.Column("resolved_at", Moment, nullable=True),
    _int("revision"),
    sa.UniqueConstraint("debate", "slug", "opening"),
    sa.UniqueConstraint("market_id"),
)

verdicts = _table(
    "verdicts",
    _text("version", key=True),
    _text("evidence", key=True),
    _int("as_of", key=True),
    _text("verdict"),
    clustered=True,
)

# What people said ----------------------------------------------------------------------------------------------------

proposals = _table(
    "proposals",
    _id(),
    _int("market", sa.ForeignKey("markets.id")),
    _text("version", sa.ForeignKey("specs.version")),
    _int("semantics"),
    sa.Column("as_of", Moment, nullable=False),
    _int("last_snapshot"),
    _text("state"),
    _int("round"),
    _int("revision"),
    sa.Column("outcome", Json, nullable=False),
    _text("verdict"),
    sa.Column("window_until", Moment, nullable=True),
    _maybe("comment_id"),
    sa.Column("supersedes", Int, sa.ForeignKey("proposals.id"), nullable=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("closed_at", Moment, nullable=True),
    sa.Index("ix_proposals_state", "state"),
    sa.Index(
        "ux_proposals_living",
        "market",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)

reviews = _table(
    "reviews",
    _id(),
    _int("proposal", sa.ForeignKey("proposals.id")),
    _int("round"),
    _int("revision"),
    _text("person"),
    _text("vote"),
    _text("because"),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_reviews_proposal", "proposal"),
    sa.Index(
        "ux_reviews_one_vote",
        "proposal",
        "round",
        "person",
        unique=True,
        sqlite_where=sa.text("vote IN ('approve', 'reject')"),
        postgresql_where=sa.text("vote IN ('approve', 'reject')"),
    ),
)

objections = _table(
    "objections",
    _id(),
    _int("proposal", sa.ForeignKey("proposals.id")),
    _text("comment_id"),
    _text("by"),
    _text("text"),
    sa.Column("at", Moment, nullable=False),
    _maybe("answered_by"),
    _maybe("answer"),
    sa.Column("answered_at", Moment, nullable=True),
    sa.UniqueConstraint("comment_id"),
    sa.Index("ix_objections_proposal", "proposal"),
)

resolutions = _table(
    "resolutions",
    _id(),
    _int("proposal", sa.ForeignKey("proposals.id")),
    _int("market", sa.ForeignKey("markets.id")),
    sa.Column("outcome", Json, nullable=False),
    sa.Column("intent", Json, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("done_at", Moment, nullable=True),
    sa.Column("receipt", Json, nullable=True),
    sa.UniqueConstraint("proposal"),
)

# What we did ---------------------------------------------------------------------------------------------------------

outbox = _table(
    "outbox",
    _id(),
    _text("debate"),
    _text("kind"),
    _text("key"),
    _text("slug"),
    sa.Column("payload", Json, nullable=False),
    sa.Column("mana", Mana, nullable=False),
    _text("state"),  # open, done, refused
    _int("attempts"),
    _text("because"),
    sa.Column("answer", Json, nullable=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("closed_at", Moment, nullable=True),
    sa.Column("closing", Int, nullable=True),  # the audit row of its end: the order in which ends were known
    sa.UniqueConstraint("key"),
    sa.Index("ix_outbox_debate_state", "debate", "state"),
)

ledger = _table(
    "ledger",
    _id(),
    _int("outbox", sa.ForeignKey("outbox.id")),
    _text("budget"),
    sa.Column("reserved_mana", Mana, nullable=False),
    sa.Column("settled_mana", Mana, nullable=True),
    sa.Column("at", Moment, nullable=False),
    sa.UniqueConstraint("outbox"),
    sa.Index("ix_ledger_budget", "budget"),
)

audit = _table(
    "audit",
    _int("id", key=True),
    sa.Column("at", Moment, nullable=False),
    _text("actor"),
    _text("act"),
    _text("subject"),
    _text("payload"),  # canonical JSON: hashed as it stands
    _text("prev_hash"),
    _text("hash"),
)
