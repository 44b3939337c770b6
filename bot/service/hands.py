"""A thread with a loop of its own, for work that waits for the network and works on the store by turns.

Planning and resolving ask Manifold, then the store, then Manifold again: here they keep nobody waiting.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

LET_GO_S = 5.0
"""How long a cancelled piece of work may take to put down what it holds, before nobody waits for it any more."""


class Hands:
    """One such thread; `close` ends it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="crux-hands", daemon=True)
        self._thread.start()

    async def run(self, act: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `act` returns, run over there; a cancelled wait cancels it there, and waits until it has let go."""
        here, ended = asyncio.get_running_loop(), asyncio.Event()

        async def whole() -> T:
            try:
                return await act()
            finally:
                here.call_soon_threadsafe(ended.set)

        running = asyncio.run_coroutine_threadsafe(whole(), self._loop)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            running.cancel()
            await asyncio.wait([asyncio.ensure_future(ended.wait())], timeout=LET_GO_S)
            raise

    def close(self) -> None:
        """End the thread, and what still runs in it."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop)
            self._thread.join(LET_GO_S)

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()


async def _cancel_all() -> None:
    """Cancel everything else in this loop, let it end, and stop the loop."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=LET_GO_S / 2)
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.stop)
