"""The markets that may still be judged, with what decides whether they are due: no definition is read for it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.store import schema
from bot.store.engine import Store


@dataclass(frozen=True, slots=True)
class DueMarket:
    """An open market of a debate: its frozen version, the sources it reads, and whether its proposal is disputed."""

    slug: str
    version: str
    sources: tuple[str, ...]
    disputed: bool


def open_markets(store: Store, debate: str) -> list[DueMarket]:
    """Every market of the debate whose newest opening is not resolved, by one statement."""
    market, spec, proposal = schema.markets.c, schema.specs.c, schema.proposals.c
    newest = sa.select(sa.func.max(market.id)).where(market.debate == debate).group_by(market.slug)
    disputed = sa.exists().where(
        proposal.market == market.id, proposal.closed_at.is_(None), proposal.state == "disputed"
    )
    statement = (
        sa.select(market.slug, market.version, spec.sources, disputed)
        .join_from(schema.markets, schema.specs, spec.version == market.version)
        .where(market.id.in_(newest), market.state != "resolved")
        .order_by(market.slug)
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return [DueMarket(slug, version, tuple(sources), bool(held)) for slug, version, sources, held in rows]
