"""Whether the store still is the file that was opened: of one that was moved away SQLite takes no notice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

from resolvers.errors import Outside

Identity = tuple[int, int]
"""A file's device and number there; a copy put in its place has another number."""


class Trouble(Outside):
    """The store cannot be read or written just now: whatever it is asked, everybody hears the same."""


class Replaced(Trouble):
    """Another file stands where the store was: whoever has the old one open must write no more, and begin anew."""


def watch(engine: sa.Engine, path: Path) -> None:
    """Let no transaction begin on a connection whose file is not the one at `path` any more; costs microseconds."""

    def connected(_dbapi: Any, record: Any) -> None:
        record.info["file"] = _identity(path)

    def begins(connection: sa.Connection) -> None:
        now = _identity(path)
        if now is None:
            raise Trouble(f"the store {path} is gone: put it back where it was; nothing was changed")
        if now != connection.info.get("file"):
            raise Replaced(f"the store {path} was replaced by another file while this process had it open")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begins)


def never_make(engine: sa.Engine, path: Path) -> None:
    """A store that is gone is not made anew and empty by whoever opens another connection to it."""

    def connecting(_dialect: Any, _record: Any, given: list[Any], named: dict[str, Any]) -> None:
        given[0] = f"file:{quote(str(path.absolute()))}?mode=rw"
        named["uri"] = True

    event.listen(engine, "do_connect", connecting)


def _identity(path: Path) -> Identity | None:
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Trouble(f"the store {path} cannot be looked at ({error.strerror}): nothing was changed") from error
    return found.st_dev, found.st_ino
