"""Whether a figure of the prose that the rule has stands where the rule has it: beside its noun, at the right end."""

from __future__ import annotations

import re

from markets.lint.figures import Amount, At, Figure
from markets.lint.roles import Roles, stem
from markets.lint.subject import Loc

AHEAD = re.compile(r"(?:\s+[A-Za-z][\w'’-]*){1,4}")
TIMES = re.compile(r"\s*(?:x|times)\b(?!\s+(?:running|in\s+a\s+row|over|in\s+succession))|-fold\b", re.IGNORECASE)
MULTIPLE = re.compile(r"doubl|tripl|quadrupl|twice|thrice", re.IGNORECASE)
PER = re.compile(r"\bper\s+$", re.IGNORECASE)
BEFORE = re.compile(r"(?<!to )(?<!and )\bbefore\s+(?:the\s+(?:end|start)\s+of\s+)?$", re.IGNORECASE)
STRETCH = re.compile(r"\bfrom\s+\S+\s+(?:to\s+|and\s+)?before\s+$", re.IGNORECASE)
INSIDE = re.compile(
    r"\b(?:in|during|throughout|(?<!end )(?<!start )(?<!beginning )(?<!as )(?<!\bday )of)\s+$", re.IGNORECASE
)
WITHIN = ("in", "during", "throughout", "of")
ENDING = frozenset({"or", "and", "to", "in", "that", "on", "at", "for", "with", "from", "than", "by", "is", "are"})


def misplaced(roles: Roles, loc: Loc, text: str, figure: Figure, of_people: bool) -> str | None:
    """What is wrong with the place of a figure that the rule has somewhere; None if nothing is."""
    said = _wrong(roles, loc, text, figure, of_people)
    if said is None:
        return None
    return f"{figure.text.strip()!r} ({'question' if loc == ('question',) else loc[-1]}) {said}"


def _wrong(roles: Roles, loc: Loc, text: str, figure: Figure, of_people: bool) -> str | None:
    if not roles.allow(text, figure, of_people):
        return "stands in the rule for something else than this sentence is about"
    end = figure.at + len(figure.text)
    before = text[max(0, figure.at - 16) : figure.at].rstrip().lower()
    plain = [each for each in figure.readings if isinstance(each, Amount) and each.unit == ""]
    if plain:
        multiplied = MULTIPLE.match(figure.text) or TIMES.match(text, end)
        if multiplied or (before.endswith("per") and PER.search(text, max(0, figure.at - 8), figure.at)):
            if roles.factors.isdisjoint(plain):
                return "is nothing that the rule multiplies by"
        elif len(plain) == len(figure.readings):
            wanted = _counted(roles, text, end)
            if wanted is not None and wanted.isdisjoint(plain):
                told = " or ".join(f"{value.normalize():f}" for value in sorted(each.value for each in wanted))
                return f"counts what the rule holds against {told}"
    moments = [each.moment for each in figure.readings if isinstance(each, At)]
    if moments:
        ends = roles.title_ends if loc == ("question",) else roles.ends
        if ends.isdisjoint(moments) and _ends_here(text, figure.at):
            return "is no end of anything in the rule"
        inside = before.endswith(WITHIN) and INSIDE.search(text, max(0, figure.at - 16), figure.at)
        if inside and len(moments) == len(figure.readings):
            return "is one instant, in which nothing lasts"
    return None


def _counted(roles: Roles, text: str, end: int) -> frozenset[Amount] | None:
    """The numbers that the rule holds what is counted here against: the noun is one of the next few words."""
    ahead = AHEAD.match(text, end)
    for word in ahead.group().split() if ahead else ():
        for part in word.lower().split("-"):
            found = roles.columns.get(stem(part.strip("'’")))
            if found is not None:
                return found
        if word.lower() in ENDING:
            return None
    return None


def _ends_here(text: str, at: int) -> bool:
    """Whether something ends at the date: `before 2029`, but not the end of `from A to before B`."""
    return BEFORE.search(text, max(0, at - 32), at) is not None and STRETCH.search(text, max(0, at - 60), at) is None
