"""What the market gave a proposed outcome: now, a day before, when it was proposed, and as a line for its chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from bot.chart_lines import Curve
from bot.review.quorum import share_of
from bot.store import Store, markets, prices
from bot.store.prices import Sample
from bot.store.proposals import Proposal
from bot.told_short import answer
from resolvers.outcome import Outcome
from resolvers.verdict import Verdict

DAY = timedelta(days=1)
SLACK = timedelta(hours=12)
"""How much older than the moment asked for a sample may be and still speak for it."""
TENTH = Decimal("0.1")
MOST_POINTS = 400
"""Samples of a line: more cannot be told apart in the picture."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What the market gave the outcome at a moment; `words` say which moment of the proposal that is."""

    words: str
    share: Decimal
    at: datetime


def course(connection: sa.Connection, proposal: Proposal) -> tuple[Priced, ...]:
    """The newest price, a day before it, and when it was proposed; those of which a sample tells.

    Nothing where the market gives the outcome no share, as with N/A.
    """
    newest = prices.newest(connection, proposal.market)
    if newest is None:
        return ()
    moments = [("", newest.at, timedelta(0)), ("a day before", newest.at - DAY, SLACK)]
    moments += [("when it was proposed", proposal.created_at, DAY)]
    found: list[Priced] = []
    for words, at, slack in moments:
        sample = _at(connection, proposal.market, at, slack)
        share = share_of(proposal.outcome, sample.shares) if sample is not None else None
        if sample is not None and share is not None and sample.at not in [one.at for one in found]:
            found.append(Priced(words, share, sample.at))
    return tuple(found)


def line(connection: sa.Connection, market: int, outcome: Outcome | None, until: datetime) -> Curve | None:
    """The share of an outcome over time up to a moment, in percent; None where fewer than two samples tell of it."""
    return _curve(outcome, prices.spread(connection, market, MOST_POINTS, until=until))


def of_card(connection: sa.Connection, proposal: Proposal) -> Curve | None:
    """The line in the picture of a card and in its words: up to when it was judged, so that it never changes."""
    return line(connection, proposal.market, proposal.outcome, proposal.as_of)


def _curve(outcome: Outcome | None, samples: Sequence[Sample]) -> Curve | None:
    told = [(one.at, share_of(outcome, one.shares)) for one in samples] if outcome is not None else []
    known = [(at, f"{(share * 100).quantize(TENTH):f}") for at, share in told if share is not None]
    if outcome is None or len(known) < 2:
        return None
    return Curve(f"what the market gave {answer(outcome)}", "percent", tuple(known))


def drawn(store: Store, proposal: Proposal) -> Curve | None:
    """The line in the picture of a card; in a thread."""
    with store.reading() as connection:
        return of_card(connection, proposal)


def of_market(store: Store, debate: str, slug: str, verdict: Verdict) -> Curve | None:
    """What a market gave the outcome that its verdict has or leans to, up to when it was judged; in a thread."""
    with store.reading() as connection:
        there = markets.find(connection, debate, slug)
        outcome = verdict.outcome or verdict.leaning
        return line(connection, there.id, outcome, verdict.as_of) if there is not None else None


def _at(connection: sa.Connection, market: int, at: datetime, slack: timedelta) -> Sample | None:
    """The newest sample at a moment or up to `slack` before it."""
    found = prices.series(connection, market, limit=1, until=at)
    return found[0] if found and found[0].at >= at - slack else None
