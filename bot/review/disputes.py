"""After a dispute or an undo the evidence is looked at again before it is judged again: which sources are due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.clocks import is_astray
from bot.store import Store, markets, schema
from resolvers.evidence import instant
from resolvers.rules.panels import is_panel


def recollect_due(store: Store, debate: str) -> frozenset[str]:
    """The sources of every disputed (or undone) market of a debate that nobody has looked at since.

    A look counts whatever came of it, so that a source that is gone keeps nothing waiting.
    """
    with store.reading() as connection:
        found: set[str] = set()
        for market, since in _doubted(connection, debate, store.now()):
            spec = markets.spec(connection, markets.market(connection, market).version)
            found |= _unseen(connection, spec.sources, since)
    return frozenset(found)


def waiting_to_be_seen(store: Store, debate: str) -> frozenset[str]:
    """The disputed (or undone) markets of a debate whose sources nobody has looked at since: no other waits for them.

    They are not judged again before that; markets that read the same sources are.
    """
    with store.reading() as connection:
        found = set()
        for number, since in _doubted(connection, debate, store.now()):
            market = markets.market(connection, number)
            if _unseen(connection, markets.spec(connection, market.version).sources, since):
                found.add(market.slug)
    return frozenset(found)


def last_doubted(connection: sa.Connection, market: int) -> datetime | None:
    """When a proposal of this market was last disputed, or taken back; None where none ever was."""
    proposal, review = schema.proposals.c, schema.reviews.c
    disputed = (
        sa.select(sa.func.max(review.at))
        .select_from(schema.reviews.join(schema.proposals, review.proposal == proposal.id))
        .where(proposal.market == market, review.vote == "dispute")
    )
    undone = sa.select(sa.func.max(proposal.closed_at)).where(proposal.market == market, proposal.state == "undone")
    found = [connection.execute(each).scalar_one() for each in (disputed, undone)]
    return max((at for at in found if at is not None), default=None)


def _doubted(connection: sa.Connection, debate: str, now: datetime) -> list[tuple[int, datetime]]:
    """Each market whose last proposal stands disputed or undone, and since when.

    What was doubted by a clock that was days ahead says nothing of what was looked at since: nobody waits for it.
    """
    proposal, review, market = schema.proposals.c, schema.reviews.c, schema.markets.c
    newest = sa.select(sa.func.max(proposal.id)).group_by(proposal.market)
    disputed = (
        sa.select(proposal.market, sa.func.max(review.at))
        .select_from(schema.proposals.join(schema.markets).join(schema.reviews, review.proposal == proposal.id))
        .where(market.debate == debate, proposal.state == "disputed", review.vote == "dispute")
        .group_by(proposal.market)
    )
    undone = (
        sa.select(proposal.market, proposal.closed_at)
        .select_from(schema.proposals.join(schema.markets))
        .where(market.debate == debate, proposal.state == "undone", proposal.id.in_(newest))
    )
    rows = [*connection.execute(disputed), *connection.execute(undone)]
    return [(number, at) for number, at in rows if at is not None and not is_astray(at, now)]


def _unseen(connection: sa.Connection, sources: Collection[str], since: datetime) -> set[str]:
    table = schema.snapshots.c
    seen = (
        sa.select(table.source).where(table.source.in_(sorted(sources)), table.recorded_at >= instant(since)).distinct()
    )
    looked_at = {source for source in sources if not is_panel(source)}
    return looked_at - set(connection.execute(seen).scalars())
