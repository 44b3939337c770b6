"""Looks at a source as the rules know them: snapshots joined with what was read in their bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from resolvers.evidence import Instant, Sighting, SightingState

FOREVER: Instant = 2**62

AT_A_TIME = 4_000
"""Rows handed over together: some milliseconds of work for one call."""

ANSWERED = frozenset({*range(200, 300), 304})
"""HTTP statuses whose body is the source's; another status' body is kept as it came, and not read."""


@dataclass(frozen=True, slots=True)
class Look:
    """One sighting with its reading's id; `unread` where its bytes have not been read yet."""

    sighting: Sighting
    reading: int | None
    unread: bool


def looks_at(
    connection: sa.Connection,
    source: str,
    read_hash: str,
    *,
    as_of: Instant = FOREVER,
    first: int = 1,
    last: int = FOREVER,
) -> list[Look]:
    """Every look that counts, seen by `as_of` and among snapshots `first`..`last`, in order of `seen_at`.

    An import that awaits acceptance does not count; the snapshot that its acceptance wrote does. One statement.
    """
    at = schema.snapshots.c
    read = schema.readings.c
    same = sa.and_(read.body == at.body, read.source == at.source, read.read_hash == read_hash)
    statement = (
        sa.select(at.id, at.seen_at, at.recorded_at, at.status, at.body, at.because)
        .add_columns(read.id, read.state, read.because)
        .select_from(schema.snapshots.outerjoin(schema.readings, same))
        .where(at.source == source, at.awaits.is_(sa.false()), at.seen_at <= as_of, at.id.between(first, last))
        .order_by(at.seen_at, at.id)
    )
    return [_look(*row) for rows in plain_rows(connection, statement) for row in rows]


def plain_rows(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """The driver's own tuples: for columns that need no conversion, of which there may be hundreds of thousands.

    They come a few thousand at a time: whatever takes them all by one call keeps every other thread waiting for it.
    What the driver cannot read is told as SQLAlchemy tells it: callers know no driver.
    """
    cursor: Any = connection.execute(statement).cursor
    try:
        while rows := cursor.fetchmany(AT_A_TIME):
            yield rows
    except connection.dialect.loaded_dbapi.Error as error:
        raise sa.exc.OperationalError(str(statement), None, error) from error


def _look(
    snapshot: int,
    seen_at: int,
    recorded_at: int,
    status: int,
    body: str | None,
    because: str,
    reading: int | None,
    state: SightingState | None,
    why: str | None,
) -> Look:
    if body is None or status not in ANSWERED:  # freshness knows a page taken down by the words HTTP 404
        failed = Sighting(snapshot, seen_at, recorded_at, "failed", None, because or f"HTTP {status}")
        return Look(failed, None, unread=False)
    sighting = Sighting(snapshot, seen_at, recorded_at, state or "unreadable", body, why or because)
    return Look(sighting, reading, unread=state is None)


def before_unread(looks: Iterable[Look]) -> int:
    """The last snapshot before the first one not read yet: what may be told so far."""
    return min((look.sighting.snapshot for look in looks if look.unread), default=FOREVER) - 1
