"""One panel of a chart: the lines of one unit with their thresholds, gaps and figures, over the time of all panels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.chart_curve import day, short
from bot.chart_lines import WIDTHS, Curve, Palette, labelled, revised, up_to
from bot.chart_marks import ENDS, FIGURE_PT, Limits, Room, around, draw_ends, draw_figures, ends
from bot.chart_said import Said, draw_said
from bot.chart_text import folded
from bot.chart_window import Window
from resolvers.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEAR_X, NEAR_Y = 0.04, 0.045
"""Parts of the width and of the height of the only panel: two figures nearer than both are not both written."""
MOST_DOTS = 30
"""More dots on a line than that are one thick line."""
PLOT_PX, ENTRY_PX = 500.0, 26.0
"""Of the picture's height: what is left for panels by a title and the dates, and what an entry of the legend takes."""
LINE_PX, FIGURE_PX = 24.0, 46.0
"""What a line of the words of the decision takes, and a figure under them with the gaps around it."""
LOW_PANEL = 0.6
"""Part of the height of all panels up to which one is low, and its words stand on one line."""
MOST_ROOM = 0.6
"""Part of a panel's height that is kept free above its lines for the words of the decision, at most."""
LATER = "with what was seen later"
FLATTEST = 0.1
"""A line that moves less than this part of its value fills no more of the panel than if it moved so much."""
AXIS_PT = 9.5
LEGEND_EMS, HALF_EMS = 59.0, 27.0
"""Widths of a line of the legend, and of one of its two columns, in parts of their size."""
MOST_LEGEND = 2
"""Lines of each entry of the legend, and of an outcome."""
OUTCOME_CHARS = 90
NO_FIGURE = "it hangs on no figure over time, or nothing was seen of it"
WHOLE = 100.0
"""Percent: where no figure is over it, the axis names none that is."""
LETTER = 0.0066
"""Part of the picture's width that a letter of a figure takes."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The lines of one unit; `price` is the market's own, from 0 to 100 percent; `before` are lines of other panels.

    `limits`: where the answers part, in the one panel that shows what is asked for.
    """

    unit: str
    curves: tuple[Curve, ...]
    price: bool = False
    before: int = 0
    limits: Limits | None = None

    @property
    def measured(self) -> list[Curve]:
        return [curve for curve in self.curves if not curve.threshold]


@dataclass(frozen=True, slots=True)
class Scene:
    """What all panels share; `after` are the lines with all that was seen later.

    `said`: what would have been said, for a question without figures. `limits`: where answers that are dates part.
    """

    verdict: Verdict
    decided_at: datetime | None
    window: Window
    after: tuple[Curve, ...]
    palette: Palette
    said: Said = ()
    limits: Limits | None = None
    panels: int = 1
    share: float = 1.0
    """Part of the height of all panels that one with figures has."""
    periods: bool = False
    """Whether all its lines are figures of periods."""

    @property
    def outcome(self) -> str:
        """What stands beside the line of the decision, on as many lines as it takes; empty where there is none."""
        if self.decided_at is None:
            return ""
        said = self.verdict.outcome.words() if self.verdict.outcome else self.verdict.state
        lines = MOST_LEGEND if self.share > LOW_PANEL else 1
        between = "\n" if lines > 1 else ", "
        return f"{folded(short(said, OUTCOME_CHARS), HALF_EMS, lines)}{between}{day(self.decided_at)}"

    @property
    def near(self) -> float:
        """How near figures may be, in parts of a panel's height: of several panels each is far lower than one."""
        return NEAR_Y * (2 * self.panels - 1)


def draw_panel(axes: Axes, panel: Panel, scene: Scene, *, labels: bool = True) -> None:
    """Draw one panel; `labels` names the steps by their figures."""
    axes.set_facecolor(scene.palette.paper)
    if not panel.measured:
        _say_so(axes, scene)
        return
    if not any(curve.shown for curve in panel.curves):
        _say_none(axes, panel, scene)
        return
    _draw_revisions(axes, panel, scene)
    _draw_gaps(axes, panel, scene)
    for number, curve in enumerate(panel.measured):
        width = WIDTHS[min(number, len(WIDTHS) - 1)] if len(panel.measured) > 1 else WIDTHS[1]
        _draw(axes, curve, _colour(number, panel, scene), width, scene.verdict.as_of)
    for curve in panel.curves:
        if curve.threshold:
            _draw_threshold(axes, curve, scene.palette)
    _bound(axes, panel, scene)
    if panel.limits:
        draw_figures(axes, panel.limits, scene.palette)
    if labels:
        _name_figures(axes, panel, scene)
    _draw_ends(axes, panel, scene)


def _say_so(axes: Axes, scene: Scene) -> None:
    """A rule that hangs on no figure: what would have been said, or nothing but when it was decided."""
    if scene.said:
        draw_said(axes, scene.said, scene.window, scene.verdict.as_of, scene.palette)
    else:
        _in_the_middle(axes, NO_FIGURE, scene)


def _say_none(axes: Axes, panel: Panel, scene: Scene) -> None:
    """Lines of which no figure was known at any time: what they are, and why."""
    told = [part for one in panel.measured for part in (one.words, f"(no figure yet{one.why})")]
    _in_the_middle(axes, "\n".join(folded(each, LEGEND_EMS * 0.8, MOST_LEGEND) for each in told), scene)
    axes.set_ylabel(panel.unit, fontsize=AXIS_PT, color=scene.palette.muted)


def _in_the_middle(axes: Axes, words: str, scene: Scene) -> None:
    axes.set_yticks([])
    ground = {"facecolor": scene.palette.paper, "edgecolor": "none", "pad": 4}
    colour = scene.palette.muted
    axes.text(
        0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=AXIS_PT, color=colour, bbox=ground
    )


def _draw_ends(axes: Axes, panel: Panel, scene: Scene) -> None:
    """Where lines end, and why; the only line of a panel is shaded from there on, of several the cross is explained."""
    until = scene.verdict.as_of
    room = Room(scene.window, until, scene.decided_at)
    for number, curve in enumerate(panel.measured):
        draw_ends(axes, curve, room, _colour(number, panel, scene), scene.palette)
    if len(panel.measured) > 1 and any(list(ends(curve, until)) for curve in panel.measured):
        axes.plot([], [], linestyle="none", marker="x", color=scene.palette.muted, label=ENDS)


def _colour(number: int, panel: Panel, scene: Scene) -> str:
    lines = scene.palette.lines
    return scene.palette.muted if panel.price else lines[(number + panel.before) % len(lines)]


def _points(curve: Curve, until: datetime) -> tuple[Any, list[float]]:
    """Steps as coordinates, the last one drawn on to `until`; unknown stretches are gaps. Floats only draw."""
    kept = up_to(curve.steps, until)
    if kept[-1][0] < until and not curve.names:
        kept = [*kept, (until, kept[-1][1])]
    return [at for at, _ in kept], [float(Decimal(text)) if text is not None else float("nan") for _, text in kept]


def _draw(axes: Axes, curve: Curve, colour: str, width: float, until: datetime) -> None:
    times, values = _points(curve, until)
    if curve.names:  # each figure is a period's own; the line between two only shows which way it went
        axes.plot(times, values, linewidth=1.0, marker="o", markersize=6, color=colour, label=curve.label)
        return
    axes.step(times, values, where="post", linewidth=width, color=colour, label=curve.label)
    seen = len([at for at, _ in curve.steps if at <= until]) or 1
    few = seen <= MOST_DOTS
    axes.plot(times[:seen], values[:seen], linestyle="none", marker="o" if few else "", markersize=4, color=colour)


def _draw_threshold(axes: Axes, curve: Curve, palette: Palette) -> None:
    value = float(Decimal(curve.shown[0])) if curve.shown else float("nan")
    axes.axhline(value, linestyle=(0, (6, 3)), linewidth=1.4, color=palette.threshold, label=f"threshold {curve.words}")


def _draw_revisions(axes: Axes, panel: Panel, scene: Scene) -> None:
    """The same lines with all that was seen later: what was revised, and how it went on; of several in colour."""
    found = revised(panel.curves, scene.after)
    order = {curve.words: number for number, curve in enumerate(panel.measured)}
    for curve in found:
        newer = curve.steps[-1][0] > scene.verdict.as_of
        times, values = _points(curve, scene.window.high if newer else scene.verdict.as_of)
        style = "default" if curve.names else "steps-post"
        colour = _colour(order[curve.words], panel, scene) if len(order) > 1 else scene.palette.muted
        label = LATER if len(order) == 1 else None
        axes.plot(times, values, drawstyle=style, linewidth=1.3, linestyle=":", color=colour, label=label)
    if found and len(order) > 1:
        axes.plot([], [], linewidth=1.3, linestyle=":", color=scene.palette.muted, label=LATER)


def _draw_gaps(axes: Axes, panel: Panel, scene: Scene) -> None:
    """Where the only line of a panel is unknown, or a range: shaded, so that nobody takes it for the end."""
    (curve, *others) = panel.measured
    if others or curve.names:
        return
    ends: list[datetime] = [at for at, _ in curve.steps[1:]] + [max(scene.verdict.as_of, curve.steps[-1][0])]
    label: str | None = "no single figure: a range, or unknown"
    for (at, text), end in zip(curve.steps, ends, strict=True):
        if text is None and at < end:
            span: Any = (at, end)
            axes.axvspan(
                *span, facecolor="none", edgecolor=scene.palette.muted, alpha=0.3, hatch="///", linewidth=0, label=label
            )
            label = None


def _bound(axes: Axes, panel: Panel, scene: Scene) -> None:
    """Room above and below; no fractions of a count, no magnified trifle, and a price from 0 to 100."""
    from matplotlib.ticker import MaxNLocator

    axes.set_ylabel("price, %" if panel.price else panel.unit, fontsize=AXIS_PT, color=scene.palette.muted)
    if panel.price:
        axes.set_ylim(-4, 104)
        axes.set_yticks([0, 50, 100])
        return
    shown = [float(Decimal(text)) for curve in panel.curves for text in curve.shown]
    shown += [float(end) for curve in panel.measured for end in curve.span or ()]
    shown += [float(Decimal(text)) for curve in revised(panel.curves, scene.after) for text in curve.shown]
    shown += around(panel.limits, min(shown), max(shown))
    low, high = min(shown), max(shown)
    least = 2.0 if panel.unit == "count" else max(abs(low), abs(high)) * FLATTEST or 1.0
    more = max((high - low) * 0.2, (least - (high - low)) / 2)
    part = _room(panel, scene)
    bottom = low - more
    axes.set_ylim(bottom, max(high + more, (high - part * bottom) / (1 - part)))
    if panel.unit == "count":
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    elif panel.unit == "percent" and high <= WHOLE:
        bottom, top = axes.get_ylim()
        axes.set_yticks([tick for tick in axes.get_yticks() if bottom <= tick <= min(top, WHOLE)])


def _room(panel: Panel, scene: Scene) -> float:
    """Part of a panel's height that its highest point leaves free for the words of the decision."""
    if not scene.outcome or panel.before:
        return 0.0
    entries = len(panel.curves) + (panel.limits is not None) + (scene.limits is not None) + bool(scene.after)
    height = (PLOT_PX - ENTRY_PX * entries) * scene.share
    return min((LINE_PX * len(scene.outcome.splitlines()) + FIGURE_PX) / height, MOST_ROOM)


def _name_figures(axes: Axes, panel: Panel, scene: Scene) -> None:
    """The figure of each step beside it, the first and the last before those between; none over another."""
    low, high = axes.get_ylim()
    wide = (scene.window.high - scene.window.low).total_seconds()
    placed: list[tuple[float, float]] = []
    for number, curve in enumerate(panel.measured):
        points = labelled(curve)
        points = [points[0], points[-1]] if panel.price else points
        for point in [*points[:1], *points[:0:-1]]:
            at, text = curve.steps[point]
            value = float(Decimal(text or "0"))
            here = ((at - scene.window.low).total_seconds() / wide, (value - low) / (high - low))
            if any(abs(here[0] - x) < NEAR_X and abs(here[1] - y) < scene.near for x, y in placed):
                continue
            placed.append(here)
            where: Any = (at, value)
            told = f"{curve.names[point]}: {curve.figure(point)}" if curve.names else curve.figure(point)
            right = not _crossed(at, told, scene)
            axes.annotate(
                told,
                xy=where,
                xytext=(5 if right else -4, -4 if _rises(curve, point) else 4),
                textcoords="offset points",
                ha="left" if right else "right",
                va="top" if _rises(curve, point) else "baseline",
                fontsize=FIGURE_PT,
                color=_colour(number, panel, scene),
                bbox={"facecolor": scene.palette.paper, "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
            )


def _rises(curve: Curve, point: int) -> bool:
    """Whether the line from a period to the next goes up, and would go through a figure above its point."""
    shown = [Decimal(text) for _, text in curve.steps[point : point + 2] if text is not None]
    return bool(curve.names) and len(shown) > 1 and shown[1] > shown[0]


def _crossed(at: datetime, figure: str, scene: Scene) -> bool:
    """Whether the line of the decision would go through a figure on the right of its point; then it stands left."""
    window, decided_at = scene.window, scene.decided_at
    room = (window.high - window.low) * (LETTER * (len(figure) + 2))
    left = at - window.low >= room
    return decided_at is not None and at <= decided_at <= at + room and left
