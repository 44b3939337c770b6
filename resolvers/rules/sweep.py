"""Lines to step functions: one pass through the instants at which a row comes, changes or goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Generic, TypeVar

from resolvers.evidence import Instant
from resolvers.rules.exact import Amount
from resolvers.rules.lines import Entry, Lines
from resolvers.rules.reducers import Reducer, number
from resolvers.rules.steps import LONG_AGO, Steps

V = TypeVar("V")


class Events:
    """What happens to the rows of some lines under one way of knowing: (instant, row, entry or None), in order."""

    def __init__(self, lines: Lines, how: str, k: Instant) -> None:
        self.lines = lines
        found: list[tuple[Instant, int, Entry | None]] = []
        size = len(lines.at)
        for number_, profile in enumerate(lines.profiles(how, k)):
            found += [(t, size + number_, entry) for t, entry in profile]
        self.others = sorted(found, key=lambda event: event[0])

    def simple_entry(self, row: int) -> Entry:
        lines = self.lines
        value = lines.values[row]
        return Entry(True, value, value, lines.places[row], lines.at[row], lines.clock_of(row))

    def merged(self) -> list[tuple[Instant, int, Entry | None]]:
        """Simple rows and the others together."""
        simple = [(t, row, self.simple_entry(row)) for row, t in enumerate(self.lines.at)]
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
        elif self.values[-1] != value:
            self.at.append(t)
            self.values.append(value)

    def steps(self) -> Steps[V]:
        return Steps(self.at, self.values)


def sweep(events: Events, reducer: Reducer, how: str) -> Steps[Amount]:
    """The reduce's value from each instant on."""
    if not events.others and how in FAST:
        return FAST[how](events.lines, reducer.value())
    track = Track(reducer.value())
    merged = events.merged()
    for place, (t, row, entry) in enumerate(merged):
        if entry is None:
            reducer.drop(row)
        else:
            reducer.put(row, entry)
        if place + 1 == len(merged) or merged[place + 1][0] != t:
            track.set(t, reducer.value())
    return track.steps()


def _largest(lines: Lines, empty: Amount) -> Steps[Amount]:
    return _best(lines, empty, Decimal.__gt__)


def _smallest(lines: Lines, empty: Amount) -> Steps[Amount]:
    return _best(lines, empty, Decimal.__lt__)


def _best(lines: Lines, empty: Amount, better: Callable[[Decimal, Decimal], bool]) -> Steps[Amount]:
    """The running best of rows that only come."""
    at: list[Instant] = [LONG_AGO]
    rows: list[int] = [-1]
    best: Decimal | None = None
    table = lines.table.number
    for row, value in enumerate(lines.values):
        if best is None or better(value, best):
            best = value
            t = lines.at[row]
            if at[-1] == t:
                rows[-1] = row
            else:
                at.append(t)
                rows.append(row)
    values = [empty]
    for row in rows[1:]:
        exact = number(lines.values[row])
        values.append(Amount(exact, exact, "", ((table, lines.places[row]),)))
    return Steps(at, values)


def _count(lines: Lines, empty: Amount) -> Steps[Amount]:
    """The running count of rows that only come."""
    counts: dict[Instant, int] = {}
    for place, t in enumerate(lines.at):
        counts[t] = place + 1
    return Steps([LONG_AGO, *counts], [empty, *(Amount(count, count) for count in counts.values())])


FAST: dict[str, Callable[[Lines, Amount], Steps[Amount]]] = {
    "max": _largest,
    "min": _smallest,
    "count": _count,
    "any": _count,
}


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


def replayed(instants: Sequence[Instant], value_at: Callable[[Instant], V], before: V) -> Steps[V]:
    """Steps from a function of the instant, asked at each one at which something may change."""
    track = Track(before)
    for t in instants:
        track.set(t, value_at(t))
    return track.steps()
