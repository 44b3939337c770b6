"""Days and times as answers tell them, in UTC; whoever shows them may turn them into the reader's own."""

from __future__ import annotations

from datetime import UTC, datetime

UNKNOWN = "at a time not known"


def day(at: datetime | None) -> str:
    """`2026-11-21`."""
    return at.astimezone(UTC).date().isoformat() if at else UNKNOWN


def moment(at: datetime | None) -> str:
    """`2026-11-21 14:35 UTC`."""
    return f"{day(at)} {at.astimezone(UTC):%H:%M} UTC" if at else UNKNOWN
