"""Guards: followers hear of a proposal, a dispute, a resolution and a failing source, each once."""

from __future__ import annotations

from datetime import datetime

from commands_builders import Town
from crux_builders import World, day
from discord_builders import put_up

from bot.discord.follow import news, put
from bot.store import Store, follows, posts, proposals
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
    put_up(world, now)
    return followed(world.store, world.loaded, now)


def told(world: World) -> dict[str, str]:
    """Key -> text of every direct message that is to be sent."""
    with world.store.reading() as connection:
        return {one.key: one.wanted["content"] for one in posts.living(connection, "direct")}


async def followed_and_proposed(world: World) -> None:
    """Account 7 follows reach-85 from its opening on; YES is proposed on day 9."""
    world.see()
    await world.at(1).open_markets()
    follow(world, "reach-85", "7")
    world.at(5).see(two=("88.5", "north"))
    world.at(9).see()
    world.propose()


async def test_until_when_to_object_and_how_is_told_once_it_is_agreed(world: World) -> None:
    await followed_and_proposed(world)
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
    await followed_and_proposed(world)
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
    await followed_and_proposed(world)
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
    await followed_and_proposed(world)
    assert followed(world.store, world.loaded, world.clock.at) == 0
    assert passed(world) == 1


async def test_whoever_was_told_of_a_resolution_is_told_that_it_was_taken_back_and_of_an_end_without_one(
    world: World,
) -> None:
    await world.agreed()
    follow(world, "reach-85", "7")
    follow(world, "when-80", "8")
    passed(world)
    await world.at(12).everything()
    for person in ("ann", "ben"):
        world.vote(person, "reject", seen=world.card("when-80"), because="a typo")
    passed(world)
    assert "follow:7:resolved:1" in told(world)
    with world.store.transaction() as connection:
        undone = {"undone": {"by": "ann", "because": "a slip", "until": day(13).isoformat(), "positions": {}}}
        seen = world.card().proposal
        proposals.move(connection, seen, "undoing", actor="ann", at=world.clock.at, because="a slip", facts=undone)
    await world.everything()
    assert passed(world) == 1
    assert told(world)["follow:7:undone:1"].startswith(
        "The resolution of “Will a row reach 85%?” as **YES** was taken back; it is looked at and judged again (<t:"
    )
    assert told(world)["follow:8:ended:2"].startswith(
        "Proposal 2 (**before 2020-02-05 — 2020-01-11 00:00 UTC**) for “When will a row first show 80%?” was rejected "
        "by reviewers; nothing is resolved (<t:"
    )


async def test_a_reply_to_what_a_follower_was_told_is_about_that_market(town: Town) -> None:
    """Guards: of a dispute and of a failing source too, where no proposal's number stands in what was told."""
    world = town.bot.world
    await town.slash(town.bob, "market follow", market="reach-85")
    world.at(9.5).vote("ann", "dispute", because="look at row two")
    town.bot.nudge()
    message = await town.noted(lambda: next((one for one in town.bob.dms if one.author.bot), None))
    asked = await town.bob.say(town.bob.dm_channel, "how close is it?", reply_to=message)
    assert "88.5" in (await town.told(asked)).text
