"""`/admin`: give Discord the commands anew, and the switch that stops whatever cannot be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import Interaction, app_commands

from bot.discord.beginning import begun
from bot.discord.gate import allowed, around_of
from bot.discord.market_press import MarketAct, Named
from bot.discord.modals import Form
from bot.discord.respond import respond
from bot.discord.text import safe
from bot.review.pausing import pause as stop
from bot.review.pausing import resume as go_on
from bot.review.people import Actor, person_of
from bot.service.surroundings import Surroundings


class AdminGroup(app_commands.Group):
    """For admins: the service's switches."""

    def __init__(self) -> None:
        rights = discord.Permissions(manage_guild=True)
        told = "For admins: the switches of the service"
        super().__init__(name="admin", description=told, guild_only=True, default_permissions=rights)

    @app_commands.command(description="Give Discord the commands anew")
    async def sync(self, interaction: Interaction[Any]) -> None:
        if await begun(interaction, "admin") is not None:
            done = await interaction.client.sync_if_changed(anyway=True)
            await respond(interaction, "Discord has the commands as they are now." if done else "Discord refused them.")

    @app_commands.command(description="Stop proposing, applying and resolving; collecting and judging go on")
    @app_commands.describe(because="Why; it stands on the record")
    async def pause(self, interaction: Interaction[Any], because: app_commands.Range[str, 5, 500]) -> None:
        who = await begun(interaction, "admin")
        if who is not None:
            await _pause(interaction, who, because)

    @app_commands.command(description="Let everything go on after a pause")
    async def resume(self, interaction: Interaction[Any]) -> None:
        await resume(interaction, Named("resume", "-"))


async def pause(interaction: Interaction[Any], named: Named) -> None:
    """From a sentence in chat: the form asks why."""
    allowed(interaction, "admin")

    async def sent(form: Interaction[Any], given: Mapping[str, str]) -> None:
        await _pause(form, allowed(form, "admin"), given["because"])

    await Form("Pause everything", sent).reason().open(interaction)


async def resume(interaction: Interaction[Any], named: Named) -> None:
    """Let everything go on."""
    who = await begun(interaction, "admin")
    if who is not None:
        around = around_of(interaction)
        await around.threads.write(go_on, around.store, await _named(around, who))
        for job in ("judge", "resolve", "post"):
            around.wake(job)
        await respond(interaction, "Nothing is paused: proposing, applying and resolving go on.")


ACTS: Mapping[str, MarketAct] = {"pause": pause, "resume": resume}


async def _pause(interaction: Interaction[Any], who: Actor, because: str) -> None:
    around = around_of(interaction)
    made = await around.threads.write(stop, around.store, await _named(around, who), because)
    interaction.client.poster.nudge()
    await respond(interaction, f"Everything that cannot be taken back is {safe(made.words(), 900)}")


async def _named(around: Surroundings, who: Actor) -> str:
    """The person behind the account, or the account itself where no person is linked to it."""
    person = await around.threads.read(person_of, around.store, around.debate.debate, who)
    return person or f"discord {who.name} ({who.account})"
