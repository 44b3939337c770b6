"""Every route of the API: its method, path, schema, what it does, and whether it needs a key."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markets.sandbox.actions import answers, bet, close, comments, create, liquidity, resolve, sell, topics, unresolve
from markets.sandbox.reads import bets, people, positions, records, search
from markets.sandbox.reads import markets as shown
from markets.sandbox.wire import requests
from markets.sandbox.wire.schema import Check
from markets.sandbox.world import Handler, PublicHandler

# How long answers may be kept (manifold.md section 1.1, caching, looked at 2026-11-21).
SHORT = "public, max-age=5, stale-while-revalidate=10"
BRIEF = "public, max-age=1"
DAY = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class Route:
    """One route; a private handler gets the account behind the key; cache is its Cache-Control header."""

    method: str
    path: str
    schema: Check
    public: PublicHandler | None = None
    private: Handler | None = None
    cache: str | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a pattern with named parts."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


def read(path: str, schema: Check, handler: PublicHandler, cache: str | None = None) -> Route:
    """A GET for anybody."""
    return Route("GET", path, schema, public=handler, cache=cache)


def write(path: str, schema: Check, handler: Handler) -> Route:
    """A POST that needs a key."""
    return Route("POST", path, schema, private=handler)


def routes(now: Callable[[], int]) -> list[Route]:
    """All routes; now (unix ms) is asked by the schemas that look at the clock."""
    return [
        write("/v0/market", requests.create(now), create.create_market),
        write("/v0/market/{contractId}/resolve", requests.RESOLVE, resolve.resolve_market),
        write("/v0/market/{contractId}/update", requests.UPDATE, close.update_market),
        write("/v0/market/{contractId}/close", requests.CLOSE, close.close_market),
        write("/v0/market/{contractId}/add-liquidity", requests.LIQUIDITY, liquidity.add_liquidity),
        write("/v0/market/{contractId}/remove-liquidity", requests.LIQUIDITY, liquidity.remove_liquidity),
        write("/v0/market/{contractId}/answer", requests.ADD_ANSWER, answers.add_answer),
        write("/v0/market/{contractId}/group", requests.TAG, topics.tag_market),
        write("/v0/market/{contractId}/sell", requests.SELL, sell.sell),
        write("/v0/bet", requests.BET, bet.place_bet),
        write("/v0/bet/cancel/{betId}", requests.CANCEL_BET, bet.cancel_bet),
        write("/v0/comment", requests.COMMENT, comments.post_comment),
        write("/unresolve", requests.UNRESOLVE, unresolve.unresolve),
        Route("GET", "/v0/me", requests.NOTHING, private=people.get_me),
        read("/v0/market/{id}", requests.ONE_MARKET, shown.get_market, SHORT),
        read("/v0/slug/{slug}", requests.ONE_SLUG, shown.get_slug, SHORT),
        read("/v0/market/{id}/prob", requests.PROB, shown.get_prob, BRIEF),
        read("/v0/market-probs", requests.PROBS, shown.get_probs, BRIEF),
        read("/v0/market/{contractId}/answers", requests.OF_CONTRACT, shown.get_answers),
        read("/v0/market/{contractId}/groups", requests.OF_CONTRACT, shown.get_groups),
        read("/v0/market/{id}/positions", requests.POSITIONS, positions.get_positions, SHORT),
        read("/v0/markets", requests.MARKETS, search.get_markets, SHORT),
        read("/v0/search-markets", requests.SEARCH, search.get_search, SHORT),
        read("/v0/bets", requests.BETS, bets.get_bets, SHORT),
        read("/v0/bet-points", requests.BET_POINTS, bets.get_bet_points, DAY),
        read("/v0/comments", requests.COMMENTS, records.get_comments, BRIEF),
        read("/v0/txns", requests.TXNS, records.get_txns),
        read("/v0/user/{username}", requests.USERNAME, people.get_user),
        read("/v0/user/by-id/{id}", requests.USER_ID, people.get_user_by_id),
        read("/users/by-id/balance", requests.USER_IDS, people.get_balances),
        read("/v0/group/{slug}", requests.GROUP_SLUG, people.get_group),
        read("/v0/groups", requests.GROUPS, people.list_groups),
        read("/get-pending-clarifications", requests.OF_CONTRACT, lambda world, props: []),
    ]


Found = tuple[Route, dict[str, Any]]


class Router:
    """Finds the route of a request."""

    def __init__(self, known: list[Route]) -> None:
        self._known = [(route, route.pattern) for route in known]

    def find(self, method: str, path: str) -> Found | None:
        """The route and the parts of its path, None for an unknown route or method."""
        for route, pattern in self._known:
            match = pattern.fullmatch(path.removesuffix("/"))
            if match and route.method == method:
                return route, dict(match.groupdict())
        return None
