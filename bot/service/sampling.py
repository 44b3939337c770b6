"""What markets cost, sampled now and then: a few of those longest without a sample each time, politely."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from bot.jobs import Failure, Told, tried_async
from bot.service.surroundings import Surroundings
from bot.store import markets, prices, schema, whole_reads
from bot.store.markets import Market
from bot.store.prices import Sample
from markets.live import LiveMarket
from markets.manifold import Probabilities
from resolvers.errors import Outside

EVERY = timedelta(hours=1)
"""How often each market is sampled, where there are few enough of them."""

AT_ONCE = 4
FEW = 20
"""So many are read one by one; more by Manifold's list of our markets and its probabilities, a hundred a request.

Where that list or those probabilities cannot be read, so many of them are read one by one, the others another time.
"""

LIST = "the list"
"""Under this name, which no market can have, a run tells that the list or its probabilities failed."""

MOST = 500
"""Markets sampled in one run."""

PLACES = Decimal("0.0001")


@dataclass
class Sampling:
    """The `prices` job; reads only, so it needs no key."""

    around: Surroundings

    async def run(self) -> Told:
        """Sample those whose time has come; one that cannot be read keeps no other from it."""
        threads = self.around.threads
        due, account = await threads.read(self._due)
        listed, failed = await self._by_list(due, account) if len(due) > FEW else ({}, {})
        others = due[:FEW] if failed else [market for market in due if market.id not in listed]
        turn = asyncio.Semaphore(AT_ONCE)
        came = await asyncio.gather(*(self._sample(market, turn) for market in others))
        samples = [*listed.values(), *(each for each in came if isinstance(each, Sample))]
        if samples:
            await threads.write(self._keep, samples)
        if failed and not samples:
            raise Outside(failed[LIST])
        failed |= {
            market.slug: each.because for market, each in zip(others, came, strict=True) if isinstance(each, Failure)
        }
        return {"sampled": len(samples)} | ({"failed": failed} if failed else {})

    def _due(self) -> tuple[list[Market], str]:
        """The markets, and the account that they are of."""
        store = self.around.store
        with store.reading() as connection:
            gone = whole_reads.gone(connection)
            now, most = store.now(), MOST + len(gone)
            numbers = prices.due(connection, self.around.debate.debate, now - EVERY, most, now=now)
            account = connection.execute(sa.select(schema.stores.c.account_id)).scalar_one_or_none()
            found = [markets.market(connection, number) for number in numbers]
            return [market for market in found if market.market_id not in gone][:MOST], account or ""

    async def _by_list(self, due: list[Market], account: str) -> tuple[dict[int, Sample], dict[str, str]]:
        """Samples of those that Manifold lists, by our number of the market; or what failed, and why."""
        came = await tried_async("prices by Manifold's list", lambda: self._listed(due, account))
        return ({}, {LIST: came.because}) if isinstance(came, Failure) else (came, {})

    async def _listed(self, due: list[Market], account: str) -> dict[int, Sample]:
        """Samples of those that Manifold lists, by our number of the market."""
        client, at = self.around.exchange.client, self.around.store.now()
        shown = await client.listed(account)
        listed = [market for market in due if market.market_id in shown]
        shares = await client.probabilities([market.market_id for market in listed])
        found = {market.id: _listed_sample(market, shown[market.market_id], shares, at) for market in listed}
        return {number: sample for number, sample in found.items() if sample is not None}

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


def _listed_sample(market: Market, row: LiveMarket, shares: Probabilities, at: datetime) -> Sample | None:
    """A line of the list and its market's probabilities as a sample; None where they do not say enough."""
    told = shares.get(market.market_id)
    if told is None:
        return None
    by_answer = told if isinstance(told, dict) else {}
    known = {text: by_answer[answer] for text, answer in market.answers.items() if answer in by_answer}
    if not isinstance(told, dict):
        known = {"YES": told}
    liquidity = None if row.liquidity_mana is None else _exact(row.liquidity_mana)
    return Sample(market.id, at, {name: _exact(share) for name, share in known.items()}, liquidity)


def _exact(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(PLACES)
