"""Sightings and readings of one source to spans: which row stood unchanged from when until when.

Only good sightings move a span. A body that could not be read, was refused or never came leaves the last good state
standing; how long that may be trusted is for freshness and the rules to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from resolvers.evidence import Cell, Ending, Row, Sighting, SourceEvidence, Span
from resolvers.sources.reading import Reading
from resolvers.sources.spec import ReadSpec, SourceSpec

Signature = tuple[tuple[str, str], ...]


def source_evidence(spec: SourceSpec, sightings: Iterable[Sighting], readings: Mapping[str, Reading]) -> SourceEvidence:
    """All that `sightings` show of a source; `readings` are by the sha256 of the body they read."""
    ordered = in_order(sightings)
    return SourceEvidence(spec, ordered, spans_of(spec.read, ordered, readings))


def in_order(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Sightings by the moment they could be known, never by when our store got them, so that imports commute."""
    return tuple(sorted(sightings, key=lambda s: (s.seen_at, s.body or "", s.snapshot)))


def spans_of(spec: ReadSpec, sightings: Sequence[Sighting], readings: Mapping[str, Reading]) -> tuple[Span, ...]:
    """The spans of every row, in order of `since` and then of the document.

    A row that is gone while another has come is taken for the same row under a new key only where exactly one gone and
    one new row agree in every other column that is read; any doubt leaves the one *vanished* (or *withdrawn*, where
    the publisher's list is declared complete) and the other new. A quarantined key keeps its span while that tells the
    figures that are now in doubt; otherwise its row stands with those cells unknown, for unknown is not absent.
    """
    line = _Timeline(spec)
    for sighting in _last_of_each_instant(in_order(sightings)):
        assert sighting.body is not None
        line.advance(sighting, readings[sighting.body])
    return line.spans()


def _last_of_each_instant(ordered: Sequence[Sighting]) -> list[Sighting]:
    good = {s.seen_at: s for s in ordered if s.state == "good" and s.body is not None}
    return list(good.values())


@dataclass
class _Timeline:
    spec: ReadSpec
    alive: dict[str, Span] = field(default_factory=dict)
    closed: list[Span] = field(default_factory=list)
    row_of: dict[str, str] = field(default_factory=dict)
    living: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)
    order: dict[tuple[str, int], int] = field(default_factory=dict)
    body: str | None = None

    def advance(self, sighting: Sighting, reading: Reading) -> None:
        """One good sighting later: rows that stay, change, come and go."""
        if reading.state != "good" or sighting.body == self.body:
            return
        self.body = sighting.body
        rows = {row.key: row for row in reading.rows}
        held = reading.held
        joined = self._rekeyed(rows, held)
        self._end_gone(sighting, rows, held, set(joined.values()))
        moved = {new: self.alive.pop(old) for new, old in joined.items()}
        for key, row in rows.items():
            if key in moved:
                self._close(moved[key], sighting, "rekeyed")
                self._begin(row, sighting, moved[key].row)
            else:
                self._go_on(row, sighting)
        for row in reading.set_aside:
            if not self._stands_on(row):
                self._go_on(row, sighting)

    def _stands_on(self, aside: Row) -> bool:
        """Whether the key's span tells every bounded figure that the row set aside leaves in doubt."""
        span, columns = self.alive.get(aside.key), self.spec.columns
        in_doubt = [name for name, text in aside.cells.items() if text is None and columns[name].between is not None]
        return span is not None and all(span.cells.get(name) is not None for name in in_doubt)

    def _rekeyed(self, rows: Mapping[str, Row], held: frozenset[str]) -> dict[str, str]:
        """New key -> old key, wherever the two agree and nothing else could be meant."""
        left = [key for key in self.alive if key not in rows and key not in held]
        gone = {key: self._signature(self.alive[key].cells) for key in left}
        come = {key: self._signature(row.cells) for key, row in rows.items() if key not in self.alive}
        old, new = _by_signature(gone), _by_signature(come)
        pairs = {new[s][0]: old[s][0] for s in old if s and len(old[s]) == 1 and len(new.get(s, ())) == 1}
        return {key: was for key, was in pairs.items() if self.row_of.get(key) in (None, self.alive[was].row)}

    def _signature(self, cells: Mapping[str, Cell]) -> Signature:
        """Every used cell but the key's own; empty, and so like no other, where nothing is known to compare."""
        of_key = set(self.spec.key_fields())
        told: list[tuple[str, str]] = []
        for name, text in cells.items():
            if self.spec.published(name) in of_key:
                continue
            if text is None:
                return ()
            told.append((name, text))
        return tuple(sorted(told))

    def _end_gone(self, at: Sighting, rows: Mapping[str, Row], held: frozenset[str], moving: set[str]) -> None:
        ended: Ending = "withdrawn" if self.spec.complete else "vanished"
        for key in [key for key in self.alive if key not in rows and key not in held and key not in moving]:
            span = self.alive.pop(key)
            self.living.discard(span.row)
            self._close(span, at, ended)

    def _go_on(self, row: Row, sighting: Sighting) -> None:
        span = self.alive.get(row.key)
        if span is None:
            self._begin(row, sighting, self._name(row.key))
        elif span.observation != row.observation:
            self._close(span, sighting, "changed")
            self._begin(row, sighting, span.row)

    def _name(self, key: str) -> str:
        """The row a key stands for: its own from before, unless that row lives on under another key."""
        known = self.row_of.get(key)
        if known is not None and known not in self.living:
            return known
        name, number = key, self.numbers.get(key, 1)
        while name in self.taken:
            number += 1
            name = f"{key} ({number})"
        self.numbers[key] = number
        return name

    def _begin(self, row: Row, at: Sighting, name: str) -> None:
        assert at.body is not None
        self.alive[row.key] = Span(name, row.key, row.observation, row.cells, at.snapshot, at.body, at.seen_at)
        self.row_of[row.key] = name
        self.living.add(name)
        self.taken.add(name)
        self.order[(row.key, at.seen_at)] = len(self.order)

    def _close(self, span: Span, at: Sighting, ended: Ending) -> None:
        self.closed.append(replace(span, until=at.seen_at, ended=ended))

    def spans(self) -> tuple[Span, ...]:
        everything = [*self.closed, *self.alive.values()]
        return tuple(sorted(everything, key=lambda span: self.order[(span.key, span.since)]))


def _by_signature(signed: Mapping[str, Signature]) -> dict[Signature, list[str]]:
    groups: dict[Signature, list[str]] = {}
    for key, signature in signed.items():
        groups.setdefault(signature, []).append(key)
    return groups
