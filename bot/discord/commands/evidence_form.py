"""The form by which somebody puts forward a link: for which market, which side it speaks for, what it shows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import discord
from discord import Interaction, ui

from bot.discord.autocomplete import index_of
from bot.discord.errors import SafeModal
from bot.discord.gate import allowed, around_of
from bot.discord.respond import acknowledge, respond
from bot.discord.text import address, plain, safe
from bot.evidence_links import MOST_CHARS, Looker, checked, put_forward
from bot.store.submissions import STANCES, Offered
from resolvers.errors import CruxError, Refusal

NOTE_CHARS = 1000
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


class EvidenceForm(SafeModal):
    """Opened empty for a market, or filled with a message that somebody said."""

    def __init__(self, market: str = "", quoted: Quoted | None = None) -> None:
        super().__init__("Put forward evidence")
        self._quoted, self._known = quoted, market
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
        for text, description, part in (
            ("Market", "Its name, its link, or a few words of it", self.market),
            ("Link", "https only; it is looked at once, and never counted by a rule", self.url),
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
            typed = (self.market.value, self.url.value, self.note.value)
            raise Refusal("\n".join([str(refused), "What you wrote:", *typed])) from refused

    async def _sent(self, interaction: Interaction[Any], account: str, name: str) -> None:
        around = around_of(interaction)
        slug = await index_of(interaction).resolve(self.market.value)
        stance = next((each for each in STANCES if each == self.stance.value), None)
        if stance is None:
            raise Refusal("Say which side it speaks for: for, against, or neutral.")
        quoted, url = self._quoted, checked(self.url.value)
        own_words = quoted is not None and url == quoted.jump
        offered = Offered(
            around.debate.debate, slug, account, name, url, self.note.value, stance, quoted.jump if quoted else None
        )
        raw = quoted.text.encode() if quoted is not None and own_words else None
        made, new = await around.threads.write(put_forward, around.store, offered, raw)
        if not new:
            who = safe(made.name, 60)
            await respond(interaction, f"{who} put this link forward already: submission {made.id}, {made.state}.")
            return
        if made.state == "waiting":
            interaction.client.keep(look(interaction.client.links), "look at links")
        await respond(
            interaction,
            f"Submission {made.id} for `{slug}`: {address(url, 300)}\nIt is looked at now and shown to reviewers; "
            "it counts for nothing until they accept it, and changes no verdict by itself.",
        )


async def look(links: Looker) -> None:
    """Look at what waits."""
    await links.look()
