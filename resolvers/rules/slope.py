"""The slope of a column over time: least squares through (clock, value) of every row, in exact rationals.

With n points, slope = (n Σxy - Σx Σy) / (n Σx² - (Σx)²): Wikipedia, Simple linear regression, looked at 2026-11-21.
"""

from __future__ import annotations

from fractions import Fraction

from resolvers.rules.bases import Base, PointsBase, point
from resolvers.rules.columns import EXACTLY
from resolvers.rules.exact import Amount, undefined
from resolvers.rules.lines import Entry
from resolvers.rules.reducers import Held

NO_POINTS = PointsBase()
TOO_FEW = "a slope needs rows at two instants"


class Slope(Held):
    """Change per `per` microseconds; unknown while any row, its value or its date is open."""

    def __init__(self, table: int, per: int) -> None:
        super().__init__(table)
        self.per = per
        self.base: Base = NO_POINTS
        self.own = NO_POINTS

    def put(self, row: int, entry: Entry) -> None:
        super().put(row, entry)
        if entry.sure:
            self._count(entry, 1)

    def drop(self, row: int) -> None:
        entry = self.sure.get(row)
        if entry is not None:
            self._count(entry, -1)
        super().drop(row)

    def _count(self, entry: Entry, sign: int) -> None:
        self.own = point(self.own, entry.clock, entry.low if entry.low == entry.high else None, sign)

    def value(self) -> Amount:
        own, base = self.own, self.base
        assert isinstance(base, PointsBase)
        if self.open or own.blurred or base.blurred:
            return undefined(self.because() or "the date of a row cannot be read")
        n, x = own.count + base.count, own.x + base.x
        width = n * (own.xx + base.xx) - x * x
        if not width:
            return undefined(TOO_FEW)
        y, y_parts = EXACTLY.add(own.sum, base.sum).as_integer_ratio()
        xy, xy_parts = EXACTLY.add(own.xy, base.xy).as_integer_ratio()
        rise = n * xy * y_parts - x * y * xy_parts
        slope = Fraction(rise * self.per, y_parts * xy_parts * width)
        found = int(slope) if slope.denominator == 1 else slope
        return Amount(found, found)
