"""Evidence made again from the bytes alone, as `crux verify` needs it: nothing read before is believed."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from bot.store import bodies
from bot.store.engine import Store
from bot.store.sightings import looks_at
from resolvers.evidence import EvidenceInMemory, Instant, Sighting, SourceEvidence, instant
from resolvers.sources.reading import Reading, read_body
from resolvers.sources.spec import SourceSpec
from resolvers.timeline import source_evidence

NO_READING = ""
"""A hash that no `read:` block has, so that no stored reading is joined."""

Memo = MutableMapping[tuple[str, str, str], Reading]
"""(body, source, hash of the read block) -> what the bytes say: for walking many decisions over the same bytes."""


@dataclass(frozen=True, slots=True)
class BrokenBody:
    """A body whose stored bytes are not what they were; every resolution that cites it has lost its ground."""

    sha256: str
    source: str
    because: str


@dataclass(frozen=True, slots=True)
class Rederived:
    """The evidence, and the bodies that could not serve it (their sightings stand as unreadable)."""

    evidence: EvidenceInMemory
    broken: tuple[BrokenBody, ...]


def rederive(
    store: Store,
    sources: Mapping[str, SourceSpec],
    last_snapshot: int,
    as_of: datetime,
    *,
    memo: Memo | None = None,
) -> Rederived:
    """What a decision made at `as_of`, when `last_snapshot` was the newest, had before it: from snapshots and bytes.

    Bytes are held against their sha256 and parsed again; readings, observations and spans are not looked at.
    """
    memo = {} if memo is None else memo
    broken: list[BrokenBody] = []
    with store.reading() as connection:
        made = {
            name: _source(connection, spec, last_snapshot, instant(as_of), memo, broken)
            for name, spec in sources.items()
        }
    return Rederived(EvidenceInMemory(made), tuple(broken))


def _source(
    connection: sa.Connection,
    source: SourceSpec,
    last_snapshot: int,
    as_of: Instant,
    memo: Memo,
    broken: list[BrokenBody],
) -> SourceEvidence:
    sightings: list[Sighting] = []
    readings: dict[str, Reading] = {}
    for look in looks_at(connection, source.id, NO_READING, as_of=as_of, last=last_snapshot):
        sighting = look.sighting
        if sighting.body is not None:
            if sighting.body not in readings:
                readings[sighting.body] = _read(connection, source, sighting.body, memo, broken)
            reading = readings[sighting.body]
            sighting = replace(sighting, state=reading.state, because=reading.because or sighting.because)
        sightings.append(sighting)
    return source_evidence(source, sightings, readings)


def _read(connection: sa.Connection, source: SourceSpec, body: str, memo: Memo, broken: list[BrokenBody]) -> Reading:
    place = (body, source.id, source.read.hash())
    if place not in memo:
        try:
            memo[place] = read_body(bodies.get(connection, body), source.id, source.read)
        except bodies.Damaged as error:
            broken.append(BrokenBody(body, source.id, error.because))
            return Reading("unreadable", f"its stored bytes are damaged: {error.because}")
    return memo[place]
