"""What Discord remembers, as the JSON of REST v10 and the gateway (as discord.py 2.7.1 reads it, 2026-11-21)."""

from __future__ import annotations

from discord_server.state import COMPONENTS_V2, JSON, Channel, Guild, Message, Role, User, controls

MOST_BYTES_A_FILE = 10 * 1024 * 1024


def user_json(user: User) -> JSON:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name,
        "discriminator": "0000" if user.bot else "0",
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
    }


def role_json(role: Role) -> JSON:
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed,
        "mentionable": False,
        "flags": 0,
    }


def member_json(guild: Guild, user: User, *, with_user: bool = True, permissions: bool = False) -> JSON:
    member: JSON = {
        "roles": [str(one) for one in sorted(guild.members.get(user.id, set()))],
        "nick": None,
        "avatar": None,
        "joined_at": guild.joined_at,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    if with_user:
        member["user"] = user_json(user)
    if permissions:
        member["permissions"] = str(guild.permissions(user.id))
    return member


def channel_json(channel: Channel) -> JSON:
    last = max(channel.everything, default=None)
    shape: JSON = {
        "id": str(channel.id),
        "type": channel.kind,
        "flags": 0,
        "last_message_id": str(last) if last else None,
    }
    if channel.recipient is not None:
        return shape | {"recipients": [user_json(channel.recipient)]}
    shape |= {"name": channel.name, "guild_id": str(channel.guild_id), "nsfw": False, "rate_limit_per_user": 0}
    if channel.parent is None:
        return shape | {"position": 0, "topic": None, "parent_id": None, "permission_overwrites": []}
    return shape | {
        "parent_id": str(channel.parent.id),
        "owner_id": str(channel.owner_id),
        "message_count": len(channel.messages),
        "total_message_sent": len(channel.everything),
        "member_count": 1,
        "thread_metadata": {
            "archived": channel.archived,
            "locked": channel.locked,
            "auto_archive_duration": channel.archive_after_min,
            "archive_timestamp": channel.created_at,
            "create_timestamp": channel.created_at,
        },
    }


def guild_json(guild: Guild, members: list[User], count: int) -> JSON:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "icon": None,
        "features": [],
        "roles": [role_json(one) for one in guild.roles.values()],
        "channels": [channel_json(one) for one in guild.channels.values()],
        "threads": [channel_json(one) for one in guild.threads.values() if not one.archived],
        "members": [member_json(guild, one) for one in members],
        "member_count": count,
        "joined_at": guild.joined_at,
        "large": False,
        "unavailable": False,
        "preferred_locale": "en-US",
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "premium_tier": 0,
        "nsfw_level": 0,
        "mfa_level": 0,
        "system_channel_flags": 0,
        **{key: [] for key in ("emojis", "stickers", "presences", "voice_states", "stage_instances")},
        **{key: [] for key in ("guild_scheduled_events", "soundboard_sounds")},
    }


def attachments_json(message: Message) -> list[JSON]:
    return [
        {
            "id": str(one.id),
            "filename": one.filename,
            "size": len(one.content),
            "url": one.url,
            "proxy_url": one.url,
            "content_type": one.content_type,
        }
        | ({"description": one.description} if one.description else {})
        for one in message.attachments
    ]


def message_json(message: Message, guild: Guild | None, *, blank: bool = False, nested: bool = False) -> JSON:
    """The message; `blank` as a bot without message content sees another's message."""
    shape: JSON = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": message.kind,
        "author": user_json(message.author),
        "content": "" if blank else message.content,
        "embeds": [] if blank else [_embed_json(message, one) for one in message.embeds],
        "attachments": [] if blank else attachments_json(message),
        "components": [] if blank else numbered(message.components),
        "mentions": [user_json(one) for one in message.mentions],
        "mention_roles": [],
        "mention_everyone": "everyone" in message.pings,
        "pinned": message.pinned,
        "tts": False,
        "flags": message.flags & ~COMPONENTS_V2,
        "timestamp": message.created_at,
        "edited_timestamp": message.edited_at,
    }
    if message.body.get("nonce") is not None:
        shape["nonce"] = message.body["nonce"]
    if message.author.webhook:
        shape["webhook_id"] = str(message.author.id)
    if message.metadata is not None:
        shape["interaction_metadata"] = message.metadata
    if message.thread is not None:
        shape["thread"] = channel_json(message.thread)
    if message.reply_to is not None and not nested:
        shape |= _reference(message.reply_to, guild)
    if guild is not None and message.channel.guild_id == guild.id:
        shape["guild_id"] = str(guild.id)
        if message.author.id in guild.members and not message.author.webhook:
            shape["member"] = member_json(guild, message.author, with_user=False)
    return shape


def _reference(message: Message, guild: Guild | None) -> JSON:
    reference: JSON = {"type": 0, "message_id": str(message.id), "channel_id": str(message.channel.id)}
    if message.channel.guild_id:
        reference["guild_id"] = str(message.channel.guild_id)
    whole = None if message.deleted else message_json(message, guild, nested=True)
    return {"message_reference": reference, "referenced_message": whole}


def _embed_json(message: Message, embed: JSON) -> JSON:
    """An embed as it is served: `attachment://name` has become the file's address."""
    shape = {"type": "rich", **embed}
    for part in ("image", "thumbnail"):
        address = str((embed.get(part) or {}).get("url") or "")
        for one in message.attachments:
            if address == f"attachment://{one.filename}":
                shape[part] = {"url": one.url, "proxy_url": one.url, "width": 0, "height": 0}
    return shape


def numbered(components: list[JSON]) -> list[JSON]:
    """Components with the ids that Discord gives to those that have none."""
    shape = [dict(one, components=[dict(part) for part in one.get("components", [])]) for one in components]
    for number, one in enumerate([*shape, *controls(shape)], start=1):
        one.setdefault("id", number)
    return shape
