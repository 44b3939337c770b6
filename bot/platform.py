"""The Manifold that a command talks to: the real one with a key, or a sandbox of one's own; the store knows which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings
from bot.store import Store
from bot.store.ledger import Budget
from bot.store.outbox import Outbox
from markets.apply import Carrier
from markets.live import Account
from markets.manifold import Manifold
from markets.outbox import Patience
from markets.spec import DebateSpec
from resolvers.errors import Refusal

SANDBOX_PATIENCE = Patience(stale_s=2.0, in_flight_s=4.0)
"""A sandbox in our own process is neither 15 s stale nor slow."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Platform:
    """A client of our account there, and who we are."""

    client: Manifold
    account: Account
    patience: Patience
    sleep: Sleep

    def carrier(self) -> Carrier:
        return Carrier(self.client, self.account.id, self.sleep, self.patience)

    def outbox(self, store: Store, debate: DebateSpec) -> Outbox:
        """The debate's outbox under its budget."""
        return Outbox(store, debate.debate, Budget(debate.debate, debate.limits.budget))


@asynccontextmanager
async def platform(settings: Settings, store: Store, sandbox: Path | None) -> AsyncIterator[Platform]:
    """Connect, and claim the store for this address and account, as the only process that writes to Manifold from it.

    Refusal where the store is another account's, another process is at it, or no key is set.
    """
    with store.alone("manifold"):
        async with _chosen(settings, store, sandbox) as there:
            yield there


@asynccontextmanager
async def _chosen(settings: Settings, store: Store, sandbox: Path | None) -> AsyncIterator[Platform]:
    if sandbox is not None:
        async with (
            sandboxed(sandbox) as (url, key),
            connect(url, key, store, address="sandbox", patience=SANDBOX_PATIENCE) as there,
        ):
            yield there
        return
    if settings.manifold_key is None:
        raise Refusal(
            "no key is set, so Crux only reads: set CRUX_MANIFOLD_KEY to the market account's API key, "
            "or try it on a Manifold of your own with --sandbox FILE"
        )
    key = settings.manifold_key.get_secret_value()
    async with connect(settings.manifold_url, key, store, address=settings.manifold_url, patience=Patience()) as there:
        yield there


@asynccontextmanager
async def connect(
    url: str, key: str, store: Store, *, address: str, patience: Patience, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[Platform]:
    """A client at `url`; the store belongs to `address` and the key's account from now on."""
    async with Manifold(url, key, sleep=sleep) as client:
        account = await client.me()
        store.claim(address, account.id)
        yield Platform(client, account, patience, sleep)


@asynccontextmanager
async def sandboxed(path: Path) -> AsyncIterator[tuple[str, str]]:
    from markets.sandbox.journal import StateFileError
    from markets.sandbox.server import Sandbox

    try:
        sandbox = Sandbox(path)
        url = await sandbox.start()
    except StateFileError as error:
        raise Refusal(str(error)) from None
    try:
        yield url, sandbox.accounts["creator"].key
    finally:
        await sandbox.stop()
