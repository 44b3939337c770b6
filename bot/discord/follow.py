"""What followers are told by direct message: a proposal, the time to object, a dispute, a resolution, a failing source.

Every message is a row under a key of its own, so that this may be run as often as one likes. Of a proposal nobody is
told before its card is put up, for that goes out together with the notice to traders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.discord.autocomplete import put_up
from bot.discord.cards_message import when
from bot.discord.text import safe
from bot.frozen import Frozen
from bot.service.figures import source_states
from bot.store import Store, follows, markets, posts, proposals, reviews
from bot.store.follows import Follow
from bot.store.markets import Market
from bot.store.proposals import Proposal
from bot.told_short import measured, shortened
from markets.load import Loaded
from resolvers.evidence import moment

LATE = timedelta(days=7)
"""What came about longer ago is no news any more, however long the service was away."""
NOTHING_CAME = {
    "rejected": "was rejected by reviewers",
    "withdrawn": "was withdrawn, as the evidence no longer decides it",
}
"""How a proposal ends that nothing came of; one that is superseded is followed by another, which is told."""
WELL = ("live", "late", "never")
"""States of a source that are no failure: `late` mends itself, `never` has not begun."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing that an account is to be told, under the key by which it is told once."""

    key: str
    account: str
    text: str
    link: str
    at: datetime
    slug: str = ""


@dataclass(frozen=True, slots=True)
class _Event:
    name: str
    at: datetime
    words: str


def news(store: Store, loaded: Loaded, now: datetime) -> list[News]:
    """What is to be told and has not been; it only reads."""
    assert loaded.debate is not None
    with store.reading() as connection:
        followers: dict[str, list[Follow]] = defaultdict(list)
        for one in follows.every(connection, loaded.debate.debate):
            followers[one.slug].append(one)
        if not followers:
            return []
        there = {one.slug: one for one in markets.every(connection, loaded.debate.debate) if one.slug in followers}
        events = {slug: list(_events(connection, market, now)) for slug, market in there.items()}
        read = {slug: _sources(connection, slug, there, loaded) for slug in followers}
    troubles = _troubles(store, loaded, read, now)
    made = [each for slug, some in followers.items() for each in _told(slug, some, events, troubles, there)]
    with store.reading() as connection:
        known = posts.bodies(connection, [each.key for each in made])
    return [each for each in made if each.key not in known]


def put(store: Store, found: Sequence[News], now: datetime) -> int:
    """Put them down to be sent; how many were new."""
    if not found:
        return 0
    with store.transaction() as connection:
        new = 0
        for each in found:
            if posts.find(connection, each.key) is None:
                body = {"content": each.text, "mentions": [], "link": each.link, "final": True, "about": each.slug}
                new += posts.want(connection, "direct", each.key, f"user:{each.account}", body, at=now)
        return new


def _told(
    slug: str,
    some: Sequence[Follow],
    events: Mapping[str, Sequence[_Event]],
    troubles: Mapping[str, Sequence[_Event]],
    there: Mapping[str, Market],
) -> Iterator[News]:
    link = there[slug].url if slug in there else ""
    for one in some:
        for event in (*events.get(slug, ()), *troubles.get(slug, ())):
            if event.at > one.since:
                text = (
                    f"{event.words} (<t:{int(event.at.timestamp())}:R>). You follow `{slug}`; /market unfollow ends it."
                )
                yield News(f"follow:{one.account}:{event.name}", one.account, text, link, event.at, slug)


def _events(connection: sa.Connection, market: Market, now: datetime) -> Iterator[_Event]:
    frozen = Frozen.of(markets.spec(connection, market.version))
    found = proposals.listing(connection, market=market.id)
    up = put_up(connection, [one.id for one in found])
    for proposal in found:
        if proposal.id not in up:
            continue
        for event in _of_proposal(connection, proposal, frozen, now):
            if now - event.at <= LATE:
                yield event


def _of_proposal(connection: sa.Connection, proposal: Proposal, frozen: Frozen, now: datetime) -> Iterator[_Event]:
    number, outcome, question = proposal.id, safe(measured(proposal.outcome), 200), safe(frozen.question, 200)
    yield _Event(
        f"proposal:{number}", proposal.created_at, f"Proposal {number}: **{outcome}** was proposed for “{question}”"
    )
    for review in reviews.reviews(connection, proposal, all_rounds=True):
        if review.vote == "dispute":
            told = f"Proposal {number} (**{outcome}**) for “{question}” was disputed: {safe(review.because, 300)}"
            yield _Event(f"dispute:{review.id}", review.at, told)
    if proposal.state == "agreed" and proposal.window_until is not None:
        until = f"object until {when(proposal.window_until)}, by a reply to Crux's comment on the market"
        if now >= proposal.window_until:
            until = "the time to object is over, and it waits to be resolved"
        told = f"Proposal {number} (**{outcome}**) for “{question}” is agreed: {until}"
        yield _Event(f"window:{number}:{proposal.round}", proposal.window_until - frozen.review.window, told)
    if proposal.closed_at is None:
        return
    if proposal.state == "resolved":
        yield _Event(f"resolved:{number}", proposal.closed_at, f"“{question}” was resolved as **{outcome}**")
    if proposal.state == "undone":
        told = f"The resolution of “{question}” as **{outcome}** was taken back; it is looked at and judged again"
        yield _Event(f"undone:{number}", proposal.closed_at, told)
    if proposal.state in NOTHING_CAME:
        told = f"Proposal {number} (**{outcome}**) for “{question}” {NOTHING_CAME[proposal.state]}; nothing is resolved"
        yield _Event(f"ended:{number}", proposal.closed_at, told)


def _sources(connection: sa.Connection, slug: str, there: Mapping[str, Market], loaded: Loaded) -> tuple[str, ...]:
    """What a market reads: as frozen where it has opened."""
    market = there.get(slug)
    if market is not None:
        return () if market.state == "resolved" else markets.spec(connection, market.version).sources
    spec = loaded.markets.get(slug)
    return tuple(source.id for source in spec.sources) if spec else ()


def _troubles(
    store: Store, loaded: Loaded, read: Mapping[str, Sequence[str]], now: datetime
) -> dict[str, list[_Event]]:
    """By market: which of its sources fail, since when and why."""
    wanted = {name for names in read.values() for name in names}
    chosen = {name: source for name, source in loaded.sources.items() if name in wanted}
    found = {}
    for one in source_states(store, loaded, now, chosen):
        if one.state not in WELL and one.since is not None:
            since = moment(one.since)
            told = f"The source {safe(one.id, 60)} is {safe(one.state, 30)}: {safe(shortened(one.because), 200)}"
            found[one.id] = _Event(f"source:{one.id}:{one.state}:{int(since.timestamp())}", since, told)
    return {slug: [found[name] for name in names if name in found] for slug, names in read.items()}
