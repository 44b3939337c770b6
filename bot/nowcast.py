"""What open markets cost now, as shares of each outcome: for the part of the scoreboard that is drawn apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from bot.store.markets import Market
from markets.debate_events import Shares
from markets.manifold import Manifold

MOST_UNLISTED = 100
"""Markets asked for one by one; whatever of more than these has resolved nobody knows, so they are shown no price."""


async def prices_now(client: Manifold, account_id: str, opened: Sequence[Market]) -> dict[str, Shares]:
    """Manifold's market id -> its price now, of our markets that are open there and show one.

    A request per thousand for which of them have resolved, one for each of the few that Manifold does not list, and one
    per hundred for what they cost.
    """
    if not opened:
        return {}
    listed = await client.listed(account_id)
    unlisted = [each.market_id for each in opened if each.market_id not in listed][:MOST_UNLISTED]
    known = listed | {one: there for one in unlisted if (there := await client.market(one)) is not None}
    living = [each for each in opened if each.market_id in known and not known[each.market_id].resolved]
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
