"""Which figures of a rule a sentence may be about: the outcome's, the N/A clause's, the edges', a panel's.

A figure of the rule justifies a figure of the prose only where both are about the same part; what the house says by
default justifies only a sentence about that very default.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from markets.lint.common import of_kin
from markets.lint.figures import Amount, At, Figure, Reading, places
from markets.lint.spelled import VALUES
from markets.lint.stated import PEOPLE, Stated, as_prose
from markets.lint.subject import Loc, Subject
from resolvers.durations import Duration
from resolvers.rules.naming import once
from resolvers.rules.nodes import Along

SENTENCE = re.compile(r"(?<=[.?!])[\"”')]*\s+(?=[A-Z\"“(`\d])|\n\s*\n")
CLAUSE = re.compile(r";|:\s")
OF_NA = re.compile(r"\bN/A\b|\bnothing\s+is\s+asked\b|\bno\s+contest\b|\bvoid\b")
NA_WORDS = ("N/A", "nothing", "contest", "void")
"""Without one of these there is none of it."""

IF_NOT = re.compile(r"\s*(?:If\s+(?:they|it|that|this|there)\s+\w+\s+not\b|If\s+not\b|Otherwise\b|Else\b)")
OF_EDGES = re.compile(r"\b(?:answers?|divided|edges?|buckets?|ranges?)\b", re.IGNORECASE)
OF_PEOPLE = re.compile(
    r"(?:\s+(?:out\s+)?of\s+(?:the\s+|its\s+)?\d+)?(?:\s+\w+)?\s+"
    r"(?:members?|reviewers?|seats?|people|persons?|redraws?)\b|-person\b",
    re.IGNORECASE,
)
"""After a number: it counts people, and is none of the rule's other counts."""
WHO_AGREE = re.compile(
    r"\s+(?:of\s+(?:them|these|those)\s+)?(?:have|has|must|need|needs)\s+(?:to\s+)?agree\b", re.IGNORECASE
)
"""The same, where a panel is asked; else boards or labs may have to agree."""
OUT_OF = re.compile(
    rf"(?:^|[.,;:(?!]\s+|\b(?:\d+|{'|'.join(VALUES)}|all|any|each|every|both|none|most|half|more|fewer|less|out)\s+)"
    r"of\s+(?:the\s+|these\s+|its\s+|all\s+)?$",
    re.IGNORECASE,
)
HAS_WHOLE = re.compile(r"\s+(?:out\s+)?of\s+(?:the\s+|these\s+|its\s+|all\s+)?\d", re.IGNORECASE)
"""Before the 3 and after the 2 of `2 of 3`; the `best of 3` and a `mean of 3` are of something else."""
DEFAULTS = {
    "settle": re.compile(r"\bcorrect(?:ed|ions?)\b|\bsettle", re.IGNORECASE),
    "label_settle": re.compile(r"\blabels?\b|\bcorrect(?:ed|ions?)\b", re.IGNORECASE),
    "bridge": re.compile(r"\bbridged?\b|\bgaps?\s+of\s+looks\b|\bbetween\s+two\s+looks\b", re.IGNORECASE),
    "max_age": re.compile(r"\b(?:too\s+old|stale|age)\b", re.IGNORECASE),
    "lost_after": re.compile(r"\b(?:lost|unreachable)\b", re.IGNORECASE),
    "frozen_after": re.compile(r"\bfr(?:ozen|eez)|\bno\s+new\s+rows?\b|\bst(?:and|ood)s?\s+still\b", re.IGNORECASE),
}
"""What a sentence has to be about for a default to justify its figure."""

ASKED = frozenset({"question", "limbs"})
NAME = re.compile(r"[A-Za-z_]\w*")
COMPARED = re.compile(
    r"(?<![\w.])(?P<column>[A-Za-z_][\w.]*)\s*(?P<op>>=|<=|==|>|<)\s*(?P<number>\d+(?:\.\d+)?)(?![\w.-])(?P<unit>%|\s+[a-z]+)?"
)
"""`trials >= 200`: a column held against a number."""

FACTOR = re.compile(r"(?:[*/]\s*(\d+(?:\.\d+)?)\b|(?<![\w.])(\d+(?:\.\d+)?)\s*[*/])")
FLOOR = re.compile(r"max\([^()]*,\s*(\d+(?:\.\d+)?)\)")
UNDER = re.compile(r"<=?\s*\Z")
S = TypeVar("S", Stated, Stated | None)
ENDS = frozenset({"before", "at", "closes", "decides"})


@dataclass(frozen=True)
class Roles:
    """The figures of one market's rule by what they are about."""

    it: Subject

    @classmethod
    def of(cls, it: Subject) -> Roles:
        """Those of a market, worked out once."""
        found: Roles | None = it.kept.get("roles")
        if found is None:
            found = it.kept["roles"] = cls(it)
        return found

    @property
    def common(self) -> dict[str, Any]:
        return self.it.common

    def allow(self, text: str, figure: Figure, of_people: bool) -> bool:
        """Whether the rule has a figure that this one may be, where it stands; `of_people` as of `Telling`."""
        sentence, at = around(text, figure.at, SENTENCE)
        readings = figure.readings
        if any(self._default(each, sentence) for each in readings):
            return True
        if of_people:
            return not self.people.isdisjoint(readings)
        if not self.counts.isdisjoint(readings) and self.counted(text, figure):
            return True
        of_edges = self.edges is not None and self.edges.has_any(readings)
        if of_edges and OF_EDGES.search(around(sentence, figure.at - at, CLAUSE)[0]):
            return True
        na = _of_na(sentence, text[at + len(sentence) : at + len(sentence) + 120])
        return (self.na if na else self.outcome).has_any(readings)

    def counted(self, text: str, figure: Figure) -> bool:
        """Whether a number that the rule counts over may stand here: not as the 2 of `2 of 3`, nor as another's 3."""
        if HAS_WHOLE.match(text, figure.at + len(figure.text)):
            return False
        return self.out_of_all(text, figure) or not _out_of(text, figure.at)

    def out_of_all(self, text: str, figure: Figure) -> bool:
        """`2 of 3 labs`: as many as the rule counts over, though it may have that number nowhere."""
        if self.wholes.isdisjoint(figure.readings):
            return False
        return _out_of(text, figure.at)

    def _default(self, reading: Reading, sentence: str) -> bool:
        if not (isinstance(reading, Amount) and reading.unit == "span"):
            return False
        return any(about.search(sentence) for about in self._defaults.get(reading.value, ()))

    @of_kin
    def _defaults(self) -> Mapping[Decimal, Sequence[re.Pattern[str]]]:
        """Seconds -> what a sentence may be about in which a default of so many stands."""
        found: dict[Decimal, list[re.Pattern[str]]] = {}
        for name, about in DEFAULTS.items():
            length = seconds(getattr(self.it.spec.rule.defaults, name))
            if length is not None:
                found.setdefault(length, []).append(about)
        return found

    @of_kin
    def people(self) -> frozenset[Amount]:
        """How many sit on the panels, and how many of them have to agree; the house's own numbers among them."""
        panel, quorum = self.it.spec.rule.defaults.panel, self.it.spec.review.quorum
        asked = [value for each in self.it.panels for value in (each.seats, each.agree)]
        written = {each for loc, _, found in self.it.figures_written if of_people(loc) for each in found}
        numbers = {Amount(Decimal(value), "") for value in (panel.seats, panel.agree, quorum, *asked)}
        return frozenset(numbers | {each for each in written if isinstance(each, Amount)})

    @once
    def edges(self) -> Stated | None:
        """The edges of the answers, where there are any."""
        return self._opening(self._edges)

    @of_kin
    def _edges(self) -> Stated | None:
        found = [readings for loc, _, readings in self.it.figures_written if loc[:2] == ("resolve", "edges")]
        return self._holding(found) if found else None

    @once
    def outcome(self) -> Stated:
        """All that the outcome hangs on, without the edges of its answers."""
        return self._opening(self._outcome)

    @of_kin
    def _outcome(self) -> Stated:
        return self._holding(
            readings for loc, _, readings in self.it.figures_written if not self.apart(loc) and loc[0] != "na"
            and not self.only_na(loc)
        )  # fmt: skip

    @of_kin
    def counts(self) -> frozenset[Amount]:
        """How many there are of what the rule counts over: the conditions of a list, the periods of a series."""
        found = {len(node.of.starts()) for node in self.it.of(Along)}
        found |= {number - 1 for number in found}
        found |= {len(part["of"]) for part in _blocks(self.it.value.get("resolve")) if isinstance(part.get("of"), list)}
        return frozenset(Amount(Decimal(number), "") for number in found)

    @of_kin
    def wholes(self) -> frozenset[Amount]:
        """Out of how many the rule counts: the conditions of a list, the periods of a series or its changes."""
        found = {len(node.of.starts()) - (node.how != "each") for node in self.it.of(Along)}
        found |= {len(part["of"]) for part in _blocks(self.it.value.get("resolve")) if isinstance(part.get("of"), list)}
        return frozenset(Amount(Decimal(number), "") for number in found)

    @once
    def na(self) -> Stated:
        """All that the N/A clause hangs on; the answers that stand where it is refused may be named."""
        return self._opening(self._na)

    @of_kin
    def _na(self) -> Stated:
        answers = " ".join(self.it.spec.answers)
        return self._holding(
            readings for loc, text, readings in self.it.figures_written
            if loc[0] == "na" or self.only_na(loc) or loc[-1] in ("closes", "decides") or text in answers
        )  # fmt: skip

    def apart(self, loc: Loc) -> bool:
        """Whether a figure of the rule is an edge, or a number of people."""
        return loc[:2] == ("resolve", "edges") or of_people(loc)

    def only_na(self, loc: Loc) -> bool:
        """Whether a block of rows or values is read by the N/A clause alone."""
        if loc[0] not in ("rows", "values") or len(loc) < 2:
            return False
        return loc[1] in self._read_by_na and loc[1] not in self._read_by_outcome

    @of_kin
    def _read_by_na(self) -> frozenset[str]:
        return reached(self.it.value, "na")

    @of_kin
    def _read_by_outcome(self) -> frozenset[str]:
        return reached(self.it.value, "resolve")

    def _holding(self, found: Any) -> Stated:
        every = [each for readings in found for each in readings]
        spec = self.it.spec
        return replace(
            self.it.stated_alike,
            amounts={each for each in every if isinstance(each, Amount)},
            moments={each.moment for each in every if isinstance(each, At)} | {spec.closes, spec.decides},
        )

    def _opening(self, found: S) -> S:
        """The same with the opening among its instants, where this is about one market."""
        opens = self.it.stated.opens
        return found if found is None or opens is None else found.opening(opens)

    @of_kin
    def ends(self) -> frozenset[datetime]:
        """Every instant that something of the outcome ends at: T, the close, ends of windows, upper bounds."""
        found = {self.it.spec.closes, self.it.spec.decides}
        for loc, text, readings in self.it.figures_written:
            upper = loc[-1] in ENDS or _bounded(text_at(self.it.value, loc), text)
            if upper or loc[:2] == ("resolve", "edges"):
                found |= {each.moment for each in readings if isinstance(each, At)}
        return frozenset(found)

    @of_kin
    def title_ends(self) -> frozenset[datetime]:
        """The same for the question: a series ends before T, when its last period is read."""
        series = any(True for _ in self.it.of(Along))
        return self.ends - {self.it.spec.closes, self.it.spec.decides} if series else self.ends

    @of_kin
    def formulas(self) -> tuple[str, ...]:
        """Every text of the rule's blocks."""
        return tuple(map(as_prose, strings(self.it.value, ("rows", "values", "resolve", "na"))))

    @of_kin
    def columns(self) -> Mapping[str, frozenset[Amount]]:
        """The words of a column's name -> every number that columns of that name are held against in the rule."""
        found: dict[str, set[Amount]] = {}
        for formula in self.formulas:
            for match in COMPARED.finditer(formula):
                if (match["unit"] or "").strip() in ("", "and", "or"):
                    for word in match["column"].lower().replace(".", "_").split("_"):
                        found.setdefault(stem(word), set()).add(Amount(Decimal(match["number"]), ""))
        return {word: frozenset(numbers) for word, numbers in found.items() if len(word) > 2}

    @of_kin
    def factors(self) -> frozenset[Amount]:
        """What the rule multiplies or divides by, and what a ratio is held against."""
        found: set[Amount] = set()
        for formula in self.formulas:
            found |= {Amount(Decimal(match[1] or match[2]), "") for match in FACTOR.finditer(formula)}
            found |= {
                Amount(Decimal(match["number"]), "") for match in COMPARED.finditer(formula)
                if re.search(r"ratio|times|factor", match["column"])
            }  # fmt: skip
        return frozenset(found)

    @of_kin
    def floors(self) -> frozenset[Amount]:
        """What `max(x, 1)` takes a number for at least."""
        found = [match[1] for formula in self.formulas for match in FLOOR.finditer(formula)]
        return frozenset(Amount(Decimal(number), "") for number in found)


def _out_of(text: str, at: int) -> bool:
    """Whether a number there is the whole of which another, or some, or all are a part."""
    return OUT_OF.search(text[max(0, at - 32) : at]) is not None


def _of_na(sentence: str, after: str) -> bool:
    """Whether a sentence tells of N/A; of two that belong together (`If they have not, ...`) the second may."""
    return _tells_na(sentence) or (IF_NOT.match(after) is not None and _tells_na(after))


def _tells_na(text: str) -> bool:
    return any(word in text for word in NA_WORDS) and OF_NA.search(text) is not None


def _bounded(formula: str, figure: str) -> bool:
    """Whether a formula has something under a figure."""
    return "<" in formula and any(UNDER.search(formula[:at]) for at in places(formula, figure))


def of_people(loc: Loc) -> bool:
    """Whether a place of a file says how many people there are."""
    return loc[0] == "review" or (loc[-1] in PEOPLE and "panel" in loc)


def around(text: str, at: int, breaks: re.Pattern[str]) -> tuple[str, int]:
    """The part of a text, as `breaks` divide it, that a place lies in, and where that part begins."""
    found = _breaks(text, breaks)
    place = bisect_left(found, (at,))
    begin = found[place - 1][1] if place else 0
    if begin > at:  # within a break, which parts nothing here
        begin = found[place - 2][1] if place > 1 else 0
    return text[begin : found[place][0] if place < len(found) else len(text)], begin


@lru_cache(maxsize=8192)
def _breaks(text: str, breaks: re.Pattern[str]) -> tuple[tuple[int, ...], ...]:
    return tuple(match.span() for match in breaks.finditer(text))


def reached(value: Mapping[str, Any], start: str) -> frozenset[str]:
    """The names of `rows` and `values` that a block reads, through others as well."""
    blocks = {**(value.get("rows") or {}), **(value.get("values") or {})}
    found: set[str] = set()
    left = [value.get(start)]
    while left:
        for text in strings({"": left.pop()}, ("",)):
            for name in NAME.findall(text):
                if name in blocks and name not in found:
                    found.add(name)
                    left.append(blocks[name])
    return frozenset(found)


def strings(value: Any, keys: tuple[str, ...] = ()) -> list[str]:
    """Every text of some blocks of a file; what panels are asked is none of the rule's formulas."""
    found: list[str] = []
    ahead = [value]
    while ahead:
        part = ahead.pop()
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, dict):
            names = [key for key in keys or part if key in part and key not in ASKED]
            ahead += [part[key] for key in reversed(names)]
        elif isinstance(part, list):
            ahead += reversed(part)
        keys = ()
    return found


def _blocks(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every block inside a block, itself first."""
    if isinstance(value, Mapping):
        yield value
        for part in value.values():
            yield from _blocks(part)
    elif isinstance(value, list):
        for part in value:
            yield from _blocks(part)


def text_at(value: Any, loc: Loc) -> str:
    """What the file has at a place, if it is a text."""
    for key in loc:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return ""
    return value if isinstance(value, str) else ""


def stem(word: str) -> str:
    """A word without its plural; `params` and `parameters` are one."""
    word = word.lower()
    return "param" if word.startswith("param") else word.removesuffix("s")


def seconds(length: Any) -> Decimal | None:
    """A duration in seconds, None for what is no duration."""
    if isinstance(length, str):
        length = Duration.parse(length) if length[:1].isdigit() else None
    return Decimal(int(length.total_seconds())) if isinstance(length, timedelta) else None
