"""Guards: a client that lives, is waited for, and never takes the service down with it."""

from __future__ import annotations

import asyncio
import logging

import pytest
from crux_builders import World
from discord_builders import playing, server, settings, surrounded

from bot.discord.supervisor import hopeless, remembered, supervise
from bot.discord.supervisor_state import DiscordState


async def test_it_logs_in_with_no_privileged_intent_and_says_goodbye_with_1000(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch) as bot:
        assert remembered(world.store) == ("ready", "")
        begun = asyncio.get_running_loop().time()
        await bot.end()
        assert asyncio.get_running_loop().time() - begun < 10
        await there.until(lambda: not there.ready)
        assert (bot.state.standing, there.problems()) == ("off", [])


async def test_a_wrong_token_ends_discord_for_good_with_one_plain_message(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        there.faults.refuse_login()
        bot.begin()
        assert bot.running is not None
        await asyncio.wait_for(bot.running, 60)
        because = "Discord refuses the token: reset it in the developer portal and set discord.token"
        assert (bot.state.standing, bot.state.because, bot.state.tries) == ("stopped", because, 1)
        assert remembered(world.store) == ("stopped", because)
        told = [one for one in caplog.records if one.levelno >= logging.ERROR and one.name == "crux.discord"]
        assert [one.getMessage() for one in told] == [f"Discord is off: {because}. Everything else goes on."]
        assert not told[0].exc_info


@pytest.mark.parametrize(("code", "about"), [(4004, "the token"), (4014, "an intent"), (4013, "an intent")])
async def test_a_refused_identify_ends_discord_for_good(
    world: World, monkeypatch: pytest.MonkeyPatch, code: int, about: str
) -> None:
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        there.faults.refuse_identify(code)
        bot.begin()
        assert bot.running is not None
        await asyncio.wait_for(bot.running, 60)
        assert (bot.state.standing, about in bot.state.because, bot.state.tries) == ("stopped", True, 1)


async def test_a_503_at_login_is_waited_out_with_growing_pauses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        there.faults.answer("GET", r"/users/@me$", 503, times=3)
        await bot.begin().up()
        assert (bot.slept, bot.state.tries) == ([5.0, 10.0, 20.0], 4)


async def test_while_discord_is_unreachable_it_tries_at_most_every_fifteen_minutes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        there.faults.answer("GET", r"/users/@me$", 503, times=11)
        await bot.begin().up()
        assert bot.slept == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 900.0, 900.0, 900.0]


async def test_the_end_of_the_service_does_not_wait_for_the_next_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        there.faults.answer("GET", r"/users/@me$", 503, times=1000)
        stop, state = asyncio.Event(), DiscordState()
        running = asyncio.create_task(supervise(bot.around, stop, state=state))
        await there.until(lambda: state.standing == "waiting")
        stop.set()
        await asyncio.wait_for(running, 10)
        assert state.standing == "off"


async def test_a_dropped_gateway_is_resumed_and_nothing_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, card = bot.reviewer("ann", "ann"), await bot.card()
        there.faults.drop_gateway()
        pressed = await ann.press(card, "Approve", wait=False)
        await pressed.settled()
        assert ("as of revision 0" in pressed.text, there.resumed, there.identified) == (True, 1, 1)


async def test_commands_are_synced_once_and_again_only_when_they_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch) as bot:
        await bot.restart()
        assert len([one for one in there.requests if one.startswith("PUT /applications/")]) == 1
        assert bot.client is not None
        assert (await bot.client.sync_if_changed(), await bot.client.sync_if_changed(anyway=True)) == (False, True)


async def test_refused_commands_are_an_alarm_and_no_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        there.faults.answer("PUT", r"/applications/\d+/commands", 403, code=50001)
        await bot.begin().up()
        audit = there.channels["audit"]
        await there.until(lambda: any("refused the commands" in one.text for one in audit.messages))
        assert "commands" in bot.state.notes


@pytest.mark.parametrize("missing", ["TOKEN", "GUILD"])
async def test_without_a_token_or_a_server_nothing_is_tried(
    world: World, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    async with server() as there:
        chosen = settings(monkeypatch, there, **{missing: ""})
        async with surrounded(world, chosen, []) as around:
            state = DiscordState()
            await supervise(around, asyncio.Event(), state=state)
        assert (state.standing, "crux discord setup" in state.because, there.requests) == ("stopped", True, [])


def test_what_may_pass_is_not_hopeless() -> None:
    assert [hopeless(error) for error in (None, OSError(), TimeoutError(), ValueError())] == [None] * 4
