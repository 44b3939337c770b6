"""Collecting as the service does it: every due source once, side by side; a slow one is waited for by nobody."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from httpx import AsyncClient

from bot.collecting import Sleep, look, unanswered
from bot.jobs import Failure, Told, tried_async
from bot.review.disputes import recollect_due
from bot.service.apart import Apart
from bot.service.due import due
from bot.service.surroundings import Surroundings
from bot.store import Recorded
from bot.store.last_looks import last_looks
from resolvers.fetch import Limits
from resolvers.sources.spec import SourceSpec

AT_ONCE = 24
A_HOST = 2
"""Looks at one publisher at the same time."""

PATIENCE_S = 20.0
"""How long a run waits for its looks; slower ones go on by themselves, and the next run says how they ended."""


@dataclass
class Collecting:
    """The `collect` job: what is being looked at now, and what came since it was last said."""

    around: Surroundings
    client: AsyncClient
    limits: Limits
    sleep: Sleep = asyncio.sleep
    patience_s: float = PATIENCE_S
    _looking: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _apart: Apart = field(default_factory=Apart)
    _came: dict[str, str] = field(default_factory=dict)
    _failed: dict[str, str] = field(default_factory=dict)
    _files: dict[str, tuple[int, int]] = field(default_factory=dict)
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _hosts: dict[str, asyncio.Semaphore] = field(default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(A_HOST)))

    async def run(self) -> Told:
        """Look at whatever is due and not being looked at already."""
        chosen = await self.around.threads.read(self._due)
        for source in chosen:
            if source.id not in self._looking:
                self._looking[source.id] = asyncio.create_task(self._look(source), name=f"crux-look-{source.id}")
        if self._looking:
            await asyncio.wait(list(self._looking.values()), timeout=self.patience_s)
        return self._told()

    async def close(self) -> None:
        """Give up what is being looked at; nothing of it is on the record, so nothing is half done."""
        self.stop_reading()
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2)

    def stop_reading(self) -> None:
        """Large bodies that come from now on are only put on the record; what is being read is given up."""
        self._apart.close()

    def _due(self) -> list[SourceSpec]:
        sources = {
            name: source
            for name, source in self.around.loaded().published.items()
            if not unanswered(source, self.around.folder)
        }
        store = self.around.store
        ripe = due(sources, last_looks(store), store.now())
        doubted = recollect_due(store, self.around.debate.debate)
        changed = [source for name, source in sources.items() if self._edited(source) or name in doubted]
        return list({source.id: source for source in (*ripe, *changed)}.values())

    def _edited(self, source: SourceSpec) -> bool:
        """Whether a registry of ours is another file than when it was last looked at by this process."""
        if source.fetch.file is None:
            return False
        try:
            found = (self.around.folder / source.fetch.file).stat()
        except OSError:
            return False
        now = (found.st_mtime_ns, found.st_size)
        before = self._files.get(source.id)
        self._files[source.id] = now
        return before is not None and before != now

    async def _look(self, source: SourceSpec) -> None:
        try:
            async with asyncio.timeout(self._longest_s()):
                came = await tried_async(f"source {source.id}", lambda: self._looked(source))
        except TimeoutError:
            came = Failure(f"given up after {self._longest_s():g} s")
        finally:
            self._looking.pop(source.id, None)
        if isinstance(came, Failure):
            self._failed[source.id] = came.because
        else:
            self._came[source.id] = came.state if came.state == "good" else f"{came.state}: {came.because}"
            self.around.wake("judge")

    async def _looked(self, source: SourceSpec) -> Recorded:
        return await look(
            self.client,
            self.around.store,
            source,
            base=self.around.folder,
            limits=self.limits,
            sleep=self.sleep,
            turn=self._both(source),
            aside=self.around.threads.record,
            apart=self._apart.read,
        )

    @asynccontextmanager
    async def _both(self, source: SourceSpec) -> AsyncIterator[None]:
        """A turn of the publisher's first, so that one slow publisher takes no more than its own."""
        host = urlsplit(source.fetch.url or "").hostname or f"file {source.id}"
        async with self._hosts[host], self._turn:
            yield

    def _longest_s(self) -> float:
        """The longest that a look with all its tries and waits may take."""
        one = self.limits.total_s + self.limits.longest_wait_s
        return one * self.limits.attempts

    def _told(self) -> dict[str, Any]:
        came, self._came = self._came, {}
        failed, self._failed = self._failed, {}
        told: dict[str, Any] = {"looked": len(came)}
        told |= {"not good": bad} if (bad := {name: how for name, how in came.items() if how != "good"}) else {}
        told |= {"failed": failed} if failed else {}
        return told | ({"looking": sorted(self._looking)} if self._looking else {})
