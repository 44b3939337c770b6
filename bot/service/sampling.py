"""What markets cost, sampled now and then: a few of those longest without a sample each time, politely."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.jobs import Failure, Told, tried_async
from bot.service.surroundings import Surroundings
from bot.store import markets, prices
from bot.store.markets import Market
from bot.store.prices import Sample
from markets.live import LiveMarket

EVERY = timedelta(hours=1)
"""How often each market is sampled, where there are few enough of them."""

AT_ONCE = 4
MOST = 200
"""Markets asked for in one run: well below the 500 reads a minute that Manifold allows."""

PLACES = Decimal("0.0001")


@dataclass
class Sampling:
    """The `prices` job; reads only, so it needs no key."""

    around: Surroundings

    async def run(self) -> Told:
        """Sample those whose time has come; one that cannot be read keeps no other from it."""
        threads = self.around.threads
        due = await threads.read(self._due)
        turn = asyncio.Semaphore(AT_ONCE)
        came = await asyncio.gather(*(self._sample(market, turn) for market in due))
        samples = [each for each in came if isinstance(each, Sample)]
        if samples:
            await threads.write(self._keep, samples)
        failed = {
            market.slug: each.because for market, each in zip(due, came, strict=True) if isinstance(each, Failure)
        }
        return {"sampled": len(samples)} | ({"failed": failed} if failed else {})

    def _due(self) -> list[Market]:
        store = self.around.store
        with store.reading() as connection:
            numbers = prices.due(connection, self.around.debate.debate, store.now() - EVERY, MOST)
            return [markets.market(connection, number) for number in numbers]

    async def _sample(self, market: Market, turn: asyncio.Semaphore) -> Sample | Failure | None:
        async with turn:
            live = await tried_async(
                f"price of {market.slug}", lambda: self.around.exchange.client.market(market.market_id)
            )
        if live is None or isinstance(live, Failure):
            return live
        return sample_of(market, live, self.around)

    def _keep(self, samples: list[Sample]) -> None:
        with self.around.store.transaction(durable=False) as connection:
            prices.keep(connection, samples)


def sample_of(market: Market, live: LiveMarket, around: Surroundings) -> Sample:
    """What Manifold shows of a market as a sample of now."""
    shares = {"YES": live.probability} if not live.answers else {one.text: one.probability for one in live.answers}
    known = {name: _exact(share) for name, share in shares.items() if share is not None}
    liquidity = None if live.liquidity_mana is None else _exact(live.liquidity_mana)
    return Sample(market.id, around.store.now(), known, liquidity)


def _exact(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(PLACES)
