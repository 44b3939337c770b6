"""What traders say to our notices on Manifold: which replies are objections, whoever deletes, sells or floods."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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
    return [
        one
        for one in replies
        if one.user_id in holders or await client.has_traded(market_id, one.user_id, one.created_at)
    ]
