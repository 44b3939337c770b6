"""Putting what a source gave on the record: bytes first, then the look at them, and only then what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import sqlalchemy as sa

from bot.store import bodies, looks, schema
from bot.store.engine import Store
from bot.store.markets import live_since
from bot.store.readings import Kept, kept_reading, read_one
from bot.store.sightings import ANSWERED
from bot.store.timelines import bring_up_to_date
from resolvers.errors import Refusal
from resolvers.evidence import SightingState, instant
from resolvers.sources.spec import SourceSpec

Via = Literal["fetch", "file", "import", "panel"]

NOT_MODIFIED = 304

Reads = Callable[[Store, SourceSpec, str], Kept]
"""Reads a body of a source that is on the record, by its sha256, as `read_through` does."""


class Fetched(Protocol):
    """What the HTTP door brings back (resolvers.fetch); any object with these will do."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes | None: ...
    @property
    def etag(self) -> str | None: ...
    @property
    def last_modified(self) -> str | None: ...
    @property
    def seen_at(self) -> datetime: ...
    @property
    def because(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Given:
    """Bytes that somebody hands over, dated by when they were seen."""

    body: bytes | None
    seen_at: datetime
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one look at a source.

    `awaits` says that it counts only once reviewers accept it; `repeated` that the same look was on record already.
    `quarantined` names the rows set aside for a figure out of bounds.
    """

    snapshot: int
    state: SightingState
    because: str
    body: str | None
    new_observations: int
    quarantined: tuple[str, ...]
    awaits: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Taken:
    """One row of snapshots as it was written, or found written."""

    id: int
    body: str | None
    because: str
    awaits: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class Validators:
    """What to send along so that the server may answer 304, and the sha256 of the body that it would confirm."""

    etag: str | None
    last_modified: str | None
    body: str


def record(
    store: Store,
    source: SourceSpec,
    got: Fetched | bytes,
    *,
    seen_at: datetime | None = None,
    via: Via = "fetch",
    confirms: str | None = None,
    read: Reads | None = None,
) -> Recorded:
    """Keep one look at `source`, whatever came of it, and read it.

    `got` is an answer of the HTTP door, or bytes with the `seen_at` of their sighting. An import seen after the
    opening of a live market that reads the source awaits acceptance (law 1). Refusal where an import claims to have
    been seen in the future. The same look twice is one row.

    `confirms` is the body (sha256) whose validators were sent along, which a 304 says is unchanged; another that was
    recorded meanwhile is none of its business. `read` does what `read_through` does, in another place.
    """
    look = _look(store, got, seen_at, via)
    with store.transaction(durable=False) as connection:
        taken = _snapshot(connection, store, source, look, via, confirms)
    if taken.body and look.status in ANSWERED:
        kept = (read or read_through)(store, source, taken.body)
    else:
        bring_up_to_date(store, source)
        kept = Kept("failed", taken.because, 0, ())
    return Recorded(
        taken.id, kept.state, kept.because, taken.body, kept.new_observations, kept.quarantined, taken.awaits,
        taken.repeated,
    )  # fmt: skip


def read_through(store: Store, source: SourceSpec, body: str) -> Kept:
    """Read a body that is on the record, unless it has been read, and tell the source's spans up to its newest look."""
    with store.reading() as connection:
        kept = kept_reading(connection, source, body)
    kept = kept or read_one(store, source, body)
    bring_up_to_date(store, source)
    return kept


def take_down(connection: sa.Connection, store: Store, source: SourceSpec, given: Given, via: Via) -> int:
    """One look in the caller's own transaction, so that it stands if and only if what it comes from does.

    Returns the snapshot's id. What the bytes say is read when it is wanted.
    """
    return _snapshot(connection, store, source, given, via, None).id


def validators(store: Store, source: str) -> Validators | None:
    """The validators of the newest body that was fetched from `source`, for a conditional request."""
    with store.reading() as connection:
        found = _last_fetched(connection, source)
    return None if found is None else Validators(found.etag, found.last_modified, found.body)


def _look(store: Store, got: Fetched | bytes, seen_at: datetime | None, via: Via) -> Fetched:
    if isinstance(got, bytes):
        if seen_at is None:
            raise ValueError("bytes need the instant at which they were seen")
        got = Given(got, seen_at)
    if via == "import" and got.seen_at > store.now():
        raise Refusal(f"seen at {got.seen_at.isoformat()}, which is in the future; give the instant it was really seen")
    return got


def _snapshot(
    connection: sa.Connection, store: Store, source: SourceSpec, look: Fetched, via: Via, confirms: str | None
) -> _Taken:
    because = look.because
    body = None if look.body is None else bodies.put(connection, look.body)
    if look.status == NOT_MODIFIED and body is None:
        body = confirms if confirms and _was_fetched(connection, source.id, confirms) else None
        because = because if body else "304, but no body is kept that could be unchanged"
    if body is None and not because:
        because = f"HTTP {look.status}, and no body"
    seen_at = instant(look.seen_at)
    repeated = _same_look(connection, source.id, seen_at, look.status, body, via)
    if repeated is not None:
        return _Taken(repeated.id, body, because, repeated.awaits, repeated=True)
    since = live_since(connection, source.id) if via == "import" else None
    awaits = since is not None and look.seen_at > since
    made = looks.add(
        connection,
        source=source.id,
        seen_at=seen_at,
        recorded_at=recorded_at(connection, store),
        via=via,
        status=look.status,
        body=body,
        awaits=awaits,
        etag=look.etag,
        last_modified=look.last_modified,
        url=source.fetch.url or source.fetch.file,
        because=because,
    )
    return _Taken(made, body, because, awaits, repeated=False)


def recorded_at(connection: sa.Connection, store: Store) -> int:
    """Now, or the newest row's instant where the clock has gone back."""
    if connection.dialect.name == "postgresql":  # one recorder at a time there too, or ids and instants would cross
        connection.exec_driver_sql("LOCK TABLE snapshots IN SHARE ROW EXCLUSIVE MODE")
    at = schema.snapshots.c
    last = connection.execute(sa.select(at.recorded_at).order_by(at.id.desc()).limit(1)).scalar_one_or_none()
    return max(instant(store.now()), last or 0)


def _same_look(connection: sa.Connection, source: str, seen_at: int, status: int, body: str | None, via: Via) -> Any:
    at = schema.snapshots.c
    statement = (
        sa.select(at.id, at.awaits)
        .where(at.source == source, at.seen_at == seen_at, at.status == status, at.via == via)
        .where(at.body.is_(None) if body is None else at.body == body)
        .order_by(at.id.desc())
    )
    return connection.execute(statement.limit(1)).one_or_none()


def _last_fetched(connection: sa.Connection, source: str) -> Any:
    """The newest body that came from the source itself: what a 304 would confirm."""
    at = schema.snapshots.c
    statement = (
        sa.select(at.body, at.etag, at.last_modified)
        .where(_from_itself(source), at.body.is_not(None))
        .order_by(at.id.desc())
    )
    return connection.execute(statement.limit(1)).one_or_none()


def _was_fetched(connection: sa.Connection, source: str, body: str) -> bool:
    """Whether the source itself ever gave that body."""
    at = schema.snapshots.c
    statement = sa.select(at.id).where(_from_itself(source), at.body == body)
    return connection.execute(statement.limit(1)).one_or_none() is not None


def _from_itself(source: str) -> sa.ColumnElement[bool]:
    at = schema.snapshots.c
    return sa.and_(at.source == source, at.via == "fetch", at.status.between(200, 299))
