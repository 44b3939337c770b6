"""What would have been said on each day, as a strip: for a question that hangs on no figure over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.chart_curve import day, short
from bot.chart_lines import Palette
from bot.chart_text import folded
from bot.chart_window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Said = Sequence[tuple[datetime, str]]
"""From when on what would have been said, in order."""
LOW, HIGH = 0.3, 0.6
"""Of the panel's height."""
LEAST_WIDE = 0.012
"""Part of the panel's width that one letter takes."""
WORD_CHARS = 40
ALONE_EMS, ALONE_LINES = 45.0, 4
"""Width of a line, in parts of its size, and lines, of what stands in place of a strip."""
NEITHER = "neither way"


def told(said: Said) -> str:
    """The strip in words."""
    return ", ".join(f"{words} from {day(at)}" for at, words in said)


def stretches(said: Said, until: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    """Each stretch with its end."""
    for (at, words), (end, _) in pairwise([*said, (until, "")]):
        if at < end:
            yield at, end, words


def draw_said(axes: Axes, said: Said, window: Window, until: datetime, palette: Palette) -> None:
    """A bar for each stretch, its words inside where they fit; all of them stand in the legend."""
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    if not any(stretches(said, until)):
        axes.text(
            0.5, 0.5, folded(f"what would have been said on {day(until)}: {said[-1][1]}", ALONE_EMS, ALONE_LINES),
            transform=axes.transAxes, ha="center", va="center", fontsize=11, color=palette.ink,
            bbox={"facecolor": palette.paper, "edgecolor": "none", "pad": 4},
        )  # fmt: skip
        return
    colours = _colours(said, palette)
    wide = window.high - window.low
    labelled: set[str] = set()
    for at, end, words in stretches(said, until):
        label = None if words in labelled else short(words, WORD_CHARS)
        labelled.add(words)
        span: Any = [(at, end - at)]
        axes.broken_barh(span, (LOW, HIGH - LOW), facecolors=colours[words], label=label)
        if (end - at) / wide >= len(short(words, WORD_CHARS)) * LEAST_WIDE:
            middle: Any = at + (end - at) / 2
            axes.text(
                middle, (LOW + HIGH) / 2, short(words, WORD_CHARS),
                ha="center", va="center", fontsize=11, color=palette.paper,
            )  # fmt: skip
    axes.text(
        0.0, HIGH + 0.03, "what would have been said, with what was seen by then",
        transform=axes.transAxes, va="bottom", fontsize=9, color=palette.muted,
    )  # fmt: skip


def _colours(said: Said, palette: Palette) -> dict[str, str]:
    """YES, NO and neither in colours of their own, other answers in those of lines."""
    fixed = {"YES": palette.lines[2], "NO": palette.lines[1], NEITHER: palette.muted}
    others = [words for words in dict.fromkeys(words for _, words in said) if words not in fixed]
    return fixed | {words: palette.lines[at % len(palette.lines)] for at, words in enumerate(others)}
