"""The slope of a column over time: least squares through (clock, value) of every row, in exact rationals.

With n points, slope = (n Σxy - Σx Σy) / (n Σx² - (Σx)²): Wikipedia, Simple linear regression, looked at 2026-11-21.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from resolvers.evidence import Instant
from resolvers.rules.columns import EXACTLY
from resolvers.rules.exact import Amount, undefined
from resolvers.rules.lines import Entry
from resolvers.rules.reducers import Held

TOO_FEW = "a slope needs rows at two instants"


class Slope(Held):
    """Change per `per` microseconds; unknown while any row, its value or its date is open."""

    def __init__(self, table: int, per: int) -> None:
        super().__init__(table)
        self.per = per
        self.n = self.x = self.xx = 0
        self.y = self.xy = Decimal(0)
        self.blurred = 0

    def put(self, row: int, entry: Entry) -> None:
        super().put(row, entry)
        if entry.sure:
            self._count(entry, 1)

    def add(self, value: Decimal, place: int, clock: Instant | None) -> None:
        self._point(clock, value, 1)

    def drop(self, row: int) -> None:
        entry = self.sure.get(row)
        if entry is not None:
            self._count(entry, -1)
        super().drop(row)

    def _count(self, entry: Entry, sign: int) -> None:
        self._point(entry.clock, entry.low if entry.low == entry.high else None, sign)

    def _point(self, clock: Instant | None, value: Decimal | None, sign: int) -> None:
        if clock is None or value is None or value.is_infinite():
            self.blurred += sign
            return
        signed = value if sign > 0 else value.copy_negate()
        self.n += sign
        self.x += sign * clock
        self.xx += sign * clock * clock
        self.y = EXACTLY.add(self.y, signed)
        self.xy = EXACTLY.add(self.xy, EXACTLY.multiply(clock, signed))

    def value(self) -> Amount:
        if self.open or self.blurred:
            return undefined(self.because() or "the date of a row cannot be read")
        width = self.n * self.xx - self.x * self.x
        if not width:
            return undefined(TOO_FEW)
        y, y_parts = self.y.as_integer_ratio()
        xy, xy_parts = self.xy.as_integer_ratio()
        rise = self.n * xy * y_parts - self.x * y * xy_parts
        slope = Fraction(rise * self.per, y_parts * xy_parts * width)
        found = int(slope) if slope.denominator == 1 else slope
        return Amount(found, found)
