"""Values kept in order while rows come, change and go: what medians and quantiles are read from."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from resolvers.rules.lines import Entry, Lines
from resolvers.rules.reducers import Held


class Places(Protocol):
    """Values in order, each to be had by its place."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> Decimal: ...


class InOrder(Held):
    """The values of the rows that are there for sure, least to greatest; a row with an open value has one at each end.

    `highs` is `lows` itself as long as every value is a point, which spares half of the work.
    """

    def __init__(self, table: int) -> None:
        super().__init__(table)
        self.lows: list[Decimal] = []
        self.highs = self.lows
        self.wide = 0
        """How many of the sure rows have an open value."""

    def put(self, row: int, entry: Entry) -> None:
        super().put(row, entry)
        if not entry.sure:
            return
        if entry.low is not entry.high and entry.low != entry.high:
            self.wide += 1
            if self.highs is self.lows:
                self.highs = list(self.lows)
        insort(self.lows, entry.low)
        if self.highs is not self.lows:
            insort(self.highs, entry.high)

    def extend(self, lines: Lines, start: int, end: int) -> None:
        some = lines.values[start:end]
        for values in [self.lows] if self.highs is self.lows else [self.lows, self.highs]:
            if len(some) * 5 > len(values):
                values += some
                values.sort()
            else:
                for value in some:
                    insort(values, value)

    def drop(self, row: int) -> None:
        entry = self.sure.get(row)
        if entry is not None:
            self.lows.pop(bisect_left(self.lows, entry.low))
            if self.highs is not self.lows:
                self.highs.pop(bisect_left(self.highs, entry.high))
            if entry.low is not entry.high and entry.low != entry.high:
                self.wide -= 1
                if not self.wide:
                    self.highs = self.lows
        super().drop(row)


class Around:
    """A piece of a long list in order, into which some more values can be put without copying all of it.

    Only places that the piece holds may be asked for; the caller takes a piece that is long enough.
    """

    __slots__ = ("before", "size", "some")

    def __init__(self, values: Sequence[Decimal], low: int, high: int) -> None:
        self.before, self.size = max(low, 0), len(values)
        self.some = list(values[self.before : high])

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: int) -> Decimal:
        return self.some[place - self.before]

    def insert(self, value: Decimal) -> None:
        if self.before and value <= self.some[0]:
            self.before += 1
        elif self.before + len(self.some) == self.size or value < self.some[-1]:
            insort(self.some, value)
        self.size += 1
