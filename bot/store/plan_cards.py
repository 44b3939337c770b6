"""A plan put to people: one living card a debate, decided once, stale as soon as the files or Manifold move on.

open ─▶ approved ─▶ applied          an open or approved one may become stale; approving and applying are two acts,
   └──▶ refused                      so that whatever dies between them, the plan is carried out, once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from bot.store import audit
from bot.store import schema_service as schema
from bot.store.writing import insert_row
from resolvers.errors import Refusal

PlanState = Literal["open", "approved", "applied", "refused", "stale"]

NEXT: Mapping[PlanState, frozenset[PlanState]] = {
    "open": frozenset({"approved", "refused", "stale"}),
    "approved": frozenset({"applied", "stale"}),
    "refused": frozenset({"stale"}),
}
CLOSED: frozenset[PlanState] = frozenset({"applied", "stale"})
"""A refused plan lives on, or the same plan would be put to people again a minute later."""


@dataclass(frozen=True, slots=True)
class PlanCard:
    """One plan as it was put to people; `summary` holds lines, refusals, waiting, drifts and faults as texts."""

    id: int
    debate: str
    checksum: str
    summary: Mapping[str, Any]
    cost_mana: Decimal
    state: PlanState
    by: str | None
    because: str
    made_at: datetime
    decided_at: datetime | None
    closed_at: datetime | None
    revision: int

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.summary.get("lines", ()))

    @property
    def changes(self) -> int:
        """How many changes it makes: of a large plan not every one has a line here."""
        return int(self.summary.get("changes", len(self.lines)))

    @property
    def refusals(self) -> tuple[str, ...]:
        """Limits that the plan breaks: it cannot be approved as it is."""
        return tuple(self.summary.get("refusals", ()))

    @property
    def came(self) -> tuple[str, ...]:
        """What came of applying it, where it was: how many were done, and what was refused or is open, with why."""
        return tuple(self.summary.get("came", ()))

    @property
    def waiting(self) -> tuple[str, ...]:
        return tuple(self.summary.get("waiting", ()))

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the debate's files just now; the plan is of the files as they last were in order."""
        return tuple(self.summary.get("faults", ()))


def living(connection: sa.Connection, debate: str) -> PlanCard | None:
    """The debate's plan that is not closed, if there is one."""
    table = schema.plan_cards.c
    found = connection.execute(sa.select(schema.plan_cards).where(table.debate == debate, table.closed_at.is_(None)))
    row = found.one_or_none()
    return None if row is None else PlanCard(*row)


def get(connection: sa.Connection, number: int) -> PlanCard:
    """A plan card by its number; Refusal where there is none."""
    found = connection.execute(sa.select(schema.plan_cards).where(schema.plan_cards.c.id == number)).one_or_none()
    if found is None:
        raise Refusal(f"there is no plan card {number}")
    return PlanCard(*found)


def put(
    connection: sa.Connection,
    debate: str,
    checksum: str,
    *,
    summary: Mapping[str, Any],
    cost_mana: Decimal,
    at: datetime,
    state: PlanState = "open",
) -> PlanCard:
    """Put a plan to people; Refusal where the debate has a living card already."""
    there = living(connection, debate)
    if there is not None:
        raise Refusal(f"plan {there.checksum[:12]} of {debate} is {there.state}: it must end before another is made")
    row: dict[str, Any] = {"debate": debate, "checksum": checksum, "summary": dict(summary), "cost_mana": cost_mana}
    row |= {"state": state, "by": None, "because": "", "made_at": at, "decided_at": None, "closed_at": None}
    made = insert_row(connection, schema.plan_cards, **row, revision=0)
    told = {"checksum": checksum, "cost_mana": f"{cost_mana:f}", "lines": list(summary.get("lines", ()))}
    audit.append(connection, at=at, actor="crux", act="plan", subject=f"plan {made}", payload=told)
    return get(connection, made)


def retell(connection: sa.Connection, seen: PlanCard, summary: Mapping[str, Any]) -> PlanCard:
    """Say anew what stands around the same plan: what waits, what is wrong with the files."""
    table = schema.plan_cards
    values = {"summary": dict(summary), "revision": seen.revision + 1}
    if connection.execute(sa.update(table).where(_still(seen)).values(**values)).rowcount != 1:
        raise _overtaken(connection, seen)
    return get(connection, seen.id)


def move(
    connection: sa.Connection,
    seen: PlanCard,
    to: PlanState,
    *,
    by: str,
    because: str,
    at: datetime,
    came: Sequence[str] = (),
) -> PlanCard:
    """Change a card's state if it still is as it was `seen`; Refusal to everyone but the first."""
    if to not in NEXT.get(seen.state, frozenset()):
        raise Refusal(f"plan {seen.checksum[:12]} is {seen.state} and cannot become {to}")
    values: dict[str, Any] = {"state": to, "revision": seen.revision + 1}
    values |= {"by": by, "because": because, "decided_at": at} if to in ("approved", "refused") else {}
    values |= {"because": because} if to == "stale" else {}
    values |= {"closed_at": at} if to in CLOSED else {}
    values |= {"summary": {**seen.summary, "came": list(came)}} if came else {}
    if connection.execute(sa.update(schema.plan_cards).where(_still(seen)).values(**values)).rowcount != 1:
        raise _overtaken(connection, seen)
    told = {"because": because, "from": seen.state, "checksum": seen.checksum, "revision": seen.revision + 1}
    audit.append(connection, at=at, actor=by, act=f"plan-{to}", subject=f"plan {seen.id}", payload=told)
    return get(connection, seen.id)


def _still(seen: PlanCard) -> sa.ColumnElement[bool]:
    table = schema.plan_cards.c
    return sa.and_(table.id == seen.id, table.revision == seen.revision, table.state == seen.state)


def _overtaken(connection: sa.Connection, seen: PlanCard) -> Refusal:
    now = get(connection, seen.id)
    return Refusal(f"plan {seen.checksum[:12]} was {seen.state} when you looked and is {now.state} now: look again")
