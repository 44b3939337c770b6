"""Reviewers are no insiders: a card is shown once traders are told of the proposal, or cannot be told."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.review.desk import Card

PATIENCE = timedelta(hours=6)
"""How long a card waits for a notice that cannot even be begun, as where the budget is spent."""


def may_show(seen: Card, *, may_write: bool = True, now: datetime | None = None) -> bool:
    """Whether reviewers may see this proposal yet.

    The notice on Manifold must have been begun (its row stands in the outbox, so it is posted whatever dies). Where
    there is no key (`may_write` False) nobody can be told, and reviewers see it at once; also after six hours (`now`).
    """
    proposal = seen.proposal
    if seen.published or not may_write or proposal.state != "proposed" or proposal.round > 1:
        return True
    return now is not None and now - proposal.created_at >= PATIENCE


def words(seen: Card, *, may_write: bool = True) -> str:
    """What the card says of it."""
    if seen.published:
        return "Traders were told on Manifold together with this card."
    if not may_write:
        return "Crux has no key to Manifold here: traders have not been told of this proposal."
    if seen.proposal.round > 1:
        return "Traders were told of the vote before this one; the notice of this one is still to be posted."
    return "Traders have not been told of this yet: the notice on Manifold is still to be posted."
