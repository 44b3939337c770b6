"""What markets cost when: one sample a market and moment, for charts, and for whether a price disagrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store import schema_service as service
from bot.store.writing import insert_new
from resolvers.evidence import instant, moment


@dataclass(frozen=True, slots=True)
class Sample:
    """The shares of a market's outcomes (YES, or each answer's text) at a moment, each between 0 and 1."""

    market: int
    at: datetime
    shares: Mapping[str, Decimal]
    liquidity_mana: Decimal | None


def keep(connection: sa.Connection, samples: Sequence[Sample]) -> int:
    """Keep samples; one of the same market and moment stands as it was. How many were new."""
    rows = [
        {
            "market": one.market,
            "at": instant(one.at),
            "shares": {outcome: f"{share:f}" for outcome, share in one.shares.items()},
            "liquidity_mana": one.liquidity_mana,
        }
        for one in samples
    ]
    return insert_new(connection, service.price_samples, rows)


def newest(connection: sa.Connection, market: int, until: datetime | None = None) -> Sample | None:
    """The market's last sample; `until`: none that is newer, as by a clock that was ahead."""
    found = series(connection, market, limit=1, until=until)
    return found[0] if found else None


def series(
    connection: sa.Connection,
    market: int,
    *,
    limit: int | None = None,
    until: datetime | None = None,
    backwards: bool = True,
) -> tuple[Sample, ...]:
    """The market's samples, newest first unless `backwards` is False; `until`: none that is newer."""
    table = service.price_samples
    order = table.c.at.desc() if backwards else table.c.at
    statement = sa.select(table).where(table.c.market == market).order_by(order).limit(limit)
    statement = statement.where(table.c.at <= instant(until)) if until is not None else statement
    return tuple(_sample(row) for row in connection.execute(statement))


def spread(connection: sa.Connection, market: int, most: int, *, until: datetime) -> tuple[Sample, ...]:
    """At most so many (two or more) of a market's samples up to a moment, oldest first: the first, some, the last."""
    table = service.price_samples
    which = (table.c.market == market, table.c.at <= instant(until))
    there = connection.execute(sa.select(sa.func.count()).select_from(table).where(*which)).scalar_one()
    step = max(1, -(-there // (most - 1)))
    place = sa.func.row_number().over(order_by=table.c.at).label("place")
    placed = sa.select(table, place).where(*which).subquery()
    chosen = sa.or_((placed.c.place - 1) % step == 0, placed.c.place == there)
    return tuple(_sample(row) for row in connection.execute(sa.select(placed).where(chosen).order_by(placed.c.at)))


def _sample(row: sa.Row[Any]) -> Sample:
    shares = {name: Decimal(text) for name, text in row.shares.items()}
    return Sample(row.market, moment(row.at), shares, row.liquidity_mana)


def due(
    connection: sa.Connection, debate: str, before: datetime, limit: int, *, now: datetime | None = None
) -> tuple[int, ...]:
    """The living markets of a debate without a sample since `before`, those longest without one first.

    Samples of the future, by a clock that was set back since, are none.
    """
    table, market = service.price_samples.c, schema.markets.c
    last = sa.func.max(table.at)
    past = sa.true() if now is None else table.at <= instant(now)
    statement = (
        sa.select(market.id)
        .join_from(schema.markets, service.price_samples, sa.and_(table.market == market.id, past), isouter=True)
        .where(market.debate == debate, market.state != "resolved")
        .group_by(market.id)
        .having(sa.or_(last.is_(None), last < instant(before)))
        .order_by(sa.func.coalesce(last, 0), market.id)
        .limit(limit)
    )
    return tuple(connection.execute(statement).scalars())
