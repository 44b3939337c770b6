"""What a chart is made of: the lines of a trace, their figures as they are read, and the colours of a ground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from bot.leaves import FIGURE, walk
from bot.told_short import shortened
from resolvers.verdict import Step

WIDTHS = (4.6, 2.0, 1.4, 1.0)
"""Of the lines in their order: one that another covers still shows on both sides of it."""
NOTE_CHARS = 160
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


Series = Sequence[tuple[datetime, str | None]]
NO_VALUE = ("", "unknown")
CARRIED = "carried forward"
"""How the reason of a step begins whose row is gone and keeps its last value."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of the chart: what it is in words, its unit, its steps; a literal of the rule is a threshold."""

    words: str
    unit: str | None
    steps: Series
    threshold: bool = False
    beside: tuple[str, ...] = ()
    """The thresholds of its picture: no figure is cut so far that it seems to have reached one."""
    note: str = ""
    """What it is at the end in place of a figure, or why nobody knows; or how it goes on without its row."""

    @property
    def shown(self) -> list[str]:
        """The figures it shows, in order."""
        return [text for _, text in self.steps if text is not None]

    @property
    def open_since(self) -> datetime | None:
        """From when on it is unknown, or a range and no single figure; None where its last step is a figure."""
        if not self.steps or self.steps[-1][1] is not None:
            return None
        known = [number for number, (_, text) in enumerate(self.steps) if text is not None]
        return self.steps[known[-1] + 1 if known else 0][0]

    @property
    def span(self) -> tuple[Decimal, Decimal] | None:
        """The least and the greatest that its last value can be; None where it is one figure, or not told."""
        ends = [FIGURE.fullmatch(part) for part in self.note.split(" to ")] if self.open_since else []
        found = [Decimal(end[1].replace(",", "")) for end in ends if end is not None]
        return (found[0], found[1]) if len(found) == 2 == len(ends) else None

    @property
    def label(self) -> str:
        """Its words, and that it has no figure at all where that is so."""
        return self.words if self.shown or self.threshold else f"{self.words} (no figure yet{self.why})"

    @property
    def why(self) -> str:
        return f": {self.note}" if self.note else ""

    def figure(self, at: int) -> str:
        """The figure of a step as it is read: as it was published, or with as many digits as it takes."""
        return shortened(self.steps[at][1] or "", self.beside)


def curves(trace: Step) -> tuple[Curve, ...]:
    """Every numeric series of the trace, in the order of the reasoning, without repeats."""
    found: dict[tuple[str, Series], Curve] = {}
    for step in walk(trace):
        if step.series:
            curve = Curve(step.words, step.unit, step.series, threshold=step.node == "literal", note=_note(step))
            found.setdefault((step.words, step.series), curve)
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


def short(words: str, budget: int) -> str:
    return words if len(words) <= budget else words[: budget - 1] + "…"


def day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def labelled(curve: Curve) -> list[int]:
    """Which steps of a line are named by their figure: all, or of a long history the first, some, and the last."""
    known = [at for at, (_, text) in enumerate(curve.steps) if text is not None]
    if len(known) <= MOST_LABELS:
        return known
    return sorted({known[round(each * (len(known) - 1) / (MOST_LABELS - 1))] for each in range(MOST_LABELS)})
