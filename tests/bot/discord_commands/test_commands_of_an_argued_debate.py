"""Guards: `/claim`, `/scoreboard` and `/debate` where claims, voices and stances are written down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from commands_builders import Town
from crux_builders import living
from discord_builders import playing, server
from score_builders import argued


@pytest.fixture
async def arguing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """The same debate with arguments; reach-85 has resolved YES."""
    async with living(tmp_path, argued()) as world:
        await world.agreed()
        world.at(12)
        await world.everything()
        async with server() as there, playing(world, there, monkeypatch) as bot:
            town = Town(bot)
            await town.index_ready()
            yield town
            assert there.problems() == []


async def test_a_claim_is_shown_with_who_holds_it_its_markets_and_its_credit(arguing: Town) -> None:
    assert "demo-tips" in await arguing.typed(arguing.bob, "claim", "name", "tip the field")
    shown = (await arguing.slash(arguing.bob, "claim", name="demo-tips")).text
    assert "(axis R, plus side): One comparison would tip the field." in shown
    assert "opener: guesses" in shown and "signer: 0.25 (given, <t:1578268800:d>)" in shown
    assert "Tested by: `reach-85`, `reach-95`" in shown
    assert "Credit: +1.10 nats" in shown


async def test_the_scoreboard_names_axes_and_voices_and_draws_them(arguing: Town) -> None:
    shown = await arguing.slash(arguing.bob, "scoreboard")
    (message,) = shown.messages
    assert not message.ephemeral
    assert "1 market resolved" in message.text and "R: +1.10 nats" in message.text
    assert [name.startswith("scoreboard-") for name in message.files] == [True]
    assert "+1.10 nats" in next(iter(message.alt_texts.values()))


async def test_the_debate_counts_its_claims_markets_and_mana(arguing: Town) -> None:
    shown = (await arguing.slash(arguing.bob, "debate")).text
    assert "2 claims on 2 axes, 2 voices" in shown
    assert "1 resolved" in shown
    assert "of a budget of 9000" in shown
