"""The bot itself, its commands, and the guild with its members over REST."""

from __future__ import annotations

from aiohttp import web

from discord_server.command_limits import SLASH, command_faults, set_faults
from discord_server.payloads import channel_json, guild_json, member_json, role_json, user_json
from discord_server.problems import Refused
from discord_server.rest import answer, invalid, number, read_body
from discord_server.sessions import Intent
from discord_server.state import JSON, User
from discord_server.world import WORLD, World

INTENT_FLAGS = {Intent.PRESENCES: 1 << 13, Intent.MEMBERS: 1 << 15, Intent.MESSAGE_CONTENT: 1 << 19}
"""Flags of an application in fewer than 100 guilds that may use a privileged intent."""


def application_flags(world: World) -> int:
    return sum(flag for intent, flag in INTENT_FLAGS.items() if world.allowed_intents & intent)


def application_json(world: World) -> JSON:
    owner = world.users[world.guild.owner_id]
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": application_flags(world),
        "owner": user_json(owner),
        "team": None,
        "bot": user_json(world.bot),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "approximate_guild_count": 1,
    }


async def me(request: web.Request) -> web.Response:
    return answer(user_json(request.app[WORLD].bot) | {"verified": True, "mfa_enabled": True, "flags": 0})


async def application(request: web.Request) -> web.Response:
    return answer(application_json(request.app[WORLD]))


async def gateway(request: web.Request) -> web.Response:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return answer({"url": request.app[WORLD].gateway_address, "shards": 1, "session_start_limit": limit})


def scope(request: web.Request) -> tuple[World, int]:
    """Whose commands: 0 for everywhere, else the guild's id."""
    world = request.app[WORLD]
    guild = int(request.match_info.get("guild", 0))
    if number(request, "application") != world.application_id or guild not in (0, world.guild.id):
        raise Refused(403, 50001, "Missing Access")
    return world, guild


async def get_commands(request: web.Request) -> web.Response:
    world, guild = scope(request)
    return answer(world.commands.get(guild, []))


async def get_command(request: web.Request) -> web.Response:
    world, guild = scope(request)
    for one in world.commands.get(guild, []):
        if one["id"] == request.match_info["command"]:
            return answer(one)
    raise Refused(404, 10063, "Unknown application command")


async def put_commands(request: web.Request) -> web.Response:
    """The whole set at once; a command that keeps its name and kind keeps its id."""
    world, guild = scope(request)
    wanted: list[JSON] = await request.json()
    faults = {str(n): found for n, one in enumerate(wanted) if (found := command_faults(one))}
    if faults or set_faults(wanted):
        refused = Refused(
            400, 50035, "Invalid Form Body", [s for one in faults.values() for s in one] + set_faults(wanted)
        )
        if faults:
            refused.errors = {
                n: {"_errors": [{"code": "INVALID", "message": s} for s in one]} for n, one in faults.items()
            }
        raise refused
    before = {(one["type"], one["name"]): one["id"] for one in world.commands.get(guild, [])}
    world.commands[guild] = [stored(world, guild, one, before) for one in wanted]
    return answer(world.commands[guild])


def stored(world: World, guild: int, one: JSON, before: dict[tuple[int, str], str]) -> JSON:
    kind = one.get("type", SLASH)
    fresh = str(world.clock.snowflake())
    fixed: JSON = {
        "id": before.get((kind, one["name"]), fresh),
        "type": kind,
        "application_id": str(world.application_id),
        "version": fresh,
        "description": one.get("description", ""),
        "default_member_permissions": one.get("default_member_permissions"),
        "nsfw": False,
    }
    return one | fixed | ({"guild_id": str(guild)} if guild else {})


async def delete_command(request: web.Request) -> web.Response:
    world, guild = scope(request)
    kept = [one for one in world.commands.get(guild, []) if one["id"] != request.match_info["command"]]
    if len(kept) == len(world.commands.get(guild, [])):
        raise Refused(404, 10063, "Unknown application command")
    world.commands[guild] = kept
    return answer()


async def post_command(request: web.Request) -> web.Response:
    """One command, made or replaced."""
    world, guild = scope(request)
    one, _ = await read_body(request)
    others = [
        old
        for old in world.commands.get(guild, [])
        if (old["type"], old["name"]) != (one.get("type", SLASH), one["name"])
    ]
    invalid(command_faults(one) + set_faults([*others, one]))
    before = {(old["type"], old["name"]): old["id"] for old in world.commands.get(guild, [])}
    world.commands[guild] = [*others, stored(world, guild, one, before)]
    return answer(world.commands[guild][-1], 201)


def home(request: web.Request) -> World:
    """The one guild; another is not the bot's to see."""
    world = request.app[WORLD]
    if number(request, "guild") != world.guild.id:
        raise Refused(404, 10004, "Unknown Guild")
    return world


async def get_guild(request: web.Request) -> web.Response:
    world = home(request)
    shape = guild_json(world.guild, [], len(world.guild.members))
    counts = {"approximate_member_count": len(world.guild.members), "approximate_presence_count": 1}
    return answer(
        {key: value for key, value in shape.items() if key not in ("members", "channels", "threads")} | counts
    )


async def get_roles(request: web.Request) -> web.Response:
    return answer([role_json(one) for one in home(request).guild.roles.values()])


async def get_channels(request: web.Request) -> web.Response:
    return answer([channel_json(one) for one in home(request).guild.channels.values()])


async def active_threads(request: web.Request) -> web.Response:
    threads = [channel_json(one) for one in home(request).guild.threads.values() if not one.archived]
    return answer({"threads": threads, "members": []})


def member(world: World, identity: int) -> User:
    if identity not in world.guild.members:
        raise Refused(404, 10007, "Unknown Member", ordered=identity in world.gone)
    return world.users[identity]


async def get_member(request: web.Request) -> web.Response:
    world = home(request)
    wanted = request.match_info["member"]
    return answer(member_json(world.guild, member(world, world.bot.id if wanted == "@me" else int(wanted))))


async def get_members(request: web.Request) -> web.Response:
    """The whole list; only for a bot with the members intent."""
    world = home(request)
    if not world.allowed_intents & Intent.MEMBERS:
        raise Refused(403, 50001, "Missing Access")
    after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 1))
    wanted = [one for one in sorted(world.guild.members) if one > after][:limit]
    return answer([member_json(world.guild, world.users[one]) for one in wanted])


async def search_members(request: web.Request) -> web.Response:
    world = home(request)
    typed, limit = request.query.get("query", "").lower(), int(request.query.get("limit", 1))
    found = [world.users[one] for one in world.guild.members if world.users[one].name.lower().startswith(typed)]
    return answer([member_json(world.guild, one) for one in found[:limit]])


async def get_user(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    user = world.users.get(number(request, "user"))
    if user is None:
        raise Refused(404, 10013, "Unknown User")
    return answer(user_json(user))


async def my_guilds(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    shape: JSON = {"id": str(world.guild.id), "name": world.guild.name, "icon": None, "owner": False, "features": []}
    return answer([shape | {"permissions": str(world.guild.permissions(world.bot.id))}])


async def no_permissions(request: web.Request) -> web.Response:
    """Nobody has changed who may use which command."""
    home(request)
    return answer([])


SCOPES = [r"/applications/{application:\d+}/commands", r"/applications/{application:\d+}/guilds/{guild:\d+}/commands"]
GUILD = r"/guilds/{guild:\d+}"
ROUTES = [
    ("GET", "/users/@me", me),
    ("GET", "/oauth2/applications/@me", application),
    ("GET", "/applications/@me", application),
    ("GET", "/gateway", gateway),
    ("GET", "/gateway/bot", gateway),
    ("GET", "/users/@me/guilds", my_guilds),
    ("GET", r"/users/{user:\d+}", get_user),
    *(
        (method, at, act)
        for at in SCOPES
        for method, act in (("GET", get_commands), ("PUT", put_commands), ("POST", post_command))
    ),
    *(("GET", at + r"/{command:\d+}", get_command) for at in SCOPES),
    *(("DELETE", at + r"/{command:\d+}", delete_command) for at in SCOPES),
    ("GET", f"{SCOPES[1]}/permissions", no_permissions),
    ("GET", GUILD, get_guild),
    ("GET", f"{GUILD}/roles", get_roles),
    ("GET", f"{GUILD}/channels", get_channels),
    ("GET", f"{GUILD}/threads/active", active_threads),
    ("GET", f"{GUILD}/members", get_members),
    ("GET", f"{GUILD}/members/search", search_members),
    ("GET", GUILD + r"/members/{member:\d+|@me}", get_member),
]
