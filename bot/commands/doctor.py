"""`crux doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import typer

from bot import say
from bot.commands.options import Debate, Json, SandboxFile, SettingsFile


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    debate: Debate = None, sandbox: SandboxFile = None, settings: SettingsFile = None, json: Json = False
) -> None:
    """Everything that is wrong with this installation, each with its remedy; exit 1 if anything is."""
    from bot import app
    from bot.doctor.examining import Patient, examine

    found = asyncio.run(examine(Patient(debate, sandbox, app.wall_clock, _discord_address())))
    if json:
        say.document([asdict(one) for one in found])
    else:
        for one in found:
            say.line(one.words())
        amiss = sum(one.state == "wrong" for one in found)
        say.line(f"{say.many(len(found), 'thing')} looked at, {amiss or 'nothing'} wrong")
    if any(one.state == "wrong" for one in found):
        raise typer.Exit(1)


def _discord_address() -> str:
    """Where discord.py itself would ask; it takes most of a second to load, so only where there is a token."""
    from bot.doctor.examining import DISCORD
    from bot.settings import Settings
    from resolvers.errors import Refusal

    try:
        token = Settings().discord.token
    except Refusal:
        token = None
    if token is None:
        return DISCORD
    from discord.http import Route

    return Route.BASE
