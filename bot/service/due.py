"""Which sources are due for a look: pure reckoning over when each was last looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.store.last_looks import LastLook
from resolvers.sources.spec import SourceSpec

FIRST_AGAIN = timedelta(minutes=5)
"""How soon a look in vain is taken again; each further one waits twice as long, up to the source's own pace."""

MOST_JITTER = timedelta(minutes=15)
"""Sources of one pace are not all asked in the same second; nobody waits longer than this for it."""


def jitter(source: SourceSpec) -> timedelta:
    """A source's own delay: the same on every machine and every day, up to a tenth of its pace."""
    share = int.from_bytes(hashlib.sha256(source.id.encode()).digest()[:4]) / 2**32
    return min(source.fetch.every / 10, MOST_JITTER) * share


def due_at(source: SourceSpec, last: LastLook | None) -> datetime | None:
    """When to look next; None means now, for nobody ever has."""
    if last is None:
        return None
    if last.failures:
        wait: timedelta = min(source.fetch.every, FIRST_AGAIN * (1 << min(last.failures - 1, 12)))
        return last.at + wait
    return last.at + source.fetch.every + jitter(source)


def due(sources: Mapping[str, SourceSpec], looks: Mapping[str, LastLook], now: datetime) -> list[SourceSpec]:
    """Every source whose time has come, those that waited longest first.

    A look of the future was taken by a clock that has been set back since: it is taken again.
    """
    past = {name: look for name, look in looks.items() if look.at <= now}
    waiting = [(due_at(source, past.get(name)), name) for name, source in sources.items()]
    ripe = [(at, name) for at, name in waiting if at is None or at <= now]
    return [sources[name] for _, name in sorted(ripe, key=lambda each: (each[0] is not None, each[0] or now, each[1]))]
