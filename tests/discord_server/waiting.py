"""Waiting for a condition on the server's loop, from that loop, from another one, or from a thread without any."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

NEXT_LOOK_S = 0.1
"""A condition may rest on something outside the server, such as a file: how often it is looked at, in seconds."""


class NeverCame(AssertionError):
    """What a test waited for did not come within its time."""


class Pulse:
    """Says that something has changed, so that whoever waits looks again."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()

    def soon(self, act: Callable[[], object]) -> None:
        """Do `act` on the server's loop; may be called from any thread, and is dropped once the loop is closed."""
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(act)

    def beat(self) -> None:
        self.soon(self._wake_all)

    def _wake_all(self) -> None:
        for event in self._waiting:
            event.set()

    async def until(self, there: Callable[[], T], within_s: float, seen: Callable[[], str]) -> T:
        """The first true answer of `there`; `NeverCame` with what `seen` says after `within_s` seconds."""
        event = asyncio.Event()
        self._waiting.add(event)
        loop = asyncio.get_running_loop()
        gives_up = loop.time() + within_s
        try:
            while not (answer := there()):
                if loop.time() > gives_up:
                    raise NeverCame(f"waited {within_s:g} s: {seen()}")
                event.clear()
                await _either(event.wait(), NEXT_LOOK_S)
            return answer
        finally:
            self._waiting.discard(event)


async def _either(event: Awaitable[object], seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event


class OnLoop(Protocol):
    """Whatever knows the pulse of its server."""

    @property
    def pulse(self) -> Pulse: ...


S = TypeVar("S", bound=OnLoop)


def on_server_loop(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """The method runs on the server's loop whoever awaits it."""

    async def ferried(self: S, *args: P.args, **kwargs: P.kwargs) -> T:
        home = self.pulse.loop
        if home is None or asyncio.get_running_loop() is home:
            return await method(self, *args, **kwargs)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(method(self, *args, **kwargs), home))

    return cast("Callable[Concatenate[S, P], Coroutine[Any, Any, T]]", functools.wraps(method)(ferried))
