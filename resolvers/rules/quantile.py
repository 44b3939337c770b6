"""The quantile of a column as a running figure, with what every choice of the rows that may be there could make of it.

Of n values in order it lies at place (n - 1) q, counted from 0, and between two places on the line that joins them
(type 7 of R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, The American Statistician 50, 1996;
looked at 2026-11-21). It grows with each value; so for every number of open rows the least of their least values, and
the greatest of their greatest, make the hull.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from resolvers.evidence import Instant
from resolvers.rules.columns import EXACTLY
from resolvers.rules.exact import INF, Amount, undefined
from resolvers.rules.lines import Entry
from resolvers.rules.reducers import EMPTY, Held, number
from resolvers.units import Exact


class Quantile(Held):
    """The value below which the share `q` (0 to 1) of the rows lies, on the line between two where it falls there."""

    def __init__(self, table: int, q: Fraction) -> None:
        super().__init__(table)
        self.q = q
        self.lows: list[Decimal] = []
        self.highs: list[Decimal] = []
        self.wide = 0
        """How many of the sure rows have an open value."""

    def put(self, row: int, entry: Entry) -> None:
        super().put(row, entry)
        if entry.sure:
            insort(self.lows, entry.low)
            insort(self.highs, entry.high)
            self.wide += entry.low is not entry.high

    def add(self, value: Decimal, place: int, clock: Instant | None) -> None:
        insort(self.lows, value)
        insort(self.highs, value)

    def drop(self, row: int) -> None:
        entry = self.sure.get(row)
        if entry is not None:
            self.lows.pop(bisect_left(self.lows, entry.low))
            self.highs.pop(bisect_left(self.highs, entry.high))
            self.wide -= entry.low is not entry.high
        super().drop(row)

    def value(self) -> Amount:
        if not self.lows:
            return undefined(self.because() if self.open else EMPTY)
        low = between(self.lows, self.q)
        if not (self.open or self.wide):
            return Amount(low, low)
        high = between(self.highs, self.q)
        lows, highs = list(self.lows), list(self.highs)
        for least in sorted(entry.low for entry in self.open.values()):
            insort(lows, least)
            low = min(low, between(lows, self.q))
        for greatest in sorted((entry.high for entry in self.open.values()), reverse=True):
            insort(highs, greatest)
            high = max(high, between(highs, self.q))
        return Amount(low, high, self.because() if low != high else "")


def between(values: Sequence[Decimal], q: Fraction) -> Exact:
    """The quantile of values in order, exactly."""
    place, part = divmod((len(values) - 1) * q.numerator, q.denominator)
    low = number(values[place])
    if not part or values[place] is values[place + 1]:
        return low
    below, above = values[place], values[place + 1]
    if below.is_infinite() or above.is_infinite():
        return low if low == -INF else number(above)
    # In decimals as long as it can be: one fraction at the end instead of four on the way.
    whole = EXACTLY.add(EXACTLY.multiply(below, q.denominator - part), EXACTLY.multiply(above, part))
    numerator, denominator = whole.as_integer_ratio()
    found = Fraction(numerator, denominator * q.denominator)
    return int(found) if found.denominator == 1 else found
