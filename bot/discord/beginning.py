"""How every command begins: look at who it is, tell Discord that it has arrived, and only then do anything."""

from __future__ import annotations

from typing import Any

from discord import Interaction

from bot.discord import gate
from bot.discord.gate import Role, allowed, around_of
from bot.discord.pace import PersonalPace
from bot.discord.respond import acknowledge
from bot.review.people import Actor
from resolvers.errors import Refusal

CHARTS = ((10.0, 4), (600.0, 40))
"""(seconds, charts that one person is drawn within them): each takes about half a second of one core."""


async def begun(interaction: Interaction[Any], role: Role = "anyone", *, public: bool = False) -> Actor | None:
    """Who it is; None where Discord no longer listens, and then nothing may be done. Refusal without the role."""
    who = allowed(interaction, role)
    return who if await acknowledge(interaction, thinking=True, ephemeral=not public) else None


def admitted(interaction: Interaction[Any], role: Role) -> Actor:
    """Who it is, if they may read what `role` may; what anybody may read is read in a direct message too."""
    if role != "anyone":
        return allowed(interaction, role)
    because = gate.refusal(interaction, around_of(interaction).settings.discord)
    if because is not None:
        raise Refusal(because)
    return gate.actor(interaction)


async def pressed(interaction: Interaction[Any]) -> Actor | None:
    """The same beginning for what anybody may do anywhere, in a direct message too: reading, and following."""
    who = admitted(interaction, "anyone")
    return who if await acknowledge(interaction, thinking=True) else None


def not_too_many_charts(interaction: Interaction[Any]) -> None:
    """Refusal where this person asks for more charts than are drawn for one; told to nobody else."""
    pace: PersonalPace = interaction.client.charts
    pace.require(str(interaction.user.id))


def purser(interaction: Interaction[Any]) -> Actor:
    """Who may spend mana: admins and reviewers. Refusal for everybody else."""
    try:
        return allowed(interaction, "admin")
    except Refusal:
        return allowed(interaction, "reviewer")
