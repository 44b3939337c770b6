"""A decision as a picture: the metric as a step function of when it was seen, the threshold, the decision, revisions.

Drawn from a verdict's trace alone. matplotlib is imported on first use, and one lock guards it (it is not thread-safe).
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.chart_lines import (
    DARK,
    LIGHT,
    MOST_LABELS,
    Curve,
    Palette,
    as_written,
    curves,
    day,
    labelled,
    revised,
    short,
    up_to,
)
from bot.chart_panels import Panel, Scene, draw_panel, dress
from bot.chart_window import window_of
from resolvers.verdict import Step, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE_PX = (1200, 675)
DPI = 150
TITLE_CHARS = 100
MOST_PANELS_LABELLED = 4
_lock = threading.Lock()
__all__ = ["DARK", "DPI", "LIGHT", "SIZE_PX", "Curve", "Palette", "alt_text", "curves", "draw", "png"]


def alt_text(
    verdict: Verdict,
    decided_at: datetime | None,
    seen: Step | None = None,
    price: Curve | None = None,
    later: Step | None = None,
) -> str:
    """The chart in words, with the same numbers; `later` lines where they are dotted."""
    drawn = [curve for curve in curves(seen or verdict.trace) if not curve.threshold and curve.shown]
    parts = [_sentence(verdict.because), *(_sentence(f"{curve.words} {_course(curve)}") for curve in drawn)]
    since = revised(drawn, curves(later) if later else ())
    parts += [_sentence(f"with what was seen later {curve.words} {_course(curve)}") for curve in since]
    if decided_at:
        parts.append(f"Decided by what was seen on {day(decided_at)}.")
    if price is not None:
        drawn_to = up_to(price.steps, verdict.as_of)
        both = (drawn_to[0], drawn_to[-1])
        told = ", ".join(f"{text or '0'} percent on {day(at)}" for at, text in both)
        parts.append(_sentence(f"{price.words}: {told}"))
    return " ".join(parts)


def _course(curve: Curve) -> str:
    """How a line goes: every figure, or of a long history those that the picture names."""
    named = [_number(curve.figure(at), curve.unit) for at in labelled(curve)]
    many = len(curve.shown) > MOST_LABELS
    told = f"stays at {named[0]}" if len(set(named)) == 1 and not many else f"goes {', '.join(named)}"
    told += f" ({len(curve.shown)} steps in all, these among them)" if many else ""
    gap = curve.open_since
    return told + (f"; since {day(gap)} it is no single figure" if gap else "")


def png(
    verdict: Verdict,
    question: str,
    *,
    decided_at: datetime | None,
    seen: Step | None = None,
    later: Step | None = None,
    palette: Palette = LIGHT,
    price: Curve | None = None,
) -> bytes:
    """The chart as PNG, 1200 by 675.

    `seen` is the verdict's tree as it was seen at each instant (without it, as known when it was decided), `later` the
    same with all that is known by now: where it differs, it is dotted. `price` is what the market gave an outcome, in
    percent, oldest first.
    """
    with _lock, as_written():
        out = io.BytesIO()
        drawn = draw(verdict, question, decided_at, seen, later, palette, price)
        drawn.savefig(out, format="png", metadata={"Description": alt_text(verdict, decided_at, seen, price, later)})
        return out.getvalue()


@as_written()
def draw(
    verdict: Verdict,
    question: str,
    decided_at: datetime | None,
    seen: Step | None = None,
    later: Step | None = None,
    palette: Palette = LIGHT,
    price: Curve | None = None,
) -> Figure:
    """The picture before it is written out; hold the lock while it is drawn and saved.

    Each unit has a panel of its own, and so has the price: a count and a percentage share no axis.
    """
    from matplotlib.figure import Figure

    drawn = curves(seen or verdict.trace)
    after = curves(later) if later else ()
    size = (SIZE_PX[0] / DPI, SIZE_PX[1] / DPI)
    figure = Figure(figsize=size, dpi=DPI, layout="constrained", facecolor=palette.paper)
    panels: list[Panel] = []
    for unit, some in _by_unit(drawn):
        panels.append(Panel(unit, some, before=sum(len(one.measured) for one in panels)))
    panels += [Panel("price", (price,), price=True)] if price is not None else []
    window = window_of([*drawn, *after, *panels[-1].curves], decided_at, verdict.as_of)
    scene = Scene(verdict, decided_at, window, tuple(after), palette)
    heights = [1.0 if each.price else 2.2 for each in panels]
    grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)
    for axes, panel in zip(grid[:, 0], panels, strict=True):
        draw_panel(axes, panel, scene, labels=len(panels) < MOST_PANELS_LABELLED)
    dress(list(grid[:, 0]), short(question, TITLE_CHARS), scene)
    return figure


def _by_unit(drawn: Sequence[Curve]) -> list[tuple[str, tuple[Curve, ...]]]:
    """The lines of each unit, in the order in which units first appear; a bare literal stands with what it bounds."""
    units = list(dict.fromkeys(curve.unit or "" for curve in drawn if not curve.threshold)) or [""]
    found: dict[str, list[Curve]] = {unit: [] for unit in units}
    last = units[0]
    for curve in drawn:
        last = (curve.unit or "") if (curve.unit or "") in found else last
        found[last].append(curve)
    return [(unit, tuple(some)) for unit, some in found.items()]


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    whole = text if text.endswith((".", "…")) else f"{text}."
    return whole[:1].upper() + whole[1:]


def _number(text: str, unit: str | None) -> str:
    return f"{text} {unit}" if unit and unit != "count" else text
