"""When each market was last read whole, and what its description was then: a list of markets shows none of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import schema
from bot.store import schema_service as service

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
        gone = sa.delete(service.whole_reads).where(
            service.whole_reads.c.market_id.in_([one.market_id for one in part])
        )
        connection.execute(gone)
        connection.execute(sa.insert(service.whole_reads), [asdict(one) for one in part])


def of(connection: sa.Connection, market_ids: Collection[str]) -> dict[str, WholeRead]:
    """The last whole read of each of these markets that was ever read whole."""
    rows = connection.execute(sa.select(service.whole_reads))
    return {row.market_id: WholeRead(*row) for row in rows if row.market_id in market_ids}


def gone(connection: sa.Connection) -> dict[str, datetime]:
    """The ids that Manifold knew no market of when it was last asked, and when that was."""
    table = service.whole_reads.c
    rows = connection.execute(sa.select(table.market_id, table.read_at).where(table.fingerprint.is_(None)))
    return {row.market_id: row.read_at for row in rows}


@dataclass(frozen=True, slots=True)
class Gone:
    """A market of ours that Manifold knows no longer, as it was answered when it was last asked."""

    debate: str
    slug: str
    market_id: str
    asked_at: datetime

    def words(self) -> str:
        return f"Manifold knows no market {self.market_id} (asked {self.asked_at:%Y-%m-%d %H:%M} UTC)"


def gone_markets(connection: sa.Connection, debate: str | None = None) -> tuple[Gone, ...]:
    """The unresolved markets among them, of one debate if it is named."""
    asked, market = gone(connection), schema.markets.c
    rows = sa.select(market.debate, market.slug, market.market_id).where(market.state != "resolved")
    rows = (rows if debate is None else rows.where(market.debate == debate)).order_by(market.debate, market.slug)
    found = connection.execute(rows) if asked else ()
    return tuple(Gone(*row, asked[row.market_id]) for row in found if row.market_id in asked)
