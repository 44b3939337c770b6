"""The units a number may carry, which of them mix, and how a number with its unit is written.

A published fraction (0.85) and a percentage (85%) are one measure: inside the engine both are percent, exactly.
The difference of two percentages is in points, and a point is never compared with a percentage.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

Exact = int | Fraction | float
"""An exact number. The only floats among them are the two infinities, which stand for the best of an empty group."""

WORDS = {
    "%": "percent",
    "percent": "percent",
    "fraction": "fraction",
    "point": "points",
    "points": "points",
    "minute": "minutes",
    "minutes": "minutes",
    "hour": "hours",
    "hours": "hours",
    "second": "seconds",
    "seconds": "seconds",
    "day": "days",
    "days": "days",
    "usd": "usd",
    "USD": "usd",
    "mana": "mana",
    "count": "count",
    "elo": "elo",
}
"""How units are spelled in formulas and in source files -> their one name."""

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
BARE = ("", "count")
"""Units whose numbers are written without a word."""

KNOWN = (
    "",
    "count",
    "percent",
    "fraction",
    "points",
    "seconds",
    "minutes",
    "hours",
    "days",
    "usd",
    "mana",
    "elo",
    "date",
)

SHOWN_PLACES = 12
"""Decimal places shown of a number that has no finite decimal form; never used to decide anything."""


class UnitFault(ValueError):
    """Two units that do not mix; the text says what to write instead."""


def inside(unit: str | None) -> str:
    """The unit a column's values have inside the engine: fractions are percent there."""
    return "percent" if unit == "fraction" else unit or ""


def name_of(unit: str) -> str:
    """A unit in running text."""
    return {"": "a bare number", "count": "a count", "date": "a date"}.get(unit, unit)


def added(left: str, right: str, sign: str) -> str:
    """The unit of `left + right` or `left - right`; UnitFault where the two do not mix."""
    if left == right == "percent" and sign == "-":
        return "points"
    if left == right == "date":
        if sign == "-":
            return "days"
        raise UnitFault("two dates cannot be added")
    if left == right:
        return left
    if {left, right} == {"percent", "points"} and (sign == "+" or left == "percent"):
        return "percent"
    if {left, right} == set(BARE):
        return "count"
    if left == "date" and right == "days":
        return "date"
    verb = "added to" if sign == "+" else "taken from"
    raise UnitFault(f"{name_of(right)} cannot be {verb} {name_of(left)}; write both in one unit")


def multiplied(left: str, right: str) -> str:
    """The unit of a product: one side is a bare number, or a percentage that scales the other side."""
    if left in BARE or right in BARE:
        return right if left in BARE else left
    if "percent" in (left, right) and "date" not in (left, right):
        return right if left == "percent" else left
    raise UnitFault(
        f"{name_of(left)} times {name_of(right)} has no meaning here; one side must be a bare number or a percentage"
    )


def divided(left: str, right: str) -> str:
    """The unit of a quotient: like by like is a bare ratio, anything by a bare number keeps its unit."""
    if left == right or {left, right} == set(BARE):
        return ""
    if right in BARE:
        return left
    raise UnitFault(
        f"{name_of(left)} cannot be divided by {name_of(right)}; both must have one unit, or the second none"
    )


def converted(value: Exact, given: str, wanted: str) -> Exact | None:
    """A literal in `given` as a number of `wanted`, exactly; None where the two are different measures."""
    if given == wanted or {given, wanted} == set(BARE):
        return value
    if given == "fraction" and wanted == "percent":
        return value * 100
    if given in SECONDS and wanted in SECONDS:
        return Fraction(value) * SECONDS[given] / SECONDS[wanted]
    return None


def plain(value: Exact) -> str:
    """An exact number as decimal text: all its places where they end, else the first twelve."""
    if isinstance(value, float):
        return "none" if value in (float("inf"), float("-inf")) else "unknown"
    if isinstance(value, int):
        return str(value)
    numerator, denominator = value.as_integer_ratio()
    if denominator == 1:
        return str(numerator)
    places = _places(denominator)
    whole, part = divmod(abs(numerator) * 10**places // denominator, 10**places)
    text = f"{whole}.{part:0{places}}".rstrip("0").rstrip(".")
    return f"-{text}" if numerator < 0 else text


@lru_cache(maxsize=4096)
def _places(denominator: int) -> int:
    """How many decimal places 1/denominator is shown with: all, or the first few where they are over a hundred."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    places = max(twos, fives)
    return places if denominator == 1 and places <= 100 else SHOWN_PLACES


def show(value: Exact, unit: str) -> str:
    """A number as a trader reads it: `85%`, `10 points`, `120 minutes`, `5`, `2027-05-09`."""
    text = plain(value)
    if text in ("none", "unknown"):
        return text
    if unit == "percent":
        return f"{text}%"
    if unit == "date":
        return day_text(value)
    if unit in BARE:
        return text
    return f"{text} {unit.removesuffix('s') if text == '1' and unit.endswith('s') else unit}"


def day_text(ordinal: Exact) -> str:
    """A day counted as `date.toordinal` does, as `2027-05-09`; a fraction of a day is dropped."""
    number = int(ordinal)
    return date.fromordinal(number).isoformat() if 1 <= number <= date.max.toordinal() else "unknown"


def shortest(value: Decimal) -> Decimal:
    """The same number with no idle zeros, so that 50 and 50.0 are one in a hash."""
    return Decimal(plain(exact(value)))


def exact(value: Decimal) -> Exact:
    """A finite Decimal as an exact number: an int where it is whole."""
    if value == value.to_integral_value():
        return int(value)
    return Fraction(value)
