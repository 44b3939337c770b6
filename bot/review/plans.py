"""A plan before people: the one that waits, and a reviewer's word on it, taken down exactly once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import sqlalchemy as sa

from bot.store import Store, plan_cards
from bot.store import schema_service as schema
from bot.store.plan_cards import PlanCard, PlanState
from resolvers.errors import Refusal
from resolvers.rules.faults import nearest

Said = Literal["approve", "refuse"]

BECOMES: dict[Said, PlanState] = {"approve": "approved", "refuse": "refused"}
SHORTEST_CHECKSUM = 8


def decide_plan(
    store: Store,
    checksum: str,
    revision: int | None,
    person: str,
    said: str,
    because: str,
    key: str | None = None,
    *,
    reviewers: Collection[str],
) -> PlanCard:
    """Approve or refuse a plan as it was seen; `checksum` may be its start, `revision` None means as it is now.

    Saying the same again changes nothing, whatever `key` (the press it came by) it comes with. Refusal: no reviewer,
    no such plan, another said otherwise first, it has changed since, or it breaks a limit and cannot be approved.
    """
    if person not in reviewers:
        listed = ", ".join(sorted(reviewers))
        raise Refusal(f"{person!r} is no reviewer{nearest(person, reviewers)}; debate.yaml names {listed}")
    to = _becomes(said)
    if not because.strip():
        raise Refusal("say why; it stands on the record beside the plan")
    with store.transaction() as connection:
        seen = _named(connection, checksum)
        if seen.by == person and seen.state in (to, "applied"):
            return seen
        if seen.state != "open":
            by = f" by {seen.by}" if seen.by else ""
            raise Refusal(f"plan {seen.checksum[:12]} is {seen.state} already{by}: {seen.because or 'look again'}")
        if revision is not None and seen.revision != revision:
            raise Refusal(f"plan {seen.checksum[:12]} has changed since you looked: look again")
        if to == "approved" and seen.refusals:
            raise Refusal(f"plan {seen.checksum[:12]} cannot be approved: {'; '.join(seen.refusals)}")
        return plan_cards.move(connection, seen, to, by=person, because=because, at=store.now())


def _becomes(said: str) -> PlanState:
    for word, state in BECOMES.items():
        if said == word:
            return state
    raise Refusal(f"{said!r} is no answer to a plan{nearest(said, BECOMES)}; say approve or refuse")


def _named(connection: sa.Connection, checksum: str) -> PlanCard:
    """The newest card of that checksum."""
    if len(checksum) < SHORTEST_CHECKSUM or not checksum.isalnum():
        raise Refusal(f"{checksum!r} is no plan's checksum: give at least its first {SHORTEST_CHECKSUM} characters")
    table = schema.plan_cards
    statement = sa.select(table).where(table.c.checksum.startswith(checksum, autoescape=True))
    row = connection.execute(statement.order_by(table.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        raise Refusal(f"there is no plan {checksum[:12]}; `crux status` shows the one that waits")
    return PlanCard(*row)
