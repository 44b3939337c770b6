"""`crux status`: one screen of everything, whatever is wrong with the debate folder."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot import say
from bot.commands.options import SANDBOX, Debate, Json, SettingsFile
from resolvers.errors import InputFault, Refusal

if TYPE_CHECKING:
    from bot.service.overview import Folder

MOST = 12
"""Lines of a kind on the screen; --json has all."""
MOST_WAITING = 40
"""Markets that are told what they wait for: more than a debate of people has, fewer than a made one of thousands."""


def register(app: typer.Typer) -> None:
    app.command()(status)


def status(debate: Debate = None, settings: SettingsFile = None, json: Json = False) -> None:
    """Where the state lives, who runs it, every market, and what waits for whom."""
    from bot.app import opened_store, store_is_there
    from bot.service.overview import screen
    from bot.store.source_names import claim_names

    there = store_is_there()
    folder = _read(debate, there)
    with opened_store() as (chosen, store):
        if folder.usable is not None and folder.named is not None:
            try:
                claim_names(store, folder.named.debate, folder.usable.sources)
            except Refusal as refusal:
                folder = type(folder)(folder.path, folder.loaded, (str(refusal),))
        told = screen(chosen, store, folder)
    for fault in folder.faults:
        say.aside(say.plain(fault))
    if json:
        say.document(told)
    else:
        _show(told)
    if folder.faults:
        raise typer.Exit(1)


def _read(debate: Path | None, there: bool) -> Folder:
    """The folder with all that is wrong with it; where there is no store either, nothing could be shown beside that."""
    from bot.debates import debate_folder
    from bot.service.overview import Folder
    from markets.load import load_debate

    try:
        path = debate_folder(debate)
    except Refusal as refusal:
        if not there:
            raise
        return Folder(None, None, (str(refusal),))
    loaded = load_debate(path)
    faults = [fault for fault in loaded.faults if fault.level == "error"]
    if loaded.debate is None:
        faults = faults or list(loaded.faults)
    if faults and not there:
        raise InputFault(faults)
    return Folder(path, loaded, tuple(str(fault) for fault in faults))


def _show(told: dict[str, Any]) -> None:
    from bot.review.panel_words import seats_line
    from bot.service.cut_off import words

    if told["faults"]:
        many = say.many(len(told["faults"]), "fault")
        say.line(f"BROKEN   the debate folder cannot be used, {many}: {told['faults'][0]}")
        running = told["service"]["running"]
        then = "the service goes on with the last good reading" if running else "no service can start with it"
        say.line(f"         {then}; {say.program()} check tells of every fault")
    if told["pause"]:
        pause = told["pause"]
        say.line(f"PAUSED   by {pause['by']} since {say.short(pause['since'])}: {pause['because']}")
    say.line(f"database {told['database']}")
    name = f"{told['name']}, in " if told["name"] else ""
    say.line(f"debate   {name}{told['debate'] or 'none is chosen'}")
    say.line(f"service  {_service(told, may_start=not told['faults'])}")
    say.line(f"discord  {told['discord'] or 'never connected'}")
    mana = told["mana"]
    of = f" of {mana['budget']}" if mana["budget"] else ""
    say.line(f"mana     {mana['spent']} spent, {mana['reserved']} reserved{of}")
    stands = {"running": told["service"]["running"], "paused": told["pause"] is not None}
    for line in words(told["begun"], **stands, program=say.program(), more=_sandbox(told)):
        say.line(line)
    _markets(told["markets"], named=bool(told["name"]))
    _few([f"  {slug}: {because}" for slug, because in told["gone"].items()])
    for other, living in told["others"].items():
        say.line(f"also in this store: debate {other}, {say.many(living, 'market')} not resolved, which wait for it")
    say.line(f"{say.many(told['open_proposals'], 'proposal')} open")
    _few(
        [
            f"  proposal {one['id']}: {one['slug']} -> {one['answer']}, waits for {one['waits_for']}"
            for one in told["proposals"]
        ]
    )
    _few([seats_line(one) for one in told["panels"]])
    _few([f"  {one['slug']} is closed and nothing is proposed: {one['because']}" for one in told["undecided"]])
    _plan(told)
    _few([f"source {one['id']}: {one['words']}" for one in told["sources"]])
    _few([f"job {one['job']}: {one['state']}: {one['because']}" for one in told["jobs"] if one["failed since"]])
    _few([f"{slug}: {because}" for slug, because in told["edited"].items()])
    if told["standing"]:
        say.line(told["standing"])
    _few([f"{slug} waits: {because}" for slug, because in told["because"].items()], MOST_WAITING)


def _markets(rows: Sequence[dict[str, Any]], *, named: bool) -> None:
    """A line each, those that live first; an address that does not fit stands whole on a line of its own."""
    states = Counter(row["stands"] for row in rows)
    counted = ", ".join(f"{number} {state}" for state, number in states.most_common())
    say.line(f"markets  {f'{len(rows)}: {counted}' if rows else 'none'}")
    shown = sorted(rows, key=lambda row: row["stands"] == "resolved")[:MOST]
    slugs = max((len(_name(row, named)) for row in shown), default=0)
    width = max((len(row["stands"]) for row in shown), default=0)
    heads = [f"  {_name(row, named):<{slugs}}  {row['stands']:<{width}}  {_closes(row):<17}" for row in shown]
    fits = all(len(f"{head}  {row['url'] or ''}") <= _width() for head, row in zip(heads, shown, strict=True))
    for head, row in zip(heads, shown, strict=True):
        say.line(f"{head}  {row['url']}".rstrip() if row["url"] and fits else head.rstrip())
        if row["url"] and not fits:
            say.line(f"    {row['url']}")
    if len(rows) > len(shown):
        say.line(f"  … and {len(rows) - len(shown)} more; --json has them all")


def _closes(row: dict[str, Any]) -> str:
    word = "closed" if row["stands"] in ("closed", "resolved") else "closes"
    return f"{word} {say.day(row['closes']) or '(no day)'}"


def _name(row: dict[str, Any], named: bool) -> str:
    return str(row["slug"]) if named else f"{row['debate']}/{row['slug']}"


def _width() -> int:
    """Columns of the terminal; in a pipe a line may be as long as it is."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000


def _sandbox(told: dict[str, Any]) -> str:
    """What a command needs besides, where the store belongs to a sandbox: which file that is, it does not know."""
    return " --sandbox FILE" if told["platform"] == SANDBOX else ""


def _service(told: dict[str, Any], *, may_start: bool) -> str:
    row = told["service"]
    if row["running"]:
        return f"runs: {row['holder']}"
    last = f"; the last was {row['holder']}" if row["holder"] else ""
    return f"does not run{last}; " + (
        f"start it with {say.program()} run{_sandbox(told)}" if may_start else "mend the folder first"
    )


def _plan(told: dict[str, Any]) -> None:
    card = told["plan"]
    if card is None:
        return
    changes = say.many(card["changes"], "change")
    say.line(f"plan {card['checksum'][:12]}: {card['state']}, {changes}, {card['cost_mana']} mana")
    _few([f"  {line}" for line in (*card["lines"], *(f"refused: {each}" for each in card["refusals"]))])
    if card["state"] == "open" and card["lines"] and not card["refusals"]:
        mine = f"{say.program()} apply --checksum {card['checksum'][:12]}{_sandbox(told)}"
        say.line(
            f"  it waits for a reviewer on its card, or for `{mine}`; limits.auto_apply in debate.yaml lets it pass"
        )


def _few(lines: list[str], most: int = MOST) -> None:
    for line in lines[:most]:
        say.line(line)
    if len(lines) > most:
        say.line(f"… and {len(lines) - most} more; --json has them all")
