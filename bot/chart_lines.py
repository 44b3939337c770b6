"""What a chart is made of: the lines of a trace, their figures as they are read, and the colours of a ground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chart_curve import Curve, Series, day, short
from bot.chart_periods import periods
from bot.leaves import walk
from resolvers.verdict import Step

WIDTHS = (4.6, 2.0, 1.4, 1.0)
"""Of the lines in their order: one that another covers still shows on both sides of it."""
NOTE_CHARS = 160
__all__ = [
    "CARRIED",
    "DARK",
    "LIGHT",
    "MOST_LABELS",
    "WIDTHS",
    "Curve",
    "Palette",
    "Series",
    "as_written",
    "curves",
    "day",
    "labelled",
    "revised",
    "short",
    "up_to",
]
MOST_LABELS = 10
"""Steps of one line that are named by their figure, in the picture and in its words alike."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a chart on one ground; lines are told apart in grey, too, by their order of darkness."""

    ink: str
    muted: str
    grid: str
    paper: str
    lines: tuple[str, ...]
    threshold: str


LIGHT = Palette("#1f2430", "#5b6472", "#dfe3ea", "#ffffff", ("#1f5fbf", "#c2570c", "#2e7d4f", "#7a3fa0"), "#b3261e")
DARK = Palette("#e8eaf0", "#a3abba", "#39404e", "#1b1e26", ("#7fb0ff", "#ffab70", "#7fd6a3", "#d0a5f2"), "#ff8a80")


@contextmanager
def as_written() -> Iterator[None]:
    """Every text of a picture made and written out in here stands as it is: between two `$` there is no formula."""
    import matplotlib

    with matplotlib.rc_context({"text.parse_math": False}):
        yield


NO_VALUE = ("", "unknown")
CARRIED = "carried forward"
"""How the reason of a step begins whose row is gone and keeps its last value."""


def curves(trace: Step) -> tuple[Curve, ...]:
    """Every numeric series of the trace, in the order of the reasoning, without repeats."""
    found: dict[tuple[str, Series], Curve] = {}
    for step in walk(trace):
        if step.series:
            curve = Curve(step.words, step.unit, step.series, threshold=step.node == "literal", note=_note(step))
            found.setdefault((step.words, step.series), curve)
        for curve in periods(step):
            found.setdefault((curve.words, tuple(curve.steps)), curve)
    bars = tuple(figure for curve in found.values() if curve.threshold for figure in curve.shown)
    return tuple(replace(curve, beside=bars) for curve in found.values())


def _note(step: Step) -> str:
    """The range or rows that a line has come to, or the reason why it has no figure; that it is carried forward."""
    open_now = step.series[-1][1] is None
    told = step.value if open_now and step.value not in NO_VALUE else step.because
    return short(" ".join(told.split()), NOTE_CHARS) if open_now or told.startswith(CARRIED) else ""


def revised(then: Sequence[Curve], later: Sequence[Curve]) -> list[Curve]:
    """The lines with all that was seen later that are not what they were then: revised, or gone on."""
    before = {curve.words: tuple(curve.steps) for curve in then}
    return [
        curve
        for curve in later
        if not curve.threshold and curve.shown and before.get(curve.words, tuple(curve.steps)) != tuple(curve.steps)
    ]


def up_to(steps: Series, until: datetime) -> Series:
    """The steps that are drawn and told of: none that is newer, and at least the first."""
    return [(at, text) for at, text in steps if at <= until] or list(steps[:1])


def labelled(curve: Curve) -> list[int]:
    """Which steps of a line are named by their figure: all, or of a long history the first, some, and the last."""
    known = [at for at, (_, text) in enumerate(curve.steps) if text is not None]
    if len(known) <= MOST_LABELS:
        return known
    return sorted({known[round(each * (len(known) - 1) / (MOST_LABELS - 1))] for each in range(MOST_LABELS)})
