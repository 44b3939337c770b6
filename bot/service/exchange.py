"""Manifold as the service has it: read by everyone, written by one job at a time, and missed for a day without harm."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.platform import SANDBOX_PATIENCE, TURN_S, Platform, Sleep, sandboxed
from bot.service.hands import Hands
from bot.service.threads import Threads
from bot.settings import Settings
from bot.store import Store
from bot.store.engine import LOOK_AGAIN_S, AtIt
from markets.live import Account
from markets.manifold import Manifold
from markets.outbox import Patience
from resolvers.errors import Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Address:
    """Which Manifold, by which name the store knows it, with whose key."""

    url: str
    name: str
    key: str | None
    patience: Patience


@dataclass
class Connected:
    """A client for as long as the service lives; our account is asked for when it is first needed, and kept.

    Whoever writes holds the turn in this process and the store's lock among processes.
    """

    address: Address
    store: Store
    threads: Threads
    hands: Hands
    client: Manifold
    sleep: Sleep = asyncio.sleep
    _account: Account | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def may_write(self) -> bool:
        return self.address.key is not None

    @property
    def account(self) -> Account | None:
        """Who we are there, once that was asked."""
        return self._account

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Platform]:
        """Our account, for as long as it is held, in this loop."""
        self._require_key()
        async with self._alone():
            yield Platform(self.client, await self._me(), self.address.patience, self.sleep)

    async def carry(self, act: Callable[[Platform], Awaitable[T]]) -> T:
        """The same for work that also works on the store: it runs in the hands' thread, with a client of its own."""
        self._require_key()
        async with self._alone():
            return await self.hands.run(self._carried(await self._me(), act))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """The turn; a command that has it in another process, and lets go of it between its parts, is waited for."""
        async with self._turn, AsyncExitStack() as held:
            until = time.monotonic() + TURN_S
            while True:
                try:
                    held.enter_context(self.store.alone("manifold"))
                    break
                except AtIt:
                    if time.monotonic() >= until:
                        raise
                await asyncio.sleep(LOOK_AGAIN_S)
            yield

    async def look(self, act: Callable[[Platform], Awaitable[T]]) -> T:
        """The same for work that writes nothing there, however long it takes: it needs no turn and keeps nobody's."""
        self._require_key()
        return await self.hands.run(self._carried(await self._me(), act))

    def _carried(
        self, account: Account, act: Callable[[Platform], Awaitable[T]]
    ) -> Callable[[], Coroutine[Any, Any, T]]:
        async def over_there() -> T:
            async with Manifold(self.address.url, self.address.key, sleep=self.sleep) as client:
                return await act(Platform(client, account, self.address.patience, self.sleep))

        return over_there

    async def _me(self) -> Account:
        if self._account is None:
            account = await self.client.me()
            await self.threads.write(self.store.claim, self.address.name, account.id)
            self._account = account
        return self._account

    def _require_key(self) -> None:
        if not self.may_write:
            raise Refusal("no key is set, so Crux only reads: set CRUX_MANIFOLD_KEY to the market account's API key")


@asynccontextmanager
async def connected(
    settings: Settings, store: Store, threads: Threads, sandbox: Path | None, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[Connected]:
    """The exchange of a service, with a sandbox of its own where one is named; nothing is asked of it yet."""
    hands = Hands()
    try:
        async with _address(settings, sandbox) as address, Manifold(address.url, address.key, sleep=sleep) as client:
            if sandbox is not None:  # it answers at once, so that a wrong file is told at once
                await threads.write(store.claim, address.name, (await client.me()).id)
            yield Connected(address, store, threads, hands, client, sleep)
    finally:
        hands.close()


@asynccontextmanager
async def _address(settings: Settings, sandbox: Path | None) -> AsyncIterator[Address]:
    if sandbox is None:
        key = settings.manifold_key.get_secret_value() if settings.manifold_key else None
        yield Address(settings.manifold_url, settings.manifold_url, key, Patience())
        return
    async with sandboxed(sandbox) as (url, key):
        yield Address(url, "sandbox", key, SANDBOX_PATIENCE)
