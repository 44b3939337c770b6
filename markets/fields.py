"""The types of a definition's fields, as people write them: moments, percents, mana."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
PERCENT = re.compile(r"^(\d{1,3}(?:\.\d{1,6})?)\s?%$")
FIRST_YEAR, LAST_YEAR = 1970, 2199
"""No market is asked about a time outside; within, no reckoning with durations leaves the calendar."""

MOMENT_FORM = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$"


def utf16(text: str) -> int:
    """Length in UTF-16 units, which is how Manifold counts (an emoji is two)."""
    return len(text.encode("utf-16-le")) // 2


@lru_cache(maxsize=4096)
def in_words(moment: datetime) -> str:
    """`2026-12-05` at midnight UTC, `2026-12-05 14:30 UTC` otherwise: how a moment stands in every text."""
    at = moment.astimezone(UTC)
    if at.time() == at.min.time():
        return f"{at:%Y-%m-%d}"
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at.second or at.microsecond else f"{at:%Y-%m-%d %H:%M} UTC"


def read_moment(value: Any) -> datetime:
    """`2026-12-05` -> 00:00 UTC that day; `2026-12-05T14:30Z` -> that moment; a time without its zone is refused."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no moment; write 2026-12-05 or 2026-12-05T14:30Z")
    try:
        moment = datetime.fromisoformat(value) if re.match(r"^\d{4}-", value) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError(f"{value!r} is no moment; write 2026-12-05 or 2026-12-05T14:30Z")
    if moment.tzinfo is None:
        if not DATE.match(value):
            raise ValueError(f"{value!r} has no zone; write {value}Z for UTC")
        moment = moment.replace(tzinfo=UTC)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"{value!r} is no time of a market; write one from {FIRST_YEAR} to {LAST_YEAR}")
    return moment.astimezone(UTC)


def read_percent(value: Any) -> Decimal:
    """`30%` -> Decimal("30"); a number without its sign is refused, for nobody knows its unit."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f"{value} has no unit; write {value}%")
    found = PERCENT.match(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{value!r} is no percentage; write it as 30%")
    return Decimal(found[1])


def read_percent_of_file(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        raise ValueError(f"{value} has no unit; write {value}%")
    return read_percent(value)


def read_amount(value: Any) -> Decimal:
    """A whole or decimal number, exactly as written; text, truth values and floats are refused."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        found = "nothing" if value is None else repr(value)
        raise ValueError(f"{found} is no number; write digits only, and one before a point, as 500 or 0.2")
    return Decimal(value)


def read_share(value: Any) -> Decimal:
    """A probability of 0..1; of `70%` and of 70 it is told how they are written."""
    percent = PERCENT.match(value) if isinstance(value, str) else None
    if percent and Decimal(percent[1]) > 100:
        raise ValueError(f"{value} is over 100%; write a number of 0 to 1, as 0.7")
    if percent:
        raise ValueError(f"{value} is no number of 0 to 1; write {plain(Decimal(percent[1]) / 100)}")
    number = read_amount(value)
    if 1 < number <= 100:
        raise ValueError(f"{plain(number)} is over 1; for {plain(number)}% write {plain(number / 100)}")
    return number


def plain(number: Decimal) -> str:
    """`1000`, `137.5`: no exponent, no zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_AS_TEXT = PlainSerializer(lambda number: plain(number), return_type=str)

Moment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    WithJsonSchema({"type": "string", "pattern": MOMENT_FORM, "examples": ["2026-12-05", "2026-12-05T14:30Z"]}),
]
"""An aware UTC datetime."""

Percent = Annotated[
    Decimal,
    BeforeValidator(read_percent_of_file),
    _AS_TEXT,
    WithJsonSchema({"type": "string", "pattern": PERCENT.pattern, "examples": ["30%"]}),
]
"""Of 100."""

Mana = Annotated[
    Decimal,
    BeforeValidator(read_amount),
    Field(ge=0, le=10_000_000),
    _AS_TEXT,
    WithJsonSchema({"type": "number", "minimum": 0}),
]
"""Manifold's play money, M."""

Share = Annotated[
    Decimal,
    BeforeValidator(read_share),
    Field(ge=0, le=1),
    _AS_TEXT,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]
"""A probability of 0..1."""
