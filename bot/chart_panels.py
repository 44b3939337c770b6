"""One panel of a chart: the lines of one unit with their thresholds, gaps and figures, over the time of all panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.chart_lines import LABEL_CHARS, WIDTHS, Curve, Palette, Series, day, labelled, revised, short, up_to
from bot.chart_window import Window
from resolvers.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEAR_X, NEAR_Y = 0.035, 0.045
"""Parts of the panel's width and height: two figures that would stand nearer than both are not both written."""
MOST_DOTS = 30
"""More dots on a line than that are one thick line."""
ROOM_FOR_WORDS = 0.12
"""Part of the panel's height that is kept free above the lines for the words of the decision."""
ONCE = "all of it was seen within an hour: each later look adds to the line"
FLATTEST = 0.1
"""A line that moves less than this part of its value fills no more of the panel than if it moved so much."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The lines of one unit; `price` is the market's own, from 0 to 100 percent; `before` are lines of other panels."""

    unit: str
    curves: tuple[Curve, ...]
    price: bool = False
    before: int = 0

    @property
    def measured(self) -> list[Curve]:
        return [curve for curve in self.curves if not curve.threshold]


@dataclass(frozen=True, slots=True)
class Scene:
    """What all panels share; `after` are the lines with all that was seen later."""

    verdict: Verdict
    decided_at: datetime | None
    window: Window
    after: tuple[Curve, ...]
    palette: Palette


def draw_panel(axes: Axes, panel: Panel, scene: Scene, *, labels: bool = True) -> None:
    """Draw one panel; `labels` names the steps by their figures."""
    axes.set_facecolor(scene.palette.paper)
    if not panel.measured:
        _say_so(axes, scene)
        return
    _draw_revisions(axes, panel.curves, scene)
    _draw_gaps(axes, panel, scene)
    for number, curve in enumerate(panel.measured):
        width = WIDTHS[min(number, len(WIDTHS) - 1)] if len(panel.measured) > 1 else WIDTHS[1]
        _draw(axes, curve, _colour(number, panel, scene), width, scene.verdict.as_of)
    for curve in panel.curves:
        if curve.threshold:
            _draw_threshold(axes, curve, scene.palette)
    _bound(axes, panel, scene)
    if labels:
        _name_figures(axes, panel, scene)


def dress(every: Sequence[Axes], title: str, scene: Scene) -> None:
    """Title, time axis, grid, legends and where it was decided, over all panels."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    palette, limits = scene.palette, (scene.window.low, scene.window.high)
    for number, axes in enumerate(every):
        axes.set_xlim(*limits)  # type: ignore[arg-type]  # matplotlib takes dates, its types do not say so
        axes.grid(color=palette.grid, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=8, colors=palette.muted)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(palette.grid)
        _decision(axes, scene, words=number == 0)
    _legend(every, palette)
    if scene.window.once is not None:
        _one_instant(every, scene.window.once, palette)
    else:
        locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]  # has no types
        every[-1].xaxis.set_major_locator(locator)
        formatter = ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]  # has no types
        every[-1].xaxis.set_major_formatter(formatter)
    every[-1].set_xlabel("when it was seen (UTC)", fontsize=9, color=palette.muted)
    every[0].set_title(title, loc="left", fontsize=10, color=palette.ink, pad=10)


def _one_instant(every: Sequence[Axes], at: datetime, palette: Palette) -> None:
    """All was seen within an hour: where it began stands in the middle, and it is said that there is no course yet."""
    here: Any = [at]  # matplotlib takes dates, its types do not say so
    every[-1].set_xticks(here, [f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"])
    every[0].text(
        0.99, 0.96, ONCE, transform=every[0].transAxes, ha="right", va="top", fontsize=8.5, color=palette.muted
    )


def _say_so(axes: Axes, scene: Scene) -> None:
    """A rule that hangs on no figure: there is nothing to draw but when it was decided."""
    axes.set_yticks([])
    words = "it hangs on no figure over time, or nothing was seen of it"
    axes.text(
        0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=9, color=scene.palette.muted
    )


def _colour(number: int, panel: Panel, scene: Scene) -> str:
    lines = scene.palette.lines
    return scene.palette.muted if panel.price else lines[(number + panel.before) % len(lines)]


def _points(steps: Series, until: datetime) -> tuple[Any, list[float]]:
    """Steps as coordinates, the last one drawn on to `until`; unknown stretches are gaps. Floats only draw."""
    kept = up_to(steps, until)
    if kept[-1][0] < until:
        kept = [*kept, (until, kept[-1][1])]
    return [at for at, _ in kept], [float(Decimal(text)) if text is not None else float("nan") for _, text in kept]


def _draw(axes: Axes, curve: Curve, colour: str, width: float, until: datetime) -> None:
    times, values = _points(curve.steps, until)
    axes.step(times, values, where="post", linewidth=width, color=colour, label=short(curve.words, LABEL_CHARS))
    seen = len([at for at, _ in curve.steps if at <= until]) or 1
    few = seen <= MOST_DOTS
    axes.plot(times[:seen], values[:seen], linestyle="none", marker="o" if few else "", markersize=4, color=colour)


def _draw_threshold(axes: Axes, curve: Curve, palette: Palette) -> None:
    value = float(Decimal(curve.shown[0])) if curve.shown else float("nan")
    axes.axhline(value, linestyle=(0, (6, 3)), linewidth=1.4, color=palette.threshold, label=f"threshold {curve.words}")


def _draw_revisions(axes: Axes, then: Sequence[Curve], scene: Scene) -> None:
    """The same lines with all that was seen later: what was revised, and how it went on."""
    label: str | None = "with what was seen later"
    for curve in revised(then, scene.after):
        newer = curve.steps[-1][0] > scene.verdict.as_of
        times, values = _points(curve.steps, scene.window.high if newer else scene.verdict.as_of)
        axes.step(times, values, where="post", linewidth=1.3, linestyle=":", color=scene.palette.muted, label=label)
        label = None


def _draw_gaps(axes: Axes, panel: Panel, scene: Scene) -> None:
    """Where the only line of a panel is unknown, or a range: shaded, so that nobody takes it for the end."""
    (curve, *others) = panel.measured
    if others:
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

    axes.set_ylabel("price, %" if panel.price else panel.unit, fontsize=9, color=scene.palette.muted)
    if panel.price:
        axes.set_ylim(-4, 104)
        axes.set_yticks([0, 50, 100])
        return
    shown = [float(Decimal(text)) for curve in panel.curves for text in curve.shown]
    low, high = min(shown), max(shown)
    least = 2.0 if panel.unit == "count" else max(abs(low), abs(high)) * FLATTEST or 1.0
    more = max((high - low) * 0.2, (least - (high - low)) / 2)
    head = (high - low + 2 * more) * ROOM_FOR_WORDS if scene.decided_at else 0.0
    axes.set_ylim(low - more, high + more + head)
    if panel.unit == "count":
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))


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
            if any(abs(here[0] - x) < NEAR_X and abs(here[1] - y) < NEAR_Y for x, y in placed):
                continue
            placed.append(here)
            where: Any = (at, value)
            axes.annotate(
                curve.figure(point),
                xy=where,
                xytext=(5, 4),
                textcoords="offset points",
                fontsize=7.5,
                color=_colour(number, panel, scene),
                bbox={"facecolor": scene.palette.paper, "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
            )


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
    verdict = scene.verdict
    said = verdict.outcome.words() if verdict.outcome else verdict.state
    axes.annotate(
        f"{short(said, 60)}\n{day(decided_at)}",
        xy=(at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(6 if early else -6, -6),
        textcoords="offset points",
        ha="left" if early else "right",
        va="top",
        fontsize=8,
        color=scene.palette.ink,
        bbox={"facecolor": scene.palette.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
    )


def _legend(every: Sequence[Axes], palette: Palette) -> None:
    """What the lines are, below all panels, so that no word covers a line."""
    figure = every[0].figure
    told = [one for axes in every for one in zip(*axes.get_legend_handles_labels(), strict=True)]
    if told:
        handles, labels = zip(*told, strict=True)
        figure.legend(
            handles, labels, loc="outside lower left", fontsize=7.5, frameon=False, labelcolor=palette.ink, ncols=1
        )
