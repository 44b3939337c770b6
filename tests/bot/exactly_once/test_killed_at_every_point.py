"""Exactly once: the process is killed at every point of its way to Manifold; the end is as if it never had been."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from books import Books, books, books_of
from scenes import (
    ANNOUNCING,
    ANSWERING,
    FUNDING,
    OPENING,
    PROPOSING,
    RESOLVING,
    RESTORING,
    RETITLED,
    UNDO,
    UNDOING,
    VOTING,
    Scene,
    Theatre,
    again,
    just_enough,
)
from stage import without_sandbox

from markets.sandbox.entities import to_json
from markets.sandbox.server import Sandbox

pytestmark = pytest.mark.long(150)

Say = Callable[[str], None]
KILLED = -signal.SIGKILL


def test_killed_at_any_point_of_opening_two_markets_it_makes_and_pays_for_each_once(theatre: Theatre, say: Say) -> None:
    end = killed_everywhere(theatre, OPENING, say)
    assert [market[:1] + market[2:5] for market in end.markets] == [
        ("half-solved", "BINARY", "open", 150),
        ("who-leads", "MULTIPLE_CHOICE", "open", 200),
    ]
    assert len(end.rows("markets")) == 2
    assert end.payments() == [
        ("ADD_SUBSIDY", 150),
        ("ADD_SUBSIDY", 200),
        ("CREATE_CONTRACT_ANTE", 100),
        ("CREATE_CONTRACT_ANTE", 100),
    ]
    assert end.balances()["creator"] == 1_000_000 - 550
    assert [end.committed_mana, end.spent_mana] == [Decimal(550)] * 2


def test_killed_at_any_point_of_announcing_it_posts_the_notice_once(theatre: Theatre, say: Say) -> None:
    end = killed_everywhere(theatre, ANNOUNCING, say)
    assert [len(row["content"]) for row in end.rows("comments")] == [
        1,
        1,
    ]  # the window of one, that the other is proposed
    assert end.proposals == [(1, "proposed", False), (2, "agreed", True)]
    assert ("BOT_COMMENT_FEE", 1) in end.payments()


def test_killed_at_any_point_of_resolving_it_resolves_and_gives_its_receipt_once(theatre: Theatre, say: Say) -> None:
    end = killed_everywhere(theatre, RESOLVING, say)
    assert [market["resolution"] for market in end.rows("markets") if market.get("is_resolved")] == ["CHOOSE_MULTIPLE"]
    assert end.proposals == [(1, "proposed", False), (2, "resolved", True)]
    assert [payment for payment in end.payments() if payment[0] == "BOT_COMMENT_FEE"] == [("BOT_COMMENT_FEE", 1)] * 3
    assert len({str(row["content"]) for row in end.rows("comments")}) == 3


def test_killed_at_any_point_of_funding_it_pays_the_difference_once(theatre: Theatre, say: Say) -> None:
    end = killed_everywhere(theatre, FUNDING, say)
    subsidies = [mana for category, mana in end.payments() if category == "ADD_SUBSIDY"]
    assert subsidies == [50, 150, 200]
    assert [end.committed_mana, end.spent_mana] == [Decimal(600)] * 2


def test_killed_at_any_point_of_putting_drift_back_it_is_put_back(theatre: Theatre, say: Say) -> None:
    end = killed_everywhere(theatre, RESTORING, say)
    assert RETITLED not in {market["question"] for market in end.rows("markets")}


def test_killed_around_the_answer_to_an_objection_it_resolves_answers_and_gives_its_receipt_once(
    theatre: Theatre,
) -> None:
    points, wanted = theatre.untouched(ANSWERING)
    for number in (number for number, name in enumerate(points, 1) if name.startswith("POST /v0/comment")):
        with theatre.stage(ANSWERING) as there:
            assert there.run(ANSWERING.command, kill_at=number).code == KILLED
            again(there, ANSWERING)
            assert books(there) == wanted, f"killed at point {number}, {points[number - 1]}"
    assert [row["reply_to"] is not None for row in wanted.rows("comments")].count(True) == 2
    assert [mana for category, mana in wanted.payments() if category == "BOT_COMMENT_FEE"] == [1, 1, 1, 1]


def test_killed_around_any_write_of_taking_a_resolution_back_it_is_taken_back_and_told_once(theatre: Theatre) -> None:
    with theatre.stage(UNDOING) as there:
        points = there.run(UNDO).points
        assert there.run("resolve", "resolve").codes == (0, 0)
        wanted = books(there)
    assert wanted.proposals == [(1, "proposed", False), (2, "undone", True)]
    assert "CONTRACT_UNDO_RESOLUTION_PAYOUT" in {row["category"] for row in wanted.rows("txns")}
    for number in (number for number, name in enumerate(points, 1) if not name.startswith("GET")):
        with theatre.stage(UNDOING) as there:
            assert there.run(UNDO, kill_at=number).code == KILLED
            assert there.run("resolve").codes == (0,)
            assert there.run(UNDO).codes in ((0,), (1,))  # the second where it had begun before
            again(there, replace(UNDOING, command="resolve"))
            assert books(there) == wanted, f"killed at point {number}, {points[number - 1]}"


@pytest.mark.parametrize("scene", [PROPOSING, VOTING], ids=lambda scene: scene.name)
def test_killed_while_people_decide_there_is_one_proposal_for_a_market_and_one_vote_for_a_person(
    theatre: Theatre, scene: Scene
) -> None:
    points, wanted = theatre.untouched(scene)
    for number, name in enumerate(points, 1):
        with theatre.stage(scene) as there:
            assert there.run(scene.command, kill_at=number).code == KILLED
            told = there.run(scene.command).err
            assert told in ("", "crux: ann has said approve to proposal 2 already: one person, one vote\n")
            assert books(there) == wanted, f"killed at point {number}, {name}"


def test_killed_together_with_a_sandbox_in_its_own_process_it_makes_each_market_once(
    theatre: Theatre, tmp_path: Path
) -> None:
    """With --sandbox FILE both die at once, and the file is all that is left of Manifold."""
    points, wanted = theatre.untouched(OPENING)
    for number in (7, 8, 9, 11, 12, 13, 18, 19):
        there = without_sandbox(tmp_path / str(number), OPENING.start(theatre.prepared))
        just_enough(there)
        state = there.folder / "sandbox.jsonl"
        assert there.run(f"apply --sandbox {state}", kill_at=number).code == KILLED
        ran = there.run(f"apply --sandbox {state}")
        assert ran.codes == (0,), ran.err
        assert books_of(there.store, state_in(state)) == wanted, f"killed at point {number}, {points[number - 1]}"


@pytest.mark.parametrize("scene", [OPENING, FUNDING, ANNOUNCING, RESOLVING], ids=lambda scene: scene.name)
def test_killed_again_while_it_recovers_it_ends_the_same(theatre: Theatre, scene: Scene) -> None:
    points, wanted = theatre.untouched(scene)
    sent, worked = numbers(points, "sent")[0], numbers(points, "worked, answer unread")[0]
    for number, second in ((sent, 4), (worked, 7), (sent, 10), (worked, 13)):
        with theatre.stage(scene) as there:
            assert there.run(scene.command, kill_at=number).code == KILLED
            there.run(scene.command, kill_at=second)
            again(there, scene)
            assert books(there) == wanted, f"killed at {points[number - 1]}, then at point {second} of recovering"


@pytest.mark.parametrize("scene", [OPENING, FUNDING, RESTORING, ANNOUNCING, RESOLVING], ids=lambda scene: scene.name)
def test_killed_after_the_work_it_is_found_though_reads_are_15_s_stale(theatre: Theatre, scene: Scene) -> None:
    points, wanted = theatre.untouched(scene)
    for number in numbers(points, "worked, answer unread"):
        with theatre.stage(scene) as there:
            assert there.run(scene.command, kill_at=number).code == KILLED
            there.misbehave({"route": "GET *", "what": "stale_reads", "times": None})
            there.run(scene.command)
            there.misbehave()
            there.later(timedelta(seconds=20))
            again(there, scene)
            assert books(there) == wanted, f"killed at {points[number - 1]}"


@pytest.mark.parametrize("scene", [OPENING, FUNDING, ANNOUNCING, RESOLVING], ids=lambda scene: scene.name)
def test_killed_while_manifold_still_works_on_the_request_nothing_is_done_twice(theatre: Theatre, scene: Scene) -> None:
    """Really waiting, fifty times faster: the request is worked on 45 s after it was sent, its sender long dead."""
    points, wanted = theatre.untouched(scene)
    number = numbers(points, "sent")[0]
    with theatre.stage(scene) as there:
        there.misbehave({"route": scene.route, "what": "slow", "ms": 900})
        assert there.run(scene.command, kill_at=number, line_s=1.2).code == KILLED
        there.run(scene.command, haste=50)
        there.wait(1.0)
        again(there, scene)
        assert books(there) == wanted


@pytest.mark.parametrize("scene", [OPENING, RESOLVING], ids=lambda scene: scene.name)
def test_a_program_started_as_any_other_and_killed_mid_request_ends_the_same(theatre: Theatre, scene: Scene) -> None:
    """The other tests fork their processes; these are started from the command line, Python and all."""
    points, wanted = theatre.untouched(scene)
    number = numbers(points, "sent")[0]
    with theatre.stage(scene) as there:
        assert there.program(scene.command, kill_at=number).code == KILLED
        assert there.program(scene.command, "verify").codes == (0, 0)
        assert books(there) == wanted


def killed_everywhere(theatre: Theatre, scene: Scene, say: Say) -> Books:
    """Once for each point: killed there, run again, and at the very end that it has when nobody disturbs it."""
    points, wanted = theatre.untouched(scene)
    for number, name in enumerate(points, 1):
        with theatre.stage(scene) as there:
            killed = there.run(scene.command, kill_at=number)
            assert (killed.code, len(killed.points)) == (KILLED, number)
            ran = there.run(scene.command)
            assert ran.codes == (0,), ran.err
            assert books(there) == wanted, f"killed at point {number}, {name}"
    assert len(points) >= 12
    told = [f"  {number:2} {name}" for number, name in enumerate(points, 1)]
    say("\n".join([f"\n{scene.name}: crux {scene.command}, SIGKILL at each of {len(points)} points", *told]))
    return wanted


def state_in(path: Path) -> dict[str, Any]:
    """What a sandbox's file holds."""
    tables = Sandbox(path).state.tables
    return {f"{table.name}s": [to_json(row) for row in table] for table in tables}


def numbers(points: Iterable[str], *kinds: str) -> list[int]:
    """The numbers of the points of these kinds."""
    return [number for number, name in enumerate(points, 1) if name.partition(": ")[2] in kinds]
