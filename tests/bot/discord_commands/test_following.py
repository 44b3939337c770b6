"""Guards: followers hear of a proposal, a dispute, a resolution and a failing source, each once."""

from __future__ import annotations

from datetime import datetime

from commands_builders import Town
from crux_builders import World, day

from bot.discord.follow import news, put
from bot.discord.posts import wanted
from bot.store import Store, follows, posts
from markets.load import Loaded


def followed(store: Store, loaded: Loaded, now: datetime) -> int:
    """What the poster does at each round: find what followers have not been told, and put it down."""
    return put(store, news(store, loaded, now), now)


def follow(world: World, slug: str, account: str) -> None:
    with world.store.transaction() as connection:
        follows.follow(connection, "small", slug, account, world.store.now())


def passed(world: World, at: datetime | None = None) -> int:
    """What the poster does: put up the cards, then tell followers; how many messages are new."""
    now = at or world.clock.at
    wanted(world.store, "small", now)
    return followed(world.store, world.loaded, now)


def told(world: World) -> dict[str, str]:
    """Key -> text of every direct message that is to be sent."""
    with world.store.reading() as connection:
        return {one.key: one.wanted["content"] for one in posts.living(connection, "direct")}


async def test_until_when_to_object_and_how_is_told_once_it_is_agreed(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    follow(world, "reach-85", "7")
    world.at(5).see(two=("88.5", "north"))
    world.at(9).see()
    world.propose()
    world.approve()
    await world.everything()
    assert passed(world) == 2
    assert passed(world) == 0
    until = int(day(11).timestamp())
    assert told(world)["follow:7:window:1:1"].startswith(
        f"Proposal 1 (**YES**) for “Will a row reach 85%?” is agreed: object until <t:{until}:F> (<t:{until}:R>), "
        "by a reply to Crux's comment on the market"
    )


async def test_a_proposal_a_dispute_and_a_resolution_are_told_once_each(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    follow(world, "reach-85", "7")
    world.at(5).see(two=("88.5", "north"))
    world.at(9).see()
    world.propose()
    assert passed(world) == 1
    world.vote("ann", "dispute", because="look at row two")
    assert passed(world) == 1
    world.at(9.1).propose()
    world.approve("reach-85", "ann", "ben", "cat")
    await world.everything()
    await world.at(12).everything()
    assert passed(world) == 1
    assert passed(world) == 0
    assert sorted(told(world)) == ["follow:7:dispute:1", "follow:7:proposal:1", "follow:7:resolved:1"]
    assert "**YES** was proposed for “Will a row reach 85%?”" in told(world)["follow:7:proposal:1"]
    assert "was disputed: look at row two" in told(world)["follow:7:dispute:1"]
    assert "was resolved as **YES**" in told(world)["follow:7:resolved:1"]


async def test_who_follows_later_is_not_told_what_was_before(world: World) -> None:
    await world.decided()
    world.at(9.5)
    follow(world, "reach-85", "7")
    assert passed(world) == 0


async def test_a_source_that_fails_is_told_once_to_whoever_follows_any_of_its_markets(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    follow(world, "reach-85", "7")
    follow(world, "reach-95", "7")
    world.at(2).see_bytes(b"<html>gone fishing</html>")
    assert passed(world) == 1
    (text,) = told(world).values()
    assert "The source board is" in text
    assert passed(world) == 0


async def test_what_came_about_long_ago_is_no_news(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    follow(world, "reach-85", "7")
    world.at(5).see(two=("88.5", "north"))
    world.at(9).see()
    world.propose()
    assert passed(world, day(30)) <= 1
    assert not [key for key in told(world) if "proposal" in key]


async def test_the_message_reaches_the_follower_on_discord_and_nobody_else(town: Town) -> None:
    world = town.bot.world
    await town.slash(town.bob, "market follow", market="reach-85")
    world.at(9.5).vote("ann", "dispute", because="@everyone look at [this](https://evil.example)")
    town.bot.nudge()
    await town.server.until(lambda: town.bob.dms, 60)
    (message,) = [one for one in town.bob.dms if one.author.bot]
    assert "was disputed" in message.text
    assert not message.pings
    assert town.sue.dms == []


async def test_nobody_is_told_of_a_proposal_before_its_card_is_put_up(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    follow(world, "reach-85", "7")
    world.at(5).see(two=("88.5", "north"))
    world.at(9).see()
    world.propose()
    assert followed(world.store, world.loaded, world.clock.at) == 0
    assert passed(world) == 1
