"""What traders say to our notices on Manifold: which replies are objections, whoever deletes, sells or floods."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from markets.live import LiveComment
from markets.manifold import Manifold
from markets.outbox import Entry, notice_of


def notices_of(proposal: int, settled: Iterable[Entry]) -> frozenset[str]:
    """The comment ids of every notice of a proposal: that it is proposed, that its window began, in every round."""
    return frozenset(
        str(entry.found["comment_id"])
        for entry in settled
        if entry.found is not None and (notice_of(entry.write) or (None,))[0] == proposal
    )


async def objections(
    client: Manifold, market_id: str, notices: Collection[str], *, account_id: str, known: Collection[str]
) -> list[LiveComment]:
    """The replies to `notices` by people who hold something here, or had traded here before they replied.

    Those of our own account, and those whose ids are `known` already, are left out. Outside where Manifold cannot be
    read: then nobody knows that there are none.
    """
    if not notices:
        return []
    replies = [
        one
        for one in await client.comments(market_id, back_to=notices)
        if one.reply_to in notices and one.user_id != account_id and one.id not in known
    ]
    holders = {one.user_id for one in await client.positions(market_id) if one.has_shares} if replies else set()
    counted = {one.id for one in replies if one.user_id in holders}
    for user in {one.user_id for one in replies} - holders:
        mine = sorted((one for one in replies if one.user_id == user), key=_said_at, reverse=True)
        counted |= {one.id for one in mine[: await _after_trading(client, market_id, mine)]}
    return [one for one in replies if one.id in counted]


def _said_at(reply: LiveComment) -> datetime:
    return reply.created_at or datetime.max.replace(tzinfo=UTC)


async def _after_trading(client: Manifold, market_id: str, replies: Sequence[LiveComment]) -> int:
    """How many of one account's replies, newest first, came after it had traded here.

    Halving the list: whoever floods a market with replies costs a few requests, not one a reply.
    """
    low, high = 0, len(replies)
    while low < high:
        middle = (low + high) // 2
        if await client.has_traded(market_id, replies[middle].user_id, replies[middle].created_at):
            low = middle + 1
        else:
            high = middle
    return low
