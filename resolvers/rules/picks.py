"""Which rows are picked: the best by a column, those that tie with it, or the top few."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from resolvers.evidence import Instant
from resolvers.rules.columns import Number
from resolvers.rules.exact import Ref
from resolvers.rules.lines import Entry
from resolvers.rules.nodes import Pick
from resolvers.rules.reducers import EMPTY
from resolvers.rules.steps import LONG_AGO, Steps
from resolvers.rules.sweep import Events, Track

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Winners:
    """The picked rows: one, or several that tie; where it is not certain, every row that it could be.

    `nobody`: it could also be that there is no row at all, for none of them is there for sure.
    """

    rows: tuple[Ref, ...]
    certain: bool = True
    because: str = ""
    nobody: bool = False


NOBODY = Winners((), True, EMPTY)


Dates = Sequence[Number] | None
"""The day of each span by which ties are broken, where a pick asks for that."""


def picked(events: Events, pick: Pick, table: int, dates: Dates = None) -> Steps[Winners]:
    """argmax and argmin through time."""
    sign = 1 if pick.how == "argmax" else -1
    if not events.others and dates is None:
        return _simply_picked(events, pick, table, sign)
    front = Front(sign, 1)
    track: Track[Winners] = Track(NOBODY)
    merged = events.merged(events.lines.leaders(sign, 1).rows)
    for place, (t, row, entry) in enumerate(merged):
        front.put(row, entry)
        if place + 1 == len(merged) or merged[place + 1][0] != t:
            track.set(t, winners_among([found for _, found in front.leaders()], pick, table, sign, dates))
    return track.steps()


class Front:
    """The rows that can be among the best `n`, kept in order while rows come, change and go."""

    def __init__(self, sign: int, n: int) -> None:
        self.sign, self.n = sign, n
        self.there: dict[int, Entry] = {}
        self.near: list[Decimal] = []
        self.far: list[tuple[Decimal, int]] = []

    def put(self, row: int, entry: Entry | None) -> None:
        """A row's new entry, or None where it is gone."""
        old = self.there.pop(row, None)
        if old is not None:
            low, high = self._ends(old)
            self.far.pop(bisect_left(self.far, (high, row)))
            if old.sure:
                self.near.pop(bisect_left(self.near, low))
        if entry is not None:
            self.there[row] = entry
            low, high = self._ends(entry)
            insort(self.far, (high, row))
            if entry.sure:
                insort(self.near, low)

    def _ends(self, entry: Entry) -> tuple[Decimal, Decimal]:
        return (entry.low, entry.high) if self.sign > 0 else (-entry.high, -entry.low)

    def leaders(self) -> list[tuple[int, Entry]]:
        """The rows that nothing keeps from being among the best `n`; every other is behind `n` sure rows."""
        first = 0
        if len(self.near) >= self.n:
            first = bisect_left(self.far, (self.near[-self.n], -1))
        return [(row, self.there[row]) for _, row in self.far[first:]]


def top_steps(events: Events, pick: Pick, value: Callable[[list[tuple[int, Entry]]], V], before: V) -> Steps[V]:
    """What `value` makes of the rows that can be among the top, through time."""
    front = Front(1, pick.n)
    track = Track(before)
    last: list[tuple[int, Entry]] = []
    merged = events.merged(events.lines.leaders(1, pick.n).rows)
    for place, (t, row, entry) in enumerate(merged):
        front.put(row, entry)
        if place + 1 == len(merged) or merged[place + 1][0] != t:
            leaders = front.leaders()
            if leaders != last:
                last = leaders
                track.set(t, value(leaders))
    return track.steps()


def _simply_picked(events: Events, pick: Pick, table: int, sign: int) -> Steps[Winners]:
    """The fast way where rows only come: the running best and its equals."""
    lines = events.lines
    at: list[Instant] = [LONG_AGO]
    held: list[list[int]] = [[]]
    best: Decimal | None = None
    for row, value in enumerate(lines.values):
        if best is not None and (value < best if sign > 0 else value > best):
            continue
        rows = [*held[-1], row] if value == best else [row]
        best = value
        if at[-1] == lines.at[row]:
            held[-1] = rows
        else:
            at.append(lines.at[row])
            held.append(rows)
    values = [NOBODY]
    for rows in held[1:]:
        entries = [events.simple_entry(row) for row in rows]
        values.append(Winners(tuple((table, entry.place) for entry in untied(entries, pick)), True))
    return Steps(at, values)


def winners_among(entries: Sequence[Entry], pick: Pick, table: int, sign: int, dates: Dates = None) -> Winners:
    """The best of these: certain where no unsure row or open value could be it."""
    if not entries:
        return NOBODY
    near = {id(entry): entry.low if sign > 0 else -entry.high for entry in entries}
    far = {id(entry): entry.high if sign > 0 else -entry.low for entry in entries}
    sure = [near[id(entry)] for entry in entries if entry.sure]
    floor = max(sure) if sure else None
    possible = [entry for entry in entries if floor is None or far[id(entry)] >= floor]
    certain = floor is not None and all(entry.sure and entry.low == entry.high for entry in possible)
    if certain and dates is not None:
        return _dated(possible, pick, table, dates)
    if certain:
        return Winners(tuple((table, entry.place) for entry in untied(possible, pick)), True)
    because = (
        "; ".join(dict.fromkeys(sorted(entry.because for entry in possible if entry.because))) or "open values overlap"
    )
    if floor is None:
        because = because or EMPTY
    return Winners(tuple((table, entry.place) for entry in possible), False, because, floor is None)


def _dated(entries: Sequence[Entry], pick: Pick, table: int, dates: Sequence[Number]) -> Winners:
    """Of rows with equal values those with the earliest or latest date; open where a date cannot be read."""
    known = {entry.place: date for entry in entries if isinstance(date := dates[entry.place], Decimal)}
    wanted = (min if pick.ties == "earliest" else max)(known.values()) if known else None
    found = [entry for entry in entries if known.get(entry.place, wanted) == wanted]
    sure = len(entries) == 1 or all(entry.place in known for entry in found)
    because = "" if sure else f"a tie hangs on a {pick.by} that cannot be read"
    return Winners(tuple((table, entry.place) for entry in found), sure, because)


def untied(entries: Sequence[Entry], pick: Pick) -> Sequence[Entry]:
    """Of rows with equal values: all of them, or those seen first or last (several where even that is equal)."""
    if pick.ties == "share" or len(entries) < 2:
        return entries
    starts = [entry.start for entry in entries]
    wanted = min(starts) if pick.ties == "first" else max(starts)
    return [entry for entry in entries if entry.start == wanted]


def ranked(entries: Sequence[tuple[int, Entry]], pick: Pick, dates: Dates = None) -> list[tuple[int, Entry]]:
    """The top `n` rows: in for sure, or maybe where unsure rows or open values could push them out."""
    if len(entries) <= pick.n:
        return list(entries)
    if _told_apart(entries):
        last = sorted([entry.low for _, entry in entries], reverse=True)[pick.n - 1]
        return [(row, entry) for row, entry in entries if entry.low >= last]
    ahead = _Ahead(entries, pick, dates)
    found: list[tuple[int, Entry]] = []
    for row, entry in entries:
        if ahead.surely(entry) >= pick.n:
            continue
        if ahead.maybe(entry) < pick.n:
            found.append((row, entry))
        else:
            found.append((row, entry.doubted(f"open whether it is among the top {pick.n}")))
    return found


def _told_apart(entries: Sequence[tuple[int, Entry]]) -> bool:
    """Whether all are in for sure, with a value of their own each: then there is nothing to weigh."""
    values = {entry.low for _, entry in entries if entry.sure and entry.low == entry.high}
    return len(values) == len(entries)


class _Ahead:
    """How many rivals stand before an entry, by value and then by what breaks ties."""

    def __init__(self, entries: Sequence[tuple[int, Entry]], pick: Pick, dates: Dates) -> None:
        self.ties, self.dates = pick.ties, dates
        self.highs = sorted([entry.high for _, entry in entries])
        self.lows = sorted([entry.low for _, entry in entries if entry.sure])
        self.by_high: dict[Decimal, list[Entry]] = {}
        self.by_low: dict[Decimal, list[Entry]] = {}
        if pick.ties == "share":
            return  # nothing breaks a tie
        for _, entry in entries:
            self.by_high.setdefault(entry.high, []).append(entry)
            if entry.sure:
                self.by_low.setdefault(entry.low, []).append(entry)

    def maybe(self, entry: Entry) -> int:
        """Rivals that may stand before it; it is no rival of itself."""
        above = len(self.highs) - bisect_right(self.highs, entry.low) - (entry.high > entry.low)
        equals = self.by_high.get(entry.low, ())
        return above + sum(rival is not entry and self.tie(rival, entry) is not False for rival in equals)

    def surely(self, entry: Entry) -> int:
        """Rivals that are there for sure, and surely stand before it."""
        above = len(self.lows) - bisect_right(self.lows, entry.high)
        equals = self.by_low.get(entry.high, ())
        return above + sum(rival is not entry and self.tie(rival, entry) is True for rival in equals)

    def tie(self, rival: Entry, entry: Entry) -> bool | None:
        """Whether a rival of equal value stands before; None where a date cannot be read."""
        if self.dates is None:
            return rival.start < entry.start if self.ties == "first" else rival.start > entry.start
        one, other = self.dates[rival.place], self.dates[entry.place]
        if not (isinstance(one, Decimal) and isinstance(other, Decimal)):
            return None
        return one < other if self.ties == "earliest" else one > other
