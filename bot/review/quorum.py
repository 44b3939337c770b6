"""When a proposal may go on: pure rules over the votes and objections that stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

Vote = Literal["approve", "reject", "ask", "dispute"]
Standing = Literal["waiting", "approved", "rejected", "asked", "disputed"]


class Said(Protocol):
    """One person's word in a round."""

    @property
    def person(self) -> str: ...
    @property
    def vote(self) -> Vote: ...


def last_words(reviews: Sequence[Said]) -> dict[str, Vote]:
    """What counts of each person, from all that was said in order: one person, one vote."""
    return {review.person: review.vote for review in reviews}


def standing(reviews: Sequence[Said], quorum: int) -> Standing:
    """Where a round stands.

    One dispute stops everything. A question holds until who asked says something else. Approval needs `quorum` people,
    and one more for each person who rejected; `quorum` rejections end the proposal.
    """
    votes = list(last_words(reviews).values())
    approvals, rejections = votes.count("approve"), votes.count("reject")
    if "dispute" in votes:
        return "disputed"
    if rejections >= quorum:
        return "rejected"
    if "ask" in votes:
        return "asked"
    if approvals >= quorum + rejections:
        return "approved"
    return "waiting"


def wanted(reviews: Sequence[Said], quorum: int) -> int:
    """How many more approvals are needed."""
    votes = list(last_words(reviews).values())
    return max(0, quorum + votes.count("reject") - votes.count("approve"))
