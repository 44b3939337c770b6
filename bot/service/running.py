"""`crux run`: everything in one loop, from taking the lead to letting go."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from httpx import AsyncClient

from bot.collecting import Sleep
from bot.jobs import Job, tried_async
from bot.service.collecting import Collecting
from bot.service.copies import Copying
from bot.service.diary import Diary
from bot.service.exchange import Connected, connected
from bot.service.folder import DebateFolder
from bot.service.health import health
from bot.service.judging import Judging
from bot.service.leader import Leader, take_the_lead
from bot.service.metrics import Metrics
from bot.service.one_debate import require_this_debate
from bot.service.panelling import Panelling
from bot.service.planning import Planning
from bot.service.reminding import Reminding
from bot.service.resolving import Resolving
from bot.service.sampling import Sampling
from bot.service.surroundings import Surroundings
from bot.service.threads import Threads, take_turns
from bot.service.timetable import Timetable, by_name
from bot.settings import Settings
from bot.store import Store, job_runs
from resolvers import fetch
from resolvers.errors import Refusal

LET_END_S = 4.0
"""How long jobs may run on after we were told to stop; then they are cut off."""

DISCORD_ENDS_S = 6.0
"""How long Discord may take to say goodbye, meanwhile."""

log = logging.getLogger("crux.service")


@dataclass(frozen=True)
class Launch:
    """What a service is started with."""

    settings: Settings
    store: Store
    folder: Path
    sandbox: Path | None = None
    wait: bool = False
    another: bool = False
    limits: fetch.Limits | None = None
    sleep: Sleep = asyncio.sleep
    tell: Callable[[str], None] = lambda line: None
    told_to_stop: Callable[[], None] = lambda: None


@dataclass
class Service:
    """A running service: what its parts share, its timetable, and the event that ends it."""

    around: Surroundings
    exchange: Connected
    debate: DebateFolder
    timetable: Timetable
    leader: Leader
    metrics: Metrics
    judging: Judging
    collecting: Collecting
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def jobs(self) -> dict[str, Job]:
        return self.timetable.jobs

    @property
    def stopping(self) -> bool:
        return self.stop.is_set()

    @property
    def leading(self) -> bool:
        return not self.leader.lost

    @property
    def last_run(self) -> float | None:
        """When a run last ended, on the machine's own clock."""
        return self.timetable.last_run

    async def live(self) -> None:
        """Run until `stop` is set; then let go of everything, within some seconds."""
        async with asyncio.TaskGroup() as group:
            lease = group.create_task(self.leader.keep(self.stop.set), name="crux-lease")
            discord = group.create_task(self._discord(), name="crux-discord")
            diary = Diary(self.around.store, self.around.threads)
            await diary.catch_up()
            telling = group.create_task(diary.keep(), name="crux-diary")
            self.timetable.start()
            try:
                await self.stop.wait()
            finally:
                await self._let_go(discord)
                telling.cancel()
                await diary.catch_up(ending=True)
                lease.cancel()

    async def _let_go(self, discord: asyncio.Task[None]) -> None:
        log.info("stopping", extra={"running": list(self.timetable.running)})
        goodbye = asyncio.create_task(asyncio.wait([discord], timeout=DISCORD_ENDS_S))
        cut = await self.timetable.close(LET_END_S)
        await self.collecting.close()
        await goodbye
        discord.cancel()
        log.info("stopped", extra={"cut_off": list(cut)})

    async def _discord(self) -> None:
        """Discord under its own supervisor; whatever becomes of it, the rest of the service goes on."""
        if self.around.settings.discord.token is None:
            return
        from bot.discord.supervisor import supervise

        await tried_async("discord", lambda: supervise(self.around, self.stop))


@asynccontextmanager
async def started(launch: Launch) -> AsyncIterator[Service]:
    """Everything that a service is made of, not yet running; InputFault where the debate cannot be used."""
    store, settings = launch.store, launch.settings
    debate = DebateFolder(launch.folder, store)
    debate.first(partial(require_this_debate, store, launch.folder, meant=launch.another, tell=launch.tell))
    threads = Threads()
    async with AsyncExitStack() as stack:
        stack.callback(_close, threads)
        leader = await take_the_lead(store, threads, launch.tell, wait=launch.wait)
        stack.callback(leader.give_back)
        store = debate.store = leader.fenced  # from here on nothing is written once another has taken over
        launch = replace(launch, store=store)
        await threads.write(_close_left_open, store)
        exchange = await stack.enter_async_context(connected(settings, store, threads, launch.sandbox, launch.sleep))
        limits = launch.limits or fetch.Limits(user_agent=_agent(settings))
        client = await stack.enter_async_context(fetch.open_client(limits))
        yield _built(launch, debate, threads, leader, exchange, client, limits)


def _built(
    launch: Launch,
    debate: DebateFolder,
    threads: Threads,
    leader: Leader,
    exchange: Connected,
    client: AsyncClient,
    limits: fetch.Limits,
) -> Service:
    metrics = Metrics()
    table = Timetable(launch.store, threads, {}, seen=metrics.ran, missed=metrics.missed, leading=lambda: leader.holds)
    around = Surroundings(
        launch.settings, launch.store, threads, launch.folder, debate.loaded, exchange, table.wake, table.on_wish
    )
    judging, collecting = Judging(around), Collecting(around, client, limits, launch.sleep)
    acts = {
        "plan": Planning(around, exchange, debate).run,
        "collect": collecting.run,
        "judge": judging.run,
        "panels": Panelling(around, lambda: judging.verdicts).run,
        "resolve": Resolving(around, exchange).run,
        "remind": Reminding(around).run,
        "prices": Sampling(around).run,
        "backup": Copying(around).run,
    }
    every, longest = launch.settings.service.every, launch.settings.service.job_timeout.total_seconds()
    jobs = by_name(Job(name, getattr(every, name).total_seconds(), act, longest) for name, act in acts.items())
    table.jobs.update(jobs)
    return Service(around, exchange, debate, table, leader, metrics, judging, collecting)


async def serve(launch: Launch) -> None:
    """The service until SIGTERM or SIGINT; Refusal where another took the store over meanwhile."""
    take_turns()
    async with started(launch) as service:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _told_to_stop, service, launch)
        async with health(service):  # where its port is taken, nothing has started
            launch.tell(f"running {launch.folder} on {launch.store.name}; stop it with Ctrl-C")
            about = {"debate": service.around.debate.debate, "holder": service.leader.holder}
            log.info("started", extra=about)
            await service.live()
        if service.leader.lost:
            raise Refusal(f"{service.leader.because}: this one has ended")


def _told_to_stop(service: Service, launch: Launch) -> None:
    if not service.stop.is_set():
        launch.told_to_stop()
        service.stop.set()


def _close(threads: Threads) -> None:
    threads.close()


def _close_left_open(store: Store) -> None:
    """Runs that a killed process left open are closed before ours begin."""
    with store.transaction(durable=False) as connection:
        job_runs.close_left_open(connection, store.now())


def _agent(settings: Settings) -> str:
    return f"crux/0.1 ({settings.contact or 'prediction market evidence'})"
