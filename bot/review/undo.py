"""Undo: within ten minutes of a resolution any reviewer may take it back; it counts as a dispute from then on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.platform import Platform
from bot.resolving import Resolver, Stepped
from bot.review import once, people
from bot.review.desk import Card, card, card_in, reviewer
from bot.review.interests import TryAgain, looked, refuse_if_held
from bot.review.people import Actor
from bot.service.surroundings import Surroundings
from bot.store import Store, proposals
from resolvers.errors import CruxError, Refusal

MINUTES = timedelta(minutes=10)
"""Manifold lets a creator take a resolution back for ten minutes (api.manifold.markets, 2026-11-21)."""


def undo_until(seen: Card) -> datetime | None:
    """Until when this resolution can be taken back; None where there is none, or it has been."""
    if seen.proposal.state != "resolved" or not seen.receipt:
        return None
    told = seen.receipt.get("manifold", {}).get("resolved_at")
    since = datetime.fromisoformat(told) if told else seen.proposal.closed_at
    return since + MINUTES if since else None


async def undo(
    around: Surroundings,
    proposal: int,
    person: str,
    because: str,
    key: str | None = None,
    *,
    actor: Actor | None = None,
) -> str:
    """Take a resolution back, once: first on the record, then on Manifold; returns what to tell.

    Refusal: ten minutes are over, it is not resolved, no reason is given, or they hold shares in the market. Where the
    process dies on the way, or Manifold cannot be reached, the next run of resolving goes on with it.
    """
    done = await around.threads.read(once.before, around.store, key)
    if done is not None:
        return done.told
    debate = around.debate
    await around.threads.read(people.may_speak, around.store, debate.debate, actor, person)
    reviewer(person, debate.reviewers)
    if not because.strip():
        raise Refusal("say why: --because TEXT; it stands on the record and is told to traders")
    account = f"{actor.platform} {actor.account}" if actor else ""
    positions = await _positions(around, proposal, person)
    whole = _Undo(debate.debate, proposal, person, because, account, key, positions)
    await around.threads.write(_begin, around.store, whole)
    around.wake("post")
    try:
        steps = await around.exchange.carry(lambda platform: _carried(around, platform))
    except CruxError as error:
        around.wake("resolve")
        return f"taking proposal {proposal} back has begun, and goes on by itself: {error}"
    around.wake("collect")
    mine = next((step for step in steps if step.proposal == proposal), None)
    return f"proposal {proposal} {mine.did}: {mine.because}" if mine else f"proposal {proposal} is taken back"


async def _carried(around: Surroundings, platform: Platform) -> list[Stepped]:
    resolver = Resolver(around.store, platform.outbox(around.store, around.debate), platform.carrier())
    return await resolver.undo_all()


@dataclass(frozen=True, slots=True)
class _Undo:
    """One undo as it is put down; `positions` is what was read of the person's shares before it."""

    debate: str
    proposal: int
    person: str
    because: str
    account: str
    key: str | None
    positions: Mapping[str, Any]


async def _positions(around: Surroundings, proposal: int, person: str) -> Mapping[str, Any]:
    """What they hold in the market; Refusal where they hold shares.

    Where nobody can see that now the undo goes on, for there are ten minutes, and the record says that it was not seen.
    """
    seen = await around.threads.read(card, around.store, proposal)
    if undo_until(seen) is None:
        return {}  # there is nothing to take back, which is told with more words
    try:
        found = await looked(around, seen, person)
    except TryAgain as unread:
        return {"accounts": [], "because": str(unread)}
    refuse_if_held(found, person)
    return found.positions


def _begin(store: Store, undone: _Undo) -> Card:
    debate, number, person = undone.debate, undone.proposal, undone.person
    because, account, key = undone.because, undone.account, undone.key
    with store.transaction() as connection:
        seen, at = card_in(connection, store, number), store.now()
        if seen.market.debate != debate:
            raise Refusal(f"proposal {number} is of the debate {seen.market.debate}, and this is {debate}")
        until = undo_until(seen)
        if until is None:
            raise Refusal(f"proposal {number} is {seen.proposal.state}: there is no resolution to take back")
        if at > until:
            raise Refusal(
                f"it could be taken back until {until:%Y-%m-%d %H:%M} UTC; now only Manifold's moderators can"
            )
        facts = {
            **(seen.proposal.facts or {}),
            "undone": {"by": person, "because": because, "until": until.isoformat(), "positions": undone.positions},
        }
        proposals.move(connection, seen.proposal, "undoing", actor=person, at=at, because=because, facts=facts)
        told = f"proposal {number} is being taken back"
        act = f"undo proposal {number}"
        once.keep(connection, key, account=account, act=act, at=at, came=once.Came(True, told))
    return card(store, number)
