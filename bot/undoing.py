"""Taking resolutions back on Manifold, and opening trading again where it was open: once, whatever dies when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.review.desk import Card, readable
from bot.store import markets, proposals
from markets import outbox as writes
from markets.apply import perform
from resolvers.errors import Refusal

if TYPE_CHECKING:
    from bot.resolving import Resolver


async def take_back(resolver: Resolver, seen: Card) -> str:
    """Carry out one undo that is on the record; what came of it in words. Refusal where Manifold does not allow it.

    The proposal is resolved as before then, and the refusal stands on the record.
    """
    slug, market_id, number = seen.market.slug, seen.market.market_id, seen.proposal.id
    write = writes.unresolve(slug, market_id, f"proposal/{number}/{seen.proposal.revision}")
    try:
        await perform(write, resolver.outbox, resolver.carrier)
    except Refusal as refusal:
        because = f"it could not be taken back: {refusal}"
        with resolver.store.transaction() as connection:
            at = resolver.store.now()
            proposals.move(connection, seen.proposal, "resolved", actor="crux", at=at, because=because)
        raise Refusal(because) from None
    reopened = await _reopened(resolver, seen)
    at = resolver.store.now()
    with resolver.store.transaction() as connection:
        because = f"taken back on Manifold, read back; {reopened}"
        proposals.move(connection, seen.proposal, "undone", actor="crux", at=at, because=because)
        there = markets.market(connection, seen.market.id)
        markets.change(connection, there, act="unresolve", at=at, state="open", unresolved=True)
    return f"taken back; {reopened}; it is looked at and judged again"


async def _reopened(resolver: Resolver, seen: Card) -> str:
    """Trading as it was before the resolution: Manifold leaves an unresolved market closed."""
    closes = seen.market.closes_at
    if closes is None or closes <= resolver.store.now():
        return "trading had ended before"
    if seen.frozen.review.on_proposed == "close":
        return "trading opens again once its sources were looked at anew and no proposal stands"
    key = f"proposal/{seen.proposal.id}/undone"
    try:
        await perform(
            writes.trading(seen.market.slug, seen.market.market_id, key, closes), resolver.outbox, resolver.carrier
        )
    except Refusal as refusal:
        return f"trading could not be opened again: {refusal}"
    return "trading is open again"


def undoing(resolver: Resolver) -> list[Card]:
    """The resolutions of this debate whose undo is on the record and not yet on Manifold."""
    return readable(resolver.store, resolver.outbox.debate, ("undoing",))
