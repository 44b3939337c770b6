"""The local Discord server keeps to what discord.py 2.7.1 relies on, and tells of what Discord would not forgive."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord_server import ClientRefuses, DiscordServer, Forged, NeverCame, Person, Upload, pointed_at, pointing_at
from discord_server.example import CHANNELS, INTENTS, PATIENCE_S, WITH_CONTENT, Program, raw, running


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiscordServer]:
    """One bot for all the tests that only look at what was newly reported."""
    with running(tmp_path_factory.mktemp("lived_in")) as (server, _):
        yield server


def test_a_card_with_its_file_buttons_thread_pin_and_history_is_what_was_sent(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        done = server.run(server.person("ana").slash("card", channel="review"))
        server.run(done.settled())
        card = server.channels["review"].last
        assert card is not None
        assert (done.text, done.deferred, done.messages[0].ephemeral) == (
            "Posted with PNG bytes, found again: True",
            True,
            True,
        )
        assert (card.text, card.files, card.links) == (
            "Proposal 17\nYES\nApprove\nReject\nMarket", {"chart.png": b"PNG bytes"}, {"Market": "https://manifold.example/x"}
        )  # fmt: skip
        assert (card.alt_texts, card.pinned, card.pings) == ({"chart.png": "the score rises to 31"}, True, frozenset())
        assert card.thread is not None
        assert (card.thread.id, [one.text for one in card.thread.messages]) == (card.id, ["Evidence"])
        assert sorted(server.commands)[:4] == ["Use as evidence", "admin", "answers", "card"]
        assert [one for one in server.commands if " " in one] == ["market show", "market why", "Use as evidence"]
        assert server.problems() == []


def test_a_form_opened_by_a_button_is_answered_to_the_one_who_sent_it(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        ana = server.person("ana")
        server.run(server.run(ana.slash("card")).settled())
        click = server.run(ana.press(server.channels["review"].messages[0], "Reject"))
        assert click.modal is not None
        sent = server.run(ana.submit(click.modal, {"Category": "Rule", "Why": "it says *above*"}))
        assert (click.modal.title, click.modal.labels) == ("Reject", ["Category", "Why"])
        assert [(one.text, one.ephemeral) for one in sent.messages] == [("Rule: it says *above*", True)]
        assert sent.acked_after_s is not None
        assert server.problems() == []


def test_roles_in_a_click_are_those_held_when_it_is_pressed(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        ana = server.person("ana", roles=["Reviewer"])
        server.run(server.run(ana.slash("card")).settled())
        card = server.channels["review"].messages[0]
        server.revoke_role(ana, "Reviewer")
        refused = server.run(server.run(ana.press(card, "Approve")).settled())
        server.grant_role(ana, "Reviewer")
        server.run(ana.press(card, "Approve"))
        server.run(server.until(lambda: card.content))
        assert (refused.text, card.text, card.buttons) == ("You may not.", "Approved by ana", [])
        assert (card.files, card.alt_texts) == ({"chart-2.png": b"newer"}, {"chart-2.png": "the score is 32"})
        assert server.problems() == []


@pytest.mark.parametrize("forged", [Forged("other guild"), Forged("dm")])
def test_a_forged_press_reaches_the_bot_with_the_lie_in_it(tmp_path: Path, forged: Forged) -> None:
    with running(tmp_path) as (server, _):
        ana = server.person("ana", roles=["Reviewer"])
        server.run(server.run(ana.slash("card")).settled())
        card = server.channels["review"].messages[0]
        pressed = server.run(server.run(ana.press(card, "Approve", force=True, forged=forged)).settled())
        assert (pressed.text, card.content) == ("You may not.", "")


def test_typing_is_answered_with_choices_and_menus_with_what_was_clicked_on(lived_in: DiscordServer) -> None:
    bob = lived_in.person("bob")
    typed = lived_in.run(bob.autocomplete("market show", "market", "re"))
    shown = lived_in.run(bob.slash("market show", {"market": "Shutdown"}))
    thought = lived_in.run(bob.slash("market why"))
    lived_in.run(thought.until(lambda one: len(one.followups) == 2 and one.followups[1].deleted))
    noted = lived_in.run(bob.menu("Use as evidence", lived_in.run(bob.say("chat", "see the paper"))))
    assert [one.name for one in typed.choices] == ["Reversal curse", "Reasoning board"]
    assert [shown.text, thought.text, noted.text] == [
        "Showing Shutdown",
        "Because.\nAnd also because.",
        "Noted: see the paper",
    ]


def test_forms_selects_people_and_files_arrive_as_they_were_filled_in(lived_in: DiscordServer) -> None:
    bob, eve = lived_in.person("bob"), lived_in.person("zoe", roles=["Reviewer"])
    problems = lived_in.problems()
    form = lived_in.run(bob.slash("form")).modal
    assert form is not None
    given = {"Stance": "against", "About": ["a", "c"], "Sure": True, "Proof": Upload("p.txt", b"proof")}
    sent = lived_in.run(bob.submit(form, given))
    taken = lived_in.run(bob.slash("take", {"who": eve, "file": Upload("f.txt", b"words")}))
    asked = lived_in.run(bob.slash("pick"))
    lived_in.run(bob.choose(asked, "Letter", ["a", "c"]))
    letters = asked.text.splitlines()[0]
    lived_in.run(bob.choose(asked, "Person", eve))
    assert (form.text.splitlines()[:2], sent.text) == (
        ["Everything", "Read this."],
        "against ['a', 'c'] True ['p.txt']",
    )
    assert taken.text == "zoe ['Reviewer'] f.txt words"
    assert (letters, asked.text.splitlines()[0]) == ("letters ['a', 'c']", "person zoe")
    assert lived_in.problems() == problems


def test_a_command_is_hidden_from_whom_it_is_not_for_but_can_be_forced(tmp_path: Path) -> None:
    with running(tmp_path, roles={"Reviewer": 0, "Admin": 1 << 5}) as (server, _):
        ana, root = server.person("ana"), server.person("root", roles=["Admin"])
        assert server.run(root.slash("admin")).text == "At your service."
        assert server.run(ana.slash("admin", force=True)).text == "At your service."
        assert server.problems() == []
        for channel in ("chat", root.dm_channel):
            with pytest.raises(ClientRefuses, match=r"is not (shown|offered)"):
                server.run((ana if channel == "chat" else root).slash("admin", channel=channel))
        shown = server.run(ana.slash("market show", {"market": "x"}, channel=ana.dm_channel))
        assert (shown.text, shown.messages[0].channel) == ("Showing x", ana.dm_channel)


def test_buttons_outlive_the_process_that_sent_them(tmp_path: Path) -> None:
    with running(tmp_path) as (server, program):
        ana, bob = server.person("ana"), server.person("bob")
        server.run(server.run(ana.slash("card")).settled())
        program.close()
        server.run(server.until(lambda: not server.ready))
        with contextlib.closing(Program(server, tmp_path)):
            server.run(server.until(lambda: server.identified == 2))
            card = server.channels["review"].messages[0]
            pressed = server.run(server.together(ana.press(card, "Approve"), bob.press(card, "Reject")))
            server.run(pressed[0].settled())
            assert (pressed[0].text, pressed[1].modal is not None) == ("You may not.", True)
        assert server.problems() == []


def test_a_bot_may_look_at_the_guild_and_write_to_whoever_lets_it(lived_in: DiscordServer) -> None:
    ida, problems = lived_in.person("ida"), lived_in.problems()
    seen = lived_in.run(lived_in.run(ida.slash("look")).settled()).text
    ida.closes_dms()
    closed = lived_in.run(lived_in.run(ida.slash("look")).settled()).text
    whole = f"Crux test, ida, ida, 3, 2, {len(lived_in.raw_commands)}, ['Crux test'], crux"
    assert (seen, closed, [one.text for one in ida.dms]) == (whole, f"{whole}, no message: 50007", ["Privately."])
    assert lived_in.problems() == problems


def test_a_bot_without_message_content_hears_only_what_is_said_to_it(tmp_path: Path) -> None:
    with running(tmp_path) as (server, program):
        bob = server.person("bob")
        server.run(bob.say("chat", "a secret"))
        server.run(server.webhook("feed").say("chat", "news", mention_bot=True))
        server.run(server.person("other bot", bot=True).say("chat", "beep", mention_bot=True))
        asked = server.run(bob.say("chat", "why?", mention_bot=True))
        answer = server.run(server.answer_to(asked))
        replied = server.run(server.answer_to(server.run(bob.say("chat", "and?", reply_to=answer))))
        direct = server.run(server.answer_to(server.run(bob.dm("psst"))))
        assert [answer.text, replied.text, direct.text] == [
            "You said '@crux why?'.",
            "You said 'and?'.",
            "You said 'psst'.",
        ]
        assert "overheard ''" in program.told
        assert server.problems() == []


def test_a_bot_that_may_read_content_overhears_it(tmp_path: Path) -> None:
    with running(tmp_path, intents=WITH_CONTENT, allowed_intents=1 << 15) as (server, program):
        server.run(server.person("bob").say("chat", "an open word"))
        server.run(server.until(lambda: "overheard 'an open word'" in program.told))


def test_a_dropped_gateway_is_resumed_and_what_was_missed_is_replayed(tmp_path: Path) -> None:
    with running(tmp_path) as (server, program):
        said = server.run(server.person("bob").say("chat", "gone soon"))
        server.faults.gateway_down()
        server.run(server.until(lambda: not server.ready))
        server.delete_message(said)
        press = server.run(server.person("bob").slash("market show", {"market": "x"}, wait=False))
        server.faults.gateway_up()
        server.run(server.until(lambda: f"deleted {said.id}" in program.told, 60))
        server.run(press.until(lambda one: one.acked_after_s is not None or one.failed))
        assert (server.identified, server.resumed) == (1, 1)


def test_an_invalid_session_is_identified_anew(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        server.faults.invalidate_sessions()
        server.run(server.until(lambda: server.identified == 2, 60))
        shown = server.run(server.person("bob").slash("market show", {"market": "x"}))
        assert (shown.text, server.resumed, server.problems()) == ("Showing x", 0, [])


def test_a_click_that_is_dispatched_again_cannot_be_answered_again(tmp_path: Path) -> None:
    with running(tmp_path) as (server, program):
        ana = server.person("ana")
        server.run(server.run(ana.slash("card")).settled())
        press = server.run(ana.press(server.channels["review"].messages[0], "Approve"))
        server.replay(press)
        server.run(server.until(lambda: "not counted: 40060" in program.told))
        fresh = server.run(ana.press(server.channels["review"].messages[0], "Approve", wait=False))
        server.run(fresh.settled())
        assert server.problems() == []


def test_a_click_that_is_delivered_when_its_token_is_dead_is_answered_10062(tmp_path: Path) -> None:
    with running(tmp_path) as (server, program):
        ana = server.person("ana")
        server.run(server.run(ana.slash("card")).settled())
        server.faults.gateway_down()
        server.run(server.until(lambda: not server.ready))
        press = server.run(ana.press(server.channels["review"].messages[0], "Approve", wait=False))
        server.clock.advance(PATIENCE_S + 1)
        server.faults.gateway_up()
        server.run(server.until(lambda: "not counted: 10062" in program.told, 60))
        assert (press.failed, press.messages, server.problems()) == (True, [], [])


@pytest.mark.parametrize(
    ("status", "via", "told", "messages"),
    [
        (429, True, "ok", 1),
        (429, False, "HTTPException 429 0", 0),
        (500, True, "ok", 1),
        (502, True, "ok", 1),
        (503, True, "DiscordServerError 503 0", 0),
    ],
)
def test_an_ordered_fault_is_met_once_and_is_no_problem(
    lived_in: DiscordServer, status: int, via: bool, told: str, messages: int
) -> None:
    chat = lived_in.channels["chat"]
    before, problems = len(chat.messages), lived_in.problems()
    lived_in.faults.answer("POST", rf"^/channels/{chat.id}/messages$", status, via=via)
    answer = raw(lived_in, "POST", f"/channels/{chat.id}/messages", {"content": "hello"})
    assert (answer, len(chat.messages) - before, lived_in.problems()) == (told, messages, problems)


@pytest.mark.parametrize(("fault", "after"), [("lose", 1), ("cut", 0)])
def test_a_lost_answer_leaves_one_message_and_the_same_nonce_adds_none(
    lived_in: DiscordServer, fault: str, after: int
) -> None:
    chat = lived_in.channels["chat"]
    path, body = f"/channels/{chat.id}/messages", {"content": "once", "nonce": f"n:{fault}", "enforce_nonce": True}
    before = len(chat.messages)
    getattr(lived_in.faults, fault)("POST", f"^{path}$")
    lost = raw(lived_in, "POST", path, body)
    met = len(chat.messages) - before
    again = raw(lived_in, "POST", path, body)
    assert (lost, met, again, len(chat.messages) - before) == ("cut", after, "ok", 1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (lambda server: server.faults.refuse_login(), 3),
        (lambda server: server.faults.refuse_identify(4014), 4),
        (lambda server: None, 4),
    ],
)
def test_a_refused_login_and_a_forbidden_intent_end_the_program(
    tmp_path: Path, wrong: Callable[[DiscordServer], None], code: int
) -> None:
    with DiscordServer.in_thread() as server:
        wrong(server)
        program = Program(server, tmp_path, WITH_CONTENT)
        assert (program.process.wait(60), server.problems()) == (code, [])


def test_a_wrong_token_is_a_problem_unless_it_is_meant(tmp_path: Path) -> None:
    with DiscordServer.in_thread() as server:
        assert Program(server, tmp_path, token="another").process.wait(60) == 3
        assert server.problems() == ["GET /users/@me was answered 401 (0 401: Unauthorized)"]
        server.forgive("GET /users/@me was answered 401")
        assert server.problems() == []


def test_what_a_test_brings_about_behind_the_bots_back_is_no_problem(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        ana = server.person("ana")
        server.run(server.run(ana.slash("card")).settled())
        card = server.channels["review"].messages[0]
        assert card.thread is not None
        server.archive_thread(card.thread)
        evidence = card.thread.messages[0]
        archived = raw(server, "PATCH", f"/channels/{card.id}/messages/{evidence.id}", {"content": "x"})
        server.delete_message(card)
        gone = raw(server, "PATCH", f"/channels/{card.channel.id}/messages/{card.id}", {"content": "x"})
        server.forbid("chat", 50001)
        closed = raw(server, "POST", f"/channels/{server.channels['chat'].id}/messages", {"content": "x"})
        server.delete_channel("chat")
        lost = raw(server, "POST", f"/channels/{card.channel.id + 10**9}/messages", {"content": "x"})
        assert (archived, gone, closed, lost) == (
            "HTTPException 400 50083", "NotFound 404 10008", "Forbidden 403 50001", "NotFound 404 10003"
        )  # fmt: skip
        assert len(server.problems()) == 1


async def test_while_rest_is_down_every_request_is_cut() -> None:
    async with DiscordServer() as server:
        with pointed_at(server):
            server.faults.rest_down()
            async with discord.Client(intents=discord.Intents(INTENTS)) as client:
                with pytest.raises((aiohttp.ClientError, OSError)):
                    await client.login(server.token)
            server.faults.heal()
            async with discord.Client(intents=discord.Intents(INTENTS)) as client:
                await client.login(server.token)
                assert (client.application_id, server.problems()) == (server.application_id, [])


def test_the_client_lets_nobody_do_what_it_does_not_show(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        ana, bob = server.person("ana"), server.person("bob")
        server.run(server.run(ana.slash("card")).settled())
        card = server.channels["review"].messages[0]
        seen = server.run(ana.slash("market show", {"market": "x"}))
        form = server.run(ana.press(card, "Reject")).modal
        tries = [
            ana.press(card, "Absent"),
            ana.press(card, "Market"),
            bob.press(seen, "Anything"),
            ana.slash("absent"),
            ana.slash("market show", {}),
            ana.slash("market show", {"market": 5}),
            ana.slash("market show", {"other": "x"}),
            ana.submit(form, {"Why": ""}),
            ana.submit(form, {"Why": "x" * 51, "Category": "Rule"}),
            bob.submit(form, {}),
        ]
        for one in tries:
            with pytest.raises(ClientRefuses):
                server.run(one)
        assert len(server.problems()) == len(tries)


async def test_a_client_in_the_same_loop_is_pointed_at_the_server_for_the_length_of_the_block() -> None:
    before = discord.http.Route.BASE
    async with DiscordServer(channels=CHANNELS) as server:
        with pointed_at(server):
            client = discord.Client(intents=discord.Intents(INTENTS), guild_ready_timeout=0.1)
            heard: asyncio.Queue[discord.Message] = asyncio.Queue()
            client.event(_listening(heard))
            async with client:
                running = asyncio.create_task(client.start(server.token))
                await server.until(lambda: server.ready)
                bob = server.person("bob")
                await bob.say("chat", "look", mention_bot=True, files=[Upload("note.txt", b"words", None)])
                message = await asyncio.wait_for(heard.get(), 30)
                assert (message.author.name, await message.attachments[0].read()) == ("bob", b"words")
                guild = client.get_guild(server.guild.id)
                assert guild is not None
                members = await guild.query_members(user_ids=[bob.id])
                assert [one.name for one in members] == ["bob"]
                with pytest.raises(NeverCame, match="GET /users/@me -> 200"):
                    await server.until(lambda: False, 0.2)
            await running
        assert (discord.http.Route.BASE, server.problems()) == (before, [])


def _listening(heard: asyncio.Queue[discord.Message]) -> Any:
    async def on_message(message: discord.Message) -> None:
        await heard.put(message)

    return on_message


def test_discord_is_imported_by_nobody_but_who_wants_it(tmp_path: Path) -> None:
    with DiscordServer.in_thread() as server:
        look = "import sys; print('discord' in sys.modules); import discord; print(discord.http.Route.BASE)"
        environment = os.environ | pointing_at(server, tmp_path)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", look], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == ["False", server.rest_address]


def test_people_are_known_by_name(lived_in: DiscordServer) -> None:
    assert isinstance(lived_in.person("eve"), Person) and lived_in.person("eve") is lived_in.person("eve")
