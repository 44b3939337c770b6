"""`crux sources`: where is looked and how that goes; the panels that are asked stand apart, by market and question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from bot import say
from bot.commands.options import Debate, Json
from resolvers.errors import InputFault

if TYPE_CHECKING:
    from bot.store.acceptances import Awaiting

SHOWN = 3
"""Vanished rows named in a line; --json names all."""
COLUMNS = ("state", "since", "snapshots", "observations", "newest", "because")


def register(app: typer.Typer) -> None:
    app.command()(sources)


def sources(debate: Debate = None, json: Json = False) -> None:
    """The state of every source: live or not, since when, why, and how much was seen of it.

    Sources whose files can be read are shown whatever is wrong with other files; those faults are named, and exit 1.
    """
    from bot.app import opened_app, store_is_there
    from bot.reports import source_rows
    from bot.store import awaiting

    with opened_app(debate, whole=not store_is_there()) as app:  # what only reads makes no store for a broken folder
        rows = source_rows(app)
        waiting = awaiting(app.store)
        broken = [fault for fault in app.loaded.faults if fault.level == "error"]
    if json:
        say.document(rows)
    else:
        _tell(rows, waiting)
    if broken:
        raise InputFault(broken)


def _tell(rows: Sequence[dict[str, Any]], waiting: Sequence[Awaiting]) -> None:
    plain = [row for row in rows if row["panel"] is None]
    asked = [row for row in rows if row["panel"] is not None]
    say.table("Sources", ("id", *COLUMNS), ([row["id"], *_cells(row)] for row in plain))
    if asked:
        titles = ("market", "question put to people", "state", "answers", "source of its answers")
        say.table("Panels", titles, sorted(_panel(row) for row in asked))
    names = {row["id"]: name_of(row) for row in rows}
    for row in rows:
        for note in row["notes"]:
            where = ", ".join(part for part in (note["key"], note["column"]) if part)
            say.line(f"{names[row['id']]}: {note['kind']}: {where}: {note['because'] or note['text']}")
        gone = row["vanished"]
        if gone:
            more = ", …" if len(gone) > SHOWN else ""
            listed = ", ".join(gone[:SHOWN])
            say.line(f"{names[row['id']]}: {len(gone)} vanished, unmatched, not taken for withdrawals: {listed}{more}")
    for one in waiting:
        what = f"import {one.snapshot} of {names.get(one.source, one.source)}, seen {say.short(one.seen_at)}"
        say.line(f"{what}, counts once reviewers accept it: crux accept {one.snapshot}")


def _cells(row: dict[str, Any]) -> list[object]:
    return [row[column] for column in COLUMNS]


def _panel(row: dict[str, Any]) -> tuple[str, ...]:
    panel = row["panel"]
    state = f"{row['state']}: {row['because']}" if row["because"] else row["state"]
    state = state if row["snapshots"] else "not answered yet"
    return ", ".join(panel["markets"]), panel["question"], state, str(row["observations"]), row["id"]


def name_of(row: dict[str, Any]) -> str:
    """What a source is called in a sentence: its id, or whom its panel serves and what that is asked."""
    panel = row["panel"]
    return row["id"] if panel is None else f"the panel of {', '.join(panel['markets'])}, “{panel['question']}”"
