"""Betting, with and without a limit, and cancelling limit orders.

Refusals and the shape of fills: manifold.md sections 1.6 and 3.1, looked at 2026-11-21.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from markets.sandbox.actions.booking import (
    FILLED,
    Arena,
    bet_fills,
    book_legs,
    book_of,
    count_trader,
    move_pools,
    settle_makers,
)
from markets.sandbox.actions.holdings import apply_trade
from markets.sandbox.economics.arbitrage import Trade
from markets.sandbox.economics.matching import DUST
from markets.sandbox.economics.pool import Side
from markets.sandbox.entities import Account, Bet, Market
from markets.sandbox.errors import Refusal, unexpected
from markets.sandbox.ledger import change_balance
from markets.sandbox.reads.bets import placed_bet, stored_bet
from markets.sandbox.world import World

LEAST_POOL = 0.01  # shares on either side of a cpmm-1 pool
CAPS: dict[Side, float] = {"YES": 0.99, "NO": 0.01}
BLOCKED = "You have blocked yourself from betting on this market. Contact a moderator if you need this reversed."


def open_market(world: World, props: dict[str, Any], me: Account) -> Market:
    """The market of a bet or sale, if it is one that trades now."""
    market = world.state.markets.get(props["contractId"])
    if market is None:
        raise unexpected()
    if market.mechanism == "none":
        raise Refusal(400, "This is not a market")
    if market.closed(world.now):
        raise Refusal(403, "Trading is closed.")
    if market.creator_banned and me.id == market.creator_id:
        raise Refusal(403, BLOCKED)
    return market


def _arena(world: World, market: Market, props: dict[str, Any]) -> Arena:
    """Where a bet would happen; refusals in the order of the real server."""
    if not market.is_multi:
        _refuse_expired(world, props, 400)
        return Arena(market)
    if not props.get("answerId"):
        raise Refusal(400, "answerId must be specified for multi bets")
    _refuse_expired(world, props, 403)
    return answer_arena(world, market, props["answerId"])


def _refuse_expired(world: World, props: dict[str, Any], status: int) -> None:
    if "expiresAt" in props and props["expiresAt"] < world.now:
        raise Refusal(status, "Bet cannot expire in the past.")


def answer_arena(world: World, market: Market, answer_id: str | None) -> Arena:
    """The answer a bet or sale is about, if it is open."""
    answer = world.state.answers.get(answer_id)
    if answer is None or answer.contract_id != market.id:
        raise Refusal(404, "Answer not found")
    if answer.resolution is not None:
        raise Refusal(403, "Answer is resolved and cannot be bet on")
    if market.sum_to_one and len(world.state.answers_of(market.id)) < 2:
        raise Refusal(403, "Cannot bet until at least two answers are added.")
    return Arena(market, answer)


def place_bet(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/bet."""
    market = open_market(world, props, me)
    if me.balance < props["amount"]:
        raise Refusal(403, "Insufficient balance.")
    if market.outcome_type == "STONK":
        raise Refusal(403, "API users cannot bet on STONK contracts.")
    arena = _arena(world, market, props)
    limit = _whole_percent(market, props)
    side: Side = props["outcome"]
    stop = CAPS[side] if limit is None else limit
    trade = book_of(world, arena).buy(arena.answer_id or "", side, props["amount"], stop)
    bet = _bet(world, props, me, arena, trade)
    if bet.order_mana <= DUST:
        raise Refusal(400, "Betting allowed only between 1-99%.")
    if props.get("dryRun"):
        return placed_bet(replace(bet, id="dry-run", group_id=None))
    refuse_drained(trade, market, "Trade")
    _book(world, arena, trade, bet, me)
    return placed_bet(bet)


def _whole_percent(market: Market, props: dict[str, Any]) -> float | None:
    """The limit, which must be whole percents except on numeric markets."""
    limit: float | None = props.get("limitProb")
    if limit is None or market.outcome_type == "PSEUDO_NUMERIC":
        return limit
    if abs(limit * 100 - round(limit * 100)) > FILLED:
        raise Refusal(400, "limitProb must be in increments of 0.01 (i.e. whole percentage points)")
    return round(limit * 100) / 100


def _bet(world: World, props: dict[str, Any], me: Account, arena: Arena, trade: Trade) -> Bet:
    """The bet row: without a limit, only independent answers keep the amount that was asked for."""
    limit, asked = props.get("limitProb"), float(props["amount"])
    keeps_asked = limit is not None or arena.market.independent
    expires = props.get("expiresAt")
    if "expiresMillisAfter" in props:
        expires = world.now + int(props["expiresMillisAfter"])
    return Bet(
        id=world.state.new_id(world.state.bets, 12),
        contract_id=arena.market.id,
        user_id=me.id,
        answer_id=arena.answer_id,
        group_id=world.state.random_text(12) if arena.linked else None,
        side=props["outcome"],
        mana=trade.mana,
        order_mana=asked if keeps_asked else trade.mana,
        shares=trade.shares,
        limit=limit,
        expires_at=expires,
        prob_before=arena.prob,
        prob_after=trade.direct.pool.prob,
        created_time=world.now,
        updated_time=world.now,
        is_filled=limit is None or asked - trade.mana <= FILLED,
        fills=bet_fills(trade, world.now),
    )


def refuse_drained(trade: Trade, market: Market, what: str) -> None:
    """Refuse a trade that would all but empty one side of the pool."""
    pool = trade.direct.pool
    drained = not min(pool.yes, pool.no) >= LEAST_POOL
    if market.mechanism == "cpmm-1" and (drained or not math.isfinite(trade.mana)):
        raise Refusal(403, f"{what} too large for current liquidity pool.")


def _book(world: World, arena: Arena, trade: Trade, bet: Bet, me: Account) -> None:
    """Write the bet; an order that found nothing yet is only kept."""
    world.state.bets.put(bet)
    if bet.mana <= DUST:
        return
    count_trader(world, arena, me)
    change_balance(world.state, me.id, -bet.mana)
    book_legs(world, arena, trade, bet)
    move_pools(world, arena, trade, bet.mana)
    settle_makers(world, trade.direct, bet.id)
    apply_trade(world, bet, bet.mana, bet.shares, bet.prob_after)
    account = world.state.accounts[me.id]
    world.state.accounts.put(replace(account, last_bet_time=world.now))


def cancel_bet(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/bet/cancel/{id}."""
    bet = world.state.bets.get(props["betId"])
    if bet is None:
        raise unexpected()
    if bet.user_id != me.id:
        raise Refusal(403, "You can only cancel your own bets")
    if bet.limit is None:
        raise Refusal(403, "Not a limit order. Cannot cancel.")
    if bet.is_cancelled:
        raise Refusal(403, "Bet already cancelled")
    return stored_bet(world.state.bets.put(replace(bet, is_cancelled=True, updated_time=world.now)))
