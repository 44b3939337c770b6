"""People of every role, and what they do in one word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from discord_builders import Bot
from discord_server import DiscordServer, Interaction, Message, Person

from bot.store import posts
from bot.store.posts import Post


@dataclass
class Town:
    """The bot, and who lives around it."""

    bot: Bot

    @property
    def server(self) -> DiscordServer:
        return self.bot.server

    @cached_property
    def ann(self) -> Person:
        """A reviewer of the debate."""
        return self.bot.reviewer("ann", "ann")

    @cached_property
    def bob(self) -> Person:
        """Somebody without any role."""
        return self.server.person("bob")

    @cached_property
    def sue(self) -> Person:
        """May put forward evidence."""
        return self.server.person("sue", roles=["Submitter"])

    @cached_property
    def ada(self) -> Person:
        """Runs it."""
        return self.server.person("ada", roles=["Admin"])

    async def index_ready(self) -> None:
        client: Any = self.bot.client
        await client.index.ready()

    async def slash(self, who: Person, path: str, **options: object) -> Interaction:
        return await (await who.slash(path, options)).settled()

    async def press(self, who: Person, on: Message | Interaction, label: str, **more: Any) -> Interaction:
        return await (await who.press(on, label, **more)).settled()

    async def typed(self, who: Person, path: str, option: str, text: str) -> Mapping[str, str]:
        """Choices that are offered: value -> name."""
        offered = await who.autocomplete(path, option, text)
        return {str(one.value): one.name for one in offered.choices}

    async def told(self, message: Message) -> Message:
        """The bot's answer to something that was said."""
        return await self.server.answer_to(message)

    async def noted(self, found: Callable[[], Message | None]) -> Message:
        """A message of the bot's, once it stands in the store under its number: until then no reply is known by it."""

        def told() -> Message | None:
            message = found()
            if message is None:
                return None
            with self.bot.world.store.reading() as connection:
                return message if posts.of_message(connection, str(message.id)) is not None else None

        return await self.server.until(told, 60)

    def post(self, start: str) -> list[Post]:
        """The posts whose keys begin so."""
        with self.bot.world.store.reading() as connection:
            kinds = ("direct", "notice", "card", "record")
            return [one for kind in kinds for one in _every(connection, kind) if one.key.startswith(start)]


def _every(connection: Any, kind: Any) -> list[Post]:
    table = posts.schema.posts
    rows = connection.execute(table.select().where(table.c.kind == kind))
    return [Post(*row) for row in rows]
