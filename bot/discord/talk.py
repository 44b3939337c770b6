"""Chat: what a person says to the bot, handed to whoever understands it, and the answer with its buttons and chart.

Nothing is done by a sentence. What a person spoke of last is remembered for ten minutes, in memory and nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord import Interaction

from bot.chat.answering import answer
from bot.chat.replies import Context, Intent, Reply
from bot.discord.autocomplete import Index
from bot.discord.beginning import pressed
from bot.discord.market_press import Named
from bot.discord.pace import PersonalPace, too_fast
from bot.discord.pictures import market_chart
from bot.discord.respond import UNREACHABLE, respond
from bot.discord.talk_buttons import LABELS, view_of_reply
from bot.discord.talk_context import About, place_of
from bot.discord.text import safe
from bot.service.surroundings import Surroundings
from bot.store import phrases

REMEMBERED = timedelta(minutes=10)
MOST_REMEMBERED = 1000
"""People, and answers, that are kept in mind at once."""
PACE = ((10.0, 5), (600.0, 40))
"""(seconds, sentences of one person that are answered within them)."""
TYPES_AFTER_S = 1.0
LINE = 480
LINES = 4
SUGGESTED = 3
MOST_UNITS = 2000
"""UTF-16 units of a message on Discord."""
NOT_KEPT = re.compile(r"\b(?:please\s+)?(?:don['’]?t|do\s+not)\s+keep\s+this\b[.!]?", re.IGNORECASE)
MOMENT = re.compile(r"\b(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d) UTC\b")
TO_US = ("social", "keeping")
"""What is answered only where it was said to us: others thank each other, and for them nothing was put down."""
NOT_DRAWN = "Its chart is left out, as you were drawn many at once; ask for it again in a moment."


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it is sent."""

    reply: Reply
    text: str
    view: discord.ui.View | None
    files: list[discord.File]


@dataclass(frozen=True, slots=True)
class _Last:
    said: str
    slug: str | None
    intent: Intent
    choices: tuple[str, ...]
    at: datetime


@dataclass
class Talk:
    """One client's ears and memory; `clock` counts seconds of the machine's own."""

    client: Any
    around: Surroundings
    index: Index
    clock: Callable[[], float]
    _last: OrderedDict[str, _Last] = field(default_factory=OrderedDict)
    _answers: OrderedDict[int, str] = field(default_factory=OrderedDict)
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        self.pace = PersonalPace(self.clock, PACE)
        self.overheard = PersonalPace(self.clock, PACE)

    async def hear(self, message: discord.Message) -> None:
        """Answer what was said to us: a mention, a reply to us, a direct message, or in a proposal's thread."""
        me = self.client.user
        place = None if me is None else await place_of(self.around, message, me.id, self._answers)
        said = " ".join(re.sub(rf"<@!?{me.id}>", " ", message.content).split()) if me else ""
        if place is None or not (said or place.addressed):
            return
        account = str(message.author.id)
        pace = self.pace if place.addressed else self.overheard  # talk among people uses up nobody's questions
        wait = pace.wait_s(account)
        if wait > 0:
            if place.addressed and self.pace.tells(account, wait):
                await self._reply(message, too_fast(wait))
            return
        turn = self._turns.setdefault(account, asyncio.Lock())
        async with turn:
            made = await self._while_typing(message, self.answered(account, said or "help", place))
        if place.addressed or (made.reply.confident and made.reply.intent not in TO_US):
            sent = await self._reply(message, made.text, view=made.view, files=made.files)
            if sent is not None and made.reply.slug:
                _keep(self._answers, sent.id, made.reply.slug)

    def not_too_fast(self, account: str) -> None:
        """Refusal where this person asks more than is answered."""
        self.pace.require(account)

    async def answered(self, account: str, said: str, about: About | None = None) -> Answered:
        """The answer to a sentence of this person, and what they spoke of kept in mind."""
        about, before = about or About(), self._before(account)
        keeps = about.addressed and about.chosen is None and NOT_KEPT.search(said) is None
        words = NOT_KEPT.sub(" ", said).strip()
        tools, threads = await self.index.tools(), self.around.threads
        of_proposal = await threads.read(tools.slug_of_proposal, about.proposal) if about.proposal else None
        context = Context(
            asker=account,
            now=tools.now,
            proposal=about.proposal,
            slug=about.slug or of_proposal,
            last_slug=before.slug if before else None,
            last_intent=about.intent or (before.intent if before else None),
            choices=before.choices if before else (),
            chosen=about.chosen,
            wanted=about.intent,
        )
        reply = await threads.read(answer, tools, words, context)
        slug = reply.slug or (before.slug if before else None)
        offered = tuple(each for each, _ in reply.choices) or (context.choices if about.chosen else ())
        if about.addressed:
            _keep(self._last, account, _Last(words, slug, reply.intent, offered, tools.now))
        keeps = keeps and self.around.settings.discord.keep_phrases
        if reply.keep is not None and about.addressed:
            change = phrases.go_on if reply.keep else phrases.stop
            await threads.write(change, self.around.store, account, tools.now)
        keeps = keeps and reply.intent != "keeping" and await threads.read(tools.keeps, account)
        if keeps and words and (reply.intent == "unknown" or not reply.confident):
            await threads.write(phrases.keep, self.around.store, words, reply.intent, tools.now)
        view = await threads.read(view_of_reply, self.around.store, tools, reply)
        files, text = [], words_of(reply)
        if reply.chart is not None and self.client.charts.wait_s(account) > 0:
            text = cut16(f"{text}\n{NOT_DRAWN}", MOST_UNITS)
        elif reply.chart is not None:
            chart = await market_chart(self.around, tools, reply.chart, await threads.read(tools.verdict, reply.chart))
            files = [chart] if chart else []
        return Answered(reply, text, view, files)

    async def chosen(self, interaction: Interaction[Any], named: Named) -> None:
        """One of the markets that could have been meant was chosen: the same question again, of that one."""
        who = await pressed(interaction)
        if who is None:
            return
        self.not_too_fast(who.account)
        before, intent = self._before(who.account), _intent(named.more)
        said = before.said if before is not None and (intent or named.slug in before.choices) else ""
        made = await self.answered(who.account, said, About(chosen=named.slug, intent=intent))
        await respond(interaction, made.text, view=made.view, files=made.files)

    def _before(self, account: str) -> _Last | None:
        found = self._last.get(account)
        return found if found is not None and self.around.store.now() - found.at <= REMEMBERED else None

    async def _while_typing(self, message: discord.Message, work: Any) -> Answered:
        """Show that we type only where it takes long."""
        task: asyncio.Task[Answered] = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=TYPES_AFTER_S)
            if not done:
                with contextlib.suppress(*UNREACHABLE):  # nobody has to see it
                    await message.channel.typing()
            return await task
        finally:
            task.cancel()

    async def _reply(
        self,
        message: discord.Message,
        text: str,
        *,
        view: discord.ui.View | None = None,
        files: list[discord.File] | None = None,
    ) -> discord.Message | None:
        """Under the message, pinging nobody; None where Discord does not let us."""
        more: dict[str, Any] = {"view": view} if view is not None else {}
        more |= {"files": files} if files else {}
        nobody = discord.AllowedMentions.none()
        try:
            return await message.reply(
                text, mention_author=False, allowed_mentions=nobody, suppress_embeds=True, **more
            )
        except (discord.Forbidden, discord.NotFound):
            return None


def words_of(reply: Reply) -> str:
    """The lines, each made safe, with moments in the reader's own zone; then what could be asked instead."""
    told = [_timed(safe(line, LINE)) for line in reply.lines[:LINES]]
    if reply.suggestions:
        told.append("You can ask: " + " · ".join(f"“{safe(each, 80)}”" for each in reply.suggestions[:SUGGESTED]))
    return cut16("\n".join(told), MOST_UNITS)


def cut16(text: str, units: int) -> str:
    """The beginning of a text that fits in so many UTF-16 units, which is how Discord counts; no letter is halved."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")


def _timed(line: str) -> str:
    """`2026-03-01 12:00 UTC` as Discord's own time stamp."""

    def stamp(found: re.Match[str]) -> str:
        try:
            at = datetime(*(int(each) for each in found.groups()), tzinfo=UTC)  # type: ignore[arg-type,misc]  # five numbers
        except ValueError:
            return found.group()
        return f"<t:{int(at.timestamp())}:f> (<t:{int(at.timestamp())}:R>)"

    return MOMENT.sub(stamp, line)


def _intent(word: str) -> Intent | None:
    return next((intent for intent in LABELS if intent == word), None)


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MOST_REMEMBERED:
        kept.popitem(last=False)
