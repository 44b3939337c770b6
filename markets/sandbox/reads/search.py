"""Lists of markets: GET /v0/markets and GET /v0/search-markets.

Filters and sorts: manifold.md section 1.6, looked at 2026-11-21. Unlisted markets are never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markets.sandbox.entities import Market
from markets.sandbox.errors import Refusal
from markets.sandbox.reads.markets import PRICED, lite_market
from markets.sandbox.world import World

DAY_MS = 86_400_000
FARTHEST_OFFSET = 1000
TOO_FAR = (
    "offset must be <= 1000. Use sort=newest with the beforeTime parameter to page through contracts"
    " to see our entire market list."
)
CLOSING_DAYS = {"closing-day": 1, "closing-week": 7, "closing-month": 30, "closing-90-days": 90}


def get_search(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/search-markets."""
    if props["offset"] > FARTHEST_OFFSET:
        raise Refusal(400, TOO_FAR)
    candidates = _of_creator(world, props.get("creatorId"))
    found = [market for market in candidates if _matches(world, market, props)]
    found = _sorted(world, found, props["sort"])
    start, count = int(props["offset"]), int(props["limit"])
    return [_row(world, market, props) for market in found[start : start + count]]


def _of_creator(world: World, creator: str | None) -> list[Market]:
    return list(world.state.markets) if creator is None else world.state.markets.where("creator_id", creator)


def _row(world: World, market: Market, props: dict[str, Any]) -> dict[str, Any]:
    row = lite_market(world, market)
    if props.get("includeLiteAnswers") and market.is_multi:
        answers = world.state.answers_of(market.id)
        row["answers"] = [{"id": a.id, "text": a.text, "probability": a.prob} for a in answers]
    return row


def _matches(world: World, market: Market, props: dict[str, Any]) -> bool:
    if market.visibility != "public" or props.get("token", "MANA") == "CASH":
        return False
    if props["sort"] == "close-date" and (market.close_time or 0) <= world.now:
        return False
    if props["sort"] == "newest" and market.created_time >= props.get("beforeTime", float("inf")):
        return False
    if "topicSlug" in props and props["topicSlug"] not in (market.group_slugs or ()):
        return False
    if (market.total_liquidity or 0) < props.get("liquidity", 0):
        return False
    right_kind = _of_type(market, props["contractType"]) and _in_state(world, market, props["filter"])
    return right_kind and _says(market, props)


def _says(market: Market, props: dict[str, Any]) -> bool:
    question = market.question.lower()
    return all(word in question for word in props["term"].lower().split())


def _of_type(market: Market, wanted: str) -> bool:
    if wanted == "DEPENDENT_MULTIPLE_CHOICE":
        return market.outcome_type == "MULTIPLE_CHOICE" and bool(market.sum_to_one)
    if wanted == "INDEPENDENT_MULTIPLE_CHOICE":
        return market.outcome_type == "MULTIPLE_CHOICE" and not market.sum_to_one
    return wanted in ("ALL", market.outcome_type)


def _in_state(world: World, market: Market, wanted: str) -> bool:
    is_open = not market.closed(world.now)
    if wanted == "resolved":
        return market.is_resolved
    if wanted == "closed":
        return not market.is_resolved and not is_open
    if wanted in CLOSING_DAYS:
        return is_open and (market.close_time or 0) <= world.now + CLOSING_DAYS[wanted] * DAY_MS
    return wanted in ("all", "news", "uncertain") or is_open


def _sorted(world: World, markets: list[Market], sort: str) -> list[Market]:
    def prob(market: Market) -> float:
        return market.pool.prob if market.outcome_type in PRICED else 0.5

    keys: dict[str, Callable[[Market], float]] = {
        "newest": lambda market: -market.created_time,
        "last-updated": lambda market: -market.last_updated_time,
        "close-date": lambda market: market.close_time or 0,
        "resolve-date": lambda market: -(market.resolution_time or 0),
        "liquidity": lambda market: -(market.total_liquidity or 0),
        "subsidy": lambda market: -market.subsidy_pool,
        "24-hour-vol": lambda market: -market.volume,
        "bounty-amount": lambda market: -(market.total_bounty or 0),
        "prob-descending": lambda market: -prob(market),
        "prob-ascending": prob,
        "prob-50": lambda market: abs(prob(market) - 0.5),
    }
    newest_first = markets[::-1]
    newest_first.sort(key=keys["newest"])
    return sorted(newest_first, key=keys.get(sort, lambda market: -len(market.traders)))


def get_markets(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/markets, newest first; `before` is a market id, and what comes after has a strictly smaller sort value.

    So of two markets of one millisecond the second is lost where a page ends between them, and an unknown `before`
    begins anew: backend/api/src/markets.ts of manifoldmarkets/manifold, looked at 2026-11-21.
    """
    by: dict[str, Callable[[Market], float]] = {
        "updated-time": lambda market: market.last_updated_time,
        "last-bet-time": lambda market: market.last_bet_time or 0,
        "last-comment-time": lambda market: market.last_comment_time or 0,
    }
    key: Callable[[Market], float] = by.get(props.get("sort", ""), lambda market: market.created_time)
    found = [market for market in _of_creator(world, props.get("userId")) if _listed(world, market, props)]
    last = world.state.markets.get(props.get("before"))
    if last is not None:
        found = [market for market in found if key(market) < key(last)]
    found.sort(key=key)
    if props.get("order") != "asc":
        found.reverse()
    rows = [lite_market(world, market) for market in found[: int(props["limit"])]]
    return [{name: value for name, value in row.items() if name != "token"} for row in rows]


def _listed(world: World, market: Market, props: dict[str, Any]) -> bool:
    topic = world.state.topics.get(props.get("groupId"))
    tagged = "groupId" not in props or (topic is not None and topic.slug in (market.group_slugs or ()))
    return market.visibility == "public" and tagged
