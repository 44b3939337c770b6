"""Reduces as running sums: entries come, change and go; the value after each instant is an exact interval."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

from resolvers import units
from resolvers.evidence import Instant
from resolvers.rules.bases import Base, LatestBase
from resolvers.rules.columns import EXACTLY, LOWEST
from resolvers.rules.exact import INF, Amount, MaybeEmpty, Ref, undefined
from resolvers.rules.lines import Entry, Lines
from resolvers.units import Exact

EMPTY = "no eligible row"
NO_BASE = Base()
Shown = tuple[Decimal, Decimal, int]
"""A row's least and greatest value, and its span."""
NOTHING: Mapping[int, Shown] = {}


class Reducer(Protocol):
    """Takes entries by an id (a row), in any order of time, and tells the value of those that are there.

    `base` is what rows that never change come to; only sums and bests know how to add it.
    """

    base: Base

    def put(self, row: int, entry: Entry) -> None: ...

    def drop(self, row: int) -> None: ...

    def extend(self, lines: Lines, start: int, end: int) -> None:
        """Some of the simple rows, which never change nor go."""
        ...

    def value(self) -> Amount: ...


@lru_cache(maxsize=65536)
def number(value: Decimal) -> Exact:
    """A Decimal, or an infinite one, as the engine's exact number."""
    if value.is_infinite():
        return INF if value > 0 else -INF
    return units.exact(value)


def interval(low: Decimal, high: Decimal, because: str, rows: tuple[Ref, ...] = ()) -> Amount:
    exact = number(low)
    return Amount(exact, exact, "", rows) if low == high else Amount(exact, number(high), because, rows)


def in_short(reasons: Sequence[str]) -> str:
    """The first three reasons, and how many more there are."""
    more = f" and {len(reasons) - 3} more" if len(reasons) > 3 else ""
    return "; ".join(reasons[:3]) + more


class Held:
    """Entries by row, those that are unsure apart."""

    def __init__(self, table: int) -> None:
        self.table = table
        self.sure: dict[int, Entry] = {}
        self.open: dict[int, Entry] = {}
        self.odd: dict[int, Entry] = {}
        self.told: str | None = None
        self.why: list[str] = []
        self.given: dict[str, int] = {}
        """The reasons of the odd ones in order, and how often each is given."""
        self.base = NO_BASE

    def put(self, row: int, entry: Entry) -> None:
        if row in self.sure or row in self.open:
            self.drop(row)
        (self.sure if entry.sure else self.open)[row] = entry
        if entry.because:
            self.odd[row] = entry
            times = self.given.get(entry.because, 0)
            if not times:
                insort(self.why, entry.because)
            self.given[entry.because] = times + 1
            self.told = None

    def drop(self, row: int) -> None:
        if self.sure.pop(row, None) is None:
            self.open.pop(row, None)
        odd = self.odd.pop(row, None) if self.odd else None
        if odd is not None:
            times = self.given.pop(odd.because)
            if times > 1:
                self.given[odd.because] = times - 1
            else:
                self.why.pop(bisect_left(self.why, odd.because))
            self.told = None

    def extend(self, lines: Lines, start: int, end: int) -> None:
        """Some of the simple rows, which never change nor go."""
        for row in range(start, end):
            self.add(lines.values[row], lines.places[row], lines.clock_of(row))

    def add(self, value: Decimal, place: int, clock: Instant | None) -> None:
        self.put(-1 - place, Entry(True, value, value, place, 0, clock))

    def because(self) -> str:
        """Why the value is no point; told anew only when a row that is odd has come or gone."""
        if self.told is None:
            self.told = self.reasons()
        return self.told

    def reasons(self) -> str:
        """The first few reasons, in order of the rows' keys."""
        return in_short(self.why)


class Best(Held):
    """max and min: kept on heaps with the worst left to be thrown away later."""

    def __init__(self, table: int, largest: bool) -> None:
        super().__init__(table)
        self.sign = 1 if largest else -1
        self.near: list[tuple[Decimal, int, int]] = []
        self.far: list[tuple[Decimal, int, int]] = []
        self.made = 0
        self.floor = LOWEST
        self.current: dict[int, int] = {}

    def put(self, row: int, entry: Entry) -> None:
        super().put(row, entry)
        self.made += 1
        self.current[row] = self.made
        low, high = (entry.low, entry.high) if self.sign > 0 else (-entry.high, -entry.low)
        if entry.sure:
            heapq.heappush(self.near, (-low, self.made, row))
        heapq.heappush(self.far, (-high, self.made, row))

    def drop(self, row: int) -> None:
        super().drop(row)
        self.current.pop(row, None)

    def _top(self, heap: list[tuple[Decimal, int, int]]) -> tuple[Decimal, int] | None:
        while heap and self.current.get(heap[0][2]) != heap[0][1]:
            heapq.heappop(heap)
        return (-heap[0][0], heap[0][2]) if heap else None

    def value(self) -> Amount:
        near, far = self._better(self._top(self.near)), self._better(self._top(self.far))
        rows = tuple(dict.fromkeys((self.table, place) for _, place in (near, far) if place >= 0))
        low, high = (near[0], far[0]) if self.sign > 0 else (-far[0], -near[0])
        self.floor = near[0]
        because = self.because() if low != high else ""
        if near[1] < 0:
            return MaybeEmpty(number(low), number(high), because, rows)
        return interval(low, high, because, rows)

    def _better(self, found: tuple[Decimal, int] | None) -> tuple[Decimal, int]:
        """The best of the simple rows where that is at least as good, as (signed value, span)."""
        value, place = (LOWEST, -1) if found is None else (found[0], self._entry(found[1]).place)
        best = self.base.best
        if best is not None and (signed := best if self.sign > 0 else -best) >= value:
            return signed, self.base.place
        return value, place

    def _entry(self, row: int) -> Entry:
        return self.sure.get(row) or self.open[row]

    def because(self) -> str:
        """The reasons of those that could beat what is there for sure; that changes with the floor."""
        return in_short(sorted({entry.because for entry in self.odd.values() if self._matters(entry)}))

    def _matters(self, entry: Entry) -> bool:
        return (entry.high if self.sign > 0 else -entry.low) > self.floor


class Totals(Held):
    """count, any, sum, total and mean: running sums of what is sure; what is not is added at the end."""

    def __init__(self, table: int, how: str) -> None:
        super().__init__(table)
        self.how, self.adds = how, how not in ("count", "any")
        self.low = self.high = Decimal(0)
        self.endless = 0
        """How many rows, whether sure or not, have a value without a bound."""

    def put(self, row: int, entry: Entry) -> None:
        super().put(row, entry)
        if self.adds:
            self._add(entry, 1)

    def drop(self, row: int) -> None:
        there = (self.sure.get(row) or self.open.get(row)) if self.adds else None
        if there is not None:
            self._add(there, -1)
        super().drop(row)

    def _add(self, entry: Entry, sign: int) -> None:
        low, high = entry.low, entry.high
        if low.is_infinite() or high.is_infinite():
            self.endless += sign
        elif entry.sure and low is high:
            both = low.copy_negate() if sign < 0 else low
            alike = self.low is self.high
            self.low = EXACTLY.add(self.low, both)
            self.high = self.low if alike else EXACTLY.add(self.high, both)
        elif entry.sure:
            self.low = EXACTLY.add(self.low, low.copy_negate() if sign < 0 else low)
            self.high = EXACTLY.add(self.high, high.copy_negate() if sign < 0 else high)

    def value(self) -> Amount:
        sure = len(self.sure) + self.base.count
        possible = sure + len(self.open)
        if not self.adds:
            return Amount(sure, possible, self.because() if self.open else "")
        if not possible and self.how in ("mean", "total"):
            return undefined(EMPTY)
        if self.endless:
            return undefined(self.because())
        if not sure and self.how in ("mean", "total"):
            return undefined(self.because())
        return self._mean() if self.how == "mean" else self._sum()

    def _sum(self) -> Amount:
        low = EXACTLY.add(self.low, self.base.sum)
        if not self.open and self.low is self.high:
            exact = number(low)
            return Amount(exact, exact)
        high = EXACTLY.add(self.high, self.base.sum)
        for entry in self.open.values():
            low = EXACTLY.add(low, min(entry.low, Decimal(0)))
            high = EXACTLY.add(high, max(entry.high, Decimal(0)))
        return interval(low, high, self.because() if low != high else "")

    def _mean(self) -> Amount:
        count, base = len(self.sure) + self.base.count, self.base.sum
        if not self.open and self.low == self.high:
            exact = _stretched(EXACTLY.add(self.low, base), count, (), True)
            return Amount(exact, exact)
        low = _stretched(EXACTLY.add(self.low, base), count, sorted(entry.low for entry in self.open.values()), False)
        highs = sorted((entry.high for entry in self.open.values()), reverse=True)
        high = _stretched(EXACTLY.add(self.high, base), count, highs, True)
        return Amount(low, high, self.because() if low != high else "")


def _stretched(total: Decimal, count: int, others: Sequence[Decimal], up: bool) -> Exact:
    """The greatest (or least) mean when any of `others`, most extreme first, may be added."""
    for other in others:
        alike = EXACTLY.multiply(other, count)
        if (alike > total) is not up or alike == total:
            break
        total = EXACTLY.add(total, other)
        count += 1
    whole, parts = total.as_integer_ratio()
    mean = Fraction(whole, parts * count)
    return int(mean) if mean.denominator == 1 else mean


class Distinct(Held):
    """How many different values there are, by what `key` makes of a row's span (None: nobody can tell)."""

    def __init__(self, table: int, key: Callable[[int], object | None]) -> None:
        super().__init__(table)
        self.key = key
        self.counted: Counter[object] = Counter()
        self.unreadable = 0

    def put(self, row: int, entry: Entry) -> None:
        super().put(row, entry)
        if entry.sure:
            self._count(entry.place, 1)

    def extend(self, lines: Lines, start: int, end: int) -> None:
        found = Counter(map(self.key, lines.places[start:end]))
        self.unreadable += found.pop(None, 0)
        self.counted.update(found)

    def drop(self, row: int) -> None:
        if row in self.sure:
            self._count(self.sure[row].place, -1)
        super().drop(row)

    def _count(self, place: int, sign: int) -> None:
        value = self.key(place)
        if value is None:
            self.unreadable += sign
            return
        self.counted[value] += sign
        if not self.counted[value]:
            del self.counted[value]

    def value(self) -> Amount:
        open_values = [self.key(entry.place) for entry in self.open.values()]
        new = set(open_values) - self.counted.keys() - {None}
        low = len(self.counted) or (1 if self.unreadable else 0)
        high = len(self.counted) + len(new) + self.unreadable + open_values.count(None)
        return Amount(low, high, (self.because() or "a value cannot be read") if low != high else "")


class Ordered(Held):
    """first and last by the rows' clock; of several at one instant the value is the interval that holds them."""

    def __init__(self, table: int, latest: bool) -> None:
        super().__init__(table)
        self.sign = 1 if latest else -1
        self.at: dict[Instant, dict[int, Shown]] = {}
        self.clocks: list[Instant] = []
        self.clockless: dict[int, Shown] = {}

    def put(self, row: int, entry: Entry) -> None:
        super().put(row, entry)
        if entry.clock is None:
            self.clockless[row] = (entry.low, entry.high, entry.place)
        elif entry.sure:
            self._stand(row, entry.clock, (entry.low, entry.high, entry.place))

    def add(self, value: Decimal, place: int, clock: Instant | None) -> None:
        if clock is None:
            self.clockless[-1 - place] = (value, value, place)
        else:
            self._stand(-1 - place, clock, (value, value, place))

    def _stand(self, row: int, clock: Instant, shown: Shown) -> None:
        there = self.at.get(clock)
        if there is None:
            there = self.at[clock] = {}
            heapq.heappush(self.clocks, -self.sign * clock)
        there[row] = shown

    def drop(self, row: int) -> None:
        entry = self.sure.get(row)
        if entry is not None and entry.clock is not None:
            del self.at[entry.clock][row]
        self.clockless.pop(row, None)
        super().drop(row)

    def _best(self) -> Instant | None:
        """The first (or last) instant at which a sure row stands, times the sign."""
        base = self.base
        signed = self.sign * base.clock if isinstance(base, LatestBase) and base.clock is not None else None
        while self.clocks:
            clock = -self.clocks[0]
            if self.at[self.sign * clock]:
                return clock if signed is None else max(clock, signed)
            del self.at[self.sign * clock]
            heapq.heappop(self.clocks)
        return signed

    def value(self) -> Amount:
        best, base = self._best(), self.base
        found = [] if best is None else list(self.at.get(self.sign * best, NOTHING).values())
        if isinstance(base, LatestBase) and base.clock is not None and self.sign * base.clock == best:
            found = [*((base.low, base.high, place) for place in base.places), *found]
        found += self.clockless.values()
        if not found or (best is None and not any(row in self.sure or row < 0 for row in self.clockless)):
            return undefined(self.because() if self.open else EMPTY)
        found += [
            (entry.low, entry.high, entry.place)
            for entry in self.open.values()
            if entry.clock is not None and (best is None or self.sign * entry.clock >= best)
        ]
        low, high = min(low for low, _, _ in found), max(high for _, high, _ in found)
        rows = tuple((self.table, place) for _, _, place in found[:2])
        return interval(low, high, self.because() or "several rows at one instant", rows)


def reducer(how: str, table: int) -> Reducer:
    """A fresh reducer of this kind (those of one column's order or shape are made where they are asked for)."""
    if how in ("max", "min"):
        return Best(table, how == "max")
    if how in ("first", "last"):
        return Ordered(table, how == "last")
    return Totals(table, how)
