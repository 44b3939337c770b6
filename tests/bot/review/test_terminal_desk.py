"""Guards: the same review through the terminal: who one is, links, categories, take, undo, pause."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from crux_builders import Crux, Ran
from desk_builders import FIVE, desk_in

from bot.app import wall_clock
from bot.commands import terminal
from bot.commands.terminal import myself
from bot.review.people import Actor, issue_code, person_of, redeem
from bot.store import open_store


async def _played(path: Path, debate: str) -> None:
    async with desk_in(path, {"debate.yaml": debate}) as desk:
        await desk.world.decided()


@pytest.fixture
def decided(tmp_path: Path, crux: Crux) -> Crux:
    """Commands today, on a debate played up to two proposals in January 2020."""
    asyncio.run(_played(tmp_path, FIVE))
    return crux.on(tmp_path / "debate", tmp_path / "crux.sqlite")


def review(crux: Crux, *arguments: object) -> Ran:
    return crux("review", 1, *arguments, "--because", "I read the row")


def code_in(out: str) -> str:
    return out.splitlines()[0].rpartition(" ")[2]


def test_a_code_from_the_terminal_is_shown_once_and_links_a_discord_account(decided: Crux, tmp_path: Path) -> None:
    ran = decided("link", "ann")
    assert ran.code == 0, ran.err
    store = open_store(tmp_path / "crux.sqlite", now=wall_clock)
    try:
        assert redeem(store, "small", Actor("discord", "7", "Ann"), code_in(ran.out)) == "ann"
    finally:
        store.close()
    assert "ann: discord Ann" in decided("link").out
    assert decided("link", "ann", "--unlink", "discord").code == 0
    assert decided("link", "--json").json["people"] == []


def test_a_linked_terminal_may_leave_out_as_and_speaks_for_nobody_else(decided: Crux) -> None:
    assert "say who you are with --as NAME" in review(decided, "approve").err
    assert decided("link", "ann", "--here").code == 0
    assert review(decided, "approve", "--json").json["reviews"][0]["person"] == "ann"
    refused = review(decided, "approve", "--as", "ben")
    assert "is ann's, not ben's: one person, one vote" in refused.err


def test_who_has_a_terminal_account_is_not_spoken_for_from_another(
    decided: Crux, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert decided("link", "ann", "--here").code == 0
    monkeypatch.setattr(terminal.socket, "gethostname", lambda: "elsewhere")
    ran = review(decided, "approve", "--as", "ann")
    assert (ran.code, "ann speaks as" in ran.err) == (1, True)
    assert "ann speaks as" in decided("link", "ann").err  # nor linked from there
    assert review(decided, "approve", "--as", "ben").code == 0


def test_who_is_on_discord_links_a_terminal_only_by_a_code_from_there(decided: Crux, tmp_path: Path) -> None:
    store = open_store(tmp_path / "crux.sqlite", now=wall_clock)
    try:
        redeem(store, "small", Actor("discord", "7", "Ann"), issue_code(store, "small", "ann", "discord"))
    finally:
        store.close()
    assert "ann is on Discord already: ask the bot there for a code" in decided("link", "ann", "--here").err


def test_a_terminal_is_linked_by_a_code_that_came_through_discord(decided: Crux, tmp_path: Path) -> None:
    store = open_store(tmp_path / "crux.sqlite", now=wall_clock)
    try:
        code = issue_code(store, "small", "ann", "terminal")
        assert decided("link", "--code", code).code == 0
        assert person_of(store, "small", myself()) == "ann"
    finally:
        store.close()


def test_an_approval_is_taken_back_by_the_command_that_gave_it(decided: Crux) -> None:
    assert "1 more approval wanted, of 2" in review(decided, "approve", "--as", "ann").out
    ran = review(decided, "retract", "--as", "ann")
    assert (ran.code, "ann: retract: I read the row" in ran.out, ran.err) == (0, True, "")
    assert "2 more approvals wanted, of 2" in ran.out
    assert "ann took back the approval of proposal 1 (reach-85 → YES): I read the row" in decided("log", "reach-85").out
    assert decided("verify", "--json").json["broken"] == []


def test_a_category_is_taken_down_and_shown(decided: Crux) -> None:
    ran = review(decided, "reject", "--as", "ann", "--category", "wrong value")
    assert ran.code == 0, ran.err
    assert "ann: reject [wrong value]: I read the row" in ran.out
    assert "3 more approvals wanted, of 2" in ran.out
    assert "did you mean 'too early'" in review(decided, "reject", "--as", "ben", "--category", "too erly").err


def test_the_card_says_of_whom_no_positions_were_read(decided: Crux) -> None:
    assert (
        "no Manifold account is known of ann: no positions were read" in review(decided, "approve", "--as", "ann").out
    )


def test_a_resolution_of_this_moment_is_undone_by_the_command(tmp_path: Path, crux: Crux) -> None:
    quick = FIVE.replace("48 hours", "1 second")

    async def play() -> None:
        async with desk_in(tmp_path, {"debate.yaml": quick}) as desk:
            await desk.world.decided()

    asyncio.run(play())
    crux.on(tmp_path / "debate", tmp_path / "crux.sqlite")
    state = tmp_path / "sandbox.jsonl"
    assert "traders have not been told of it yet" in crux("proposals").out
    for person in ("ann", "ben"):
        assert review(crux, "approve", "--as", person, "--sandbox", state).code == 0
    deadline = time.monotonic() + 60
    while "proposal 1 resolved" not in crux("resolve", "--sandbox", state).out:
        assert time.monotonic() < deadline
    assert "it can be taken back until" in crux("proposals", "--all").out
    ran = review(crux, "undo", "--as", "cat", "--sandbox", state)
    assert "proposal 1 undone: taken back" in ran.out, ran.err
    assert "it can be taken back" not in crux("proposals", "--all").out
    assert crux("verify", "--json").json["broken"] == []


def test_a_reviewer_takes_a_proposal_and_others_see_it(decided: Crux) -> None:
    assert "ann looks into proposal 1" in review(decided, "take", "--as", "ann").out
    assert decided("proposals", "--json").json[0]["taken_by"] == "ann"


def test_a_dispute_looks_at_the_sources_at_once_and_waits_where_they_cannot_be_reached(decided: Crux) -> None:
    ran = review(decided, "dispute", "--as", "ann", "--category", "tampered source")
    assert "looked again at board: failed" in ran.out
    assert "it stays disputed until its sources can be looked at" in ran.out
    assert "proposal 1: reach-85 -> YES  [disputed]" in ran.out
    assert "3 more" not in ran.out


def test_a_dispute_looks_again_and_judges_again_at_once(tmp_path: Path, crux: Crux) -> None:
    from crux_builders import SOURCE, START, body

    filed = SOURCE.replace('{url: "http://127.0.0.1:9/scores.csv"}', "{file: registries/board.csv}")
    shown = body(START | {"two": ("88.5", "north")}).decode()
    changes = {"debate.yaml": FIVE, "sources/board.yaml": filed, "registries/board.csv": shown}

    async def play() -> None:
        async with desk_in(tmp_path, changes) as desk:
            await desk.world.decided()

    asyncio.run(play())
    crux.on(tmp_path / "debate", tmp_path / "crux.sqlite")
    ran = review(crux, "dispute", "--as", "ann")
    assert "looked again at board: good" in ran.out, ran.err
    assert "reach-85: judged again, proposal 1: YES" in ran.out
    assert "more approvals wanted, of 3" in ran.out


def test_a_declared_account_is_looked_at_in_the_sandbox_and_refused_with_shares(tmp_path: Path, crux: Crux) -> None:
    declared = FIVE.replace("ann: {}", "ann: {manifold: trader1}")

    async def play() -> None:
        async with desk_in(tmp_path, {"debate.yaml": declared}) as desk:
            await desk.world.decided()
            await desk.world.bet("trader1")

    asyncio.run(play())
    crux.on(tmp_path / "debate", tmp_path / "crux.sqlite")
    ran = review(crux, "approve", "--as", "ann", "--sandbox", tmp_path / "sandbox.jsonl")
    assert (ran.code, "ann holds shares in this market" in ran.err) == (1, True)
    elsewhere = review(crux, "approve", "--as", "ann")
    assert "nobody can see now whether ann holds shares in this market" in elsewhere.err
    assert review(crux, "approve", "--as", "ben", "--sandbox", tmp_path / "sandbox.jsonl").code == 0


def test_pause_and_resume_by_the_command(decided: Crux) -> None:
    assert "paused by ann" in decided("pause", "--as", "ann", "--because", "hacked").out
    assert "paused by ann" in decided("propose").out
    assert "paused by ann" in decided("resolve", "--sandbox", decided.path / "sandbox.jsonl").out
    assert decided("resume", "--as", "ann").code == 0
    assert "paused" not in decided("propose").out
    assert "'mallory' is no reviewer" in decided("pause", "--as", "mallory", "--because", "x").err


def test_undo_by_the_command_is_refused_where_nothing_is_resolved(decided: Crux) -> None:
    assert "there is no resolution to take back" in review(decided, "undo", "--as", "ann").err


def test_who_puts_a_proposal_forward_by_name_does_not_approve_it(decided: Crux) -> None:
    for person in ("ann", "ben"):
        assert review(decided, "reject", "--as", person).code == 0
    assert "reach-85: proposed, proposal 3" in decided("propose", "reach-85", "--as", "cat").out
    refused = decided("review", 3, "approve", "--as", "cat", "--because", "x")
    assert "cat has put proposal 3 forward: who proposes does not approve" in refused.err


def test_a_name_that_is_no_reviewer_is_not_linked(decided: Crux) -> None:
    assert "'anne' is no reviewer; did you mean 'ann'" in decided("link", "anne").err
    assert "'discrod' is no platform; did you mean 'discord'" in decided("link", "ann", "--unlink", "discrod").err
