"""Exactly once: the process is killed at every point of its way to Manifold; the end is as if it never had been."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from books import Books, books
from prepared import Prepared
from stage import Ran, Stage, stage

Say = Callable[[str], None]
Act = Callable[[Stage], None]
KILLED = -signal.SIGKILL


def test_killed_at_any_point_of_opening_two_markets_makes_and_pays_for_each_once(
    prepared: Prepared, tmp_path: Path, say: Say
) -> None:
    end = killed_everywhere(prepared.ready, tmp_path, "apply", say, at_least=12)
    assert {row["question"].split()[0] for row in end.rows("markets")} == {"Will", "Whose"}
    assert len(end.rows("markets")) == len(end.markets) == 2
    assert end.payments() == [
        ("ADD_SUBSIDY", 150.0),
        ("ADD_SUBSIDY", 200.0),
        ("CREATE_CONTRACT_ANTE", 100.0),
        ("CREATE_CONTRACT_ANTE", 100.0),
    ]
    assert end.balances()["creator"] == 1_000_000 - 550
    assert end.committed_mana == end.spent_mana == "550"


def test_killed_at_any_point_of_announcing_posts_each_notice_once(
    prepared: Prepared, tmp_path: Path, say: Say
) -> None:
    end = killed_everywhere(prepared.approved, tmp_path, "resolve", say, at_least=12)
    assert [row["content"] for row in end.rows("comments")] == [[mark] for mark in sorted(marks(end))]
    assert len(marks(end)) == 2
    assert [state for _, state, _ in end.proposals] == ["agreed", "agreed"]


def test_killed_at_any_point_of_resolving_resolves_and_tells_once(
    prepared: Prepared, tmp_path: Path, say: Say
) -> None:
    end = killed_everywhere(prepared.agreed, tmp_path, "resolve", say, at_least=12)
    assert {row["question"].split()[0]: row["resolution"] for row in end.rows("markets")} == {
        "Will": "YES",
        "Whose": "CHOOSE_MULTIPLE",
    }
    assert len(marks(end)) == 4  # two notices, two receipts
    assert [state for _, state, _ in end.proposals] == ["resolved", "resolved"]


def test_killed_at_any_point_of_funding_pays_the_difference_once(prepared: Prepared, tmp_path: Path, say: Say) -> None:
    end = killed_everywhere(prepared.opened, tmp_path, "apply --yes-many", say, before=more_subsidy)
    assert [row for row in end.payments() if row[0] == "ADD_SUBSIDY"] == [
        ("ADD_SUBSIDY", 50.0),
        ("ADD_SUBSIDY", 150.0),
        ("ADD_SUBSIDY", 200.0),
    ]


def test_killed_at_any_point_of_putting_drift_back_it_is_put_back(
    prepared: Prepared, tmp_path: Path, say: Say
) -> None:
    end = killed_everywhere(
        prepared.opened, tmp_path, "apply --yes-many --restore half-solved", say, before=somebody_retitles
    )
    assert "Will a system solve half" in end.sandbox["markets"][1]


def more_subsidy(there: Stage) -> None:
    there.edit("markets/half-solved.yaml", "subsidy: 150", "subsidy: 200")
    there.edit("debate.yaml", "budget: 604", "budget: 600")


def somebody_retitles(there: Stage) -> None:
    market = next(row["id"] for row in there.state()["markets"] if row["outcome_type"] == "BINARY")
    there.post("mod", f"/v0/market/{market}/update", {"question": "Will something else happen?"})


def killed_everywhere(
    prepared: Path, tmp_path: Path, command: str, say: Say, *, before: Act = lambda there: None, at_least: int = 1
) -> Books:
    """Run a command once untouched; then once for each point, killed there and run again, to the very same end."""
    with stage(tmp_path / "untouched", prepared) as there:
        before(there)
        points = there.run(command).points
        again(there, command)
        wanted = books(there)
    for number, name in enumerate(points, 1):
        with stage(tmp_path / f"point-{number}", prepared) as there:
            before(there)
            killed = there.run(command, kill_at=number)
            assert (killed.code, len(killed.points)) == (KILLED, number)
            again(there, command)
            assert books(there) == wanted, f"killed at point {number}, {name}"
    assert len(points) >= at_least
    say(told(command, points))
    return wanted


def again(there: Stage, command: str) -> Ran:
    """The same command in a new process, and then once more: that one must find nothing to do."""
    ran = there.run(command, command)
    assert ran.codes == (0, 0), ran.err
    return ran


def marks(end: Books) -> set[str]:
    return {mark for row in end.rows("comments") for mark in row["content"]}


def told(command: str, points: Sequence[str]) -> str:
    lines = [f"  {number:3} {name}" for number, name in enumerate(points, 1)]
    return "\n".join([f"\ncrux {command}: SIGKILL at {len(points)} points, each ended as if it never had been", *lines])
