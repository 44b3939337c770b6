"""How one line of a chart goes, in words: its figures, from when on each stood, and when there was none."""

from __future__ import annotations

from collections.abc import Iterator

from bot.chart_curve import Curve, day
from bot.chart_lines import MOST_LABELS, labelled

NO_FIGURE = "no single figure"


def course(curve: Curve) -> str:
    """Every figure with its day, or of a long history those that the picture names."""
    if curve.names:
        return f"goes {', '.join(_periods(curve))}{f'; {curve.note}' if curve.note else ''}"
    points = labelled(curve)
    many, gap = len(curve.shown) > MOST_LABELS, curve.open_since
    if not many:  # the last step of one that is open now is told apart, with its reason
        points = [at for at, (when, text) in enumerate(curve.steps) if text is not None or gap is None or when < gap]
    stays = len({_figure(curve, at) for at in points}) == 1 and not many
    stood = ", ".join(f"{_figure(curve, at)} from {day(curve.steps[at][0])}" for at in points[: 1 if stays else None])
    told = f"stays at {stood}" if stays else f"goes {stood}"
    told += f" ({len(curve.shown)} steps in all, these among them)" if many else ""
    if gap:
        return f"{told}; since {day(gap)} it is no single figure{curve.why}"
    return f"{told}; {curve.note}" if curve.note else told


def _periods(curve: Curve) -> Iterator[str]:
    """The figure of each period by its name, or that it has none."""
    yield from (f"{name} {_figure(curve, at)}" for at, name in enumerate(curve.names))


def _figure(curve: Curve, at: int) -> str:
    """With its unit; a count has none."""
    if curve.steps[at][1] is None:
        return NO_FIGURE
    return f"{curve.figure(at)} {curve.unit}" if curve.unit and curve.unit != "count" else curve.figure(at)
