"""Crux's own client in the test's loop, against Discord on local sockets, over the small debate of crux_builders."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from crux_builders import PATIENCE, World
from discord_server import DiscordServer, Interaction, Message, Person, pointed_at

from bot.discord.client import CruxClient, build
from bot.discord.posts import Wanted, found, put
from bot.discord.posts_pace import Pace
from bot.discord.supervisor import supervise
from bot.discord.supervisor_state import DiscordState
from bot.review.people import Actor, issue_code, redeem
from bot.service.exchange import Address, Connected
from bot.service.hands import Hands
from bot.service.surroundings import Surroundings
from bot.service.threads import Threads
from bot.settings import Settings
from bot.store import posts
from bot.store.posts import Post
from markets.manifold import Manifold

PATIENT_S = 20.0
"""In place of Discord's 3 s for a first answer, so that no test rests on how fast a loaded machine is."""
QUICK = Pace(gap_s=0.05, old_gap_s=0.05, poll_s=0.2, first_wait_s=0.0)
"""As in the product, but for the waits: the world's clock stands still."""


def server(**more: Any) -> DiscordServer:
    return DiscordServer(**{"answer_within_s": PATIENT_S, **more})


@dataclass
class Bot:
    """The product's side of it, and the people on the other."""

    around: Surroundings
    world: World
    server: DiscordServer
    state: DiscordState
    woken: list[str]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    client: CruxClient | None = None
    slept: list[float] = field(default_factory=list)
    running: asyncio.Task[None] | None = None
    pace: Pace = QUICK

    def make(self, around: Surroundings, *, state: DiscordState) -> CruxClient:
        self.client = build(around, state=state, pace=self.pace)
        return self.client

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.01)

    def begin(self) -> Bot:
        self.stop = asyncio.Event()
        supervised = supervise(self.around, self.stop, state=self.state, sleep=self.sleep, make=self.make)
        self.running = asyncio.create_task(supervised)
        return self

    async def end(self) -> None:
        """The service ends, as on SIGTERM."""
        self.stop.set()
        if self.running is not None:
            await asyncio.wait_for(self.running, 30)

    async def up(self) -> Bot:
        await self.server.until(lambda: self.server.ready and self.state.standing == "ready", 60)
        return self

    async def restart(self) -> None:
        await self.end()
        self.begin()
        await self.up()

    def reviewer(self, name: str, person: str | None = None) -> Person:
        """Somebody with the role; linked to a person of the debate if one is named."""
        there = self.server.person(name, roles=["Reviewer"])
        if person is not None:
            code = issue_code(self.world.store, "small", person, "discord")
            redeem(self.world.store, "small", Actor("discord", str(there.id), name), code)
        return there

    async def card(self, slug: str = "reach-85", having: Callable[[Message], bool] = lambda _: True) -> Message:
        """The message that is the card of the newest proposal on a market."""
        number = self.world.card(slug).proposal.id

        def there() -> Message | None:
            return next((one for one in self.cards(number) if having(one)), None)

        found = await self.server.until(there, 60)
        assert found is not None
        return found

    def cards(self, number: int, channel: str = "review") -> list[Message]:
        mark = f"P{number} r"
        return [one for one in self.server.channels[channel].messages if _footer(one).startswith(mark)]

    def nudge(self) -> None:
        assert self.client is not None
        self.client.poster.nudge()

    def post(self, key: str) -> Post:
        with self.world.store.reading() as connection:
            found = posts.find(connection, key)
        assert found is not None, key
        return found

    def counted(self) -> dict[str, int]:
        with self.world.store.reading() as connection:
            return posts.counted(connection)

    async def approve(self, who: Person, card: Message) -> Interaction:
        """Both presses; the second one as it was answered."""
        first = await (await who.press(card, "Approve")).settled()
        assert first.messages, first
        number = first.messages[-1].buttons[0]
        return await (await who.press(first, number)).settled()

    async def settled(self) -> None:
        """Everything that should stand does."""
        self.nudge()
        await self.server.until(lambda: not {"open", "sending"} & set(self.counted()), 60)


def _footer(message: Message) -> str:
    return next((str(one.get("footer", {}).get("text", "")) for one in message.embeds), "")


def settings(patch: pytest.MonkeyPatch, there: DiscordServer, **more: object) -> Settings:
    """What an operator sets for this server."""
    for name in [name for name in os.environ if name.startswith("CRUX_")]:
        patch.delenv(name)
    given: dict[str, object] = {"TOKEN": there.token, "GUILD": there.guild.id}
    given |= {f"{name.upper()}_CHANNEL": there.channels[name].id for name in ("review", "announce", "audit")}
    given |= {f"{name.upper()}_ROLE": there.roles[name.capitalize()].id for name in ("reviewer", "submitter", "admin")}
    for name, value in (given | more).items():
        patch.setenv(f"CRUX_DISCORD_{name}", str(value))
    return Settings()


def put_up(
    world: World, now: datetime | None = None, *, announce: bool = False, may_write: bool = False
) -> list[Wanted]:
    """What the poster does first: put down what every message of the debate should show; what is new."""
    at = now or world.clock.at
    return put(world.store, found(world.store, "small", at, announce=announce, may_write=may_write), at)


class Untold(Connected):
    """Manifold where no notice is posted to traders: no job of the service runs here, for which a card would wait."""

    @property
    def may_write(self) -> bool:
        return False


@asynccontextmanager
async def surrounded(world: World, chosen: Settings, woken: list[str]) -> AsyncIterator[Surroundings]:
    threads, hands = Threads(), Hands()
    key = world.sandbox.accounts["creator"].key
    async with Manifold(world.url, key, sleep=world.clock.sleep) as client:
        address = Address(world.url, "sandbox", key, PATIENCE)
        exchange = Untold(address, world.store, threads, hands, client, world.clock.sleep)
        yield Surroundings(chosen, world.store, threads, world.folder, lambda: world.loaded, exchange, woken.append)
    hands.close()
    threads.close()


@asynccontextmanager
async def playing(
    world: World,
    there: DiscordServer,
    patch: pytest.MonkeyPatch,
    *,
    begin: bool = True,
    pace: Pace = QUICK,
    kind: type[Bot] | None = None,
) -> AsyncIterator[Bot]:
    """The client under its supervisor, until the block ends; it has to end in time."""
    woken: list[str] = []
    async with surrounded(world, settings(patch, there), woken) as around:
        with pointed_at(there):
            bot = (kind or Bot)(around, world, there, DiscordState(), woken, pace=pace)
            try:
                if begin:
                    await bot.begin().up()
                yield bot
            finally:
                await bot.end()


__all__ = ["Bot", "Path", "playing", "put_up", "server", "settings", "surrounded"]
