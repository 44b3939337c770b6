"""Where blocking work runs, so that the loop never waits: one thread that writes, a few that read, one that draws."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

READERS = 4
TURN_S = 0.001
"""How long a busy thread keeps the interpreter from one that waits for it; Python's own 5 ms add up where one waits
often, as the loop does while something is judged."""

P = ParamSpec("P")
T = TypeVar("T")


def _pool(name: str, size: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(size, thread_name_prefix=f"crux-{name}")


@dataclass(frozen=True, slots=True)
class Threads:
    """The threads of one service. What has begun in one is never cut off by a cancelled await: it ends by itself.

    `write` for what changes the store, one at a time in the order asked; `judge` for long passes over the evidence,
    which read, and write only at their end; `record` for putting bodies on the record and reading them, so that a large
    one delays no vote; `read` for short looks; `draw` for charts, as matplotlib is not safe in several threads.
    """

    writer: ThreadPoolExecutor = field(default_factory=partial(_pool, "write", 1))
    judging: ThreadPoolExecutor = field(default_factory=partial(_pool, "judge", 1))
    recording: ThreadPoolExecutor = field(default_factory=partial(_pool, "record", 1))
    readers: ThreadPoolExecutor = field(default_factory=partial(_pool, "read", READERS))
    drawing: ThreadPoolExecutor = field(default_factory=partial(_pool, "draw", 1))

    async def write(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _in(self.writer, partial(act, *args, **kwargs))

    async def judge(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _in(self.judging, partial(act, *args, **kwargs))

    async def record(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _in(self.recording, partial(act, *args, **kwargs))

    async def read(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _in(self.readers, partial(act, *args, **kwargs))

    async def draw(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _in(self.drawing, partial(act, *args, **kwargs))

    def close(self) -> None:
        """Wait for what has begun; nothing new is taken. Writes come last: the others may hand some on."""
        for pool in (self.judging, self.recording, self.readers, self.drawing, self.writer):
            pool.shutdown(wait=True, cancel_futures=True)


def take_turns() -> None:
    """Let the loop have its turn soon, however busy the other threads are; for the whole process."""
    sys.setswitchinterval(TURN_S)


async def _in(pool: ThreadPoolExecutor, act: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, act)
