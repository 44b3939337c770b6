"""Whose traders are listened to in which run: of many proposals some at a time, those longest unheard first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.review.desk import Card
from markets.live import LiveComment
from resolvers.errors import Outside

IN_A_RUN = 100
"""Markets whose replies a run of the service reads while they only have to show: a request each, once a minute."""

ENOUGH_FAILURES = 3
"""So many markets whose replies cannot be read are Manifold's trouble: none is asked for any more in that run."""

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Hearing:
    """Kept as long as somebody reads replies again and again; `at_most` None: all are heard each time."""

    at_most: int | None = None
    _last: dict[int, datetime] = field(default_factory=dict)
    _turn: frozenset[int] = frozenset()
    _unheard: set[int] = field(default_factory=set)
    _failures: int = 0

    def begin(self, living: Iterable[Card], now: datetime) -> list[Card]:
        """A run begins: these proposals live now; in this order, so that whom nobody could hear keeps none waiting."""
        ordered = sorted(living, key=lambda each: (each.proposal.id in self._unheard, each.proposal.id))
        numbers = sorted((each.proposal.id for each in ordered), key=lambda one: (self._last.get(one, NEVER), one))
        self._failures, self._turn = 0, frozenset(numbers[: self.at_most])
        self._last = {one: self._last[one] for one in numbers if one in self._last} | dict.fromkeys(self._turn, now)
        self._unheard &= {*numbers}
        return ordered

    def has_turn(self, seen: Card, now: datetime) -> bool:
        """Whether its replies are read in this run: always once its window is over, for then they decide."""
        until = seen.proposal.window_until
        over = seen.proposal.state == "agreed" and (until is None or now >= until)
        return over or seen.proposal.id in self._turn

    async def hear(self, seen: Card, read: Callable[[], Awaitable[list[LiveComment]]]) -> list[LiveComment]:
        """What `read` returns; Outside where it fails, and at once where it has failed for some in this run already.

        A read is repeated for 15 s, and all who write wait meanwhile.
        """
        if self._failures >= ENOUGH_FAILURES:
            raise Outside("Manifold's replies could not be read for others in this run: the next one tries again")
        self._unheard.add(seen.proposal.id)
        try:
            replies = await read()
        except Outside:
            self._failures += 1
            raise
        self._unheard.discard(seen.proposal.id)
        return replies
