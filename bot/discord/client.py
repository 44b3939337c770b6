"""The one client: least intents, no mentions, commands synced only when they changed, failures caught in one place."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, cast
from weakref import WeakValueDictionary

import discord
from discord import Interaction, InteractionType, app_commands, ui

from bot.discord import buttons_register, commands, gate
from bot.discord.buttons import Act
from bot.discord.client_words import OLD_CARD
from bot.discord.errors import SafeItem, SafeModal, SafeTree, caught, reference, told
from bot.discord.posts_pace import Pace
from bot.discord.posts_sending import Poster
from bot.discord.respond import respond
from bot.discord.supervisor_state import DiscordState, remember
from bot.discord.text import safe
from bot.service.surroundings import Surroundings
from bot.store import Store, posts, switches
from bot.store.leases import LostLease
from bot.store.types import canonical
from resolvers.errors import CruxError

log = logging.getLogger("crux.discord")

SERVERS_S = 0.25
"""How long after the last server to wait for another before we are ready; discord.py's 2 s are for bots of many."""
COMMANDS = "discord.commands"
"""The switch that holds the hash of the commands as they were last synced."""
Registrar = Callable[["app_commands.CommandTree[Any]", Surroundings], None]
"""Adds something to a new client (`tree.client`): commands, buttons (`add_dynamic_items`), ears (`hears`), tasks."""
Ear = Callable[[discord.Message], Awaitable[None]]

REGISTRARS: tuple[Registrar, ...] = (buttons_register.register, commands.register)


class CruxClient(discord.Client):
    """discord.py's client with what Crux needs of it; a new one is built for every connection from scratch.

    `hears` are called with each message of a person on our server or in a direct message; `starts` once after login,
    each as a task that ends with the client; `forms` are the forms that are open now, `acts` what buttons do by verb.
    """

    def __init__(
        self, around: Surroundings, registrars: Sequence[Registrar], state: DiscordState, pace: Pace | None = None
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            guild_ready_timeout=SERVERS_S,
        )
        self.around = around
        self.state = state
        self.acts: dict[str, Act] = {}
        self.poster = Poster(self, around, pace=pace)
        self.forms: WeakValueDictionary[str, SafeModal] = WeakValueDictionary()
        self.hears: list[Ear] = []
        self.starts: list[Callable[[], Coroutine[Any, Any, None]]] = [self.poster.run]
        self._buttons: list[type[SafeItem]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.tree = SafeTree(
            self, allowed_installs=app_commands.AppInstallationType(guild=True, user=False), fallback_to_global=True
        )
        for register in registrars:
            register(self.tree, around)

    def refusal(self, interaction: Interaction[Any]) -> str | None:
        """Why nothing is done for this press at all; None where it may go on."""
        return gate.refusal(interaction, self.around.settings.discord)

    def add_dynamic_items(self, *items: type[ui.DynamicItem[Any]]) -> None:
        super().add_dynamic_items(*items)
        self._buttons += [each for each in items if issubclass(each, SafeItem)]

    def keep(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run something as long as the client lives; if it fails, that is logged."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _tell(f"{task.get_name()} ended", error)

    async def setup_hook(self) -> None:
        for begin in self.starts:
            self.keep(begin(), getattr(begin, "__qualname__", "discord task"))
        await self.sync_if_changed()

    async def close(self) -> None:
        tasks = [each for each in self._tasks if each is not asyncio.current_task()]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if (waiting := self._connection._ready_task) is not None:
            waiting.cancel()  # discord.py 2.7.1 forgets it, and it would look for a loop that is gone (2026-11)
        await super().close()

    async def sync_if_changed(self, *, anyway: bool = False) -> bool:
        """Give Discord our commands if they are not what it was given last; whether it was given them.

        What Discord refuses is an alarm, and all else goes on; its own failures are raised, and login is tried again.
        """
        known = {"application": str(self.application_id), "sha256": commands_hash(self.tree)}
        if not anyway and await self.around.threads.read(_synced, self.around.store) == known:
            return False
        try:
            await self.tree.sync()
        except discord.DiscordServerError:
            raise
        except (discord.HTTPException, app_commands.CommandSyncFailure) as refused:
            self.state.notes["commands"] = f"Discord refused them: {refused}"
            await self.alarm("commands", f"Discord refused the commands: {refused}")
            return False
        self.state.notes.pop("commands", None)
        await self.around.threads.write(_remember_synced, self.around.store, known)
        return True

    async def alarm(self, what: str, text: str) -> None:
        """Tell the operator, at most once an hour for each matter: in the log and in the audit channel."""
        log.warning("%s: %s", what, text)
        await self.around.threads.write(posts.alarm, self.around.store, what, text)

    async def on_ready(self) -> None:
        self.state.becomes("ready", at=self.around.store.now())
        log.info("Discord knows us as %s", self.user)
        await self.around.threads.write(remember, self.around.store, "ready", "")

    async def on_resumed(self) -> None:
        self.state.becomes("ready", at=self.around.store.now())

    async def on_disconnect(self) -> None:
        if self.state.standing == "ready" and not self.is_closed():
            self.state.becomes("connecting", "the connection was lost", at=self.around.store.now())

    async def on_guild_join(self, guild: discord.Guild) -> None:
        if guild.id != self.around.settings.discord.guild:
            log.warning("added to server %s, which is not ours: it is not served", guild.id)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self.poster.deleted(payload.message_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        for message in sorted(payload.message_ids):
            await self.poster.deleted(message)

    async def on_message(self, message: discord.Message) -> None:
        """Hand on what a person said; machines, other servers and ourselves are not listened to."""
        ours = message.guild is None or message.guild.id == self.around.settings.discord.guild
        if message.author.bot or message.webhook_id is not None or not ours:
            return
        for hear in self.hears:
            with caught("a message") as failed:
                await hear(message)
            if failed.words is not None:
                await message.reply(failed.words, mention_author=False)

    async def on_interaction(self, interaction: Interaction[Any]) -> None:
        """What no button and no form of this process answers: an old card, or a form that was open over a restart."""
        async with told(interaction, "an unknown press"):
            told_us: Mapping[str, Any] = cast("Mapping[str, Any]", interaction.data or {})
            custom_id = str(told_us.get("custom_id", ""))
            if interaction.type is InteractionType.component:
                if not any(each.pattern.fullmatch(custom_id) for each in self._buttons):
                    await respond(interaction, self.refusal(interaction) or OLD_CARD)
            elif interaction.type is InteractionType.modal_submit and custom_id not in self.forms:
                await respond(interaction, self.refusal(interaction) or _given_back(told_us))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        error = sys.exc_info()[1]
        assert error is not None
        _tell(f"event {event_method} failed", error)


def _tell(what: str, error: BaseException) -> None:
    """One line for what has words of its own, as a full disk; a lost lease is told once, by whoever keeps it."""
    if isinstance(error, CruxError):
        log.log(logging.DEBUG if isinstance(error, LostLease) else logging.WARNING, "%s: %s", what, error)
    else:
        log.error("%s: %s", reference(), what, exc_info=error)


def build(
    around: Surroundings,
    *,
    registrars: Sequence[Registrar] | None = None,
    state: DiscordState | None = None,
    pace: Pace | None = None,
) -> CruxClient:
    """A client that is ready to start; `registrars` add its commands, buttons and ears (by default all of them)."""
    logging.getLogger("discord.http").setLevel(logging.WARNING)  # at DEBUG it logs addresses that hold secrets
    return CruxClient(around, REGISTRARS if registrars is None else registrars, state or DiscordState(), pace)


def commands_hash(tree: app_commands.CommandTree[Any]) -> str:
    """sha256 of the commands as they are sent."""
    told = sorted((each.to_dict(tree) for each in tree.get_commands()), key=lambda one: (one["type"], one["name"]))
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def _synced(store: Store) -> Any:
    with store.reading() as connection:
        there = switches.switched(connection, COMMANDS)
    return None if there is None else there.value


def _remember_synced(store: Store, known: Mapping[str, str]) -> None:
    with store.transaction() as connection:
        switches.switch(connection, COMMANDS, dict(known), by="crux", because="commands synced", at=store.now())


def _given_back(data: Any) -> str:
    """What was typed into a form that nobody remembers, so that it is not lost."""
    typed = [text for text in _typed(data) if text.strip()]
    told_so = "Crux was restarted, or the form stood open for too long: nothing was decided. Press the button again."
    return "\n".join([told_so, *(["What you wrote:"] if typed else []), *(f"> {safe(text, 1500)}" for text in typed)])


def _typed(part: Any) -> list[str]:
    if isinstance(part, Mapping):
        here = [part["value"]] if isinstance(part.get("value"), str) else []
        return here + _typed(part.get("components")) + _typed(part.get("component"))
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [text for each in part for text in _typed(each)]
    return []
