"""One line of a chart: what it is in words, and its figures over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from bot.leaves import FIGURE
from bot.told_short import shortened

Series = Sequence[tuple[datetime, str | None]]


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
    names: tuple[str, ...] = ()
    """Of its steps, where each is the figure of a period: a point of its own, that does not stand until the next."""

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


def short(words: str, budget: int) -> str:
    return words if len(words) <= budget else words[: budget - 1] + "…"


def day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")
