"""Who led when, as a strip under the figures: a bar for each stretch, with the name of whoever led in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.chart_curve import day, short
from bot.chart_lines import MOST_LABELS, Palette
from bot.chart_said import stretches
from bot.chart_text import EM_SHARE, ems
from bot.chart_window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOW, HIGH = 0.08, 0.62
"""Of the strip's height."""
NAME_PT = 8.5
NAME_CHARS = 60
NUMBER_EMS = 1.2
MOST_NUMBERED = 6
UNKNOWN = "unknown"
OTHERS = "others, for a shorter time"


@dataclass(frozen=True, slots=True)
class Led:
    """`what` is asked of the row that leads (`the model`), and what it was from when on, in order."""

    what: str
    steps: Sequence[tuple[datetime, str]]

    def words(self) -> str:
        """The same as the strip; of many the last ones."""
        last = self.steps[-MOST_LABELS:]
        stood = ", ".join(f"{short(who, NAME_CHARS)} from {day(at)}" for at, who in last)
        told = f"{self.what} of that row was {stood}"
        many = len(self.steps)
        return f"{told} ({many} in all, the last {MOST_LABELS} of them here)" if many > MOST_LABELS else told


@dataclass(frozen=True, slots=True)
class _Bar:
    at: datetime
    end: datetime
    who: str

    @property
    def long(self) -> timedelta:
        return self.end - self.at

    def fits(self, wide: timedelta, width: float) -> bool:
        return self.long / wide >= width * EM_SHARE


def draw_leads(axes: Axes, led: Led, window: Window, until: datetime, palette: Palette) -> None:
    """Names inside where they fit; those of the longest other stretches stand in the legend by a number."""
    wide = window.high - window.low
    bars = [_Bar(max(at, window.low), end, who) for at, end, who in stretches(led.steps, until) if end > window.low]
    numbers = _numbered(bars, wide)
    names = [who for who in dict.fromkeys(bar.who for bar in bars) if who != UNKNOWN]
    colours = {who: palette.lines[at % len(palette.lines)] for at, who in enumerate(names)} | {UNKNOWN: palette.grid}
    axes.set_facecolor(palette.paper)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    in_legend: set[str] = set()
    for bar in bars:
        inside, label = _named(bar, numbers, wide)
        ground = palette.muted if label == OTHERS else colours[bar.who]
        ink = palette.ink if bar.who == UNKNOWN else palette.paper
        _draw_bar(axes, bar, ground, palette.paper, None if label in in_legend else label)
        in_legend.add(label)
        if inside:
            _write(axes, bar, inside, ink, ground)
    axes.text(
        0.0, HIGH + 0.06, f"{led.what} of that row",
        transform=axes.transAxes, va="bottom", fontsize=NAME_PT, color=palette.muted,
    )  # fmt: skip


def _draw_bar(axes: Axes, bar: _Bar, ground: str, edge: str, label: str | None) -> None:
    span: Any = [(bar.at, bar.long)]  # matplotlib takes dates, its types do not say so
    axes.broken_barh(span, (LOW, HIGH - LOW), facecolors=ground, edgecolor=edge, linewidth=1.0, label=label)


def _write(axes: Axes, bar: _Bar, words: str, ink: str, ground: str) -> None:
    """On the bar's own ground, so that the line of the decision does not go through it."""
    middle: Any = bar.at + bar.long / 2
    axes.text(
        middle, (LOW + HIGH) / 2, words, ha="center", va="center", fontsize=NAME_PT, color=ink, zorder=5,
        bbox={"facecolor": ground, "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _numbered(bars: Sequence[_Bar], wide: timedelta) -> dict[str, int]:
    """Whoever has room for a number but never for a name, by number: those who led longest, in their order."""
    roomy = {bar.who for bar in bars if bar.fits(wide, ems(bar.who[:NAME_CHARS]) + 1)}
    times: dict[str, timedelta] = {}
    for bar in bars:
        if bar.who not in roomy and bar.fits(wide, NUMBER_EMS):
            times[bar.who] = times.get(bar.who, timedelta(0)) + bar.long
    longest = sorted(times, key=lambda who: times[who], reverse=True)[:MOST_NUMBERED]
    return {who: at for at, who in enumerate((who for who in times if who in longest), 1)}


def _named(bar: _Bar, numbers: dict[str, int], wide: timedelta) -> tuple[str, str]:
    """What stands inside a bar, and what the legend says of it; either may be empty."""
    name = short(bar.who, NAME_CHARS)
    if bar.fits(wide, ems(name) + 1):
        return name, ""
    if bar.who in numbers:
        number = numbers[bar.who]
        return (str(number) if bar.fits(wide, NUMBER_EMS) else ""), f"{number}: {name}"
    return "", OTHERS


def told(every: Sequence[Led]) -> Iterator[str]:
    """Each strip in words."""
    yield from (led.words() for led in every if led.steps)
