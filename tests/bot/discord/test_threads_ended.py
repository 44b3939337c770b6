"""Guards: the thread of a dispute ends with how the proposal ended, and goes to the archive once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from crux_builders import World
from discord_builders import QUICK, Bot, playing, server
from discord_server import Channel, DiscordServer

from bot.store import posts

END = "said:end:1"


async def discussed(bot: Bot, there: DiscordServer) -> Channel:
    """The thread of a proposal that was disputed, judged anew and put to a new vote."""
    world = bot.world
    await bot.card()
    world.vote("ann", "dispute", because="the board was edited")
    bot.nudge()
    thread = await there.until(lambda: next(iter(there.threads), None), 60)
    assert thread is not None
    await there.until(lambda: len(thread.messages) == 1, 60)
    world.at(9.5).see()
    assert world.propose("reach-85") == [("reach-85", "judged again")]
    return thread


def state(bot: Bot) -> str | None:
    """Of the thread's last line, once it is wanted."""
    with bot.world.store.reading() as connection:
        found = posts.find(connection, END)
    return found.state if found else None


async def over(bot: Bot) -> None:
    """Reviewers reject it, and the poster has seen it."""
    for person in ("ann", "ben", "cat"):
        if bot.world.card().proposal.state == "proposed":
            bot.world.vote(person, "reject")
    bot.nudge()


async def test_the_thread_says_how_it_ended_and_is_archived(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        thread = await discussed(bot, there)
        assert not thread.archived
        await over(bot)
        await there.until(lambda: thread.archived, 60)
        await there.until(lambda: state(bot) == "final", 60)
        said = [one.text for one in thread.messages]
        assert said[-1].startswith("Proposal 1 (**YES**) is over: REJECTED by reviewers <t:")
        assert [said[0].split(":")[0], len(said)] == ["**ann** disputes", 4]
        await bot.restart()
        await bot.settled()
        assert ([one.text for one in thread.messages], thread.archived) == (said, True)
        assert there.problems() == []


async def test_killed_before_it_was_archived_it_is_archived_by_the_next_start_and_said_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        thread = await discussed(bot, there)
        there.faults.answer("PATCH", rf"/channels/{thread.id}$", 503, times=1)
        await over(bot)
        await there.until(lambda: thread.archived and state(bot) == "final", 60)
        assert len([one for one in thread.messages if "is over" in one.text]) == 1
        assert there.problems() == []


async def test_a_thread_that_somebody_archived_or_deleted_is_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        thread = await discussed(bot, there)
        there.delete_channel(thread)
        await over(bot)
        await there.until(lambda: state(bot) == "gone", 60)
        await bot.settled()
        assert not [one for one in there.channels["audit"].messages if "does not let Crux post" in one.text]
        assert there.problems() == []


async def test_one_that_was_archived_and_locked_by_hand_is_left_as_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        thread = await discussed(bot, there)
        there.archive_thread(thread, locked=True)
        await over(bot)
        await there.until(lambda: state(bot) in ("gone", "final"), 60)
        await bot.settled()
        assert not [one for one in there.channels["audit"].messages if "does not let Crux post" in one.text]
        assert (thread.archived, len(thread.messages), there.problems()) == (True, 1, [])


async def test_words_of_a_thread_stand_in_the_order_in_which_they_were_said_and_it_ends_though_it_was_made_late(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    pace = replace(QUICK, first_wait_s=30.0)
    async with server() as there, playing(world, there, monkeypatch, pace=pace) as bot:
        await bot.settled()
        await bot.card()
        there.faults.answer("POST", r"/threads$", 503, times=4)
        world.vote("ann", "dispute", because="first")
        world.at(9.5).see()
        assert world.propose("reach-85") == [("reach-85", "judged again")]
        world.vote("ann", "ask", because="second?")
        world.at(9.7)
        world.vote("ben", "ask", because="third?")
        await over(bot)

        def ended() -> bool:
            world.clock.at += timedelta(seconds=60)
            bot.nudge()
            return state(bot) == "final"

        await there.until(ended, 120)
        (thread,) = there.threads
        said = [one.text for one in thread.messages]
        assert [one.rpartition(" ")[2] for one in said[:3]] == ["first", "second?", "third?"]
        assert said[-1].startswith("Proposal 1 (**YES**) is over: REJECTED by reviewers <t:")
        await there.until(lambda: thread.archived, 60)
