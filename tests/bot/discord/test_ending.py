"""Guards: the service ends when it is told to, whatever its client is at just then."""

from __future__ import annotations

import asyncio

import pytest
from crux_builders import World
from discord_builders import playing, server


@pytest.mark.parametrize("turns", range(6))
async def test_told_to_end_just_as_it_is_woken_posting_ends(
    world: World, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        poster = bot.make(bot.around, state=bot.state).poster
        resting = asyncio.create_task(poster.rest())
        await asyncio.sleep(0.01)
        poster.nudge()
        for _ in range(turns):
            await asyncio.sleep(0)
        asked = resting.cancel()
        await asyncio.wait({resting})
        assert resting.cancelled() == asked
