"""What stands in a panel beside its lines: where the answers of a question part, and why a line ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.chart_lines import CARRIED, Curve, Palette
from bot.chart_text import EM_SHARE, ems, folded
from bot.chart_window import Window
from resolvers import units
from resolvers.rules.node_base import date_words
from resolvers.rules.outcomes import FirstDateOutcome, NumberOutcome
from resolvers.rules.rule import Rule

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = (0, (1.5, 2.5))
"""Of the limits of answers: finer than a threshold's, which decides alone."""
FIGURE_PT = 8.5
NOTE_EMS = 40.0
ENDS = "where a line ends: a range from there on, or unknown"


@dataclass(frozen=True, slots=True)
class Limits:
    """The edges at which a question's answers part: figures as decimal text in `unit`, or instants."""

    figures: tuple[str, ...] = ()
    unit: str = ""
    times: tuple[datetime, ...] = ()

    @property
    def shown(self) -> list[str]:
        """As they stand in the answers."""
        return [units.show(units.exact(Decimal(each)), self.unit) for each in self.figures] or [
            date_words(at) for at in self.times
        ]

    def words(self) -> str:
        return f"the answers part at {', '.join(self.shown)}"


def limits_of(rule: Rule) -> Limits | None:
    """Where the answers of a number or of a date part; None for a question whose answers are no ranges."""
    how = rule.outcome.how
    if isinstance(how, NumberOutcome):
        return Limits(tuple(f"{edge:f}" for edge in how.edges), how.unit)
    return Limits(times=how.edges) if isinstance(how, FirstDateOutcome) else None


def around(limits: Limits | None, low: float, high: float) -> list[float]:
    """The nearest limit below all figures and the nearest above them: between which two they lie is to be seen."""
    edges = [float(each) for each in limits.figures] if limits else []
    below, above = [edge for edge in edges if edge <= low], [edge for edge in edges if edge > high]
    return [*below[-1:], *above[:1]]


def draw_figures(axes: Axes, limits: Limits, palette: Palette) -> None:
    """The limits that lie within the panel, each named at its right end; all of them in the legend."""
    low, high = axes.get_ylim()
    label: str | None = limits.words()
    for text, shown in zip(limits.figures, limits.shown, strict=True):
        if not low <= float(text) <= high:
            continue
        axes.axhline(float(text), linestyle=DASHES, linewidth=1.2, color=palette.threshold, label=label, zorder=1.5)
        label = None
        axes.annotate(
            shown, xy=(1.0, float(text)), xycoords=("axes fraction", "data"), xytext=(-2, 2),
            textcoords="offset points", ha="right", va="bottom", fontsize=FIGURE_PT, color=palette.threshold,
        )  # fmt: skip


def draw_times(axes: Axes, limits: Limits, window: Window, palette: Palette, *, words: bool) -> None:
    """The limits of a question about a date that lie within the picture."""
    label: str | None = limits.words() if words else None
    for time in limits.times:
        if window.low <= time <= window.high:
            at: Any = time  # matplotlib takes dates, its types do not say so
            axes.axvline(at, linestyle=DASHES, linewidth=1.2, color=palette.threshold, label=label, zorder=1.5)
            label = None


def ends(curve: Curve, until: datetime) -> Iterator[tuple[datetime, str]]:
    """Where a line ends up to `until` though time goes on: the instant, and the last figure."""
    for (_, text), (at, following) in pairwise(curve.steps):
        if text is not None and following is None and at < until:
            yield at, text


@dataclass(frozen=True, slots=True)
class Room:
    """Where notes may stand: in the window, up to `until`, and not across the line of the decision."""

    window: Window
    until: datetime
    decided_at: datetime | None = None

    def clear_of_decision(self, at: datetime, note: str, *, right: bool) -> datetime:
        """Where a note begins (`right`) or ends that is to stand at an instant: beside the decision, if on it."""
        wide = (self.window.high - self.window.low) * (max(map(ems, note.split("\n"))) * EM_SHARE)
        low, high = (at, at + wide) if right else (at - wide, at)
        if self.decided_at is None or not low <= self.decided_at <= high:
            return at
        fits = self.decided_at + wide <= self.window.high if right else self.decided_at - wide >= self.window.low
        return self.decided_at if fits else at


def draw_ends(axes: Axes, curve: Curve, room: Room, colour: str, palette: Palette) -> None:
    """A cross where a line ends, and beside the last one why; the same words where it goes on without its row.

    Figures of periods end nowhere: each is a point.
    """
    if curve.names:
        return
    until = room.until
    points = list(ends(curve, until))
    for time, text in points:
        at: Any = [time]
        axes.plot(at, [float(Decimal(text))], linestyle="none", marker="x", markersize=7, color=colour, zorder=4)
    note = folded(curve.note, NOTE_EMS, 2)
    if curve.span is not None:
        _draw_span(axes, curve.span, note, room, colour, palette)
    elif curve.open_since is not None and points and note:
        _say(axes, note, *points[-1], room, palette)
    elif note.startswith(CARRIED) and curve.shown:
        _say(axes, note, until, curve.shown[-1], room, palette)


def _draw_span(axes: Axes, span: tuple[Decimal, Decimal], note: str, room: Room, colour: str, palette: Palette) -> None:
    """What the last value can be: a bar at the end, with its figures beside it."""
    low, high = (float(end) for end in span)
    at: Any = [room.until, room.until]
    axes.plot(at, [low, high], linewidth=6, color=colour, solid_capstyle="butt", zorder=4)
    where: Any = (room.clear_of_decision(room.until, note, right=False), (low + high) / 2)
    axes.annotate(
        note, xy=where, xytext=(-7, 0), textcoords="offset points", va="center", ha="right",
        fontsize=FIGURE_PT, color=colour, zorder=5,
        bbox={"facecolor": palette.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1},
    )  # fmt: skip


def _say(axes: Axes, note: str, at: datetime, text: str, room: Room, palette: Palette) -> None:
    """Under the line, on the side with more room."""
    right = at - room.window.low < room.window.high - at
    where: Any = (room.clear_of_decision(at, note, right=right), float(Decimal(text)))
    axes.annotate(
        note, xy=where, xytext=(7 if right else -3, -5), textcoords="offset points", va="top",
        ha="left" if right else "right", fontsize=FIGURE_PT, color=palette.ink, zorder=5,
        bbox={"facecolor": palette.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1},
    )  # fmt: skip
