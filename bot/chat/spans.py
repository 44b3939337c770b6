"""Days and spans as people say them (`since Monday`, `in October`, `3 weeks ago`), read from the day it is said on.

Weeks, months and years are the calendar's; a weekday or a month without a year is the last one that began.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.chat.times import day

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
"""What the last moment of a day lies before the next one: the least that the store tells apart."""
MOST_UNITS = 1000
"""Of days, weeks or months that are counted back: more are longer than any record."""
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
WEEKDAYS |= {name[:3]: number for name, number in WEEKDAYS.items()} | {"tues": 1, "thur": 3, "thurs": 3}
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
_FOREIGN = "montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi"
WEEKDAYS |= {name: number % 7 for number, name in enumerate(_FOREIGN.split()) if number < 7}
WEEKDAYS |= {name: number - 7 for number, name in enumerate(_FOREIGN.split()) if number >= 7}
COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "couple": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6}
COUNTS |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10}

DAYS_BACK = {"today": 0, "yesterday": 1, "gestern": 1, "day before yesterday": 2, "vorgestern": 2}

SATURDAY, WEEKEND = 5, 2 * DAY
ORDINALS = {"first": 1, "second": 2, "third": 3}
SHORTENED = 5
"""Letters of a name of a day that may be another word: `sat`, `sun`, `mon`; `tues` is none, but no longer either."""
MOST_DAYS = 31
"""Of a month; a larger number is a year."""

_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_WEEKDAY = rf"(?:{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})"
_UNIT = r"(?:hours?|hrs?|h|days?|d|weeks?|wks?|w|fortnights?|months?|quarters?|years?)"
_SHORT = r"(?:hours?|hrs?|h|days?|d|weeks?|wks?|w|months?)"
_COUNT = rf"(?:\d{{1,4}}|{'|'.join(COUNTS)})"
_ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th)?|first|second|third)"
_DATE = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}"
    rf"|{_MONTH} (?:the )?{_ORDINAL}(?: \d{{4}})?|(?:the )?{_ORDINAL} (?:of )?{_MONTH}(?: \d{{4}})?)"
)
_YEAR = r"(?:19|20)\d\d"
_EVE = r"(?:day before yesterday|vorgestern)"
_NAMED = rf"(?:{_EVE}|(?:last |this )?{_WEEKDAY}|yesterday|gestern|today|{_MONTH}(?: \d{{4}})?|{_YEAR})"
_WHEN = (
    rf"(?:{_DATE}|(?:{_COUNT} (?:of )?)?(?:{_COUNT} )?{_UNIT} ago|{_NAMED}|(?:last|this) (?:week|month|year|quarter)"
    rf"|(?:(?:last|this|the) )?weekend)"
)

OPENED = re.compile(
    r"\b(?:since|from|after) (?:\w+ ){0,3}?(?:open\w*|launch\w*|beginn?ing|began|begin|start(?:ed)?|creat\w+)\b"
    r"|\bever since\b$|\b(?:since|from) (?:day one|the very start)\b"
)
_FROM = r"(?<![\w.-])"
"""Where a time may begin: `85 a week ago` of `reach-85 a week ago` is none."""
_UPTO = r"(?:and|to|until|till|through|up to|-)"
BETWEEN = re.compile(
    rf"\b(?:(?:between|from) (?P<since>{_WHEN}) {_UPTO}|since (?P<begun>{_WHEN}) (?:to|until|till|up to|through))"
    rf" (?P<until>{_WHEN}|now)\b"
)
RANGE = re.compile(
    rf"\b(?:between|from) (?:the )?(?P<first>{_ORDINAL}) {_UPTO} (?:the )?(?P<last>{_ORDINAL}) (?:of )?"
    rf"(?P<month>{_MONTH}(?: \d{{4}})?)"
    rf"|\b(?:between|from) (?P<of>{_MONTH}) (?:the )?(?P<begin>{_ORDINAL}) {_UPTO} (?:the )?(?P<end>{_ORDINAL})"
    rf"(?! (?:of )?{_MONTH})"
)
SINCE = re.compile(rf"\b(?:since|seit|depuis|after|from) (?:the |about |around |like )?(?P<at>{_WHEN})(?!\w)")
UNTIL = re.compile(rf"\b(?<!day )(?P<how>until|till|up to|before|prior to) (?:the )?(?P<at>{_WHEN})(?!\w)")
"""An end without a beginning: of changes, that is the opening."""
WITHIN = re.compile(
    rf"\b(?:last|past|previous|recent|these) (?P<count>(?:{_COUNT} (?:of )?){{0,2}})(?P<unit>{_UNIT})\b"
    rf"|{_FROM}(?P<bare>\d{{1,4}}|couple(?: of)?|two|three|four|five|six|ten) ?(?P<of>{_SHORT})(?! ago)\b"
)
THIS = re.compile(r"\b(?:this|the current) (?P<unit>month|quarter|year)\b|\b(?P<today>today|tonight)\b")
DURING = re.compile(rf"\b(?:in|during|over|within|through|throughout|on|of|for) (?P<at>{_WHEN})(?!\w)")
_AGO = rf"(?:{_COUNT} (?:of )?)?(?:{_COUNT} )?{_UNIT} ago"
_FULL = rf"(?:last |this )?(?:{'|'.join(name for name in WEEKDAYS if len(name) > SHORTENED)})"
_LAST = rf"last (?:{_WEEKDAY}|weekend|week|month|quarter|year)"
ANY = re.compile(
    rf"{_FROM}(?:(?:back |as )?(?:on|of|at|in) )?(?:the )?"
    rf"(?P<at>{_EVE}|{_DATE}|{_AGO}|{_LAST}|{_FULL}|yesterday|gestern)\b"
)
DAY_SAID = re.compile(rf"\b(?:on|at|of|for|by) {_DATE}(?!\w)")
"""A day by its date, as one asks of that day and no other."""
NAMING = (OPENED, RANGE, BETWEEN, SINCE, UNTIL, WITHIN, THIS, ANY, DURING)
"""All of them, the more telling first."""
RUN_TOGETHER = re.compile(r"\b(\d{1,3})(h|hrs?|d|w|wks?|months?|days?|weeks?|hours?)\b")


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` up to `until`, which is left out (None: until now); `opening`: since the market opened.

    Where it opened later than `until`, there is none.
    """

    since: datetime
    until: datetime | None = None
    opening: bool = False

    def words(self) -> str:
        """`Since 2026-11-16`, `On 2026-11-19`, or `From 2026-10-01 to 2026-10-31`."""
        begun = f"{day(self.since)}{', when it opened' if self.opening else ''}"
        if self.until is None:
            return f"Since {begun}"
        last = day(self.until - INSTANT)
        if begun == last:
            return f"On {last}"
        return f"From {begun}{',' if self.opening else ''} to {last}"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What a name of a time covers, its end left out."""

    since: datetime
    until: datetime


def span(words: Sequence[str], now: datetime) -> Span | None:
    """The span that a question about changes speaks of; None where it names none, or one that has not begun."""
    line = _line(words)
    if OPENED.search(line):
        return Span(datetime.min.replace(tzinfo=UTC), opening=True)
    if ends := _ends(line):
        begun, ended = (_stretch(each, now) for each in ends)
        if begun is not None and begun.since < now:
            until = ended.until if ended is not None and ended.until <= now else None
            return Span(begun.since, until) if until is None or begun.since < until else None
    if (since := SINCE.search(line)) and (told := _stretch(since["at"], now)) is not None:
        return Span(told.since) if told.since <= now else None
    if ended_by := _ended(line, now):
        return Span(datetime.min.replace(tzinfo=UTC), ended_by, opening=True)
    if within := WITHIN.search(line):
        count = _count(within["count"] or within["bare"] or "")
        return Span(_back(now, count, within["unit"] or within["of"]))
    if this := THIS.search(line):
        return Span(_begun(now, this["unit"] or "day"))
    found = ANY.search(line) or DURING.search(line)
    told = _stretch(found["at"], now) if found is not None else None
    if told is None or told.since > now:
        return None
    return Span(told.since, told.until if told.until <= now else None)


def _ends(line: str) -> tuple[str, str] | None:
    """Both ends of a span, each as a time by itself: `from 1 to 15 November` -> `1 november`, `15 november`."""
    if found := RANGE.search(line):
        first, last = found["first"] or found["begin"], found["last"] or found["end"]
        month, _, year = (found["month"] or found["of"]).partition(" ")
        return f"{first} {month} {year}".strip(), f"{last} {month} {year}".strip()
    between = BETWEEN.search(line)
    return (between["since"] or between["begun"], between["until"]) if between else None


def instant_said(words: Sequence[str], now: datetime) -> datetime | None:
    """The last moment of the day or month that is spoken of, or so long ago; None where none is, or it is to come."""
    line = _line(words)
    if ended_by := _ended(line, now):
        return ended_by - INSTANT
    found = ANY.search(line) or DURING.search(line)
    if found is None:
        return None
    ago = re.search(rf"(?P<count>(?:{_COUNT} (?:of )?){{0,2}})(?P<unit>{_UNIT}) ago", found["at"])
    if ago:
        return _back(now, _count(ago["count"]), ago["unit"])
    told = _stretch(found["at"], now)
    return told.until - INSTANT if told is not None and told.until <= now else None


def _ended(line: str, now: datetime) -> datetime | None:
    """When what is said to go until a time, or came before it, is over; None where that is not over yet."""
    found = UNTIL.search(line)
    told = _stretch(found["at"], now) if found is not None else None
    if found is None or told is None:
        return None
    ended = told.since if found["how"] in ("before", "prior to") else told.until
    return ended if ended <= now else None


def without(words: Sequence[str], put: Sequence[str] = ()) -> tuple[str, ...]:
    """The words with the first time that they name left out, or other words put in its place."""
    line = _line(words)
    found = next((each for pattern in NAMING if (each := pattern.search(line))), None)
    if found is None:
        return tuple(words)
    return (*line[: found.start()].split(), *put, *line[found.end() :].split())


def named(words: Sequence[str]) -> tuple[str, frozenset[str]]:
    """The first time that is named: `180 days` of a length, and of a date the words that say which it is."""
    line = _line(words)
    found = next((each for pattern in NAMING if (each := pattern.search(line))), None)
    if found is None:
        return "", frozenset()
    said = found.group().split()
    dated = any(word in MONTHS or word in WEEKDAYS or re.fullmatch(_YEAR, word) for word in said)
    length = found.groupdict()
    phrase = f"{length['bare']} {length['of']}" if length.get("bare") else ""
    return phrase, frozenset(word for word in said if dated and (word in MONTHS or word in WEEKDAYS or word.isdigit()))


def _line(words: Sequence[str]) -> str:
    """The words with figures apart from their units: `24h` -> `24 h`."""
    return RUN_TOGETHER.sub(r"\1 \2", " ".join(words))


def _count(told: str) -> int:
    """`2`, `a couple of`, `last two`: the last number that is said; one where none is."""
    said = [word for word in told.split() if word.isdigit() or word in COUNTS]
    number = (int(said[-1]) if said[-1].isdigit() else COUNTS[said[-1]]) if said else 1
    return min(number or 1, MOST_UNITS)


def _back(now: datetime, count: int, unit: str) -> datetime:
    """So many units before now: months and years by the calendar, the rest by the clock."""
    if unit[0] == "h":
        return now - timedelta(hours=count)
    if unit[0] == "d":
        return now - timedelta(days=count)
    if unit[0] in "wf":
        return now - timedelta(weeks=count * (2 if unit[0] == "f" else 1))
    return _months_back(now, count * {"m": 1, "q": 3, "y": 12}[unit[0]])


def _months_back(at: datetime, count: int) -> datetime:
    months = at.year * 12 + at.month - 1 - count
    if months < 12:
        return datetime.min.replace(tzinfo=UTC)
    year, month = months // 12, months % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))


def _begun(now: datetime, unit: str) -> datetime:
    """When this day, week (on Monday), month, quarter or year began, UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "day":
        return today
    if unit == "week":
        return today - DAY * today.weekday()
    month = {"month": today.month, "quarter": today.month - (today.month - 1) % 3, "year": 1}[unit]
    return today.replace(month=month, day=1)


def _stretch(told: str, now: datetime) -> _Stretch | None:
    """What a name of a time covers: a day, a month, a week; `ago` is the day so long ago."""
    told = told.removeprefix("the ").strip()
    if ago := re.fullmatch(rf"(?P<count>(?:{_COUNT} (?:of )?){{0,2}})(?P<unit>{_UNIT}) ago", told):
        return _of_day(_begun(_back(now, _count(ago["count"]), ago["unit"]), "day"))
    if told in DAYS_BACK:
        return _of_day(_begun(now, "day") - DAY * DAYS_BACK[told])
    first, _, rest = told.partition(" ")
    if first in ("last", "this") and rest in ("week", "month", "quarter", "year"):
        begun = _begun(now, rest)
        return _Stretch(begun, now) if first == "this" else _Stretch(_begun(begun - DAY, rest), begun)
    name = rest if first in ("last", "this") else told
    if name == "weekend":
        today = _begun(now, "day")
        begun = today - DAY * ((today.weekday() - SATURDAY) % 7)
        begun -= DAY * 7 if first == "last" and today < begun + WEEKEND else timedelta()
        return _Stretch(begun, begun + WEEKEND)
    if name in WEEKDAYS:
        today = _begun(now, "day")
        since = (today.weekday() - WEEKDAYS[name]) % 7 or (7 if first == "last" else 0)
        return _of_day(today - DAY * since)
    return _of_date(told, now)


def _of_day(at: datetime) -> _Stretch:
    return _Stretch(at, at + DAY)


def _of_date(told: str, now: datetime) -> _Stretch | None:
    """A day or a whole month; the last one that began, where no year is said. None where there is no such day."""
    if re.fullmatch(_YEAR, told):
        return _Stretch(datetime(int(told), 1, 1, tzinfo=UTC), datetime(int(told) + 1, 1, 1, tzinfo=UTC))
    numbers = [ORDINALS.get(word) or int(word) for word in re.findall(r"\d+|first|second|third", told)]
    month = next((MONTHS[word] for word in told.split() if word in MONTHS), None)
    try:
        if month is None:
            year, month, number = numbers if numbers[0] > MOST_DAYS else numbers[::-1]
            return _of_day(datetime(year, month, number, tzinfo=UTC))
        on = next((number for number in numbers if number <= MOST_DAYS), None)
        year = next((number for number in numbers if number > MOST_DAYS), 0)
        begun = datetime(year or now.year, month, on or 1, tzinfo=UTC)
        begun = begun if year or begun <= now else begun.replace(year=now.year - 1)
        return _Stretch(begun, begun + DAY * (1 if on else calendar.monthrange(begun.year, month)[1]))
    except (ValueError, IndexError, OverflowError):  # the last day that can be told ends after all time
        return None
