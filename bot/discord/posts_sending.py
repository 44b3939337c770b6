"""Carries the rows of `posts` to Discord and keeps them true: each message once, edited in place, whatever is lost.

A row says `sending` before its message goes out and gets the message's id after. Where the answer never came, the
channel's history is looked through before anything is sent again, and the nonce makes Discord refuse a second one.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import PartialMessageable

from bot.discord import follow, threads_ended
from bot.discord import posts as showing
from bot.discord.errors import caught
from bot.discord.posts_drawing import Drawing
from bot.discord.posts_missing import EVERY_S, missing, standing
from bot.discord.posts_pace import NETWORK, THREAD_THERE, Limit, Meaning, Pace, Sleep, meaning
from bot.discord.redrawing import Redrawing
from bot.service.surroundings import Surroundings
from bot.store import posts
from bot.store.posts import Post, PostState

if TYPE_CHECKING:
    from bot.discord.client import CruxClient

log = logging.getLogger("crux.discord")

LOOKED_THROUGH = 200
"""Messages of a channel's history that are searched for one whose answer was lost."""
OLD = timedelta(hours=1)
ARCHIVES_AFTER_MIN: Literal[10080] = 10080
THREAD_WAIT_S = 5.0
IN_ORDER = ("thread:", "channel:audit", "channel:announce", "user:")
"""Places in which messages are read one after the other, so that they are sent so; cards stand each for itself."""


class Poster:
    """The one that sends and edits; `nudge` it where something may have changed."""

    def __init__(
        self, client: CruxClient, around: Surroundings, *, pace: Pace | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.client, self.around = client, around
        self.pace = pace or Pace()
        self.drawing = Drawing(around)
        self._redrawing = Redrawing(self.pace.redraw_s)
        self._limit = Limit(self.pace.per_second, sleep)
        self._nudged = asyncio.Event()
        self._busy: dict[int, str] = {}
        self._sent: dict[int, float] = {}
        self._stamp: object = None
        self._drawn = self._looked = float("-inf")
        self._since = 0

    def nudge(self) -> None:
        """Look at the rows now, and not only at the next turn."""
        self._nudged.set()

    async def run(self) -> None:
        """Go on until cancelled."""
        store, threads = self.around.store, self.around.threads
        self.around.on_wish("post", self.nudge)
        self._since = await threads.read(showing.newest_act, store)
        await threads.write(self._in_store, posts.retry_parked)
        while True:
            self._nudged.clear()
            for act in (self.refresh, self.send_due, self.look_for_missing):
                with caught(f"posting: {act.__name__}"):  # what cannot be drawn holds up nothing that can be sent
                    await act()
            await self.rest()

    async def refresh(self) -> None:
        """Put down what every card should show, if anything may have changed."""
        store, threads = self.around.store, self.around.threads
        role, debate = self.around.settings.discord.roles.reviewer, self.around.debate.debate
        now, stamp = asyncio.get_running_loop().time(), await threads.read(showing.stamp, store)
        due = await threads.read(self._redrawing.due, store, debate, now)
        moved = stamp != self._stamp or now - self._drawn >= self.pace.redraw_s
        if not moved and not due.cards:
            return
        announce = self.around.settings.discord.channels.announce is not None
        told_first = self.around.exchange.may_write
        undrawn: set[int] = set()
        made = await threads.read(
            showing.found, store, debate, store.now(),
            role=role, announce=announce, may_write=told_first, only=due.cards, undrawn=undrawn,
        )  # fmt: skip
        await threads.write(showing.put, store, made, store.now())
        self._redrawing.done(due, now, undrawn)
        if moved:
            await self._tell_others()
            self._stamp, self._drawn = stamp, now

    async def _tell_others(self) -> None:
        """The copy of the record, and what followers are told."""
        store, threads = self.around.store, self.around.threads
        if self.around.settings.discord.channels.audit is not None:
            await threads.write(showing.copy_record, store, self.around.debate.debate, self._since)
        told = await threads.read(follow.news, store, self.around.loaded(), store.now())
        await threads.write(follow.put, store, told, store.now())

    async def send_due(self) -> None:
        """Begin with what is due, as many at once as may be; each is carried out by a task of its own."""
        due = await self.around.threads.read(self._due)
        for post in due:
            if len(self._busy) >= self.pace.at_once:
                return
            if post.kind == "direct" and self._direct() >= max(1, self.pace.at_once // 2):
                continue  # many who follow one market keep no card waiting
            in_order = not post.place.startswith(IN_ORDER) or post.place not in self._busy.values()
            if post.id not in self._busy and in_order and self._rested(post):
                self._busy[post.id] = post.place
                self.client.keep(self._carry(post), f"post {post.key}")

    def _direct(self) -> int:
        return sum(place.startswith("user:") for place in self._busy.values())

    async def deleted(self, message: int) -> None:
        """A message was deleted on Discord; if it is one of ours that still matters, it is posted anew."""
        post = await self.around.threads.read(self._of_message, str(message))
        if post is not None and post.message == str(message):
            await self._write(posts.vanished, post, self.around.store.now())
            self.nudge()

    async def look_for_missing(self) -> None:
        """At the start and every hour: what was deleted while nobody told us is posted anew."""
        now = asyncio.get_running_loop().time()
        if now - self._looked < EVERY_S or not self.client.is_ready():
            return
        self._looked = now
        there = await self.around.threads.read(standing, self.around.store)
        for place in sorted({one.place for one in there}):
            number = getattr(self.around.settings.discord.channels, place.partition(":")[2], None)
            if number is not None:
                channel = self.client.get_partial_messageable(number, guild_id=self.around.settings.discord.guild)
                mine = [one for one in there if one.place == place]
                for post in await missing(channel, mine, self._limit.turn):
                    await self._write(posts.vanished, post, self.around.store.now())

    async def rest(self) -> None:
        """Until the next turn, or until somebody nudges."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.pace.poll_s):  # wait_for of 3.11 may swallow that we are cancelled
                await self._nudged.wait()

    def _rested(self, post: Post) -> bool:
        """Whether this message may be edited again already; waiting changes are shown together then."""
        before = self._sent.get(post.id)
        old = post.message is not None and self.around.store.now() - post.created_at > OLD
        gap = self.pace.old_gap_s if old else self.pace.gap_s
        return before is None or asyncio.get_running_loop().time() - before >= gap

    async def _carry(self, post: Post) -> None:
        try:
            with caught(f"post {post.key}") as failed:
                await self._attempt(post)
            if failed.words is not None:
                await self._waits(post, "parked", failed.words, self.pace.parked_s)
        finally:
            self._remember(post.id, asyncio.get_running_loop().time())
            self._busy.pop(post.id, None)
            self.nudge()

    def _remember(self, post: int, now: float) -> None:
        """When a message was sent; those that may be edited again by now are forgotten."""
        self._sent.pop(post, None)
        self._sent[post] = now
        longest = max(self.pace.gap_s, self.pace.old_gap_s)
        while now - self._sent[first := next(iter(self._sent))] > longest:
            del self._sent[first]

    async def _attempt(self, post: Post) -> None:
        try:
            channel = await self._place(post)
            if channel is not None and await self._write(posts.begin, post, self.around.store.now()):
                await self._deliver(post, channel)
        except (discord.HTTPException, *NETWORK) as error:
            await self._failed(post, error)

    async def _deliver(self, post: Post, channel: PartialMessageable) -> None:
        """Send it, edit it, or find it; what is begun is put down before."""
        message, whole = post.message, True
        if message is None and (post.state == "sending" or post.attempts):
            message = await self._found(post, channel)
        told = await self.drawing.told(post)
        await self._limit.turn()
        if message is None:
            sent = await channel.send(**told.sending(post, _nonce(post)))
            message, whole = str(sent.id), post.attempts == 0
        else:
            await channel.get_partial_message(int(message)).edit(**told.editing())
        if post.wanted.get("ends"):
            await threads_ended.archive(self.client, channel.id)
        await self._write(posts.stands, post, message, whole=whole, at=self.around.store.now())
        self.client.state.notes.pop(post.place, None)

    async def _found(self, post: Post, channel: PartialMessageable) -> str | None:
        """The message in the channel's history, if it was posted after all."""
        mine = self.client.user
        await self._limit.turn()
        begun = post.created_at - timedelta(minutes=1)
        async for message in channel.history(limit=LOOKED_THROUGH):
            if mine is not None and message.author.id == mine.id and self.drawing.is_of(post, message):
                return str(message.id)
            if message.created_at < begun:
                break
        return None

    async def _place(self, post: Post) -> PartialMessageable | None:
        """The channel it belongs to; None where there is none (yet), which is put down."""
        kind, _, name = post.place.partition(":")
        guild = self.around.settings.discord.guild
        if kind == "channel":
            number = getattr(self.around.settings.discord.channels, name, None)
            if number is None:
                await self._waits(post, "parked", f"no channel is set: discord.channels.{name}", self.pace.parked_s)
                return None
            return self.client.get_partial_messageable(number, guild_id=guild)
        if kind == "user":
            await self._limit.turn()
            direct = await self.client.create_dm(discord.Object(int(name)))
            return self.client.get_partial_messageable(direct.id)
        return await self._thread(post, name)

    async def _thread(self, post: Post, key: str) -> PartialMessageable | None:
        """The thread that hangs on another post, made when the first word is to stand in it."""
        parent = await self.around.threads.read(self._find, key)
        if parent is None or parent.state == "gone":
            await self._waits(post, "gone", f"{key} stands nowhere", None)
            return None
        guild = self.around.settings.discord.guild
        thread, name = parent.thread, parent.wanted.get("thread")
        if post.wanted.get("ends"):
            early = await self.around.threads.read(self._early, post)
            if early or thread is None:  # without a thread, and with nothing else to say, there is none to end
                state: PostState = "open" if early else "gone"
                await self._waits(post, state, "its thread is not there, or not all is said in it", THREAD_WAIT_S)
                return None
        if thread is None and parent.message is not None and name and self.client.get_guild(guild or 0) is not None:
            thread = await self._made_thread(parent, name)
        if thread is None:
            await self._waits(post, "open", f"{key} has no thread yet", THREAD_WAIT_S)
            return None
        return self.client.get_partial_messageable(int(thread), guild_id=guild)

    async def _made_thread(self, parent: Post, name: str) -> str:
        """A message can carry one thread, whose number is the message's own."""
        assert parent.message is not None
        review = getattr(self.around.settings.discord.channels, parent.place.partition(":")[2])
        channel = self.client.get_partial_messageable(review, guild_id=self.around.settings.discord.guild)
        await self._limit.turn()
        try:
            message = channel.get_partial_message(int(parent.message))
            made = str((await message.create_thread(name=name, auto_archive_duration=ARCHIVES_AFTER_MIN)).id)
        except discord.HTTPException as error:
            if error.code != THREAD_THERE:
                raise
            made = parent.message
        await self._write(posts.threaded, parent.id, made)
        return made

    async def _failed(self, post: Post, error: BaseException) -> None:
        """Put down what a failure means for the message."""
        what: Meaning = "gone" if threads_ended.is_gone(post.place, error) else meaning(error) or "unknown"
        if what == "archived":
            what = await self._woken(post)
        because, wait = f"{type(error).__name__}: {error}", self.pace.wait(post.attempts)
        if what == "vanished":
            await self._write(posts.vanished, post, self.around.store.now())
        elif what == "gone":
            await self._waits(post, "gone", because, None)
        elif what == "parked":
            await self._waits(post, "parked", because, self.pace.parked_s)
            self.client.state.notes[post.place] = because
            if post.kind != "alert":
                await self.client.alarm(post.place, f"Discord does not let Crux post {post.key}: {because}")
        elif what == "later":
            await self._waits(post, "open", because, max(wait, getattr(error, "retry_after", 0.0)))
        else:
            log.warning("%s: whether it was posted is not known: %s", post.key, because)
            await self._waits(post, "sending", because, wait)

    async def _woken(self, post: Post) -> Meaning:
        """Take a thread out of the archive, so that it can be written to again."""
        place = await self._place(post)
        if place is None:
            return "later"
        return "later" if await threads_ended.wake(self.client, place.id) else "gone"

    async def _waits(self, post: Post, state: PostState, because: str, seconds: float | None) -> None:
        until: datetime | None = None
        if seconds is not None:
            until = self.around.store.now() + timedelta(seconds=seconds)
        await self._write(posts.waits, post, state, because, until)

    async def _write(self, act: Any, *args: Any, **kwargs: Any) -> Any:
        return await self.around.threads.write(self._in_store, act, *args, **kwargs)

    def _in_store(self, act: Any, *args: Any, **kwargs: Any) -> Any:
        with self.around.store.transaction() as connection:
            return act(connection, *args, **kwargs)

    def _due(self) -> Sequence[Post]:
        with self.around.store.reading() as connection:
            return posts.due(connection, self.around.store.now(), 500, IN_ORDER)

    def _find(self, key: str) -> Post | None:
        with self.around.store.reading() as connection:
            return posts.find(connection, key)

    def _early(self, post: Post) -> bool:
        with self.around.store.reading() as connection:
            return threads_ended.is_early(connection, post)

    def _of_message(self, message: str) -> Post | None:
        with self.around.store.reading() as connection:
            return posts.of_message(connection, message)


def _nonce(post: Post) -> str:
    """Stable for one message over every retry, another once it was deleted; 25 characters at most."""
    digest = base64.b32encode(hashlib.sha256(post.key.encode()).digest()).decode("ascii").lower()
    return f"{digest[:18]}:{post.losses}"
