"""Every write to Manifold is first a row here: carried out, read back and closed, once (markets.outbox.Outbox).

A row is open from its beginning until somebody knows whether it happened: `done` with what was read back, `refused`
where it certainly did not happen. Whoever finds an open row that he did not begin himself reads back first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from bot.store import audit, ledger, schema
from bot.store.engine import Store
from bot.store.ledger import Budget
from bot.store.types import canonical
from bot.store.writing import insert_row
from markets.outbox import Entry, Kind, Write
from resolvers.errors import Refusal

State = Literal["open", "done", "refused"]

AT_ONCE = 2
"""How often what was refused is begun anew at once; from then on it waits, twice as long each time."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(days=1)

NOT_SENT = "not sent: "
"""How the reason of a row begins that was closed and had never reached Manifold: that is no refusal of theirs."""


class TooSoon(Refusal):
    """What was refused before is not begun again yet: it waits, and nobody has refused it anew."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """A debate's outbox in the store; each call is one committed transaction, on the record under `actor`.

    `patient` is for a service, which comes again every minute: what Manifold refuses is begun ever more seldom, so that
    it fills neither the record nor the wire. A person who types a command is not kept waiting.
    """

    store: Store
    debate: str
    budget: Budget
    actor: str = "crux"
    patient: bool = False

    def begin(self, write: Write) -> Entry:
        """The row of that key: made now (fresh, its mana reserved), or the one that is open or done already.

        One that was refused is begun again, fresh, with this payload. Refusal where the budget does not allow the
        mana, or the key is another debate's or kind's; TooSoon where it was refused a while ago.
        """
        with self.store.transaction() as connection:
            there = _by_key(connection, write.key)
            if there is not None and (there.debate, there.kind) != (self.debate, write.kind):
                raise Refusal(f"the key {write.key} is taken by {there.kind} of {there.debate}/{there.slug}")
            if there is not None and there.state != "refused":
                return _entry(there)
            if there is not None and self.patient and write.kind in ("comment", "trading"):
                self._not_too_soon(there)
            number = self._write(connection, write, there)
            if write.mana:
                ledger.reserve(connection, number, write.mana, self.budget)
            self._tell(connection, "begin", write, {"payload": dict(write.payload), "mana": f"{write.mana:f}"})
            return Entry(number, write, fresh=True)

    def settle(self, entry: Entry, found: Mapping[str, Any]) -> None:
        """It happened: close the row with what was read back, and book its mana. Once is enough."""
        self._close(entry, "done", answer=dict(found))

    def drop(self, entry: Entry, because: str, *, sent: bool = True) -> None:
        """It certainly did not happen: close the row, and free its mana.

        What was never `sent`, as while Manifold was down, was not refused: it does not count among the attempts, and
        is begun again at once.
        """
        self._close(entry, "refused", because=because if sent else NOT_SENT + because, sent=sent)

    def too_soon(self, key: str, since: datetime | None = None) -> str | None:
        """Why a refused write of that key is not begun yet; None where it may be, or was refused before `since`."""
        with self.store.reading() as connection:
            there = _by_key(connection, key)
        if not self.patient or there is None or there.state != "refused" or there.closed_at is None:
            return None
        if since is not None and there.closed_at < since:
            return None
        until = _again_at(there, self.store.now())
        return None if until is None or self.store.now() >= until else _waits(there, until)

    def _not_too_soon(self, there: Kept) -> None:
        until = _again_at(there, self.store.now())
        if until is not None and self.store.now() < until:
            raise TooSoon(_waits(there, until))

    def open_entries(self) -> tuple[Entry, ...]:
        """What was begun and is not closed, oldest first: what a restart goes on with."""
        return tuple(_entry(row) for row in self._rows(schema.outbox.c.state == "open", schema.outbox.c.id))

    def settled_entries(self, kind: Kind | None = None, *slugs: str) -> tuple[Entry, ...]:
        """All that happened, in the order in which it was known to have happened (markets.apply.opened_after).

        Only of a kind, or of some slugs, where they are named: asked for each of many proposals, all of it is too much.
        """
        which = schema.outbox.c.state == "done"
        which = which if kind is None else sa.and_(which, schema.outbox.c.kind == kind)
        which = sa.and_(which, schema.outbox.c.slug.in_(slugs)) if slugs else which
        return tuple(_entry(row) for row in self._rows(which, schema.outbox.c.closing))

    def rows(self) -> tuple[Kept, ...]:
        """Everything ever begun, oldest first, for people to look at."""
        return self._rows(sa.true(), schema.outbox.c.id)

    def _rows(self, which: sa.ColumnElement[bool], order: sa.ColumnElement[Any]) -> tuple[Kept, ...]:
        with self.store.reading() as connection:
            return _select(connection, sa.and_(which, schema.outbox.c.debate == self.debate), order)

    def _write(self, connection: sa.Connection, write: Write, there: Kept | None) -> int:
        row: dict[str, Any] = {"debate": self.debate, "kind": write.kind, "key": write.key, "slug": write.slug}
        row |= {"payload": dict(write.payload), "mana": write.mana, "state": "open", "because": ""}
        row |= {"created_at": self.store.now(), "closed_at": None, "closing": None}
        if there is None:
            return insert_row(connection, schema.outbox, **row, attempts=1)
        again = sa.update(schema.outbox).where(schema.outbox.c.id == there.id)
        connection.execute(again.values(**row, attempts=there.attempts + 1))
        return there.id

    def _close(
        self,
        entry: Entry,
        to: State,
        *,
        answer: Mapping[str, Any] | None = None,
        because: str = "",
        sent: bool = True,
    ) -> None:
        with self.store.transaction() as connection:
            there = _by_key(connection, entry.write.key)
            if there is None or there.id != entry.id:
                raise Refusal(f"there is no outbox row {entry.id} of key {entry.write.key}")
            answer = None if answer is None else json.loads(canonical(answer))  # as it will be read back
            if there.state == to and (to == "refused" or there.answer == answer):
                return
            mine = sa.and_(schema.outbox.c.id == entry.id, schema.outbox.c.state == "open")
            told = {"because": because} if answer is None else {"answer": answer}
            closing = self._tell(connection, to, entry.write, told if sent else {**told, "sent": False})
            values = {"state": to, "answer": answer, "because": because, "closed_at": self.store.now()}
            values |= {} if sent else {"attempts": there.attempts - 1}
            if connection.execute(sa.update(schema.outbox).where(mine).values(**values, closing=closing)).rowcount != 1:
                raise Refusal(
                    f"{entry.write.key} is {there.state} already, with another end: look at it before going on"
                )
            ledger.settle(connection, entry.id, happened=to == "done")

    def _tell(self, connection: sa.Connection, act: str, write: Write, payload: Mapping[str, Any]) -> int:
        at, subject = self.store.now(), f"{self.debate}/{write.slug}"
        told = {"key": write.key, "kind": write.kind, **payload}
        audit.append(connection, at=at, actor=self.actor, act=f"outbox-{act}", subject=subject, payload=told)
        return int(connection.execute(sa.select(sa.func.max(schema.audit.c.id))).scalar_one())


@dataclass(frozen=True, slots=True)
class Kept:
    """One row as it is kept; `closing` numbers the ends in their order.

    `attempts` counts how often it was begun, but for those of which it is known that they were never sent.
    """

    id: int
    debate: str
    kind: str
    key: str
    slug: str
    payload: Mapping[str, Any]
    mana: Decimal
    state: State
    attempts: int
    because: str
    answer: Mapping[str, Any] | None
    created_at: datetime
    closed_at: datetime | None
    closing: int | None


def touched_since(connection: sa.Connection, debate: str, moment: datetime) -> frozenset[str]:
    """The slugs of a debate's markets of which a planned write was begun, and has not ended before that moment."""
    table = schema.outbox.c
    lately = sa.or_(table.state == "open", table.closed_at >= moment)
    return frozenset(connection.execute(sa.select(table.slug).where(_planned(debate), lately)).scalars())


def done_since(connection: sa.Connection, debate: str, moment: datetime) -> list[str]:
    """The slug of each planned write of a debate that was known to have happened since that moment."""
    table = schema.outbox.c
    done = sa.and_(table.state == "done", table.closed_at >= moment)
    return list(connection.execute(sa.select(table.slug).where(_planned(debate), done)).scalars())


def _planned(debate: str) -> sa.ColumnElement[bool]:
    table = schema.outbox.c
    return sa.and_(table.debate == debate, table.kind.in_(("create", "update", "fund")))


def is_known(connection: sa.Connection, keys: Sequence[str]) -> bool:
    """Whether a write of one of these keys has been begun or done: what was refused does not count."""
    table = schema.outbox.c
    found = sa.select(table.id).where(table.key.in_(list(keys)), table.state != "refused").limit(1)
    return connection.execute(found).first() is not None


def known_since(connection: sa.Connection, keys: Sequence[str]) -> datetime | None:
    """When the first write of these keys was known to have happened; None where none is."""
    table = schema.outbox.c
    found = sa.select(table.closed_at).where(table.key.in_(list(keys)), table.state == "done")
    return connection.execute(found.order_by(table.closed_at).limit(1)).scalar()


def _entry(row: Kept) -> Entry:
    write = Write(row.kind, row.slug, row.key, row.payload, row.mana)  # type: ignore[arg-type]  # a Kind: we wrote it
    return Entry(row.id, write, found=row.answer if row.state == "done" else None)


def _select(connection: sa.Connection, which: sa.ColumnElement[bool], order: sa.ColumnElement[Any]) -> tuple[Kept, ...]:
    return tuple(Kept(*row) for row in connection.execute(sa.select(schema.outbox).where(which).order_by(order)))


def _again_at(there: Kept, now: datetime) -> datetime | None:
    """From when on a refused write is begun anew; None: at once, as where the clock has been set back since."""
    if (
        there.closed_at is None
        or there.closed_at > now
        or there.attempts <= AT_ONCE
        or there.because.startswith(NOT_SENT)
    ):
        return None
    return there.closed_at + min(FIRST_WAIT * (1 << min(there.attempts - AT_ONCE - 1, 12)), LONGEST_WAIT)


def _waits(there: Kept, until: datetime) -> str:
    return f"{there.because}; refused {there.attempts} times, tried again at {until:%Y-%m-%d %H:%M} UTC"


def _by_key(connection: sa.Connection, key: str) -> Kept | None:
    found = _select(connection, schema.outbox.c.key == key, schema.outbox.c.id)
    return found[0] if found else None
