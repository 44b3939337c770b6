"""`crux scoreboard`: the debate so far, from what has resolved."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import say
from bot.commands.options import Debate, Json, SandboxFile, check_picture
from resolvers.errors import Outside

if TYPE_CHECKING:
    from bot.app import App
    from bot.scoring import Prices
    from bot.store.markets import Market
    from markets.score_board import Board


def register(app: typer.Typer) -> None:
    app.command()(scoreboard)


def scoreboard(
    chart: Annotated[Path | None, typer.Option(help="Draw the axes as PNG, 1200 by 675, into this file.")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw on a dark ground.")] = False,
    debate: Debate = None,
    sandbox: SandboxFile = None,
    json: Json = False,
) -> None:
    """Who was right so far: evidence on each axis, scores of each voice, credit of each claim, and a nowcast apart.

    What was edited since a market opened is put on record here, and shown beside what was frozen.
    """
    from bot.app import opened_app
    from bot.scoring import as_document, awaited, keep_edits, standing

    check_picture(chart)
    with opened_app(debate) as app:
        for slug in keep_edits(app.store, app.loaded):
            say.aside(f"{slug}: its scoring inputs were edited; the new version is on record from now on")
        found = standing(app.store, app.loaded, _prices(app, sandbox))
        waits = awaited(app.store, app.loaded)
        title = app.debate.title
    if chart is not None:
        _draw(found.frozen, title, chart, dark)
    if json:
        left = [{"slug": each.slug, "opened": each.opened, "decides": each.decides} for each in waits]
        say.document({"debate": app.debate.debate, **as_document(found), "awaited": left})
    else:
        from bot.scoreboard_text import tell

        tell(title, found, waits)


def _prices(app: App, sandbox: Path | None) -> Prices:
    """What open markets cost now; without a way to ask, there is no nowcast and that is said."""
    from bot.store import markets

    with app.store.reading() as connection:
        living = markets.every(connection, app.debate.debate, living=True)
    if not living:
        return {}
    if sandbox is None and app.settings.manifold_key is None:
        say.aside("no nowcast: prices of open markets are read with CRUX_MANIFOLD_KEY set, or with --sandbox FILE")
        return {}
    try:
        return asyncio.run(_read(app, sandbox, living))
    except Outside as outside:
        say.aside(f"no nowcast: the prices of open markets could not be read: {outside}")
        return {}


async def _read(app: App, sandbox: Path | None, living: tuple[Market, ...]) -> Prices:
    from bot.nowcast import prices_now
    from bot.platform import platform

    async with platform(app.settings, app.store, sandbox) as there:
        return await prices_now(there.client, there.account.id, living)


def _draw(found: Board, title: str, chart: Path, dark: bool) -> None:
    from bot.scoreboard_chart import alt_text, png

    chart.write_bytes(png(found, title, dark=dark))
    chart.with_suffix(".txt").write_text(alt_text(found) + "\n", encoding="utf-8")
    say.aside(f"drawn: {chart}, and the same in words: {chart.with_suffix('.txt')}")
