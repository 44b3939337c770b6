"""Opening the store, and making it where there is none."""

from __future__ import annotations

from pathlib import Path

from bot.store import upgrading
from bot.store.engine import Now, Store, make_engine, sqlite_path, url_of
from resolvers.errors import Refusal


def open_store(url: str | Path, *, now: Now, create: bool = True) -> Store:
    """Open the store, making it first where there is none.

    Refusal: no folder there; no store there and `create` is off; an older schema (`crux db upgrade`); a newer one; a
    file that is something else. Nothing is changed then.
    """
    address = url_of(url)
    path = sqlite_path(address)
    if path is not None and not _has_content(path):
        if not create:
            raise Refusal(f"there is no store at {path}; run `crux db upgrade` to make one, or set CRUX_DATABASE_URL")
        if not path.parent.is_dir():
            raise Refusal(f"there is no folder {path.parent} to make a store in: make it, or mend CRUX_DATABASE_URL")
        upgrading.upgrade(address)
    engine = make_engine(address, make=False)
    try:
        found = upgrading.revision_of(engine)
        if found is None and create:
            upgrading.upgrade(address)
            found = upgrading.revision_of(engine)
        upgrading.require_head(found, engine.url.database or address)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, now)


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
