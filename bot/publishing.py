"""What traders are told and may do while reviewers look: notices, trading closed or open, silence that decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.jobs import tried
from bot.review import notices
from bot.review.desk import Card, card
from bot.review.disputes import waiting_to_be_seen
from bot.review.pausing import resumed_at
from bot.review.quorum import speaks_against, standing
from bot.store import Store, markets, proposals, whole_reads
from bot.store.outbox import known_since
from bot.store.proposals import Proposal
from markets import outbox as writes
from markets.apply import close_without_sending, perform
from resolvers.errors import Refusal

if TYPE_CHECKING:
    from bot.resolving import Resolver


async def tell_proposed(resolver: Resolver, seen: Card) -> str:
    """Post the first notice of a proposal, once a round: reviewers learn nothing before traders do."""
    proposal, market = seen.proposal, seen.market
    window = str(seen.frozen.review.window)
    text = notices.first(proposal.verdict, proposal.outcome.words(), seen.quorum, window)
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
    done = [one.write.key for one in resolver.outbox.settled_entries("trading", market.slug)]
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


def still_there(resolver: Resolver, found: list[Card]) -> list[Card]:
    """Those whose markets Manifold still knows, as far as the service has been told: the others wait to be found again.

    A person who types the command has everything tried.
    """
    with resolver.store.reading() as connection:
        gone = whole_reads.gone(connection) if resolver.outbox.patient else {}
    return [each for each in found if each.market.market_id not in gone]


def newest_of_markets(resolver: Resolver) -> list[tuple[Card, bool]]:
    """The newest proposal of each unresolved market whose trading proposals close, and whether it still stands.

    Left out is what was undone and not looked at again yet: most likely another proposal is about to follow.
    """
    unseen = waiting_to_be_seen(resolver.store, resolver.outbox.debate)
    newest: dict[int, int] = {}
    with resolver.store.reading() as connection:
        there = {one.id: one for one in markets.every(connection, resolver.outbox.debate, living=True)}
        closing = {version for version in {one.version for one in there.values()}
                   if '"on_proposed"' in markets.spec(connection, version).canonical}  # fmt: skip
        for each in proposals.listing(connection) if closing else ():
            if each.market not in there or each.version not in closing:
                continue
            if each.state != "undoing" and not (each.state == "undone" and there[each.market].slug in unseen):
                newest[each.market] = each.id
            else:
                newest.pop(each.market, None)
    came = [tried(f"proposal {number}", partial(card, resolver.store, number)) for number in newest.values()]
    return [(each, each.proposal.closed_at is None) for each in came if isinstance(each, Card)]


def silence_lasted(store: Store, seen: Card, until: datetime) -> bool:
    """Whether nobody had said anything at all by then for as long as the definition lets silence decide.

    Never after a dispute, a rejection, a question or an objection, never where the price or a second source
    contradicts or the pool is large, never where one interested person decides. The time runs from when traders were
    told, and anew from the end of a pause: while nobody is told or reminded, silence says nothing.
    """
    after, proposal = seen.frozen.review.auto_after, seen.proposal
    if after is None or proposal.state != "proposed" or proposal.round != 1 or seen.frozen.review.declare:
        return False
    doubted = speaks_against(seen.reviews) or seen.objections or seen.quorum.because
    since = None if doubted else _quiet_since(store, seen)
    return since is not None and until >= since + after


def silence_decides(store: Store, seen: Card) -> bool:
    """Approve a proposal by the silence that has lasted; whether it was approved."""
    after = seen.frozen.review.auto_after
    facts = {"auto_after": str(after), "doubts": seen.doubts.told(), "needed": seen.quorum.needed}
    because = f"nobody said anything against it for {after}, which its definition lets decide (auto_after)"
    return _moved(store, seen.proposal, because, facts)


def _quiet_since(store: Store, seen: Card) -> datetime | None:
    """From when on a proposal's silence counts: from the notice that stands on Manifold, or the last pause's end."""
    proposal = seen.proposal
    keys = writes.proposal_notices(seen.market.market_id, proposal.id, proposal.round)
    with store.reading() as connection:
        told = known_since(connection, keys)
    return None if told is None else max(told, proposal.created_at, resumed_at(store) or told)


def enough_agree(resolver: Resolver, seen: Card) -> bool:
    """Approve a proposal on which enough have agreed by what is known now, though it took more when they voted.

    As where trading has ended since, or the price has come round. Only with a price of today: that none is known takes
    no doubt away.
    """
    proposal, store = seen.proposal, resolver.store
    if proposal.state != "proposed" or seen.doubts.sampled_at is None:
        return False
    if standing(seen.reviews, seen.quorum.needed, seen.frozen.review.quorum) != "approved":
        return False
    facts = {"doubts": seen.doubts.told(), "needed": seen.quorum.needed, "because": list(seen.quorum.because)}
    because = f"as many have approved as must by what is known now: {seen.quorum.needed}"
    return _moved(store, proposal, because, facts)


def _moved(store: Store, proposal: Proposal, because: str, facts: Mapping[str, Any]) -> bool:
    """Whether it is approved now; False where people were faster, for then the next run sees what they did."""
    try:
        with store.transaction() as connection:
            proposals.move(connection, proposal, "approved", actor="crux", at=store.now(), because=because, facts=facts)
    except Refusal:
        return False
    return True
