"""What open markets cost now, as shares of each outcome: for the part of the scoreboard that is drawn apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from bot.store.markets import Market
from markets.debate_events import Shares
from markets.manifold import Manifold


async def prices_now(client: Manifold, account_id: str, opened: Sequence[Market]) -> dict[str, Shares]:
    """Manifold's market id -> its price now, of our markets that are open there and show one.

    A request per thousand for which of them have resolved, and one per hundred for what they cost.
    """
    if not opened:
        return {}
    listed = await client.listed(account_id)
    resolved = {number for number, market in listed.items() if market.resolved}
    living = [each for each in opened if each.market_id not in resolved]
    shown = await client.probabilities([each.market_id for each in living])
    told = {each.market_id: _shares(each, shown[each.market_id]) for each in living if each.market_id in shown}
    return {market_id: shares for market_id, shares in told.items() if shares}


def _shares(market: Market, shown: float | Mapping[str, float]) -> Shares | None:
    """Shares that add up to 1; None where the market does not show them all."""
    if isinstance(shown, float):
        yes = Fraction(str(shown))
        return {"YES": yes, "NO": 1 - yes}
    parts = {text: Fraction(str(shown[answer])) for text, answer in market.answers.items() if answer in shown}
    whole = sum(parts.values(), Fraction(0))
    return {text: part / whole for text, part in parts.items()} if whole and len(parts) == len(shown) else None
