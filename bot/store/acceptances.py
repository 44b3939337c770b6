"""Imports dated after a live market opened: they count once reviewers accept them, and not before (law 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store import audit, looks, schema
from bot.store.engine import Store
from bot.store.evidence import recorded_at
from resolvers.errors import Refusal
from resolvers.evidence import moment


@dataclass(frozen=True, slots=True)
class Awaiting:
    """An import dated after a live market opened."""

    snapshot: int
    source: str
    seen_at: datetime
    body: str


def accept(store: Store, snapshot: int, person: str, because: str, *, quorum: int = 1) -> int | None:
    """One reviewer accepts an import that awaits it; with the last one needed it counts, as a snapshot of its own.

    Returns that snapshot's id, None while more are needed. What was decided before stays what it was: the import
    counts from this recording on. Refusal where there is nothing to accept or the person has accepted it already.
    """
    with store.transaction() as connection:
        waiting = connection.execute(sa.select(schema.snapshots).where(schema.snapshots.c.id == snapshot)).one_or_none()
        if waiting is None or not waiting.awaits:
            raise Refusal(f"snapshot {snapshot} awaits nobody's acceptance; `crux sources` lists those that do")
        people = _accepted_by(connection, snapshot)
        if person in people:
            raise Refusal(f"{person} has accepted snapshot {snapshot} already")
        enough = len(people) + 1 >= quorum and not _counts(connection, snapshot)
        counted = _count_it(connection, store, waiting) if enough else None
        at = store.now()
        row = {"snapshot": snapshot, "person": person, "because": because, "at": at, "counted_as": counted}
        connection.execute(sa.insert(schema.acceptances).values(row))
        told = {"because": because, "counted_as": counted}
        audit.append(connection, at=at, actor=person, act="accept-import", subject=f"snapshot {snapshot}", payload=told)
        return counted


def awaiting(store: Store) -> tuple[Awaiting, ...]:
    """The imports that count only once reviewers accept them, oldest first."""
    at, took = schema.snapshots.c, schema.acceptances.c
    counted = sa.exists().where(took.snapshot == at.id, took.counted_as.is_not(None))
    statement = sa.select(at.id, at.source, at.seen_at, at.body).where(at.awaits.is_(sa.true()), ~counted)
    with store.reading() as connection:
        rows = connection.execute(statement.order_by(at.id)).all()
        return tuple(Awaiting(row.id, row.source, moment(row.seen_at), row.body or "") for row in rows)


def _accepted_by(connection: sa.Connection, snapshot: int) -> list[str]:
    took = schema.acceptances.c
    statement = sa.select(took.person).where(took.snapshot == snapshot).order_by(took.id)
    return [person for (person,) in connection.execute(statement)]


def _counts(connection: sa.Connection, snapshot: int) -> bool:
    took = schema.acceptances.c
    statement = sa.select(sa.exists().where(took.snapshot == snapshot, took.counted_as.is_not(None)))
    return bool(connection.execute(statement).scalar_one())


def _count_it(connection: sa.Connection, store: Store, waiting: Any) -> int:
    row = dict(waiting._mapping) | {"awaits": False, "recorded_at": recorded_at(connection, store)}
    row["because"] = f"import {row.pop('id')}, accepted"
    return looks.add(connection, **row)
