"""`crux demo`: the main job on recorded history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.options import Json


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    bodies: Annotated[
        Path | None, typer.Option("--bodies", help="Other recorded bodies: a folder of SOURCE/2024-12-21T221121Z.ext.")
    ] = None,
    json: Json = False,
) -> None:
    """Live through recorded benchmark history: markets, evidence, proposals, reviews, resolutions, all offline."""
    import asyncio

    from bot.demo.play import play
    from bot.demo.report import tell

    tell(asyncio.run(play(bodies)), json)
