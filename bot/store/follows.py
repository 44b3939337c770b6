"""Who follows which market, by the account that is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import schema_talk as schema
from bot.store.writing import insert_new

MOST = 200
"""Markets that one account may follow."""


@dataclass(frozen=True, slots=True)
class Follow:
    """An account that is told what comes about on a market, from `since` on."""

    debate: str
    slug: str
    account: str
    since: datetime


def follow(connection: sa.Connection, debate: str, slug: str, account: str, at: datetime) -> bool:
    """Follow a market; False where this account does already."""
    row = {"debate": debate, "slug": slug, "account": account, "since": at}
    return insert_new(connection, schema.follows, [row]) == 1


def unfollow(connection: sa.Connection, debate: str, slug: str, account: str) -> bool:
    """Follow it no more; False where this account did not."""
    table = schema.follows.c
    mine = sa.and_(table.debate == debate, table.slug == slug, table.account == account)
    return connection.execute(sa.delete(schema.follows).where(mine)).rowcount == 1


def of_account(connection: sa.Connection, debate: str, account: str) -> tuple[str, ...]:
    """The markets that an account follows, by name."""
    table = schema.follows.c
    which = sa.select(table.slug).where(table.debate == debate, table.account == account)
    return tuple(connection.execute(which.order_by(table.slug)).scalars())


def every(connection: sa.Connection, debate: str) -> Sequence[Follow]:
    """Everybody who follows a market of the debate."""
    table = schema.follows
    rows = connection.execute(sa.select(table).where(table.c.debate == debate).order_by(table.c.slug, table.c.account))
    return tuple(Follow(*row) for row in rows)
