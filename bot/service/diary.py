"""The log's story: one line for each act on the record, whoever did it and from wherever, told soon after it stands."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.jobs import Failure, tried
from bot.service.threads import Threads
from bot.store import Store, schema
from bot.store.acts_told import Telling, after, tell, unread
from bot.store.audit import Act

EVERY_S = 1.0

AT_ONCE = 200
"""Acts told in one go: opening thousands of markets must not keep a reader's thread for long."""

READ_WITHIN = timedelta(seconds=30)
"""A look is told once its bytes are read, so that it can be said what they brought; no later than this."""

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}

log = logging.getLogger("crux.record")


@dataclass
class Diary:
    """Reads the record behind row `last` again and again; what was there before it began is told by nobody."""

    store: Store
    threads: Threads
    last: int | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    async def keep(self) -> None:
        """Tell for ever; a store that fails just now is read again a moment later."""
        while True:
            await self.catch_up()
            await asyncio.sleep(EVERY_S)

    async def catch_up(self, *, ending: bool = False) -> None:
        """Tell whatever has happened since; at the end also what a look would have been waited for."""
        while await self.threads.read(self._some, ending):
            pass

    def _some(self, ending: bool) -> bool:
        """One go; whether there is more."""
        with self._turn:
            came = tried("reading the record", lambda: self._read(ending))
            if isinstance(came, Failure):
                return False
            for one in came:
                log.log(LEVELS[one.worth], one.line, extra={"about": one.row()})
            return len(came) == AT_ONCE

    def _read(self, ending: bool) -> list[Telling]:
        with self.store.reading() as connection:
            if self.last is None:
                self.last = connection.execute(sa.select(sa.func.max(schema.audit.c.id))).scalar() or 0
            acts = after(connection, self.last, AT_ONCE)
            acts = acts if ending else _ripe(connection, acts, self.store.now())
            told = [tell(connection, act) for act in acts]
        self.last = acts[-1].id if acts else self.last
        return told


def _ripe(connection: sa.Connection, acts: tuple[Act, ...], now: datetime) -> tuple[Act, ...]:
    """The acts up to the first look that is still being read."""
    waits = unread(connection, acts)
    return acts if waits < len(acts) and now - acts[waits].at > READ_WITHIN else acts[:waits]
