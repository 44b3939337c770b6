"""When a proposal may go on: pure rules over the votes on it and the doubts about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from markets.spec import ReviewSpec
from resolvers.outcome import Answers, No, Outcome, Yes

Vote = Literal["approve", "reject", "ask", "dispute", "retract"]
Standing = Literal["waiting", "approved", "rejected", "asked", "disputed"]

CONTRADICTS = Decimal("0.20")
"""A proposed outcome that an open market gives less than this is contradicted by its price."""


class Said(Protocol):
    """One person's word in a round."""

    @property
    def person(self) -> str: ...
    @property
    def vote(self) -> Vote: ...


def last_words(reviews: Sequence[Said]) -> dict[str, Vote]:
    """What counts of each person, from all that was said in order: one person, one vote.

    An approval that was taken back counts as never given: what they had asked before holds again; whoever had said
    nothing stands there with having taken it back, which counts for nothing either way.
    """
    words: dict[str, Vote] = {}
    asked: set[str] = set()
    for review in reviews:
        words[review.person] = "ask" if review.vote == "retract" and review.person in asked else review.vote
        asked |= {review.person} if review.vote == "ask" else set()
    return words


def speaks_against(reviews: Sequence[Said]) -> bool:
    """Whether anybody said something else than yes: silence decides nothing from then on.

    An approval that was taken back and given again says no more than one that stood.
    """
    doubted = any(review.vote not in ("approve", "retract") for review in reviews)
    return doubted or "retract" in last_words(reviews).values()


def standing(reviews: Sequence[Said], quorum: int, against: int | None = None) -> Standing:
    """Where a round stands.

    One dispute stops everything. A question holds until who asked says something else. Approval needs `quorum` people,
    and one more for each person who rejected; `against` rejections (by default as many as the quorum) end the proposal.
    """
    votes = list(last_words(reviews).values())
    approvals, rejections = votes.count("approve"), votes.count("reject")
    if "dispute" in votes:
        return "disputed"
    if rejections >= (quorum if against is None else against):
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


def missing(number: int) -> str:
    """`1 approval is missing`, `2 approvals are missing`."""
    return "1 approval is missing" if number == 1 else f"{number} approvals are missing"


def stuck(reviews: Sequence[Said], quorum: int, named: Collection[str]) -> str | None:
    """Why the words that are still to come cannot approve any more, and the ways out; None where they can.

    `named` are the people who review; who asked or took an approval back may vote, all others have one vote a
    round.
    """
    words = last_words(reviews)
    free = [person for person in named if words.get(person) in (None, "ask", "retract")]
    lacking = wanted(reviews, quorum)
    if quorum == 0 or lacking <= len(free):
        return None
    left = f"only {', '.join(free)} can still speak" if free else "everybody has spoken"
    return f"{missing(lacking)}, but {left}: a dispute begins a new round, or debate.yaml names more reviewers"


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many people must agree, and each doubt that asked for more of them."""

    needed: int
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubts:
    """What was known when it was asked how many must agree.

    `share` (0 to 1) is what the market gave the proposed outcome at `sampled_at`, and `even` what it would be if every
    outcome were as likely; None where no price is known. `pool_mana` is the market's liquidity then. `open`: people
    could trade on what they knew. `second`: what a live second source says otherwise.
    """

    disputes: int = 0
    share: Decimal | None = None
    even: Decimal = Decimal("0.5")
    open: bool = False
    pool_mana: Decimal | None = None
    sampled_at: datetime | None = None
    second: str | None = None

    def told(self) -> dict[str, Any]:
        """As it goes on the record: JSON values only."""
        return {
            "disputes": self.disputes,
            "share": None if self.share is None else f"{self.share:f}",
            "even": f"{self.even:f}",
            "open": self.open,
            "pool_mana": None if self.pool_mana is None else f"{self.pool_mana:f}",
            "sampled_at": None if self.sampled_at is None else self.sampled_at.isoformat(),
            "second": self.second,
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Doubts:
        """Back from the record; ValueError, LookupError or TypeError where these are none."""
        return cls(
            disputes=int(told["disputes"]),
            share=None if told["share"] is None else Decimal(told["share"]),
            even=Decimal(told["even"]),
            open=bool(told["open"]),
            pool_mana=None if told["pool_mana"] is None else Decimal(told["pool_mana"]),
            sampled_at=None if told["sampled_at"] is None else datetime.fromisoformat(told["sampled_at"]),
            second=told["second"],
        )

    def contradicted(self) -> bool:
        """Whether the price contradicts: under 20 %, and under half of an even share where there are many answers."""
        return self.open and self.share is not None and self.share < min(CONTRADICTS, self.even / 2)


def quorum_for(doubts: Doubts, spec: ReviewSpec) -> Quorum:
    """How many must agree: one step up the definition's ladder for each dispute and for each other doubt."""
    because = []
    if doubts.disputes:
        because.append(f"disputed {doubts.disputes} time{'s' if doubts.disputes > 1 else ''}")
    if doubts.contradicted() and doubts.share is not None:
        because.append(f"the open market gives this outcome only {doubts.share:.0%}")
    pool = doubts.pool_mana
    if pool is not None and spec.large_pool_mana and pool >= spec.large_pool_mana:
        because.append(
            f"the pool is large: {pool:,.0f} mana, {spec.large_pool_mana:,} or more ask for another pair of eyes"
        )
    if doubts.second:
        because.append(f"a second source says otherwise: {doubts.second}")
    steps = max(0, doubts.disputes - 1) + len(because)
    ladder = spec.ladder
    return Quorum(ladder[min(steps, len(ladder) - 1)], tuple(because))


def share_of(outcome: Outcome, shares: Mapping[str, Decimal]) -> Decimal | None:
    """What a market's prices (YES, or each answer) give an outcome; None where no price speaks of it."""
    if isinstance(outcome, Yes):
        return shares.get("YES")
    if isinstance(outcome, No):
        return Decimal(1) - shares["YES"] if "YES" in shares else None
    if isinstance(outcome, Answers):
        paid = [answer for answer, weight in outcome.weights.items() if weight > 0]
        return sum((shares[answer] for answer in paid), Decimal(0)) if all(one in shares for one in paid) else None
    return None


def even_share(outcome: Outcome, answers: int) -> Decimal:
    """What an outcome would be given if all were as likely."""
    if isinstance(outcome, Answers) and answers:
        return Decimal(sum(1 for weight in outcome.weights.values() if weight > 0)) / Decimal(answers)
    return Decimal("0.5")
