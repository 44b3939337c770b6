"""Who may do what: decided anew at every press, from what Discord's server says in that very press.

Command permissions only hide commands, and a button has none at all; a custom_id can be forged. So the gate looks at
the server, the account and the roles of the press itself, never at a cache, a message or a name.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import discord
from discord import Interaction

from bot.review.people import Actor, person_of
from bot.service.surroundings import Surroundings
from bot.settings import DiscordSettings
from resolvers.errors import Refusal

Role = Literal["reviewer", "submitter", "admin", "anyone"]


def around_of(interaction: Interaction[Any]) -> Surroundings:
    """The service that the press reached."""
    return cast(Surroundings, interaction.client.around)


def refusal(interaction: Interaction[Any], settings: DiscordSettings) -> str | None:
    """Why nothing at all is done for this press; None where it may go on. A direct message is no foreign server."""
    if interaction.user.bot:
        return "Bots are not served."
    if interaction.guild_id is not None and interaction.guild_id != settings.guild:
        return "Crux serves one server, and this is another."
    message = interaction.message
    mine = interaction.client.user
    if message is not None and (mine is None or message.author.id != mine.id):
        return "This button stands on a message that is not mine."
    return None


def allowed(interaction: Interaction[Any], role: Role) -> Actor:
    """Who it is, if they may do what `role` may; Refusal names what is missing. Only inside the server.

    `anyone` is everyone on the server; the other roles are those of the settings.
    """
    settings = around_of(interaction).settings.discord
    because = refusal(interaction, settings)
    if because is not None:
        raise Refusal(because)
    member = interaction.user
    if interaction.guild_id is None or not isinstance(member, discord.Member):
        raise Refusal("Nothing is decided in direct messages: do it in the server, where roles are known.")
    if role != "anyone":
        _holds(interaction, member, role, settings)
    return actor(interaction)


def actor(interaction: Interaction[Any]) -> Actor:
    """The account behind a press, by its number; the name is only for reading."""
    return Actor(platform="discord", account=str(interaction.user.id), name=interaction.user.name)


async def reviewer(interaction: Interaction[Any]) -> tuple[Actor, str]:
    """A reviewer and the person they are in debate.yaml; Refusal without the role, or where no person is linked."""
    return await linked(interaction, "reviewer")


async def linked(interaction: Interaction[Any], role: Role) -> tuple[Actor, str]:
    """Who it is and which person of the debate that is; Refusal as in `allowed`, or where no person is linked."""
    who = allowed(interaction, role)
    around = around_of(interaction)
    person = await around.threads.read(person_of, around.store, around.debate.debate, who)
    if person is None:
        raise Refusal(
            "Your Discord account is not linked to a person of this debate. Ask the operator for a code "
            "(crux link) and redeem it with `/link code`, then press again."
        )
    return who, person


def _holds(interaction: Interaction[Any], member: discord.Member, role: Role, settings: DiscordSettings) -> None:
    number = getattr(settings.roles, role)
    if number is None:
        raise Refusal(f"No role is set for this: the operator names one in discord.roles.{role}.")
    if not interaction.guild or not interaction.guild.roles:
        raise Refusal("Crux is still getting to know this server: try again in a moment.")
    if member.get_role(number) is None:
        wanted = interaction.guild.get_role(number)
        raise Refusal(f"This needs the role {wanted.name if wanted else number}, which you do not have.")
