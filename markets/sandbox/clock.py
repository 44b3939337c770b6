"""The sandbox's clock: the caller's, unless it has been stopped at an instant."""

from __future__ import annotations

import time
from collections.abc import Callable


def wall_clock() -> int:
    """The real time, unix milliseconds."""
    return time.time_ns() // 1_000_000


class Clock:
    """A clock that can be stopped; called, it gives unix milliseconds."""

    def __init__(self, source: Callable[[], int] = wall_clock) -> None:
        self.source = source
        self.fixed: int | None = None

    def __call__(self) -> int:
        return self.source() if self.fixed is None else self.fixed
