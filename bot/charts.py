"""A decision as a picture: the metric as a step function of when it was seen, the threshold, the decision, revisions.

Drawn from a verdict's trace alone. matplotlib is imported on first use, and one lock guards it (it is not thread-safe).
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.leaves import walk
from resolvers.verdict import Step, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE_PX = (1200, 675)
DPI = 150
WIDTHS = (4.6, 2.0, 1.4, 1.0)
"""Of the lines in their order: one that another covers still shows on both sides of it."""
TITLE_CHARS, LABEL_CHARS = 100, 108
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a chart on one ground; lines are told apart in grey, too, by their order of darkness."""

    ink: str
    muted: str
    grid: str
    paper: str
    lines: tuple[str, ...]
    threshold: str


LIGHT = Palette("#1f2430", "#5b6472", "#dfe3ea", "#ffffff", ("#1f5fbf", "#c2570c", "#2e7d4f", "#7a3fa0"), "#b3261e")
DARK = Palette("#e8eaf0", "#a3abba", "#39404e", "#1b1e26", ("#7fb0ff", "#ffab70", "#7fd6a3", "#d0a5f2"), "#ff8a80")

Series = Sequence[tuple[datetime, str | None]]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of the chart: what it is in words, its unit, its steps; a literal of the rule is a threshold."""

    words: str
    unit: str | None
    steps: Series
    threshold: bool = False

    @property
    def shown(self) -> list[str]:
        """The figures it shows, in order."""
        return [text for _, text in self.steps if text is not None]


def curves(trace: Step) -> tuple[Curve, ...]:
    """Every numeric series of the trace, in the order of the reasoning, without repeats."""
    found: dict[tuple[str, Series], Curve] = {}
    for step in walk(trace):
        if step.series:
            curve = Curve(step.words, step.unit, step.series, threshold=step.node == "literal")
            found.setdefault((step.words, step.series), curve)
    return tuple(found.values())


def alt_text(verdict: Verdict, decided_at: datetime | None, seen: Step | None = None) -> str:
    """The chart in words, with the same numbers."""
    parts = [_sentence(verdict.because)]
    for curve in curves(seen or verdict.trace):
        shown = [_number(text, curve.unit) for text in curve.shown]
        if curve.threshold or not shown:
            continue
        course = f"stays at {shown[0]}" if len(set(shown)) == 1 else f"goes {', '.join(shown)}"
        parts.append(_sentence(f"{curve.words} {course}"))
    if decided_at:
        parts.append(f"Decided by what was seen on {_day(decided_at)}.")
    return " ".join(parts)


def png(
    verdict: Verdict,
    question: str,
    *,
    decided_at: datetime | None,
    seen: Step | None = None,
    later: Step | None = None,
    palette: Palette = LIGHT,
) -> bytes:
    """The chart as PNG, 1200 by 675.

    `seen` is the verdict's tree as it was seen at each instant (without it, as known when it was decided), `later` the
    same with all that is known by now: where it differs, it is dotted.
    """
    with _lock:
        out = io.BytesIO()
        figure = draw(verdict, question, decided_at, seen, later, palette)
        figure.savefig(out, format="png", metadata={"Description": alt_text(verdict, decided_at, seen)})
        return out.getvalue()


def draw(
    verdict: Verdict,
    question: str,
    decided_at: datetime | None,
    seen: Step | None = None,
    later: Step | None = None,
    palette: Palette = LIGHT,
) -> Figure:
    """The picture before it is written out; hold the lock while it is drawn and saved."""
    from matplotlib.figure import Figure

    drawn = curves(seen or verdict.trace)
    after = curves(later) if later else ()
    low, high = _window([*drawn, *after], decided_at, verdict.as_of)
    figure = Figure(
        figsize=(SIZE_PX[0] / DPI, SIZE_PX[1] / DPI), dpi=DPI, layout="constrained", facecolor=palette.paper
    )
    axes = figure.add_subplot(facecolor=palette.paper)
    _draw_revisions(axes, drawn, after, high, palette)
    measured = [curve for curve in drawn if not curve.threshold]
    several = len(measured) > 1
    for number, curve in enumerate(measured):
        width = WIDTHS[min(number, len(WIDTHS) - 1)] if several else WIDTHS[1]
        _draw(axes, curve, palette.lines[number % len(palette.lines)], width, verdict.as_of)
    for curve in drawn:
        if curve.threshold:
            _draw_threshold(axes, curve, palette)
    _decision(axes, decided_at, verdict, (low, high), palette)
    _dress(axes, question, drawn, (low, high), palette)
    return figure


def _window(drawn: Sequence[Curve], decided_at: datetime | None, as_of: datetime) -> tuple[datetime, datetime]:
    """From the first point to a little after the last one, the decision, and when it was judged."""
    times = (
        [at for curve in drawn if not curve.threshold for at, _ in curve.steps]
        + ([decided_at] if decided_at else [])
        + [as_of]
    )
    low, high = min(times), max(times)
    return low, high + max((high - low) * 0.06, timedelta(days=1))


def _points(steps: Series, until: datetime) -> tuple[Any, list[float]]:
    """Steps as coordinates, the last one drawn on to `until`; unknown stretches are gaps. Floats only draw."""
    kept = [(at, text) for at, text in steps if at <= until] or list(steps[:1])
    if kept[-1][0] < until:
        kept = [*kept, (until, kept[-1][1])]
    return [at for at, _ in kept], [float(Decimal(text)) if text is not None else float("nan") for _, text in kept]


def _draw(axes: Axes, curve: Curve, colour: str, width: float, until: datetime) -> None:
    times, values = _points(curve.steps, until)
    axes.step(times, values, where="post", linewidth=width, color=colour, label=_short(curve.words, LABEL_CHARS))
    seen = len([at for at, _ in curve.steps if at <= until]) or 1
    axes.plot(times[:seen], values[:seen], linestyle="none", marker="o", markersize=4, color=colour)


def _draw_threshold(axes: Axes, curve: Curve, palette: Palette) -> None:
    value = float(Decimal(curve.shown[0])) if curve.shown else float("nan")
    axes.axhline(value, linestyle=(0, (6, 3)), linewidth=1.4, color=palette.threshold, label=f"threshold {curve.words}")


def _draw_revisions(axes: Axes, then: Sequence[Curve], now: Sequence[Curve], high: datetime, palette: Palette) -> None:
    """The same lines with all that was seen later: what was revised, and how it went on."""
    before = {curve.words: tuple(curve.steps) for curve in then}
    label: str | None = "with what was seen later"
    for curve in now:
        if curve.threshold or curve.words not in before or before[curve.words] == tuple(curve.steps):
            continue
        times, values = _points(curve.steps, high)
        axes.step(times, values, where="post", linewidth=1.3, linestyle=":", color=palette.muted, label=label)
        label = None


def _decision(
    axes: Axes, decided_at: datetime | None, verdict: Verdict, window: tuple[datetime, datetime], palette: Palette
) -> None:
    """A line where it was decided, and the outcome on the side that has more room."""
    if decided_at is None:
        return
    early = decided_at - window[0] < window[1] - decided_at
    at: Any = decided_at  # matplotlib takes dates, its types do not say so
    said = verdict.outcome.words() if verdict.outcome else verdict.state
    axes.axvline(at, color=palette.ink, linewidth=1.1)
    axes.annotate(
        f"{_short(said, 60)}\n{_day(decided_at)}",
        xy=(at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(6 if early else -6, -6),
        textcoords="offset points",
        ha="left" if early else "right",
        va="top",
        fontsize=8,
        color=palette.ink,
        bbox={"facecolor": palette.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
    )


def _dress(
    axes: Axes, question: str, drawn: Sequence[Curve], window: tuple[datetime, datetime], palette: Palette
) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    limits: Any = window
    axes.set_xlim(*limits)
    locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]  # has no types
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # has no types
    axes.set_title(_short(question, TITLE_CHARS), loc="left", fontsize=10, color=palette.ink, pad=10)
    axes.set_ylabel(next((curve.unit for curve in drawn if curve.unit), "") or "", fontsize=9, color=palette.muted)
    axes.set_xlabel("when it was seen (UTC)", fontsize=9, color=palette.muted)
    axes.grid(color=palette.grid, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8, colors=palette.muted)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(palette.grid)
    axes.margins(y=0.18)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(
            fontsize=7.5, frameon=False, labelcolor=palette.ink, loc="upper left", bbox_to_anchor=(0, -0.14), ncols=1
        )


def _short(words: str, budget: int) -> str:
    return words if len(words) <= budget else words[: budget - 1] + "…"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "…")) else f"{text}."


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def _number(text: str, unit: str | None) -> str:
    return f"{text} {unit}" if unit else text
