"""Lines to step functions: one pass through the instants at which a row comes, changes or goes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from resolvers.evidence import Instant
from resolvers.rules.exact import Amount
from resolvers.rules.lines import Change, Entry, Lines
from resolvers.rules.reducers import Reducer
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps

V = TypeVar("V")


class Events:
    """What happens to the rows of some lines under one way of knowing: (instant, row, entry or None), in order."""

    def __init__(self, lines: Lines, how: str, k: Instant, reduce: str = "", n: int = 1) -> None:
        self.lines = lines
        self.others = lines.changes(how, k, reduce, n)

    def simple_entry(self, row: int) -> Entry:
        lines = self.lines
        value = lines.values[row]
        return Entry(True, value, value, lines.places[row], lines.at[row], lines.clock_of(row))

    def merged(self, rows: Iterable[int] | None = None) -> list[tuple[Instant, int, Entry | None]]:
        """Simple rows (all, or those that matter) and the others together."""
        at = self.lines.at
        some = range(len(at)) if rows is None else rows
        simple = [(at[row], row, self.simple_entry(row)) for row in some]
        return sorted([*simple, *self.others], key=lambda event: event[0])

    def instants(self) -> list[Instant]:
        """When anything happens."""
        return sorted({*self.lines.at, *(t for t, _, _ in self.others)})


class Track(Generic[V]):
    """Steps in the making: a value that equals the one before it makes none."""

    def __init__(self, first: V) -> None:
        self.at: list[Instant] = [LONG_AGO]
        self.values: list[V] = [first]

    def set(self, t: Instant, value: V) -> None:
        if self.at[-1] == t:
            self.values[-1] = value
        elif self.values[-1] is not value and self.values[-1] != value:
            self.at.append(t)
            self.values.append(value)

    def steps(self) -> Steps[V]:
        return Steps(self.at, self.values)


def sweep(events: Events, reducer: Reducer, how: str) -> Steps[Amount]:
    """The reduce's value from each instant on."""
    if how in DECOMPOSED or (how in BY_CLOCK and events.lines.clocks is None):
        return decomposed(events, reducer, how)
    track = Track(reducer.value())
    lines, others = events.lines, events.others
    row, rows, place = 0, len(lines.at), 0
    while (t := min(lines.at[row] if row < rows else FAR_AHEAD, _when(others, place))) < FAR_AHEAD:
        if row < rows and lines.at[row] == t:
            end = bisect_right(lines.at, t, row)
            reducer.extend(lines, row, end)
            row = end
        place = _applied(reducer, others, place, t)
        track.set(t, reducer.value())
    return track.steps()


DECOMPOSED = ("max", "min", "count", "any", "sum", "total", "mean", "slope")
"""Reduces that are put together from those of the simple rows, which no k changes, and of the others."""
BY_CLOCK = ("first", "last")
"""The same where rows come in the order of their clocks: where that is when they were seen."""


def decomposed(events: Events, reducer: Reducer, how: str) -> Steps[Amount]:
    """The reduce of the others, with that of the simple rows as its base."""
    bases = events.lines.bases(how)
    track = Track(reducer.value())
    others, base_at = events.others, bases.at
    place, base, bases_size = 0, 0, len(base_at)
    while (t := _when(others, place)) < FAR_AHEAD or base + 1 < bases_size:
        if base + 1 < bases_size and base_at[base + 1] <= t:
            t = base_at[base + 1]
            base += 1
            reducer.base = bases.values[base]
        place = _applied(reducer, others, place, t)
        track.set(t, reducer.value())
    return track.steps()


def _when(changes: Sequence[Change], place: int) -> Instant:
    """When the change at this place happens; far ahead where there is none."""
    return changes[place][0] if place < len(changes) else FAR_AHEAD


def _applied(reducer: Reducer, changes: Sequence[Change], place: int, t: Instant) -> int:
    """The place of the first change after t, once all at t are taken in."""
    put, drop, size = reducer.put, reducer.drop, len(changes)
    while place < size:
        at, row, entry = changes[place]
        if at != t:
            break
        if entry is None:
            drop(row)
        else:
            put(row, entry)
        place += 1
    return place


def active(events: Events, t: Instant) -> list[tuple[int, Entry]]:
    """The rows that are there at t, with their entries, in order of the rows."""
    found: dict[int, Entry | None] = {}
    for row, start in enumerate(events.lines.at):
        if start > t:
            break
        found[row] = events.simple_entry(row)
    for start, row, entry in events.others:
        if start > t:
            break
        found[row] = entry
    return [(row, entry) for row, entry in found.items() if entry is not None]


def active_places(events: Events, t: Instant) -> tuple[int, list[int]]:
    """The rows that are there at t, in the same order: how many of the simple ones, and the spans of the others."""
    others: dict[int, Entry | None] = {}
    for start, row, entry in events.others:
        if start > t:
            break
        others[row] = entry
    return bisect_right(events.lines.at, t), [entry.place for entry in others.values() if entry is not None]
