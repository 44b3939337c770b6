"""Taking a proposal: saying that one looks into it, so that others look elsewhere; it lapses after a day."""

from __future__ import annotations

from datetime import timedelta

from bot.review.desk import Card, card, reviewer
from bot.store import Store, takes
from resolvers.errors import Refusal

LAPSES = timedelta(hours=24)


def take(store: Store, proposal: int, person: str, reviewers: tuple[str, ...] | None = None) -> Card:
    """Show others that this person looks into it; Refusal where another has said so within a day, or it has ended.

    Anyone may vote all the same: a claim binds nobody.
    """
    if reviewers is not None:
        reviewer(person, reviewers)
    seen = card(store, proposal)
    if seen.proposal.closed_at is not None:
        raise Refusal(f"proposal {proposal} is {seen.proposal.state}: there is nothing left to look into")
    at = store.now()
    with store.transaction() as connection:
        there = takes.take(connection, proposal, person, at, stale=at - LAPSES)
    if there.person != person:
        raise Refusal(f"{there.person} has taken proposal {proposal} since {there.at:%Y-%m-%d %H:%M} UTC; vote anyway")
    return card(store, proposal)
