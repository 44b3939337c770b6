"""The spans of every source kept ready: a cache of what `resolvers.timeline` says, never a truth of its own.

A source's timeline is taken further when a newer good body comes and made anew when one comes in out of order. It may
be dropped at any time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store.engine import Store
from bot.store.readings import ensure_readings, stored_readings
from bot.store.sightings import Look, before_unread, looks_at
from bot.store.types import canonical
from resolvers.evidence import Instant, Row, Sighting, Span
from resolvers.sources.reading import Reading
from resolvers.sources.spec import SourceSpec
from resolvers.timeline import spans_of

BEFORE = "before"
"""Stands for the body of the last good sighting when two of them are compared."""


@dataclass(frozen=True, slots=True)
class Marker:
    """How far a source's spans are told: up to which snapshot, and what its newest good sighting showed."""

    id: int
    source: str
    read_hash: str
    last_snapshot: int
    good_body: str | None
    good_seen_at: Instant | None
    spans: int
    whole: bool
    """False where spans were taken away behind the marker's back."""
    newest: int
    """The newest snapshot of the source that counts."""


def markers(connection: sa.Connection, sources: Mapping[str, SourceSpec]) -> dict[str, Marker]:
    """How far each source is told, by source id: one statement for all of them."""
    line, span, at = schema.timelines.c, schema.spans.c, schema.snapshots.c
    end = sa.select(sa.func.coalesce(sa.func.max(span.position) + 1, 0)).where(span.timeline == line.id)
    newest = sa.select(sa.func.coalesce(sa.func.max(at.id), 0)).where(
        at.source == line.source, at.awaits.is_(sa.false())
    )
    columns = [line.id, line.source, line.read_hash, line.last_snapshot, line.good_body, line.good_seen_at, line.spans]
    statement = sa.select(*columns, end.scalar_subquery() == line.spans, newest.scalar_subquery())
    hashes = {name: spec.read.hash() for name, spec in sources.items()}
    rows: Iterable[Any] = connection.execute(statement.where(line.source.in_(hashes)))
    found = (Marker(*row) for row in rows)
    return {marker.source: marker for marker in found if hashes[marker.source] == marker.read_hash}


def sizes(connection: sa.Connection, sources: Collection[str]) -> dict[str, int]:
    """How many spans each source had when they were told last, by one statement; one never told is left out."""
    line = schema.timelines.c
    told = sa.select(line.source, sa.func.max(line.spans)).where(line.source.in_(list(sources))).group_by(line.source)
    found: dict[str, int] = dict(connection.execute(told).all())
    return found


def bring_up_to_date(store: Store, source: SourceSpec) -> None:
    """Read what is unread and tell the source's spans up to its newest snapshot."""
    ensure_readings(store, source)
    with store.transaction(durable=False) as connection:
        marker = markers(connection, {source.id: source}).get(source.id)
        if marker is None or not marker.whole:
            _tell_anew(connection, source)
        elif marker.last_snapshot < marker.newest:
            _tell_on(connection, source, marker)


def forget(connection: sa.Connection) -> None:
    """Drop every timeline; the next load makes them again."""
    connection.execute(sa.delete(schema.spans))
    connection.execute(sa.delete(schema.timelines))


def _tell_on(connection: sa.Connection, source: SourceSpec, marker: Marker) -> None:
    looks = looks_at(connection, source.id, marker.read_hash, first=marker.last_snapshot + 1)
    last = min(before_unread(looks), max(look.sighting.snapshot for look in looks))
    good = [look for look in looks if look.sighting.state == "good" and look.sighting.snapshot <= last]
    readings = stored_readings(connection, source.id, marker.read_hash, good) if _shows_more(good, marker) else {}
    for look in good:
        step = _step(connection, source, marker, look.sighting, readings)
        if step is None:
            return _tell_anew(connection, source)
        marker = step
    _mark(connection, marker, last)
    return None


def _shows_more(good: Sequence[Look], marker: Marker) -> bool:
    return any(look.sighting.body != marker.good_body for look in good)


def _step(
    connection: sa.Connection, source: SourceSpec, marker: Marker, seen: Sighting, readings: Mapping[str, Reading]
) -> Marker | None:
    """The timeline one good sighting later; None where it must be told from the beginning."""
    if marker.good_seen_at is None or marker.good_body is None or seen.seen_at <= marker.good_seen_at:
        return None
    count = marker.spans
    if seen.body != marker.good_body:
        alive = _alive(connection, marker)
        told = _between(source, marker.good_seen_at, alive, seen, readings[seen.body or ""])
        fresh = [span for span in told if span.since == seen.seen_at]
        if _heard_of(connection, marker, {span.key for span in fresh} - set(alive)):
            return None
        _end(connection, marker, alive, told)
        named = [(span, alive[span.row].row if span.row in alive else span.row) for span in fresh]
        count = _append(connection, marker.id, count, named)
    return Marker(
        marker.id, marker.source, marker.read_hash, marker.last_snapshot, seen.body, seen.seen_at, count, True,
        marker.newest,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Open:
    """A span that still stands: where it is kept, its row's name, and its row as last seen."""

    position: int
    row: str
    seen: Row


def _alive(connection: sa.Connection, marker: Marker) -> dict[str, _Open]:
    span = schema.spans.c
    statement = (
        sa.select(span.position, span.row, span.key, span.cells, span.observation)
        .where(span.timeline == marker.id, span.until.is_(None))
        .order_by(span.position)
    )
    return {
        key: _Open(position, row, Row(key, json.loads(cells), observation))
        for position, row, key, cells, observation in connection.execute(statement)
    }


def _between(
    source: SourceSpec, before: Instant, alive: Mapping[str, _Open], seen: Sighting, reading: Reading
) -> tuple[Span, ...]:
    """What the new reading does to the rows that stand: all of it is asked of the one who knows, over two sightings."""
    was = Sighting(0, before, 0, "good", BEFORE)
    standing = Reading("good", rows=tuple(open_.seen for open_ in alive.values()))
    return spans_of(source.read, (was, seen), {BEFORE: standing, seen.body or "": reading})


def _heard_of(connection: sa.Connection, marker: Marker, keys: set[str]) -> bool:
    """Whether any key stood in this source before and is gone: its row's name then hangs on the whole past."""
    if not keys:
        return False
    span = schema.spans.c
    told = connection.execute(sa.select(span.key, span.row).where(span.timeline == marker.id))
    return any(key in keys or row in keys for key, row in told)


def _end(connection: sa.Connection, marker: Marker, alive: Mapping[str, _Open], told: Sequence[Span]) -> None:
    """Close the spans that stand no longer."""
    span = schema.spans.c
    here = sa.and_(span.timeline == marker.id, span.position == sa.bindparam("place"))
    closed = [
        {"place": alive[one.key].position, "until": one.until, "ended": one.ended}
        for one in told
        if one.until is not None
    ]
    if closed:
        connection.execute(sa.update(schema.spans).where(here), closed)


def _tell_anew(connection: sa.Connection, source: SourceSpec) -> None:
    read_hash = source.read.hash()
    gone = sa.select(schema.timelines.c.id).where(
        schema.timelines.c.source == source.id, schema.timelines.c.read_hash == read_hash
    )
    connection.execute(sa.delete(schema.spans).where(schema.spans.c.timeline.in_(gone)))
    connection.execute(sa.delete(schema.timelines).where(schema.timelines.c.id.in_(gone)))
    looks = looks_at(connection, source.id, read_hash)
    last = before_unread(looks)
    looks = [look for look in looks if look.sighting.snapshot <= last]
    readings = stored_readings(connection, source.id, read_hash, looks)
    _write(connection, source, looks, spans_of(source.read, [look.sighting for look in looks], readings))


def _write(connection: sa.Connection, source: SourceSpec, looks: Sequence[Look], told: Sequence[Span]) -> None:
    good = [look.sighting for look in looks if look.sighting.state == "good"]
    newest = max(good, key=lambda s: (s.seen_at, s.body or "", s.snapshot), default=None)
    row = {
        "source": source.id,
        "read_hash": source.read.hash(),
        "last_snapshot": max((look.sighting.snapshot for look in looks), default=0),
        "good_body": newest.body if newest else None,
        "good_seen_at": newest.seen_at if newest else None,
        "spans": len(told),
    }
    made = connection.execute(sa.insert(schema.timelines).values(row).returning(schema.timelines.c.id)).scalar_one()
    _append(connection, made, 0, [(span, span.row) for span in told])


def _append(connection: sa.Connection, timeline: int, start: int, told: Sequence[tuple[Span, str]]) -> int:
    rows: list[dict[str, Any]] = [
        {
            "timeline": timeline,
            "position": position,
            "row": row,
            "key": span.key,
            "observation": span.observation,
            "cells": canonical(dict(span.cells)),
            "snapshot": span.snapshot,
            "since": span.since,
            "until": span.until,
            "ended": span.ended,
        }
        for position, (span, row) in enumerate(told, start)
    ]
    if rows:
        connection.execute(sa.insert(schema.spans), rows)
    return start + len(rows)


def _mark(connection: sa.Connection, marker: Marker, last: int) -> None:
    line = schema.timelines
    connection.execute(
        sa.update(line)
        .where(line.c.id == marker.id)
        .values(last_snapshot=last, good_body=marker.good_body, good_seen_at=marker.good_seen_at, spans=marker.spans)
    )
