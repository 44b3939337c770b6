"""Looking at sources: one conditional request each, whatever came of it on the record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

from httpx import AsyncClient

from bot.store import Store
from bot.store.evidence import Reads, Recorded, Via, record, validators
from resolvers.errors import CruxError, Outside
from resolvers.fetch import Limits, Validators, fetch, open_client
from resolvers.rules.panels import is_panel
from resolvers.sources.spec import SourceSpec

AT_ONCE = 6
"""Looks at the same time; publishers each see one."""

LARGE_BYTES = 1_000_000
"""What is shorter is read here: it holds the interpreter for some 10 ms at most, and a process takes a second to begin.

20 MB of JSON or CSV held it for 150 to 700 ms at a time, over some 8 s (2026-11-21).
"""

Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")


class Aside(Protocol):
    """Runs what blocks in a thread."""

    async def __call__(self, act: Callable[[], T]) -> T: ...


async def in_a_thread(act: Callable[[], T]) -> T:
    """In whichever thread is free, where nobody else is waiting for one."""
    return await asyncio.to_thread(act)


async def collect(
    store: Store, sources: Sequence[SourceSpec], *, base: Path, limits: Limits, sleep: Sleep = asyncio.sleep
) -> list[tuple[SourceSpec, Recorded]]:
    """Fetch each source once and record what came; a source that fails delays and spoils no other."""
    async with open_client(limits) as client:
        return await look_at_all(client, store, sources, base=base, limits=limits, sleep=sleep)


async def look_at_all(
    client: AsyncClient, store: Store, sources: Sequence[SourceSpec], *, base: Path, limits: Limits, sleep: Sleep
) -> list[tuple[SourceSpec, Recorded]]:
    """The same with a client that is open already, for who looks often.

    Where looking at one source fails in a way nobody foresaw, the others are looked at and recorded all the same; then
    Outside names the one.
    """
    turn = asyncio.Semaphore(AT_ONCE)
    sources = [source for source in sources if not unanswered(source, base)]

    async def one(source: SourceSpec) -> tuple[SourceSpec, Recorded]:
        return source, await look(client, store, source, base=base, limits=limits, sleep=sleep, turn=turn)

    came = await asyncio.gather(*(one(source) for source in sources), return_exceptions=True)
    good = [each for each in came if not isinstance(each, BaseException)]
    if len(good) < len(came):
        _tell(sources, came)
    return good


async def look(
    client: AsyncClient,
    store: Store,
    source: SourceSpec,
    *,
    base: Path,
    limits: Limits,
    sleep: Sleep,
    turn: AbstractAsyncContextManager[object],
    aside: Aside = in_a_thread,
    apart: Reads | None = None,
) -> Recorded:
    """Look at one source when it is its `turn`, and record whatever came; the store is worked on `aside`.

    A large body is read `apart`, where there is such a place.
    """
    async with turn:
        last = await aside(partial(validators, store, source.id))
        since = Validators(last.etag, last.last_modified) if last else None
        got = await fetch(client, source, since, now=store.now, sleep=sleep, limits=limits, base=base)
    via: Via = "file" if source.fetch.file else "fetch"
    confirms = last.body if last else None
    read = apart if got.body is not None and len(got.body) > LARGE_BYTES else None
    return await aside(partial(record, store, source, got, via=via, confirms=confirms, read=read))


def unanswered(source: SourceSpec, base: Path) -> bool:
    """Whether this is a panel that nobody has answered yet: there is nothing to look at, and nothing is amiss."""
    return is_panel(source.id) and source.fetch.file is not None and not (base / source.fetch.file).exists()


def _tell(sources: Sequence[SourceSpec], came: Sequence[object]) -> NoReturn:
    """The failures by source as one Outside; what is meant to end the program ends it."""
    failed = [(source.id, each) for source, each in zip(sources, came, strict=True) if isinstance(each, BaseException)]
    for _, error in failed:
        if not isinstance(error, Exception):
            raise error
    told = [f"{name}: {error if isinstance(error, CruxError) else repr(error)}" for name, error in failed]
    others = f"the other {len(came) - len(failed)} of {len(came)} sources are on the record"
    raise Outside(f"{'; '.join(told)} ({others})") from failed[0][1]
