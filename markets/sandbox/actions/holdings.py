"""Keeping each trader's position up to date, and turning YES and NO of one pool into mana.

Observed: manifold.md section 3.1 and recorded positions, looked at 2026-11-21. A position is as of its trader's last
bet: other people's trades do not touch it.
"""

from __future__ import annotations

from dataclasses import replace

from markets.sandbox.economics.matching import DUST
from markets.sandbox.economics.pool import Side
from markets.sandbox.entities import Bet, Position
from markets.sandbox.ledger import change_balance
from markets.sandbox.world import World


def position_of(world: World, market_id: str, answer_id: str | None, user_id: str) -> Position:
    """What a trader holds of a pool, perhaps nothing."""
    key = f"{market_id}/{answer_id or ''}/{user_id}"
    fresh = Position(id=key, contract_id=market_id, answer_id=answer_id, user_id=user_id)
    return world.state.positions.get(key) or fresh


def shares_of(position: Position, side: Side) -> float:
    """The shares of one side."""
    return position.yes if side == "YES" else position.no


def _moved(position: Position, side: Side, mana: float, shares: float) -> Position:
    """The position after a purchase, or (with negative amounts) a sale at average cost."""
    held, spent = (position.yes, position.spent_yes) if side == "YES" else (position.no, position.spent_no)
    if shares < 0 or mana < 0:
        spent += spent * shares / held if held else 0.0
        position = replace(position, sold=position.sold - mana)
    else:
        spent += mana
        position = replace(position, invested=position.invested + mana)
    held += shares
    held = 0.0 if abs(held) < DUST else held
    if side == "YES":
        return replace(position, yes=held, spent_yes=spent)
    return replace(position, no=held, spent_no=spent)


def _valued(position: Position, prob: float, now: int) -> Position:
    payout = position.yes * prob + position.no * (1 - prob)
    profit = payout + position.sold - position.invested
    return replace(position, payout=payout, profit=profit, last_prob=prob, last_bet_time=now)


def apply_trade(world: World, bet: Bet, mana: float, shares: float, prob: float) -> None:
    """Put a trade of a bet's owner into the position, redeem what is held on both sides, and value it at prob."""
    position = position_of(world, bet.contract_id, bet.answer_id, bet.user_id)
    position = _moved(position, bet.side, mana, shares)
    pairs = min(position.yes, position.no)
    if pairs > DUST:
        position = _moved(position, "YES", -pairs * prob, -pairs)
        position = _moved(position, "NO", -pairs * (1 - prob), -pairs)
        change_balance(world.state, bet.user_id, pairs)
        _record_redemption(world, bet, "YES", pairs, prob)
        _record_redemption(world, bet, "NO", pairs, prob)
    world.state.positions.put(_valued(position, prob, world.now))


def _record_redemption(world: World, bet: Bet, side: Side, pairs: float, prob: float) -> None:
    mana = -pairs * (prob if side == "YES" else 1 - prob)
    world.state.bets.put(
        Bet(
            id=world.state.new_id(world.state.bets, 12),
            contract_id=bet.contract_id,
            user_id=bet.user_id,
            answer_id=bet.answer_id,
            side=side,
            mana=mana,
            order_mana=mana,
            shares=-pairs,
            prob_before=prob,
            prob_after=prob,
            created_time=world.now,
            updated_time=world.now,
            is_redemption=True,
            is_order=False,
        )
    )


def give_shares(world: World, bet: Bet) -> None:
    """Put shares that came (or, negative, went) without mana into a position, and keep the row that says so."""
    world.state.bets.put(bet)
    position = position_of(world, bet.contract_id, bet.answer_id, bet.user_id)
    if bet.side == "YES":
        position = replace(position, yes=position.yes + bet.shares)
    else:
        position = replace(position, no=max(position.no + bet.shares, 0.0))
    world.state.positions.put(_valued(position, bet.prob_after, world.now))
