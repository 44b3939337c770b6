"""The buttons that name a market and not a proposal: `m1:<verb>:<market>`, and for a confirmation a word more.

What a verb does is looked up in a table of the client's, as with the buttons of cards.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

from discord import Interaction, ui

from bot.discord.autocomplete import index_of
from bot.discord.buttons import STYLES
from bot.discord.cards_message import Style, web
from bot.discord.client_words import OLD_CARD
from bot.discord.errors import SafeItem, SafeView, link_button
from bot.discord.respond import respond

FORM = r"m1:(?P<verb>[a-z-]{1,14}):(?P<slug>[a-z0-9-]{1,60})(?::(?P<more>[0-9a-z.]{1,16}))?"
NONE = "-"
"""In place of a market, for what concerns all of them."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a button says: a verb, a market, and a word more where there is one. Forgeable."""

    verb: str
    slug: str
    more: str = ""

    def custom_id(self) -> str:
        return f"m1:{self.verb}:{self.slug}" + (f":{self.more}" if self.more else "")


MarketAct = Callable[[Interaction[Any], Named], Awaitable[None]]


class MarketPress(SafeItem, template=FORM):
    """A button that names a market."""

    def __init__(self, named: Named, label: str = "·", style: Style = "secondary") -> None:
        self.named = named
        super().__init__(ui.Button(label=label, style=STYLES[style], custom_id=named.custom_id()))

    @classmethod
    async def from_custom_id(cls, interaction: Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(Named(match["verb"], match["slug"], match["more"] or ""))

    async def press(self, interaction: Interaction[Any]) -> None:
        act: MarketAct | None = interaction.client.market_acts.get(self.named.verb)
        if act is None or not (self.named.slug == NONE or await index_of(interaction).knows(self.named.slug)):
            await respond(interaction, OLD_CARD)
        else:
            await act(interaction, self.named)


def about(slug: str, url: str | None = None) -> SafeView:
    """What one can ask about a market that is shown."""
    words = [("Why?", "why"), ("Evidence", "evidence"), ("Rules", "rules"), ("Follow", "follow")]
    made: list[SafeItem | ui.Button[Any]] = [MarketPress(Named(verb, slug), label) for label, verb in words]
    address = web(url or "")
    return SafeView(*made, *([link_button("Market", address)] if address else []))
