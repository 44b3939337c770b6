"""A decision as a picture: the metric as a step function of when it was seen, the threshold, the decision, revisions.

Drawn from a verdict's trace alone. matplotlib is imported on first use, and one lock guards it (it is not thread-safe).
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.chart_course import course
from bot.chart_dress import dress, legend
from bot.chart_leads import Led, draw_leads
from bot.chart_leads import told as told_leads
from bot.chart_lines import (
    DARK,
    LIGHT,
    Curve,
    Palette,
    as_written,
    curves,
    day,
    revised,
    up_to,
)
from bot.chart_marks import Limits, limits_of
from bot.chart_panels import Panel, Scene, draw_panel
from bot.chart_said import Said
from bot.chart_said import told as told_strip
from bot.chart_window import window_of
from bot.told_short import reason
from resolvers.backtest.leading import Leads
from resolvers.rules.rule import Rule
from resolvers.verdict import Step, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE_PX = (1200, 675)
DPI = 150
MOST_PANELS_LABELLED = 4
FULL, MOST_STRIPS, STRIP_PART = 2.2, 2, 0.23
"""Height of a panel, where the price has 1; the strips of who led, and of the height of all panels the part of one."""
_lock = threading.Lock()
__all__ = [
    "DARK",
    "DPI",
    "LIGHT",
    "SIZE_PX",
    "Backdrop",
    "Curve",
    "Palette",
    "alt_text",
    "behind",
    "curves",
    "draw",
    "png",
]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What a trace does not say: where the answers part, and, if it has no figure, what would have been said when."""

    limits: Limits | None = None
    said: Said = ()
    led: tuple[Led, ...] = ()
    """Who led when, where a question asks for that; nothing where nobody looked."""


BARE = Backdrop()


def behind(rule: Rule, led: Sequence[Leads] = ()) -> Backdrop:
    """The backdrop of a question's own picture, with who led when if that is known."""
    return Backdrop(limits_of(rule), led=tuple(Led(each.what, each.steps) for each in led))


def alt_text(
    verdict: Verdict,
    decided_at: datetime | None,
    seen: Step | None = None,
    price: Curve | None = None,
    later: Step | None = None,
    backdrop: Backdrop = BARE,
) -> str:
    """The chart in words, with the same numbers; `later` lines where they are dotted."""
    every = [curve for curve in curves(seen or verdict.trace) if not curve.threshold]
    drawn = [curve for curve in every if curve.shown]
    parts = [_sentence(reason(verdict))]
    parts += [f"Decided by what was seen on {day(decided_at)}."] if decided_at else []
    parts += [_sentence(f"{curve.words} {course(curve)}") for curve in drawn]
    parts += [_sentence(curve.label) for curve in every if not curve.shown]
    if backdrop.said and not every:
        parts.append(_sentence(f"with what was seen by then it would have been {told_strip(backdrop.said)}"))
    if backdrop.limits:
        parts.append(_sentence(backdrop.limits.words()))
    parts += [_sentence(words) for words in told_leads(backdrop.led)]
    since = revised(drawn, curves(later) if later else ())
    parts += [_sentence(f"with what was seen later {curve.words} {course(curve)}") for curve in since]
    if price is not None:
        drawn_to = up_to(price.steps, verdict.as_of)
        both = (drawn_to[0], drawn_to[-1])
        told = ", ".join(f"{text or '0'} percent on {day(at)}" for at, text in both)
        parts.append(_sentence(f"{price.words}: {told}"))
    return " ".join(parts)


def png(
    verdict: Verdict,
    question: str,
    *,
    decided_at: datetime | None,
    seen: Step | None = None,
    later: Step | None = None,
    palette: Palette = LIGHT,
    price: Curve | None = None,
    backdrop: Backdrop = BARE,
) -> bytes:
    """The chart as PNG, 1200 by 675.

    `seen` is the verdict's tree as it was seen at each instant (without it, as known when it was decided), `later` the
    same with all that is known by now: where it differs, it is dotted. `price` is what the market gave an outcome, in
    percent, oldest first.
    """
    with _lock, as_written():
        out = io.BytesIO()
        drawn = draw(verdict, question, decided_at, seen, later, palette, price, backdrop)
        words = alt_text(verdict, decided_at, seen, price, later, backdrop)
        drawn.savefig(out, format="png", metadata={"Description": words})
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
    backdrop: Backdrop = BARE,
) -> Figure:
    """The picture before it is written out; hold the lock while it is drawn and saved.

    Each unit has a panel of its own, and so has the price: a count and a percentage share no axis.
    """
    from matplotlib.figure import Figure

    drawn = curves(seen or verdict.trace)
    after = curves(later) if later else ()
    size = (SIZE_PX[0] / DPI, SIZE_PX[1] / DPI)
    figure = Figure(figsize=size, dpi=DPI, layout="constrained", facecolor=palette.paper)
    panels = _panels(drawn, backdrop.limits)
    strips = [led for led in backdrop.led if led.steps][:MOST_STRIPS]
    panels += [Panel("price", (price,), price=True)] if price is not None else []
    begins = [at for at, _ in backdrop.said[:1]] if not drawn else []
    window = window_of([*drawn, *after, *panels[-1].curves], decided_at, verdict.as_of, begins)
    times = backdrop.limits if backdrop.limits and backdrop.limits.times else None
    periods = bool(drawn) and all(curve.names or curve.threshold for curve in drawn)
    heights = [1.0 if each.price else FULL for each in panels]
    heights += [sum(heights) * STRIP_PART] * len(strips)
    scene = Scene(
        verdict, decided_at, window, tuple(after), palette, backdrop.said, times, len(panels),
        share=FULL / sum(heights), periods=periods,
    )  # fmt: skip
    every = list(figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0])
    for axes, panel in zip(every, panels, strict=False):
        draw_panel(axes, panel, scene, labels=len(panels) < MOST_PANELS_LABELLED)
    dress(every, question, scene)
    for axes, led in zip(every[len(panels) :], strips, strict=True):
        draw_leads(axes, led, window, verdict.as_of, palette)
    legend(every, palette)
    return figure


def _panels(drawn: Sequence[Curve], limits: Limits | None) -> list[Panel]:
    """A panel a unit; the limits of the answers stand in the one of their unit, else in the first."""
    found: list[Panel] = []
    units = _by_unit(drawn)
    limited = [unit for unit, _ in units if limits and unit == limits.unit] or [units[0][0]]
    for unit, some in units:
        here = limits if limits and limits.figures and unit == limited[0] else None
        found.append(Panel(unit, some, before=sum(len(one.measured) for one in found), limits=here))
    return found


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
