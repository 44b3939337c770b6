"""New stores for tests: copies of one that the migrations made, once in each process of the tests."""

from __future__ import annotations

import functools
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bot.store import Store, open_store
from bot.store.engine import Now


def new_store(path: Path, *, now: Now) -> Store:
    """What `open_store` makes where there is none, in a tenth of the time; how that is made has tests of its own."""
    assert not path.exists(), f"{path} is no new store"
    path.write_bytes(_made())
    return open_store(path, now=now, create=False)


@functools.cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.sqlite"
        open_store(path, now=lambda: datetime.now(UTC)).close()
        assert [each.name for each in path.parent.iterdir()] == [path.name], "something is not in the file yet"
        return path.read_bytes()
