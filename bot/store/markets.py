"""What we asked: every version of a spec for all time, and which market on Manifold asks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from bot.store import audit, schema
from bot.store.writing import insert_new, insert_row
from resolvers.errors import Refusal

MarketState = Literal["open", "closed", "resolved"]


@dataclass(frozen=True, slots=True)
class Spec:
    """A frozen definition: canonical JSON whose sha256 is `version`, the text as posted, the sources it reads."""

    version: str
    debate: str
    slug: str
    canonical: str
    description: str
    sources: tuple[str, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Market:
    """One opening of a question on Manifold; `answers` maps our answer texts to Manifold's ids."""

    id: int
    debate: str
    slug: str
    opening: int
    version: str
    market_id: str
    url: str
    type: str
    state: MarketState
    answers: Mapping[str, str]
    subsidy_mana: Decimal
    opened_at: datetime
    closes_at: datetime | None
    resolved_at: datetime | None
    revision: int


def state_now(market: Market, now: datetime) -> MarketState:
    """As people see it: closed once trading has ended, though its row says so only when somebody closed it early."""
    over = market.state == "open" and market.closes_at is not None and market.closes_at <= now
    return "closed" if over else market.state


def freeze(
    connection: sa.Connection,
    *,
    version: str,
    debate: str,
    slug: str,
    canonical: str,
    description: str,
    sources: Sequence[str],
    at: datetime,
) -> Spec:
    """Keep a version of a spec; the same version is kept once, and never changed."""
    row: dict[str, object] = {
        "version": version,
        "debate": debate,
        "slug": slug,
        "canonical": canonical,
        "description": description,
    }
    row |= {"sources": sorted(sources), "recorded_at": at}
    insert_new(connection, schema.specs, [row])
    return spec(connection, version)


def known_slugs(connection: sa.Connection) -> tuple[str, ...]:
    """Every name of a market that any version kept here ever had."""
    table = schema.specs.c
    return tuple(connection.execute(sa.select(table.slug).distinct().order_by(table.slug)).scalars())


def spec(connection: sa.Connection, version: str) -> Spec:
    """A frozen spec by its version; Refusal where there is none."""
    found = connection.execute(sa.select(schema.specs).where(schema.specs.c.version == version)).one_or_none()
    if found is None:
        raise Refusal(f"no spec of version {version} is on record")
    return Spec(found.version, found.debate, found.slug, found.canonical, found.description, tuple(found.sources),
                found.recorded_at)  # fmt: skip


def opened(
    connection: sa.Connection,
    *,
    debate: str,
    slug: str,
    opening: int,
    version: str,
    market_id: str,
    url: str,
    type: str,
    answers: Mapping[str, str],
    at: datetime,
    closes_at: datetime | None,
    subsidy_mana: Decimal = Decimal(0),
    actor: str = "crux",
) -> Market:
    """A market now lives on Manifold. Saying it twice changes nothing; Refusal where another market took its place."""
    there = find(connection, debate, slug, opening)
    if there is not None:
        if (there.market_id, there.version) != (market_id, version):
            raise Refusal(f"{debate}/{slug} opening {opening} is market {there.market_id} already, not {market_id}")
        return there
    row: dict[str, object] = {
        "debate": debate,
        "slug": slug,
        "opening": opening,
        "version": version,
        "market_id": market_id,
        "url": url,
    }
    row |= {"type": type, "state": "open", "answers": dict(answers), "subsidy_mana": subsidy_mana, "opened_at": at}
    made = insert_row(connection, schema.markets, **row, closes_at=closes_at, revision=0)
    told = {"market_id": market_id, "version": version, "opening": opening}
    audit.append(connection, at=at, actor=actor, act="open", subject=f"{debate}/{slug}", payload=told)
    return market(connection, made)


def find(connection: sa.Connection, debate: str, slug: str, opening: int | None = None) -> Market | None:
    """An opening of a slug, by default the newest; None where it was never opened."""
    table = schema.markets.c
    statement = sa.select(schema.markets).where(table.debate == debate, table.slug == slug)
    if opening is not None:
        statement = statement.where(table.opening == opening)
    found = connection.execute(statement.order_by(table.opening.desc()).limit(1)).one_or_none()
    return None if found is None else Market(*found)


def market(connection: sa.Connection, number: int) -> Market:
    """A market by the store's own number; Refusal where there is none."""
    found = connection.execute(sa.select(schema.markets).where(schema.markets.c.id == number)).one_or_none()
    if found is None:
        raise Refusal(f"no market {number} is on record")
    return Market(*found)


def every(connection: sa.Connection, debate: str | None = None, *, living: bool = False) -> tuple[Market, ...]:
    """All markets, or one debate's, in the order they were opened; `living` leaves out the resolved ones."""
    table = schema.markets.c
    statement = sa.select(schema.markets).order_by(table.id)
    if debate is not None:
        statement = statement.where(table.debate == debate)
    if living:
        statement = statement.where(table.state != "resolved")
    return tuple(Market(*row) for row in connection.execute(statement))


def change(
    connection: sa.Connection,
    seen: Market,
    *,
    act: str,
    at: datetime,
    actor: str = "crux",
    state: MarketState | None = None,
    subsidy_mana: Decimal | None = None,
    version: str | None = None,
    closes_at: datetime | None = None,
    resolved_at: datetime | None = None,
    unresolved: bool = False,
) -> Market:
    """Write down what changed on Manifold; Refusal where the row has changed since it was seen.

    `unresolved`: its resolution was taken back, so that it has no time of one any more.
    """
    given: dict[str, str | Decimal | datetime | None] = {
        "state": state,
        "subsidy_mana": subsidy_mana,
        "version": version,
    }
    given |= {"closes_at": closes_at, "resolved_at": resolved_at}
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    values |= {"resolved_at": None} if unresolved else {}
    table = schema.markets
    mine = sa.and_(table.c.id == seen.id, table.c.revision == seen.revision)
    if connection.execute(sa.update(table).where(mine).values(**values, revision=seen.revision + 1)).rowcount != 1:
        raise Refusal(f"{seen.debate}/{seen.slug} has changed meanwhile; look again")
    told = {name: _told(value) for name, value in values.items()}
    audit.append(connection, at=at, actor=actor, act=act, subject=f"{seen.debate}/{seen.slug}", payload=told)
    return market(connection, seen.id)


def _told(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def live_since(connection: sa.Connection, source: str) -> datetime | None:
    """When the first market opened that reads `source` and is not resolved; None where there is none (law 1)."""
    table = schema.markets.c
    statement = (
        sa.select(table.opened_at, schema.specs.c.sources)
        .join_from(schema.markets, schema.specs, schema.specs.c.version == table.version)
        .where(table.state != "resolved")
    )
    return min((at for at, sources in connection.execute(statement) if source in sources), default=None)
