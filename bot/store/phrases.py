"""Sentences that were not understood, kept without who said them, so that the patterns can grow.

Of who does not want that, only a hash of the account is kept, to be known again by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import schema_talk as schema
from bot.store.engine import Store
from bot.store.writing import insert_row

MOST_KEPT = 2000
"""The oldest give way to newer ones."""
MOST_CHARS = 300


@dataclass(frozen=True, slots=True)
class Phrase:
    """What was said, and what it was taken for."""

    id: int
    said: str
    understood: str
    at: datetime


def keep(store: Store, said: str, understood: str, now: datetime) -> None:
    """Keep a sentence and what it was taken for; one that is there already is not kept twice."""
    text = " ".join(said.split())[:MOST_CHARS]
    table = schema.phrases
    with store.transaction(durable=False) as connection:
        if connection.execute(sa.select(table.c.id).where(table.c.said == text).limit(1)).first() is not None:
            return
        made = insert_row(connection, table, said=text, understood=understood, at=now)
        connection.execute(sa.delete(table).where(table.c.id <= made - MOST_KEPT))


def every(store: Store) -> Sequence[Phrase]:
    """All that is kept, oldest first."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(schema.phrases).order_by(schema.phrases.c.id))
        return tuple(Phrase(*row) for row in rows)


def stop(store: Store, account: str, now: datetime) -> None:
    """Keep nothing that this account says from now on."""
    table = schema.not_kept
    with store.transaction() as connection:
        there = connection.execute(sa.select(table.c.account).where(table.c.account == _hashed(account))).first()
        if there is None:
            connection.execute(sa.insert(table).values(account=_hashed(account), at=now))


def go_on(store: Store, account: str, _: datetime) -> None:
    """Take that back."""
    table = schema.not_kept
    with store.transaction() as connection:
        connection.execute(sa.delete(table).where(table.c.account == _hashed(account)))


def may_keep(store: Store, account: str) -> bool:
    """Whether sentences of this account may be kept."""
    table = schema.not_kept
    with store.reading() as connection:
        found = connection.execute(sa.select(table.c.account).where(table.c.account == _hashed(account))).first()
    return found is None


def _hashed(account: str) -> str:
    return hashlib.sha256(f"not kept: {account}".encode()).hexdigest()
