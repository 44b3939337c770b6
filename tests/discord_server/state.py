"""What Discord remembers: a guild with its roles, members and channels, and messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

TEXT_CHANNEL, DIRECT, PUBLIC_THREAD = 0, 1, 11
BUTTON, LINK_STYLE = 2, 5
SELECTS = frozenset({3, 5, 6, 7, 8})
EPHEMERAL, LOADING, HAS_THREAD, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 5, 1 << 15
ADMINISTRATOR = 1 << 3


@dataclass
class Role:
    """A role of the guild; `permissions` is Discord's bit field."""

    id: int
    name: str
    permissions: int = 0
    position: int = 1
    managed: bool = False

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass
class User:
    """An account: a person, the bot, or a webhook's name."""

    id: int
    name: str
    bot: bool = False
    webhook: bool = False
    dms_open: bool = True

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass
class Attachment:
    """A file of a message; `description` is its alt text."""

    id: int
    filename: str
    content: bytes
    url: str
    description: str | None = None
    content_type: str = "application/octet-stream"


@dataclass(eq=False, repr=False)
class Message:
    """A message as it stands now; `versions` holds every body it had, oldest first."""

    id: int
    channel: Channel
    author: User
    body: JSON
    created_at: str
    attachments: list[Attachment] = field(default_factory=list)
    kind: int = 0
    edited_at: str | None = None
    only_for: int | None = None
    deleted: bool = False
    pinned: bool = False
    thread: Channel | None = None
    pings: frozenset[str] = frozenset()
    mentions: list[User] = field(default_factory=list)
    reply_to: Message | None = None
    metadata: JSON | None = None
    made_with: str | None = None
    versions: list[JSON] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Message {self.id} of {self.author.name} in {self.channel.name}: {self.text!r}>"

    @property
    def content(self) -> str:
        return str(self.body.get("content") or "")

    @property
    def embeds(self) -> list[JSON]:
        return list(self.body.get("embeds") or [])

    @property
    def components(self) -> list[JSON]:
        return list(self.body.get("components") or [])

    @property
    def flags(self) -> int:
        return int(self.body.get("flags") or 0)

    @property
    def ephemeral(self) -> bool:
        return self.only_for is not None

    @property
    def loading(self) -> bool:
        """Whether it still says 'is thinking ...'."""
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """Everything there is to read, line by line: content, embeds with their fields, labels of buttons."""
        return "\n".join(line for line in [self.content, *map(_embed_text, self.embeds), *self.buttons] if line)

    @property
    def buttons(self) -> list[str]:
        """The labels of all buttons, in order; links and disabled ones too."""
        return [_label(one) for one in self.pressable()]

    @property
    def disabled_buttons(self) -> list[str]:
        return [_label(one) for one in self.pressable() if one.get("disabled")]

    @property
    def links(self) -> dict[str, str]:
        """Label to address, of the buttons which are links."""
        return {_label(one): str(one["url"]) for one in self.pressable() if one.get("style") == LINK_STYLE}

    @property
    def files(self) -> dict[str, bytes]:
        return {one.filename: one.content for one in self.attachments}

    @property
    def alt_texts(self) -> dict[str, str | None]:
        return {one.filename: one.description for one in self.attachments}

    @property
    def url(self) -> str:
        place = self.channel.guild_id or "@me"
        return f"https://discord.com/channels/{place}/{self.channel.id}/{self.id}"

    def pressable(self) -> list[JSON]:
        return [one for one in controls(self.components) if one.get("type") == BUTTON]

    def control(self, label_or_id: str) -> JSON | None:
        """The button with this label or custom_id, or the select with this placeholder or custom_id."""
        for one in controls(self.components):
            if label_or_id in (one.get("custom_id"), one.get("label"), one.get("placeholder"), _label(one)):
                return one
        return None


def controls(components: list[JSON]) -> Iterator[JSON]:
    """Buttons and selects inside rows, in order."""
    for one in components:
        if "components" in one:
            yield from controls(one["components"])
        elif "component" in one:
            yield one["component"]
        else:
            yield one


def _label(control: JSON) -> str:
    emoji = (control.get("emoji") or {}).get("name")
    return str(control.get("label") or emoji or "")


def _embed_text(embed: JSON) -> str:
    fields = [f"{one.get('name')}\n{one.get('value')}" for one in embed.get("fields") or []]
    footer = (embed.get("footer") or {}).get("text")
    author = (embed.get("author") or {}).get("name")
    return "\n".join(str(one) for one in [author, embed.get("title"), embed.get("description"), *fields, footer] if one)


@dataclass(eq=False, repr=False)
class Channel:
    """A text channel, a thread (`parent` is set) or the bot's conversation with one person (`recipient` is set)."""

    id: int
    name: str
    kind: int = TEXT_CHANNEL
    guild_id: int | None = None
    parent: Channel | None = None
    recipient: User | None = None
    owner_id: int = 0
    archived: bool = False
    locked: bool = False
    archive_after_min: int = 1440
    created_at: str = ""
    forbidden_code: int | None = None
    everything: dict[int, Message] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Channel {self.id} {self.name}, {len(self.messages)} messages>"

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def messages(self) -> list[Message]:
        """Public messages that still stand, oldest first."""
        return [one for one in list(self.everything.values()) if not one.deleted and not one.ephemeral]

    @property
    def last(self) -> Message | None:
        return self.messages[-1] if self.messages else None


@dataclass
class Guild:
    """The one server (in Discord's sense) that the bot is in."""

    id: int
    name: str
    owner_id: int
    roles: dict[str, Role] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    threads: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)
    joined_at: str = ""

    def permissions(self, user_id: int) -> int:
        """What the roles of this member allow, all together."""
        held = self.members.get(user_id, set()) | {self.id}
        bits = 0
        for role in self.roles.values():
            bits |= role.permissions if role.id in held else 0
        return (1 << 53) - 1 if bits & ADMINISTRATOR or user_id == self.owner_id else bits
