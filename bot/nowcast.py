"""What open markets cost now, as shares of each outcome: for the part of the scoreboard that is drawn apart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from fractions import Fraction

from bot.store.markets import Market
from markets.debate_events import Shares
from markets.live import LiveMarket
from markets.manifold import Manifold

READS_AT_ONCE = 8


async def prices_now(client: Manifold, opened: Sequence[Market]) -> dict[str, Shares]:
    """Manifold's market id -> its price now, of those that are open there and show one."""
    turn = asyncio.Semaphore(READS_AT_ONCE)

    async def one(each: Market) -> LiveMarket | None:
        async with turn:
            return await client.market(each.market_id)

    found = await asyncio.gather(*(one(each) for each in opened))
    told = {each.market_id: _shares(live) for each, live in zip(opened, found, strict=True) if live is not None}
    return {market_id: shares for market_id, shares in told.items() if shares}


def _shares(live: LiveMarket) -> Shares | None:
    """Shares that add up to 1; None where the market has resolved or does not show them all."""
    if live.resolved:
        return None
    if live.probability is not None and not live.answers:
        yes = Fraction(str(live.probability))
        return {"YES": yes, "NO": 1 - yes}
    parts = {each.text: Fraction(str(each.probability)) for each in live.answers if each.probability is not None}
    whole = sum(parts.values(), Fraction(0))
    return {text: part / whole for text, part in parts.items()} if whole and len(parts) == len(live.answers) else None
