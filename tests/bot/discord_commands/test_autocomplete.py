"""Guards: what is offered while somebody types: from memory, in time at 10,000 markets, never a ping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from commands_builders import Town
from crux_builders import World, folder

from bot.chat.matching import Title, Titles
from bot.discord.autocomplete import CHOICES, Index
from markets.load import load_debate

HOSTILE = "@everyone <@123456789012345678> \u202e[click](https://evil.example) " + "x" * 150
GENEROUS_S = 0.3
"""Discord's own three seconds, and the bound of the issue; a loaded machine of two cores included."""


async def test_markets_are_offered_by_slug_under_the_words_of_their_question(town: Town) -> None:
    assert await town.typed(town.bob, "market show", "market", "leader") == {"leader": "Whose row will lead?"}
    assert "reach-85" in await town.typed(town.bob, "market show", "market", "")


async def test_a_misspelt_word_still_finds_its_market(town: Town) -> None:
    assert "leader" in await town.typed(town.bob, "market why", "market", "leadr")


async def test_living_proposals_are_offered_by_number_and_by_words(town: Town) -> None:
    first = {"1": "1: reach-85 → YES (proposed)"}
    assert await town.typed(town.ann, "review show", "proposal", "1") == first
    assert await town.typed(town.ann, "review show", "proposal", "#1") == first
    assert await town.typed(town.ann, "review take", "proposal", "reach-85") == first


async def test_a_market_that_is_added_while_it_runs_is_offered_and_one_taken_out_is_not(town: Town) -> None:
    world = town.bot.world
    added = {f"markets/other-{n}.yaml": world.folder.joinpath("markets/reach-95.yaml").read_text() for n in range(2)}
    world.loaded = load_debate(folder(world.folder, added))
    await town.index_ready()
    assert "other-1" in await town.typed(town.bob, "market show", "market", "other")


async def test_no_more_choices_and_no_longer_ones_than_discord_takes_whatever_a_title_holds(world: World) -> None:
    index = _index(world, [Title(f"m-{number}", HOSTILE) for number in range(40)])
    found = await _offered(index, "click")
    assert len(found) == CHOICES
    assert all(0 < len(choice.name) <= 100 and len(choice.value) <= 100 for choice in found)
    assert not any("@everyone" in choice.name or "<@1" in choice.name or "\u202e" in choice.name for choice in found)


async def test_hostile_typing_gets_an_answer_of_choices_and_breaks_nothing(town: Town) -> None:
    for typed in ('"', "' OR 1=1 --", "NEAR(", "*", "-", "@everyone", "\u202e", "(" * 90, "🙂"):
        offered = await town.bob.autocomplete("market show", "market", typed)
        assert len(offered.choices) <= CHOICES, typed


async def test_at_10_000_markets_a_choice_comes_within_the_bound(world: World) -> None:
    words = ("resistance", "benchmark", "frontier", "score", "before", "lab", "model", "percent", "reaches", "open")
    titles = [
        Title(
            f"m-{n}", f"Will the {words[n % 10]} {words[n // 10 % 10]} of number {n} pass {words[n // 100 % 10]} {n}?"
        )
        for n in range(10_000)
    ]
    index = _index(world, titles)
    took = []
    for typed in ("resis", "bencmark frontir", "model 4711", "nothing like it", "score of number 9"):
        began = time.perf_counter()
        await _offered(index, typed)
        took.append(time.perf_counter() - began)
    assert max(took) < GENEROUS_S, took


def _index(world: World, titles: list[Title]) -> Index:
    """An index that holds these titles, as if they were of what is loaded."""

    class Around:
        loaded: Callable[[], Any] = staticmethod(lambda: world.loaded)

    return Index(cast(Any, Around()), time.monotonic, _titles=Titles(titles), _of=world.loaded)


async def _offered(index: Index, typed: str) -> list[Any]:
    from types import SimpleNamespace

    from bot.discord.autocomplete import MarketNamed

    interaction: Any = SimpleNamespace(client=SimpleNamespace(index=index))
    return list(await MarketNamed().autocomplete(interaction, typed))


async def test_proposals_are_offered_to_reviewers_only(town: Town) -> None:
    offered = await town.typed(town.bob, "review show", "proposal", "1")
    assert list(offered) == [""] and "needs the role" in offered[""]
