"""The client of the tests beside these, with people of every role around it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from crux_builders import World

from bot.service.exchange import Connected

sys.path.append(str(Path(__file__).parents[1] / "discord"))  # its builders are shared, and tests are no package

import discord_builders  # needs the path above
from commands_builders import Town  # they need the path above
from discord_builders import playing, server

ROLES = {"Reviewer": 0, "Submitter": 0, "Admin": 1 << 5}
"""Role -> its permissions: admins manage the server, which is what shows them /admin."""
CHANNELS = ("review", "announce", "audit", "chat")


@pytest.fixture
async def town(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """A proposal of YES on reach-85 stands on day 9; the bot is up; nobody has done anything yet."""
    monkeypatch.setattr(discord_builders, "Untold", Connected)  # here there is a key: mana can be paid
    await world.decided()
    await world.everything()  # traders are told; the card goes up with it
    async with server(roles=ROLES, channels=CHANNELS) as there, playing(world, there, monkeypatch) as bot:
        made = Town(bot)
        await bot.card()
        await made.index_ready()
        yield made
        assert there.problems() == []
