"""Lists that page: which list, of what, whose, and which page all stand in the buttons, so they outlive any restart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import discord
from discord import Interaction, ui

from bot.chat.store_tools import StoreTools
from bot.discord.autocomplete import index_of
from bot.discord.beginning import admitted
from bot.discord.cards_message import CUSTOM_ID
from bot.discord.client_words import OLD_CARD
from bot.discord.errors import SafeItem, SafeView
from bot.discord.gate import Role, around_of
from bot.discord.respond import acknowledge, respond
from bot.discord.text import safe
from markets.fields import utf16
from resolvers.errors import Refusal

ROWS = 8
"""Lines of a page."""
WAYS = {"f": "⏮ First", "b": "◀ Back", "n": "Next ▶", "l": "Last ⏭"}
FORM = (
    r"p1:(?P<way>[fbnl]):(?P<kind>[a-z]{1,12}):(?P<page>[0-9]{1,6}):(?P<asker>[0-9]{1,20}):"
    r"(?P<state>[a-z]{0,12}):(?P<query>[^\n]*)"
)


@dataclass(frozen=True, slots=True)
class Turned:
    """Which page of which list is shown to whom. From a button it is as forgeable as any custom_id."""

    kind: str
    asker: int
    page: int = 0
    state: str = ""
    query: str = ""

    def custom_id(self, way: str) -> str:
        """The query is cut so that it fits; it is cut the same on every page."""
        start = f"p1:{way}:{self.kind}:{self.page}:{self.asker}:{self.state}:"
        return start + self.query


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: its heading, what is in it, what is said where there is nothing, and how one of it becomes a line.

    `line` is asked for those of one page only; what it gives is shown as it is.
    """

    heading: str
    things: Sequence[Any]
    nothing: str
    line: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class List:
    """How a kind of list is made (in a thread), and who may see it."""

    make: Callable[[StoreTools, Turned], Listed]
    role: Role = "anyone"


class Page(SafeItem, template=FORM):
    """One of the four buttons below a list."""

    def __init__(self, turned: Turned, way: str, *, disabled: bool = False) -> None:
        self.turned = turned
        style = discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=WAYS[way], style=style, custom_id=turned.custom_id(way), disabled=disabled))

    @classmethod
    async def from_custom_id(cls, interaction: Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        turned = Turned(match["kind"], int(match["asker"]), int(match["page"]), match["state"], match["query"])
        return cls(turned, match["way"])

    async def press(self, interaction: Interaction[Any]) -> None:
        turned, lists = self.turned, interaction.client.lists
        if turned.kind not in lists:
            await respond(interaction, OLD_CARD)
            return
        admitted(interaction, lists[turned.kind].role)
        if interaction.user.id != turned.asker:
            raise Refusal("This list was made for somebody else: ask for one of your own.")
        if await acknowledge(interaction):
            embed, view = await _page(interaction, turned)
            nobody = discord.AllowedMentions.none()
            await interaction.edit_original_response(embed=embed, view=view, allowed_mentions=nobody)


async def send_list(interaction: Interaction[Any], kind: str, *, state: str = "", query: str = "") -> None:
    """Answer with the first page, which only the asker sees."""
    admitted(interaction, interaction.client.lists[kind].role)
    if await acknowledge(interaction, thinking=True):
        embed, view = await _page(interaction, _fitting(Turned(kind, interaction.user.id, 0, state, query)))
        await respond(interaction, embed=embed, view=view)


def _fitting(turned: Turned) -> Turned:
    """With so much of the query as every page's buttons can carry."""
    room = CUSTOM_ID - utf16(replace(turned, page=999_999, query="").custom_id("f"))
    query = " ".join(turned.query.split())
    while utf16(query) > room:
        query = query[:-1]
    return replace(turned, query=query)


async def _page(interaction: Interaction[Any], turned: Turned) -> tuple[discord.Embed, SafeView]:
    around, made = around_of(interaction), interaction.client.lists[turned.kind].make
    tools = await index_of(interaction).tools()
    return await around.threads.read(lambda: shown(made(tools, turned), turned))


def shown(listed: Listed, turned: Turned) -> tuple[discord.Embed, SafeView]:
    """One page of a list, and its buttons; those that lead nowhere are disabled, and one page has none."""
    last = max(0, (len(listed.things) - 1) // ROWS)
    page = min(turned.page, last)
    lines = [listed.line(each) for each in listed.things[page * ROWS : (page + 1) * ROWS]]
    embed = discord.Embed(title=safe(listed.heading, 200), description="\n".join(lines or [listed.nothing]))
    embed.set_footer(text=f"{len(listed.things)} in all · page {page + 1} of {last + 1}")
    ways = {"f": 0, "b": max(0, page - 1), "n": min(last, page + 1), "l": last}
    here = ("f", "b") if page == 0 else ()
    there = ("n", "l") if page == last else ()
    pages = [Page(replace(turned, page=to), way, disabled=way in here + there) for way, to in ways.items()]
    return embed, SafeView(*(pages if last else []))
