"""Evidence as the rules read it: everything seen of each source by an instant, loaded at once.

Two statements a source and one for all of them; nothing is fetched from anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic_core import from_json

from bot.store import schema
from bot.store.engine import Store
from bot.store.readings import stored_readings
from bot.store.sightings import FOREVER, Look, looks_at, plain_rows
from bot.store.timelines import Marker, bring_up_to_date, markers
from markets.pausing import without_collecting
from resolvers.evidence import (
    Cell,
    CellColumns,
    Ending,
    EvidenceInMemory,
    Instant,
    SourceEvidence,
    Span,
    SpanColumns,
    instant,
)
from resolvers.sources.spec import SourceSpec
from resolvers.timeline import in_order, source_evidence

V = TypeVar("V")

COLUMNS = 6
"""Of a span, beside its cells."""


def load_evidence(
    store: Store, sources: Mapping[str, SourceSpec], as_of: datetime, known_on: datetime | None = None
) -> EvidenceInMemory:
    """What had been seen of each source by `as_of`, and with `known_on` only what our store had by then (law 1).

    What a new `read:` block has not read yet is read first. bot.store.bodies.Damaged where that needs bytes that are
    not what they were.
    """
    at = instant(as_of)
    known_at = FOREVER if known_on is None else instant(known_on)
    found = _try(store, sources, at, known_at)
    while isinstance(found, list):
        for source in found:
            bring_up_to_date(store, source)
        found = _try(store, sources, at, known_at)
    return EvidenceInMemory(found)


def _try(
    store: Store, sources: Mapping[str, SourceSpec], as_of: Instant, known_at: Instant
) -> dict[str, SourceEvidence] | list[SourceSpec]:
    """The evidence, or the sources whose spans must be told further first."""
    with store.reading() as connection:
        told = markers(connection, sources)
        behind = [spec for name, spec in sources.items() if _behind(told.get(name))]
        if behind:
            return behind
        with without_collecting():
            return {name: _load(connection, spec, told[name], as_of, known_at) for name, spec in sources.items()}


def _behind(marker: Marker | None) -> bool:
    return marker is None or not marker.whole or marker.last_snapshot < marker.newest


def _load(
    connection: sa.Connection, source: SourceSpec, marker: Marker, as_of: Instant, known_at: Instant
) -> SourceEvidence:
    looks = looks_at(connection, source.id, marker.read_hash, as_of=as_of, last=marker.last_snapshot)
    known = [look for look in looks if look.sighting.recorded_at <= known_at]
    if len(known) < len(looks):
        readings = stored_readings(connection, source.id, marker.read_hash, known)
        return source_evidence(source, [look.sighting for look in known], readings)
    sightings = in_order(look.sighting for look in looks)
    return SourceEvidence(source, sightings, _spans(connection, marker.id, looks, as_of))


def _spans(connection: sa.Connection, timeline: int, looks: Sequence[Look], as_of: Instant) -> Sequence[Span]:
    """The kept spans that had begun by `as_of`; one that ended later stands still."""
    span = schema.spans.c
    statement = (
        sa.select(span.cells, span.row, sa.func.nullif(span.key, span.row), span.observation)
        .add_columns(span.snapshot, span.until, sa.func.nullif(span.ended, "current"))
        .where(span.timeline == timeline, span.since <= as_of)
        .order_by(span.position)
    )
    columns: tuple[list[Any], ...] = tuple([] for _ in range(COLUMNS))
    parsed: list[dict[str, Cell]] = []
    for some in plain_rows(connection, statement):
        cells, *others = zip(*some, strict=True)
        parsed += _parsed(cells)
        for column, part in zip(columns, others, strict=True):
            column.extend(part)
    if not parsed:
        return ()
    row, other_key, observation, snapshot, until, how_ended = columns
    if any(end is not None and end > as_of for end in set(until)):  # as few different ones as there were looks
        until = [end if end is not None and end <= as_of else None for end in until]
    seen = {look.sighting.snapshot: look.sighting for look in looks}
    return SpanColumns(
        row=row,
        key=_keys(row, other_key),
        observation=observation,
        cells=CellColumns(parsed),
        snapshot=_shared(snapshot),
        body=_of_looks({number: sighting.body or "" for number, sighting in seen.items()}, snapshot),
        since=_of_looks({number: sighting.seen_at for number, sighting in seen.items()}, snapshot),
        until=until,
        ended=_endings(how_ended, until),
    )


def _keys(rows: Sequence[str], others: Sequence[str | None]) -> Sequence[str]:
    """The key of each span: nearly always its row's name, or else the `other` one."""
    if others.count(None) == len(others):
        return rows
    return [row if other is None else other for row, other in zip(rows, others, strict=True)]


def _endings(told: Sequence[Ending | None], until: Sequence[Instant | None]) -> Sequence[Ending]:
    """How each span ended: most still stand."""
    if until.count(None) == len(until):
        return ["current"] * len(until)
    known: dict[Ending, Ending] = {}
    return [
        "current" if end is None or how is None else known.setdefault(how, how)
        for how, end in zip(told, until, strict=True)
    ]


def _of_looks(told: Mapping[int, V], snapshots: Sequence[int]) -> list[V]:
    """What is told of the look that first showed each span: one object for all that it showed."""
    return list(map(told.__getitem__, snapshots))


def _shared(numbers: Sequence[int]) -> list[int]:
    """The same numbers with one object for all that are equal: there are as many different ones as looks."""
    known: dict[int, int] = {}
    return list(map(known.setdefault, numbers, numbers))


def _parsed(cells: Sequence[str]) -> list[dict[str, Cell]]:
    """Many cells by one call, which is several times faster than one for each; equal texts become one object.

    The fast parser refuses half a surrogate pair, which a published text may hold.
    """
    together = f"[{','.join(cells)}]"
    try:
        found: list[dict[str, Cell]] = from_json(together, cache_strings="all")
    except ValueError:
        found = json.loads(together)
    return found
