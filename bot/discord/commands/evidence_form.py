"""The form by which somebody puts forward a link or a file: for which market, on which side, and what it shows."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import discord
from discord import Interaction, ui

from bot.discord.autocomplete import index_of
from bot.discord.errors import SafeModal
from bot.discord.gate import allowed, around_of
from bot.discord.respond import acknowledge, respond
from bot.discord.text import address, plain, safe
from bot.evidence_links import FILE_LIMITS, MOST_CHARS, Looker, checked, misnamed, put_forward, unfit
from bot.store import Store, submissions
from bot.store.submissions import STANCES, Offered, Submission
from resolvers.errors import CruxError, Refusal

NOTE_CHARS = 1000
WAITED_S = 8.0
"""How long whoever puts a link forward waits for what came of it, before they are told that it is looked at."""
FILES = ((10.0, 3), (300.0, 6), (3600.0, 20))
"""(seconds, files that one person may hand in within them): each is fetched before anything else is known of it."""
HTTPS = re.compile(r"https://[^\s<>()\[\]]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message on Discord that is put forward: who said it, where, and its words under their hash."""

    author: str
    jump: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def link(self) -> str:
        """The first link in it, or where it stands itself."""
        found = HTTPS.search(self.text)
        return found.group().rstrip(".,;:!?")[:MOST_CHARS] if found else self.jump

    def note(self) -> str:
        head = f"{plain(self.author, 60)} on Discord, {self.jump}, sha256 {self.sha256}: "
        return head + plain(self.text, max(1, NOTE_CHARS - len(head) - 1)) if self.text else head


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that somebody hands in, as Discord keeps it."""

    name: str
    url: str

    @classmethod
    def of(cls, given: discord.Attachment) -> Attached:
        """Refusal where it is too large, of a type that is not kept, or kept elsewhere than at Discord."""
        most = FILE_LIMITS.max_bytes
        because = unfit(given.content_type, given.filename) or misnamed(given.filename)
        if given.size > most:
            because = f"it has {given.size:,} bytes, and at most {most:,} are kept"
        if _origin(given.url) != _origin(discord.Asset.BASE):
            because = "it does not lie with Discord, and files are taken from nowhere else"
        if because is not None:
            raise Refusal(f"{given.filename} cannot be put forward: {because}.")
        return cls(plain(given.filename, 80), given.url)

    def address_of(self, data: bytes) -> str:
        """The same for the same bytes of the same name; Discord's own address ends to work after a day."""
        return f"file:{hashlib.sha256(data).hexdigest()[:16]}/{self.name}"


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


class EvidenceForm(SafeModal):
    """Opened empty for a market, with a file instead of a link, or filled with a message that somebody said."""

    def __init__(self, market: str = "", quoted: Quoted | None = None, attached: Attached | None = None) -> None:
        super().__init__(f"Put forward {attached.name}" if attached else "Put forward evidence")
        self._quoted, self._attached = quoted, attached
        self.market: ui.TextInput[Any] = ui.TextInput(default=market or None, max_length=150, required=True)
        link = quoted.link if quoted else None
        self.url: ui.TextInput[Any] = ui.TextInput(default=link, max_length=MOST_CHARS, placeholder="https://…")
        self.stance: ui.RadioGroup[Any] = ui.RadioGroup(
            options=[discord.RadioGroupOption(label=each, value=each) for each in STANCES], required=True
        )
        note = quoted.note() if quoted else None
        paragraph = discord.TextStyle.paragraph
        self.note: ui.TextInput[Any] = ui.TextInput(
            style=paragraph, default=note, min_length=5, max_length=NOTE_CHARS, required=True
        )
        link_part = ("Link", "https only; it is looked at once, and never counted by a rule", self.url)
        for text, description, part in (
            ("Market", "Its name, its link, or a few words of it", self.market),
            *(() if attached else (link_part,)),
            ("It speaks", "for the market's YES or first answer, against it, or neither", self.stance),
            ("What it shows", "It is shown to reviewers, with your name", self.note),
        ):
            self.add_item(ui.Label(text=text, description=description, component=part))

    async def on_submit(self, interaction: Interaction[Any]) -> None:
        who = allowed(interaction, "submitter")
        if not await acknowledge(interaction, thinking=True):
            return
        try:
            await self._sent(interaction, who.account, who.name)
        except CruxError as refused:
            typed = [each.value for each in (self.market, self.url, self.note) if each.value]
            raise Refusal("\n".join([str(refused), "What you wrote:", *typed])) from refused

    async def _sent(self, interaction: Interaction[Any], account: str, name: str) -> None:
        around = around_of(interaction)
        slug = await index_of(interaction).resolve(self.market.value)
        stance = next((each for each in STANCES if each == self.stance.value), None)
        if stance is None:
            raise Refusal("Say which side it speaks for: for, against, or neutral.")
        url, raw, what = await self._brought(interaction.client.links)
        jump = self._quoted.jump if self._quoted else None
        offered = Offered(around.debate.debate, slug, account, name, url, self.note.value, stance, jump)
        made, new = await around.threads.write(put_forward, around.store, offered, raw, what)
        if not new:
            who = safe(made.name, 60)
            await respond(interaction, f"{who} put this forward already: submission {made.id}, {made.state}.")
            return
        if made.state == "waiting":
            made = await self._looked(interaction, made)
        await respond(
            interaction,
            f"Submission {made.id} for `{slug}`: {address(url, 300)}\n{_became(made)} to reviewers; "
            "it counts for nothing until they accept it, and changes no verdict by itself.",
        )

    async def _looked(self, interaction: Interaction[Any], made: Submission) -> Submission:
        """The submission once its link was looked at, or as it is where that takes longer than anybody waits."""
        around = around_of(interaction)
        look_at_it = interaction.client.keep(look(interaction.client.links), "look at links")
        await asyncio.wait({look_at_it}, timeout=WAITED_S)
        return await around.threads.read(_again, around.store, made.id)

    async def _brought(self, links: Looker) -> tuple[str, bytes | None, str]:
        """Under which address it stands, the bytes where they are here already, and what these are."""
        if self._attached is not None:
            data = await links.file(self._attached.url, self._attached.name)
            return self._attached.address_of(data), data, f"the file {self._attached.name}, {len(data):,} bytes"
        quoted, url = self._quoted, checked(self.url.value)
        own_words = quoted is not None and url == quoted.jump
        return url, quoted.text.encode() if quoted is not None and own_words else None, "the words of the message"


def _again(store: Store, number: int) -> Submission:
    with store.reading() as connection:
        return submissions.get(connection, number)


def _became(made: Submission) -> str:
    """What came of looking at it."""
    if made.state == "unreachable":
        return f"Nothing of it is kept: {safe(made.because, 300)}. The link itself is shown"
    return "It is kept and shown" if made.state == "fetched" else "It is looked at now and shown"


async def look(links: Looker) -> None:
    """Look at what waits."""
    await links.look()
