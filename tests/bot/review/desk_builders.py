"""A reviewer's desk over the lived-through debate: the surroundings that Discord and a terminal hand to the rules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from crux_builders import DEBATE, World, living

from bot.platform import Platform
from bot.review.deciding import Decided, decide
from bot.review.people import Actor, issue_code, redeem
from bot.review.undo import undo
from bot.service.surroundings import Surroundings
from bot.service.threads import Threads
from bot.settings import Settings
from markets.manifold import Manifold
from resolvers.errors import Outside

T = TypeVar("T")

FIVE = DEBATE.replace("{ann: {}, ben: {}, cat: {}}", "{ann: {}, ben: {}, cat: {}, dan: {}, eve: {}}")
"""The small debate with as many reviewers as two disputes ask for."""


@dataclass
class Exchange:
    """The world's own connection; `fails` makes every write to it end before it has begun."""

    world: World
    fails: bool = False

    @property
    def client(self) -> Manifold:
        return self.world.platform.client

    @property
    def may_write(self) -> bool:
        return True

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Platform]:
        if self.fails:
            raise Outside("Manifold cannot be reached: try again")
        yield self.world.platform

    async def carry(self, act: Callable[[Platform], Awaitable[T]]) -> T:
        async with self.writing() as platform:
            return await act(platform)


@dataclass
class Desk:
    """The world with people at it: what they say goes through the same door whatever platform they are on."""

    world: World
    around: Surroundings
    exchange: Exchange
    woken: list[str] = field(default_factory=list)

    async def say(self, person: str, said: str = "approve", slug: str = "reach-85", **more: Any) -> Decided:
        """One word of a person on the newest proposal, as they see it now."""
        seen = self.world.card(slug).proposal
        told: dict[str, Any] = {"actor": None, "because": "I read it", **more}
        revision = told.pop("revision", seen.revision)
        return await decide(self.around, seen.id, revision, person=person, said=said, **told)  # type: ignore[arg-type]

    async def approve(self, *people: str) -> None:
        for person in people or ("ann", "ben"):
            await self.say(person)

    def link(self, person: str, platform: str, account: str) -> Actor:
        """An account of a person, linked by a code as people do."""
        actor = Actor(platform, account, account)  # type: ignore[arg-type]
        code = issue_code(self.world.store, "small", person, actor.platform)
        assert redeem(self.world.store, "small", actor, code) == person
        return actor

    def trader(self, person: str, who: str) -> Actor:
        """One of the sandbox's accounts as a person's own on Manifold."""
        return self.link(person, "manifold", self.world.sandbox.accounts[who].id)

    async def resolved(self) -> None:
        """As far as YES on reach-85, resolved on day 11."""
        await self.world.decided()
        await self.approve()
        await self.world.carry_on()
        self.world.at(11.001)
        assert [one.did for one in await self.world.carry_on()] == ["resolved"]

    async def undo(self, person: str = "cat", because: str = "that row is gone", **more: Any) -> str:
        return await undo(self.around, self.world.card().proposal.id, person, because, **more)


@asynccontextmanager
async def desk_in(path: Path, changes: dict[str, str] | None = None, **more: Any) -> AsyncIterator[Desk]:
    """A desk on day 0 of a debate in `path`."""
    async with living(path, changes or {"debate.yaml": FIVE}, **more) as world:
        threads = Threads()
        exchange, woken = Exchange(world), list[str]()
        around = Surroundings(
            Settings(), world.store, threads, world.folder, lambda: world.loaded, exchange, woken.append
        )
        try:
            yield Desk(world, around, exchange, woken)
        finally:
            threads.close()
