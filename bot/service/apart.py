"""Reading a large body in a process of its own: in this one it would keep the interpreter from the loop for long.

The document, and all that is made of it on the way, is also given back to the operating system with the process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from bot.store import Store
from bot.store.engine import make_engine
from bot.store.evidence import read_through
from bot.store.readings import Kept
from resolvers.errors import CruxError, Outside
from resolvers.sources.spec import SourceSpec

NICENESS = 5
"""Whatever is asked of the service meanwhile goes first."""

_spawn = multiprocessing.get_context("spawn")


@dataclass
class Apart:
    """Reads one body after the other, each in a new process. After `close` nothing more is read."""

    _child: SpawnProcess | None = None
    _closed: bool = field(default=False)

    def read(self, store: Store, source: SourceSpec, body: str) -> Kept:
        """As bot.store.evidence.read_through; Outside where the process ended before it had read the body.

        The body stays on the record then, and is read by whoever needs it next.
        """
        ours, theirs = _spawn.Pipe(duplex=False)
        address = store.engine.url.render_as_string(hide_password=False)
        child = _spawn.Process(target=_read, args=(theirs, address, source, body), name="crux-read-apart", daemon=True)
        with ours:
            came = self._answer(child, ours, theirs)
        if isinstance(came, Kept):
            return came
        raise Outside(came or f"{source.id}: the process that read it ended with {child.exitcode} before it was done")

    def _answer(self, child: SpawnProcess, ours: Connection, theirs: Connection) -> Kept | str | None:
        """What the process says; None where it says nothing."""
        with theirs:
            child.start()
        self._child = child
        if self._closed:
            child.kill()
        try:
            came: Kept | str = ours.recv()
        except EOFError:
            return None
        finally:
            child.join()
            self._child = None
        return came

    def close(self) -> None:
        """Give up what is being read; nothing of it is half on the record."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()


def _read(answer: Connection, address: str, source: SourceSpec, body: str) -> None:
    """In the new process: read it, and say how it went. Ctrl-C is for the one that began it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    store = Store(make_engine(address, make=False), lambda: datetime.now(UTC))
    try:
        answer.send(read_through(store, source, body))
    except CruxError as error:
        answer.send(str(error))
    finally:
        store.close()
        answer.close()
