"""The Manifold that a command talks to: the real one with a key, or a sandbox of one's own; the store knows which."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings
from bot.store import Store, leases
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

TURN_S = 20.0
"""How long a command waits for a running service to be done with Manifold for now."""

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

    Refusal where the store is another account's, another process stays at it, or no key is set.
    """
    with _turn(store):
        async with _chosen(settings, store, sandbox) as there:
            yield there


@dataclass(frozen=True, slots=True)
class Reached:
    """Manifold as a command has it that reads for long and writes for moments; whoever writes takes a `turn`."""

    platform: Platform
    _store: Store
    _is_ours: bool

    @contextmanager
    def turn(self, *, begun: bool = False) -> Iterator[None]:
        """Be the only process that writes to Manifold from this store; Refusal where another stays at it.

        Who has `begun` something waits for whomever he let go between.
        """
        with nullcontext() if self._is_ours else _turn(self._store, begun=begun):
            yield


@asynccontextmanager
async def reached(settings: Settings, store: Store, sandbox: Path | None) -> AsyncIterator[Reached]:
    """The same without holding the store meanwhile: reading what stands on Manifold may take minutes.

    A sandbox's file is served by one process, so that with one the store is held from the beginning.
    """
    if sandbox is not None:
        async with platform(settings, store, sandbox) as there:
            yield Reached(there, store, _is_ours=True)
        return
    async with _chosen(settings, store, None) as there:
        yield Reached(there, store, _is_ours=False)


@contextmanager
def _turn(store: Store, *, begun: bool = False) -> Iterator[None]:
    with store.alone("manifold", wait_s=TURN_S if begun or _service_runs(store) else 0.0):
        yield


def _service_runs(store: Store) -> bool:
    """Whether a service has this store now: it writes to Manifold for moments only, and again and again."""
    with store.reading() as connection:
        lease = leases.held(connection)
    return lease is not None and lease.expires_at >= store.now()


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
    """The address of the sandbox kept in that file, and our key there.

    It is served by this process, or by a running service that has begun with it, which says where in a file beside it.
    """
    from markets.sandbox.journal import StateFileError
    from markets.sandbox.server import Sandbox

    _in_a_folder(path)
    note = path.with_name(f"{path.name}.serving")
    try:
        sandbox = Sandbox(path)
        url = await sandbox.start()
    except StateFileError as error:
        served = _served(note)
        if served is None:
            raise Refusal(str(error)) from None
        yield served
        return
    try:
        key = sandbox.accounts["creator"].key
        _say_where(note, url, key)
        yield url, key
    finally:
        _say_no_more(note)
        await sandbox.stop()


def _in_a_folder(path: Path) -> None:
    if not path.absolute().parent.is_dir():
        raise Refusal(f"--sandbox {path}: {path.parent} is no folder; make it first, or name a file in another")


def _say_where(note: Path, url: str, key: str) -> None:
    note.touch(mode=0o600)
    note.write_text(json.dumps({"url": url, "key": key}), encoding="utf-8")


def _say_no_more(note: Path) -> None:
    note.unlink(missing_ok=True)


def _served(note: Path) -> tuple[str, str] | None:
    """Where the process that holds a sandbox's file serves it; None where it does not say."""
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        return str(told["url"]), str(told["key"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
