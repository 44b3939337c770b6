"""When each market was last read whole, and what its description was then: a list of markets shows none of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import schema_service as schema

IN_ONE = 500
"""Ids in one statement: databases bound how much a statement may name."""


@dataclass(frozen=True, slots=True)
class WholeRead:
    """The last read of a market with its description.

    `fingerprint` is that of its description, None where Manifold had no such market; `posted` that of what we had
    posted then; `updated_at` Manifold's own time of the market's last change.
    """

    market_id: str
    fingerprint: str | None
    posted: str
    updated_at: datetime | None
    read_at: datetime


def keep(connection: sa.Connection, reads: Sequence[WholeRead]) -> None:
    """Put these in the place of the reads of before."""
    for start in range(0, len(reads), IN_ONE):
        part = reads[start : start + IN_ONE]
        gone = sa.delete(schema.whole_reads).where(schema.whole_reads.c.market_id.in_([one.market_id for one in part]))
        connection.execute(gone)
        connection.execute(sa.insert(schema.whole_reads), [asdict(one) for one in part])


def of(connection: sa.Connection, market_ids: Collection[str]) -> dict[str, WholeRead]:
    """The last whole read of each of these markets that was ever read whole."""
    rows = connection.execute(sa.select(schema.whole_reads))
    return {row.market_id: WholeRead(*row) for row in rows if row.market_id in market_ids}
