"""The last resort: a process that was told to end is gone in time, whatever hangs in it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable


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
