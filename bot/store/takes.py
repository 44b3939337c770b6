"""Who has taken a proposal: a soft claim that others see, and nothing that binds anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import schema
from bot.store.writing import insert_new


@dataclass(frozen=True, slots=True)
class Taken:
    """Who looks into a proposal, and since when."""

    proposal: int
    person: str
    at: datetime


def taken(connection: sa.Connection, proposal: int) -> Taken | None:
    """Who has taken it; None where nobody has."""
    found = connection.execute(sa.select(schema.takes).where(schema.takes.c.proposal == proposal)).one_or_none()
    return None if found is None else Taken(*found)


def take(connection: sa.Connection, proposal: int, person: str, at: datetime, *, stale: datetime) -> Taken:
    """Who has it now: this person, unless another has taken it since `stale`."""
    row = {"proposal": proposal, "person": person, "at": at}
    if not insert_new(connection, schema.takes, [row]):
        mine = sa.and_(schema.takes.c.proposal == proposal, schema.takes.c.at < stale)
        connection.execute(sa.update(schema.takes).where(mine).values(person=person, at=at))
    there = taken(connection, proposal)
    assert there is not None
    return there
