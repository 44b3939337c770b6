"""The edges of a panel where positions are read on Manifold: when its seats are drawn, and when a vote is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.review.panel_holding import Positions, known_accounts
from bot.review.panel_seating import Drawn, Look, drawn, listed
from bot.review.panels import PanelCard, answer, asking
from bot.service.surroundings import Surroundings
from bot.service.threads import Threads
from bot.store import Store, panels, proposals
from bot.store.markets import Market
from bot.store.panel_rows import Panel
from markets.spec import DebateSpec
from resolvers.errors import CruxError, Refusal

LEFT_TO_COUNT = timedelta(hours=1)
"""A draw's time ends at least this long before answers come too late, so that what it agreed on is counted in time."""

Holding = Callable[[str, Sequence[Market]], Awaitable[Look]]
"""(person, the markets that ask) -> what a look at their positions found."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What drawing seats and voting need: the store, the threads it is worked on, the debate, and who holds what."""

    store: Store
    threads: Threads
    debate: DebateSpec
    holding: Holding

    @classmethod
    def of(cls, around: Surroundings) -> Asking:
        """As the service has it; positions are read with the exchange's client."""
        accounts = known_accounts(around.store, around.threads, around.debate)
        return cls(around.store, around.threads, around.debate, Positions(lambda: around.exchange.client, accounts))

    async def seat_due(self) -> list[Panel]:
        """Draw seats for every open panel that has none; where Manifold does not answer, one waits for the next time.

        Outside, once all have had their turn, where that was so.
        """
        waiting = await self.threads.read(self._waiting)
        done: list[Panel] = []
        failed: list[CruxError] = []
        for case in waiting:
            try:
                done.append(await self._seat(case))
            except Refusal:  # it changed meanwhile: the next pass sees what it is now
                continue
            except CruxError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return done

    async def vote(
        self,
        number: int,
        *,
        person: str,
        key: str,
        limbs: Mapping[str, str],
        because: str,
        revision: int | None,
    ) -> PanelCard:
        """One seat's word on one row, with their positions read just before; a position refuses it.

        Refusal as in `bot.review.panels.answer`; Outside where Manifold cannot say what they hold.
        """
        markets = await self.threads.read(self._asked_by, number)
        looked = await self.holding(person, markets)
        return await self.threads.write(
            answer,
            self.store,
            number,
            person=person,
            key=key,
            limbs=limbs,
            because=because,
            revision=revision,
            looked=looked,
        )

    async def _seat(self, case: Waiting) -> Panel:
        async def interests(person: str) -> Look:
            proposed = case.proposers.get(person)
            return Look(True, proposed) if proposed else await self.holding(person, case.markets)

        made = await drawn(case.panel.terms, case.panel.draw + 1, listed(self.debate), case.sat, interests)
        return await self.threads.write(seat, self.store, case.panel, made)

    def _waiting(self) -> list[Waiting]:
        now = self.store.now()
        with self.store.reading() as connection:
            there = panels.listing(connection, self.debate.debate)
            return [waiting(connection, one) for one in there if one.until is None and now < one.last]

    def _asked_by(self, number: int) -> tuple[Market, ...]:
        with self.store.reading() as connection:
            return asking(connection, panels.get(connection, number))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A panel without seats: which markets ask it, who made a proposal on one of them, and who has sat on it."""

    panel: Panel
    markets: tuple[Market, ...]
    proposers: Mapping[str, str]
    sat: frozenset[str]


def waiting(connection: sa.Connection, panel: Panel) -> Waiting:
    """What a draw of this panel has to know."""
    markets = asking(connection, panel)
    sat = {person for draw in panels.draws(connection, panel.id) for person in draw.seats}
    return Waiting(panel, markets, proposers(connection, markets), frozenset(sat))


def proposers(connection: sa.Connection, markets: Sequence[Market]) -> dict[str, str]:
    """Who made a proposal on one of these markets, and on which, by the record."""
    slugs = {one.id: market.slug for market in markets for one in proposals.listing(connection, market=market.id)}
    made = panels.proposers(connection, slugs)
    return {person: f"made proposal {number} on {slugs[number]}" for number, person in made.items()}


def seat(store: Store, seen: Panel, made: Drawn) -> Panel:
    """Put a draw on the record, and begin its time; or why nobody could be seated."""
    with store.transaction() as connection:
        now = store.now()
        if made.short:
            return panels.unseated(connection, seen, made.short, now)
        return panels.seated(connection, seen, made.placed, time_of(seen, now), now)


def time_of(panel: Panel, now: datetime) -> datetime:
    """When a draw that begins now is over; a panel's last draw leaves time to count it."""
    left = panel.last - now
    return min(now + timedelta(microseconds=panel.terms.time.us), panel.last - min(LEFT_TO_COUNT, left / 10))
