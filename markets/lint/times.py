"""T: dates, instants and windows that can be read two ways, or that come too early."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markets.fields import in_words
from markets.lint.code import Case, code, loaded
from markets.lint.examples import SEEN
from markets.lint.figure_forms import MONTH
from markets.lint.subject import Found, Subject, opening
from resolvers.durations import Duration
from resolvers.rules.nodes import Window

DATE = (
    rf"(?:(?:the\s+)?end\s+of\s+)?(?:\d{{4}}\b|{MONTH}\s+\d+|\d{{1,2}}\s+{MONTH}"
    rf"|(?-i:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    rf"|[QH][1-4]\s?\d{{4}})"
)
BY_DATE = re.compile(rf"\b(?:by|no later than|not later than|not after)\s+(?!the\s+end\s+of\s)({DATE})", re.IGNORECASE)
SMALL = "two|three|four|five|six|seven|eight|nine|ten|twelve"
RELATIVE = re.compile(
    r"\b((?<!as )soon|shortly|recently|currently|nowadays|presently|today|tomorrow|yesterday|eventually"
    r"|in the near future|as of now|at present|at the time of writing"
    rf"|(?:next|this|last|coming|past|(?<=\bthe\s)(?:next|last|past|coming)\s+(?:\d+|few|{SMALL}))\s+"
    r"(?:year|month|week|quarter|decade|spring|summer|autumn|winter|day)s?(?!\s+of\b))\b",
    re.IGNORECASE,
)
CLOCK = re.compile(
    r"(?<![\d:-])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])(?!\s?(?:UTC|Z\b|GMT|[ap]\.?m))"
    r"|(?<![\w:.])\d{1,2}(?::\d{2})?\s?[ap]\.?m\b(?!\.?\s?(?:UTC|Z\b|GMT))"
    r"|\b(?:noon|midnight)\b(?!,?\s?\(?(?:\d\d:\d\d\s)?(?:UTC|GMT))",
    re.IGNORECASE,
)
RATIO = re.compile(r"\b(?:ratio|odds|scale|proportion|mixture)(?:\s+(?:of|is|at|was))*\s+$", re.IGNORECASE)
RATIO_AFTER = re.compile(r"\s+(?:ratio|odds|scale|proportion|mixture)\b", re.IGNORECASE)
COLON = re.compile(r":\d")
OPEN_ENDED = re.compile(
    rf"\b(?:(?:until|till|through|thru|up\s+to)\s+(?:{DATE})|between\s+{DATE}[^.;]{{0,24}}?\sand\s+{DATE})"
    rf"|(?<=\d\s)to\s+{DATE}",
    re.IGNORECASE,
)
OF_A_CLOCK = frozenset(
    {"am", "pm", "m", "noon", "midnight", *(f"{hour}{half}" for hour in range(1, 13) for half in ("am", "pm"))}
)
END_OF = re.compile(r"^(?:the\s+)?end\s+of\s+", re.IGNORECASE)
YEAR = re.compile(r"[0-9]{4}")
BY = opening("by", later=("no later than", "not later than"), after="not after")
RELATIVE_WORDS = opening(
    "soon", "shortly", "recently", "currently", "nowadays", "presently", "today", "tomorrow", "yesterday", "eventually",
    "next", "this", "last", "coming", "past", future="in the near",
    now="as of now", present="at present", writing="at the time of writing",
)  # fmt: skip
UNTIL_WORDS = opening("until", "till", "through", "thru", "up", "between", "to")


loaded(
    "T04",
    "error",
    "Close is not after open, or the deciding instant is before close.",
    """Trading needs time between `opens` and `closes`, and T (`decides`, else `closes`) may not lie before trading
    ends: people would trade on a known answer.""",
    fires=Case({"closes: 2027-07-01": "closes: 2027-07-01\ndecides: 2027-06-01"}),
    quiet=Case({"closes: 2027-07-01": "closes: 2027-06-01\ndecides: 2027-07-01"}),
)


@code(
    "T01",
    "error",
    "Time without a time zone: {text}.",
    by="prose",
    fires=Case({"opens: 2026-12-05": "opens: 2026-12-05T14:30Z", "whoever ran it.": "whoever ran it, from 14:30 on."}),
    quiet=Case(
        {"opens: 2026-12-05": "opens: 2026-12-05T14:30Z", "whoever ran it.": "whoever ran it, from 14:30 UTC on."}
    ),
)
def no_zone(it: Subject) -> Iterator[Found]:
    """A time of day means nothing without its zone; all times here are UTC, and a bare date is 00:00 UTC.

    The loader says the same of a time in a field (`opens: 2026-12-05T14:30`) or in the rule.
    """
    if not COLON.search(it.text) and it.words.isdisjoint(OF_A_CLOCK):
        return
    for match in CLOCK.finditer(it.text):
        if RATIO.search(it.text, max(0, match.start() - 24), match.start()) or RATIO_AFTER.match(it.text, match.end()):
            continue
        loc, offset = it.at(match.start())
        yield Found(f"the time {match.group()!r} names no zone: write it with UTC", loc, offset)


@code(
    "T02",
    "error",
    '"by {date}" can be read two ways.',
    by="prose",
    fires=Case({"before July 2027": "by July 2027"}),
    quiet=Case({"whoever ran it.": "whoever ran it, as told by the board."}),
)
def by_a_date(it: Subject) -> Iterator[Found]:
    """Some read "by June" as before June begins, others as before it ends: say which."""
    for match in it.opened(BY_DATE, BY):
        loc, offset = it.at(match.start())
        yield Found(f'"{match.group()}" {_two_ways(match[1])}', loc, offset)


def _two_ways(date: str) -> str:
    """What is unclear of a date after "by", and what to write: `before 2028` for the end of 2027."""
    end = END_OF.sub("", date)
    if end == date:
        return f'can be read two ways: write "before {date}" or "before the end of {date}"'
    next_year = f'"before {int(end) + 1}" or ' if YEAR.fullmatch(end) else ""
    return f'leaves open whether its last day counts: write {next_year}"before the end of {end}"'


@code(
    "T03",
    "error",
    'Relative time "{text}"; use absolute dates.',
    by="prose",
    fires=Case({"whoever ran it.": "whoever ran it next year."}),
    quiet=Case({"whoever ran it.": "whoever ran it that year."}),
)
def relative_time(it: Subject) -> Iterator[Found]:
    """Next year, soon, currently: what they mean depends on the day they are read. Write the dates."""
    for match in it.opened(RELATIVE, RELATIVE_WORDS):
        loc, offset = it.at(match.start())
        yield Found(f"{match.group()!r} depends on the day it is read: write the date", loc, offset)


@code(
    "T05",
    "warning",
    "No settle period, or settle shorter than the source's cadence.",
    by="rule",
    fires=Case(
        {"yes: best >= 85%": "yes: best >= 85%\n  settle: 2 days", "ran it.": "ran it; corrections count for 2 days."},
        {'scores.csv"}': 'scores.csv", every: 7 days, late: 9 days}'},
    ),
    quiet=Case(
        {"yes: best >= 85%": "yes: best >= 85%\n  settle: 7 days", "ran it.": "ran it; corrections count for 7 days."},
        {'scores.csv"}': 'scores.csv", every: 7 days, late: 9 days}'},
    ),
)
def short_settle(it: Subject) -> Iterator[Found]:
    """Corrections count up to `settle` after the deciding instant; a source that is looked at, or that changes, less
    often than that never gets to correct itself. It asks nothing where the first release is meant to stand.
    """
    settlement = it.spec.rule.settlement
    if settlement.how != "final_after":
        return
    for source in it.sources:
        if settlement.after < source.fetch.every:
            said = f"corrections count for {settlement.after}, but {source.id} is looked at every {source.fetch.every}"
            yield Found(f"{said}: write a longer `settle`, and in the text the same", it.block_of("settle"))


@code(
    "T06",
    "warning",
    "Decision instant falls inside the source's known lag ({n} days).",
    by="rule",
    fires=Case(source={"licence: CC0 1.0": "licence: CC0 1.0\nlag: 20 days"}),
    quiet=Case(source={"licence: CC0 1.0": "licence: CC0 1.0\nlag: 5 days"}),
)
def inside_the_lag(it: Subject) -> Iterator[Found]:
    """A source that shows a thing only some time after it happened (`lag:` in its file) cannot have shown all that the
    question is about by T and its settle period. Let T come later than the time asked about, or lengthen `settle`.
    """
    if all(source.lag is None for source in it.sources):
        return
    rule = it.spec.rule
    ends = [node.before for node in it.of(Window) if node.before and node.clock == "published"]
    end = max(ends, default=it.spec.closes)
    known = rule.decides + rule.settlement.after
    for source in it.sources:
        if source.lag is not None and known - end < source.lag:
            said = f"{source.id} shows things up to {source.lag} late, and T with its settle period leaves"
            left = Duration(seconds=int((known - end).total_seconds()))
            yield Found(f"{said} {left}: let T come later, or lengthen `settle`", it.named(source.id))


@code(
    "T07",
    "error",
    "Window end not stated as half-open.",
    by="prose",
    fires=Case({"before July 2027?": "until July 2027?"}),
    quiet=Case({"whoever ran it.": "whoever ran it until then."}),
)
def open_ended(it: Subject) -> Iterator[Found]:
    """Every window of a rule is half-open by construction: [from, before). Prose can still blur it: `until June 30`,
    `through 2027`, `between A and B` and `from A to B` leave open whether the last day counts. Write `before D`, or
    `before the end of D`.
    """
    for match in it.opened(OPEN_ENDED, UNTIL_WORDS):
        loc, offset = it.at(match.start())
        said = f'"{match.group()}…" leaves open whether its last day counts: write "from …" and "before …"'
        yield Found(said, loc, offset)


@code(
    "T08",
    "not-ready",
    "It closes before it could be opened.",
    needs="store",
    fires=Case(looks=(("2027-06-30", SEEN),), today="2027-07-02"),
    quiet=Case({"opens: 2026-12-05": "opens: 2027-06-29"}, looks=(("2027-06-29", SEEN),), today="2027-06-30"),
)
def closed_already(it: Subject) -> Iterator[Found]:
    """Where `closes` has passed and the market was never opened, `crux plan` will not open it any more: nobody could
    trade. Move its dates, and with them those of the rule and the text.
    """
    if it.seen is not None and not it.seen.opened and it.seen.now >= it.spec.closes:
        said = f"trading would have ended on {in_words(it.spec.closes)}, and it was never opened"
        yield Found(f"{said}: move its dates", ("closes",))
