"""Who runs the service on this store: one row with an end and a number that grows with each new holder.

The lease ends by itself, so a killed holder is followed after `ttl`; the epoch tells whoever lost it (one upsert that
runs unchanged on SQLite and PostgreSQL, tried 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import schema_service as schema
from bot.store.engine import Store
from resolvers.errors import Refusal

LEADER = "leader"
"""The one lease there is: who runs the timetable, and who speaks on Discord."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a name, until when unless it is renewed; `epoch` counts the holders."""

    name: str
    holder: str
    epoch: int
    expires_at: datetime


def take(connection: sa.Connection, holder: str, now: datetime, ttl: timedelta, name: str = LEADER) -> int | None:
    """Take or renew the lease; its epoch, or None where somebody else holds it."""
    table = schema.leases
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    mine = table.c.holder == holder
    statement = (
        insert(table)
        .values(name=name, holder=holder, epoch=1, expires_at=now + ttl)
        .on_conflict_do_update(
            index_elements=[table.c.name],
            where=sa.or_(mine, table.c.expires_at < now),
            set_={
                "holder": holder,
                "expires_at": now + ttl,
                "epoch": table.c.epoch + sa.case((mine, 0), else_=1),
            },
        )
        .returning(table.c.epoch)
    )
    return connection.execute(statement).scalar_one_or_none()


def held(connection: sa.Connection, name: str = LEADER) -> Lease | None:
    """Who holds it, or held it last; None where nobody ever did."""
    found = connection.execute(sa.select(schema.leases).where(schema.leases.c.name == name)).one_or_none()
    return None if found is None else Lease(*found)


def give_back(connection: sa.Connection, holder: str, now: datetime, name: str = LEADER) -> None:
    """End one's own lease at once, so that the next need not wait; another's is left alone."""
    table = schema.leases
    ended = now - timedelta(microseconds=1)
    mine = sa.and_(table.c.name == name, table.c.holder == holder)
    connection.execute(sa.update(table).where(mine).values(expires_at=ended))


def is_mine(connection: sa.Connection, holder: str, epoch: int, name: str = LEADER) -> bool:
    """Whether nobody has taken it since."""
    there = held(connection, name)
    return there is not None and (there.holder, there.epoch) == (holder, epoch)


class LostLease(Refusal):
    """Somebody else runs this store now: whoever stood still meanwhile may not write to it any more."""


@dataclass(frozen=True)
class FencedStore(Store):
    """The store as its one service has it: each write asks, in its own transaction, whether the lease is still ours.

    A process that was stopped for longer than its lease does not know that another has taken over. Whatever it does on
    Manifold or Discord begins with a row here, so that it does nothing more than finish the one call it was in.
    """

    holder: str
    epoch: int

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sa.Connection]:
        with Store.transaction(self, durable=durable) as connection:
            if not is_mine(connection, self.holder, self.epoch):
                raise LostLease("another service has taken over this store while this one stood still")
            yield connection
