"""Whose traders are listened to in which run: of many proposals some at a time, those longest unheard first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.review.desk import Card

IN_A_RUN = 100
"""Markets whose replies a run of the service reads while they only have to show: a request each, once a minute."""

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Hearing:
    """Kept as long as somebody reads replies again and again; `at_most` None: all are heard each time."""

    at_most: int | None = None
    _last: dict[int, datetime] = field(default_factory=dict)
    _turn: frozenset[int] = frozenset()

    def begin(self, living: Iterable[Card], now: datetime) -> None:
        """A run begins: these proposals live now."""
        numbers = sorted((each.proposal.id for each in living), key=lambda one: (self._last.get(one, NEVER), one))
        self._turn = frozenset(numbers[: self.at_most])
        self._last = {one: self._last[one] for one in numbers if one in self._last} | dict.fromkeys(self._turn, now)

    def has_turn(self, seen: Card, now: datetime) -> bool:
        """Whether its replies are read in this run: always once its window is over, for then they decide."""
        until = seen.proposal.window_until
        over = seen.proposal.state == "agreed" and (until is None or now >= until)
        return over or seen.proposal.id in self._turn
