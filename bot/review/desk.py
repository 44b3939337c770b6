"""The review desk: one person's word on a proposal, taken down exactly once, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

import sqlalchemy as sa

from bot.frozen import Frozen
from bot.jobs import tried
from bot.review.doubting import doubts_about, quorum_of
from bot.review.earlier import Earlier, earlier
from bot.review.quorum import Doubts, Quorum, Vote, standing, stuck, wanted
from bot.store import Store, accept, awaiting, markets, proposals, resolutions, reviews, takes
from bot.store.markets import Market
from bot.store.outbox import is_known
from bot.store.prices import Sample, keep
from bot.store.proposals import Proposal
from bot.store.reviews import CATEGORIES, Category, Objection, Review
from markets.outbox import proposal_notices
from resolvers.errors import Refusal
from resolvers.rules.faults import nearest

VOTES: tuple[Vote, ...] = get_args(Vote)
OPEN_TO_VOTES = ("proposed",)
OPEN_TO_DISPUTE = ("proposed", "approved", "agreed")


@dataclass(frozen=True, slots=True)
class Card:
    """All that a reviewer sees of one proposal. `published`: traders have been told of it, or will be at once.

    `earlier` is what people took back or turned down of the same market before.
    """

    proposal: Proposal
    market: Market
    frozen: Frozen
    reviews: tuple[Review, ...]
    objections: tuple[Objection, ...]
    receipt: Mapping[str, Any] | None = None
    quorum: Quorum = field(default_factory=partial(Quorum, 2))
    doubts: Doubts = field(default_factory=Doubts)
    taken_by: str | None = None
    published: bool = False
    earlier: Earlier | None = None

    @property
    def wanted(self) -> int:
        """How many more approvals it takes; none where the definition let silence decide."""
        return 0 if self.quorum.needed == 0 else wanted(self.reviews, self.quorum.needed)

    def stuck(self, named: Collection[str]) -> str | None:
        """Why this round cannot approve it any more, where `named` people review; None where it can."""
        if self.proposal.state != "proposed":
            return None
        return stuck(self.reviews, self.quorum.needed, named)

    @property
    def undone(self) -> tuple[str, str] | None:
        """Who took its resolution back, and why; None where nobody has."""
        told = (self.proposal.facts or {}).get("undone")
        return (told["by"], told["because"]) if told and self.proposal.state in ("undoing", "undone") else None


@dataclass(frozen=True, slots=True)
class Word:
    """What one person says of a proposal, and what was read before it may count: `facts`, and the `price` of then."""

    person: str
    said: str
    because: str
    category: Category | None = None
    via: str | None = None
    facts: Mapping[str, Any] | None = None
    price: Sample | None = None


def card(store: Store, number: int) -> Card:
    """One proposal with everything said about it; Refusal where there is none."""
    with store.reading() as connection:
        return card_in(connection, store, number)


def card_in(connection: sa.Connection, store: Store, number: int) -> Card:
    """The same inside a transaction."""
    proposal = proposals.get(connection, number)
    market = markets.market(connection, proposal.market)
    frozen = Frozen.of(markets.spec(connection, proposal.version))
    doubts = doubts_about(connection, proposal, market, store.now())
    done = proposal.state in ("resolved", "undoing", "undone")
    taken = takes.taken(connection, number)
    return Card(
        proposal,
        market,
        frozen,
        reviews.reviews(connection, proposal),
        reviews.objections(connection, proposal.id),
        receipt=resolutions.of(connection, number).receipt if done else None,
        quorum=quorum_of(proposal, frozen, doubts),
        doubts=doubts,
        taken_by=taken.person if taken else None,
        published=is_known(connection, proposal_notices(market.market_id, proposal.id, proposal.round)),
        earlier=earlier(connection, proposal),
    )


def cards(store: Store, *, living: bool = True, debate: str | None = None) -> list[Card]:
    """Every proposal that has not ended, or all of them; of one debate if it is named."""
    with store.reading() as connection:
        numbers = [one.id for one in proposals.listing(connection) if not living or one.closed_at is None]
    found = [card(store, number) for number in numbers]
    return [one for one in found if debate is None or one.market.debate == debate]


def readable(store: Store, debate: str, states: Iterable[proposals.ProposalState] | None = None) -> list[Card]:
    """The proposals of a debate that have not ended, or those in `states`, for who goes on with all of them.

    One that cannot be read as it is stored is left out and logged: it keeps no other waiting.
    """
    with store.reading() as connection:
        ours = {one.id for one in markets.every(connection, debate)}
        found = [one for one in proposals.listing(connection, states=states) if one.market in ours]
    mine = [one.id for one in found if states is not None or one.closed_at is None]
    came = [tried(f"proposal {number}", partial(card, store, number)) for number in mine]
    return [one for one in came if isinstance(one, Card)]


def vote(store: Store, seen: Card, *, person: str, said: str, because: str, reviewers: Collection[str]) -> Card:
    """Take down what one named person says of a proposal as they saw it, and carry it on from there.

    Nothing is read from Manifold here: people vote by bot.review.deciding, which looks for a conflict of interest
    first. Refusal: no such reviewer, no reason given, voted already, or the proposal has changed since it was seen.
    """
    word = Word(person, said, because)
    allowed(seen, word, reviewers)
    with store.transaction() as connection:
        taken_down(connection, store, seen, word)
    return card(store, seen.proposal.id)


def taken_down(connection: sa.Connection, store: Store, seen: Card, word: Word) -> None:
    """One word that is `allowed`, inside the transaction: put down, and what follows from it for the proposal."""
    at, proposal = store.now(), seen.proposal
    kind = _kind(word.said)
    if kind == "ask":
        _not_voted(word.person, reviews.reviews(connection, proposal))
    if word.price is not None:
        keep(connection, [word.price])
    doubts = doubts_about(connection, proposal, seen.market, at)
    asked = quorum_of(proposal, seen.frozen, doubts)
    facts = {"doubts": doubts.told(), "needed": asked.needed, "because": list(asked.because)}
    reviews.review(
        connection,
        proposal,
        person=word.person,
        vote=kind,
        because=word.because,
        at=at,
        category=word.category,
        via=word.via,
        facts={**facts, **(word.facts or {})},
    )
    stands = standing(reviews.reviews(connection, proposal), asked.needed, seen.frozen.review.quorum)
    to: proposals.ProposalState | None = None
    if kind == "dispute":
        to = "disputed"
    elif stands == "approved" and proposal.state == "proposed" and kind == "approve":  # by no other word
        to = "approved"
    elif stands == "rejected" and proposal.state == "proposed":
        to = "rejected"
    if to is not None:
        told = facts if to == "approved" else None
        proposals.move(connection, proposal, to, actor=word.person, at=at, because=word.because, facts=told)


def _kind(said: str) -> Vote:
    found = next((one for one in VOTES if one == said), None)
    if found is None:
        raise Refusal(f"{said!r} is no answer{nearest(said, VOTES)}; say one of {', '.join(VOTES)}")
    return found


def allowed(seen: Card, word: Word, reviewers: Collection[str]) -> None:
    """Refusal where this person may not say this of the proposal as they see it."""
    reviewer(word.person, reviewers)
    said = _kind(word.said)
    if not word.because.strip():
        raise Refusal("say why: --because TEXT; it stands on the record beside the vote")
    if word.category is not None:
        _category(said, word.category)
    state, number = seen.proposal.state, seen.proposal.id
    if state not in (OPEN_TO_DISPUTE if said == "dispute" else OPEN_TO_VOTES):
        more = "; a dispute still stops it" if state in OPEN_TO_DISPUTE and said != "dispute" else ""
        if state == "resolved" and said in ("dispute", "retract"):
            more = f"; `crux review {number} undo` takes its resolution back, within ten minutes of it"
        raise Refusal(f"proposal {number} is {state}, so there is nothing to {said}{more}")
    if said == "approve" and word.person == seen.proposal.proposed_by:
        raise Refusal(f"{word.person} has put proposal {number} forward: who proposes does not approve, others must")


def _category(said: str, category: str) -> None:
    if category not in CATEGORIES:
        near = nearest(category, CATEGORIES)
        raise Refusal(f"{category!r} is no category{near}; say one of {', '.join(CATEGORIES)}")
    if said == "approve":
        raise Refusal("a category says what is wrong, and an approval says that nothing is: leave it out")


def _not_voted(person: str, said: Sequence[Review]) -> None:
    """A question after one's own vote would hold for good: with the vote spent nothing could say it is answered."""
    before = reviews.counted(said, person)
    if before is not None:
        first = " retract it first," if before.vote == "approve" else ""
        raise Refusal(
            f"{person} has said {before.vote} already: ask before voting,{first} or dispute it, which stops it"
        )


def answer(store: Store, objection: int, *, person: str, text: str, reviewers: Collection[str]) -> Objection:
    """A reviewer answers a trader's objection, once; the resolution is free to go on when none is left unanswered."""
    reviewer(person, reviewers)
    if not text.strip():
        raise Refusal("say what the answer is: --because TEXT; it is posted under the objection")
    with store.transaction() as connection:
        return reviews.answered(connection, objection, by=person, answer=text, at=store.now())


def accept_import(
    store: Store, snapshot: int, *, person: str, because: str, reviewers: Collection[str], quorum: int
) -> int | None:
    """A reviewer accepts an import dated after a market opened; with the last of the quorum it counts (law 1)."""
    reviewer(person, reviewers)
    if not because.strip():
        raise Refusal("say why: --because TEXT; it stands on the record beside the import")
    if snapshot not in [one.snapshot for one in awaiting(store)]:
        raise Refusal(f"snapshot {snapshot} awaits nobody's acceptance; `crux sources` lists those that do")
    return accept(store, snapshot, person, because, quorum=quorum)


def reviewer(person: str, reviewers: Collection[str]) -> None:
    """Refusal of whoever is not named."""
    if person not in reviewers:
        raise Refusal(
            f"{person!r} is no reviewer{nearest(person, reviewers)}; debate.yaml names {', '.join(sorted(reviewers))}"
        )


def unanswered(objections: Sequence[Objection]) -> list[Objection]:
    """Those that hold the resolution."""
    return [one for one in objections if one.answered_at is None]
