"""`crux run` and `crux jobs`: the service, and what it has been doing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import say
from bot.commands.options import Debate, Json, SandboxFile, SettingsFile

if TYPE_CHECKING:
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
) -> None:
    """Run the service: plan, collect, judge, propose, resolve by the clock, with Discord where a token is set."""
    from bot import debates
    from bot.app import opened_store
    from bot.service.ending import gone_within
    from bot.service.logs import configure
    from bot.service.running import Launch, serve

    with opened_store() as (chosen, store):
        configure(chosen)
        folder = debates.debate_folder(debate)
        launch = Launch(chosen, store, folder, sandbox, wait, tell=say.aside, told_to_stop=gone_within(ENDS_WITHIN_S))
        asyncio.run(serve(launch))


def jobs(
    name: Annotated[str | None, typer.Argument(metavar="JOB", help="Only this job.", show_default=False)] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many runs to show.")] = 20,
    debate: Debate = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """What the service ran, when, how long, and what is next."""
    from bot.app import opened_store
    from bot.service.overview import job_rows
    from bot.store.job_runs import recent

    with opened_store(create=False) as (chosen, store):
        rows = [row for row in job_rows(chosen, store) if name in (None, row["job"])]
        with store.reading() as connection:
            runs = recent(connection, limit, name)
    if json:
        say.document({"jobs": rows, "runs": [_row(one) for one in runs]})
        return
    columns = ("job", "every", "last", "state", "seconds", "next", "failed since")
    say.table("Jobs", columns, ([row[column] for column in columns] for row in rows))
    for one in runs:
        took = f" in {one.seconds:.1f} s" if one.seconds is not None else ""
        told = "; ".join([f"{key} {value}" for key, value in one.told.items()] + ([one.because] if one.because else []))
        say.line(f"{say.short(one.started_at)} {one.job}: {one.state}{took}{f': {told}' if told else ''}")
    if not runs:
        say.line("nothing has run yet; start the service with crux run")


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
