"""What a verdict's trace says to a reviewer: each leaf with its value, its distance from turning, and its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.chart_lines import curves
from bot.leaves import apart, cites_under, walk
from bot.told_short import shortened
from resolvers.outcome import No, Outcome, Yes
from resolvers.verdict import Citation, Step, Verdict

TRUTHS = ("true", "false", "unknown")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition of the rule, or the value that an answer is read from; `holds` is None for neither true nor false.

    `value` is what was measured, `before` what that had been last, `threshold` what it was held against; `distance` is
    how far over (positive) or under. Figures are as long as they were published; they are told `short`.
    """

    words: str
    value: str
    holds: bool | None
    cites: tuple[Citation, ...]
    measured: str = ""
    threshold: str = ""
    distance: Decimal | None = None
    unit: str = ""
    before: str = ""

    def apart(self) -> str:
        """The distance in words."""
        if self.distance is None:
            return ""
        if not self.distance:
            return "exactly at it"
        return f"{self.gap()} {'over' if self.distance > 0 else 'under'}"

    def gap(self) -> str:
        """The distance without its direction: `2.7 points`."""
        return "" if self.distance is None else shortened(f"{abs(self.distance).normalize():f}{self.unit}")

    def short(self, figure: str) -> str:
        """A figure of this leaf, told apart from its threshold and from what it had been before."""
        return shortened(figure, (self.threshold, self.before))


def leaves(trace: Step) -> tuple[Leaf, ...]:
    """Every leaf in the order of the reasoning, without repeats; else what the answer is read from."""
    found = list(dict.fromkeys(_leaves(trace)))
    if not found:
        found = [Leaf(step.words, step.value, None, cites_under(step)) for step in trace.steps or (trace,)]
    return tuple(found)


def is_drawn(verdict: Verdict) -> bool:
    """Whether there is anything to draw: a figure over time."""
    return any(not curve.threshold and curve.shown for curve in curves(verdict.trace))


def nearest(found: tuple[Leaf, ...]) -> Leaf | None:
    """The leaf that would turn first, if only one number moved."""
    measured = [leaf for leaf in found if leaf.distance is not None]
    return min(measured, key=lambda leaf: abs(leaf.distance or Decimal(0))) if measured else None


def sides(verdict: Verdict) -> tuple[tuple[Citation, ...], tuple[Citation, ...]]:
    """The cells that speak for the outcome, and those that speak against it."""
    against: dict[tuple[str, str, str], Citation] = {}
    for leaf in leaves(verdict.trace):
        if _contrary(leaf, verdict.outcome):
            against |= {(cite.source, cite.observation, cite.column): cite for cite in leaf.cites}
    for leaf in leaves(verdict.trace):
        if not _contrary(leaf, verdict.outcome):
            for cite in leaf.cites:
                against.pop((cite.source, cite.observation, cite.column), None)
    speaks = [cite for cite in verdict.citations() if (cite.source, cite.observation, cite.column) not in against]
    return tuple(speaks), tuple(against.values())


def _contrary(leaf: Leaf, outcome: Outcome | None) -> bool:
    return (isinstance(outcome, Yes) and leaf.holds is False) or (isinstance(outcome, No) and leaf.holds is True)


def _leaves(step: Step) -> Iterator[Leaf]:
    if step.node == "compare" and len(step.steps) == 2:
        yield _compared(step)
    elif step.value in TRUTHS and not any(_conditions(below) for below in step.steps):
        yield Leaf(step.words, step.value, _truth(step), cites_under(step))
    else:
        for below in step.steps:
            yield from _leaves(below)


def _conditions(step: Step) -> bool:
    return step.value in TRUTHS or any(_conditions(below) for below in step.steps)


def _compared(step: Step) -> Leaf:
    left, right = step.steps
    found = apart(left.value, right.value)
    distance, unit = found if found is not None else (None, "")
    unit = f" {unit}" if unit else ""
    return Leaf(
        step.words, step.value, _truth(step), cites_under(step), left.value, right.value, distance, unit, _before(left)
    )


def _before(step: Step) -> str:
    """The figure that a step had shown before the one that it shows now; empty where it never changed."""
    known = [text for _, text in step.series if text is not None]
    return known[-2] if len(known) > 1 else ""


def to_beat(trace: Step) -> tuple[str, str] | None:
    """The figure that the leading row was picked by, and whether a `higher` or `lower` one takes its place.

    None where no row was picked by a figure that is known.
    """
    for step in walk(trace):
        known = [text for _, text in step.series if text is not None]
        if step.node == "pick" and known and step.series[-1][1] is not None:
            unit = {"percent": "%", "count": "", None: ""}.get(step.unit, f" {step.unit}")
            return f"{known[-1]}{unit}", "lower" if " smallest " in f" {step.words} " else "higher"
    return None


def _truth(step: Step) -> bool | None:
    return {"true": True, "false": False}.get(step.value)
