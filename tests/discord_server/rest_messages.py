"""Messages, pins, typing and threads over REST."""

from __future__ import annotations

from aiohttp import web

from discord_server import posting
from discord_server.limits import message_faults, too_long
from discord_server.payloads import channel_json, message_json
from discord_server.posting import Origin
from discord_server.problems import Refused
from discord_server.rest import answer, invalid, number, read_body, sizes
from discord_server.sessions import Intent
from discord_server.state import HAS_THREAD, JSON, PUBLIC_THREAD, Channel, Message
from discord_server.world import WORLD, World

THREAD_NAME = 100
ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
VIEW, SEND, EMBED, ATTACH = 1 << 10, 1 << 11, 1 << 14, 1 << 15
MANAGE_MESSAGES, PIN, THREADS, IN_THREADS, MANAGE_THREADS = 1 << 13, 1 << 51, 1 << 35, 1 << 38, 1 << 34


def place(request: web.Request, *needs: int) -> tuple[World, Channel]:
    """The channel of the path, if the bot may do there what it is about to."""
    world = request.app[WORLD]
    channel = world.channel(number(request, "channel"))
    if channel.forbidden_code is not None:
        raise Refused(403, channel.forbidden_code, "Missing Access or Permissions", ordered=True)
    held = world.guild.permissions(world.bot.id)
    if channel.guild_id and any(not held & bit for bit in needs):
        raise Refused(403, 50013, "Missing Permissions")
    return world, channel


def of_the_bot(world: World, message: Message) -> Message:
    if message.author is not world.bot:
        raise Refused(403, 50005, "Cannot edit a message authored by another user")
    return message


def check_open(channel: Channel) -> None:
    """A thread that is archived takes no edits."""
    if channel.archived:
        raise Refused(400, 50083, "Thread is archived")


async def create_message(request: web.Request) -> web.Response:
    world, channel = place(request, VIEW)
    body, files = await read_body(request)
    place(
        request,
        IN_THREADS if channel.parent else SEND,
        *([EMBED] if body.get("embeds") else []),
        *([ATTACH] if files else []),
    )
    if channel.recipient is not None and not channel.recipient.dms_open:
        raise Refused(403, 50007, "Cannot send messages to this user", ordered=True)
    if channel.locked:
        raise Refused(400, 50083, "Thread is archived")
    invalid(message_faults(body, sizes(files)) + too_long("nonce", body.get("nonce"), 25))
    nonce = (channel.id, str(body.get("nonce")))
    if body.get("enforce_nonce") and nonce in world.nonces:
        return answer(message_json(world.nonces[nonce], world.guild))
    reply_to = replied_to(world, channel, body)
    message = posting.post(
        world, channel, world.bot, body, files, Origin(reply_to=reply_to, kind=19 if reply_to else 0)
    )
    if body.get("nonce") is not None:
        world.nonces[nonce] = message
    return answer(message_json(message, world.guild))


def replied_to(world: World, channel: Channel, body: JSON) -> Message | None:
    """The message replied to; a reply to one that is gone is refused unless the body says otherwise."""
    reference = body.get("message_reference")
    if not reference:
        return None
    message = channel.everything.get(int(reference["message_id"]))
    if message is None or message.deleted:
        if reference.get("fail_if_not_exists", True):
            raise Refused(400, 50035, "Unknown message", ["message_reference: Unknown message"])
        return None
    return message


async def edit_message(request: web.Request) -> web.Response:
    world, channel = place(request, VIEW)
    body, files = await read_body(request)
    message = of_the_bot(world, world.message(channel, number(request, "message")))
    check_open(channel)
    invalid(message_faults(body, sizes(files), must_say=False))
    return answer(message_json(posting.edit(world, message, body, files), world.guild))


async def delete_message(request: web.Request) -> web.Response:
    world, channel = place(request, VIEW)
    message = world.message(channel, number(request, "message"))
    if message.author is not world.bot and not world.guild.permissions(world.bot.id) & MANAGE_MESSAGES:
        raise Refused(403, 50013, "Missing Permissions")
    check_open(channel)
    posting.delete(world, message)
    return answer()


async def get_message(request: web.Request) -> web.Response:
    world, channel = place(request, VIEW)
    return answer(message_json(world.message(channel, number(request, "message")), world.guild))


async def history(request: web.Request) -> web.Response:
    """Newest first; `after` takes the oldest ones past that id, as Discord does."""
    world, channel = place(request, VIEW)
    before, after = request.query.get("before"), request.query.get("after")
    limit = int(request.query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise Refused(400, 50035, "Invalid Form Body", [f"limit: {limit}, wanted 1 to 100"])
    wanted = [m for m in channel.messages if not before or m.id < int(before)]
    wanted = [m for m in wanted if not after or m.id > int(after)]
    chosen = wanted[:limit] if after else wanted[-limit:]
    seen = [message_json(one, world.guild, blank=blank(world, one)) for one in reversed(chosen)]
    return answer(seen)


def blank(world: World, message: Message) -> bool:
    """REST keeps to the message-content rule of the application, too."""
    return posting.hidden(world, message, world.allowed_intents)


async def pin(request: web.Request) -> web.Response:
    world, channel = place(request, VIEW, PIN)
    message = world.message(channel, number(request, "message"))
    check_open(channel)
    message.pinned = request.method == "PUT"
    needs = Intent.GUILDS if channel.guild_id else Intent.DIRECT_MESSAGES
    where = {"channel_id": str(channel.id), "last_pin_timestamp": world.clock.stamp()}
    world.sessions.dispatch(
        "CHANNEL_PINS_UPDATE", where | ({"guild_id": str(channel.guild_id)} if channel.guild_id else {}), needs
    )
    return answer()


async def pins(request: web.Request) -> web.Response:
    world, channel = place(request, VIEW)
    pinned = [one for one in reversed(channel.messages) if one.pinned]
    shapes = [
        {"pinned_at": one.edited_at or one.created_at, "message": message_json(one, world.guild)} for one in pinned
    ]
    return answer({"items": shapes, "has_more": False})


async def typing(request: web.Request) -> web.Response:
    place(request, VIEW, SEND)
    return answer()


async def start_thread(request: web.Request) -> web.Response:
    """A thread on a message has the message's id; there is one at most."""
    world, channel = place(request, VIEW, THREADS)
    body, _ = await read_body(request)
    faults = too_long("thread name", body.get("name"), THREAD_NAME, 1)
    minutes = int(body.get("auto_archive_duration") or 1440)
    invalid(faults + ([] if minutes in ARCHIVE_MINUTES else [f"auto_archive_duration: {minutes}"]))
    message = world.message(channel, number(request, "message")) if "message" in request.match_info else None
    if message is not None and message.id in world.guild.threads:
        raise Refused(400, 160004, "A thread has already been created for this message")
    if channel.parent is not None or not channel.guild_id:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    identity = message.id if message is not None else world.clock.snowflake()
    thread = Channel(identity, str(body["name"]), PUBLIC_THREAD, world.guild.id, parent=channel, owner_id=world.bot.id)
    thread.archive_after_min, thread.created_at = minutes, world.clock.stamp()
    world.guild.threads[thread.id] = thread
    world.sessions.dispatch("THREAD_CREATE", channel_json(thread) | {"newly_created": True}, Intent.GUILDS)
    if message is not None:
        message.thread = thread
        message.body = message.body | {"flags": message.flags | HAS_THREAD}
        posting.announce(world, message, "MESSAGE_UPDATE")
    return answer(channel_json(thread), 201)


async def edit_channel(request: web.Request) -> web.Response:
    """Threads only: rename, archive, lock. An archived one must be opened (`archived: false`) to be changed."""
    world, channel = place(request, VIEW)
    body, _ = await read_body(request)
    if channel.parent is None or (
        (channel.owner_id != world.bot.id or "locked" in body) and not manages_threads(world)
    ):
        raise Refused(403, 50013, "Missing Permissions")
    invalid(too_long("thread name", body["name"], THREAD_NAME, 1) if "name" in body else [])
    if channel.archived and body.get("archived", True):
        check_open(channel)
    channel.name = body.get("name", channel.name)
    channel.archived, channel.locked = body.get("archived", channel.archived), body.get("locked", channel.locked)
    channel.archive_after_min = body.get("auto_archive_duration", channel.archive_after_min)
    world.sessions.dispatch("THREAD_UPDATE", channel_json(channel), Intent.GUILDS)
    return answer(channel_json(channel))


def manages_threads(world: World) -> bool:
    return bool(world.guild.permissions(world.bot.id) & MANAGE_THREADS)


async def get_channel(request: web.Request) -> web.Response:
    return answer(channel_json(place(request, VIEW)[1]))


async def open_direct(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    body, _ = await read_body(request)
    user = world.users.get(int(body["recipient_id"]))
    if user is None or user.bot:
        raise Refused(400, 50033, "Invalid Recipient(s)")
    return answer(channel_json(world.direct(user)))


async def thread_member(request: web.Request) -> web.Response:
    place(request, VIEW)
    return answer()


async def archived_threads(request: web.Request) -> web.Response:
    world, channel = place(request, VIEW)
    threads = [one for one in world.guild.threads.values() if one.parent is channel and one.archived]
    return answer({"threads": [channel_json(one) for one in threads], "members": [], "has_more": False})


CHANNEL = r"/channels/{channel:\d+}"
ROUTES = [
    ("POST", f"{CHANNEL}/messages", create_message),
    ("GET", f"{CHANNEL}/messages", history),
    ("GET", f"{CHANNEL}/messages/pins", pins),
    ("PUT", CHANNEL + r"/messages/pins/{message:\d+}", pin),
    ("DELETE", CHANNEL + r"/messages/pins/{message:\d+}", pin),
    ("GET", CHANNEL + r"/messages/{message:\d+}", get_message),
    ("PATCH", CHANNEL + r"/messages/{message:\d+}", edit_message),
    ("DELETE", CHANNEL + r"/messages/{message:\d+}", delete_message),
    ("POST", CHANNEL + r"/messages/{message:\d+}/threads", start_thread),
    ("POST", f"{CHANNEL}/threads", start_thread),
    ("GET", f"{CHANNEL}/threads/archived/public", archived_threads),
    ("PUT", f"{CHANNEL}/thread-members/@me", thread_member),
    ("PUT", CHANNEL + r"/thread-members/{user:\d+}", thread_member),
    ("DELETE", f"{CHANNEL}/thread-members/@me", thread_member),
    ("POST", f"{CHANNEL}/typing", typing),
    ("GET", CHANNEL, get_channel),
    ("PATCH", CHANNEL, edit_channel),
    ("POST", "/users/@me/channels", open_direct),
]
