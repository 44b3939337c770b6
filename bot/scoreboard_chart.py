"""The axes as a picture: how far resolved markets move each one, and, drawn apart, where open ones would take it."""

from __future__ import annotations

import io
from math import log
from typing import TYPE_CHECKING, Literal

from bot.chart_lines import as_written
from bot.chart_text import folded
from bot.charts import DARK, DPI, LIGHT, SIZE_PX, Palette, _lock
from bot.say import many
from bot.scoreboard_text import number
from markets.score_board import AxisScore, Board

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKS = ((2, "leans"), (5, "favours"), (20, "strongly"))
"""Odds at which a word begins."""

NARROWEST = log(20) * 1.12
"""The picture is at least so wide either way, so that all marks are in it, ..."""

WIDEST = 7.0
"""... and at most so wide, so that the marks can be told apart: a longer bar is cut at the edge, its figure is not."""

TITLE_PT, TITLE_EMS = 11.5, 47.0
POLE_PT, POLE_EMS = 8.0, 31.0
"""Sizes of type, and the widths of a line in parts of them: a pole has half of the picture."""
NO_AXES = "this debate has no axes: see the scores of voices and claims"


def alt_text(found: Board) -> str:
    """The chart in words, with the same numbers."""
    if not _any_resolved(found) and not any(each.nowcast for each in found.axes):
        waiting = f"; {many(len(found.open), 'market')} open" if found.open else ""
        return f"Nothing has resolved yet: there is no evidence on any axis{waiting}."
    return " ".join(_words(each) for each in found.axes) or "No market speaks on an axis."


def _any_resolved(found: Board) -> bool:
    return bool(found.resolved or found.neutral or found.not_applicable)


def _words(each: AxisScore) -> str:
    told = f"Axis {each.axis}: {number(each.resolved.total)} nats from resolved markets, {each.resolved.verdict}"
    if not each.resolved.terms:
        told = f"Axis {each.axis}: nothing resolved"
    if each.nowcast:
        told += f"; with open markets {number(each.nowcast.total)}, {each.nowcast.verdict}"
    return f"{told}."


def png(found: Board, title: str, *, dark: bool = False) -> bytes:
    """The chart as PNG, 1200 by 675."""
    with _lock, as_written():
        out = io.BytesIO()
        figure = draw(found, title, DARK if dark else LIGHT)
        figure.savefig(out, format="png", metadata={"Description": alt_text(found)})
        return out.getvalue()


@as_written()
def draw(found: Board, title: str, palette: Palette) -> Figure:
    """The picture before it is written out; hold the lock while it is drawn and saved."""
    from matplotlib.figure import Figure

    shown = list(found.axes)
    size = (SIZE_PX[0] / DPI, SIZE_PX[1] / DPI)
    figure = Figure(figsize=size, dpi=DPI, layout="constrained", facecolor=palette.paper)
    axes = figure.add_subplot(facecolor=palette.paper)
    wide = _width(shown)
    axes.set_xlim(-wide, wide)
    for row, each in enumerate(shown):
        _draw_axis(axes, row, each, palette)
    _draw_marks(axes, len(shown), palette)
    _dress(axes, shown, title, palette, resolved=_any_resolved(found))
    return figure


def _width(shown: list[AxisScore]) -> float:
    """How far the picture goes either way: the longest bar and its figure."""
    totals = [abs(total.total) for each in shown for total in (each.resolved, each.nowcast) if total]
    return min(max([NARROWEST, *(total * 1.6 for total in totals)]), WIDEST)


def _draw_axis(axes: Axes, row: int, each: AxisScore, palette: Palette) -> None:
    """A full bar for what has resolved; under it, hollow and thinner, the nowcast; words where there is neither."""
    if not each.resolved.terms and not each.nowcast:
        _value(axes, row, 0.0, "nothing that has resolved speaks on it yet", palette)
    if each.resolved.terms:
        label = "resolved markets" if row == 0 else None
        axes.barh(row, each.resolved.total, height=0.34, color=palette.lines[0], label=label, zorder=3)
        _value(axes, row, each.resolved.total, f"{number(each.resolved.total)} {each.resolved.verdict}", palette)
    if each.nowcast:
        axes.barh(
            row + 0.29,
            each.nowcast.total,
            height=0.16,
            facecolor="none",
            edgecolor=palette.lines[1],
            hatch="////",
            linewidth=1.1,
            zorder=3,
        )
        _value(axes, row + 0.29, each.nowcast.total, f"{number(each.nowcast.total)} nowcast", palette)


def _value(axes: Axes, row: float, at: float, text: str, palette: Palette) -> None:
    low, high = axes.get_xlim()
    right = at >= 0 if low < at < high else at < 0  # of a bar that is cut, the figure stands inside
    axes.annotate(
        text,
        xy=(min(max(at, low), high), row),
        xytext=(5 if right else -5, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=8,
        color=palette.ink,
        bbox={"facecolor": palette.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1},
        zorder=4,
    )


def _draw_marks(axes: Axes, rows: int, palette: Palette) -> None:
    axes.axvline(0, color=palette.ink, linewidth=1.1, zorder=2)
    for odds, word in MARKS:
        bound = log(odds)
        for side in (-1, 1):
            axes.axvline(side * bound, color=palette.threshold, linewidth=0.9, linestyle=(0, (6, 3)), zorder=1)
            axes.text(
                side * bound,
                1.01,
                f"{word} {'+' if side > 0 else '-'}\n{'-' if side < 0 else ''}ln {odds}",
                transform=axes.get_xaxis_transform(),
                ha="center",
                va="bottom",
                fontsize=7.5,
                color=palette.threshold,
            )
    axes.set_ylim(max(rows, 1) - 0.35, -0.75)


def _dress(axes: Axes, shown: list[AxisScore], title: str, palette: Palette, *, resolved: bool) -> None:
    wide = axes.get_xlim()[1]
    axes.set_yticks(range(len(shown)), [each.axis for each in shown])
    for row, each in enumerate(shown):
        if each.poles:
            _pole(axes, -wide * 0.99, row, f"- {each.poles.minus}", "left", palette)
            _pole(axes, wide * 0.99, row, f"+ {each.poles.plus}", "right", palette)
    axes.set_title(folded(title, TITLE_EMS, 2), loc="left", fontsize=TITLE_PT, color=palette.ink, pad=34)
    words = "W: weighted log likelihood ratio (nats), from even odds"
    if not shown:
        axes.text(
            0.5, 0.5, NO_AXES, transform=axes.transAxes, ha="center", va="center", fontsize=10, color=palette.muted,
            bbox={"facecolor": palette.paper, "edgecolor": "none", "pad": 4},
        )  # fmt: skip
    elif not any(each.resolved.terms for each in shown):
        words = (
            f"{'no market that has resolved speaks on an axis' if resolved else 'nothing has resolved yet'} · {words}"
        )
    axes.set_xlabel(words, fontsize=9, color=palette.muted)
    axes.tick_params(labelsize=8, colors=palette.muted)
    axes.tick_params(axis="y", labelsize=11, length=0, colors=palette.ink)
    axes.grid(axis="x", color=palette.grid, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(palette.grid)


def _pole(axes: Axes, x: float, row: int, text: str, side: Literal["left", "right"], palette: Palette) -> None:
    said = folded(text, POLE_EMS, 2)
    ground = {"facecolor": palette.paper, "edgecolor": "none", "alpha": 0.9, "pad": 1}
    axes.text(x, row - 0.21, said, ha=side, va="bottom", fontsize=POLE_PT, color=palette.muted, bbox=ground, zorder=2.5)
