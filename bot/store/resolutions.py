"""The act on Manifold, once for each proposal: what we are about to do, and the receipt of having done it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.store import audit, schema
from bot.store.proposals import Proposal, move
from bot.store.writing import insert_new
from resolvers.errors import Refusal
from resolvers.outcome import Outcome

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)


@dataclass(frozen=True, slots=True)
class Resolution:
    """One resolution: `intent` is what is sent, `receipt` the public account once it is done (None before)."""

    id: int
    proposal: int
    market: int
    outcome: Outcome
    intent: Mapping[str, Any]
    at: datetime
    done_at: datetime | None
    receipt: Mapping[str, Any] | None


def begin(
    connection: sa.Connection, seen: Proposal, *, intent: Mapping[str, Any], actor: str, at: datetime
) -> tuple[Proposal, Resolution]:
    """Take an agreed proposal to resolve it: Refusal to all but the first who do."""
    because, told = "agreed and past its window", {"market": seen.market, "intent": dict(intent)}
    moved = move(connection, seen, "resolving", actor=actor, at=at, because=because, more=told)
    row: dict[str, Any] = {"proposal": seen.id, "market": seen.market, "intent": dict(intent), "at": at}
    row["outcome"] = _OUTCOME.dump_python(seen.outcome, mode="json")
    if not insert_new(connection, schema.resolutions, [row]):  # tried before, and refused by Manifold
        mine = schema.resolutions.c.proposal == seen.id
        connection.execute(sa.update(schema.resolutions).where(mine).values(**row))
    return moved, of(connection, seen.id)


def finish(
    connection: sa.Connection, seen: Proposal, *, receipt: Mapping[str, Any], actor: str, at: datetime
) -> tuple[Proposal, Resolution]:
    """Manifold has resolved: close the proposal and keep the receipt, with the head of the record in it (law 10)."""
    moved = move(connection, seen, "resolved", actor=actor, at=at, because="resolved on Manifold, read back")
    told = {"receipt": dict(receipt)}
    head = audit.append(connection, at=at, actor=actor, act="receipt", subject=f"proposal {seen.id}", payload=told)
    table = schema.resolutions
    open_ = sa.and_(table.c.proposal == seen.id, table.c.done_at.is_(None))
    values = {"receipt": {**receipt, "audit_head": head}, "done_at": at}
    if connection.execute(sa.update(table).where(open_).values(**values)).rowcount != 1:
        raise Refusal(f"proposal {seen.id} has its receipt already")
    return moved, of(connection, seen.id)


def of(connection: sa.Connection, proposal: int) -> Resolution:
    """A proposal's resolution; Refusal where it was never begun."""
    found = _select(connection, schema.resolutions.c.proposal == proposal)
    if not found:
        raise Refusal(f"proposal {proposal} has not been resolved")
    return found[0]


def every(connection: sa.Connection) -> tuple[Resolution, ...]:
    """All resolutions, in order; those without `done_at` were begun and not read back yet."""
    return _select(connection, sa.true())


def heads(connection: sa.Connection) -> tuple[str, ...]:
    """The heads of the record that receipts name: rows that must still be there."""
    return tuple(str(one.receipt["audit_head"]) for one in every(connection) if one.receipt)


def _select(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Resolution, ...]:
    rows = connection.execute(sa.select(schema.resolutions).where(which).order_by(schema.resolutions.c.id))
    return tuple(read(row._asdict()) for row in rows)


def read(row: Mapping[str, Any]) -> Resolution:
    """A row as a resolution; ValueError where its outcome is none."""
    return Resolution(**{**row, "outcome": _OUTCOME.validate_python(row["outcome"])})
