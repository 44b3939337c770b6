"""The order of a list of markets: what needs somebody first, then what is decided soonest, last what is resolved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.discord.autocomplete import put_up
from bot.store import schema, schema_people
from bot.store.card_grounds import ALIVE
from bot.store.markets import Market
from markets.spec import MarketSpec

FAR = datetime.max.replace(tzinfo=UTC)
Place = tuple[int, float, str]


def needs(connection: sa.Connection, debate: str) -> dict[str, str]:
    """Market -> what it waits for from people; of proposals only those whose card is up."""
    panel = schema_people.panels.c
    asked = sa.select(panel.slug, panel.id).where(panel.debate == debate, panel.state == "open").order_by(panel.id)
    found = {slug: f"panel {number} is asked" for slug, number in connection.execute(asked)}
    proposal, market, objection = schema.proposals.c, schema.markets.c, schema.objections.c
    open_ones = sa.select(objection.id).where(objection.proposal == proposal.id, objection.answered_at.is_(None))
    living = (
        sa.select(proposal.id, market.slug, proposal.state, sa.exists(open_ones))
        .select_from(schema.proposals.join(schema.markets, market.id == proposal.market))
        .where(market.debate == debate, proposal.state.in_(ALIVE))
    )
    rows = connection.execute(living).all()
    up = put_up(connection, [number for number, *_ in rows])
    found |= _rejected(connection, debate)
    for number, slug, state, objected in rows:
        if number in up and objected:
            found[slug] = f"an objection to P{number} needs an answer"
        elif number in up and state == "proposed":
            found[slug] = f"P{number} needs reviewers"
    return found


def _rejected(connection: sa.Connection, debate: str) -> dict[str, str]:
    """Markets whose last proposal was rejected: it does not come again by itself until other cells decide it."""
    proposal, market = schema.proposals.c, schema.markets.c
    last = sa.select(sa.func.max(proposal.id).label("id")).group_by(proposal.market).subquery()
    ended = (
        sa.select(market.slug, proposal.id)
        .select_from(
            schema.proposals.join(last, last.c.id == proposal.id).join(schema.markets, market.id == proposal.market)
        )
        .where(market.debate == debate, market.state != "resolved", proposal.state == "rejected")
    )
    return {slug: f"P{number} was rejected, and nothing else is proposed" for slug, number in connection.execute(ended)}


def windows(connection: sa.Connection, debate: str) -> dict[str, datetime]:
    """Market -> until when traders may object to what is agreed of it: then it is resolved."""
    proposal, market = schema.proposals.c, schema.markets.c
    agreed = (
        sa.select(market.slug, proposal.window_until)
        .select_from(schema.proposals.join(schema.markets, market.id == proposal.market))
        .where(market.debate == debate, proposal.state == "agreed")
    )
    return {slug: until for slug, until in connection.execute(agreed) if until is not None}


def place(
    slug: str, there: Market | None, spec: MarketSpec | None, needed: Mapping[str, str], ends: Mapping[str, datetime]
) -> Place:
    """Where a market stands in a list; the newest resolution comes first among those."""
    if there is not None and there.state == "resolved":
        return 2, -(there.resolved_at or there.opened_at).timestamp(), slug
    decided = ends.get(slug) or (there.closes_at if there is not None else spec.closes if spec else None) or FAR
    return (0 if slug in needed else 1), decided.timestamp(), slug
