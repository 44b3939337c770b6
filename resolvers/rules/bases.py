"""What the simple rows come to through time, which nothing that becomes known later changes: made once for every k.

A simple row was seen once, never changed and is still there. What the few other rows add is put on top of this.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from resolvers.evidence import Instant
from resolvers.rules.columns import EXACTLY
from resolvers.rules.steps import LONG_AGO, Steps

ZERO = Decimal(0)


@dataclass(slots=True)
class Base:
    """What the simple rows come to at an instant: how many, their sum, and the best of them with its span."""

    count: int = 0
    sum: Decimal = ZERO
    best: Decimal | None = None
    place: int = -1


@dataclass(slots=True)
class PointsBase(Base):
    """The sums of least squares: `count` and `sum` are of the values, x is the clock; `blurred` rows make no point."""

    x: int = 0
    xx: int = 0
    xy: Decimal = ZERO
    blurred: int = 0


@dataclass(slots=True)
class LatestBase(Base):
    """The rows with the first (or last) clock: that clock, what they span, and the spans of two of them at most."""

    clock: Instant | None = None
    low: Decimal = ZERO
    high: Decimal = ZERO
    places: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Simple:
    """Simple rows in order of time: when each came, its value, its span, its clock."""

    at: Sequence[Instant]
    values: Sequence[Decimal]
    places: Sequence[int]
    clocks: Sequence[Instant | None]


def bases_of(
    how: str,
    at: Sequence[Instant],
    values: Sequence[Decimal],
    places: Sequence[int],
    clocks: Sequence[Instant | None] | None,
) -> Steps[Base]:
    """The simple rows' part of a reduce; without `clocks` they go by when they came."""
    return BASES.get(how, _sums)(Simple(at, values, places, at if clocks is None else clocks), how)


def _bests(rows: Simple, how: str) -> Steps[Base]:
    at: list[Instant] = [LONG_AGO]
    found = [Base()]
    best: Decimal | None = None
    largest = how == "max"
    for t, value, place in zip(rows.at, rows.values, rows.places, strict=True):
        if best is None or (value > best if largest else value < best):
            best = value
            _put(at, found, t, Base(0, ZERO, best, place))
    return Steps(at, found)


def _put(at: list[Instant], found: list[Base], t: Instant, base: Base) -> None:
    """One step more; of two at one instant the later counts."""
    if at[-1] == t:
        found[-1] = base
    else:
        at.append(t)
        found.append(base)


def _sums(rows: Simple, how: str) -> Steps[Base]:
    at: list[Instant] = [LONG_AGO]
    found = [Base()]
    total, adding, start, size = ZERO, how not in ("count", "any"), 0, len(rows.at)
    while start < size:
        end = bisect_right(rows.at, rows.at[start], start)
        if adding:
            for value in rows.values[start:end]:
                total = EXACTLY.add(total, value)
        at.append(rows.at[start])
        found.append(Base(end, total))
        start = end
    return Steps(at, found)


def _points(rows: Simple, how: str) -> Steps[Base]:
    at: list[Instant] = [LONG_AGO]
    found: list[Base] = [PointsBase()]
    last = PointsBase()
    for t, value, clock in zip(rows.at, rows.values, rows.clocks, strict=True):
        last = point(last, clock, value, 1)
        _put(at, found, t, last)
    return Steps(at, found)


def point(sums: PointsBase, clock: Instant | None, value: Decimal | None, sign: int) -> PointsBase:
    """The sums with one more point, or one less; a row without a clock or a value makes none."""
    if clock is None or value is None or value.is_infinite():
        return replace(sums, blurred=sums.blurred + sign)
    signed = value if sign > 0 else value.copy_negate()
    return PointsBase(
        sums.count + sign, EXACTLY.add(sums.sum, signed), None, -1, sums.x + sign * clock,
        sums.xx + sign * clock * clock, EXACTLY.add(sums.xy, EXACTLY.multiply(clock, signed)), sums.blurred,
    )  # fmt: skip


def _latest(rows: Simple, how: str) -> Steps[Base]:
    """For `last` the rows of each instant, for `first` those of the first one."""
    at: list[Instant] = [LONG_AGO]
    found: list[Base] = [LatestBase()]
    start, size = 0, len(rows.at)
    while start < size and (how == "last" or not start):
        t = rows.at[start]
        end = bisect_right(rows.at, t, start)
        values, places = rows.values[start:end], rows.places[start : min(end, start + 2)]
        at.append(t)
        found.append(LatestBase(end, ZERO, None, -1, t, min(values), max(values), places))
        start = end
    return Steps(at, found)


BASES: Mapping[str, Callable[[Simple, str], Steps[Base]]] = {
    "max": _bests,
    "min": _bests,
    "slope": _points,
    "first": _latest,
    "last": _latest,
}
"""How each reduce's part is made; any other is a count or a sum."""
