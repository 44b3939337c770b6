"""`crux db backup` and `crux db restore`: copies of the one file of state."""

from __future__ import annotations

from pathlib import Path

from bot.store import upgrading
from bot.store.copying import copy_to, replace_by
from bot.store.engine import make_engine, sqlite_path, url_of
from resolvers.errors import Refusal


def backup(url: str | Path, target: Path) -> Path:
    """A whole copy of the store, even while it is in use; Refusal where `target` exists."""
    copy_to(_file(url), target)
    return target


def restore(url: str | Path, copy: Path) -> Path | None:
    """Put a copy in the store's place; returns where the store that it replaced is kept.

    Refusal, and nothing changed, where the copy is damaged, is no store of Crux, or is of a newer schema. Stop every
    process that uses the store first.
    """
    path = _file(url)
    if not copy.exists():
        raise Refusal(f"there is no copy at {copy}")
    engine = make_engine(f"sqlite:///{copy}")
    try:
        found = upgrading.revision_of(engine)
    finally:
        engine.dispose()
    if found is None:
        raise Refusal(f"{copy} is empty, so there is nothing to restore")
    if found not in upgrading.known_revisions():
        upgrading.require_head(found, str(copy))
    return replace_by(copy, path)


def _file(url: str | Path) -> Path:
    path = sqlite_path(url_of(url))
    if path is None:
        raise Refusal("copies are made of SQLite stores; PostgreSQL brings its own pg_dump and pg_restore")
    return path
