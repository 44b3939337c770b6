"""Carrying out a resolution: who is paid, what the market and its answers say afterwards.

Manifold.md sections 2 (semantics that surprise) and 3.4, looked at 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from markets.sandbox.economics.payouts import (
    Holding,
    holding_value,
    pool_value,
    refund,
    shared,
    summed,
    weights_of,
)
from markets.sandbox.economics.pool import Pool
from markets.sandbox.entities import BANK, Account, Answer, Market, Position
from markets.sandbox.errors import Refusal
from markets.sandbox.ledger import record
from markets.sandbox.world import World

TOO_LARGE = "Negative balances & payouts too large as a result. Please tag @mods for help resolving this market."
LARGEST_LOSS = 1000  # mana, that a creator's CANCEL may take from someone it leaves below zero
SURE = {"YES": 1.0, "NO": 0.0}
Payments = list[tuple[str, float]]
Worth = Callable[[Holding], float]


def _holding(row: Position) -> Holding:
    return Holding(row.user_id, row.yes, row.no, row.invested, row.sold)


def contributions(world: World, market: Market) -> dict[str, float]:
    """What each liquidity provider put in, net."""
    return summed((row.user_id, row.amount) for row in world.state.provisions.where("contract_id", market.id))


def _worth(outcome: str, weight: float) -> Worth:
    if outcome == "CANCEL":
        return refund
    return lambda holding: holding_value(holding, weight)


def pay_single(world: World, market: Market, outcome: str, given: float | None, me: Account) -> None:
    """Resolve a market with one pool; given is the probability that came with MKT."""
    prob = market.pool.prob
    weight = SURE.get(outcome, prob if given is None else given)
    rows = world.state.positions.where("contract_id", market.id)
    worth = _worth(outcome, weight)
    lp = _lp(world, market, outcome, pool_value(market.pool, weight) + market.subsidy_pool)
    _pay(world, market, outcome, [(row.user_id, worth(_holding(row))) for row in rows], lp, me)
    _close_positions(world, rows, lambda row: worth(_holding(row)))
    shown = given if outcome == "MKT" else prob
    _mark_resolved(world, market, outcome, me, resolution_probability=shown)
    if outcome == "CANCEL":
        take_back_bonuses(world, market)


def _lp(world: World, market: Market, outcome: str, total: float) -> dict[str, float]:
    """What liquidity providers get: their shares of the pool, or on CANCEL all they gave."""
    given = contributions(world, market)
    return given if outcome == "CANCEL" else shared(total, given)


def pay_linked(world: World, market: Market, resolution: str, percents: dict[str, float], me: Account) -> None:
    """Resolve all answers of a sum-to-one market by percents; resolution is what the market will show."""
    cancelled = resolution == "CANCEL"
    weights = weights_of(percents)
    answers = world.state.answers_of(market.id)
    rows = world.state.positions.where("contract_id", market.id)

    def worth(row: Position) -> float:
        return _worth(resolution, weights.get(row.answer_id or "", 0.0))(_holding(row))

    pools = sum(pool_value(answer.pool, weights.get(answer.id, 0.0)) + answer.subsidy_pool for answer in answers)
    lp = _lp(world, market, resolution, pools + market.subsidy_pool)
    _pay(world, market, resolution, [(row.user_id, worth(row)) for row in rows], lp, me)
    _close_positions(world, rows, worth)
    for answer in answers:
        world.state.answers.put(
            replace(
                answer,
                prob=answer.pool.prob if cancelled else percents.get(answer.id, 0.0) / 100,
                resolution_time=world.now,
                resolution_probability=answer.pool.prob,
                resolver_id=me.id,
            )
        )
    _mark_resolved(world, market, resolution, me)
    if cancelled:
        take_back_bonuses(world, market)


def pay_answer(world: World, market: Market, answer: Answer, outcome: str, given: float | None, me: Account) -> None:
    """Resolve one independent answer; the last one resolves the market."""
    prob = answer.pool.prob
    weight = SURE.get(outcome, prob if given is None else given)
    rows = [row for row in world.state.positions.where("contract_id", market.id) if row.answer_id == answer.id]
    worth = _worth(outcome, weight)
    open_answers = [each for each in world.state.answers_of(market.id) if each.resolution is None]
    subsidy = market.subsidy_pool / len(open_answers)
    lp = _answer_lp(world, market, answer, outcome, pool_value(answer.pool, weight) + answer.subsidy_pool + subsidy)
    _pay(world, market, outcome, [(row.user_id, worth(_holding(row))) for row in rows], lp, me, answer)
    _close_positions(world, rows, lambda row: worth(_holding(row)))
    shown = given if outcome == "MKT" else prob
    world.state.answers.put(
        replace(
            answer,
            prob=prob if outcome == "CANCEL" else weight,
            resolution=outcome,
            resolution_time=world.now,
            resolution_probability=shown,
            resolver_id=me.id,
            paid_subsidy=subsidy,
        )
    )
    market = world.state.markets.put(replace(market, subsidy_pool=market.subsidy_pool - subsidy))
    if len(open_answers) == 1:
        outcomes = {each.resolution for each in world.state.answers_of(market.id)}
        final = "CANCEL" if outcomes == {"CANCEL"} else "MKT"
        _mark_resolved(world, market, final, me, resolution_probability=shown)


def _answer_lp(world: World, market: Market, answer: Answer, outcome: str, total: float) -> dict[str, float]:
    """An answer's part of the providers' money; on CANCEL each provider's gift to it, an equal part of the whole."""
    given = contributions(world, market)
    if outcome != "CANCEL":
        return shared(total, given)
    count = len(world.state.answers_of(market.id))
    return {user: mana / count for user, mana in given.items()}


def _pay(
    world: World,
    market: Market,
    outcome: str,
    holders: Payments,
    providers: dict[str, float],
    me: Account,
    answer: Answer | None = None,
) -> None:
    """Write the payout rows, traders' and providers' money of one user together."""
    totals = summed([*holders, *providers.items()])
    if outcome == "CANCEL" and not me.moderator:
        _refuse_ruin(world, totals)
    for user_id, amount in totals.items():
        if amount == 0:
            continue
        extra: dict[str, Any] = {"deposit": providers.get(user_id, 0.0), "payoutStartTime": world.now}
        if answer is not None:
            extra["answerId"] = answer.id
        record(
            world.state,
            world.now,
            "CONTRACT_RESOLUTION_PAYOUT",
            amount,
            market.id,
            user_id,
            description=f"Contract payout for resolution: {market.id}",
            extra=extra,
        )


def _refuse_ruin(world: World, totals: dict[str, float]) -> None:
    for user_id, amount in totals.items():
        if amount < -LARGEST_LOSS and world.state.accounts[user_id].balance + amount < 0:
            raise Refusal(400, TOO_LARGE)


def _close_positions(world: World, rows: Iterable[Position], worth: Callable[[Position], float]) -> None:
    for row in rows:
        payout = worth(row)
        profit = payout + row.sold - row.invested
        world.state.positions.put(replace(row, payout=payout, profit=profit, previous_profit=row.profit))


def _mark_resolved(
    world: World, market: Market, resolution: str, me: Account, resolution_probability: float | None = None
) -> None:
    """The close time moves to the resolution unless it has passed, and so does the time of the last update."""
    market = world.state.markets[market.id]
    close_time = world.now if market.close_time is None else min(market.close_time, world.now)
    world.state.markets.put(
        replace(
            market,
            is_resolved=True,
            resolution=resolution,
            resolution_time=world.now,
            resolution_probability=resolution_probability,
            resolver_id=me.id,
            close_time=close_time,
            last_updated_time=close_time,
        )
    )


def take_back_bonuses(world: World, market: Market) -> None:
    """Take the unique-trader bonuses of a cancelled market back from its creator, each time it is cancelled."""
    received = sum(
        txn.amount
        for txn in world.state.txns.where("to_id", market.creator_id)
        if txn.category == "UNIQUE_BETTOR_BONUS" and txn.extra and txn.extra["contractId"] == market.id
    )
    if received:
        extra = {"contractId": market.id}
        record(world.state, world.now, "CANCEL_UNIQUE_BETTOR_BONUS", received, market.creator_id, BANK, extra=extra)


def pool_of(market: Market, answer: Answer | None) -> Pool:
    """The pool a position belongs to."""
    return answer.pool if answer else market.pool
