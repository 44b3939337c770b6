"""The stretch of time that a chart shows: as wide as what was seen, or a day around what was all seen in an hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chart_lines import Curve

SHORT = timedelta(hours=1)
"""What was all seen within this time is a beginning and no course yet: hours on its axis would say nothing."""
AROUND = timedelta(hours=12)
BEFORE, AFTER = 0.02, 0.06
"""Parts of the stretch that are left free before the first point and after the last, for what is written there."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when; `once`: when what was all seen within an hour began, None where there is a course."""

    low: datetime
    high: datetime
    once: datetime | None = None


def window_of(
    drawn: Sequence[Curve], decided_at: datetime | None, as_of: datetime, begins: Sequence[datetime] = ()
) -> Window:
    """From a little before the first point to a little after the last one, the decision, and when it was judged.

    `begins` are instants that are in it besides.
    """
    points = [at for curve in drawn if not curve.threshold for at, _ in curve.steps]
    times = [*begins, *points, *([decided_at] if decided_at else []), as_of]
    low, high = min(times), max(times)
    if high - low < SHORT:
        return Window(low - AROUND, high + AROUND, min([*begins, *points], default=None))
    return Window(low - (high - low) * BEFORE, high + (high - low) * AFTER)
