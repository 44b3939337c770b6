"""The server's own time, which a test may move on, and the ids that carry it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

DISCORD_EPOCH_MS = 1420070400000
"""First millisecond of 2015: where a snowflake's time begins (discord-api-docs, reference, looked at 2026-11-21)."""


class Clock:
    """Real time plus what the test has added."""

    def __init__(self) -> None:
        self._began = datetime.now(UTC)
        self._mark = time.monotonic()
        self._added_s = 0.0
        self._last_id = 0
        self._turn = threading.Lock()

    def seconds(self) -> float:
        """Seconds since the server was made; never runs backwards."""
        return time.monotonic() - self._mark + self._added_s

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.seconds())

    def stamp(self) -> str:
        return self.now().isoformat()

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once: tokens age, pinned times and new ids move on."""
        self._added_s += seconds

    def snowflake(self) -> int:
        """A new id; larger than every id before."""
        moment = (int(self.now().timestamp() * 1000) - DISCORD_EPOCH_MS) << 22
        with self._turn:
            self._last_id = max(moment, self._last_id + 1)
            return self._last_id
