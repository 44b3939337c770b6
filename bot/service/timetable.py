"""The timetable: a few fixed jobs, each by its own pace, none twice at once, and any of them soon if somebody asks.

APScheduler 3.11 by its traps (tried 2026-11): a late run is never dropped, several missed ones become one, times are
UTC, and its own shutdown, which cancels what runs, comes only after our runs have ended.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent  # type: ignore[import-untyped]  # no types
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # no types
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]  # no types

from bot import jobs as one_run
from bot.jobs import Ended, Failure, Job
from bot.service.job_words import NOTHING, came_of
from bot.service.threads import Threads
from bot.store import Store

log = logging.getLogger("crux.timetable")

DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}

SOON_S = 0.2
"""Several wishes for the same job within this time are one run."""

LOOK_S = 5.0
"""How often is looked whether the clock was set back: the scheduler would wait until it is as late again."""

Seen = Callable[[str, Ended, float], None]


@dataclass
class Timetable:
    """Runs the jobs while it is open; `leading` is asked before each run, and a run is skipped where it says no."""

    store: Store
    threads: Threads
    jobs: dict[str, Job]
    seen: Seen = lambda job, ended, seconds: None
    missed: Callable[[str], None] = lambda job: None
    leading: Callable[[], bool] = lambda: True
    last_run: float | None = None
    _scheduler: AsyncIOScheduler = field(init=False, repr=False)
    _loop: asyncio.AbstractEventLoop | None = None
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)
    _wishes: dict[str, Callable[[], None]] = field(default_factory=dict)
    _closing: bool = False
    _looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; every job runs at once the first time, for nobody knows how long we were gone."""
        self._loop = asyncio.get_running_loop()
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=DEFAULTS, event_loop=self._loop)
        self._scheduler.add_listener(self._trouble, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        for job in self.jobs.values():
            self._scheduler.add_job(
                self._fire,
                IntervalTrigger(seconds=job.every_s, timezone=UTC),
                args=[job.name],
                id=job.name,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()
        self._looking = asyncio.create_task(self._keep_time(), name="crux-clock")

    async def _keep_time(self) -> None:
        """Run at once whatever would come only after more than its pace: the clock was set back meanwhile."""
        while True:
            await asyncio.sleep(LOOK_S)
            now = datetime.now(UTC)
            for job in self.jobs.values():
                found = self._scheduler.get_job(job.name)
                if found and found.next_run_time and (found.next_run_time - now).total_seconds() > job.every_s + LOOK_S:
                    log.warning(f"the clock was set back: {job.name} runs now")
                    self._scheduler.modify_job(job.name, next_run_time=now)

    def on_wish(self, name: str, act: Callable[[], None]) -> None:
        """Let somebody who is no job of ours be woken by name, as Discord's poster by `post`."""
        self._wishes[name] = act

    def wake(self, name: str) -> None:
        """Run a job soon, once however often it is asked; from any thread, and never waiting for it."""
        if self._loop is not None and not self._closing:
            self._loop.call_soon_threadsafe(self._woken, name)

    def next_run(self, name: str) -> datetime | None:
        """When a job comes next; None while the timetable is closed."""
        found = None if self._closing or self._loop is None else self._scheduler.get_job(name)
        return found.next_run_time if found else None

    @property
    def running(self) -> tuple[str, ...]:
        """The jobs that run now."""
        return tuple(sorted(self._running))

    async def close(self, within_s: float) -> tuple[str, ...]:
        """Begin nothing more, let what runs end for a while, then cut it off; the jobs that were cut off."""
        self._closing = True
        if self._loop is None:
            return ()
        if self._looking is not None:
            self._looking.cancel()
        self._scheduler.pause()
        tasks = dict(self._running)
        if tasks:
            await asyncio.wait(tasks.values(), timeout=within_s)
        cut = {name: task for name, task in tasks.items() if not task.done()}
        for task in cut.values():
            task.cancel()
        if cut:
            await asyncio.wait(cut.values(), timeout=one_run.LET_GO_S + 1)
        self._scheduler.shutdown(wait=False)
        return tuple(sorted(cut))

    def _woken(self, name: str) -> None:
        if self._closing:
            return
        if name in self._wishes:
            self._wishes[name]()
        elif name in self._running:
            self._again.add(name)
        elif name in self.jobs:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC) + timedelta(seconds=SOON_S))
        else:
            log.debug("nobody is called that", extra={"wish": name})

    async def _fire(self, name: str) -> None:
        """One run as a task of our own, so that the scheduler's shutdown cuts nothing off."""
        if self._closing or name in self._running or not self.leading():
            return
        task = asyncio.create_task(self._run(self.jobs[name]), name=f"crux-job-{name}")
        self._running[name] = task
        task.add_done_callback(lambda _: self._ended(name))
        await asyncio.wait([task])

    def _ended(self, name: str) -> None:
        task = self._running.pop(name)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a run broke down", extra={"job": name}, exc_info=error)
            self.missed(name)
        if name in self._again:
            self._again.discard(name)
            self._woken(name)

    async def _run(self, job: Job) -> None:
        began = time.monotonic()
        number = await self.threads.write(one_run.begin, self.store, job.name)
        try:
            ended = await one_run.run(job)
        except asyncio.CancelledError:
            await self._put_down(job, number, Ended("stopped", {}, "the service was stopped"), began)
            raise
        await self._put_down(job, number, ended, began)

    async def _put_down(self, job: Job, number: int | Failure, ended: Ended, began: float) -> None:
        self.last_run = time.monotonic()
        seconds = self.last_run - began
        self.seen(job.name, ended, seconds)
        _tell(job.name, ended, round(seconds, 3))
        if isinstance(number, int):
            await self.threads.write(one_run.end, self.store, number, ended)

    def _trouble(self, event: JobExecutionEvent) -> None:
        """What the scheduler itself could not do; runs report their own failures."""
        because = str(getattr(event, "exception", None) or "missed")
        log.error("the timetable failed", extra={"job": event.job_id, "because": because})
        self.missed(event.job_id)


TOLD_HERE = ("backup", "remind")
"""Jobs whose deeds leave no act on the record, which is where the log has those of all others from."""


def _tell(job: str, ended: Ended, seconds: float) -> None:
    """A run in one line: at debug where there was nothing to do, or where somebody else has told it.

    That is the record, of what was done; and of a failure, whoever met it.
    """
    came = came_of(job, {**ended.told, "skipped": None})
    here = (job in TOLD_HERE and came) or ended.state == "stopped"
    level = logging.INFO if here else logging.DEBUG
    words = f"job {job} {ended.state} after {seconds:.1f} s" if ended.state != "done" else f"job {job}"
    words += f": {'; '.join(part for part in (came, ended.because) if part) or NOTHING}"
    about = {"job": job, "state": ended.state, "seconds": seconds, "because": ended.because or None}
    log.log(level, words, extra={"about": about | {"told": dict(ended.told)}})


def by_name(all_of_them: Iterable[Job]) -> dict[str, Job]:
    """The jobs by their names, in the order in which they are first run."""
    return {job.name: job for job in all_of_them}
