"""`crux log`: the record in words, newest last: who did what to which market, with what outcome, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import say
from bot.commands.options import Json, SettingsFile


def register(app: typer.Typer) -> None:
    app.command(name="log")(log)


def log(
    slug: Annotated[
        str | None, typer.Argument(metavar="SLUG", help="Only what was done to this market.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many acts to show.")] = 20,
    steps: Annotated[bool, typer.Option("--all", help="Also each step on the way, and looks without news.")] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """What has happened, from the record: every act since the store began, whoever did it and from wherever."""
    from bot.app import opened_store
    from bot.store.acts_told import lately

    with opened_store(create=False) as (_, store), store.reading() as connection:
        found = lately(connection, limit, slug=slug, steps=steps)
        now = store.now()
    if json:
        say.document([one.row() | {"words": one.line, "hash": one.act.hash} for one in found])
        return
    for one in found:
        say.line(f"{say.clock(one.act.at, now)} {one.line}")
    if not found:
        say.line(f"nothing has been done to {slug} yet" if slug else "nothing has happened yet")
