"""Selling shares: buying the other side and turning the pairs into mana.

Manifold.md section 3.1 and recorded answers, looked at 2026-11-21.
"""

from __future__ import annotations

from typing import Any

from markets.sandbox.actions.bet import answer_arena, open_market, refuse_drained
from markets.sandbox.actions.booking import Arena, bet_fills, book_legs, book_of, move_pools, settle_makers
from markets.sandbox.actions.holdings import apply_trade, position_of, shares_of
from markets.sandbox.economics.arbitrage import Trade
from markets.sandbox.economics.pool import Side
from markets.sandbox.entities import Account, Bet, Market
from markets.sandbox.errors import Refusal
from markets.sandbox.ledger import change_balance
from markets.sandbox.reads.bets import placed_bet
from markets.sandbox.wire.numbers import js_number
from markets.sandbox.world import World

SLACK = 1e-7  # shares; asking for this much more than is held is rounding, not greed


def sell(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market/{id}/sell: some shares of a side, or all of them."""
    market = open_market(world, props, me)
    side: Side = props["outcome"]
    held = _held(world, market, props.get("answerId"), me, side)
    if held <= 0:
        raise Refusal(403, f"You don't have any {side} shares to sell.")
    wanted = float(props.get("shares", held))
    if wanted > held + SLACK:
        raise Refusal(400, f"You can only sell up to {js_number(held)} shares.")
    shares = min(wanted, held)
    arena = answer_arena(world, market, props.get("answerId")) if market.is_multi else Arena(market)
    trade = book_of(world, arena).sell(arena.answer_id or "", side, shares)
    refuse_drained(trade, market, "Sale")
    bet = _sale(world, arena, trade, me, side, shares)
    _book(world, arena, trade, bet)
    shown = placed_bet(bet)
    shown.pop("betGroupId")
    return shown


def _held(world: World, market: Market, answer_id: str | None, me: Account, side: Side) -> float:
    """The shares of a side of one pool, or of all answers when none is named."""
    if not market.is_multi:
        return shares_of(position_of(world, market.id, None, me.id), side)
    rows = [row for row in world.state.positions.where("contract_id", market.id) if row.user_id == me.id]
    return sum(shares_of(row, side) for row in rows if answer_id in (None, row.answer_id))


def _sale(world: World, arena: Arena, trade: Trade, me: Account, side: Side, shares: float) -> Bet:
    proceeds = shares - trade.mana
    return Bet(
        id=world.state.new_id(world.state.bets, 12),
        contract_id=arena.market.id,
        user_id=me.id,
        answer_id=arena.answer_id,
        group_id=world.state.random_text(12),
        side=side,
        mana=-proceeds,
        order_mana=-proceeds,
        shares=-shares,
        prob_before=arena.prob,
        prob_after=trade.direct.pool.prob,
        created_time=world.now,
        updated_time=world.now,
        visibility=None if arena.linked else "public",
        fills=bet_fills(trade, world.now, sale=True),
    )


def _book(world: World, arena: Arena, trade: Trade, bet: Bet) -> None:
    world.state.bets.put(bet)
    change_balance(world.state, bet.user_id, -bet.mana)
    book_legs(world, arena, trade, bet)
    move_pools(world, arena, trade, -bet.mana)
    settle_makers(world, trade.direct, bet.id)
    apply_trade(world, bet, bet.mana, bet.shares, bet.prob_after)
