"""Guards: lists and answers of commands say where a proposal stands now, not where it stood when it was agreed."""

from __future__ import annotations

from crux_builders import World
from discord_builders import put_up

from bot.chat.store_tools import StoreTools, titles_of
from bot.discord.commands import market
from bot.discord.commands.market_words import embed, looked, why
from bot.discord.commands.review import queue
from bot.discord.pager import Turned
from bot.store import follows


def tools_of(world: World) -> StoreTools:
    return StoreTools(world.store, world.loaded, world.clock.at, titles_of(world.loaded))


def told(world: World) -> list[str]:
    """What the queue, an answer on why, and a market that is shown say of the proposal on reach-85."""
    tools = tools_of(world)
    listed, shown = queue(tools, Turned("queue", 7)), looked(tools, "reach-85")
    (one,) = (each for each in listed.things if each.market == world.market("reach-85").id)
    return [listed.line(one), why(shown).splitlines()[-1], embed(shown)["description"].splitlines()[-1]]


async def test_a_window_is_told_only_while_it_runs(world: World) -> None:
    await world.agreed()
    put_up(world)
    assert ["AGREED; traders may object" in line for line in told(world)] == [True] * 3
    world.at(12)
    over = told(world)
    assert ["AGREED; the time to object is over" in line for line in over] == [True] * 3
    assert ["may object" in line for line in over] == [False] * 3
    world.vote("cat", "dispute", because="row two was edited")
    disputed = told(world)
    assert ["DISPUTED" in line for line in disputed] == [True] * 3
    assert ["window" in line for line in disputed] == [False] * 3


async def test_whoever_follows_as_many_markets_as_may_be_is_told_of_one_of_them_that_they_follow_it(
    world: World,
) -> None:
    def follow() -> bool:
        return market._follow(world.store, "small", "reach-85", "7")

    assert follow()
    with world.store.transaction() as connection:
        for number in range(1, follows.MOST):
            follows.follow(connection, "small", f"also-{number}", "7", world.store.now())
    assert not follow()
