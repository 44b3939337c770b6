"""New stores for tests: copies of one that the migrations made, once in each process of the tests."""

from __future__ import annotations

import functools
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.store import Store, open_store
from bot.store.engine import Now


def new_store(path: Path, *, now: Now) -> Store:
    """What `open_store` makes where there is none, in a tenth of the time; how that is made has tests of its own."""
    assert not path.exists(), f"{path} is no new store"
    path.write_bytes(_made())
    return existing_store(path, now=now)


def existing_store(path: Path, *, now: Now) -> Store:
    """The store that is there, and what has been compiled for others before it."""
    store = open_store(path, now=now, create=False)
    store.engine.update_execution_options(compiled_cache=_compiled)
    return store


class Compiled(dict[Any, Any]):
    """What SQLAlchemy has made of our statements, for all the stores of a process: all are of one kind of SQLite.

    It keeps it for one engine only, as its key begins with that engine's dialect; left to that, tests spent a tenth of
    their time on compiling the same statements anew (2026-11-21).
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_compiled = Compiled()


@functools.cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.sqlite"
        open_store(path, now=lambda: datetime.now(UTC)).close()
        assert [each.name for each in path.parent.iterdir()] == [path.name], "something is not in the file yet"
        return path.read_bytes()
