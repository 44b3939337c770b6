"""Exactly once though two processes do it at the same time: one does it, the other is told or finds it done."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from books import books
from scenes import ANNOUNCING, FUNDING, OPENING, RESOLVING, Scene, Theatre, again
from stage import Ran, Stage, without_sandbox

pytestmark = pytest.mark.long(20)

TOLD = "crux: another process is at `manifold` with this store; wait for it to end\n"
APPROVE = "review 2 approve --as {} --because agreed"


@pytest.mark.parametrize("scene", [OPENING, FUNDING, ANNOUNCING, RESOLVING], ids=lambda scene: scene.name)
def test_two_processes_at_once_do_everything_once(theatre: Theatre, scene: Scene) -> None:
    _, wanted = theatre.untouched(scene)
    with theatre.stage(scene) as there:
        there.misbehave({"route": "*", "what": "slow", "times": None, "ms": 20})  # so that their requests mingle
        one_does_it(at_once(there, [scene.command, scene.command]))
        there.misbehave()
        again(there, scene)
        assert books(there) == wanted


@pytest.mark.parametrize("scene", [OPENING, FUNDING, ANNOUNCING, RESOLVING], ids=lambda scene: scene.name)
def test_two_processes_that_both_find_what_a_dead_one_left_open_do_it_once(theatre: Theatre, scene: Scene) -> None:
    """The request of the dead one never arrived, so both would wait, find nothing, and send it again."""
    points, wanted = theatre.untouched(scene)
    number = next(number for number, name in enumerate(points, 1) if name.endswith(": half sent"))
    with theatre.stage(scene) as there:
        assert there.run(scene.command, kill_at=number).code == -signal.SIGKILL
        there.misbehave({"route": scene.route, "what": "slow", "times": None, "ms": 100})
        one_does_it(at_once(there, [scene.command, scene.command]))
        again(there, scene)
        assert books(there) == wanted


def test_two_stores_on_one_sandbox_file_at_once_the_later_is_told(theatre: Theatre, tmp_path: Path) -> None:
    """A served file belongs to the process that serves it, or two sandboxes would write over one another."""
    theatre.untouched(OPENING)  # there is something to open
    with theatre.stage(OPENING) as serving:
        other = without_sandbox(tmp_path / "other", theatre.prepared.ready)
        ran = other.run(f"apply --sandbox {serving.folder / 'sandbox.jsonl'}")
        assert ran.codes == (1,)
        assert ran.err.startswith("crux: ") and "another sandbox is serving this state file" in ran.err
        assert serving.state()["markets"] == []


def test_one_person_approving_twice_at_once_has_one_vote_and_is_told(theatre: Theatre) -> None:
    with theatre.stage(PROPOSED) as there:
        first, second = sorted(at_once(there, [APPROVE.format("ann")] * 2), key=lambda ran: ran.codes)
        assert (first.codes, second.codes) == ((0,), (1,))
        assert second.err == "crux: ann has said approve to proposal 2 already: one person, one vote\n"
        assert books(there).proposals == [(1, "proposed", False), (2, "proposed", False)]


def test_two_people_approving_at_once_both_count(theatre: Theatre) -> None:
    with theatre.stage(PROPOSED) as there:
        both = at_once(there, [APPROVE.format("ann"), APPROVE.format("bob")])
        assert [ran.codes for ran in both] == [(0,), (0,)]
        assert books(there).proposals == [(1, "proposed", False), (2, "approved", False)]


def test_of_approving_and_disputing_at_once_the_later_sees_what_the_earlier_did(theatre: Theatre) -> None:
    """Either the dispute comes first and the approval is told so, or both are taken down and the dispute stands."""
    with theatre.stage(PROPOSED) as there:
        dispute = APPROVE.format("cem").replace("approve", "dispute")
        approved, disputed = at_once(there, [APPROVE.format("ann"), dispute])
        assert disputed.codes == (0,)
        assert approved.codes == (0,) or "look again" in approved.err or "is disputed" in approved.err
        assert books(there).proposals == [(1, "proposed", False), (2, "disputed", False)]


def one_does_it(both: Sequence[Ran]) -> None:
    """The other comes too late to find anything to do, or too early and is told."""
    ended = [(ran.codes, ran.err if ran.codes != (0,) else "") for ran in both]
    assert ((0,), "") in ended
    assert {*ended} <= {((0,), ""), ((1,), TOLD)}, ended


PROPOSED = Scene("reviewing", lambda made: made.proposed, "", "")


def at_once(there: Stage, commands: Sequence[str]) -> list[Ran]:
    """Each command in a process of its own; they begin in the same millisecond and wait a hundred times faster."""
    begun = [there.begin(command, haste=100, go=str(there.folder / "go")) for command in commands]
    there.wait_until(lambda: all(each.ready for each in begun))
    (there.folder / "go").touch()
    return [each.end() for each in begun]
