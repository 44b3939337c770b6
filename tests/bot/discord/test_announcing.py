"""Guards: everyone reads until when to object and how, and each thing once, edited in place when it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from crux_builders import World, day
from discord_builders import playing, put_up, server

from bot.discord import announcing, cards, follow
from bot.discord.posts import view_of
from bot.review.desk import vote
from bot.store import follows, posts

UNTIL = int(day(11).timestamp())


def told(world: World) -> Mapping[str, str]:
    """Key without its start -> what the announce channel should show of the proposal on reach-85."""
    put_up(world, announce=True)
    with world.store.reading() as connection:
        there = posts.bodies(connection, announcing.keys(world.card()))
    return {key.removeprefix("announce:"): str(body["content"]) for key, body in sorted(there.items())}


async def test_what_is_proposed_says_that_nothing_is_decided_and_how_long_holders_may_object(world: World) -> None:
    await world.decided()
    (text,) = told(world).values()
    assert text.startswith("**Proposed: YES** for “Will a row reach 85%?” (proposal 1).\nWhy: True from 2020-01-11")
    assert "Reviewers look at it now; nothing is decided." in text
    assert "holders may object for 2 days before anything is resolved" in text
    assert text.endswith("\n-# P1 · proposed")


async def test_once_reviewers_agree_a_notice_says_until_when_to_object_and_how(world: World) -> None:
    await world.agreed()
    first, second = told(world)["proposal:1"], told(world)["window:1:1"]
    assert "Reviewers agree; holders of positions may object now." in first
    assert second.startswith(
        f"**Object until <t:{UNTIL}:F> (<t:{UNTIL}:R>)** if **YES** is wrong for “Will a row reach 85%?” (proposal 1)"
    )
    assert "Reply to Crux's comment on the market if you hold a position there" in second


async def test_where_the_time_to_object_is_over_nobody_is_told_to_object_and_what_holds_it_stays(world: World) -> None:
    await world.agreed()
    told(world)
    await world.bet("trader1")
    await world.reply("trader1", "the row was taken back")
    await world.carry_on()
    world.at(12)  # it was to end on day 11
    first, second = told(world)["proposal:1"], told(world)["window:1:1"]
    assert "Reviewers agree; the time to object is over, and it waits to be resolved." in first
    assert second == (
        "The time to object to **YES** for “Will a row reach 85%?” (proposal 1) is over; reviewers agree on it, and it "
        "waits to be resolved.\n**Held:** 1 objection without a reviewer's answer.\n-# P1 · objections 1"
    )
    card = cards.render(view_of(world.store, world.card(), world.clock.at)).embed["description"]
    assert "State: AGREED; the time to object is over, and it waits to be resolved\n" in card
    assert f"Deadline: traders could object until <t:{UNTIL}:F>" in card
    with world.store.transaction() as connection:
        follows.follow(connection, "small", "reach-85", "77", at=day(8))
    news = [one.text for one in follow.news(world.store, world.loaded, world.clock.at) if ":window:" in one.key]
    assert [one.partition(" (<t:")[0] for one in news] == [
        "Proposal 1 (**YES**) for “Will a row reach 85%?” is agreed: the time to object is over, and it waits to be "
        "resolved"
    ]


async def test_an_objection_that_waits_and_a_dispute_change_the_same_notice(world: World) -> None:
    await world.agreed()
    told(world)
    await world.bet("trader1")
    await world.reply("trader1", "the row was taken back")
    await world.carry_on()
    assert "**Held:** 1 objection without a reviewer's answer." in told(world)["window:1:1"]
    vote(world.store, world.card(), person="cat", said="dispute", because="so it is", reviewers=("ann", "ben", "cat"))
    after = told(world)
    assert sorted(after) == ["proposal:1", "window:1:1"]
    assert after["window:1:1"].startswith("The time to object to **YES** for “Will a row reach 85%?” (proposal 1) is ")
    assert "A reviewer disputes it" in after["proposal:1"]


async def test_a_resolution_says_why_and_until_when_it_may_be_taken_back(world: World) -> None:
    await world.agreed()
    told(world)
    await world.at(12).carry_on()
    after = told(world)
    undo = int((world.clock.at + timedelta(minutes=10)).timestamp())
    assert after["resolved:1"].startswith("**Resolved: YES** for “Will a row reach 85%?” (proposal 1). Why: True from")
    assert f"Reviewers may take it back until <t:{undo}:F>" in after["resolved:1"]
    assert "It is resolved on Manifold." in after["proposal:1"]


async def test_a_date_stands_behind_a_dash_and_a_long_figure_is_as_long_as_it_takes(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.at(5).see(two=("88.49182739105591", "north"))
    world.at(9).see()
    world.propose()
    put_up(world, announce=True)
    with world.store.reading() as connection:
        body = posts.bodies(connection, ["announce:proposal:2"])["announce:proposal:2"]
    assert str(body["content"]).startswith(
        "**Proposed: before 2020-02-05 — 2020-01-11 00:00 UTC** for “When will a row first show 80%?” (proposal 2).\n"
        "Why: True from 2020-01-11 00:00 UTC: the largest score among the rows of board was 88.49%, against 80%.\n"
    )


async def test_a_rejected_proposal_ends_its_notice(world: World) -> None:
    await world.decided()
    told(world)
    for person in ("ann", "ben"):
        world.vote(person, "reject")
    assert "Reviewers rejected it. Nothing is resolved." in told(world)["proposal:1"]


async def test_a_notice_that_changes_while_its_answer_is_lost_stands_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards: what is posted during an outage is found again by its small line, whatever else of it has changed."""
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        there.faults.lose("POST", rf"/channels/{there.channels['announce'].id}/messages", times=1)
        there.faults.answer("GET", rf"/channels/{there.channels['announce'].id}/messages", 503, times=4)
        await bot.begin().up()
        mine = "announce:proposal:1"
        await there.until(lambda: any("P1 · proposed" in one.text for one in there.channels["announce"].messages), 60)
        there.forget_nonces()
        for person in ("ann", "ben"):
            world.vote(person, "reject")
        bot.nudge()
        await there.until(lambda: bot.post(mine).state == "final" and bot.post(mine).version > 1, 60)
        await bot.settled()
        said = [one.text for one in there.channels["announce"].messages if "P1 · proposed" in one.text]
        assert len(said) == 1
        assert "Reviewers rejected it. Nothing is resolved." in said[0]
