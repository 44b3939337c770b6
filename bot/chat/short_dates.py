"""Days that are written in figures alone (`since 14/11`, `since 11/14`, `since 14.11.`), as they are said in words."""

from __future__ import annotations

import calendar
import re

_BEFORE = r"(?P<before>\b(?:since|until|till|before|after|seit|bis|from"
SLASHED = re.compile(
    rf"{_BEFORE}|on|by|to|as of) (?:the )?)(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})(?:/(?P<year>(?:20)?\d\d))?(?![\w%/])",
    re.IGNORECASE,
)
"""What follows one of these words; `24/7` by itself is no day."""
DOTTED = re.compile(
    rf"{_BEFORE}) (?:the )?)(?P<one>\d{{1,2}})\.(?P<two>\d{{1,2}})(?P<year>)(?![\d%]|\.\d)(?P<closed>\.?)",
    re.IGNORECASE,
)
"""Day before month, as nobody writes it with dots the other way round."""
MOST_DAYS, MONTHS = 31, 12


def spelled_out(text: str) -> str:
    """The text with such days in words; one that may be two (`4/11`) stays as it is, and so does what may be none."""
    return DOTTED.sub(_dotted, SLASHED.sub(_slashed, text))


def _slashed(found: re.Match[str]) -> str:
    return _told(found, (_day(found["one"], found["two"]), _day(found["two"], found["one"])))


def _dotted(found: re.Match[str]) -> str:
    """`since 5.2` and `from 13.5` may be an edition or a score: it takes a last dot, or a number over all months."""
    plain = int(found["one"]) > MONTHS and found["before"].strip().lower() != "from"
    return _told(found, (_day(found["one"], found["two"]) if found["closed"] or plain else None,))


def _told(found: re.Match[str], may_be: tuple[str | None, ...]) -> str:
    days = {day for day in may_be if day is not None}
    if len(days) != 1:
        return found.group()
    year = f" 20{found['year'][-2:]}" if found["year"] else ""
    return f"{found['before']}{days.pop()}{year} "


def _day(day: str, month: str) -> str | None:
    there = 1 <= int(day) <= MOST_DAYS and 1 <= int(month) <= MONTHS
    return f"{int(day)} {calendar.month_name[int(month)].lower()}" if there else None
