"""Guards: a price is that of a market which lives: one that has resolved on Manifold has none, listed there or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from service_builders import Scene

from bot import nowcast
from bot.nowcast import prices_now
from bot.store import markets, schema
from markets.debate_events import Shares

UNLISTED: dict[str, Any] = {"visibility": "unlisted"}
RESOLVED: dict[str, Any] = {"is_resolved": True, "resolution": "YES"}


async def priced(there: Scene) -> dict[str, Shares]:
    """Prices of the debate's markets, by their slugs."""
    with there.store.reading() as connection:
        opened = markets.every(connection, "small", living=True)
        account = connection.execute(schema.stores.select()).one().account_id
    found = await prices_now(there.service.exchange.client, account, opened)
    return {each.slug: found[each.market_id] for each in opened if each.market_id in found}


def become(there: Scene, slug: str, **what: Any) -> None:
    """That is how the market is on Manifold now."""
    with there.store.reading() as connection:
        market = markets.find(connection, "small", slug)
    assert market is not None
    rows = there.sandbox.state.markets
    rows.restore(market.market_id, replace(rows[market.market_id], **what))


async def test_a_market_that_resolved_on_manifold_has_no_price_whether_it_is_listed_or_not(there: Scene) -> None:
    await there.once("collect", "plan")
    become(there, "reach-85", **UNLISTED, **RESOLVED)
    become(there, "reach-95", **UNLISTED)
    become(there, "when-80", **RESOLVED)
    assert set(await priced(there)) == {"leader", "reach-95"}


async def test_of_more_unlisted_markets_than_are_asked_for_the_others_have_no_price(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nowcast, "MOST_UNLISTED", 1)
    await there.once("collect", "plan")
    become(there, "reach-85", **UNLISTED)
    become(there, "reach-95", **UNLISTED)
    assert len(await priced(there)) == 3
