"""What grows by itself and what nothing rests on is thinned: a year of service leaves a store that can be copied.

Never touched: bodies, looks, readings, definitions, proposals, votes, receipts and the record, from which every
resolution and score is derived again; nor the prices of a day on which a proposal of their market lived, for an
approval names the very sample it was given at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store import schema
from bot.store import schema_service as service
from bot.store import schema_talk as talk
from bot.store.engine import Store
from resolvers.evidence import instant

WHOLE = timedelta(days=30)
"""For so long everything is kept as it came."""

RUNS_KEPT = 1_000
"""Good runs of each job; those that failed are kept for all of `WHOLE`."""

DAY_US = 86_400_000_000

AT_ONCE = 500
"""Days of price samples thinned in one transaction: votes and looks get their turn in between."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """How many rows went."""

    prices: int
    runs: int
    presses: int

    @property
    def rows(self) -> int:
        return self.prices + self.runs + self.presses


def thin(store: Store, now: datetime) -> Thinned:
    """Once older than thirty days: runs and presses go, and of a day without a proposal all prices but the last."""
    prices = sum(_thin_days(store, some) for some in _batches(_crowded_days(store, now - WHOLE)))
    with store.transaction(durable=False) as connection:
        return Thinned(prices, _runs(connection, now - WHOLE), _presses(connection, now - WHOLE))


def _crowded_days(store: Store, before: datetime) -> Sequence[tuple[int, int, int]]:
    """(market, first instant of a day, the day's last sample) of each day that has several and may be thinned."""
    at = service.price_samples.c
    day = (at.at - at.at % DAY_US).label("day")
    old = instant(before) - instant(before) % DAY_US  # whole days alone: the day of `before` is not over yet
    statement = (
        sa.select(at.market, day, sa.func.max(at.at))
        .where(at.at < old)
        .group_by(at.market, day)
        .having(sa.func.count() > 1)
    )
    with store.reading() as connection:
        crowded = [(row[0], row[1], row[2]) for row in connection.execute(statement)]
        lives = _lives(connection)
    return [each for each in crowded if not any(_on(each[1], life) for life in lives.get(each[0], ()))]


def _lives(connection: sa.Connection) -> dict[int, list[tuple[int, int | None]]]:
    """From when until when each proposal of a market lived; None: until now."""
    seen, found = schema.proposals.c, defaultdict[int, list[tuple[int, int | None]]](list)
    for market, made, closed in connection.execute(sa.select(seen.market, seen.created_at, seen.closed_at)):
        found[market].append((instant(made), None if closed is None else instant(closed)))
    return found


def _on(day: int, life: tuple[int, int | None]) -> bool:
    """Whether any of that day, given by its first instant, was in that life."""
    made, closed = life
    return made < day + DAY_US and (closed is None or closed >= day)


def _thin_days(store: Store, days: Sequence[tuple[int, int, int]]) -> int:
    at = service.price_samples.c
    with store.transaction(durable=False) as connection:
        return sum(
            connection.execute(
                sa.delete(service.price_samples).where(at.market == market, at.at >= first, at.at < last)
            ).rowcount
            for market, first, last in days
        )


def _runs(connection: sa.Connection, before: datetime) -> int:
    """The newest run of each job and its newest good one stay, however old: from them it is told how it stands."""
    run = service.job_runs.c
    jobs = connection.execute(sa.select(run.job).distinct()).scalars().all()
    gone = 0
    for job in jobs:
        good = sa.and_(run.job == job, run.state == "done")
        newest = connection.execute(sa.select(sa.func.max(run.id)).where(run.job == job)).scalar_one()
        newest_good = connection.execute(sa.select(sa.func.max(run.id)).where(good)).scalar_one()
        many = sa.select(run.id).where(good).order_by(run.id.desc()).offset(RUNS_KEPT).limit(1)
        oldest = connection.execute(many).scalar_one_or_none() or 0
        which = sa.or_(run.started_at < before, sa.and_(run.state == "done", run.id <= oldest))
        kept = run.id.not_in([newest, newest_good or newest])
        gone += connection.execute(sa.delete(service.job_runs).where(run.job == job, which, kept)).rowcount
    return gone


def _presses(connection: sa.Connection, before: datetime) -> int:
    """A press is sent again within minutes, or never."""
    return connection.execute(sa.delete(talk.presses).where(talk.presses.c.at < before)).rowcount


def _batches(days: Sequence[tuple[int, int, int]]) -> list[Sequence[tuple[int, int, int]]]:
    return [days[start : start + AT_ONCE] for start in range(0, len(days), AT_ONCE)]
