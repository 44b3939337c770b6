"""A client for the part of Manifold's API that Crux uses; one method an endpoint, our words in, our shapes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from markets.live import Account, Bet, LiveComment, LiveMarket, Position, Transfer, ms_of
from markets.manifold.bodies import Creation, creation, resolution
from markets.manifold.wire import Refused, Sleep, Wire
from resolvers.errors import Outside
from resolvers.outcome import Outcome

PAGE = 1000
TXN_PAGE = 100
ASKED_AT_ONCE = 100
"""Markets whose probabilities one request may ask for."""

Probabilities = Mapping[str, float | dict[str, float]]
"""Market id -> its probability, or that of each answer by the answer's id."""

COMMENT_PAGE = 200
"""A comment may be 20 kB long: a page stays well below what we read of one answer."""


class Manifold:
    """Manifold at `base_url` with the account of `key` (None: reads only); `async with Manifold(...) as client`."""

    def __init__(self, base_url: str, key: str | None, *, sleep: Sleep) -> None:
        self._wire = Wire(base_url, key, sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.aclose()

    @property
    def their_time(self) -> datetime | None:
        """What it was by Manifold's own clock when it last answered, to the second; None before the first answer."""
        return self._wire.dated

    async def me(self) -> Account:
        """The account the key belongs to."""
        return Account.parse(await self._wire.read("/v0/me"))

    async def market(self, market_id: str) -> LiveMarket | None:
        """A market in full; None where Manifold knows none of that id. May be 15 s old."""
        try:
            return LiveMarket.parse(await self._wire.read(f"/v0/market/{market_id}"))
        except Refused as refused:
            if refused.status == 404 and refused.message == "Contract not found":
                return None
            raise

    async def probability(self, market_id: str) -> float | None:
        """The pool's probability of a yes-or-no market; None for others."""
        body = await self._wire.read(f"/v0/market/{market_id}/prob")
        value = body.get("prob") if isinstance(body, dict) else None
        return float(value) if isinstance(value, (int, float)) else None

    async def weights(self, market_id: str) -> dict[str, float]:
        """Answer id -> probability, and once resolved the share each answer was paid (0..1)."""
        body = await self._wire.read(f"/v0/market/{market_id}/prob")
        shares = body.get("answerProbs") if isinstance(body, dict) else None
        return {str(answer): float(share) for answer, share in shares.items()} if isinstance(shares, dict) else {}

    async def positions(self, market_id: str, user_id: str | None = None) -> list[Position]:
        """Who holds what; of one account if named."""
        query = {"userId": user_id} if user_id else None
        return [Position.parse(row) for row in _rows(await self._wire.read(f"/v0/market/{market_id}/positions", query))]

    async def account(self, username: str) -> Account | None:
        """Who goes by that name now; None where nobody does."""
        if not username.isascii() or not username.replace("_", "").replace("-", "").replace(".", "").isalnum():
            return None  # no name that Manifold gives, and nothing to put into an address
        try:
            return Account.parse(await self._wire.read(f"/v0/user/{username}"))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def comments_by(self, user_id: str) -> list[LiveComment]:
        """The newest comments of an account, under any market."""
        query = {"userId": user_id, "order": "newest", "limit": COMMENT_PAGE}
        return [LiveComment.parse(row) for row in _rows(await self._wire.read("/v0/comments", query))]

    async def listed(self, user_id: str) -> dict[str, LiveMarket]:
        """Every public market of an account by its id, newest first, without descriptions: a request per thousand.

        A line that cannot be read is left out, as are unlisted markets and, where a page ends between two markets of
        the same millisecond, the second: who is not here has to be asked for. Outside where a page is lost or the pages
        come to no end: never a part of the list.
        """
        query = {"userId": user_id, "limit": PAGE, "sort": "created-time", "order": "desc"}
        found: dict[str, LiveMarket] = {}
        seen: set[str] = set()
        while True:
            rows = _rows(await self._wire.read("/v0/markets", query))
            found |= {one.id: one for one in map(_line, rows) if one is not None}
            if len(rows) < PAGE:
                return found
            last = _id(rows[-1])
            ids = {_id(row) for row in rows} - {""}
            if not last or seen >= ids:
                raise Outside("Manifold's list of our markets does not go on after a full page: try again later")
            seen |= ids
            query["before"] = last

    async def probabilities(self, market_ids: Sequence[str]) -> Probabilities:
        """What these markets cost now, at a request per hundred; ids unknown to Manifold are left out."""
        found: dict[str, float | dict[str, float]] = {}
        for start in range(0, len(market_ids), ASKED_AT_ONCE):
            query = {"ids[]": list(market_ids[start : start + ASKED_AT_ONCE])}
            body = await self._wire.read("/v0/market-probs", query)
            rows = body.items() if isinstance(body, Mapping) else ()
            found |= {market: shares for market, row in rows if (shares := _shares(row)) is not None}
        return found

    async def comments(
        self, market_id: str, user_id: str | None = None, *, back_to: Collection[str] = ()
    ) -> list[LiveComment]:
        """Every comment under a market, newest first, page after page; of one account if named.

        `back_to`: ids of comments; none that is older than all of these need be read.
        """
        query = {"contractId": market_id, "order": "newest", "limit": COMMENT_PAGE}
        query |= {"userId": user_id} if user_id else {}
        found: dict[str, LiveComment] = {}  # a comment made meanwhile moves others on to the next page
        number = 0
        while True:
            rows = _rows(await self._wire.read("/v0/comments", query | {"page": number}))
            found |= {one.id: one for one in map(LiveComment.parse, rows)}
            if len(rows) < COMMENT_PAGE or (back_to and found.keys() >= set(back_to)):
                return list(found.values())
            number += 1

    async def has_traded(self, market_id: str, user_id: str, until: datetime | None = None) -> bool:
        """Whether an account ever bought or sold anything in a market; only until a moment if it is given."""
        query = {"contractId": market_id, "userId": user_id, "limit": PAGE}
        query |= {"beforeTime": ms_of(until) + 1} if until else {}  # it is strict
        return any(each.shares for each in map(Bet.parse, _rows(await self._wire.read("/v0/bets", query))))

    async def subsidies(self, market_id: str, from_id: str) -> list[Transfer]:
        """Every subsidy one account paid into a market (its creation's tier is no subsidy)."""
        found: list[Transfer] = []
        while True:
            query = {
                "category": "ADD_SUBSIDY",
                "toId": market_id,
                "fromId": from_id,
                "limit": TXN_PAGE,
                "offset": len(found),
            }
            page = [Transfer.parse(row) for row in _rows(await self._wire.read("/v0/txns", query))]
            found += page
            if len(page) < TXN_PAGE:
                return found

    async def create(self, wanted: Creation) -> LiveMarket:
        """Make a market; its id is the key. The answer has no answers and no description: read it back."""
        return LiveMarket.parse(await self._wire.write("/v0/market", creation(wanted)))

    async def resolve(self, market: LiveMarket, outcome: Outcome) -> None:
        await self._wire.write(f"/v0/market/{market.id}/resolve", resolution(market, outcome))

    async def unresolve(self, market_id: str) -> None:
        """Undo a resolution within ten minutes of it; the market stays closed."""
        await self._wire.write("/unresolve", {"contractId": market_id})

    async def add_liquidity(self, market_id: str, amount_mana: Decimal) -> None:
        await self._wire.write(f"/v0/market/{market_id}/add-liquidity", {"amount": amount_mana})

    async def close(self, market_id: str, at: datetime | None = None) -> None:
        """End trading, now or at a moment to come."""
        await self._wire.write(f"/v0/market/{market_id}/close", {} if at is None else {"closeTime": ms_of(at)})

    async def update(
        self,
        market_id: str,
        *,
        question: str | None = None,
        closes: datetime | None = None,
        description: str | None = None,
    ) -> None:
        """Change what is given; the description (Markdown) replaces the old one."""
        body: dict[str, Any] = {}
        if question is not None:
            body["question"] = question
        if closes is not None:
            body["closeTime"] = ms_of(closes)
        if description is not None:
            body["descriptionMarkdown"] = description
        await self._wire.write(f"/v0/market/{market_id}/update", body)

    async def comment(self, market_id: str, markdown: str, reply_to: str | None = None) -> LiveComment:
        """Write under a market (costs 1 mana)."""
        body = {"contractId": market_id, "markdown": markdown} | ({"replyToCommentId": reply_to} if reply_to else {})
        return LiveComment.parse(await self._wire.write("/v0/comment", body))


def _id(row: object) -> str:
    found = row.get("id") if isinstance(row, Mapping) else None
    return found if isinstance(found, str) else ""


def _line(row: object) -> LiveMarket | None:
    try:
        return LiveMarket.parse(row)
    except Outside:
        return None


def _shares(row: object) -> float | dict[str, float] | None:
    if not isinstance(row, Mapping):
        return None
    single, many = row.get("prob"), row.get("answerProbs")
    if isinstance(single, (int, float)):
        return float(single)
    if not isinstance(many, Mapping):
        return None
    return {str(answer): float(share) for answer, share in many.items() if isinstance(share, (int, float))}


def _rows(body: object) -> list[Any]:
    if not isinstance(body, list):
        raise Outside(f"Manifold answered with {type(body).__name__} where a list was wanted: try again later")
    return body
