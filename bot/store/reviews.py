"""What people say of a proposal: one vote each, objections from traders and their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from bot.store import audit, schema
from bot.store.proposals import Proposal, require_still
from bot.store.writing import insert_new, insert_row
from resolvers.errors import Refusal

Vote = Literal["approve", "reject", "ask", "dispute", "retract"]

Category = Literal["too early", "wrong value", "wrong source", "ambiguous", "tampered source"]
"""What is wrong with a proposal, in one word."""

CATEGORIES: tuple[Category, ...] = get_args(Category)

COUNTED: tuple[Vote, ...] = ("approve", "reject")
"""Given once by each person in a round, unless an approval is retracted; asking may be done as often as one likes."""


@dataclass(frozen=True, slots=True)
class Review:
    """What one person said of a proposal, in which round, having seen which revision.

    `via` is the platform it was said on; `facts` what was read before it counted: their positions, the price.
    `retractions` is how often they had taken an approval back in this round before.
    """

    id: int
    proposal: int
    round: int
    revision: int
    person: str
    vote: Vote
    because: str
    at: datetime
    category: Category | None = None
    via: str | None = None
    facts: Mapping[str, Any] | None = None
    retractions: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """A trader's reply inside the window; it holds the resolution until a reviewer answers it."""

    id: int
    proposal: int
    comment_id: str
    by: str
    text: str
    at: datetime
    answered_by: str | None
    answer: str | None
    answered_at: datetime | None


def review(
    connection: sa.Connection,
    seen: Proposal,
    *,
    person: str,
    vote: Vote,
    because: str,
    at: datetime,
    category: Category | None = None,
    via: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Review:
    """Put down one person's word on the proposal as they saw it.

    Refusal where it has changed since, or where they have voted in this round already: one person, one vote; or where
    they have no approval to take back.
    """
    require_still(connection, seen)
    before = reviews(connection, seen)
    stands = counted(before, person)
    if vote in COUNTED and stands:
        raise Refusal(f"{person} has said {stands.vote} to proposal {seen.id} already: one person, one vote")
    if vote == "retract" and (stands is None or stands.vote != "approve"):
        raise Refusal(f"{person} has no approval of proposal {seen.id} to retract in this round")
    taken_back = sum(1 for one in before if (one.person, one.vote) == (person, "retract"))
    row: dict[str, Any] = {"proposal": seen.id, "round": seen.round, "revision": seen.revision, "person": person}
    more = {"category": category, "via": via, "facts": dict(facts) if facts else None}
    row |= {"vote": vote, "because": because, "at": at, **more, "retractions": taken_back}
    made = insert_row(connection, schema.reviews, **row)
    told: dict[str, Any] = {"review": made, "because": because, "round": seen.round, "revision": seen.revision}
    told |= {name: value for name, value in more.items() if value is not None}
    told |= {"retractions": taken_back} if taken_back else {}
    audit.append(connection, at=at, actor=person, act=vote, subject=f"proposal {seen.id}", payload=told)
    return Review(made, **row)


def counted(said: Sequence[Review], person: str) -> Review | None:
    """The vote of a person that stands in a round, from all that was said in it in order; None where none does."""
    stands = None
    for one in said:
        if one.person == person and one.vote in (*COUNTED, "retract"):
            stands = one if one.vote in COUNTED else None
    return stands


def reviews(connection: sa.Connection, proposal: Proposal, *, all_rounds: bool = False) -> tuple[Review, ...]:
    """What was said in the proposal's present round, or in all of them, in order."""
    table = schema.reviews.c
    statement = sa.select(schema.reviews).where(table.proposal == proposal.id).order_by(table.id)
    if not all_rounds:
        statement = statement.where(table.round == proposal.round)
    return tuple(Review(*row) for row in connection.execute(statement))


def objected(
    connection: sa.Connection, proposal: int, *, comment_id: str, by: str, text: str, at: datetime
) -> Objection | None:
    """Put down a trader's objection; None where this comment stands already."""
    row: dict[str, Any] = {"proposal": proposal, "comment_id": comment_id, "by": by, "text": text, "at": at}
    if not insert_new(connection, schema.objections, [row]):
        return None
    made = next(one for one in objections(connection, proposal) if one.comment_id == comment_id)
    told = {"objection": made.id, "comment_id": comment_id, "text": text}
    audit.append(connection, at=at, actor=by, act="object", subject=f"proposal {proposal}", payload=told)
    return made


def answered(connection: sa.Connection, objection: int, *, by: str, answer: str, at: datetime) -> Objection:
    """A reviewer answers an objection, once; Refusal where another has answered, or there is no such objection."""
    table = schema.objections
    mine = sa.and_(table.c.id == objection, table.c.answered_at.is_(None))
    values = {"answered_by": by, "answer": answer, "answered_at": at}
    changed = connection.execute(sa.update(table).where(mine).values(**values)).rowcount
    found = connection.execute(sa.select(table).where(table.c.id == objection)).one_or_none()
    if found is None:
        raise Refusal(f"there is no objection {objection}")
    if changed != 1:
        raise Refusal(f"objection {objection} was answered by {found.answered_by} already: {found.answer}")
    told = {"objection": objection, "answer": answer}
    audit.append(connection, at=at, actor=by, act="answer", subject=f"proposal {found.proposal}", payload=told)
    return Objection(*found)


def objection(connection: sa.Connection, number: int) -> Objection:
    """One objection by its number; Refusal where there is none."""
    found = connection.execute(sa.select(schema.objections).where(schema.objections.c.id == number)).one_or_none()
    if found is None:
        raise Refusal(f"there is no objection {number}")
    return Objection(*found)


def objections(connection: sa.Connection, proposal: int, *, unanswered: bool = False) -> tuple[Objection, ...]:
    """The objections to a proposal, in order; `unanswered` gives those that hold its resolution."""
    table = schema.objections.c
    statement = sa.select(schema.objections).where(table.proposal == proposal).order_by(table.id)
    if unanswered:
        statement = statement.where(table.answered_at.is_(None))
    return tuple(Objection(*row) for row in connection.execute(statement))
