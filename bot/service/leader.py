"""One service a store: taking the lease, keeping it, and telling whoever comes second who holds it."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.jobs import Failure, tried, troubles
from bot.service.threads import Threads
from bot.store import Store, leases
from bot.store.engine import Busy
from bot.store.leases import FencedStore, Lease
from bot.store.same_file import Replaced
from resolvers.errors import Outside, Refusal

TTL = timedelta(seconds=10)
RENEWED_S = 3.0
LOOK_S = 0.5
"""How often a second service looks whether the first has gone."""

log = logging.getLogger("crux.leader")


def name_of_this_process() -> str:
    """`machine, process 4711 (a1b2)`: who holds the lease, in words an operator can find him by."""
    return f"{socket.gethostname()}, process {os.getpid()} ({secrets.token_hex(2)})"


@dataclass
class Leader:
    """Our hold on the store. `lost` becomes true when another has taken it, and never false again."""

    store: Store
    threads: Threads
    holder: str
    epoch: int
    lost: bool = False
    elapsed: Callable[[], float] = time.monotonic
    because: str = "another service has taken over this store while this one stood still"
    renewed: float = float("-inf")  # by `elapsed`: when the last renewal was asked for that was granted

    @property
    def holds(self) -> bool:
        """Whether nobody else can have taken it: a process that stood still does not know before it asks again."""
        return not self.lost and self.elapsed() - self.renewed < TTL.total_seconds()

    @property
    def fenced(self) -> FencedStore:
        """The store, for everything that must not write once another has taken over."""
        return FencedStore(self.store.engine, self.store.now, self.holder, self.epoch)

    async def keep(self, lose: Callable[[], None]) -> None:
        """Renew for ever; `lose` is called once somebody else holds it. Where the store fails, it is tried again."""
        while True:
            await asyncio.sleep(RENEWED_S)
            came = await asyncio.to_thread(tried, "renewing the lease", self._asked)  # behind nobody in a queue
            if isinstance(came, Replaced):
                self.because = str(came)
            elif isinstance(came, Failure):
                continue
            elif came == self.epoch:
                if troubles.over():
                    log.info("the store can be written again: everything goes on")
                continue
            log.error(f"{self.because}: this one ends", extra={"about": {"holder": self.holder}})
            self.lost = True
            lose()
            return

    def give_back(self) -> None:
        """Let the next one in at once."""

        def given() -> None:
            with self.store.transaction() as connection:
                leases.give_back(connection, self.holder, self.store.now())

        if not self.lost:
            tried("giving the lease back", given)

    def _asked(self) -> int | Replaced | None:
        """What came of renewing it; a store that was replaced will never be ours again."""
        try:
            return self._renewed()
        except Replaced as replaced:
            return replaced

    def _renewed(self, dead: Lease | None = None) -> int | None:
        asked = self.elapsed()
        with self.store.transaction(durable=False) as connection:
            now = self.store.now() if dead is None else dead.expires_at + timedelta(microseconds=1)
            epoch = leases.take(connection, self.holder, now, TTL)
        if epoch is not None and self.epoch in (0, epoch):
            self.renewed = asked
        return epoch


async def take_the_lead(store: Store, threads: Threads, tell: Callable[[str], None], *, wait: bool = False) -> Leader:
    """Hold the lease, or Refusal naming who holds it.

    A holder that was killed is waited for until its lease ends, some seconds; with `wait` a living one too, and one
    that stands still in the middle of a write. One that has not renewed its lease for as long as it lasts is dead,
    though by a clock that was set back the lease would last for hours.
    """
    holder = name_of_this_process()
    leader = Leader(store, threads, holder, 0)
    first: Lease | None = None
    newest, since = first, leader.elapsed()
    while True:
        dead = newest if leader.elapsed() - since > TTL.total_seconds() else None
        epoch = await threads.read(_asked_for, leader, dead, wait)
        if epoch is not None:
            leader.epoch = epoch
            return leader
        there = await threads.read(lambda: _held(store))
        if there != newest:
            newest, since = there, leader.elapsed()
        if first is None and there is not None:
            first = there
            tell(f"this store is run by {there.holder}; waiting to see whether it lives")
        if not wait and first is not None and there is not None and there.expires_at > first.expires_at:
            raise Refusal(
                f"this store is run by {there.holder}, and one service at a time runs a store: stop that one first, "
                "or stand by for it with --wait"
            )
        await asyncio.sleep(LOOK_S)


def _asked_for(leader: Leader, dead: Lease | None, wait: bool) -> int | None:
    """Our epoch where we hold it now; with `wait`, None too where another process would not let us write."""
    try:
        return leader._renewed(dead)
    except Busy as busy:
        if wait:
            log.warning("another process has been writing to this store for long: waiting for it to end")
            return None
        there = _held(leader.store)
        by = f", which {there.holder} ran last" if there else ""
        raise Outside(
            f"another process has been writing to this store for too long{by}: look whether it stands still, end it or "
            "let it go on, and try again, or stand by for it with --wait"
        ) from busy


def _held(store: Store) -> Lease | None:
    with store.reading() as connection:
        return leases.held(connection)
