"""Plan and apply with the store between: what we know of each market, and writing down what came of each change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.platform import Platform
from bot.ready import held
from bot.review.pausing import paused
from bot.scoring import keep_edits, keep_inputs
from bot.store import Store
from bot.store import markets as opened
from bot.store.outbox import Outbox
from markets.apply import Applied, apply_plan, finish, opened_after
from markets.live import LiveMarket
from markets.load import Loaded
from markets.outbox import CREATION, Write
from markets.plan import Limits, Opened, Plan, plan
from markets.spec import MarketSpec
from resolvers.errors import Refusal

READS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes and carries out plans for one debate on one platform.

    `gated`: a market that the lint, with what the store knows, does not find ready is not opened.
    """

    store: Store
    loaded: Loaded
    platform: Platform
    gated: bool = False

    async def recover(self) -> Applied:
        """Close what an earlier process had begun, before anything new is planned."""
        done = await finish(self._outbox, self.platform.carrier())
        self.write_down()
        return done

    async def plan(
        self, limits: Limits, *, only: Sequence[str] | None = None, restore: frozenset[str] = frozenset()
    ) -> Plan:
        """The difference between the files and Manifold, as it is now."""
        known = opened_after(self._outbox.settled_entries())
        live = await self._live([each.market_id for each in known.values()])
        return plan(
            self.loaded.markets.values(),
            known,
            live,
            limits,
            self.store.now(),
            account_id=self.platform.account.id,
            held=self._held(known) if self.gated else None,
            restore=restore,
            only=only,
        )

    async def apply(
        self, reviewed: Plan, *, checksum: str | None = None, tell: Callable[[str], None] = lambda line: None
    ) -> Applied:
        """Carry out a plan; definitions, and what scores will rest on, are frozen before the first is created.

        Refusal while all is paused; a pause that comes meanwhile stops it before the next change, and what was done
        until then is written down.
        """
        self._refuse_if_paused()
        self._freeze(reviewed)

        def next_one(line: str) -> None:
            self._refuse_if_paused()
            tell(line)

        try:
            done = await apply_plan(reviewed, self._outbox, self.platform.carrier(), checksum=checksum, tell=next_one)
        except Refusal:
            self.write_down()
            raise
        self.write_down()
        keep_edits(self.store, self.loaded)
        return done

    def _refuse_if_paused(self) -> None:
        if (stop := paused(self.store)) is not None:
            raise Refusal(f"{stop.words()}; nothing is applied until `crux resume`")

    def _held(self, known: Mapping[str, Opened]) -> dict[str, str]:
        """Why each market that could open now may not."""
        now = self.store.now()
        due = [slug for slug, each in self.loaded.markets.items() if slug not in known and each.opens <= now]
        return held(self.store, self.loaded, [slug for slug in due if now < self.loaded.markets[slug].closes])

    @property
    def _debate(self) -> str:
        assert self.loaded.debate is not None
        return self.loaded.debate.debate

    @property
    def _outbox(self) -> Outbox:
        assert self.loaded.debate is not None
        return self.platform.outbox(self.store, self.loaded.debate)

    async def _live(self, ids: Sequence[str]) -> dict[str, LiveMarket | None]:
        turn = asyncio.Semaphore(READS_AT_ONCE)

        async def one(market_id: str) -> tuple[str, LiveMarket | None]:
            async with turn:
                return market_id, await self.platform.client.market(market_id)

        return dict(await asyncio.gather(*(one(market_id) for market_id in ids)))

    def _freeze(self, reviewed: Plan) -> None:
        at = self.store.now()
        created = [change.slug for change in reviewed.changes if change.kind == "create"]
        with self.store.transaction() as connection:
            for slug in created:
                freeze(connection, self.loaded.markets[slug], at)
            if created:
                keep_inputs(connection, self.loaded, created, at)

    def write_down(self) -> None:
        """Make our rows of markets agree with what the outbox knows to have happened; again changes nothing.

        Reads only settled entries, so a process that died between the two is made good by the next.
        """
        settled = self._outbox.settled_entries()
        known = opened_after(settled)
        with self.store.transaction() as connection:
            for entry in settled:
                if entry.write.kind == "create" and entry.found is not None:
                    self._opened(connection, entry.write, entry.found)
            for slug, now in known.items():
                self._agree(connection, slug, now)

    def _opened(self, connection: sa.Connection, write: Write, found: Mapping[str, Any]) -> None:
        creation = CREATION.validate_python(write.payload["creation"])
        opened.opened(
            connection,
            debate=self._debate,
            slug=write.slug,
            opening=write.payload["opening"],
            version=write.payload["version"],
            market_id=found["market_id"],
            url=found["url"],
            type=creation.market_type,
            answers=found["answers"],
            at=self._since(found),
            closes_at=creation.closes,
            subsidy_mana=creation.subsidy_mana,
        )

    def _since(self, found: Mapping[str, Any]) -> datetime:
        """Since when the market lives: by Manifold's clock, for it may be written down much later (law 1)."""
        now = self.store.now()
        return min(datetime.fromisoformat(found["created_at"]), now) if found.get("created_at") else now

    def _agree(self, connection: sa.Connection, slug: str, now: Opened) -> None:
        there = opened.find(connection, self._debate, slug, now.opening)
        if there is None or (there.subsidy_mana, there.closes_at) == (now.subsidy_mana, now.closes):
            return
        opened.change(
            connection, there, act="update", at=self.store.now(), subsidy_mana=now.subsidy_mana, closes_at=now.closes
        )


def freeze(connection: sa.Connection, spec: MarketSpec, at: datetime) -> None:
    """Keep a definition for all time, under its hash."""
    opened.freeze(
        connection,
        version=spec.version,
        debate=spec.debate,
        slug=spec.slug,
        canonical=spec.frozen(),
        description=spec.description,
        sources=spec.rule.sources(),
        at=at,
    )
