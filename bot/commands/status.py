"""`crux status`: one screen of everything."""

from __future__ import annotations

from typing import Any

import typer

from bot import say
from bot.commands.options import Debate, Json, SettingsFile
from resolvers.errors import InputFault

MOST = 12
"""Lines of a kind on the screen; --json has all."""


def register(app: typer.Typer) -> None:
    app.command()(status)


def status(debate: Debate = None, settings: SettingsFile = None, json: Json = False) -> None:
    """Where the state lives, who runs it, every market, and what waits for whom."""
    from bot.app import App, opened_store, store_is_there
    from bot.debates import debate_folder
    from bot.service.overview import screen
    from bot.store.source_names import claim_names
    from markets.load import load_debate

    folder = debate_folder(debate)
    loaded = load_debate(folder)
    faults = [fault for fault in loaded.faults if fault.level == "error"]
    if loaded.debate is None or (faults and not store_is_there()):
        raise InputFault(faults or loaded.faults)
    with opened_store() as (chosen, store):
        if not faults:
            claim_names(store, loaded.debate.debate, loaded.sources)
        told = screen(App(chosen, store, folder, loaded))
    for fault in faults:
        say.aside(say.plain(str(fault)))
    if json:
        say.document(told)
    else:
        _show(told)
    if faults:
        raise typer.Exit(1)


def _show(told: dict[str, Any]) -> None:
    say.line(f"database {told['database']}")
    say.line(f"debate   {told['debate']}")
    say.line(f"service  {_service(told['service'])}")
    say.line(f"discord  {told['discord'] or 'never connected'}")
    mana = told["mana"]
    of = f" of {mana['budget']}" if mana["budget"] else ""
    say.line(f"mana     {mana['spent']} spent, {mana['reserved']} reserved{of}")
    if told["pause"]:
        pause = told["pause"]
        say.line(f"PAUSED   by {pause['by']} since {say.short(pause['since'])}: {pause['because']}")
    if told["faults"]:
        say.line(
            f"BROKEN   {say.many(len(told['faults']), 'fault')} in the debate's files; a service uses the last good"
        )
    columns = ("slug", "type", "state", "closes", "url")
    say.table("Markets", columns, ([row[column] for column in columns] for row in told["markets"]))
    _few(
        [
            f"proposal {one['id']}: {one['slug']} -> {one['outcome']}, waits for {one['waits_for']}"
            for one in told["proposals"]
        ]
    )
    say.line(f"{say.many(told['open_proposals'], 'proposal')} open")
    _plan(told["plan"])
    _few([f"source {one['id']}: {one['state']}: {one['because']}" for one in told["sources"]])
    _few([f"job {one['job']}: {one['state']}: {one['because']}" for one in told["jobs"] if one["failed since"]])
    if told["standing"]:
        say.line(told["standing"])
    for slug, because in told["because"].items():
        say.line(f"{slug} waits: {because}")


def _service(row: dict[str, Any]) -> str:
    if row["running"]:
        return f"runs: {row['holder']}"
    return (
        f"does not run{'; the last was ' + row['holder'] if row['holder'] else ''}; start it with {say.program()} run"
    )


def _plan(card: dict[str, Any] | None) -> None:
    if card is None:
        return
    changes = say.many(len(card["lines"]), "change")
    say.line(f"plan {card['checksum'][:12]}: {card['state']}, {changes}, {card['cost_mana']} mana")
    _few([f"  {line}" for line in (*card["lines"], *(f"refused: {each}" for each in card["refusals"]))])
    if card["state"] == "open" and card["lines"] and not card["refusals"]:
        mine = f"{say.program()} apply --checksum {card['checksum'][:12]}"
        say.line(
            f"  it waits for a reviewer on its card, or for `{mine}`; limits.auto_apply in debate.yaml lets it pass"
        )


def _few(lines: list[str]) -> None:
    for line in lines[:MOST]:
        say.line(line)
    if len(lines) > MOST:
        say.line(f"… and {len(lines) - MOST} more; --json has them all")
