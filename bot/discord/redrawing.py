"""Which cards are to be drawn again: those that something on the record is about, and every one now and then.

Drawing a card takes some milliseconds, and there may be hundreds, while the record grows with every look at a source.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from bot.store import Store, schema
from bot.store.card_grounds import Ground, Moved, grounds, moved_since

MOST_AGED = 25
"""Cards that are drawn again at once for no other reason than that it was long ago: a tenth of a second."""
AGAIN_S = 10.0
"""After that time a card is tried again that could not be drawn."""


@dataclass(frozen=True, slots=True)
class Due:
    """What one look found: the cards to draw, up to which act that is told, and what each card hung on then."""

    cards: frozenset[int]
    act: int
    on: Mapping[int, Ground]


@dataclass
class Redrawing:
    """Remembers what each card was last drawn on, and when; what it forgets is drawn once more, no worse.

    `aged_s`: a card may also change as time passes, so none stands for longer than about this without being drawn.
    """

    aged_s: float
    most_aged: int = MOST_AGED
    _act: int = 0
    _on: dict[int, Ground] = field(default_factory=dict)
    _drawn: dict[int, float] = field(default_factory=dict)
    _undrawn: dict[int, float] = field(default_factory=dict)

    def due(self, store: Store, debate: str, now: float) -> Due:
        """`now` is in seconds of any clock that never goes back; it only reads."""
        with store.reading() as connection:
            act = connection.execute(sa.select(sa.func.max(schema.audit.c.id))).scalar() or 0
            on = grounds(connection, debate)
            moved = moved_since(connection, self._act, debate) if self._on and act > self._act else Moved()
        fresh = {number for number, ground in on.items() if self._on.get(number) != ground or moved.moves(ground)}
        fresh -= {number for number, tried in self._undrawn.items() if now - tried < AGAIN_S}
        aged = [number for number in sorted(self._drawn, key=self._drawn.__getitem__) if self._is_aged(number, now)]
        left = [number for number in aged if number in on and number not in fresh]
        return Due(frozenset(fresh.union(left[: self.most_aged])), act, on)

    def done(self, due: Due, now: float, undrawn: Collection[int] = ()) -> None:
        """What was due then has been drawn and put down, but for those that could not be drawn."""
        failed = {number: at for number, at in self._undrawn.items() if number in due.on and number not in due.cards}
        self._undrawn = failed | {number: now for number in due.cards if number in undrawn}
        self._act = due.act
        self._on = {number: ground for number, ground in due.on.items() if number not in self._undrawn}
        drawn = {number: at for number, at in self._drawn.items() if number in due.on} | dict.fromkeys(due.cards, now)
        self._drawn = {number: at for number, at in drawn.items() if number not in self._undrawn}

    def _is_aged(self, number: int, now: float) -> bool:
        return now - self._drawn[number] >= self.aged_s
