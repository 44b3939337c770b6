"""The service: whether one runs, here, and whether its jobs do what they should; what of its work is stuck."""

from __future__ import annotations

import socket
from datetime import timedelta

import sqlalchemy as sa

from bot.doctor.checks import Check, not_set_up, ok, wrong
from bot.review.pausing import paused
from bot.settings import Settings
from bot.store import Store, job_runs, leases, schema, schema_talk, whole_reads
from bot.store.job_runs import IN_A_ROW
from bot.store.leases import Lease

STUCK = timedelta(minutes=10)
"""A write to Manifold that is open for longer than any retry takes."""

LATE = 3
"""A job is late when it has not run for so many of its paces."""

LEAST_LATE = timedelta(minutes=10)


def examine(settings: Settings, store: Store) -> list[Check]:
    """Who runs this store, what its jobs came to, and what waits too long."""
    with store.reading() as connection:
        lease = leases.held(connection)
    lives = lease is not None and lease.expires_at >= store.now()
    stuck = [*_outbox(store), *_gone(store), *_posts(store)]
    return [_leader(store, lease), *_jobs(settings, store, lives), *stuck, *_pause(store)]


def _leader(store: Store, lease: Lease | None) -> Check:
    if lease is None:
        return not_set_up("service", "none ever ran on this store", "start it with crux run")
    if lease.expires_at < store.now():
        because = f"none runs since {lease.expires_at:%Y-%m-%d %H:%M} UTC; the last was {lease.holder}"
        return wrong("service", because, "start it with crux run")
    if not lease.holder.startswith(f"{socket.gethostname()}, "):
        because = f"this store is run from another machine: {lease.holder}"
        return wrong("lease", because, "a store is for one machine: stop that service, or give it a store of its own")
    return ok("service", f"runs: {lease.holder}")


def _jobs(settings: Settings, store: Store, lives: bool) -> list[Check]:
    with store.reading() as connection:
        newest, failing = job_runs.newest(connection), job_runs.failing(connection)
    found = []
    for name in type(settings.service.every).model_fields:
        last, pace = newest.get(name), getattr(settings.service.every, name)
        if failing.get(name, 0) >= IN_A_ROW and last is not None:
            because = f"failed {failing[name]} times in a row: {last.because}"
            found.append(wrong(f"job {name}", because, f"crux jobs {name} shows its runs; the log has the whole story"))
        elif lives and last is not None and store.now() - last.started_at > max(pace * LATE, LEAST_LATE):
            because = f"has not run since {last.started_at:%Y-%m-%d %H:%M} UTC, its pace is {pace}"
            found.append(wrong(f"job {name}", because, "look at the log of crux run, and start it anew"))
    return found or ([ok("jobs", f"{len(newest)} have run")] if newest else [])


def _outbox(store: Store) -> list[Check]:
    table = schema.outbox.c
    stuck = sa.select(table.kind, table.slug, table.created_at).where(
        table.state == "open", table.created_at < store.now() - STUCK
    )
    with store.reading() as connection:
        rows = connection.execute(stuck.order_by(table.id)).all()
    remedy = "look at the market on Manifold; crux run and crux resolve read it back and finish it"
    return [
        wrong("outbox", f"{kind} of {slug} was begun {at:%Y-%m-%d %H:%M} UTC and its end is not known", remedy)
        for kind, slug, at in rows
    ] or [ok("outbox", "nothing is stuck")]


def _gone(store: Store) -> list[Check]:
    with store.reading() as connection:
        found = whole_reads.gone_markets(connection)
    remedy = "ask Manifold's moderators whether it was deleted; nothing is posted or resolved there until it is back"
    return [wrong(f"market {each.slug}", each.words(), remedy) for each in found]


def _posts(store: Store) -> list[Check]:
    table = schema_talk.posts.c
    parked = sa.select(table.key, table.place, table.because).where(table.state == "parked").order_by(table.id)
    with store.reading() as connection:
        rows = connection.execute(parked).all()
    remedy = "mend the channel's permissions; it is posted then"
    return [wrong("posts", f"{key} cannot be posted to {place}: {because}", remedy) for key, place, because in rows]


def _pause(store: Store) -> list[Check]:
    found = paused(store)
    if found is None:
        return []
    return [wrong("pause", found.words(), "nothing is proposed, applied or resolved until crux resume")]
