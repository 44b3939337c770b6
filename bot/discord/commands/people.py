"""`/link`: which person of the debate an account on Discord is, by a code that only they were shown."""

from __future__ import annotations

from typing import Any

from discord import Interaction, app_commands

from bot.discord.beginning import begun
from bot.discord.gate import around_of
from bot.discord.respond import respond
from bot.discord.text import safe
from bot.review.people import accounts_of, issue_code, person_of, redeem
from resolvers.errors import Refusal


class LinkGroup(app_commands.Group):
    """Who you are."""

    def __init__(self) -> None:
        super().__init__(name="link", description="Which person of the debate you are", guild_only=True)

    @app_commands.command(description="Show the code that the operator made for you (crux link), within 15 minutes")
    @app_commands.describe(code="The code, as ABCD-EFGH-JKMN")
    async def code(self, interaction: Interaction[Any], code: app_commands.Range[str, 4, 40]) -> None:
        who = await begun(interaction)
        if who is not None:
            around = around_of(interaction)
            person = await around.threads.write(redeem, around.store, around.debate.debate, who, code)
            await respond(interaction, f"From now on this account is **{safe(person, 60)}**: one person, one vote.")

    @app_commands.command(description="A code that links your account on the operator's machine: crux link --code")
    async def terminal(self, interaction: Interaction[Any]) -> None:
        who = await begun(interaction)
        if who is None:
            return
        around = around_of(interaction)
        debate, threads = around.debate.debate, around.threads
        person = await threads.read(person_of, around.store, debate, who)
        if person is None:
            raise Refusal("This account is linked to nobody yet: /link code comes first.")
        code = await threads.write(issue_code, around.store, debate, person, "terminal")
        await respond(interaction, f"Within 15 minutes, in your terminal: `crux link --code {code}`")

    @app_commands.command(description="Which person you are here, and which accounts are theirs")
    async def show(self, interaction: Interaction[Any]) -> None:
        who = await begun(interaction)
        if who is None:
            return
        around = around_of(interaction)
        debate, read = around.debate.debate, around.threads.read
        person = await read(person_of, around.store, debate, who)
        if person is None:
            text = "This account is linked to nobody. Ask the operator for a code (crux link) and use /link code."
            await respond(interaction, text)
            return
        there = await read(accounts_of, around.store, debate, person)
        named = ", ".join(f"{platform} {safe(one.name, 60)}" for platform, one in sorted(there.items()))
        await respond(interaction, f"You are **{safe(person, 60)}**: {named}.")
