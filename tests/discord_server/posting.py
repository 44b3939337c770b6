"""Messages as they are made, edited and deleted, with the gateway events that go with it."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass

from discord_server.limits import careless
from discord_server.payloads import channel_json, message_json
from discord_server.pings import USER, pings_of
from discord_server.sessions import Intent
from discord_server.state import HAS_THREAD, JSON, Attachment, Channel, Message, User
from discord_server.world import World


@dataclass(frozen=True)
class Upload:
    """A file as it is sent: name, bytes, alt text."""

    filename: str
    content: bytes
    description: str | None = None


@dataclass(frozen=True)
class Origin:
    """How a message came about: by a token, seen by one person only, in reply to another, of which kind."""

    made_with: str | None = None
    only_for: int | None = None
    reply_to: Message | None = None
    metadata: JSON | None = None
    kind: int = 0
    mentions: tuple[User, ...] = ()


PLAIN = Origin()


def post(
    world: World, channel: Channel, author: User, body: JSON, files: dict[int, Upload], origin: Origin = PLAIN
) -> Message:
    """A new message, seen by whom it concerns."""
    message = Message(world.clock.snowflake(), channel, author, dict(body), world.clock.stamp(), kind=origin.kind)
    message.made_with, message.only_for = origin.made_with, origin.only_for
    message.reply_to, message.metadata = origin.reply_to, origin.metadata
    message.attachments = attach(world, message, body, files)
    note_mentions(world, message, origin.mentions)
    channel.everything[message.id] = message
    if channel.archived and not channel.locked:
        channel.archived = False
        world.sessions.dispatch("THREAD_UPDATE", channel_json(channel), Intent.GUILDS)
    look_over(world, message)
    announce(world, message, "MESSAGE_CREATE")
    return message


def note_mentions(world: World, message: Message, also: tuple[User, ...] = ()) -> None:
    """Whom the message mentions and pings; what the bot pings without meaning to is a problem."""
    replied = message.reply_to.author if message.reply_to is not None and message.made_with is None else None
    pings = pings_of(message.body, world.guild, world.users, replied)
    named = [world.users[int(one)] for one in USER.findall(message.content) if int(one) in world.users]
    message.mentions = list({one.id: one for one in [*named, *also]}.values())
    message.pings = pings.names
    if message.author is world.bot:
        for sentence in pings.unmeant:
            world.problems.tell(f"{sentence} (in {message.channel.name}: {message.content[:80]!r})")


def attach(world: World, message: Message, body: JSON, files: dict[int, Upload]) -> list[Attachment]:
    """New files, and those of before which the body still lists; without a list all of before stay."""
    before = {one.id: one for one in message.attachments}
    listed = body.get("attachments")
    if listed is None:
        return [*before.values(), *(_store(world, message, one) for one in files.values())]
    made: list[Attachment] = []
    for entry in listed:
        identity = int(entry["id"])
        if identity in before:
            made.append(before[identity])
        elif identity in files:
            one = files[identity]
            made.append(
                _store(
                    world, message, Upload(entry.get("filename") or one.filename, one.content, entry.get("description"))
                )
            )
    return made


def _store(world: World, message: Message, one: Upload) -> Attachment:
    identity = world.clock.snowflake()
    url = f"{world.address}/cdn/attachments/{message.channel.id}/{identity}/{one.filename}"
    kind = mimetypes.guess_type(one.filename)[0] or "application/octet-stream"
    world.files[identity] = Attachment(identity, one.filename, one.content, url, one.description, kind)
    return world.files[identity]


def look_over(world: World, message: Message) -> None:
    """What Discord lets pass and a reader would stumble over is a problem of the bot's."""
    if message.author is world.bot:
        for fault in careless(message.embeds, message.alt_texts):
            world.problems.tell(f"{fault} (in {message.channel.name})")


def announce(world: World, message: Message, event: str) -> None:
    if message.ephemeral:
        world.pulse.beat()
        return
    needs = Intent.GUILD_MESSAGES if message.channel.guild_id else Intent.DIRECT_MESSAGES
    world.sessions.dispatch(
        event, lambda intents: message_json(message, world.guild, blank=hidden(world, message, intents)), needs
    )


def hidden(world: World, message: Message, intents: int) -> bool:
    """The message-content rule: own messages, direct messages and mentions are always seen."""
    if message.author is world.bot or message.channel.guild_id is None or world.bot in message.mentions:
        return False
    return not intents & Intent.MESSAGE_CONTENT


def edit(world: World, message: Message, body: JSON, files: dict[int, Upload]) -> Message:
    """The parts that the body names are replaced; a placeholder is filled."""
    message.versions.append(dict(message.body))
    kept = {key: body[key] for key in ("content", "embeds", "components", "flags") if key in body}
    if "flags" in kept:
        kept["flags"] = int(kept["flags"] or 0) | (message.flags & HAS_THREAD)
    message.body = message.body | kept
    message.attachments = attach(world, message, body, files)
    message.edited_at = world.clock.stamp()
    look_over(world, message)
    announce(world, message, "MESSAGE_UPDATE")
    return message


def delete(world: World, message: Message) -> None:
    message.deleted = True
    if message.ephemeral:
        world.pulse.beat()
        return
    place = {"guild_id": str(message.channel.guild_id)} if message.channel.guild_id else {}
    needs = Intent.GUILD_MESSAGES if place else Intent.DIRECT_MESSAGES
    body = {"id": str(message.id), "channel_id": str(message.channel.id), **place}
    world.sessions.dispatch("MESSAGE_DELETE", body, needs)
