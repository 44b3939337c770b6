"""An act that comes a second time under the same key does nothing, and is told what came of it the first time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import Store, schema
from bot.store.writing import insert_new
from resolvers.errors import Refusal

PREFIX = "review/"
"""Keeps what came of an act apart from the press itself, which Discord's side puts down under the bare key."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of an act: taken down, or refused with these words."""

    taken: bool
    told: str


def before(store: Store, key: str | None) -> Came | None:
    """What came of the act of this key; None where it is new, or has no key. A refusal is raised again."""
    if key is None:
        return None
    table = schema.presses.c
    with store.reading() as connection:
        said = connection.execute(sa.select(table.came_of_it).where(table.interaction == PREFIX + key)).scalar()
    if said is None:
        return None
    came = Came(**json.loads(said))
    if not came.taken:
        raise Refusal(came.told)
    return came


def keep(connection: sa.Connection, key: str | None, *, account: str, act: str, at: datetime, came: Came) -> None:
    """Put down what came of it, in the transaction of the act itself; Refusal where the same key was faster."""
    if key is None:
        return
    told = json.dumps({"taken": came.taken, "told": came.told})
    row = {"interaction": PREFIX + key, "account": account, "act": act, "at": at, "came_of_it": told}
    if not insert_new(connection, schema.presses, [row]):
        raise Refusal("this is done already: look again")


def refused(store: Store, key: str | None, *, account: str, what: str, words: str) -> None:
    """Put down that an act was refused, so that the same one again is told the same."""
    if key is None:
        return
    told = json.dumps({"taken": False, "told": words})
    row = {"interaction": PREFIX + key, "account": account, "act": what, "at": store.now(), "came_of_it": told}
    with store.transaction() as connection:
        insert_new(connection, schema.presses, [row])
