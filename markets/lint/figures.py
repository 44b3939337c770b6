"""Every figure in a piece of prose: numbers with their units, dates, spans of time, and what each may mean.

`before 2029` is 2029-01-01; `on June 30, 2028` and `through June 2028` end at the instant after, but a date written
2028-06-30 is 00:00 UTC that day; `in 2027` and `2027's blogs` are the whole year. A number that is part of a name is no
figure: `GPT-5`, `tau2`, `pass_rate_2`, `version 4`, where the very pair of word and number occurs in what the rule
reads. A number that stands alone, or that bears a unit, is never a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from markets.lint.figure_forms import (
    BEGINNINGS,
    DIGIT,
    FIGURE,
    FIRST_YEAR,
    LAST_YEAR,
    MAGNITUDES,
    MONTHS,
    ONE_BEFORE,
    ONE_LARGE,
    PARTS,
    SECONDS,
    SELDOM,
    UNIT_BEGINNINGS,
    UNITS,
    in_letters,
)

BEFORE = re.compile(
    r"(?:(?P<start>before|by|until|from|since|between|start of|beginning of|starting|as of|at)"
    r"|(?P<end>end of|through|after|later than)|(?P<on>on)|(?P<span>in|during|within|throughout|for))\s+(?:the\s+)?$",
    re.IGNORECASE,
)
JOINT = re.compile(r"^\s*(?:,|and|or|to|/|-|–|, and|, or)\s*$", re.IGNORECASE)
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
LONGEST_WORD = 40
HALF_DAY = re.compile(r"\s?([ap])\.?m\b\.?", re.IGNORECASE)
TOKEN = re.compile(r"\d+(?:\.\d+)*|[a-z]+")
PLAIN_WORDS = frozenset(
    {
        "top",
        "sub",
        "non",
        "pre",
        "post",
        "mid",
        "under",
        "over",
        "best",
        "first",
        "last",
        "of",
        "from",
        "than",
        "least",
        "most",
        "before",
        "after",
        "with",
        "until",
        "within",
        *MONTHS,
    }
)
"""Before a hyphen these make no name: `top-5` is five; nor is `July 20277` one."""


class Amount(NamedTuple):
    """A number and its unit; times are in seconds (`span`), counts bare. A tuple: compared, and in sets, very often."""

    value: Decimal
    unit: str


class At(NamedTuple):
    """An instant."""

    moment: datetime


class Span(NamedTuple):
    """A stretch of the calendar, `in 2027`: [start, end)."""

    start: datetime
    end: datetime


class Yearless(NamedTuple):
    """A day without its year, or a time of day without its day."""

    form: str
    text: str


Reading = Amount | At | Span | Yearless


@dataclass(frozen=True, slots=True)
class Figure:
    """What stands at `at` in the prose and everything that it may mean; `soft` ones (`a week`) need not be in the rule.

    `name` says that it belongs to a word: it has to occur as such in what the rule reads.
    """

    text: str
    at: int
    readings: tuple[Reading, ...]
    soft: bool = False
    name: bool = False


def amount(value: Decimal | int, unit: str) -> Amount:
    """A number in the one unit in which figures are compared."""
    one = unit.lower().removesuffix("s")
    if one in SECONDS:
        return Amount(Decimal(value) * SECONDS[one], "span")
    if unit == "fraction":
        return Amount(Decimal(value) * 100, "percent")
    return Amount(Decimal(value), "" if unit == "count" else UNITS.get(unit.lower(), unit))


def pairs(names: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Which word stands next to which number in the names that a rule reads; `2.0` is `2`."""
    return frozenset().union(*map(_pairs_of, names))


@lru_cache(maxsize=8192)
def _pairs_of(name: str) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise([_short(token) for token in TOKEN.findall(name.lower())]))


def figures(text: str, names: frozenset[tuple[str, str]]) -> list[Figure]:
    """Every figure of a text in order; those that are names by `names` left out."""
    found: list[Figure] = []
    before, end = None, 0
    for at in _begins(text):
        match = FIGURE.match(text, at) if at >= end else None
        if match is None:
            continue
        end = match.end()
        figure = _figure(match, text, names, before)
        if figure is not None:
            before = match
            found.append(figure)
    return _listed(text, found) if len(found) > 1 else found


def _begins(text: str) -> Iterable[int]:
    """Where a figure may begin, in order: found quicker than by trying the whole form at every place."""
    low = text.lower()
    if len(low) != len(text):  # a letter of which the small form is two: places differ
        return range(len(text))
    begins: set[int] = set()
    for match in DIGIT.finditer(text):
        at = match.start()
        begins.add(at)
        if at and low[at - 1] in "qh":
            begins.add(at - 1)
    for word in (*BEGINNINGS, *(word for hint, words in SELDOM.items() if hint in low for word in words)):
        if word in low:
            begins.update(places(low, word))
    if "hundred" in low or "thousand" in low or "dozen" in low:
        begins.update(match.start() for match in ONE_LARGE.finditer(low))
    for word in UNIT_BEGINNINGS:
        for at in places(low, word) if word in low else ():
            parted = low[at - 1 : at]
            one = ONE_BEFORE.search(low, max(0, at - 20), at) if parted == "-" or parted.isspace() else None
            if one is not None:
                begins.add(one.start())
    return sorted(begins)


def places(text: str, part: str) -> Iterator[int]:
    """Where a part stands in a text."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _mode(text: str, at: int, before: re.Match[str] | None) -> str:
    """What the words before a date make of it: its start, its end, or all of it; in a list, as the one before."""
    said = BEFORE.search(text, max(0, at - 24), at)
    if said is not None:
        return said.lastgroup or ""
    if before is not None and JOINT.match(text, before.end(), at):
        return _mode(text, before.start(), None)
    return ""


def _figure(
    match: re.Match[str], text: str, names: frozenset[tuple[str, str]], before: re.Match[str] | None
) -> Figure | None:
    whole, at = match.group(), match.start()
    if match["number"]:
        return _number(match, text, names, before)
    part = match.groupdict()
    if part["url"]:
        return None
    if part["word"]:
        return Figure(whole, at, (amount(in_letters(part["word"]), part["unit3"]),))
    if part["part"]:
        percent, share = PARTS[part["part"]]
        return Figure(whole, at, (Amount(Decimal(percent), "percent"), Amount(Decimal(share), "")))
    if part["loose"]:
        return _loose(whole, at, part["loose"].lower(), part["unit4"])
    if part["time"]:
        return Figure(whole, at, (Yearless("%H:%M", part["time"].rjust(5, "0")),))
    return Figure(whole, at, _dated(part, _mode(text, at, before)))


def _loose(whole: str, at: int, word: str, unit: str | None) -> Figure | None:
    if unit is None:
        said = Amount(Decimal(50), "percent") if word == "half" else Amount(Decimal(0), "places")
        return Figure(whole, at, (said,), soft=True)
    return Figure(whole, at, (amount(1, unit),), soft=True) if word in ("a", "an", "one") else None


def _number(
    match: re.Match[str], text: str, names: frozenset[tuple[str, str]], before: re.Match[str] | None
) -> Figure | None:
    at, digits = match.start("number"), match["number"]
    glued, unit = (match["glued"] or "").lower(), match["unit"] or match["unit2"]
    grown_by, dollar = glued or (match["grown"] or "").strip().lower(), match["dollar"]
    word, begin, parted = _word_before(text, at)
    close = bool(word) and parted != " " and parted != "\n" and word.lower() not in PLAIN_WORDS
    named = glued and glued not in (*MAGNITUDES, "st", "nd", "rd", "th", "x", "s")
    if unit is None and not dollar:
        first = word.lower()
        version = first in ("version", "v")
        worded = first not in PLAIN_WORDS and (first, _short(digits)) in names
        known = worded or (version and ("v", _short(digits)) in names)
        if known and (not named or (_short(digits), glued) in names):
            return None
        if named and not close and (_short(digits), glued) in names:
            return None
        versioned = word[:1].isupper() and first not in PLAIN_WORDS and first in _numbered(names)
        if close or named or version or versioned:
            start = begin if word and (close or version or versioned) else at
            return Figure(text[start : match.end()], start, (), name=True)
    halved = HALF_DAY.match(text, match.end("number")) if unit is None and digits.isdigit() else None
    if halved and 1 <= int(digits) <= 12:
        hour = int(digits) % 12 + (12 if halved[1].lower() == "p" else 0)
        return Figure(text[at : halved.end()], at, (Yearless("%H:%M", f"{hour:02}:00"),))
    value = _value(digits, grown_by)
    readings: list[Reading] = [amount(value, "usd" if dollar else unit or "")] if value is not None else []
    grown = MAGNITUDES.get(grown_by)
    if grown and value is not None and unit is None:
        readings.append(Amount(value / 10**grown, f"e{grown}"))
    if unit is None and not glued and digits.isdigit() and len(digits) < 6 and FIRST_YEAR <= int(digits) <= LAST_YEAR:
        readings += _moments(_mode(text, match.start(), before), *_year(int(digits)))
    return Figure(match.group(), match.start(), tuple(readings))


@lru_cache(maxsize=1024)
def _numbered(names: frozenset[tuple[str, str]]) -> frozenset[str]:
    """The words that a number follows in some name: beside them any other number is another name."""
    return frozenset(word for word, number in names if len(word) > 3 and not word[0].isdigit() and number[0].isdigit())


def _word_before(text: str, at: int) -> tuple[str, int, str]:
    """(the letters before a number, where they begin, the one mark or space between); no letters: an empty word."""
    end = at - 1 if at and (text[at - 1] in "-_./" or text[at - 1].isspace()) else at
    begin = end
    while begin > max(0, at - LONGEST_WORD) and text[begin - 1] in LETTERS:
        begin -= 1
    return text[begin:end], begin, text[end:at]


def _value(digits: str, grown: str) -> Decimal | None:
    text = digits.replace(",", "")
    if text.count(".") > 1 or len(text) > 60:
        return None
    return Decimal(text).scaleb(MAGNITUDES.get(grown, 0))


def _dated(part: dict[str, str | None], mode: str) -> tuple[Reading, ...]:
    """The readings of a date; none for one that is in no calendar."""
    try:
        if part["iso"]:
            start = datetime.fromisoformat(part["iso"]).replace(tzinfo=UTC)
            if part["clock"]:
                hour, minute = map(int, part["clock"].split(":"))
                return (At(start.replace(hour=hour, minute=minute)),)
            return _moments("end" if mode == "end" else "start", start, start + timedelta(days=1))
        if part["part4"] or part["part5"]:
            return _moments(
                mode, *_part((part["part4"] or part["part5"] or "").upper(), int(part["year4"] or part["year5"] or 0))
            )
        if part["year6"]:
            return _moments(mode, *_month(int(part["year6"]), int(part["month6"] or 0)))
        number = 1 + next(
            i
            for i, name in enumerate(MONTHS)
            if name[:3] == (part["month1"] or part["month2"] or part["month3"] or "")[:3].lower()
        )
        if part["year3"]:
            return _moments(mode, *_month(int(part["year3"]), number))
        year, day = part["year1"] or part["year2"], int(part["day1"] or part["day2"] or 0)
        start = datetime(int(year or 2000), number, day, tzinfo=UTC)
        end = start + timedelta(days=1)
        last = mode in ("end", "on")
        if year:
            return _moments("end" if last else "start", start, end)
        return (Yearless("%m-%d", f"{end if last else start:%m-%d}"),)
    except (ValueError, OverflowError):
        return ()


def _moments(mode: str, start: datetime, end: datetime) -> tuple[Reading, ...]:
    """A date by what stands before it; a month or a year with nothing before it is meant whole."""
    if mode in ("start", "end"):
        return (At(end if mode == "end" else start),)
    return (Span(start, end),)


def _year(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def _month(year: int, month: int) -> tuple[datetime, datetime]:
    later = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime(year, month, 1, tzinfo=UTC), datetime(*later, 1, tzinfo=UTC)


def _part(part: str, year: int) -> tuple[datetime, datetime]:
    """A quarter or a half of a year."""
    length = 3 if part[0] == "Q" else 6
    first = 1 + length * (int(part[1]) - 1)
    return _month(year, first)[0], _month(year, first + length - 1)[1]


def _short(token: str) -> str:
    return token.removesuffix(".0") if token[0].isdigit() else token


def _listed(text: str, found: list[Figure]) -> list[Figure]:
    """`5, 10 and 20 points`: a bare number in a list takes the unit of the next."""
    for place in range(len(found) - 2, -1, -1):
        here, following = found[place], found[place + 1]
        bare = len(here.readings) == 1 and isinstance(here.readings[0], Amount) and here.readings[0].unit == ""
        after = following.readings[-1] if following.readings else None
        joint = JOINT.match(text[here.at + len(here.text) : following.at])
        if joint and bare and isinstance(after, Amount) and after.unit not in ("", "span"):
            value = here.readings[0].value  # type: ignore[union-attr]  # an Amount, by `bare`
            found[place] = Figure(here.text, here.at, (*here.readings, Amount(value, after.unit)))
    return found
