"""What the timetable ran: each run a row, from its beginning; the newest thousand of each job are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.store import schema_service as schema
from bot.store.writing import insert_row

RunState = Literal["running", "done", "failed", "timed out", "stopped"]

KEPT = 1_000


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
    """The run has ended, however it did; runs of its job beyond the newest thousand are forgotten."""
    table = schema.job_runs
    values = {"state": state, "ended_at": at, "because": because, "told": dict(told)}
    connection.execute(sa.update(table).where(table.c.id == number).values(**values))
    job = sa.select(table.c.job).where(table.c.id == number).scalar_subquery()
    kept = sa.select(table.c.id).where(table.c.job == job).order_by(table.c.id.desc()).offset(KEPT).limit(1)
    oldest = connection.execute(kept).scalar_one_or_none()
    if oldest is not None:
        connection.execute(sa.delete(table).where(table.c.job == job, table.c.id <= oldest))


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
