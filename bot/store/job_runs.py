"""What the timetable ran: each run a row, from its beginning, until it is thinned (`thinning`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.store import schema_service as schema
from bot.store.writing import insert_row

RunState = Literal["running", "done", "failed", "timed out", "stopped"]

IN_A_ROW = 3
"""One failure may be the network; three in a row are for a person to look at."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job; `told` is what it did, in figures, `because` why it did not do it."""

    id: int
    job: str
    started_at: datetime
    ended_at: datetime | None
    state: RunState
    because: str
    told: Mapping[str, Any]

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


def begin(connection: sa.Connection, job: str, at: datetime) -> int:
    """A run begins; its number."""
    row = {"job": job, "started_at": at, "ended_at": None, "state": "running", "because": "", "told": {}}
    return insert_row(connection, schema.job_runs, **row)


def end(
    connection: sa.Connection, number: int, state: RunState, at: datetime, *, because: str = "", told: Mapping[str, Any]
) -> None:
    """The run has ended, however it did."""
    table = schema.job_runs
    values = {"state": state, "ended_at": at, "because": because, "told": dict(told)}
    connection.execute(sa.update(table).where(table.c.id == number).values(**values))


def close_left_open(connection: sa.Connection, at: datetime) -> int:
    """Close the runs of a process that ended without a word; how many there were."""
    table = schema.job_runs
    values = {"state": "stopped", "ended_at": at, "because": "the service ended while it ran"}
    return connection.execute(sa.update(table).where(table.c.ended_at.is_(None)).values(**values)).rowcount


def newest(connection: sa.Connection) -> dict[str, Run]:
    """The last run of each job."""
    table = schema.job_runs
    last = sa.select(sa.func.max(table.c.id)).group_by(table.c.job)
    found = connection.execute(sa.select(table).where(table.c.id.in_(last)).order_by(table.c.job))
    return {row.job: Run(*row) for row in found}


def failing(connection: sa.Connection) -> dict[str, int]:
    """Job -> how many runs have failed since the last that was done; jobs without such are left out."""
    table = schema.job_runs.c
    done = (
        sa.select(table.job, sa.func.max(table.id).label("id")).where(table.state == "done").group_by(table.job)
    ).subquery()
    bad = table.state.in_(("failed", "timed out"))
    statement = (
        sa.select(table.job, sa.func.count())
        .join_from(schema.job_runs, done, done.c.job == table.job, isouter=True)
        .where(bad, table.id > sa.func.coalesce(done.c.id, 0))
        .group_by(table.job)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def recent(connection: sa.Connection, limit: int = 20, job: str | None = None) -> tuple[Run, ...]:
    """The last runs of all jobs or one, newest first."""
    table = schema.job_runs
    which = sa.true() if job is None else table.c.job == job
    found = connection.execute(sa.select(table).where(which).order_by(table.c.id.desc()).limit(limit))
    return tuple(Run(*row) for row in found)
