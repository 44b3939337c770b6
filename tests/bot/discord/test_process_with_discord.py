"""Guards: the real process, killed between decision and card, and ended kindly."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from crux_builders import World
from discord_builders import server, settings
from discord_server import DiscordServer, Interaction, Message, Person, pointing_at

from bot.review.people import Actor, issue_code, redeem

pytestmark = pytest.mark.long(15)


@asynccontextmanager
async def process(
    world: World, there: DiscordServer, patch: pytest.MonkeyPatch
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`crux run` on the world's store and debate, without a Manifold key; killed at the end if it still lives."""
    settings(patch, there)
    given = {"CRUX_DEBATE": str(world.folder), "CRUX_DATABASE_URL": f"sqlite:///{world.database}"}
    environment = os.environ | pointing_at(there, world.path) | given | {"CRUX_MANIFOLD_URL": world.url}
    told = (world.path / "told").open("ab")
    command = [sys.executable, "-P", "-W", "ignore", "-m", "bot.cli", "run"]
    folder = Path(__file__).parents[3]
    environment["PYTHONPATH"] += os.pathsep + str(folder)
    made = await asyncio.create_subprocess_exec(*command, env=environment, stdout=told, stderr=told, cwd=world.path)
    try:
        await there.until(lambda: there.ready or made.returncode is not None, 90)
        assert made.returncode is None, (world.path / "told").read_text()
        yield made
    finally:
        if made.returncode is None:
            made.kill()
        await made.wait()
        told.close()


def person(world: World, there: DiscordServer, name: str) -> Person:
    who = there.person(name, roles=["Reviewer"])
    redeem(world.store, "small", Actor("discord", str(who.id), name), issue_code(world.store, "small", name, "discord"))
    return who


async def approve(who: Person, card: Message) -> Interaction:
    asked = await (await who.press(card, "Approve")).settled(60)
    return await who.press(asked, asked.messages[0].buttons[0])


async def card_of(there: DiscordServer, number: int) -> Message:
    def found() -> Message | None:
        return next((one for one in there.channels["review"].messages if f"P{number} r" in one.text), None)

    message = await there.until(found, 90)
    assert message is not None
    return message


async def test_killed_between_a_decision_and_its_card_it_mends_the_card_and_ends_kindly(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there:
        ann, ben = person(world, there, "ann"), person(world, there, "ben")
        async with process(world, there, monkeypatch) as first:
            card = await card_of(there, 1)
            await card_of(there, 2)
            there.faults.cut("PATCH", r"/channels/\d+/messages/", times=1000)
            await approve(ann, card)
            await there.until(lambda: len(world.card().reviews) == 1, 60)
            first.send_signal(signal.SIGKILL)
            await first.wait()
        assert "Votes: 0 of 2" in card.text
        there.faults.heal()
        async with process(world, there, monkeypatch) as second:
            await there.until(lambda: "Votes: 1 of 2 approve" in card.text, 90)
            told = await (await approve(ben, card)).settled(60)
            assert "ben: approve is on the record" in told.text
            second.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(second.wait(), 20) == 0
        cards = [one for one in there.channels["review"].messages if "P1 r" in one.text]
        assert (len(cards), len(world.card().reviews)) == (1, 2)
        assert there.problems() == []
