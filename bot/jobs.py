"""One run of a job: bounded in time, on the record whatever becomes of it, and never the end of anything else.

Here stands the only broad `except` of Crux: a fault in one market, one source or one job must not stop the others, and
nobody can name beforehand what a fault will be. Each is logged with a reference, by which it is found again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.store import Store, job_runs
from bot.store.job_runs import RunState
from bot.store.leases import LostLease
from bot.store.same_file import Trouble
from resolvers.errors import CruxError

T = TypeVar("T")

Told = Mapping[str, Any]
"""What a run did, in figures and names: a JSON object."""

LET_GO_S = 2.0
"""How long a run that was cut off may take to put things down; one that will not is left behind."""

TOLD_AGAIN_S = 3600.0
"""After so long the log says again that the store is in trouble."""

MOST_CHARS = 2_000
"""Of a reason that is kept; a fault's own text may be anything."""

log = logging.getLogger("crux.jobs")


@dataclass
class Troubles:
    """Trouble with the store is told once, not for each job and minute; again after an hour, or once it was well."""

    elapsed: Callable[[], float] = time.monotonic
    _told: dict[str, float] = field(default_factory=dict)

    def is_news(self, because: str) -> bool:
        now, last = self.elapsed(), self._told.get(because)
        if last is not None and now - last < TOLD_AGAIN_S:
            return False
        self._told[because] = now
        return True

    def over(self) -> bool:
        """The store was written: whatever comes from now on is told anew. Whether anything had been told."""
        any_told = bool(self._told)
        self._told.clear()
        return any_told


troubles = Troubles()


@dataclass(frozen=True, slots=True)
class Job:
    """Something the timetable does every so often; `longest_s` bounds one run."""

    name: str
    every_s: float
    act: Callable[[], Awaitable[Told]]
    longest_s: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something was not done, in words for people; `reference` leads to the log where it is a fault of ours."""

    because: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    state: RunState
    told: Told
    because: str = ""


def failure(error: BaseException, what: str) -> Failure:
    """An error in words: what Crux says itself as it says it, anything else under a reference."""
    if isinstance(error, LostLease):  # told once, by whoever keeps the lease; here it may come for every market
        return Failure(str(error))
    if isinstance(error, Trouble):
        because = str(error)[:MOST_CHARS]
        level = logging.WARNING if troubles.is_news(because) else logging.DEBUG
        log.log(level, because, extra={"about": {"what": what, "because": because}})
        return Failure(because)
    if isinstance(error, CruxError):
        because = str(error)[:MOST_CHARS]
        log.warning(f"{what} failed: {because}", extra={"about": {"what": what, "because": because}})
        return Failure(because)
    reference = secrets.token_hex(4)
    words = f"{what} failed by a fault of Crux, reference {reference}"
    log.error(words, extra={"about": {"what": what, "reference": reference}}, exc_info=error)
    told = f"{type(error).__name__}: {error}".rstrip(": ")[:MOST_CHARS]
    return Failure(f"a fault of Crux, reference {reference} in the log: {told}", reference)


def tried(what: str, act: Callable[[], T]) -> T | Failure:
    """What `act` returns, or why it did not: for one market among many."""
    try:
        return act()
    except Exception as error:  # the one place: see above
        return failure(error, what)


async def tried_async(what: str, act: Callable[[], Awaitable[T]]) -> T | Failure:
    """The same for something that waits: one source among many."""
    try:
        return await act()
    except Exception as error:  # the one place: see above
        return failure(error, what)


async def run(job: Job) -> Ended:
    """Run it once. Only being cancelled comes out of this, after the run has been cut off itself."""
    running = asyncio.ensure_future(job.act())
    try:
        await asyncio.wait([running], timeout=job.longest_s)
    except asyncio.CancelledError:
        await _cut(running, job)
        raise
    if not running.done():
        await _cut(running, job)
        because = f"cut off after {job.longest_s:g} s"
        log.error(f"job {job.name} was {because}", extra={"about": {"what": job.name, "because": because}})
        return Ended("timed out", {}, because)
    if running.cancelled():
        return Ended("stopped", {}, "cancelled")
    error = running.exception()
    if error is None:
        return Ended("done", running.result())
    if not isinstance(error, Exception):
        raise error
    if isinstance(error, LostLease):
        return Ended("stopped", {}, str(error))
    return Ended("failed", {}, failure(error, f"job {job.name}").because)


async def _cut(running: asyncio.Future[Told], job: Job) -> None:
    running.cancel()
    await asyncio.wait([running], timeout=LET_GO_S)
    if not running.done():
        log.error(f"job {job.name} will not end: it is left behind", extra={"about": {"what": job.name}})
    elif not running.cancelled():
        running.exception()  # it has been told: it was cut off


def begin(store: Store, job: str) -> int | Failure:
    """Write down that a run begins; Failure where the store cannot be written."""

    def written() -> int:
        with store.transaction(durable=False) as connection:
            return job_runs.begin(connection, job, store.now())

    return tried(f"{job}: beginning", written)


def end(store: Store, number: int, ended: Ended) -> None:
    """Write down how it ended; where even that fails, it is in the log."""

    def written() -> None:
        with store.transaction(durable=False) as connection:
            job_runs.end(connection, number, ended.state, store.now(), because=ended.because, told=ended.told)

    tried("a run's end", written)
