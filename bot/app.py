"""What a command works with, built once: settings, the store, the debate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from bot import debates, say
from bot.setting_faults import meant
from bot.settings import Settings, unknown_variables, variables
from bot.store import Store, open_store
from bot.store.engine import sqlite_path, url_of
from bot.store.source_names import claim_names
from markets.load import Loaded
from markets.spec import DebateSpec
from resolvers.errors import Refusal


@dataclass(frozen=True, slots=True)
class App:
    """One command's surroundings."""

    settings: Settings
    store: Store
    folder: Path
    loaded: Loaded

    @property
    def debate(self) -> DebateSpec:
        assert self.loaded.debate is not None
        return self.loaded.debate


def wall_clock() -> datetime:
    return datetime.now(UTC)


def store_url(settings: Settings) -> str:
    """Where the store is; Refusal where no database of this program's kind can be there."""
    url = settings.store_url()
    try:
        if "://" in url:
            sa.make_url(url).get_dialect().import_dbapi()
    except (sa.exc.ArgumentError, ModuleNotFoundError, ValueError) as error:
        raise Refusal(f"CRUX_DATABASE_URL: {_no_store(url, error)}; write sqlite:////home/me/crux.sqlite") from None
    path = sqlite_path(url_of(url))
    if path is not None and path.is_dir():
        raise Refusal(f"CRUX_DATABASE_URL: {path} is a folder; name a file in it, as {path / 'crux.sqlite'}")
    return url


def _no_store(url: str, error: Exception) -> str:
    """Why no store can be there; the address may hold a password, so only its kind is repeated."""
    kind = url.partition("://")[0]
    if kind.partition("+")[0] not in ("sqlite", "postgresql"):
        return f"{kind} is no database that Crux can use, wanted: SQLite, in a file of its own"
    if isinstance(error, ValueError):  # its text repeats what stands behind a colon, which may be a password
        return "its port is no number, or something behind its host cannot be read"
    return f"no driver of {kind} is installed ({error})" if isinstance(error, ModuleNotFoundError) else f"{error}"


def store_is_there() -> bool:
    """Whether the settings name a store that has something in it, or one that is on a server."""
    path = sqlite_path(url_of(store_url(Settings())))
    return path is None or (path.exists() and path.stat().st_size > 0)


@contextmanager
def opened_store(*, create: bool = True) -> Iterator[tuple[Settings, Store]]:
    """The store the settings name, open until the command ends; unknown CRUX_ variables are pointed out.

    Without `create`, a store that is not there is a Refusal: what only reads makes no empty store of a mistyped name.
    """
    settings = Settings()
    for name in unknown_variables():
        say.aside(f"crux: {name} is set, but no setting has that name{meant(name, variables())}; it does nothing")
    store = open_store(store_url(settings), now=wall_clock, create=create)
    try:
        yield settings, store
    finally:
        store.close()


@contextmanager
def opened_for_evidence(debate: Path | None) -> Iterator[App]:
    """The same for what takes down evidence: once there is a store, a draft that is not done costs no day of it.

    Refusal where a source's name means another debate's source.
    """
    with opened_app(debate, whole=not store_is_there()) as app:
        if not app.loaded.usable:
            claim_names(app.store, app.debate.debate, app.loaded.sources)
        yield app


@contextmanager
def opened_app(debate: Path | None, *, whole: bool = True) -> Iterator[App]:
    """The store and the debate; every fault of its files at once if it cannot be used.

    Without `whole` its debate.yaml is enough, as for whoever has to pause everything while a market is broken.
    """
    folder, loaded = debates.load(debate, whole=whole)
    with opened_store() as (settings, store):
        app = App(settings, store, folder, loaded)
        if loaded.usable:
            claim_names(store, app.debate.debate, loaded.sources)
        yield app
