"""The record of every act: each row carries the hash of the one before, so that none can be changed or cut unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store.raw import Unreadable, rows
from bot.store.types import canonical
from resolvers.evidence import instant

START = "0" * 64
"""Stands where the first row has nothing before it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the record; `payload` is canonical JSON, `hash` covers everything here but itself."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    payload: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """Where the record is not what it was: the row, and what is wrong with it."""

    id: int
    because: str


def append(
    connection: sa.Connection, *, at: datetime, actor: str, act: str, subject: str, payload: Mapping[str, Any]
) -> str:
    """Put one act on the record, inside the transaction that does it; returns the row's hash."""
    if connection.dialect.name == "postgresql":  # one chain, one writer
        connection.exec_driver_sql("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
    columns = schema.audit.c
    last = connection.execute(sa.select(columns.id, columns.hash).order_by(columns.id.desc()).limit(1)).one_or_none()
    number, before = (last.id + 1, last.hash) if last else (1, START)
    told = canonical(payload)
    made = row_hash(Act(number, at, actor, act, subject, told, before, ""))
    row = {"id": number, "at": at, "actor": actor, "act": act, "subject": subject, "payload": told}
    connection.execute(sa.insert(schema.audit).values(**row, prev_hash=before, hash=made))
    return made


def row_hash(act: Act) -> str:
    """sha256 over a row's content and the hash before it."""
    content = [act.id, instant(act.at), act.actor, act.act, act.subject, act.payload, act.prev_hash]
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def head(connection: sa.Connection) -> str:
    """The newest row's hash: written into every receipt, so that a cut tail shows."""
    columns = schema.audit.c
    found = connection.execute(sa.select(columns.hash).order_by(columns.id.desc()).limit(1)).scalar_one_or_none()
    return found or START


def acts(connection: sa.Connection, *, subject: str | None = None) -> tuple[Act, ...]:
    """The record from its beginning, or what concerns one subject."""
    statement = sa.select(schema.audit).order_by(schema.audit.c.id)
    if subject is not None:
        statement = statement.where(schema.audit.c.subject == subject)
    return tuple(Act(*row) for row in connection.execute(statement))


def broken_links(connection: sa.Connection, heads: Iterable[str] = ()) -> tuple[BrokenLink, ...]:
    """Every place where the record was changed or cut; `heads` are hashes that receipts say were there."""
    return walk(connection, heads)[1]


def walk(connection: sa.Connection, heads: Iterable[str] = ()) -> tuple[tuple[Act, ...], tuple[BrokenLink, ...]]:
    """The acts that are what was hashed, and every place where the record was changed or cut.

    Numbers run from 1 without a gap; each row's hash must be that of its content, and name the row before it.
    """
    held: list[Act] = []
    found: list[BrokenLink] = []
    number, before, seen = 0, START, {START}
    for row in rows(connection, schema.audit):
        act = Act(**row)
        if act.id != number + 1:
            found.append(BrokenLink(act.id, f"rows {number + 1} to {act.id - 1} are missing"))
        elif act.prev_hash != before:
            found.append(BrokenLink(act.id, f"follows {act.prev_hash!s:.12}, but the row before it is {before!s:.12}"))
        if any(isinstance(value, Unreadable) for value in row.values()) or row_hash(act) != act.hash:
            found.append(BrokenLink(act.id, "its content is not what was hashed"))
        else:
            held.append(act)
        number, before = act.id, act.hash
        seen.add(act.hash)
    lost = [head for head in dict.fromkeys(heads) if head not in seen]
    found += [
        BrokenLink(number + 1, f"the row {head[:12]} that a receipt names is gone: the end was cut") for head in lost
    ]
    return tuple(held), tuple(found)
