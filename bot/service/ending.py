"""Ending when told to: before the service leads, while it stands by, and as a last resort whatever hangs in it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any


def gone_within(seconds: float) -> Callable[[], None]:
    """What to call when told to end: after so long the process exits with 0, even if a thread still runs.

    Nothing is half done by it: rows are written by whole transactions, and writes to Manifold and Discord begin with a
    row from which the next process goes on.
    """

    def exit_now() -> None:
        logging.getLogger("crux.service").warning("something would not end: the process ends without it")
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(0)

    def told() -> None:
        timer = threading.Timer(seconds, exit_now)
        timer.daemon = True
        timer.start()

    return told


async def until_told(
    main: Coroutine[Any, Any, None], told_to_stop: Callable[[], None], tell: Callable[[str], None]
) -> None:
    """Run `main`; a signal to end that comes before it takes signals itself, as while it stands by, puts it down.

    Nothing has been begun by then, so there is nothing to let go of: the wait for the lease is over, with exit 0.
    """
    loop, stopped = asyncio.get_running_loop(), False
    running = asyncio.create_task(main)

    def stop() -> None:
        nonlocal stopped
        stopped = True
        told_to_stop()
        running.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await running
    except asyncio.CancelledError:
        if not stopped:
            raise
        tell("stopped while standing by; this process had begun nothing")
