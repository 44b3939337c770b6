"""Figures spelled out, where they claim something: `twelve times`, `three of four`, `at least three`, `doubling`.

A number word that merely counts what the sentence names (`the two arms`, `these three feeds`) claims nothing, and one
never does. `half of the tasks` is 50%; `more than half of at least 3` is no share of one thing and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from markets.lint.figure_forms import IN_LETTERS, LARGE, NO_REST, TENS, UNIT, WORDS, in_letters
from markets.lint.figures import Amount, Figure, places

VALUES = WORDS | TENS | LARGE
PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
SHARES = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
CLAIM = re.compile(
    rf"""(?<![\w-]){NO_REST}(?:
        (?P<times>{IN_LETTERS})(?=[\s-](?:times|fold)\b)
      | (?P<of>{IN_LETTERS})(?=\s+(?:out\s+)?of\s+(?:the\s+|its\s+)?(?:{IN_LETTERS}|\d+)\b)
      | (?:(?<=\bof\s)|(?<=\bof\sthe\s)|(?<=\bof\sits\s))(?P<whole>{IN_LETTERS})(?!\s+(?:{UNIT})(?![a-z]))
      | (?:at\s+least|at\s+most|more\s+than|less\s+than|fewer\s+than|exactly|over|under)\s+(?P<bound>{IN_LETTERS})
        (?![\s-](?:{UNIT})(?![a-z]))(?!-)
      | (?P<more>{IN_LETTERS})(?=\s+or\s+(?:more|fewer|less)\b)
      | (?P<top>{IN_LETTERS})(?=\s+(?:best|top|leading)\b)
      | (?P<double>doubl(?:es?|ed|ing)|twice)|(?P<triple>tripl(?:es?|ed|ing)|thrice)|(?P<four>quadrupl(?:es?|ed|ing))
      | (?P<half>half)(?=\s+(?:of\s+)?(?:the|all)\b(?!\s+(?:time|year)))
      | (?P<share>{"|".join(SHARES)})[\s-](?P<part>third|quarter|fifth|tenth)s?(?=\s+of\b(?!\s+(?:the|a)\s+year))
      )(?![\w-])""",
    re.VERBOSE | re.IGNORECASE,
)
CLAIMING = frozenset({
    *VALUES, *("half", "doubling", "doubles", "double", "doubled", "twice", "triple", "tripled", "tripling", "triples",
    "thrice", "quadruple", "quadrupled", "quadrupling", "quadruples", "third", "thirds", "quarter", "quarters",
    "fifth", "fifths", "tenth", "tenths"),
})  # fmt: skip
WORD = re.compile(r"(?<![\w-])\w")
COUNTED = re.compile(rf"\b(?:{IN_LETTERS}|\d+)\s+(?:out\s+)?of\s+(?:the\s+|its\s+)?$", re.IGNORECASE)
MULTIPLE = {"double": 2, "triple": 3, "four": 4}


@lru_cache(maxsize=8192)
def spelled(text: str) -> tuple[Figure, ...]:
    """Every figure in words that claims something, in order; its value bare, or a share in percent and as it is."""
    return tuple(_spelled(text))


def _spelled(text: str) -> Iterator[Figure]:
    end = 0
    for at in _begins(text):
        match = CLAIM.match(text, at) if at >= end else None
        if match is None:
            continue
        end = match.end()
        kind = match.lastgroup or ""
        if kind == "part":
            yield Figure(match.group(), match.start(), _share(match["share"], match["part"]))
        elif kind == "half":
            yield Figure(match.group(), match.start(), _share("one", "half"))
        elif kind in MULTIPLE:
            yield Figure(match.group(), match.start(), (Amount(Decimal(MULTIPLE[kind]), ""),))
        elif kind != "whole" or COUNTED.search(text, max(0, match.start(kind) - 40), match.start(kind)):
            yield Figure(match[kind], match.start(kind), (Amount(Decimal(in_letters(match[kind])), ""),))


def _begins(text: str) -> Iterable[int]:
    """Where a claim may begin, in order: a word that claims, or one of the three before (`at least a hundred`)."""
    low = text.lower()
    if len(low) != len(text):  # a letter of which the small form is two: places differ
        return range(len(text))
    begins: set[int] = set()
    for word in CLAIMING:
        for at in places(low, word) if word in low else ():
            begin = _back(text, at + 1)
            for _ in range(3):
                begin = _back(text, len(text[:begin].rstrip()))
            begins.update(match.start() for match in WORD.finditer(text, begin, at + 1))
    return sorted(begins)


def _back(text: str, at: int) -> int:
    """Where the word begins that stands before a place."""
    while at and not text[at - 1].isspace():
        at -= 1
    return at


def _share(share: str, part: str) -> tuple[Amount, ...]:
    exact = Decimal(SHARES[share.lower()]) / PARTS[part.lower()]
    places = [Decimal(1).scaleb(-number) for number in range(4)]
    percents = {(exact * 100).quantize(place).normalize() for place in places}
    return (*(Amount(each, "percent") for each in sorted(percents)), Amount(exact.normalize(), ""))
