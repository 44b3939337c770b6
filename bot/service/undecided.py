"""Markets whose trading is over and of which nothing is proposed: what each of them waits for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store import Store, markets, proposals, verdicts
from bot.store.card_grounds import ALIVE
from bot.store.markets import Market, state_now
from bot.told_short import shortened

MOST = 100
"""Markets looked at, those first that closed first: each of them costs reading a verdict."""


def undecided(store: Store, debate: str | None) -> list[dict[str, Any]]:
    """Slug and why, the longest closed first; of one debate or of the whole store."""
    now = store.now()
    with store.reading() as connection:
        there = [one for one in markets.every(connection, debate, living=True) if state_now(one, now) == "closed"]
        asked = {one.market for one in proposals.listing(connection, states=ALIVE)} if there else set()
        left = sorted((one for one in there if one.id not in asked), key=lambda one: (one.closes_at or now, one.slug))
        return [{"slug": one.slug, "because": _because(connection, one)} for one in left[:MOST]]


def _because(connection: sa.Connection, market: Market) -> str:
    last = proposals.listing(connection, market=market.id)[-1:]
    if last and last[0].state == "rejected":
        return (
            f"proposal {last[0].id} was rejected; another comes once other evidence decides it, or by /review propose"
        )
    verdict = verdicts.newest_of(connection, market.version)
    if verdict is None:
        return "it has not been judged yet"
    if verdict.state == "decided":
        return "it is decided, and about to be proposed"
    return f"{verdict.state}: {shortened(verdict.because)}"
