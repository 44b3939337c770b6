"""`crux run` and `crux jobs`: the service, and what it has been doing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import say
from bot.commands.options import SANDBOX, Debate, Json, SandboxFile, SettingsFile
from resolvers.errors import Refusal

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store
    from bot.store.job_runs import Run

ENDS_WITHIN_S = 9.0
"""After a signal the process is gone by then, whatever hangs."""


def register(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(jobs)


def run(
    debate: Debate = None,
    sandbox: SandboxFile = None,
    settings: SettingsFile = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Stand by while another service runs this store, and follow it.")
    ] = False,
    another: Annotated[
        bool,
        typer.Option("--another-debate", help="Serve this debate though the store has another's open markets."),
    ] = False,
) -> None:
    """Run the service: plan, collect, judge, propose, resolve by the clock, with Discord where a token is set."""
    from bot import debates
    from bot.app import opened_store
    from bot.service.ending import gone_within, until_told
    from bot.service.logs import configure
    from bot.service.running import Launch, serve

    with opened_store() as (chosen, store):
        configure(chosen)
        folder = debates.debate_folder(debate)
        if (told := only_reads(chosen, store, sandbox)) is not None:
            say.aside(told)
        stopping = gone_within(ENDS_WITHIN_S)
        launch = Launch(
            chosen, store, folder, sandbox, wait=wait, another=another, tell=say.aside, told_to_stop=stopping
        )
        asyncio.run(until_told(serve(launch), stopping, say.aside))


def only_reads(settings: Settings, store: Store, sandbox: Path | None) -> str | None:
    """Why this service will post and resolve nothing, and what would change that; None where it may write."""
    if sandbox is not None:
        return None
    owner = store.owner()
    if owner is not None and owner[0] == SANDBOX:
        return (
            "this store's markets are on a sandbox, and none is named, so Crux only reads, and nothing is opened, "
            "posted or resolved: name its file with --sandbox FILE"
        )
    if settings.manifold_key is None:
        return (
            "no key is set, so Crux only reads, and nothing is opened, posted or resolved: set CRUX_MANIFOLD_KEY, or "
            "try it on a Manifold of your own with --sandbox FILE"
        )
    return None


def jobs(
    name: Annotated[str | None, typer.Argument(metavar="JOB", help="Only this job.", show_default=False)] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many runs to look at.")] = 20,
    every: Annotated[bool, typer.Option("--all", help="Also the runs that had nothing to do.")] = False,
    debate: Debate = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """What the service ran, when, how long, what came of it, and what is next; what fails comes first."""
    from bot.app import opened_store
    from bot.service.overview import job_rows
    from bot.store.job_runs import recent

    with opened_store(create=False) as (chosen, store):
        rows = [row for row in job_rows(chosen, store) if name in (None, row["job"])]
        with store.reading() as connection:
            runs = recent(connection, limit, name)
        now, owner = store.now(), store.owner()
    if json:
        say.document({"jobs": rows, "runs": [_row(one) for one in runs]})
        return
    if not rows:
        known = ", ".join(type(chosen.service.every).model_fields)
        raise Refusal(f"there is no job {name}; there are {known}")
    for row in sorted(rows, key=lambda row: row["failed since"] is None):
        say.line(job_line(row, now))
    if not runs or all(row["next"] is None for row in rows):
        mine = " --sandbox FILE" if owner is not None and owner[0] == SANDBOX else ""
        say.line(f"no service runs now, so nothing is next; start it with {say.program()} run{mine}")
    _runs(runs, now, every or name is not None)


def job_line(row: dict[str, Any], now: datetime) -> str:
    """`plan     12:31:05 (40 s ago), took 0.2 s, next 12:32:05 (in 20 s): 4 changes carried out`."""
    if row["last"] is None:
        return f"{row['job']:<8} has not run yet; its pace is {row['every']}"
    failed = row["failed since"]
    fails = f"FAILED {'once' if failed == 1 else f'{failed} times in a row'}, last " if failed else ""
    took = f", {say.took(row['seconds'])}" if row["seconds"] is not None else ""
    return f"{row['job']:<8} {fails}{say.ago(row['last'], now)}{took}{_next(row['next'], now)}: {row['came']}"


def _next(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    return f", next {say.ago(at, now)}" if at > now else ", next any moment"


def _runs(runs: Sequence[Run], now: datetime, every: bool) -> None:
    from bot.service.job_words import is_idle, outcome

    shown = [one for one in runs if every or not is_idle(one)]
    if shown:
        say.line()
    for one in shown:
        took = f", {say.took(one.seconds)}" if one.seconds is not None else ""
        state = "" if one.state in ("done", "running") else f"{one.state}: "
        say.line(f"{say.clock(one.started_at, now)} {one.job}{took}: {state}{outcome(one)}")
    if idle := len(runs) - len(shown):
        say.line(f"{say.many(idle, 'run')} of the last {len(runs)} had nothing to do; --all shows them too")


def _row(one: Run) -> dict[str, Any]:
    return {
        "job": one.job,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "seconds": one.seconds,
        "state": one.state,
        "because": one.because,
        "told": dict(one.told),
    }
