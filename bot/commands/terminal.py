"""What the review desk in a terminal works with: this store, this account of the machine, and this store's Manifold."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.app import App
from bot.commands.options import SANDBOX
from bot.platform import Platform
from bot.review.people import Actor, person_of
from bot.service.exchange import connected
from bot.service.surroundings import Exchange, Surroundings
from bot.service.threads import Threads
from bot.store import Store
from markets.manifold import Manifold
from resolvers.errors import Outside, Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The exchange of a command that was not told where this store's Manifold is."""

    because: str

    @property
    def client(self) -> Manifold:
        raise Outside(self.because)

    @property
    def may_write(self) -> bool:
        return False

    def writing(self) -> AbstractAsyncContextManager[Platform]:
        raise Refusal(self.because)

    async def carry(self, act: Callable[[Platform], Awaitable[T]]) -> T:
        raise Refusal(self.because)


@asynccontextmanager
async def at_the_desk(app: App, sandbox: Path | None) -> AsyncIterator[Surroundings]:
    """The surroundings of one command; nothing is asked of Manifold before somebody needs it."""
    threads = Threads()
    try:
        elsewhere = _elsewhere(app.store, app.settings.manifold_url, sandbox)
        if elsewhere is not None:
            yield _around(app, threads, elsewhere)
            return
        async with connected(app.settings, app.store, threads, sandbox) as exchange:
            yield _around(app, threads, exchange)
    finally:
        threads.close()


def _around(app: App, threads: Threads, exchange: Exchange) -> Surroundings:
    return Surroundings(
        settings=app.settings,
        store=app.store,
        threads=threads,
        folder=app.folder,
        loaded=lambda: app.loaded,
        exchange=exchange,
        wake=lambda job: None,
    )


def _elsewhere(store: Store, url: str, sandbox: Path | None) -> Elsewhere | None:
    """None where the command is at the Manifold that the store belongs to, or the store belongs to none yet."""
    owner = store.owner()
    here = SANDBOX if sandbox is not None else url
    if owner is None or owner[0] == here:
        return None
    how = "name its file with --sandbox" if owner[0] == SANDBOX else f"set CRUX_MANIFOLD_URL to {owner[0]}"
    return Elsewhere(f"this store's markets are on {owner[0]}, not on {here}: {how}")


def myself() -> Actor:
    """The account of this machine that runs the command, by the system's own word, never by a variable's."""
    if hasattr(os, "getuid"):
        import pwd

        uid = os.getuid()
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:  # a container's user without an entry
            name = f"uid {uid}"
    else:
        name = os.getlogin()
    account = f"{name}@{socket.gethostname()}"
    return Actor("terminal", account, account)


def speaker(app: App, named: str | None) -> str:
    """Who speaks: as named, or the person this account is linked to; Refusal where it is nobody's."""
    found = person_of(app.store, app.debate.debate, myself())
    if named is None and found is None:
        raise Refusal("say who you are with --as NAME, or link this account to yourself with `crux link NAME`")
    return named or found or ""
