"""What people have switched by hand, each with who and why; who switched what before stands in the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store import audit
from bot.store import schema_service as schema
from bot.store.writing import insert_new


@dataclass(frozen=True, slots=True)
class Switch:
    """How a switch stands, and by whose hand."""

    name: str
    value: Any
    by: str
    because: str
    at: datetime


def switched(connection: sa.Connection, name: str) -> Switch | None:
    """How it stands; None where nobody has touched it."""
    found = connection.execute(sa.select(schema.switches).where(schema.switches.c.name == name)).one_or_none()
    return None if found is None else Switch(*found)


def switch(connection: sa.Connection, name: str, value: Any, *, by: str, because: str, at: datetime) -> Switch:
    """Set it, on the record."""
    row = {"name": name, "value": value, "by": by, "because": because, "at": at}
    if not insert_new(connection, schema.switches, [row]):
        connection.execute(sa.update(schema.switches).where(schema.switches.c.name == name).values(**row))
    payload = {"value": value, "because": because}
    audit.append(connection, at=at, actor=by, act="switch", subject=f"switch {name}", payload=payload)
    return Switch(**row)
