"""What is offered while somebody types, from memory alone; and what they meant by what they sent, looked at again.

The index over a debate's markets is built in a thread whenever the files were read anew; the loop only asks it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast, get_args

import sqlalchemy as sa
from discord import AppCommandOptionType, Interaction, app_commands

from bot.chat.matching import Titles
from bot.chat.store_tools import StoreTools, titles_of
from bot.chat.subjects import CLEAR, SURE
from bot.chat.wording import read
from bot.discord.errors import Choices, suggesting
from bot.discord.gate import allowed
from bot.discord.text import plain
from bot.service.surroundings import Surroundings
from bot.store import Store, markets, posts, proposals
from bot.store.proposals import ENDED, Proposal, ProposalState
from bot.told_short import answer
from markets.load import Loaded
from resolvers.errors import Refusal

CHOICES, CHARS = 25, 100
"""Discord takes no more choices, and no longer ones."""
FRESH_S = 2.0
"""How old the list of living proposals may be when one is typed."""
LOOKS_S = 1.0
"""How often it is asked whether the files were read anew."""
WAITED_S = 0.15
"""How long a suggestion waits for a newer list before it shows the last one."""
ALIVE: tuple[ProposalState, ...] = tuple(state for state in get_args(ProposalState) if state not in ENDED)
ON_MANIFOLD: tuple[ProposalState, ...] = ("resolved", "undoing", "undone")
NUMBER = re.compile(r"#?p?(\d{1,9})", re.IGNORECASE)


@dataclass
class Index:
    """The markets and living proposals of the debate, to be suggested; one for each client.

    `clock` counts seconds of the machine's own.
    """

    around: Surroundings
    clock: Callable[[], float]
    _titles: Titles | None = None
    _of: Loaded | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _proposals: tuple[tuple[int, str], ...] = ()
    _looked: float = float("-inf")
    _looking: asyncio.Task[None] | None = None

    async def titles(self) -> Titles:
        """The search index of what is loaded now."""
        async with self._turn:
            loaded = self.around.loaded()
            if self._titles is None or loaded is not self._of:
                self._titles = await self.around.threads.read(titles_of, loaded)
                self._of = loaded
            return self._titles

    async def tools(self) -> StoreTools:
        """What an answer may read, as of now."""
        titles = self._titles or await self.titles()
        store = self.around.store
        return StoreTools(store, self.around.loaded(), store.now(), titles, partial(_is_up, store))

    async def ready(self) -> None:
        """Have everything in memory before anybody types."""
        await self.titles()
        await self._look()

    async def keep(self) -> None:
        """Have it ready, and build it anew whenever the files were read anew, until cancelled."""
        await self.ready()
        while True:
            await asyncio.sleep(LOOKS_S)
            await self.titles()

    async def markets(self, typed: str) -> list[tuple[str, str]]:
        """(slug, question) for what is being typed; while a new index is being built, from the last."""
        titles = self._titles or await self.titles()
        return await asyncio.to_thread(titles.suggest, typed, CHOICES)

    async def proposals(self, typed: str) -> list[tuple[int, str]]:
        """(number, words) of living proposals whose number or words begin so."""
        if self.clock() - self._looked > FRESH_S:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            done, _ = await asyncio.wait({self._looking}, timeout=WAITED_S)
            for each in done:
                each.result()
        wanted, number = typed.strip().lower(), typed.strip().lstrip("#pP")
        return [
            (each, words)
            for each, words in self._proposals
            if (str(each).startswith(number) if number.isdigit() else wanted in words.lower())
        ][:CHOICES]

    async def knows(self, slug: str) -> bool:
        """Whether there is a market of this very name, in the files or on record."""
        titles = self._titles or await self.titles()
        if titles.title(slug) is not None:
            return True
        return await self.around.threads.read(_opened, self.around.store, self.around.debate.debate, slug)

    async def resolve(self, said: str) -> str:
        """The market meant by a slug, a link, a proposal's number or a few words; Refusal where that is not clear."""
        titles = self._titles or await self.titles()
        wanted = said.strip()
        if titles.title(wanted.lower()) is not None:
            return wanted.lower()
        return await self.around.threads.read(_meant, await self.tools(), wanted)

    async def _look(self) -> None:
        store, debate = self.around.store, self.around.debate.debate
        self._proposals = await self.around.threads.read(_told, store, debate)
        self._looked = self.clock()


def index_of(interaction: Interaction[Any]) -> Index:
    """The index of the client that was reached."""
    return cast(Index, interaction.client.index)


class MarketNamed(app_commands.Transformer):
    """A market, suggested while it is typed; what was sent is a slug, a link, a number or a few words."""

    @property
    def type(self) -> AppCommandOptionType:
        return AppCommandOptionType.string

    async def transform(self, interaction: Interaction[Any], value: Any, /) -> str:
        return await index_of(interaction).resolve(str(value))

    @suggesting
    async def autocomplete(  # type: ignore[override]  # discord.py allows numbers as values too
        self, interaction: Interaction[Any], value: str, /
    ) -> Choices:
        found = await index_of(interaction).markets(value)
        return [app_commands.Choice(name=_name(question, slug), value=slug) for slug, question in found]


class ProposalNumbered(app_commands.Transformer):
    """A proposal by its number, as `17`, `#17` or `P17`; living ones are suggested."""

    @property
    def type(self) -> AppCommandOptionType:
        return AppCommandOptionType.string

    async def transform(self, interaction: Interaction[Any], value: Any, /) -> int:
        found = NUMBER.fullmatch(str(value).strip())
        if found is None:
            raise Refusal("A proposal is named by its number: pick one of the suggestions, or write 17.")
        return int(found[1])

    @suggesting
    async def autocomplete(  # type: ignore[override]  # as above
        self, interaction: Interaction[Any], value: str, /
    ) -> Choices:
        allowed(interaction, "reviewer")
        found = await index_of(interaction).proposals(value)
        return [app_commands.Choice(name=_name(words, str(number)), value=str(number)) for number, words in found]


class ClaimNamed(app_commands.Transformer):
    """A claim of the debate by its name."""

    @property
    def type(self) -> AppCommandOptionType:
        return AppCommandOptionType.string

    async def transform(self, interaction: Interaction[Any], value: Any, /) -> str:
        return str(value).strip()

    @suggesting
    async def autocomplete(  # type: ignore[override]  # as above
        self, interaction: Interaction[Any], value: str, /
    ) -> Choices:
        arguments = index_of(interaction).around.loaded().arguments
        wanted = value.strip().lower()
        there = arguments.claims.items() if arguments else ()
        found = [(name, claim.text) for name, claim in there if wanted in f"{name} {claim.text}".lower()]
        return [app_commands.Choice(name=_name(f"{name}: {text}", name), value=name) for name, text in found[:CHOICES]]


def _name(words: str, otherwise: str) -> str:
    """What a choice shows: never empty, never a ping, never too long."""
    return plain(words, CHARS) or otherwise[:CHARS]


def living(store: Store, debate: str) -> list[Proposal]:
    """The debate's proposals that have not ended and whose card was put up: nobody is told of one before."""
    with store.reading() as connection:
        there = {one.id for one in markets.every(connection, debate, living=True)}
        found = [one for one in proposals.listing(connection, states=ALIVE) if one.market in there]
        up = put_up(connection, [one.id for one in found])
    return [one for one in found if one.id in up]


def put_up(connection: sa.Connection, numbers: Sequence[int]) -> set[int]:
    """Which of these proposals have a card: it goes out together with the notice to traders."""
    cards = {f"card:{number}": number for number in numbers}
    return {cards[key] for key in posts.bodies(connection, list(cards))}


def _is_up(store: Store, number: int) -> bool:
    """Whether a proposal has, or had, a card; or is as public as can be, being resolved on Manifold."""
    with store.reading() as connection:
        return bool(put_up(connection, [number])) or proposals.get(connection, number).state in ON_MANIFOLD


def _told(store: Store, debate: str) -> tuple[tuple[int, str], ...]:
    """Number and words of each of them, the newest first."""
    with store.reading() as connection:
        slugs = {one.id: one.slug for one in markets.every(connection, debate, living=True)}
    found = sorted(living(store, debate), key=lambda one: -one.id)
    return tuple(
        (one.id, f"{one.id}: {slugs[one.market]} → {answer(one.outcome)} ({one.state})")
        for one in found
        if one.market in slugs
    )


def _opened(store: Store, debate: str, slug: str) -> bool:
    with store.reading() as connection:
        return markets.find(connection, debate, slug) is not None


def _meant(tools: StoreTools, said: str) -> str:
    numbered = NUMBER.fullmatch(said)
    slug = tools.slug_of_proposal(int(numbered[1])) if numbered else None
    slug = slug or (tools.slug_at(said) if "://" in said else None)
    if slug is not None:
        return slug
    assert tools.loaded.debate is not None
    if _opened(tools.store, tools.loaded.debate.debate, said.lower()):
        return said.lower()
    hits = tools.titles.find(read(said).words, 3)
    if not hits or hits[0].share < SURE:
        raise Refusal(f"No market is called “{said[:100]}”: pick one of the suggestions, or see /market list.")
    if len(hits) > 1 and hits[0].share - hits[1].share < CLEAR:
        raise Refusal(f"Several markets could be meant: {', '.join(hit.slug for hit in hits)}. Name one of them.")
    return hits[0].slug


Market = app_commands.Transform[str, MarketNamed]
Numbered = app_commands.Transform[int, ProposalNumbered]
ClaimName = app_commands.Transform[str, ClaimNamed]
