"""A service in the test's own process: its debate, a clock that is told the time, publisher and Manifold on sockets."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from crux_builders import DEBATE, FAR, SOURCE, START, Clock, body, day, folder, seen_now
from new_stores import new_store

from bot import jobs
from bot.jobs import Ended
from bot.service.running import Launch, Service, started
from bot.settings import Settings
from bot.store import Store, job_runs
from bot.store.job_runs import Run
from markets.sandbox.server import Sandbox
from resolvers.fetch import Limits

NEAR = Limits(private_ok=True, attempts=1, total_s=20, first_wait_s=0.01)
"""The publisher is on this machine."""

ALONE = DEBATE.replace("budget: 9000,", "budget: 9000, auto_apply: {max_mana: 2000},")
"""The debate's file, where a plan of up to 2,000 mana needs nobody."""


@dataclass
class Publisher:
    """Serves the board on a socket; `how` says per path what else it does, `asked` counts."""

    rows: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(START))
    asked: Counter[str] = field(default_factory=Counter)
    how: dict[str, str] = field(default_factory=dict)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked[request.path] += 1
        what = self.how.get(request.path, "")
        if what == "hangs":
            await self.let_go.wait()
        if what == "fails":
            return web.Response(status=500)
        return web.Response(body=body(self.rows), content_type="text/csv")


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    app = web.Application()
    app.router.add_get("/{tail:.*}", publisher.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    publisher.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield publisher
    finally:
        publisher.let_go.set()
        await runner.cleanup()


@dataclass
class Scene:
    """A service, all its surroundings, and the hands of a test."""

    path: Path
    clock: Clock
    store: Store
    publisher: Publisher
    sandbox: Sandbox
    url: str
    service: Service

    def at(self, number: float) -> Scene:
        assert day(number) >= self.clock.at, "time goes forward"
        self.clock.at = day(number)
        return self

    async def once(self, *names: str) -> dict[str, Any]:
        """One run of each job; what the last told."""
        told: dict[str, Any] = {}
        for name in names:
            ended = await self.ran(name)
            assert ended.state == "done", (name, ended)
            told = dict(ended.told)
        return told

    async def ran(self, name: str) -> Ended:
        return await jobs.run(self.service.jobs[name])

    def runs(self, job: str | None = None) -> list[Run]:
        """Oldest first."""
        with self.store.reading() as connection:
            return list(reversed(job_runs.recent(connection, 1000, job)))

    def edit(self, name: str, text: str) -> None:
        (self.path / "debate" / name).write_text(text, encoding="utf-8")


def of_a_file(path: Path) -> Path:
    """A debate whose board is a file of ours, so that nothing is fetched; its store saw it as its markets opened."""
    near = SOURCE.replace('fetch: {url: "http://127.0.0.1:9/scores.csv"}', "fetch: {file: registries/board.csv}")
    made = folder(path / "debate", {"sources/board.yaml": near, "debate.yaml": ALONE}, **FAR)
    (made / "registries/board.csv").write_bytes(body(START))
    seen_now(made, path / "crux.sqlite")
    return made


def board(url: str, every: str = "1 hour") -> str:
    return SOURCE.replace(
        'fetch: {url: "http://127.0.0.1:9/scores.csv"}', f'fetch: {{url: "{url}/board", every: {every}}}'
    )


def chosen(patch: pytest.MonkeyPatch, path: Path, **variables: object) -> Settings:
    """Settings of nothing but these variables."""
    import os

    for name in [name for name in os.environ if name.startswith("CRUX_")]:
        patch.delenv(name)
    patch.setenv("XDG_DATA_HOME", str(path / "data"))
    patch.chdir(path)
    for name, value in variables.items():
        patch.setenv(f"CRUX_{name.upper()}", str(value))
    return Settings()


@asynccontextmanager
async def scene(
    path: Path,
    patch: pytest.MonkeyPatch,
    changes: Mapping[str, str] | None = None,
    *,
    variables: Mapping[str, object] | None = None,
    key: bool = True,
    begin: float = 0,
) -> AsyncIterator[Scene]:
    """A service on `begin`, its timetable not started: tests run its jobs by name, or start it themselves."""
    clock = Clock(day(begin))
    sandbox = Sandbox(path / "sandbox.jsonl", now=clock.ms, rng=random.Random(3))
    url = await sandbox.start()
    async with publishing() as publisher:
        own = {"debate.yaml": ALONE, "sources/board.yaml": board(publisher.url), **(changes or {})}
        debate = folder(path / "debate", own)
        given: dict[str, object] = {"manifold_url": url, **(variables or {})}
        given |= {"manifold_key": sandbox.accounts["creator"].key} if key else {}
        settings = chosen(patch, path, **given)
        store = new_store(path / "crux.sqlite", now=clock)
        try:
            launch = Launch(settings, store, debate, limits=NEAR, sleep=clock.sleep)
            async with started(launch) as service:
                yield Scene(path, clock, store, publisher, sandbox, url, service)
        finally:
            await sandbox.stop()
            store.close()


async def until(true: Callable[[], bool], what: str, within_s: float = 60) -> None:
    """Wait for a condition; generous, for the machine may be busy."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110  # what is waited for is a row in a store, and rings no bell
            await asyncio.sleep(0.02)
    assert true(), what
