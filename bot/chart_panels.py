"""One panel of a chart: the lines of one unit with their thresholds, gaps and figures, over the time of all panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.chart_lines import WIDTHS, Curve, Palette, Series, day, labelled, revised, short, up_to
from bot.chart_marks import ENDS, FIGURE_PT, Limits, around, draw_ends, draw_figures, draw_times, ends
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
ROOM_FOR_WORDS = 0.12
"""Part of the height of the only panel that is kept free above the lines for the words of the decision."""
ONCE = "when it was seen (UTC): all of it within an hour, each later look adds to the line"
FLATTEST = 0.1
"""A line that moves less than this part of its value fills no more of the panel than if it moved so much."""
TITLE_PT, AXIS_PT, TICK_PT, LEGEND_PT = 11.5, 9.5, 9.0, 8.5
"""Sizes of type: a picture is seen at half its size on a phone."""
TITLE_EMS, LEGEND_EMS, HALF_EMS = 47.0, 59.0, 27.0
"""Widths of a line of the title, of the legend, and of one of its two columns, in parts of their size."""
MOST_TITLE, MOST_LEGEND = 2, 2
"""Lines of the title, and of each entry of the legend."""
AS_MANY = 5
"""Entries of the legend; of more than these each has one line."""
NO_FIGURE = "it hangs on no figure over time, or nothing was seen of it"
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
    _draw_revisions(axes, panel.curves, scene)
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


def dress(every: Sequence[Axes], title: str, scene: Scene) -> None:
    """Title, time axis, grid, legends and where it was decided, over all panels."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

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
    _legend(every, palette)
    until = f"when it was seen (UTC), up to {day(scene.verdict.as_of)}"
    every[-1].set_xlabel(until, fontsize=AXIS_PT, color=palette.muted)
    if scene.window.once is not None:
        _one_instant(every, scene.window.once, palette)
    else:
        locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]  # has no types
        every[-1].xaxis.set_major_locator(locator)
        formatter = ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]  # has no types
        every[-1].xaxis.set_major_formatter(formatter)
    whole = folded(title, TITLE_EMS, MOST_TITLE)
    every[0].set_title(whole, loc="left", fontsize=TITLE_PT, color=palette.ink, pad=10)


def _one_instant(every: Sequence[Axes], at: datetime, palette: Palette) -> None:
    """All was seen within an hour: where it began stands in the middle, and it is said that there is no course yet."""
    here: Any = [at]  # matplotlib takes dates, its types do not say so
    every[-1].set_xticks(here, [f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"])
    every[-1].set_xlabel(ONCE, fontsize=AXIS_PT, color=palette.muted)


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
    for number, curve in enumerate(panel.measured):
        draw_ends(axes, curve, scene.window, until, _colour(number, panel, scene), scene.palette)
    if len(panel.measured) > 1 and any(list(ends(curve, until)) for curve in panel.measured):
        axes.plot([], [], linestyle="none", marker="x", color=scene.palette.muted, label=ENDS)


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
    axes.step(times, values, where="post", linewidth=width, color=colour, label=curve.label)
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

    axes.set_ylabel("price, %" if panel.price else panel.unit, fontsize=AXIS_PT, color=scene.palette.muted)
    if panel.price:
        axes.set_ylim(-4, 104)
        axes.set_yticks([0, 50, 100])
        return
    shown = [float(Decimal(text)) for curve in panel.curves for text in curve.shown]
    shown += [float(end) for curve in panel.measured for end in curve.span or ()]
    shown += around(panel.limits, min(shown), max(shown))
    low, high = min(shown), max(shown)
    least = 2.0 if panel.unit == "count" else max(abs(low), abs(high)) * FLATTEST or 1.0
    more = max((high - low) * 0.2, (least - (high - low)) / 2)
    head = (high - low + 2 * more) * ROOM_FOR_WORDS * scene.panels if scene.decided_at else 0.0
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
            if any(abs(here[0] - x) < NEAR_X and abs(here[1] - y) < scene.near for x, y in placed):
                continue
            placed.append(here)
            where: Any = (at, value)
            right = not _crossed(at, curve.figure(point), scene)
            axes.annotate(
                curve.figure(point),
                xy=where,
                xytext=(5 if right else -4, 4),
                textcoords="offset points",
                ha="left" if right else "right",
                fontsize=FIGURE_PT,
                color=_colour(number, panel, scene),
                bbox={"facecolor": scene.palette.paper, "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
            )


def _crossed(at: datetime, figure: str, scene: Scene) -> bool:
    """Whether the line of the decision would go through a figure on the right of its point; then it stands left."""
    window, decided_at = scene.window, scene.decided_at
    room = (window.high - window.low) * (LETTER * (len(figure) + 2))
    left = at - window.low >= room
    return decided_at is not None and at <= decided_at <= at + room and left


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
        fontsize=TICK_PT,
        color=scene.palette.ink,
        bbox={"facecolor": scene.palette.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
    )


def _legend(every: Sequence[Axes], palette: Palette) -> None:
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
