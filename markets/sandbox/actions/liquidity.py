"""Adding liquidity to a market and taking it back.

It goes to the subsidy pool first and reaches the price pool by drizzling (manifold.md sections 1.5 and 3.5, looked at
2026-11-21).
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from markets.sandbox.actions.create import provide
from markets.sandbox.economics.pools import added_to_all
from markets.sandbox.entities import Account, Market, Provision
from markets.sandbox.errors import Refusal
from markets.sandbox.ledger import record
from markets.sandbox.wire.numbers import defined
from markets.sandbox.world import World

KEPT_SHARES = 100  # on both sides, after liquidity is taken back
DRIZZLE_MS = 7 * 60_000
MANY_TRADERS = 50


def add_liquidity(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market/{id}/add-liquidity."""
    market = world.market(props["contractId"])
    if market.mechanism == "none":
        raise Refusal(403, "Only cpmm-1 and cpmm-multi-1 are supported")
    if market.closed(world.now):
        raise Refusal(403, "Trading is closed")
    amount = float(props["amount"])
    if me.balance < amount:
        raise Refusal(403, "Insufficient balance")
    record(world.state, world.now, "ADD_SUBSIDY", amount, me.id, market.id)
    total = (market.total_liquidity or 0) + amount
    grown = replace(market, subsidy_pool=market.subsidy_pool + amount, total_liquidity=total)
    world.state.markets.put(replace(grown, last_updated_time=world.now))
    return _row(market, provide(world, market, me.id, amount))


def _row(market: Market, provision: Provision) -> dict[str, Any]:
    pool = {"YES": market.pool_yes, "NO": market.pool_no} if market.mechanism == "cpmm-1" else None
    return defined(
        {
            "id": provision.id,
            "pool": pool,
            "amount": provision.amount,
            "userId": provision.user_id,
            "contractId": provision.contract_id,
            "createdTime": provision.created_time,
        }
    )


def remove_liquidity(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market/{id}/remove-liquidity: by the creator, from both sides of the pool."""
    market = world.market(props["contractId"])
    if market.mechanism != "cpmm-1":
        raise Refusal(403, "Only cpmm-1 is supported")
    if me.id != market.creator_id:
        raise Refusal(403, "You are not the creator of this market")
    if market.closed(world.now):
        raise Refusal(403, "Trading is closed")
    amount = float(props["amount"])
    smaller = market.pool.with_liquidity(-amount)
    if min(smaller.yes, smaller.no) < KEPT_SHARES:
        raise Refusal(403, "Remaining liquidity too low")
    record(world.state, world.now, "REMOVE_SUBSIDY", amount, market.id, me.id)
    total = (market.total_liquidity or 0) - amount
    world.state.markets.put(
        replace(market, pool_yes=smaller.yes, pool_no=smaller.no, p=smaller.p, total_liquidity=total)
    )
    return _row(market, provide(world, market, me.id, -amount))


def drizzle_all(world: World) -> None:
    """Let every subsidy pool drizzle for each seven minutes that have passed."""
    for market in list(world.state.markets):
        if market.subsidy_pool > 0 and not market.is_resolved:
            ticks = (world.now - market.last_drizzle_time) // DRIZZLE_MS
            for _ in range(min(ticks, 100)):
                market = drizzle(market, world, world.state.rng)
            if ticks > 0:
                world.state.markets.put(replace(market, last_drizzle_time=world.now))


def drizzle(market: Market, world: World, rng: random.Random) -> Market:
    """The market after a random part of its subsidy pool has gone into its pools."""
    share = 0.6 if len(market.traders) >= MANY_TRADERS else 0.3
    amount = market.subsidy_pool if market.subsidy_pool <= 1 else rng.random() * share * market.subsidy_pool
    market = replace(market, subsidy_pool=market.subsidy_pool - amount)
    if market.mechanism == "cpmm-1":
        pool = market.pool.with_liquidity(amount)
        return replace(market, pool_yes=pool.yes, pool_no=pool.no, p=pool.p)
    answers = world.state.answers_of(market.id)
    pools = added_to_all([answer.pool for answer in answers], amount, sum_to_one=bool(market.sum_to_one))
    for answer, pool in zip(answers, pools, strict=True):
        world.state.answers.put(replace(answer, pool_yes=pool.yes, pool_no=pool.no, prob=pool.prob))
    return market
