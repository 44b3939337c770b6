"""What the program under test did that Discord, or a careful reader, would not forgive."""

from __future__ import annotations

import re
import time
from collections import deque

MOST_REQUESTS_A_SECOND = 50
"""Global limit of a bot, not counting interaction endpoints (discord-api-docs, rate limits, looked at 2026-11-21)."""


class Refused(Exception):
    """A request that is answered with 4xx; `ordered` means that the test made it so."""

    def __init__(
        self, status: int, code: int, text: str, faults: list[str] | None = None, ordered: bool = False
    ) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.ordered = status, code, text, ordered
        self.faults = faults or []
        self.errors: dict[str, object] = {"_errors": [{"code": "INVALID", "message": one} for one in self.faults]}


class Problems:
    """Sentences, in the order in which they were noticed."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._forgiven: list[re.Pattern[str]] = []
        self._excused: set[int] = set()

    def tell(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.append(sentence)

    def forgive(self, pattern: str) -> None:
        self._forgiven.append(re.compile(pattern))

    def excuse(self, identity: int) -> None:
        """4xx answers to a path with this id were brought about by the test."""
        self._excused.add(identity)

    def is_excused(self, path: str) -> bool:
        return any(int(digits) in self._excused for digits in re.findall(r"\d+", path))

    def told(self, more: list[str]) -> list[str]:
        return [one for one in [*self._told, *more] if not any(p.search(one) for p in self._forgiven)]


class Pace:
    """How many requests came within any one second."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self.peak = 0

    def count(self) -> None:
        now = time.monotonic()
        self._recent.append(now)
        while self._recent[0] <= now - 1:
            self._recent.popleft()
        self.peak = max(self.peak, len(self._recent))

    def problems(self) -> list[str]:
        if self.peak <= MOST_REQUESTS_A_SECOND:
            return []
        return [f"{self.peak} requests within one second; Discord allows {MOST_REQUESTS_A_SECOND}"]
