"""What the parts of a running service share: nothing that decides anything, only where things are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from bot.platform import Platform
from bot.service.threads import Threads
from bot.settings import Settings
from bot.store import Store
from markets.load import Loaded
from markets.manifold import Manifold
from markets.spec import DebateSpec

T = TypeVar("T")


class Exchange(Protocol):
    """Manifold as the service has it: reads at any time, writes one job at a time under the store's own lock."""

    @property
    def client(self) -> Manifold:
        """For reads only: prices, positions, comments. It has no key where the service has none."""
        ...

    @property
    def may_write(self) -> bool:
        """Whether there is a key, or a sandbox."""
        ...

    def writing(self) -> AbstractAsyncContextManager[Platform]:
        """Our account, for as long as it is held; Refusal without a key, or where another process is writing."""
        ...

    async def carry(self, act: Callable[[Platform], Awaitable[T]]) -> T:
        """The same for work that also works on the store: it runs away from the loop."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a job, a command or a card is handed. `loaded` gives the debate as it was last read without an error.

    `wake(job)` asks the timetable to run a job soon (`judge`, `post`, `resolve`…); it never waits for it.
    """

    settings: Settings
    store: Store
    threads: Threads
    folder: Path
    loaded: Callable[[], Loaded]
    exchange: Exchange
    wake: Callable[[str], None]
    on_wish: Callable[[str, Callable[[], None]], None] = lambda name, act: None  # who is to be called by `wake(name)`

    @property
    def debate(self) -> DebateSpec:
        debate = self.loaded().debate
        assert debate is not None  # the service starts with a debate that loads, and keeps the last one that did
        return debate
