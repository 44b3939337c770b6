"""What one request works with: the state, the instant it happens at, and a few questions every action asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markets.sandbox.entities import Account, Market
from markets.sandbox.errors import Refusal
from markets.sandbox.state import State

SITE = "https://sandbox.localhost"


@dataclass(frozen=True, slots=True)
class World:
    """The state as one request sees it; now is unix milliseconds and stands still for the request."""

    state: State
    now: int
    site: str = SITE

    def market(self, market_id: str, missing: str = "Contract not found") -> Market:
        """The market with that id, or a 404."""
        market = self.state.markets.get(market_id)
        if market is None:
            raise Refusal(404, missing)
        return market

    def url(self, market: Market) -> str:
        """Where the market's page would be."""
        return f"{self.site}/{self.state.accounts[market.creator_id].username}/{market.slug}"


Handler = Callable[[World, dict[str, Any], Account], Any]
PublicHandler = Callable[[World, dict[str, Any]], Any]


def require_owner_or_moderator(market: Market, me: Account) -> None:
    """Refuse everybody but the market's creator and moderators."""
    if me.id != market.creator_id and not me.moderator:
        raise Refusal(403, f"User {me.id} must be an admin or mod to perform this action.")
