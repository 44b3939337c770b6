"""Bets as the API shows them, and the lists of them.

Filters and order: the contract's `bets` and `bet_points` endpoints, looked at 2026-11-21.
"""

from __future__ import annotations

import math
from typing import Any

from markets.sandbox.entities import Bet, BetFill
from markets.sandbox.errors import Refusal
from markets.sandbox.wire.numbers import defined
from markets.sandbox.world import World

NO_FEES = {"creatorFee": 0, "platformFee": 0, "liquidityFee": 0}
MOST_FULL_ROWS = 10_000


def fill_row(fill: BetFill) -> dict[str, Any]:
    """One piece of a bet; the side that was met resting pays no fees and names none."""
    row: dict[str, Any] = {"matchedBetId": fill.matched, "shares": fill.shares, "amount": fill.mana}
    row["timestamp"] = fill.timestamp
    if fill.sale:
        row["isSale"] = True
    return row if fill.maker else {**row, "fees": NO_FEES}


def placed_bet(bet: Bet) -> dict[str, Any]:
    """A bet as the answer to placing it."""
    order = {
        "orderAmount": bet.order_mana,
        "limitProb": bet.limit,
        "expiresAt": bet.expires_at,
        "isFilled": bet.is_filled,
        "isCancelled": bet.is_cancelled,
        "fills": [fill_row(fill) for fill in bet.fills],
    }
    return defined(
        {
            **(order if bet.is_order else {}),
            "amount": bet.mana,
            "shares": bet.shares,
            "contractId": bet.contract_id,
            "answerId": bet.answer_id,
            "outcome": bet.side,
            "probBefore": bet.prob_before,
            "probAfter": bet.prob_after,
            "loanAmount": 0,
            "createdTime": bet.created_time,
            "fees": NO_FEES,
            "isRedemption": bet.is_redemption,
            "visibility": bet.visibility,
            "betId": bet.id,
            "betGroupId": bet.group_id,
        }
    )


def stored_bet(bet: Bet) -> dict[str, Any]:
    """A bet as a list shows it."""
    row = {**placed_bet(bet), "id": bet.id, "userId": bet.user_id, "updatedTime": bet.updated_time}
    return {**row, "isApi": True} if bet.is_order else row


def bet_point(bet: Bet) -> dict[str, Any]:
    """A bet as a step of the price."""
    row = {"createdTime": bet.created_time, "probBefore": bet.prob_before, "probAfter": bet.prob_after}
    return {**row, "answerId": bet.answer_id} if bet.answer_id else row


def get_bets(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/bets, newest first unless asked otherwise."""
    limit = int(props["limit"])
    if not props.get("points") and limit > MOST_FULL_ROWS:
        raise Refusal(400, f"Non-points limit must be less than or equal to {MOST_FULL_ROWS}")
    found = [bet for bet in _candidates(world, props) if _wanted(world, bet, props)]
    if props.get("count"):
        return len(found)
    found.sort(key=lambda bet: bet.created_time)
    if props.get("order") != "asc":
        found.reverse()
    shown = bet_point if props.get("points") else stored_bet
    return [shown(bet) for bet in found[:limit]]


def get_bet_points(world: World, props: dict[str, Any]) -> Any:
    """GET /bet-points: price steps between two times."""
    return get_bets(world, {**props, "points": True})


def _candidates(world: World, props: dict[str, Any]) -> list[Bet]:
    state = world.state
    if "id" in props:
        bet = state.bets.get(props["id"])
        return [bet] if bet else []
    contracts = props.get("contractId")
    if "contractSlug" in props:
        contracts = [market.id for market in state.markets.where("slug", props["contractSlug"])]
    if contracts is not None:
        ids = contracts if isinstance(contracts, list) else [contracts]
        return [bet for contract in ids for bet in state.bets.where("contract_id", contract)]
    return [bet for bet in state.bets if state.markets[bet.contract_id].visibility == "public"]


def _wanted(world: World, bet: Bet, props: dict[str, Any]) -> bool:
    if "username" in props and world.state.accounts[bet.user_id].username != props["username"]:
        return False
    for key, value in (("userId", bet.user_id), ("answerId", bet.answer_id)):
        if key in props and props[key] != value:
            return False
    if props.get("kinds") == "open-limit" and not bet.rests(world.now):
        return False
    return _in_time(world, bet, props) and _of_kind(bet, props)


def _in_time(world: World, bet: Bet, props: dict[str, Any]) -> bool:
    before, after = world.state.bets.get(props.get("before")), world.state.bets.get(props.get("after"))
    late = min(props.get("beforeTime", math.inf), before.created_time if before else math.inf)
    early = max(props.get("afterTime", -math.inf), after.created_time if after else -math.inf)
    return bool(early < bet.created_time < late)


def _of_kind(bet: Bet, props: dict[str, Any]) -> bool:
    if bet.is_redemption and props.get("filterRedemptions"):
        return False
    if bet.is_redemption and bet.shares == 0 and not props.get("includeZeroShareRedemptions"):
        return False
    if props.get("excludeApi"):
        return False
    return "minAmount" not in props or abs(bet.mana) >= props["minAmount"]
