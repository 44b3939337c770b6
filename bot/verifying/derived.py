"""What was read in the bodies and told of it, held to the bytes: no decision rests on it, but the next one would."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.frozen import NOWHERE
from bot.store import Damaged, Store, bodies, rederive, schema
from bot.store.audit import BrokenLink
from bot.store.counting import newest_snapshot
from bot.store.raw import UNREADABLE, rows, undecodable
from bot.store.rederiving import Memo
from bot.store.types import canonical
from bot.verifying.sighted import RESTORE
from bot.verifying.stored import Row, sha256
from resolvers.evidence import Row as Seen
from resolvers.evidence import Span
from resolvers.sources.reading import Reading, read_body
from resolvers.sources.spec import ReadSpec, SourceSpec

FAR = datetime.max.replace(tzinfo=UTC)
Place = tuple[str, str]
"""(source, hash of the read block)"""


def derived_faults(store: Store, memo: Memo) -> list[BrokenLink]:
    """Where readings, the rows in them or the spans of a source are not what its bytes say.

    What is not there is no fault, for it is read again from the bytes when it is wanted; nor is what an older `read:`
    block read that this program does not know any more. Notes may stand in any order, and a refusal's words may differ:
    both follow the columns as their author wrote them, which a stored block has in the order of their names. `memo` has
    what was read already; nothing is added to it.
    """
    with store.reading() as connection:
        try:
            return list(_Checker(store, connection, memo).faults())
        except sa.exc.OperationalError as error:
            if undecodable(error):
                return [BrokenLink(0, f"what was read in the bodies cannot be read as it is stored: {RESTORE}")]
            raise


@dataclass(slots=True)
class _Checker:
    store: Store
    connection: sa.Connection
    memo: Memo
    seen: dict[str, tuple[str, Seen]] = field(default_factory=dict)  # by an observation's hash: its source, its row

    def faults(self) -> Iterator[BrokenLink]:
        blocks = rows(self.connection, schema.read_blocks)
        specs = {row["hash"]: _block(row) for row in blocks}
        for row in blocks:
            if sha256(row["canonical"]) != row["hash"]:
                what = f"the `read:` block kept as {row['hash']!s:.12}"
                yield BrokenLink(0, f"{what} is not the one that hashes to it: {RESTORE}")
        readings: dict[Place, list[Row]] = {}
        for row in rows(self.connection, schema.readings):
            readings.setdefault((row["source"], row["read_hash"]), []).append(row)
        lines = {(row["source"], row["read_hash"]): row for row in rows(self.connection, schema.timelines)}
        for place in dict.fromkeys((*readings, *lines)):
            spec = specs.get(place[1])
            if spec is None:
                continue
            memo: Memo = ChainMap({}, self.memo)
            for kept in readings.get(place, ()):
                yield from self._reading(kept, spec, memo)
            if place in lines:
                yield from self._spans(lines[place], spec, memo)
        yield from self._observations()

    def _links(self, reading: int) -> list[tuple[str, bool]]:
        """A reading's rows in their order: each one's observation by its hash, and whether it was set aside."""
        link, seen = schema.reading_rows.c, schema.observations.c
        joined = schema.reading_rows.outerjoin(schema.observations, seen.id == link.observation)
        statement = sa.select(seen.hash, seen.set_aside).select_from(joined).where(link.reading == reading)
        return [(made, bool(aside)) for made, aside in self.connection.execute(statement.order_by(link.position))]

    def _reading(self, row: Row, spec: ReadSpec, memo: Memo) -> Iterator[BrokenLink]:
        body, source = str(row["body"]), str(row["source"])
        try:
            reading = self._read(body, source, spec, memo)
        except Damaged:  # told of with the bodies
            return
        every = [(one, False) for one in reading.rows] + [(one, True) for one in reading.set_aside]
        self.seen |= {one.observation: (source, one) for one, _ in every}
        said = row["because"] == reading.because or reading.state != "good"
        kept = (said, row["state"], _sorted(row["notes"]), self._links(row["id"]))
        notes = _sorted([asdict(note) for note in reading.notes])
        if kept != (True, reading.state, notes, [(one.observation, aside) for one, aside in every]):
            yield BrokenLink(0, f"what was read in {source} {body[:12]} is not what its bytes say: {RESTORE}")

    def _read(self, body: str, source: str, spec: ReadSpec, memo: Memo) -> Reading:
        place = (body, source, spec.hash())
        if place not in memo:
            memo[place] = read_body(bodies.get(self.connection, body), source, spec)
        return memo[place]

    def _observations(self) -> Iterator[BrokenLink]:
        for row in rows(self.connection, schema.observations):
            source, shown = self.seen.get(str(row["hash"]), ("", None))
            if shown is None:
                continue
            if (row["source"], row["key"], row["cells"]) != (source, shown.key, canonical(dict(shown.cells))):
                what = f"the row {row['key']} of {row['source']}"
                yield BrokenLink(0, f"{what} is not kept as its bytes show it: {RESTORE}")

    def _spans(self, line: Row, spec: ReadSpec, memo: Memo) -> Iterator[BrokenLink]:
        kept = self._kept_spans(line)
        if kept is None or not isinstance(line["source"], str):
            return
        source = SourceSpec.model_construct(id=line["source"], publisher="", licence="", fetch=NOWHERE, read=spec)
        again = rederive(self.store, {source.id: source}, line["last_snapshot"], FAR, memo=memo)
        if again.broken:
            return
        made = again.evidence.source(source.id)
        good = [(one.seen_at, one.body or "") for one in made.sightings if one.state == "good"]
        told = [_as_kept(one) for one in made.spans]
        newest = max(good) if good else (None, None)
        ahead = line["last_snapshot"] > newest_snapshot(self.connection)  # looks still to come would not be told
        if ahead or (line["good_seen_at"], line["good_body"]) != newest or kept != told:
            yield BrokenLink(0, f"what is kept of {source.id} over time is not what its bytes say: {RESTORE}")

    def _kept_spans(self, line: Row) -> list[tuple[Any, ...]] | None:
        """The spans as they are kept; None where some are gone from the end, for the next load tells them again."""
        span = schema.spans.c
        columns = (
            span.row, span.key, span.observation, span.cells, span.snapshot, span.since, span.until, span.ended,
            span.position,
        )  # fmt: skip
        statement = sa.select(*columns).where(span.timeline == line["id"]).order_by(span.position)
        found = [tuple(row) for row in self.connection.execute(statement)]
        count = found[-1][-1] + 1 if found else 0
        return [row[:-1] for row in found] if count == line["spans"] else None


def _sorted(notes: Any) -> list[str]:
    try:
        return sorted(map(canonical, notes))
    except UNREADABLE:  # never written so
        return [str(notes)]


def _as_kept(span: Span) -> tuple[Any, ...]:
    cells = canonical(dict(span.cells))
    return (span.row, span.key, span.observation, cells, span.snapshot, span.since, span.until, span.ended)


def _block(row: Mapping[str, Any]) -> ReadSpec | None:
    """A stored `read:` block; None where it is none that this program knows, or not the one of its name."""
    try:
        spec = ReadSpec.model_validate(json.loads(row["canonical"]))
    except UNREADABLE:
        return None
    return spec if spec.hash() == row["hash"] else None
