"""What a decision had before it, in one hash for each source: every look up to the last, so that none moves unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store.types import canonical


def digests(connection: sa.Connection, wanted: Mapping[str, Collection[int]]) -> dict[tuple[str, int], str]:
    """sha256 over a source's snapshots up to each number wanted of it, all in one statement: (source, last) -> hash."""
    lasts = [last for each in wanted.values() for last in each]
    if not lasts:
        return {}
    at = schema.snapshots.c
    columns = (at.source, at.id, at.seen_at, at.recorded_at, at.via, at.status, at.body, at.awaits, at.url, at.because)
    mine = sa.and_(at.source.in_(sorted(wanted)), at.id <= max(lasts))
    rows = connection.execute(sa.select(*columns).where(mine).order_by(at.source, at.id))
    looks = {source: list(each) for source, each in groupby(rows, key=lambda row: str(row.source))}
    return {
        (source, last): made
        for source, each in wanted.items()
        for last, made in _running(iter(looks.get(source, ())), sorted(set(each)))
    }


def _running(looks: Iterator[Any], lasts: list[int]) -> Iterator[tuple[int, str]]:
    """One pass over a source's looks, with its hash at each of the numbers, which are in order."""
    made, look = hashlib.sha256(), next(looks, None)
    for last in lasts:
        while look is not None and look.id <= last:
            made.update(canonical([int(one) if isinstance(one, bool) else one for one in look]).encode() + b"\n")
            look = next(looks, None)
        yield last, made.hexdigest()
