"""Spans of time as people write them: `7 days`, `48 hours`, `30 minutes`."""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

UNITS_S = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
FORM = re.compile(r"^([0-9]{1,6}) (second|minute|hour|day|week)s?$", re.ASCII)
NUMBER = re.compile(r"^([0-9]{1,6})\s*([A-Za-z]{0,20})$", re.ASCII)
LONG = {"month": 30, "quarter": 91, "year": 365}
"""What people mean by them, in days: these are proposed, never taken."""
LONGEST_DAYS = 36_525
"""100 years: longer than any question, and short enough that no reckoning leaves the calendar."""


class Duration(timedelta):
    """A timedelta that is written and printed as `7 days`; exact seconds, never months or years."""

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, text: str) -> Duration:
        """`7 days` -> Duration; ValueError says what was wanted."""
        found = FORM.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is no duration; {_instead_of(text)}")
        seconds = int(found[1]) * UNITS_S[found[2]]
        if seconds > LONGEST_DAYS * UNITS_S["day"]:
            raise ValueError(f"{text!r} is over 100 years; write a duration that somebody could wait for")
        return cls(seconds=seconds)

    @classmethod
    def of_days(cls, number: int) -> Duration:
        return cls(seconds=number * UNITS_S["day"])

    @property
    def us(self) -> int:
        """Microseconds."""
        return (self.days * UNITS_S["day"] + self.seconds) * 1_000_000 + self.microseconds

    def __str__(self) -> str:
        seconds = self.days * UNITS_S["day"] + self.seconds
        if seconds == 0:
            return "0 days"
        for unit in ("day", "hour", "minute", "second"):
            if seconds % UNITS_S[unit] == 0:
                number = seconds // UNITS_S[unit]
                return f"{number} {unit}" + ("" if number == 1 else "s")
        raise AssertionError("every whole number of seconds is one of seconds")

    __repr__ = __str__

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from_text = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_text]),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": FORM.pattern, "examples": ["7 days", "48 hours"]}


def _instead_of(text: str) -> str:
    """What may have been meant by `7 dyas` or `7days`; else how a duration is written."""
    number = NUMBER.match(text)
    if number and (days := LONG.get(number[2].lower().removesuffix("s"))):
        return f"a {number[2].lower().removesuffix('s')} has no one length; write `{int(number[1]) * days} days`"
    close = get_close_matches(number[2].lower(), UNITS_S, 1, 0.5) if number and number[2] else []
    if number and close:
        return f"did you mean `{number[1]} {close[0]}{'' if number[1] == '1' else 's'}`?"
    return "write a whole number and a unit, as `7 days` or `48 hours`"
