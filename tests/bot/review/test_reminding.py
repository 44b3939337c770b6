"""Guards: reminders at half and at nine tenths of a time, each once; takes, and answers to objections."""

from __future__ import annotations

from datetime import timedelta

import pytest
from crux_builders import day
from desk_builders import Desk

from bot.review.objecting import answer
from bot.review.pausing import pause
from bot.review.reminding import Reminder, due, told
from bot.review.taking import take
from resolvers.errors import Refusal


def keys(desk: Desk, number: float) -> list[str]:
    return [one.key for one in due(desk.world.store, desk.world.loaded, day(number)) if one.proposal == 1]


async def test_missing_votes_are_told_at_half_and_at_nine_tenths_of_the_time(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("ann")
    assert [keys(desk, number) for number in (9.99, 10, 10.8)] == [
        [],
        ["proposal/1/1/votes/half"],
        ["proposal/1/1/votes/soon"],
    ]
    reminder = next(one for one in due(desk.world.store, desk.world.loaded, day(10)) if one.proposal == 1)
    assert reminder.people == ("ben", "cat", "dan", "eve")
    assert reminder.text == "reach-85: 1 of 2 approvals is missing; no word yet from ben, cat, dan, eve"


async def test_each_reminder_is_told_once(desk: Desk) -> None:
    await desk.world.decided()
    (first,) = [one for one in due(desk.world.store, desk.world.loaded, day(10)) if one.proposal == 1]
    for fresh in (True, False):
        with desk.world.store.transaction() as connection:
            assert told(connection, first, day(10)) is fresh
    assert keys(desk, 10) == []
    assert keys(desk, 10.8) == ["proposal/1/1/votes/soon"]


async def test_windows_that_end_and_objections_without_an_answer_are_told(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await world.bet("trader1")
    await desk.approve()
    await world.carry_on()
    assert keys(desk, 10.1) == ["proposal/1/1/window/half"]
    await world.reply("trader1", "a typo")
    world.clock.at += timedelta(minutes=1)
    await world.carry_on()
    assert keys(desk, 10.9) == ["proposal/1/1/objection/1/soon", "proposal/1/1/window/soon"]
    assert keys(desk, 11.5) == ["proposal/1/1/objection/1/soon"]
    await answer(desk.around, 1, actor=None, person="cat", text="no typo")
    assert keys(desk, 11.5) == []


async def test_nothing_is_told_while_all_is_paused(desk: Desk) -> None:
    await desk.world.decided()
    pause(desk.world.store, "ann", "wait")
    assert keys(desk, 10.8) == []


def test_a_reminder_names_what_it_is_about() -> None:
    assert Reminder("key", "text").people == ()


async def test_taking_a_proposal_is_a_soft_claim_that_lapses_after_a_day(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    assert take(world.store, 1, "ann").taken_by == "ann"
    with pytest.raises(Refusal, match=r"ann has taken proposal 1 since 2020-01-15 00:00 UTC; vote anyway"):
        take(world.store, 1, "ben")
    assert (await desk.say("ben")).won  # it binds nobody
    world.at(10.01)
    assert take(world.store, 1, "ben").taken_by == "ben"


async def test_nobody_takes_what_has_ended(desk: Desk) -> None:
    await desk.resolved()
    with pytest.raises(Refusal, match="proposal 1 is resolved: there is nothing left to look into"):
        take(desk.world.store, 1, "ann")


async def test_who_holds_shares_does_not_answer_the_objection_of_another_holder(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await world.bet("trader1")
    await desk.approve("ann", "ben")
    await world.carry_on()
    await world.reply("trader1", "a typo")
    await world.carry_on()
    desk.trader("cat", "trader2")
    await world.bet("trader2")
    with pytest.raises(Refusal, match="cat holds shares in this market"):
        await answer(desk.around, 1, actor=None, person="cat", text="no")
    first = await answer(desk.around, 1, actor=None, person="dan", text="no typo", key="press")
    assert await answer(desk.around, 1, actor=None, person="dan", text="no typo", key="press") == first
