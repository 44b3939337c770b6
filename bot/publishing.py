"""What traders are told and may do while reviewers look: notices, trading closed or open, silence that decides."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from bot.review import notices
from bot.review.desk import Card, card
from bot.store import markets, proposals
from markets import outbox as writes
from markets.apply import close_without_sending, perform

if TYPE_CHECKING:
    from bot.resolving import Resolver


async def tell_proposed(resolver: Resolver, seen: Card) -> str:
    """Post the first notice of a proposal, once a round: reviewers learn nothing before traders do."""
    proposal, market = seen.proposal, seen.market
    text = notices.first(proposal.verdict, proposal.outcome.words(), seen.quorum)
    write = writes.first_notice(market.slug, market.market_id, proposal.id, proposal.round, text)
    await perform(write, resolver.outbox, resolver.carrier)
    return "traders are told that it is proposed"


def is_told(seen: Card, posted: Collection[str]) -> bool:
    """Whether traders have read of this round already (`posted`: keys of comments): of the proposal, or its window."""
    return any(
        key in posted for key in writes.proposal_notices(seen.market.market_id, seen.proposal.id, seen.proposal.round)
    )


async def set_trading(resolver: Resolver, seen: Card, *, living: bool) -> str | None:
    """Trading closed while a proposal stands, open as before once none does; None where there is nothing to do.

    Only where the definition says `on_proposed: close`, and trading would not have ended by itself.
    """
    closes, proposal, market = seen.market.closes_at, seen.proposal, seen.market
    if seen.frozen.review.on_proposed != "close" or closes is None or closes <= resolver.store.now():
        return None
    key = f"proposal/{proposal.id}/{'closed' if living else 'opened'}"
    wanted = writes.trading(market.slug, market.market_id, key, proposal.created_at if living else closes)
    await _end_others(resolver, wanted)
    done = [one.write.key for one in resolver.outbox.settled_entries() if one.write.kind == "trading"]
    ours = [key for key in done if key.startswith(f"trading/{market.market_id}/")]
    if wanted.key in ours or not (living or ours):
        return None
    await perform(wanted, resolver.outbox, resolver.carrier)
    return "trading is closed while it stands" if living else "trading is open again"


async def _end_others(resolver: Resolver, wanted: writes.Write) -> None:
    """Find out what became of what an earlier run left open about this market's trading; nothing of it is sent now."""
    for entry in resolver.outbox.open_entries():
        same = entry.write.kind == "trading" and entry.write.payload["market_id"] == wanted.payload["market_id"]
        if same and entry.write.key != wanted.key:
            await close_without_sending(entry, resolver.outbox, resolver.carrier, "something else is wanted meanwhile")


def newest_of_markets(resolver: Resolver) -> list[tuple[Card, bool]]:
    """The newest proposal of each unresolved market whose trading proposals close, and whether it still stands."""
    newest: dict[int, int] = {}
    with resolver.store.reading() as connection:
        there = {one.id: one for one in markets.every(connection, resolver.outbox.debate, living=True)}
        closing = {version for version in {one.version for one in there.values()}
                   if '"on_proposed"' in markets.spec(connection, version).canonical}  # fmt: skip
        for each in proposals.listing(connection) if closing else ():
            if each.market in there and each.version in closing and each.state != "undoing":
                newest[each.market] = each.id
    found = [card(resolver.store, number) for number in newest.values()]
    return [(each, each.proposal.closed_at is None) for each in found]


def silence_decides(resolver: Resolver, seen: Card) -> bool:
    """Approve a proposal to which nobody said anything at all for as long as its definition says; whether it was.

    Never after a dispute, a rejection, a question or an objection, never where the price or a second source
    contradicts or the pool is large, never where one interested person decides, never unseen by traders.
    """
    after, proposal, store = seen.frozen.review.auto_after, seen.proposal, resolver.store
    if after is None or proposal.state != "proposed" or proposal.round != 1 or seen.frozen.review.declare:
        return False
    doubted = [one for one in seen.reviews if one.vote != "approve"] or seen.objections or seen.quorum.because
    if doubted or not seen.published or store.now() < proposal.created_at + after:
        return False
    facts = {"auto_after": str(after), "doubts": seen.doubts.told(), "needed": seen.quorum.needed}
    because = f"nobody said anything against it for {after}, which its definition lets decide (auto_after)"
    with store.transaction() as connection:
        proposals.move(connection, proposal, "approved", actor="crux", at=store.now(), because=because, facts=facts)
    return True
