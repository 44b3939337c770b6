"""Guards: what happens on a card after the decision: objections, the resolution, its undo, loss."""

from __future__ import annotations

import pytest
from crux_builders import World
from discord_builders import playing, server


async def test_an_objection_is_answered_from_the_card_and_holds_no_longer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    await world.bet("trader1")
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted = bot.reviewer("ann", "ann"), await bot.card()
        world.approve()
        await world.carry_on()
        await world.reply("trader1", "that row was a typo")
        await world.carry_on()
        bot.nudge()
        await there.until(lambda: "NOT ANSWERED, it holds" in posted.text)
        assert ("that row was a typo" in posted.text, "AGREED" in posted.text) == (True, True)
        listed = await (await ann.press(posted, "Answer objection…")).settled()
        opened = await ann.press(listed, listed.messages[0].buttons[0])
        told = await (await ann.submit(opened.modal, {"Your answer": "the board still shows it"})).settled()
        assert "ann has answered" in told.text
        await there.until(lambda: "answered by ann" in posted.text)
        assert ("Answer objection…" in posted.buttons, there.problems()) == (False, [])


async def test_a_resolution_is_undone_from_the_card_within_its_ten_minutes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted = bot.reviewer("ann", "ann"), await bot.card()
        world.approve()
        await world.carry_on()
        world.at(12).see()
        assert "resolved" in [one.did for one in await world.carry_on()]
        bot.nudge()
        await there.until(lambda: "Undo…" in posted.buttons)
        assert ("RESOLVED on Manifold" in posted.text, "it can be undone until <t:" in posted.text) == (True, True)
        opened = await ann.press(posted, "Undo…")
        told = await (await ann.submit(opened.modal, {"Why": "the row was withdrawn"})).settled()
        assert "proposal 1" in told.text
        await there.until(lambda: "UNDONE on Manifold" in posted.text or "BEING UNDONE" in posted.text)
        assert ("Undo…" in posted.buttons, there.problems()) == (False, [])


async def test_after_ten_minutes_the_card_offers_no_undo_and_is_final(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        posted = await bot.card()
        world.approve()
        await world.carry_on()
        world.at(12).see()
        await world.carry_on()
        bot.nudge()
        await there.until(lambda: "Undo…" in posted.buttons)
        world.at(12.01)
        await bot.restart()
        await there.until(lambda: "Undo…" not in posted.buttons)
        await there.until(lambda: bot.post("card:1").state == "final")
        assert posted.buttons == ["Evidence (1)", "Market"]


async def test_a_card_deleted_while_nobody_listened_is_found_missing_and_posted_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        posted = await bot.card()
        await bot.settled()
        await bot.end()
        there.delete_message(posted)
        bot.begin()
        again = await bot.card(having=lambda one: not one.deleted and one is not posted)
        await bot.settled()
        assert (again.pings, len([one for one in bot.cards(2) if not one.deleted])) == (frozenset(), 1)
