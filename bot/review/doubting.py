"""What stands against a proposal, read out of the store: disputes so far, the last price, the pool, a second source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bot.frozen import Frozen
from bot.review.quorum import Doubts, Quorum, even_share, quorum_for, share_of
from bot.store import prices, schema
from bot.store.markets import Market
from bot.store.prices import Sample
from bot.store.proposals import Proposal
from markets.live import LiveMarket

FRESH = timedelta(hours=24)
"""A price older than this says nothing about what traders think now."""

DECIDED = ("approved", "agreed", "resolving", "resolved", "undoing", "undone")
"""From then on the quorum is what it was when the last approval was given."""


def doubts_about(connection: sa.Connection, proposal: Proposal, market: Market, now: datetime) -> Doubts:
    """Everything that may ask for more people, as the store knows it at `now`."""
    sample = prices.newest(connection, market.id, now)
    known = sample if sample is not None and now - sample.at <= FRESH else None
    return Doubts(
        disputes=disputes(connection, market.id),
        share=share_of(proposal.outcome, known.shares) if known else None,
        even=even_share(proposal.outcome, len(market.answers)),
        open=market.state == "open" and (market.closes_at is None or market.closes_at > now),
        pool_mana=known.liquidity_mana if known else None,
        sampled_at=known.at if known else None,
        second=proposal.second,
    )


def disputes(connection: sa.Connection, market: int) -> int:
    """How often a resolution of this market was disputed or undone."""
    mine = schema.proposals.c.market == market
    said = sa.select(sa.func.count()).select_from(
        schema.reviews.join(schema.proposals, schema.reviews.c.proposal == schema.proposals.c.id)
    )
    disputed = connection.execute(said.where(mine, schema.reviews.c.vote == "dispute")).scalar_one()
    undone = sa.select(sa.func.count()).where(mine, schema.proposals.c.state == "undone")
    return int(disputed) + int(connection.execute(undone).scalar_one())


def quorum_of(proposal: Proposal, frozen: Frozen, doubts: Doubts) -> Quorum:
    """How many must agree; what has been approved keeps the number that held then."""
    if proposal.state not in DECIDED:
        return quorum_for(doubts, frozen.review)
    told: Mapping[str, Any] = proposal.facts or {}
    if "auto_after" in told:
        return Quorum(0, (f"nobody said anything for {told['auto_after']}, which the definition lets decide",))
    if "doubts" not in told:  # approved without a word of them: what is known today counts
        return quorum_for(doubts, frozen.review)
    return quorum_for(Doubts.of(told["doubts"]), frozen.review)


def sample_of(market: Market, live: LiveMarket, at: datetime) -> Sample:
    """A market's prices as Manifold shows them, ready to be kept."""
    shares = {one.text: Decimal(str(one.probability)) for one in live.answers if one.probability is not None}
    if not live.answers and live.probability is not None:
        shares = {"YES": Decimal(str(live.probability))}
    pool = None if live.liquidity_mana is None else Decimal(str(live.liquidity_mana))
    return Sample(market.id, at, shares, pool)
