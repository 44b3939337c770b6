"""The quantile of a column as a running figure, with what every choice of the rows that may be there could make of it.

Of n values in order it lies at place (n - 1) q, counted from 0, and between two places on the line that joins them
(type 7 of R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, The American Statistician 50, 1996;
looked at 2026-11-21). It grows with each value; so for every number of open rows the least of their least values, and
the greatest of their greatest, make the hull.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from resolvers.rules.columns import EXACTLY, LOWEST
from resolvers.rules.exact import Amount, undefined
from resolvers.rules.in_order import Around, InOrder, Places
from resolvers.rules.reducers import EMPTY, number
from resolvers.units import Exact


class Quantile(InOrder):
    """The value below which the share `q` (0 to 1) of the rows lies, on the line between two where it falls there."""

    def __init__(self, table: int, q: Fraction) -> None:
        super().__init__(table)
        self.q = q
        self.times, self.parts = q.numerator, q.denominator

    def value(self) -> Amount:
        if not self.lows:
            return undefined(self.because() if self.open else EMPTY)
        least = self._between(self.lows)
        if not (self.open or self.wide):
            low = self._exactly(least)
            return Amount(low, low)
        greatest = self._between(self.highs)
        lows, highs = self._around(self.lows), self._around(self.highs)
        for value in sorted(entry.low for entry in self.open.values()):
            lows.insert(value)
            least = min(least, self._between(lows))
        for value in sorted((entry.high for entry in self.open.values()), reverse=True):
            highs.insert(value)
            greatest = max(greatest, self._between(highs))
        low, high = self._exactly(least), self._exactly(greatest)
        return Amount(low, high, self.because() if low != high else "")

    def _between(self, values: Places) -> Decimal:
        """The quantile of values in order, as many times as `q` has parts: exact in decimals, and quick to compare."""
        place, part = divmod((len(values) - 1) * self.times, self.parts)
        below = values[place]
        if not part or below is (above := values[place + 1]):
            return EXACTLY.multiply(below, self.parts)
        if below.is_infinite() or above.is_infinite():
            return below if below == LOWEST else above
        return EXACTLY.add(EXACTLY.multiply(below, self.parts - part), EXACTLY.multiply(above, part))

    def _exactly(self, times: Decimal) -> Exact:
        """The quantile of which this is so many times as much."""
        if times.is_infinite():
            return number(times)
        numerator, denominator = times.as_integer_ratio()
        found = Fraction(numerator, denominator * self.parts)
        return int(found) if found.denominator == 1 else found

    def _around(self, values: Sequence[Decimal]) -> Around:
        """What of the values the quantile can fall on, however many of the open rows there are."""
        size, more = len(values), len(self.open)
        low, high = (size - 1) * self.times // self.parts, (size + more - 1) * self.times // self.parts
        return Around(values, low - more, high + 2)
