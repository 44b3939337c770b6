"""The record of every act and every look: each row has the hash of the one before, so that none is changed unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store.raw import Unreadable, each
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
    last = connection.execute(_LAST).one_or_none()
    number, before = (last.id + 1, last.hash) if last else (1, START)
    told = canonical(payload)
    made = row_hash(Act(number, at, actor, act, subject, told, before, ""))
    row = {"id": number, "at": at, "actor": actor, "act": act, "subject": subject, "payload": told}
    connection.execute(_APPEND, {**row, "prev_hash": before, "hash": made})
    return made


_LAST = sa.select(schema.audit.c.id, schema.audit.c.hash).order_by(schema.audit.c.id.desc()).limit(1)
_APPEND = sa.insert(schema.audit)


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
    found: list[BrokenLink] = []
    for _ in walk(connection, heads, found):
        pass
    return tuple(found)


def walk(connection: sa.Connection, heads: Iterable[str], found: list[BrokenLink]) -> Iterator[Act]:
    """The acts that are what was hashed, one by one; `found` gets every place where the record was changed or cut.

    Numbers run from 1 without a gap; each row's hash must be that of its content, and name the row before it.
    """
    lost = dict.fromkeys(heads)
    lost.pop(START, None)
    number, before = 0, START
    for row in each(connection, schema.audit):
        act = Act(**row)
        if act.id != number + 1:
            found.append(BrokenLink(act.id, f"rows {number + 1} to {act.id - 1} are missing"))
        elif act.prev_hash != before:
            found.append(BrokenLink(act.id, f"follows {act.prev_hash!s:.12}, but the row before it is {before!s:.12}"))
        if any(isinstance(value, Unreadable) for value in row.values()) or row_hash(act) != act.hash:
            found.append(BrokenLink(act.id, "its content is not what was hashed"))
        else:
            yield act
        number, before = act.id, act.hash
        lost.pop(act.hash, None)
    found += [
        BrokenLink(number + 1, f"the row {head[:12]} that a receipt names is gone: the end was cut") for head in lost
    ]
