"""Everything the server knows, and how to find it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from aiohttp import web

from discord_server.clock import Clock
from discord_server.faults import Faults
from discord_server.interactions import Interaction
from discord_server.problems import Pace, Problems, Refused
from discord_server.sessions import Sessions
from discord_server.state import DIRECT, JSON, Attachment, Channel, Guild, Message, Role, User
from discord_server.waiting import Pulse

T = TypeVar("T")

BOT_PERMISSIONS = 309237763072 | 1 << 51
"""View, send, embed, attach, history, public threads, send in threads; and PIN_MESSAGES, since February 2026 a bit."""
PEOPLE_MAY = 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 31 | 1 << 38
"""What @everyone may: view, send, embed, attach, read history, use commands, write in threads."""


class World:
    """State of one server; sockets are elsewhere."""

    def __init__(
        self, listen: Callable[[bool], None], answer_within_s: float, allowed_intents: int, token: str
    ) -> None:
        self.clock, self.pulse, self.problems, self.pace = Clock(), Pulse(), Problems(), Pace()
        self.sessions = Sessions(self.pulse)
        self.faults = Faults(self.sessions, listen)
        self.answer_within_s, self.allowed_intents, self.token = answer_within_s, allowed_intents, token
        self.requests: list[str] = []
        self.users: dict[int, User] = {}
        self.dms: dict[int, Channel] = {}
        self.commands: dict[int, list[JSON]] = {}
        self.interactions: dict[int, Interaction] = {}
        self.nonces: dict[tuple[int, str], Message] = {}
        self.files: dict[int, Attachment] = {}
        self.gone: set[int] = set()
        self.address = ""
        self.gateway_address = ""

    def found(
        self, name: str, channels: Iterable[str], roles: Iterable[str] | Mapping[str, int], bot_permissions: int
    ) -> None:
        """Make the guild, its roles and channels, and let the bot in."""
        self.bot = self.new_user("crux", bot=True)
        self.application_id = self.bot.id
        owner = self.new_user("owner")
        self.guild = Guild(self.clock.snowflake(), name, owner.id, joined_at=self.clock.stamp())
        self.guild.roles["@everyone"] = Role(self.guild.id, "@everyone", PEOPLE_MAY, 0)
        for role, bits in roles.items() if isinstance(roles, Mapping) else ((one, 0) for one in roles):
            self.guild.roles[role] = Role(self.clock.snowflake(), role, bits, len(self.guild.roles))
        own = Role(self.clock.snowflake(), self.bot.name, bot_permissions, len(self.guild.roles), managed=True)
        self.guild.roles[self.bot.name] = own
        self.guild.members = {owner.id: set(), self.bot.id: {own.id}}
        for channel in channels:
            self.guild.channels[channel] = Channel(self.clock.snowflake(), channel, guild_id=self.guild.id)

    def new_user(self, name: str, bot: bool = False, webhook: bool = False) -> User:
        user = User(self.clock.snowflake(), name, bot, webhook)
        self.users[user.id] = user
        return user

    def direct(self, user: User) -> Channel:
        """The conversation between the bot and this person, made when first wanted."""
        if user.id not in self.dms:
            self.dms[user.id] = Channel(self.clock.snowflake(), f"dm of {user.name}", DIRECT, recipient=user)
        return self.dms[user.id]

    @property
    def channels(self) -> list[Channel]:
        return [*self.guild.channels.values(), *self.guild.threads.values(), *self.dms.values()]

    def channel(self, identity: int) -> Channel:
        for one in self.channels:
            if one.id == identity:
                return one
        raise Refused(404, 10003, "Unknown Channel", ordered=identity in self.gone)

    def message(self, channel: Channel, identity: int) -> Message:
        message = channel.everything.get(identity)
        if message is None or message.deleted or message.ephemeral:
            raise Refused(404, 10008, "Unknown Message", ordered=identity in self.gone)
        return message

    def any_message(self, identity: int) -> Message:
        """The message with this id wherever it is; the test's mistake if there is none."""
        for channel in self.channels:
            if identity in channel.everything:
                return channel.everything[identity]
        raise LookupError(f"no message has the id {identity}")

    def interaction(self, token: str) -> Interaction | None:
        return next((one for one in self.interactions.values() if one.token == token), None)

    def all_commands(self) -> list[JSON]:
        """Commands that a person in the guild is offered."""
        return [*self.commands.get(self.guild.id, []), *self.commands.get(0, [])]

    async def until(self, there: Callable[[], T], within_s: float, wanted: str) -> T:
        return await self.pulse.until(there, within_s, lambda: f"{wanted} did not come; {self.seen()}")

    def seen(self) -> str:
        """What the server has seen lately, for whoever waited in vain."""
        asked = "; ".join(self.requests[-8:]) or "no request at all"
        return f"{len(self.sessions.connected)} gateway connections; the last requests: {asked}"


WORLD: web.AppKey[World] = web.AppKey("world", World)
