"""INTERACTION_CREATE as the gateway sends it, honest or forged."""

from __future__ import annotations

from dataclasses import dataclass

from discord_server.interactions import Interaction
from discord_server.payloads import MOST_BYTES_A_FILE, channel_json, member_json, message_json, user_json
from discord_server.state import JSON
from discord_server.world import World

OTHER_GUILD = 4242


@dataclass(frozen=True)
class Forged:
    """How a payload lies: sent from 'other guild' (with the same role ids) or from a 'dm', or by a webhook."""

    place: str = "guild"
    webhook: bool = False


HONEST = Forged()


def send(world: World, one: Interaction, shape: JSON) -> None:
    """Dispatch the interaction; kept so that it can be dispatched again."""

    def delivered() -> None:
        if one.delivered_at is None:
            one.delivered_at = world.clock.seconds()

    one.body = shape
    world.sessions.dispatch("INTERACTION_CREATE", shape, on_sent=delivered)


def payload(world: World, one: Interaction, forged: Forged) -> JSON:
    """INTERACTION_CREATE as the gateway sends it, with roles and permissions as they are now."""
    direct = forged.place == "dm" or one.channel.guild_id is None
    bits = str(world.guild.permissions(one.person.id))
    shape: JSON = {
        "id": str(one.id),
        "application_id": str(world.application_id),
        "type": one.kind,
        "token": one.token,
        "version": 1,
        "data": one.body,
        "locale": "en-US",
        "entitlements": [],
        "attachment_size_limit": MOST_BYTES_A_FILE,
        "app_permissions": str(world.guild.permissions(world.bot.id)),
        "authorizing_integration_owners": {"0": "0" if direct else str(world.guild.id)},
        "context": 1 if direct else 0,
    }
    channel = world.direct(one.person) if direct else one.channel
    shape |= {"channel_id": str(channel.id), "channel": channel_json(channel) | {"permissions": bits}}
    if one.source is not None:
        shape["message"] = message_json(one.source, world.guild)
    who = user_json(one.person) | ({"bot": True, "discriminator": "0000"} if forged.webhook else {})
    if direct:
        return shape | {"user": who}
    guild_id = str(OTHER_GUILD if forged.place == "other guild" else world.guild.id)
    shape["member"] = member_json(world.guild, one.person, permissions=True) | {"user": who}
    guild = {"id": guild_id, "locale": "en-US", "features": []}
    return shape | {"guild_id": guild_id, "guild": guild, "guild_locale": "en-US"}
