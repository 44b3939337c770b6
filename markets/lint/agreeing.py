"""Whether the figures of the prose and those of the rule are the same ones."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches

from markets.fields import in_words
from markets.lint.figures import Amount, At, Figure, Reading, Span
from markets.lint.glossary import known, misdefined, within
from markets.lint.lasting import lasting
from markets.lint.placed import misplaced
from markets.lint.roles import CLAUSE, OF_EDGES, OF_PEOPLE, WHO_AGREE, Roles, around, of_people
from markets.lint.spelled import VALUES, spelled
from markets.lint.subject import Found, Loc, Subject
from resolvers.rules.nodes import Pick, Window

CALLED_T = re.compile(r"\bT(?: is|,|=| =| \(|:)\s*$")
NEVER_BEFORE = re.compile(r"\b(?:not|no|never)\b[^.;]{0,48}\bbefore\s+$", re.IGNORECASE)
TOP = re.compile(r"\b(?:top|best|leading|first)\s+$", re.IGNORECASE)
BEST = re.compile(r"\s+(?:best|top|leading)\b", re.IGNORECASE)
AS_OF = re.compile(r"\bas of\s+$", re.IGNORECASE)
TO_BEFORE = re.compile(r"\s*(?:to|and|,)?\s*(?:to\s+)?before\s+", re.IGNORECASE)
TWICE = re.compile(
    r"\b([A-Za-z][\w-]*\d\w*)(?:,| and| or|, and|, or)\s\1\b"
    rf"|\b(\d+|{'|'.join(VALUES)}) (?:of|out of|in) (?:the )?\2\b",
    re.IGNORECASE,
)
"""`P1 and P1`; `2 of 2`, which is all of them."""

JOINED = re.compile(r"(\d\w*)(?:,| and| or|, and|, or)\s[A-Za-z][\w-]*?\1\b", re.IGNORECASE)
OF_AS_MANY = re.compile(r"(\d+) (?:[oO][fF]|[oO][uU][tT] [oO][fF]|[iI][nN]) (?:[tT][hH][eE] )?\1")
"""Quicker to look for: without these, and without a number in letters that stands there twice, there is none of it."""

REFERENCE = re.compile(r"\b(?:section|footnote|chapter|appendix|table|paragraph|page|note|clause)s?\s+$", re.IGNORECASE)
REFERRING = tuple(
    f"{word}{several}"
    for word in ("section", "footnote", "chapter", "appendix", "table", "paragraph", "page", "note", "clause")
    for several in ("", "s")
)
WHOLE = Amount(Decimal(100), "percent")
BEYOND = re.compile(r"\b(?:over|above|beyond|exceeds?)\s+$", re.IGNORECASE)
QUOTED = re.compile(r"[\"“]([^\"“”\n]{3,80})[\"”]")
DAY = timedelta(days=1)
QUESTION: Loc = ("question",)
FINE_PRINT: Loc = ("fine_print",)
FIGURED = (Amount, At)
AS_TOLD = frozenset({"O06 told"})
"""What is quiet where `compared_as_told` sees nothing."""


def compared(it: Subject) -> Iterator[Found]:
    """Every figure that stands on one side only, or in a place that is another's."""
    quiet, told = it.quiet("O06"), it.quiet("O06 told")
    asked = [] if quiet and told else _asked(it)
    yield from () if quiet else _only_in_prose(it, asked)
    yield from () if told else _only_in_rule(it, asked)
    yield from () if quiet else _too_often(it, asked)
    yield from () if told else _not_all_again(it)
    yield from () if told else _edges_twice(it)
    yield from () if quiet else _placed_wrongly(it)
    yield from misdefined(it)
    yield from () if quiet else _misquoted(it)
    yield from () if quiet else lasting(it)


def compared_alone(it: Subject) -> Iterator[Found]:
    """Of all that, what a passage of the prose shows by itself."""
    asked = _asked(it)
    yield from _only_in_prose(it, asked)
    yield from _too_often(it, asked)
    yield from _placed_wrongly(it)
    yield from _misquoted(it)
    yield from lasting(it)


def compared_as_told(it: Subject) -> Iterator[Found]:
    """Of all that, what the figures of the whole prose show, wherever in it they stand."""
    yield from _only_in_rule(it, _asked(it))
    yield from _not_all_again(it)
    yield from _edges_twice(it)


def _placed_wrongly(it: Subject) -> Iterator[Found]:
    if it.figures:
        yield from _called_t(it)
        yield from _of_the_top(it)
        yield from _backwards(it)
    yield from _named_twice(it)


def _asked(it: Subject) -> list[Figure]:
    """The figures of what panels are asked."""
    return [figure for _, figure in it.figures_asked if not figure.name]


def _only_in_prose(it: Subject, asked: list[Figure]) -> Iterator[Found]:
    telling = _telling(it)
    in_letters = [figure for text in it.asked for figure in spelled(text)] if telling else []
    told_to_panels = {reading for figure in [*asked, *in_letters] for reading in figure.readings}
    roles, texts = Roles.of(it), dict(it.prose)
    for each in telling:
        loc, figure, text = each.loc, each.figure, texts[each.loc]
        if figure.soft or not told_to_panels.isdisjoint(figure.readings) or _of_no_rule(roles, text, each):
            continue
        if it.stated.has_any(figure.readings):
            wrong = misplaced(roles, loc, text, figure, each.of_people)
            if wrong:
                yield Found(f"{wrong}: text and rule must agree", loc, figure.at)
            continue
        if figure.name and loc == ("fine_print",) and within(it, figure.at) and known(it, figure.text):
            continue
        if roles.out_of_all(text, figure):
            continue
        where = "question" if loc == QUESTION else loc[-1]
        if figure.name:
            said = f"{figure.text!r} ({where}) is a name that occurs in nothing the rule reads"
        else:
            said = f"{figure.text.strip()!r} ({where}) occurs nowhere in the rule"
            said += _with_unit(it, figure) or _a_day_later(it, figure)
        yield Found(f"{said}: text and rule must agree", loc, figure.at)


def _with_unit(it: Subject, figure: Figure) -> str:
    """The same number as the rule has it, with another unit."""
    values = {each.value for each in figure.readings if isinstance(each, Amount)}
    units = sorted({each.unit for each in it.stated.amounts if each.value in values and each.unit})
    shown = {"percent": "%", "span": "", "places": ""}
    named = [shown.get(unit, f" {unit}") for unit in units if shown.get(unit, unit)]
    number = figure.text.strip().rstrip("%").rstrip()
    return f" (it has {' and '.join(f'{number}{unit}' for unit in named)})" if named and number.isdigit() else ""


def _a_day_later(it: Subject, figure: Figure) -> str:
    """What `closes` (or T) would be for a figure that ends within a day after it: a bare date is its day's first
    instant, so that `2027-06-30` leaves out the last day of June.
    """
    at = it.spec.rule.decides
    key = "closes" if at == it.spec.closes else "decides"
    ends = [each.end for each in figure.readings if isinstance(each, Span)]
    ends += [each.moment for each in figure.readings if isinstance(each, At)]
    end = next((end for end in ends if timedelta() < end - at <= DAY), None)
    return f" (that is `{key}: {in_words(end)}`)" if end else ""


def _of_no_rule(roles: Roles, text: str, telling: Telling) -> bool:
    """`2 people` as the house asks them; `section 3`; `over 100%`, which nothing can be."""
    figure = telling.figure
    if telling.of_people and not roles.people.isdisjoint(figure.readings):
        return True
    before = text[max(0, figure.at - 14) : figure.at].rstrip().lower()
    if before.endswith(REFERRING) and REFERENCE.search(text, max(0, figure.at - 14), figure.at):
        return True
    whole = WHOLE in figure.readings
    return whole and BEYOND.search(text, max(0, figure.at - 10), figure.at) is not None


def _only_in_rule(it: Subject, asked: list[Figure]) -> Iterator[Found]:
    told = Told.of(it)
    shown = told.of_people | told.others if asked else frozenset()
    for figure in asked:
        if not (figure.soft or any(it.stated.has(each) or each in shown for each in figure.readings)):
            said = f"{figure.text.strip()!r} of a panel's question stands neither in the rule nor in the fine print"
            yield Found(f"{said}: write it there", it.block_of("panel"))
    for place, text, readings in it.figures_written:
        if place[-1] == "redraw":  # the composed description says how often seats are drawn again
            continue
        if not _told(readings, told.of_people if of_people(place) else told.others):
            said = f"{text.strip()!r} of the rule stands neither in the question nor in the fine print"
            yield Found(f"{said}: write it there", place)


@dataclass(frozen=True, slots=True)
class Telling:
    """A figure of the prose with what it tells: amounts in the rule's own scale, both ends of a stretch of time.

    `of_people` says that it is a panel's number, `All 3 members`, and none of the rule's other counts.
    """

    loc: Loc
    figure: Figure
    told: Collection[Reading]
    of_people: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What the figures of the prose tell: of people and of others, in the question and again in the fine print."""

    of_people: frozenset[Reading]
    others: frozenset[Reading]
    first: frozenset[Reading]
    again: frozenset[Reading]

    @classmethod
    def of(cls, it: Subject) -> Told:
        """Those of a market, worked out once."""
        found: Told | None = it.kept.get("told")
        if found is None:
            found = it.kept["told"] = cls._of(it)
        return found

    @classmethod
    def _of(cls, it: Subject) -> Told:
        heard = it.kept.get("heard")
        if heard is not None:
            parts = [found.told for found, _ in heard]
            return cls(
                _union(each.of_people for each in parts), _union(each.others for each in parts),
                _union(each.first for each in parts), _union(each.again for each in parts),
            )  # fmt: skip
        telling = _telling(it)
        return cls(
            _union(each.told for each in telling if each.of_people),
            _union(each.told for each in telling if not each.of_people),
            _union(each.told for each in telling if each.loc == QUESTION and not each.figure.soft),
            _union(each.told for each in telling if each.loc == FINE_PRINT),
        )


def _telling(it: Subject) -> list[Telling]:
    found: list[Telling] | None = it.kept.get("telling")
    if found is None:
        texts = dict(it.prose)
        found = it.kept["telling"] = [
            Telling(loc, figure, _tells(it, figure), _of_people(it, texts[loc], figure)) for loc, figure in it.figures
        ]
    return found


def _tells(it: Subject, figure: Figure) -> Collection[Reading]:
    told: list[Reading] = []
    for each in figure.readings:
        if isinstance(each, Span):
            told += (At(each.start), At(each.end))
        else:
            told.append(it.stated.bare(each) if isinstance(each, Amount) else each)
    return told


def _of_people(it: Subject, text: str, figure: Figure) -> bool:
    end = figure.at + len(figure.text)
    return OF_PEOPLE.match(text, end) is not None or (bool(it.panels) and WHO_AGREE.match(text, end) is not None)


def _union(parts: Iterable[Collection[Reading]]) -> frozenset[Reading]:
    return frozenset().union(*parts)


def _told(readings: tuple[Reading, ...], shown: frozenset[Reading]) -> bool:
    """Whether one of the readings is shown; what no reading has is no figure."""
    plain = [each for each in readings if isinstance(each, FIGURED)]
    return not plain or not shown.isdisjoint(plain)


def _too_often(it: Subject, asked: list[Figure]) -> Iterator[Found]:
    """A figure that the question says oftener than the rule has it: `6 of 6` where the rule has 5 and 6."""
    if not any(loc == QUESTION for loc, _ in it.figures):
        return
    there = Counter(readings for _, _, readings in it.figures_written)
    there.update(figure.readings for figure in asked if figure.readings)
    said: Counter[tuple[Reading, ...]] = Counter()
    for loc, figure in it.figures:
        if loc != QUESTION or figure.soft:
            continue
        for readings, times in there.items():
            if any(each in figure.readings for each in readings):
                said[readings] += 1
                if said[readings] == times + 1:
                    text = f"{figure.text.strip()!r} stands in the question oftener than in the rule"
                    yield Found(f"{text}: one of them has to be another figure", loc, figure.at)


def _not_all_again(it: Subject) -> Iterator[Found]:
    """Where the fine print tells a figure of the question again, it tells every figure of the rule."""
    told = Told.of(it)
    again, first = told.again, told.first
    if not again:
        return
    figured = (entry for entry in it.figures_written if entry[2] and isinstance(entry[2][0], FIGURED))
    wanted = [entry for entry in figured if _told(entry[2], first)]
    if not any(_told(readings, again) for _, _, readings in wanted):
        return
    left = dict.fromkeys(text.strip() for _, text, readings in wanted if not _told(readings, again))
    if left:
        said = f"the fine print tells some figures of the question again, but not {', '.join(map(repr, left))}"
        yield Found(f"{said}: tell all of them, or none", FINE_PRINT)


def _edges_twice(it: Subject) -> Iterator[Found]:
    """A list of the edges tells each of them once."""
    wanted = [readings for loc, _, readings in it.figures_written if loc[:2] == ("resolve", "edges")]
    if len(wanted) < 2 or not OF_EDGES.search(it.text) or len(it.figures) < len(wanted):
        return
    texts, told = dict(it.prose), defaultdict[tuple[Loc, str], list[Figure]](list)
    for loc, figure in it.figures:
        clause = around(texts[loc], figure.at, CLAUSE)[0]
        if OF_EDGES.search(clause) and any(set(readings) & set(figure.readings) for readings in wanted):
            told[loc, clause].append(figure)
    for (loc, _), found in told.items():
        if len(found) < len(wanted):
            continue
        for readings in wanted:
            if not any(set(readings) & set(figure.readings) for figure in found):
                yield Found("the edges of the answers are told, but not all of them: tell each once", loc, found[0].at)
                break


def _called_t(it: Subject) -> Iterator[Found]:
    """What is called T, or the end before which it did not happen, is T."""
    dated = it.spec.rule.type == "first_date"
    read_at = {node.at for node in it.of(Window)} - {None}
    texts = dict(it.prose)
    for loc, figure in it.figures if "T" in it.text else ():
        long = any(isinstance(each, Span) for each in figure.readings)
        if long and CALLED_T.search(texts[loc], max(0, figure.at - 8), figure.at):
            said = f"{figure.text!r} is a stretch of time, and T is the instant {in_words(it.spec.decides)}"
            yield Found(f"{said}: write that", loc, figure.at)
    for loc, text, figure, moment in _moments(it):
        begin = max(0, figure.at - 8)
        called = CALLED_T.search(text, begin, figure.at) or (
            dated and NEVER_BEFORE.search(text, max(0, figure.at - 60), figure.at)
        )
        if called and moment != it.spec.decides:
            said = f"{figure.text!r} stands for T here, but T is {in_words(it.spec.decides)}"
            yield Found(f"{said}: write that", loc, figure.at)
        elif read_at and moment not in read_at and AS_OF.search(text, begin, figure.at):
            yield Found(f"as of {figure.text}: the rule reads nothing as of then", loc, figure.at)


def _of_the_top(it: Subject) -> Iterator[Found]:
    """`the 5 best` and `the top 5` are as many as the rule takes."""
    sizes = {Amount(Decimal(node.n), "") for node in it.of(Pick) if node.how == "top"}
    if not sizes:
        return
    texts = dict(it.prose)
    for loc, figure in it.figures:
        text, end = texts[loc], figure.at + len(figure.text)
        at_the_top = TOP.search(text, max(0, figure.at - 12), figure.at) or BEST.match(text, end)
        if at_the_top and sizes.isdisjoint(figure.readings):
            shown = " or ".join(str(each.value) for each in sizes)
            yield Found(f"{figure.text!r} at the top: the rule takes {shown}", loc, figure.at)


def _backwards(it: Subject) -> Iterator[Found]:
    """`from A to before B` with B no later than A."""
    before: tuple[str, Figure, datetime] | None = None
    for loc, text, figure, moment in _moments(it):
        if before is not None and before[0] is text:
            end = before[1].at + len(before[1].text)
            if TO_BEFORE.fullmatch(text, end, figure.at) and moment <= before[2]:
                said = f"the stretch from {before[1].text} to before {figure.text} is empty"
                yield Found(f"{said}: write the earlier date first", loc, figure.at)
        before = (text, figure, moment)


def _named_twice(it: Subject) -> Iterator[Found]:
    several = [word for word in it.words.intersection(VALUES) if it.low.count(word) > 1]
    worded = any(f"{word} {of}" in it.low for word in several for of in ("of", "out of", "in"))
    if not (worded or JOINED.search(it.text) or OF_AS_MANY.search(it.text)):
        return
    for match in TWICE.finditer(it.text):
        yield Found(f'"{match.group()}" says one thing twice: name the other one', *it.at(match.start()))


def _moments(it: Subject) -> Iterator[tuple[Loc, str, Figure, datetime]]:
    """Every figure of the prose that is one instant, with the text it stands in."""
    texts = dict(it.prose)
    for loc, figure in it.figures:
        moment = next((each.moment for each in figure.readings if isinstance(each, At)), None)
        if moment is not None:
            yield loc, texts[loc], figure, moment


def _misquoted(it: Subject) -> Iterator[Found]:
    """An answer in quotation marks that no answer is, though one is like it but for a number."""
    answers = it.spec.answers
    if not answers:
        return
    for match in QUOTED.finditer(dict(it.prose).get(FINE_PRINT, "")):
        said = match[1]
        if said in answers or not any(char.isdigit() for char in said):
            continue
        near = get_close_matches(said, answers, 1, 0.8)
        if near and re.sub(r"\d+", "0", said) == re.sub(r"\d+", "0", near[0]):
            yield Found(f"{said!r} is no answer: {near[0]!r} is", ("fine_print",), match.start())
