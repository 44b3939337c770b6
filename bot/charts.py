"""A decision as a picture: the metric as a step function of when it was seen, the threshold, the decision, revisions.

Drawn from a verdict's trace alone. matplotlib is imported on first use, and one lock guards it (it is not thread-safe).
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from resolvers.verdict import Step, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE_PX = (1200, 675)
DPI = 150
INK, MUTED, GRID, PAPER = "#1f2430", "#5b6472", "#dfe3ea", "#ffffff"
LINES = ("#1f5fbf", "#c2570c", "#2e7d4f", "#7a3fa0")
_lock = threading.Lock()

Series = Sequence[tuple[datetime, str | None]]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of the chart: what it is in words, its unit, and its steps."""

    words: str
    unit: str | None
    steps: Series

    @property
    def constant(self) -> bool:
        return len({text for _, text in self.steps}) == 1


def curves(trace: Step) -> tuple[Curve, ...]:
    """Every numeric series of the trace, in the order of the reasoning, without repeats."""
    found: dict[tuple[str, Series], Curve] = {}
    for step in _walk(trace):
        if step.series:
            found.setdefault((step.words, step.series), Curve(step.words, step.unit, step.series))
    return tuple(found.values())


def alt_text(verdict: Verdict, decided_at: datetime | None) -> str:
    """The chart in words, with the same numbers."""
    parts = [f"{verdict.slug}: {verdict.because}"]
    for curve in curves(verdict.trace):
        shown = [text for _, text in curve.steps if text is not None]
        if curve.constant and shown:
            parts.append(f"{curve.words} stays at {_number(shown[0], curve.unit)}.")
        elif shown:
            parts.append(
                f"{curve.words} goes from {_number(shown[0], curve.unit)} to {_number(shown[-1], curve.unit)}."
            )
    if decided_at:
        parts.append(f"Decided {decided_at.astimezone(UTC):%Y-%m-%d}.")
    return " ".join(parts)


def png(verdict: Verdict, question: str, *, decided_at: datetime | None, later: Step | None = None) -> bytes:
    """The chart as PNG, 1200 by 675. `later` is the same tree traced on later evidence: revisions are dotted."""
    from matplotlib.figure import Figure

    with _lock:
        figure = Figure(figsize=(SIZE_PX[0] / DPI, SIZE_PX[1] / DPI), dpi=DPI, layout="constrained", facecolor=PAPER)
        axes = figure.add_subplot()
        drawn = curves(verdict.trace)
        for number, curve in enumerate(drawn):
            _draw(axes, curve, LINES[number % len(LINES)])
        if later:
            _draw_revisions(axes, drawn, curves(later))
        _decision(axes, decided_at, verdict)
        _dress(axes, question, drawn)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Description": alt_text(verdict, decided_at)})
        return out.getvalue()


def _walk(step: Step) -> Iterator[Step]:
    yield step
    for below in step.steps:
        yield from _walk(below)


def _points(steps: Series) -> tuple[Any, list[float]]:
    """Steps as coordinates; unknown stretches are gaps. Floats are for the picture only."""
    return [at for at, _ in steps], [float(Decimal(text)) if text is not None else float("nan") for _, text in steps]


def _draw(axes: Axes, curve: Curve, colour: str) -> None:
    times, values = _points(curve.steps)
    if not times:
        return
    style: dict[str, Any] = {"color": colour, "label": _short(curve.words)}
    if curve.constant:
        axes.axhline(values[0], linestyle=(0, (6, 3)), linewidth=1.4, **style)
    else:
        axes.step(times, values, where="post", linewidth=2.2, **style)
        axes.plot(times, values, linestyle="none", marker="o", markersize=3.5, color=colour)


def _draw_revisions(axes: Axes, then: Sequence[Curve], now: Sequence[Curve]) -> None:
    """What the same lines look like on later evidence, where that differs."""
    before = {curve.words: curve for curve in then}
    labelled = False
    for curve in now:
        known = before.get(curve.words)
        if known is None or curve.constant or tuple(known.steps) == tuple(curve.steps):
            continue
        times, values = _points(curve.steps)
        label = None if labelled else "on later evidence"
        axes.step(times, values, where="post", linewidth=1.2, linestyle=":", color=MUTED, label=label)
        labelled = True


def _decision(axes: Axes, decided_at: datetime | None, verdict: Verdict) -> None:
    if decided_at is None:
        return
    at: Any = decided_at  # matplotlib takes dates, its types do not say so
    said = verdict.outcome.words() if verdict.outcome else verdict.state
    axes.axvline(at, color=INK, linewidth=1.1)
    axes.annotate(
        f"decided {_short(said, 34)}\n{decided_at.astimezone(UTC):%Y-%m-%d}",
        xy=(at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(-6, -6),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=8,
        color=INK,
    )


def _dress(axes: Axes, question: str, drawn: Sequence[Curve]) -> None:
    axes.set_title(_short(question, 100), loc="left", fontsize=10.5, color=INK, pad=10)
    unit = next((curve.unit for curve in drawn if curve.unit), "")
    axes.set_ylabel(unit or "", fontsize=9, color=MUTED)
    axes.set_xlabel("seen (UTC)", fontsize=9, color=MUTED)
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8, colors=MUTED)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GRID)
    if drawn:
        axes.legend(fontsize=8, frameon=False, loc="lower right")
    axes.margins(y=0.15)
    for label in axes.get_xticklabels():
        label.set_rotation(0)


def _short(words: str, budget: int = 60) -> str:
    return words if len(words) <= budget else words[: budget - 1] + "…"


def _number(text: str, unit: str | None) -> str:
    return f"{text} {unit}" if unit else text
