"""The median as a running figure, with what every choice of the rows that may be there could make of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from resolvers.rules.exact import INF, Amount, undefined
from resolvers.rules.in_order import Around, InOrder, Places
from resolvers.rules.reducers import EMPTY, number
from resolvers.units import Exact


class Median(InOrder):
    """The middle value, or the mean of the two middle ones."""

    def value(self) -> Amount:
        if not self.lows:
            return undefined(self.because() if self.open else EMPTY)
        low = _middle(_with(self.lows, sorted(entry.low for entry in self.open.values()), False))
        if not self.open and self.highs is self.lows:
            return Amount(low, low)
        high = _middle(_with(self.highs, sorted((e.high for e in self.open.values()), reverse=True), True))
        return Amount(low, high, self.because() if low != high else "")


def _with(values: list[Decimal], others: Sequence[Decimal], up: bool) -> Places:
    """The values and as many of `others`, most extreme first, as move the middle furthest up (or down)."""
    if not others:
        return values
    size, more = len(values), len(others)
    found = Around(values, size // 2 - 1 - more, (size + more) // 2 + 1)
    for other in others:
        middle, beside = _middle(found), number(other)
        if not (beside > middle if up else beside < middle):
            break  # nor do those that come after it
        found.insert(other)
    return found


def _middle(values: Places) -> Exact:
    half = len(values) // 2
    if len(values) % 2:
        return number(values[half])
    low, high = number(values[half - 1]), number(values[half])
    if isinstance(low, float) or isinstance(high, float):
        return low + high if low + high == low + high else -INF
    mean = Fraction(low + high) / 2
    return int(mean) if mean.denominator == 1 else mean
