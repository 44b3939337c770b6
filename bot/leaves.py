"""What a verdict hangs on: each comparison of its trace, both sides as figures, and how far they are apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from resolvers.verdict import Citation, Step

FIGURE = re.compile(r"(-?[\d,]*\d(?:\.\d+)?)(%| \S.*)?")
POINTS = "points"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison: its words, both sides as text, whether it holds (`true`, `false`, `unknown`), and its cells.

    `distance` is the left side less the right one with its unit (`-12.9 points`), None where one is not known; then
    `last` is what the left side was when it was known last, and since when.
    """

    words: str
    left: str
    right: str
    left_words: str
    holds: str
    distance: str | None
    because: str
    cites: tuple[Citation, ...]
    last: tuple[datetime, str] | None = None


def leaves(trace: Step) -> tuple[Leaf, ...]:
    """Every comparison of a trace in the order of the reasoning, without repeats; other nodes have no distance."""
    found = (_leaf(step) for step in walk(trace) if step.node == "compare" and len(step.steps) == 2)
    return tuple(dict.fromkeys(found))


def reading(trace: Step) -> Step | None:
    """The figure or row a question without a comparison asks for: the first step under its outcome."""
    return trace.steps[0] if trace.node == "outcome" and trace.steps else None


def walk(step: Step) -> Iterator[Step]:
    """A step and all below it, in the order of the reasoning."""
    yield step
    for below in step.steps:
        yield from walk(below)


def cites_under(step: Step) -> tuple[Citation, ...]:
    """Every cell that a step rests on, in order, without repeats."""
    return tuple(dict.fromkeys(cite for below in walk(step) for cite in below.cites))


def _leaf(step: Step) -> Leaf:
    left, right = step.steps
    because = step.because or left.because or right.because
    distance = _distance(left.value, right.value)
    last = _last(left) if distance is None else None
    return Leaf(step.words, left.value, right.value, left.words, step.value, distance, because, cites_under(step), last)


def _last(step: Step) -> tuple[datetime, str] | None:
    """The last figure of a step that was known."""
    known = [(at, text) for at, text in step.series if text is not None]
    if not known:
        return None
    unit = {"percent": "%", None: ""}.get(step.unit, f" {step.unit}")
    return known[-1][0], f"{known[-1][1]}{unit}"


def apart(left: str, right: str) -> tuple[Decimal, str] | None:
    """`82.7%` and `80%` -> 2.7 `points`; None where a side is no single figure, or the units differ."""
    sides = [FIGURE.fullmatch(side) for side in (left, right)]
    if sides[0] is None or sides[1] is None or sides[0][2] != sides[1][2]:
        return None
    unit = (sides[0][2] or "").strip()
    one, other = (Decimal(side[1].replace(",", "")) for side in sides if side is not None)
    return one - other, POINTS if unit == "%" else unit


def _distance(left: str, right: str) -> str | None:
    """The same in words: `2.7 points`, `-835 days`."""
    found = apart(left, right)
    return None if found is None else f"{found[0].normalize():f} {found[1]}".strip()
