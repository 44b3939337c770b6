"""What people made of the proposal before: a new one on the same market tells whoever reviews it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.review.notices import utc
from bot.store import proposals, reviews, schema
from bot.store.proposals import Proposal
from bot.store.raw import UNREADABLE
from bot.told_short import measured
from resolvers.outcome import Outcome

TOLD = ("undone", "rejected")
"""How people end a proposal; what ended otherwise was overtaken by evidence, and says nothing of the next."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest proposal before this one that people turned down or took back: `said` is who did so, and why."""

    number: int
    outcome: Outcome
    proposed_at: datetime
    state: str
    ended_at: datetime
    said: tuple[tuple[str, str], ...]

    def words(self) -> str:
        """`proposal 1 (YES, proposed 2026-01-15 00:00 UTC) was resolved and undone 2026-01-26 …, by cat: …`."""
        did = "resolved and undone" if self.state == "undone" else self.state
        whose = "; ".join(f"by {person}: {because}" for person, because in self.said)
        proposed = f"{measured(self.outcome)}, proposed {utc(self.proposed_at)}"
        return f"proposal {self.number} ({proposed}) was {did} {utc(self.ended_at)}, {whose}".removesuffix(", ")


def earlier(connection: sa.Connection, proposal: Proposal) -> Earlier | None:
    """What people turned down or took back of this market before, if they did; the newest of it.

    None too where it cannot be read as it is stored: that keeps no new proposal waiting, and `crux verify` tells of it.
    """
    table = schema.proposals.c
    before = sa.and_(table.market == proposal.market, table.id < proposal.id, table.state.in_(TOLD))
    number = connection.execute(sa.select(sa.func.max(table.id)).where(before)).scalar()
    if number is None:
        return None
    try:
        return _story(connection, proposals.get(connection, number))
    except (*UNREADABLE, LookupError):
        return None


def _story(connection: sa.Connection, one: Proposal) -> Earlier:
    told = (one.facts or {}).get("undone")
    if one.state == "undone" and told:
        said = [(str(told["by"]), str(told["because"]))]
    else:
        said = [(each.person, each.because) for each in reviews.reviews(connection, one) if each.vote == "reject"]
    return Earlier(one.id, one.outcome, one.created_at, one.state, one.closed_at or one.created_at, tuple(said))
