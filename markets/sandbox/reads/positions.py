"""Who holds what: the rows of GET /v0/market/{id}/positions.

Order: gains from the largest, then losses from the largest, or by shares (recorded answers, looked at 2026-11-21).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from markets.sandbox.entities import Position
from markets.sandbox.world import World


def position_row(position: Position, *, summary: bool = False) -> dict[str, Any]:
    """One trader's holding of one pool, or the sum over all answers."""
    has_yes, has_no = position.yes >= 1, position.no >= 1
    shown = {
        "loan": 0,
        "marginLoan": 0,
        "userId": position.user_id,
        "contractId": position.contract_id,
        "answerId": position.answer_id,
        "payout": position.payout,
        "profit": position.profit,
        "profitPercent": 100 * position.profit / position.invested if position.invested else 0,
        "invested": position.spent_yes + position.spent_no,
        "totalSpent": {"YES": position.spent_yes, "NO": position.spent_no},
        "totalShares": {"YES": position.yes, "NO": position.no},
        "totalAmountInvested": position.invested,
        "totalAmountSold": position.sold,
        "hasYesShares": has_yes,
        "hasNoShares": has_no,
        "hasShares": position.yes > 0 or position.no > 0,
        "maxSharesOutcome": None if summary else _larger(position),
        "lastProb": None if summary else position.last_prob,
        "lastBetTime": position.last_bet_time,
    }
    if position.previous_profit is not None and not summary:
        shown["previousProfit"] = position.previous_profit
    return shown


def _larger(position: Position) -> str | None:
    """The side with more shares, None for whoever is all but sold out."""
    if position.yes < 1 and position.no < 1:
        return None
    return "NO" if position.no > position.yes else "YES"


def summary_of(rows: list[Position]) -> Position:
    """One trader's holdings of all answers added up."""
    names = ("yes", "no", "spent_yes", "spent_no", "invested", "sold", "payout", "profit")
    totals = {name: sum(getattr(row, name) for row in rows) for name in names}
    return Position(
        id="",
        contract_id=rows[0].contract_id,
        user_id=rows[0].user_id,
        last_bet_time=max(row.last_bet_time for row in rows),
        **totals,
    )


def get_positions(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/market/{id}/positions; on several answers, rows for each answer and one summary for each trader."""
    market = world.state.markets.get(props["id"])
    if market is None:
        return []
    rows = [row for row in world.state.positions.where("contract_id", market.id) if _of(row, props)]
    pairs = [(row, False) for row in rows]
    if market.is_multi and "answerId" not in props:
        pairs += [(summary_of(own), True) for own in _by_user(rows)]
    if "userId" not in props:
        pairs = _by_shares(pairs, props) if props.get("order") == "shares" else _by_profit(pairs, props)
    return [position_row(row, summary=summary) for row, summary in pairs]


def _of(row: Position, props: dict[str, Any]) -> bool:
    return props.get("userId", row.user_id) == row.user_id and props.get("answerId", row.answer_id) == row.answer_id


def _by_user(rows: Iterable[Position]) -> list[list[Position]]:
    found: dict[str, list[Position]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append(row)
    return list(found.values())


Pair = tuple[Position, bool]


def _by_profit(pairs: list[Pair], props: dict[str, Any]) -> list[Pair]:
    gains = sorted((pair for pair in pairs if pair[0].profit > 0), key=lambda pair: -pair[0].profit)
    losses = sorted((pair for pair in pairs if pair[0].profit < 0), key=lambda pair: pair[0].profit)
    return gains[: _limit(props, "top")] + losses[: _limit(props, "bottom")]


def _by_shares(pairs: list[Pair], props: dict[str, Any]) -> list[Pair]:
    yes = sorted((pair for pair in pairs if pair[0].yes >= 1), key=lambda pair: -pair[0].yes)
    no = sorted((pair for pair in pairs if pair[0].no >= 1), key=lambda pair: -pair[0].no)
    return yes[: _limit(props, "top")] + no[: _limit(props, "bottom")]


def _limit(props: dict[str, Any], key: str) -> int | None:
    return int(props[key]) if key in props and math.isfinite(props[key]) else None
