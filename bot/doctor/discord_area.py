"""Discord: token, server, roles, channels and what the bot may do in each, its commands, and the connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.doctor import discord_commands
from bot.doctor.checks import Check, not_set_up, ok, wrong
from bot.doctor.discord_permissions import missing, permissions_in
from bot.settings import DiscordSettings
from bot.store import Store, switches

WAIT_S = 15.0
PORTAL = "https://discord.com/developers/applications"
INVITE = "crux discord setup prints the link that invites it with the right permissions"
PRIVILEGED = {"Presence": 3 << 12, "Server Members": 3 << 14, "Message Content": 3 << 18}
"""Intents as the portal calls them -> their two flags of an application (Discord's docs, Application, 2026-11)."""

PLACES = {"review": "cards for reviewers", "announce": "public notices", "audit": "a copy of the record"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of Discord's."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Rest:
    """GETs with the bot's token; a status of 0 where nobody answered."""

    client: httpx.AsyncClient
    base: str

    async def get(self, path: str) -> Asked:
        try:
            answer = await self.client.get(f"{self.base}{path}")
            return Asked(answer.status_code, answer.json() if answer.content else None)
        except (httpx.HTTPError, ValueError):
            return Asked(0, None)


async def examine(settings: DiscordSettings, store: Store | None, base: str, ours: str | None = None) -> list[Check]:
    """Everything that can be asked by REST; `base` is the API's address, `ours` the hash of this version's commands."""
    if settings.token is None:
        return [not_set_up("discord", "no token is set", "crux discord setup tells how; all else runs without it")]
    headers = {"Authorization": f"Bot {settings.token.get_secret_value()}", "User-Agent": "DiscordBot (crux, 0.1)"}
    async with httpx.AsyncClient(trust_env=False, timeout=WAIT_S, headers=headers) as client:
        rest = Rest(client, base.rstrip("/"))
        me = await rest.get("/users/@me")
        if me.status != 200:
            return [_no_token(me.status)]
        found = [ok("discord token", f"of {me.body['username']}"), *_stood(store)]
        application = await rest.get("/applications/@me")
        found += [*_application(application), *_intents(application, store)]
        if settings.guild is None:
            return [*found, wrong("discord server", "none is set", "set discord.guild to the server's id")]
        found += await _guild(rest, settings, str(me.body["id"]))
        if application.status == 200:
            found += await _commands(rest, str(application.body["id"]), store, ours)
    return found


def _no_token(status: int) -> Check:
    if status == 401:
        return wrong("discord token", "Discord refuses it", f"reset it at {PORTAL} (Bot) and set discord.token")
    told = f"Discord answered {status}" if status else "Discord cannot be reached"
    return wrong("discord", told, "wait if Discord is down (discordstatus.com); otherwise look at the network")


def _stood(store: Store | None) -> list[Check]:
    """Where the service's connection was ended for good, as for a missing intent, it is said here too."""
    if store is None:
        return []
    with store.reading() as connection:
        there = switches.switched(connection, "discord")
    if there is None:
        return [not_set_up("discord connection", "the service was never connected", "start it with crux run")]
    if there.value["standing"] == "stopped" and not _for_an_intent(store):
        return [wrong("discord connection", there.value["because"], "mend that, and start crux run anew")]
    return [ok("discord connection", there.value["standing"])]


def _application(asked: Asked) -> list[Check]:
    """An endpoint for interactions takes all presses away from the gateway."""
    if asked.status != 200:
        return [wrong("discord application", f"Discord answered {asked.status}", "try again in some minutes")]
    if asked.body.get("interactions_endpoint_url"):
        because = "an Interactions Endpoint URL is set, so no press reaches the bot"
        return [wrong("discord application", because, f"empty that field at {PORTAL} (General Information)")]
    return [ok("discord application", str(asked.body.get("name", "")))]


def _intents(asked: Asked, store: Store | None) -> list[Check]:
    """Crux asks for no privileged intent: those that the portal has switched on are not needed."""
    if store is not None and _for_an_intent(store):
        because = "Discord ended the connection because of an intent that Crux asked for"
        remedy = f"update Crux, which needs none of the three privileged ones ({PORTAL}, Bot), and start crux run anew"
        return [wrong("discord intents", because, remedy)]
    if asked.status != 200:
        return []
    flags = int(asked.body.get("flags") or 0)
    spare = [name for name, bits in PRIVILEGED.items() if flags & bits]
    told = f", so {' and '.join(spare)} may be switched off in the portal (Bot)" if spare else ""
    return [ok("discord intents", f"none of the privileged ones is needed{told}")]


def _for_an_intent(store: Store) -> bool:
    """Whether the connection was ended for good over an intent: the supervisor's words of close codes 4013 and 4014."""
    with store.reading() as connection:
        there = switches.switched(connection, "discord")
    return there is not None and there.value["standing"] == "stopped" and "intent" in there.value["because"]


async def _guild(rest: Rest, settings: DiscordSettings, me: str) -> list[Check]:
    guild = await rest.get(f"/guilds/{settings.guild}")
    if guild.status != 200:
        return [wrong("discord server", f"the bot is not on server {settings.guild}", INVITE)]
    found = [ok("discord server", str(guild.body.get("name", "")))]
    listed = await rest.get(f"/guilds/{settings.guild}/roles")
    roles = {str(role["id"]): role for role in listed.body} if listed.status == 200 else {}
    found += [_role(name, number, roles) for name, number in settings.roles]
    member = await rest.get(f"/guilds/{settings.guild}/members/{me}")
    mine = [str(role) for role in member.body["roles"]] if member.status == 200 else []
    bits = {number: int(role["permissions"]) for number, role in roles.items()}
    for name, number in settings.channels:
        found.append(await _channel(rest, name, number, str(settings.guild), me, mine, bits))
    return found


def _role(name: str, number: int | None, roles: Mapping[str, Any]) -> Check:
    if number is None:
        remedy = f"set discord.roles.{name} to the role's id"
        return not_set_up(f"discord role {name}", "none is set, so nobody has it", remedy)
    if str(number) not in roles:
        return wrong(f"discord role {name}", f"the server has no role {number}", f"set discord.roles.{name} anew")
    return ok(f"discord role {name}", str(roles[str(number)].get("name", "")))


async def _channel(
    rest: Rest, name: str, number: int | None, guild: str, me: str, mine: list[str], roles: Mapping[str, int]
) -> Check:
    what = f"discord channel {name}"
    if number is None:
        return not_set_up(what, f"none is set for {PLACES[name]}", f"set discord.channels.{name} to the channel's id")
    asked = await rest.get(f"/channels/{number}")
    if asked.status != 200:
        because = f"channel {number} is not there, or the bot may not see it"
        return wrong(what, because, f"set discord.channels.{name} anew, or let the bot see it")
    if str(asked.body.get("guild_id")) != guild:
        return wrong(what, f"channel {number} is on another server", f"set discord.channels.{name} anew")
    lacking = missing(permissions_in(asked.body, guild, me, mine, roles))
    if lacking:
        remedy = "allow it in the channel's settings (Permissions) for the bot's role"
        return wrong(what, f"the bot may not: {', '.join(lacking)}", remedy)
    return ok(what, str(asked.body.get("name", "")))


async def _commands(rest: Rest, application: str, store: Store | None, ours: str | None) -> list[Check]:
    asked = await rest.get(f"/applications/{application}/commands")
    if asked.status != 200:
        return [wrong("discord commands", f"Discord answered {asked.status}", "try again in some minutes")]
    return [discord_commands.examine(len(asked.body), application, store, ours)]
