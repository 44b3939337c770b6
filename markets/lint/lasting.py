"""How long the question says that a thing lasts, where the rule lets nothing last: `for a week`, `for two months`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from markets.lint.figure_forms import IN_LETTERS, in_letters
from markets.lint.figures import Amount
from markets.lint.subject import Found, Subject
from resolvers.durations import Duration
from resolvers.rules.nodes import Series

SAID = re.compile(
    r"(?<!even )(?<!only )(?<!just )\bfor\s+(?:at\s+least\s+|more\s+than\s+|over\s+)?"
    rf"(?P<many>an?|one|\d+|{IN_LETTERS})"
    r"[\s-]+(?:(?:full|whole|entire|consecutive|straight|successive|unbroken)\s+)?"
    r"(?P<unit>hour|day|week|month|quarter|year)s?\b(?!-)",
    re.IGNORECASE,
)
DAYS = {"hour": (0, 0), "day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (89, 92), "year": (365, 366)}
"""How many days each has, at least and at most."""
DAY_S = 86_400


def lasting(it: Subject) -> Iterator[Found]:
    """Every stretch of time of the question that nothing of the rule lasts; what is a figure is compared as one."""
    question = it.spec.question if ("question",) in dict(it.prose) else ""
    for match in SAID.finditer(question):
        begin, end = match.span()
        figured = any(not each.soft and begin <= each.at < end for _, each in it.figures_of_question)
        if not figured and not _lasts(it, match["many"].lower(), match["unit"].lower()):
            said = f"{match.group()!r} stands in the question, but nothing in the rule lasts so long"
            yield Found(f"{said}: {_remedy(match['many'].lower(), match['unit'].lower())}", ("question",), begin)


def _remedy(many: str, unit: str) -> str:
    """What to write; a month is of no one length, so that both say how many days are meant."""
    if unit == "hour":
        return f"write `hold: {Duration(hours=_times(many))}` in the rule, or take it out"
    low, high = DAYS[unit]
    days = Duration(days=_times(many) * (30 if unit == "month" else high - 1 if low < high else low))
    here = "" if low == high else f"`for {days}` here and "
    return f"write {here}`hold: {days}` in the rule, or take it out"


def _times(many: str) -> int:
    return int(many) if many.isdigit() else in_letters(many)


def _lasts(it: Subject, many: str, unit: str) -> bool:
    """Whether the rule has a stretch of that length, whatever for; a series of such periods is one."""
    times = _times(many)
    low, high = DAYS[unit]
    least, most = (3600, 3600) if unit == "hour" else (low * DAY_S, high * DAY_S)
    written = [each for loc, _, readings in it.figures_written if loc[-1] not in ("settle", "for") for each in readings]
    spans = [each.value for each in written if isinstance(each, Amount) and each.unit == "span"]
    opens, decides = it.stated.opens, it.spec.decides
    spans += [] if opens is None else [Decimal((decides - opens).total_seconds())]
    if any(least * times <= span <= most * times for span in spans):
        return True
    return any(series.per == unit for series in it.of(Series))
