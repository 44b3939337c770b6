"""`/healthz`, `/readyz` and `/metrics`, where a port is set; on this machine only unless the settings say otherwise."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.jobs import Failure, tried
from bot.review.pausing import paused
from bot.service.figures import figures
from bot.service.folder import DebateFolder
from bot.service.metrics import Metrics
from bot.service.surroundings import Surroundings
from bot.store import Store, job_runs, switches
from bot.store.job_runs import IN_A_ROW
from resolvers.errors import Refusal

ANSWER_S = 3.0
"""A store that does not answer by then is not ready."""

SHUTDOWN_S = 0.5


class Looked(Protocol):
    """What health looks at: a running service."""

    @property
    def around(self) -> Surroundings: ...
    @property
    def debate(self) -> DebateFolder: ...
    @property
    def metrics(self) -> Metrics: ...
    @property
    def stopping(self) -> bool: ...
    @property
    def leading(self) -> bool: ...
    @property
    def last_run(self) -> float | None: ...


@dataclass
class Health:
    """The three answers."""

    service: Looked
    now: Callable[[], float] = time.monotonic
    _writing: asyncio.Task[Failure | None] | None = None

    async def alive(self, _request: web.Request) -> web.Response:
        """The loop turns, or nobody would answer; and when the timetable last ended a run."""
        last = self.service.last_run
        told = {"alive": True, "seconds_since_a_run": None if last is None else round(self.now() - last, 1)}
        return web.json_response(told)

    async def ready(self, _request: web.Request) -> web.Response:
        """503 with the reasons where the store cannot be written, the lease is lost, or the service is stopping.

        `degraded` names what a person should mend though the service goes on: starting it anew would not help.
        """
        because = await self._because()
        told = {"ready": not because, "because": because, "degraded": await self._degraded()}
        return web.json_response(told, status=503 if because else 200)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Everything that is counted; a store that cannot be read leaves its gauges as they were."""
        around = self.service.around
        self.service.metrics.folder(len(self.service.debate.faults))
        came = await around.threads.read(lambda: tried("figures", lambda: figures(around.store, around.loaded())))
        if not isinstance(came, Failure):
            self.service.metrics.show(came)
        return web.Response(body=self.service.metrics.text(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _because(self) -> list[str]:
        because = ["the service is stopping"] if self.service.stopping else []
        because += [] if self.service.leading else ["another service holds the lease"]
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._tried())
        try:
            async with asyncio.timeout(ANSWER_S):
                came = await asyncio.shield(self._writing)
        except TimeoutError:
            return [*because, f"the store did not answer within {ANSWER_S:g} s"]
        return because + ([f"the store cannot be written: {came.because}"] if isinstance(came, Failure) else [])

    async def _degraded(self) -> list[str]:
        trouble, around = self.service.debate.trouble, self.service.around
        reading = around.threads.read(lambda: tried("looking for trouble", lambda: degraded(around.store)))
        try:
            async with asyncio.timeout(ANSWER_S):
                came = await reading
        except TimeoutError:
            came = []  # `because` has said it
        return ([trouble] if trouble else []) + ([] if isinstance(came, Failure) else came)

    async def _tried(self) -> Failure | None:
        """One try to write, however many ask: who waits for the writer's turn holds a thread that others read in."""
        store = self.service.around.store
        return await self.service.around.threads.read(lambda: tried("writing", lambda: written(store)))


def degraded(store: Store) -> list[str]:
    """What the store knows of that does not work just now, each in a sentence."""
    with store.reading() as connection:
        failing, newest = job_runs.failing(connection), job_runs.newest(connection)
        discord = switches.switched(connection, "discord")
    halted = paused(store)
    found = [
        f"job {job} has failed {number} times in a row: {newest[job].because}"
        for job, number in failing.items()
        if number >= IN_A_ROW
    ]
    found += (
        [f"Discord is off: {discord.value['because']}"] if discord and discord.value["standing"] == "stopped" else []
    )
    return found + ([halted.words()] if halted else [])


def written(store: Store) -> None:
    """A write that changes nothing: it needs the file, its rights, its disk and the writer's turn."""
    with store.transaction(durable=False) as connection:
        connection.exec_driver_sql("DELETE FROM reminders WHERE key = ''")


@asynccontextmanager
async def health(service: Looked) -> AsyncIterator[str | None]:
    """Answer while the service runs; gives the address, or None where no port is set. Refusal where it is taken."""
    settings = service.around.settings.service
    if settings.port is None:
        yield None
        return
    answers = Health(service)
    app = web.Application()
    app.router.add_get("/healthz", answers.alive)
    app.router.add_get("/readyz", answers.ready)
    app.router.add_get("/metrics", answers.metrics)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            raise Refusal(
                f"nothing can listen on {settings.host} port {settings.port}: {error.strerror or error}; choose "
                "another with CRUX_SERVICE_PORT"
            ) from None
        yield f"http://{settings.host}:{settings.port}"
    finally:
        await runner.cleanup()
