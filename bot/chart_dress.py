"""What stands around the panels of a chart: title, dates, grid, the legend, and where it was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.chart_curve import day
from bot.chart_lines import Palette
from bot.chart_marks import draw_times
from bot.chart_panels import AXIS_PT, HALF_EMS, LEGEND_EMS, MOST_LEGEND, Scene
from bot.chart_text import folded
from bot.chart_ticks import tick_words, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ONCE = "when it was seen (UTC): all of it within an hour, each later look adds to the line"
AS_MANY = 5
"""Entries of the legend; of more than these each has one line."""
TITLE_PT, TICK_PT, LEGEND_PT = 11.5, 9.0, 8.5
"""Sizes of type: a picture is seen at half its size on a phone."""
TITLE_EMS, MOST_TITLE = 47.0, 2
"""Width of a line of the title in parts of its size, and its lines."""


def dress(every: Sequence[Axes], title: str, scene: Scene) -> None:
    """Title, time axis, grid and where it was decided, over all panels."""
    palette, limits = scene.palette, (scene.window.low, scene.window.high)
    for number, axes in enumerate(every):
        axes.set_xlim(*limits)  # type: ignore[arg-type]  # matplotlib takes dates, its types do not say so
        axes.grid(color=palette.grid, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=TICK_PT, colors=palette.muted)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(palette.grid)
        if scene.limits:
            draw_times(axes, scene.limits, scene.window, palette, words=number == 0)
        _decision(axes, scene, words=number == 0)
    when = "when each was read" if scene.periods else "when it was seen"
    until = f"{when} (UTC), up to {day(scene.verdict.as_of)}"
    every[-1].set_xlabel(until, fontsize=AXIS_PT, color=palette.muted)
    if scene.window.once is not None:
        _one_instant(every, scene.window.once, palette)
    else:
        found = ticks(*limits)
        dates: Any = found  # matplotlib takes dates, its types do not say so
        every[-1].set_xticks(dates, tick_words(found))
    whole = folded(title, TITLE_EMS, MOST_TITLE)
    every[0].set_title(whole, loc="left", fontsize=TITLE_PT, color=palette.ink, pad=10)


def _one_instant(every: Sequence[Axes], at: datetime, palette: Palette) -> None:
    """All was seen within an hour: where it began stands in the middle, and it is said that there is no course yet."""
    here: Any = [at]  # matplotlib takes dates, its types do not say so
    every[-1].set_xticks(here, [f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"])
    every[-1].set_xlabel(ONCE, fontsize=AXIS_PT, color=palette.muted)


def _decision(axes: Axes, scene: Scene, *, words: bool) -> None:
    """A line where it was decided, and the outcome on the side that has more room."""
    decided_at, window = scene.decided_at, scene.window
    if decided_at is None:
        return
    at: Any = decided_at  # matplotlib takes dates, its types do not say so
    axes.axvline(at, color=scene.palette.ink, linewidth=1.1)
    if not words:
        return
    early = decided_at - window.low < window.high - decided_at
    axes.annotate(
        scene.outcome,
        xy=(at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(6 if early else -6, -6),
        textcoords="offset points",
        ha="left" if early else "right",
        va="top",
        fontsize=TICK_PT,
        color=scene.palette.ink,
        bbox={"facecolor": scene.palette.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
    )


def legend(every: Sequence[Axes], palette: Palette) -> None:
    """What the lines are, below all panels, so that no word covers a line."""
    figure = every[0].figure
    told = [one for axes in every for one in zip(*axes.get_legend_handles_labels(), strict=True)]
    if told:
        handles, labels = zip(*told, strict=True)
        names, columns = _in_columns(labels)
        colour = palette.ink
        figure.legend(
            handles,
            names,
            loc="outside lower left",
            fontsize=LEGEND_PT,
            frameon=False,
            labelcolor=colour,
            ncols=columns,
        )


def _in_columns(labels: Sequence[str]) -> tuple[list[str], int]:
    """The names of lines folded, in two columns where that is lower and cuts none of them."""
    most = MOST_LEGEND if len(labels) <= AS_MANY else 1
    one = [folded(label, LEGEND_EMS, most) for label in labels]
    two = [folded(label, HALF_EMS, MOST_LEGEND) for label in labels]
    rows = (len(two) + 1) // 2
    tall = [name.count("\n") + 1 for name in two] + [0]
    low = sum(max(tall[at], tall[min(at + rows, len(two))]) for at in range(rows)) < len("\n".join(one).split("\n"))
    whole = all(name.split() == label.split() for name, label in zip(two, labels, strict=True))
    return (two, 2) if len(labels) > AS_MANY and low and whole else (one, 1)
