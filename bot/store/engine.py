"""The one file of state: opening it, its transactions, and whose account it serves."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa
from sqlalchemy import event

from bot.store import same_file, schema
from bot.store.same_file import Trouble
from resolvers.errors import Refusal

Now = Callable[[], datetime]
LOOK_AGAIN_S = 0.1
"""Between two looks at a lock that somebody else holds."""

BUSY_S = 15
"""For so long another process's write is waited for."""

PRAGMAS = (
    f"busy_timeout={BUSY_S * 1000}",
    "journal_mode=WAL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # or INSERT OR REPLACE would slip past the insert-only triggers
)
CACHE_KIB = {"IMMEDIATE": 65_536, "DEFERRED": 8_192}
"""Pages kept by a connection that writes, where the B-trees are the limit, and by one that reads.

A service has a dozen connections, each with a cache of its own; what a reader lets go of, the system still keeps.
"""


TROUBLE = {
    sqlite3.SQLITE_BUSY: "another process has been writing to the store for too long: try again",
    sqlite3.SQLITE_LOCKED: "the store is locked: try again",
    sqlite3.SQLITE_READONLY: "the store may not be written: look at the rights of its file and folder",
    sqlite3.SQLITE_IOERR: "the disk under the store fails: look at it before anything else",
    sqlite3.SQLITE_CORRUPT: "the store is damaged: put a copy back with `crux db restore`",
    sqlite3.SQLITE_FULL: "the disk under the store is full: make room and try again",
    sqlite3.SQLITE_CANTOPEN: "the store cannot be opened: look at the rights of its file and folder",
    sqlite3.SQLITE_NOTADB: "the store is no database any more: put a copy back with `crux db restore`",
}
"""What SQLite's own codes mean to the operator; anything else is a fault of this program."""

LOCKS = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class AtIt(Refusal):
    """Another process holds what only one may hold, for now."""


class Busy(Trouble):
    """Another process writes for longer than we wait: the one trouble that ends by itself."""


@dataclass(frozen=True, slots=True)
class Store:
    """The store, open at its newest schema. `now` is the only clock it knows."""

    engine: sa.Engine
    now: Now

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sa.Connection]:
        """All of it or nothing, one writer at a time (BEGIN IMMEDIATE).

        Where it may not be lost to a power cut (`durable`), the commit waits for the disk; evidence can be fetched
        again and does not wait. A killed process loses nothing committed either way.
        """
        writer = self.engine.execution_options(sqlite_begin="IMMEDIATE", sqlite_sync="FULL" if durable else "NORMAL")
        with told(), writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One unchanging view of the store, which waits for no writer."""
        with told(), self.engine.execution_options(sqlite_begin="DEFERRED").begin() as connection:
            yield connection

    def owner(self) -> tuple[str, str] | None:
        """The platform address and account that the store belongs to; None while it belongs to none."""
        with self.reading() as connection:
            row = connection.execute(sa.select(schema.stores)).one_or_none()
        return None if row is None else (row.platform, row.account_id)

    def claim(self, platform: str, account_id: str) -> None:
        """Make the store that account's on that platform address; a Refusal if it is another's already (law 8)."""
        with self.transaction() as connection:
            owner = connection.execute(sa.select(schema.stores)).one_or_none()
            if owner is None:
                row = {"id": 1, "platform": platform, "account_id": account_id, "created_at": self.now()}
                connection.execute(sa.insert(schema.stores).values(row))
            elif (owner.platform, owner.account_id) != (platform, account_id):
                same = "the sandbox file it began with" if owner.platform == "sandbox" else "that account's key"
                raise Refusal(
                    f"store of another account: {self.name} belongs to {owner.account_id} on {owner.platform}, "
                    f"this is {account_id} on {platform}; use {same}, or choose another store with CRUX_DATABASE_URL"
                )

    @contextmanager
    def alone(self, act: str, *, wait_s: float = 0.0) -> Iterator[None]:
        """Hold `act` (as `apply`) for this process alone; Refusal where another is at it for longer than `wait_s`.

        The lock is the operating system's, on a file beside the store: it ends with the process, however that ends.
        """
        path = sqlite_path(str(self.engine.url))
        if path is None:
            raise Refusal(f"{act} alone needs a store in a file")
        path = path.resolve()  # by whatever link it was named
        with _lock_file(path.with_name(f"{path.name}.{act}.lock")) as lock:
            until = time.monotonic() + wait_s
            while not _locked(lock):
                if time.monotonic() >= until:
                    raise AtIt(f"another process is at `{act}` with this store; wait for it to end")
                time.sleep(LOOK_AGAIN_S)
            yield

    @property
    def name(self) -> str:
        """Where the store is, without a password."""
        url = self.engine.url
        return url.database or "" if self.is_sqlite else url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        self.engine.dispose()


def in_trouble(error: Exception) -> bool:
    """Whether it is the store that cannot be read or written now, and not what stands in it."""
    return _code(error) in TROUBLE


def _code(error: Exception) -> int:
    """SQLite's own primary code; 0 where it gave none."""
    return int(getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)) & 0xFF


@contextmanager
def told() -> Iterator[None]:
    """A database that cannot be written or read now, as one sentence instead of a stack trace; a bug stays a bug."""
    try:
        yield
    except sa.exc.DatabaseError as error:
        code = _code(error)
        if code not in TROUBLE:
            raise
        kind = Busy if code in LOCKS else Trouble
        raise kind(f"{TROUBLE[code]} ({error.orig}); nothing was changed") from error


def _lock_file(path: Path) -> TextIO:
    """The file that is locked: made if it is not there, and only read, so that it may lose its rights."""
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
    except OSError as error:
        because = f"{path} cannot be made ({error.strerror})"
        raise Trouble(f"{because}: look at the rights of the store's folder, and whether its disk is full") from error


def _locked(lock: TextIO) -> bool:
    """Whether the lock is ours now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def url_of(place: str | Path) -> str:
    """A path or a URL as a database URL."""
    text = str(place)
    return text if "://" in text else f"sqlite:///{Path(text).expanduser()}"


def make_engine(url: str, *, make: bool = True) -> sa.Engine:
    """An engine that begins its transactions itself; DDL is transactional, foreign keys are on.

    Without `make` a file that is not there, or no longer, is not made anew.
    """
    engine = sa.create_engine(url_of(url))
    if engine.dialect.name == "sqlite":
        path = sqlite_path(url_of(url))
        assert path is not None
        event.listen(engine, "connect", _on_connect)
        same_file.watch(engine, path)
        event.listen(engine, "begin", _on_begin)
        if not make:
            same_file.never_make(engine, path)
    return engine


def _on_connect(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None  # the driver must not BEGIN; pragmas come before any transaction
    until = time.monotonic() + BUSY_S
    for pragma in PRAGMAS:
        while not _set(dbapi, pragma, last=time.monotonic() >= until):
            time.sleep(LOOK_AGAIN_S)


def _set(dbapi: Any, pragma: str, *, last: bool) -> bool:
    """Whether it is set now; where the store is locked and this is the `last` try, SQLite's own error.

    SQLite does not wait out its busy_timeout for the switch to WAL: of four processes that make a store at once, one is
    now and then refused within a millisecond (tried 2026-11).
    """
    try:
        dbapi.execute(f"PRAGMA {pragma}")
    except sqlite3.OperationalError as error:
        if last or _code(error) not in LOCKS:
            raise
        return False
    return True


def _on_begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if "sqlite_sync" in options:  # of no account to readers
        connection.exec_driver_sql(f"PRAGMA synchronous={options['sqlite_sync']}")
    kind = options.get("sqlite_begin", "IMMEDIATE")
    if connection.info.get("cache") != kind:
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.execute(f"PRAGMA cache_size=-{CACHE_KIB[kind]}")
        connection.info["cache"] = kind
    connection.exec_driver_sql(f"BEGIN {kind}")


def sqlite_path(address: str) -> Path | None:
    """The file behind a SQLite URL; None for another engine."""
    url = sa.make_url(address)
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise Refusal("a store in memory would forget everything; give a file, as sqlite:///crux.sqlite")
    return Path(url.database)
