"""The dates under a chart: few enough to be read, each with as much of its month and year as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

LEAST, MOST = 4, 9
"""Dates under a picture."""
TOO_NEAR = 0.055
"""Part of the picture's width by which two of them must differ."""


def ticks(low: datetime, high: datetime) -> list[datetime]:
    """Round instants (UTC) within a stretch; of two that are too near each other the later one."""
    from matplotlib.dates import AutoDateLocator, num2date

    locator = AutoDateLocator(minticks=LEAST, maxticks=MOST)  # type: ignore[no-untyped-call]  # has no types
    values = locator.tick_values(low, high)  # type: ignore[no-untyped-call]  # has no types
    dates: list[datetime] = num2date(values)  # type: ignore[no-untyped-call]  # has no types
    found = [at for at in (each.astimezone(UTC) for each in dates) if low <= at <= high]
    near = (high - low) * TOO_NEAR
    return [at for at, later in zip(found, [*found[1:], None], strict=True) if later is None or later - at > near]


def tick_words(found: Sequence[datetime]) -> list[str]:
    """`15 Dec`, `Mar`, `2025` or `18:00`; beneath it the year or the day, where it is the first of it."""
    days = all((at.hour, at.minute, at.second) == (0, 0, 0) for at in found)
    months = days and all(at.day == 1 for at in found)
    if months and all(at.month == 1 for at in found):
        return [str(at.year) for at in found]
    told, last = [], ""
    for at in found:
        beneath = str(at.year) if days else f"{at.day} {at:%b %Y}"
        word = f"{at:%b}" if months else f"{at.day} {at:%b}" if days else f"{at:%H:%M}"
        told.append(word if beneath == last else f"{word}\n{beneath}")
        last = beneath
    return told
