"""What one published cell means: `64.5%` is a number, `N/A` is a blank, `2508-22-` is no date.

Cells are kept as the text that was published; these functions interpret it each time it is used, with Decimal and
never with a float. Nothing is repaired: `1,234` or `about 5` is not a number, and the caller says so.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from resolvers.sources.spec import Column

BLANKS = frozenset({"", "-", "N/A", "n/a", "null", "~"})
"""How publishers write "we have no value here" in a column of numbers, dates or truth values: the cell is absent."""

MAX_DIGITS = 28
"""More digits than Decimal's default precision could be rounded by whoever computes with them: unknown instead."""

NUMBER = re.compile(
    r"(?P<usd>\$?)(?P<figure>[+-]?(?P<whole>\d*)(?:\.(?P<part>\d*))?)(?:[eE](?P<power>[+-]?\d{1,2}))? ?(?P<pct>%?)"
)
PERCENT_UNITS = frozenset({"percent", "points"})
TRUTH = {"true": True, "yes": True, "false": False, "no": False}
DATE_FORMS = {
    "yyyy-mm-dd": re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"),
    "d/m/yyyy": re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    "m/d/yyyy": re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"),
}


def is_blank(text: str, column: Column) -> bool:
    """Whether the publisher left this cell empty: any empty text, and the usual marks where text is not expected."""
    bare = text.strip()
    return not bare if column.kind == "text" else bare in BLANKS


def parse_number(text: str, column: Column) -> Decimal | None:
    """The cell as an exact number in the column's unit, or None where it is not plainly one.

    `64.5%` reads 64.5 in a column of percent or points and 0.645 in a column of fractions; in any other unit a percent
    sign makes the cell unreadable. `$0.79` reads 0.79 in a column of usd only. ASCII digits, at most 28 of them.
    """
    found = NUMBER.fullmatch(text.strip()) if text.isascii() else None
    if not found or len(digits := (found["whole"] or "") + (found["part"] or "")) > MAX_DIGITS or not digits:
        return None
    if found["usd"] and column.unit != "usd":
        return None
    power = int(found["power"] or 0)
    if found["pct"]:
        if column.unit == "fraction":
            power -= 2
        elif column.unit not in PERCENT_UNITS:
            return None
    return Decimal(f"{found['figure']}e{power}")


def parse_bool(text: str) -> bool | None:
    """True for `true` or `yes`, False for `false` or `no`, in any case; None for anything else, such as a sentence."""
    return TRUTH.get(text.strip().lower())


def parse_date(text: str, column: Column, zone: str = "UTC") -> datetime | None:
    """The cell as an aware UTC moment, or None where it is no date.

    A bare date, in the column's `format` (yyyy-mm-dd by default), lies at the start of its day in `zone`; a time stamp
    must carry its own offset and is taken exactly.
    """
    bare = text.strip()
    found = DATE_FORMS[column.format].fullmatch(bare) if bare.isascii() else None
    try:
        if found:
            day = date(int(found["y"]), int(found["m"]), int(found["d"]))
            return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        stamp = datetime.fromisoformat(bare) if "T" in bare and bare.isascii() else None
        return stamp.astimezone(UTC) if stamp and stamp.tzinfo else None
    except (ValueError, OverflowError):
        return None


def means_something(text: str, column: Column, zone: str = "UTC") -> bool:
    """Whether the cell can be read as what its column holds; any text without a NUL will do for text."""
    if column.kind == "number":
        return parse_number(text, column) is not None
    if column.kind == "bool":
        return parse_bool(text) is not None
    if column.kind == "date":
        return parse_date(text, column, zone) is not None
    return "\x00" not in text


def outside(text: str, column: Column) -> bool:
    """Whether the cell is a number outside the column's `between` (inclusive, in its unit)."""
    if column.between is None or (number := parse_number(text, column)) is None:
        return False
    low, high = column.between
    return (low is not None and number < low) or (high is not None and number > high)


def same_value(text: str, wanted: str, column: Column, zone: str = "UTC") -> bool:
    """Whether two texts say the same in this column: 4.4 and `4.40%` do in percent."""
    if column.kind == "number":
        return (number := parse_number(text, column)) is not None and number == parse_number(wanted, column)
    if column.kind == "bool":
        return (truth := parse_bool(text)) is not None and truth is parse_bool(wanted)
    if column.kind == "date":
        return (day := parse_date(text, column, zone)) is not None and day == parse_date(wanted, column, zone)
    return text == wanted
