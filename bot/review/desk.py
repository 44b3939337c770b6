"""The review desk: one person's word on a proposal, taken down exactly once, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from bot.frozen import Frozen
from bot.review.quorum import Vote, standing, wanted
from bot.store import Store, accept, awaiting, markets, proposals, resolutions, reviews
from bot.store.markets import Market
from bot.store.proposals import Proposal
from bot.store.reviews import Objection, Review
from resolvers.errors import Refusal
from resolvers.rules.faults import nearest

VOTES: tuple[Vote, ...] = get_args(Vote)
OPEN_TO_VOTES = ("proposed",)
OPEN_TO_DISPUTE = ("proposed", "approved", "agreed")


@dataclass(frozen=True, slots=True)
class Card:
    """All that a reviewer sees of one proposal."""

    proposal: Proposal
    market: Market
    frozen: Frozen
    reviews: tuple[Review, ...]
    objections: tuple[Objection, ...]
    receipt: Mapping[str, Any] | None = None

    @property
    def wanted(self) -> int:
        """How many more approvals it takes."""
        return wanted(self.reviews, self.frozen.review.quorum)


def card(store: Store, number: int) -> Card:
    """One proposal with everything said about it; Refusal where there is none."""
    with store.reading() as connection:
        proposal = proposals.get(connection, number)
        market = markets.market(connection, proposal.market)
        return Card(
            proposal,
            market,
            Frozen.of(markets.spec(connection, proposal.version)),
            reviews.reviews(connection, proposal),
            reviews.objections(connection, proposal.id),
            resolutions.of(connection, number).receipt if proposal.state == "resolved" else None,
        )


def cards(store: Store, *, living: bool = True, debate: str | None = None) -> list[Card]:
    """Every proposal that has not ended, or all of them; of one debate if it is named."""
    with store.reading() as connection:
        numbers = [one.id for one in proposals.listing(connection) if not living or one.closed_at is None]
    found = [card(store, number) for number in numbers]
    return [one for one in found if debate is None or one.market.debate == debate]


def vote(store: Store, seen: Card, *, person: str, said: str, because: str, reviewers: Collection[str]) -> Card:
    """Take down what one named person says of a proposal as they saw it, and carry it on from there.

    Refusal: no such reviewer, no reason given, voted already, or the proposal has changed since it was seen.
    """
    kind = _allowed(seen, person, said, because, reviewers)
    with store.transaction() as connection:
        at = store.now()
        if kind == "ask":
            _not_voted(person, reviews.reviews(connection, seen.proposal))
        reviews.review(connection, seen.proposal, person=person, vote=kind, because=because, at=at)
        said_so_far = reviews.reviews(connection, seen.proposal)
        stands = standing(said_so_far, seen.frozen.review.quorum)
        to: proposals.ProposalState | None = None
        if kind == "dispute":
            to = "disputed"
        elif stands == "approved" and seen.proposal.state == "proposed":
            to = "approved"
        elif stands == "rejected" and seen.proposal.state == "proposed":
            to = "rejected"
        if to is not None:
            proposals.move(connection, seen.proposal, to, actor=person, at=at, because=because)
    return card(store, seen.proposal.id)


def _allowed(seen: Card, person: str, said: str, because: str, reviewers: Collection[str]) -> Vote:
    _reviewer(person, reviewers)
    found = next((one for one in VOTES if one == said), None)
    if found is None:
        raise Refusal(f"{said!r} is no answer{nearest(said, VOTES)}; say one of {', '.join(VOTES)}")
    if not because.strip():
        raise Refusal("say why: --because TEXT; it stands on the record beside the vote")
    state = seen.proposal.state
    if state not in (OPEN_TO_DISPUTE if found == "dispute" else OPEN_TO_VOTES):
        more = "; a dispute still stops it" if state in OPEN_TO_DISPUTE and found != "dispute" else ""
        raise Refusal(f"proposal {seen.proposal.id} is {state}, so there is nothing to {found}{more}")
    return found


def _not_voted(person: str, said: Sequence[Review]) -> None:
    """A question after one's own vote would hold for good: the vote is spent, so nothing could take it back."""
    before = next((one.vote for one in said if one.person == person and one.vote in reviews.COUNTED), None)
    if before is not None:
        raise Refusal(f"{person} has said {before} already: ask before voting, or dispute it, which stops it")


def answer(store: Store, objection: int, *, person: str, text: str, reviewers: Collection[str]) -> Objection:
    """A reviewer answers a trader's objection, once; the resolution is free to go on when none is left unanswered."""
    _reviewer(person, reviewers)
    if not text.strip():
        raise Refusal("say what the answer is: --because TEXT; it is posted under the objection")
    with store.transaction() as connection:
        return reviews.answered(connection, objection, by=person, answer=text, at=store.now())


def accept_import(
    store: Store, snapshot: int, *, person: str, because: str, reviewers: Collection[str], quorum: int
) -> int | None:
    """A reviewer accepts an import dated after a market opened; with the last of the quorum it counts (law 1)."""
    _reviewer(person, reviewers)
    if not because.strip():
        raise Refusal("say why: --because TEXT; it stands on the record beside the import")
    if snapshot not in [one.snapshot for one in awaiting(store)]:
        raise Refusal(f"snapshot {snapshot} awaits nobody's acceptance; `crux sources` lists those that do")
    return accept(store, snapshot, person, because, quorum=quorum)


def _reviewer(person: str, reviewers: Collection[str]) -> None:
    if person not in reviewers:
        raise Refusal(
            f"{person!r} is no reviewer{nearest(person, reviewers)}; debate.yaml names {', '.join(sorted(reviewers))}"
        )


def unanswered(objections: Sequence[Objection]) -> list[Objection]:
    """Those that hold the resolution."""
    return [one for one in objections if one.answered_at is None]
