"""`crux log`: the record in words, newest last: who did what to which market, with what outcome, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from bot import say
from bot.commands.options import Json, SettingsFile
from resolvers.errors import Refusal


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
    from bot.store.markets import known_slugs

    with opened_store(create=False) as (_, store), store.reading() as connection:
        found = lately(connection, limit, slug=slug, steps=steps)
        if slug is not None and not found:
            _require(slug, known_slugs(connection))
        now = store.now()
    if json:
        say.document([one.row() | {"words": one.line, "hash": one.act.hash} for one in found])
        return
    for one in found:
        say.line(f"{say.clock(one.act.at, now)} {one.line}")
    if not found:
        say.line(f"nothing has been done to {slug} yet" if slug else "nothing has happened yet")


def _require(slug: str, in_store: Sequence[str]) -> None:
    """Refusal where neither the store nor the debate folder knows a market of that name."""
    from resolvers.rules.faults import nearest

    known = {*in_store, *_in_folder()}
    if slug not in known:
        raise Refusal(f"there is no market {slug!r} here; {say.program()} status names all{nearest(slug, known)}")


def _in_folder() -> set[str]:
    """The markets that the debate folder defines, by the names of their files; none where no folder is chosen."""
    from bot.debates import debate_folder

    try:
        return {file.stem for file in (debate_folder(None) / "markets").glob("*.yaml")}
    except Refusal:
        return set()
