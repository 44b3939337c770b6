"""Adding an answer to an open multiple choice market.

Cost and effect: manifold.md sections 1.5 and 3.2, looked at 2026-11-21.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markets.sandbox.actions.booking import book_leg, purses, resting_orders
from markets.sandbox.actions.create import new_answer, provide
from markets.sandbox.actions.holdings import give_shares
from markets.sandbox.economics.arbitrage import Quote
from markets.sandbox.economics.matching import DUST
from markets.sandbox.economics.pool import Pool, Side
from markets.sandbox.economics.splitting import split_other
from markets.sandbox.economics.tiers import added_answer_cost
from markets.sandbox.entities import Account, Answer, Bet, Market
from markets.sandbox.errors import Refusal
from markets.sandbox.ledger import record
from markets.sandbox.wire.numbers import js_number
from markets.sandbox.world import World

MOST_LINKED = 100
MOST_INDEPENDENT = 200


def add_answer(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market/{id}/answer."""
    market = world.market(props["contractId"])
    answers = world.state.answers_of(market.id)
    cost = _permitted(world, market, answers, me)
    record(world.state, world.now, "ADD_SUBSIDY", cost, me.id, market.id)
    provide(world, market, me.id, cost)
    total = (market.total_liquidity or 0) + cost
    world.state.markets.put(replace(market, total_liquidity=total, last_updated_time=world.now))
    rest = next((answer for answer in answers if answer.is_other), None)
    if rest is None:
        answer = new_answer(world, market, me.id, len(answers), props["text"], Pool(cost, cost))
        world.state.answers.put(answer)
    else:
        answer = _split(world, market, me, answers, rest, props["text"], cost)
    return {"newAnswerId": answer.id}


def _permitted(world: World, market: Market, answers: list[Answer], me: Account) -> float:
    """What the answer costs, or why it cannot be added."""
    if not market.is_multi:
        raise Refusal(403, "Requires a cpmm multiple choice contract")
    if market.closed(world.now):
        raise Refusal(403, "Trading is closed")
    if market.add_answers_mode in (None, "DISABLED"):
        raise Refusal(400, "Adding answers is disabled")
    if market.add_answers_mode == "ONLY_CREATOR" and me.id != market.creator_id:
        raise Refusal(403, "Only the creator or an admin can create an answer")
    most = MOST_LINKED if market.sum_to_one else MOST_INDEPENDENT
    if len([answer for answer in answers if answer.resolution is None]) >= most:
        raise Refusal(403, f"Cannot add an answer: Maximum number ({most}) of open answers reached.")
    cost = added_answer_cost(market.total_liquidity or 0.0, len(answers))
    if me.balance < cost:
        raise Refusal(403, f"Insufficient balance, need M{js_number(cost)}")
    return cost


def _split(
    world: World, market: Market, me: Account, answers: list[Answer], rest: Answer, text: str, cost: float
) -> Answer:
    """Split the new answer out of "Other", which stays last."""
    _cancel_orders(world, rest)
    orders = resting_orders(world, market.id)
    older = [answer for answer in answers if answer.id != rest.id]
    quotes = [Quote(answer.pool, orders.get(answer.id, ())) for answer in older]
    split = split_other(quotes, rest.pool, cost, purses(world, orders.values()))
    new = new_answer(world, market, me.id, rest.index, text, split.pools[-2])
    new = replace(new, total_liquidity=split.new_liquidity)
    moved = replace(rest, index=rest.index + 1, total_liquidity=split.other_liquidity)
    for answer, pool, leg in zip([*older, new, moved], split.pools, split.takes, strict=True):
        world.state.answers.put(replace(answer, pool_yes=pool.yes, pool_no=pool.no, prob=pool.prob))
        book_leg(world, market, answer, leg, me, "NO", None)
    _pass_on_holdings(world, market, older, rest, world.state.answers[new.id])
    return new


def _cancel_orders(world: World, rest: Answer) -> None:
    for bet in world.state.bets.where("contract_id", rest.contract_id):
        if bet.answer_id == rest.id and bet.rests(world.now):
            world.state.bets.put(replace(bet, is_cancelled=True, updated_time=world.now))


def _pass_on_holdings(world: World, market: Market, older: list[Answer], rest: Answer, new: Answer) -> None:
    """YES of "Other" also becomes YES of the new answer; NO of "Other" turns into YES of every older one."""
    for row in world.state.positions.where("contract_id", market.id):
        if row.answer_id != rest.id:
            continue
        if row.yes > DUST:
            give_shares(world, _given(world, new.id, row.user_id, market, "YES", row.yes))
        if row.no > DUST:
            give_shares(world, _given(world, rest.id, row.user_id, market, "NO", -row.no))
            for answer in older:
                give_shares(world, _given(world, answer.id, row.user_id, market, "YES", row.no))


def _given(world: World, answer_id: str, user_id: str, market: Market, side: Side, shares: float) -> Bet:
    prob = world.state.answers[answer_id].prob
    return Bet(
        id=world.state.new_id(world.state.bets, 12),
        contract_id=market.id,
        user_id=user_id,
        answer_id=answer_id,
        side=side,
        mana=0.0,
        order_mana=0.0,
        shares=shares,
        prob_before=prob,
        prob_after=prob,
        created_time=world.now,
        updated_time=world.now,
        is_redemption=True,
        is_order=False,
    )
