"""Exactly once though the server misbehaves: works and answers 500, drops the line, reads 15 s behind its writes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from books import Books, books
from scenes import (
    ANNOUNCING,
    FUNDING,
    OPENING,
    RESOLVING,
    RESTORING,
    TELLING,
    UNDO,
    UNDOING,
    Scene,
    Theatre,
    again,
    told_of_undoing,
)
from stage import Stage

pytestmark = pytest.mark.long(45)

STALE = {"route": "GET *", "what": "stale_reads", "times": None}
FAULTS: dict[str, tuple[str | None, bool]] = {
    "500 before the work": ("500", False),
    "500 after the work": ("work_then_500", False),
    "503": ("503", False),
    "line cut before the work": ("drop", False),
    "line cut after the work": ("drop_after_work", False),
    "reads 15 s stale": (None, True),
    "500 after the work, reads 15 s stale": ("work_then_500", True),
    "line cut after the work, reads 15 s stale": ("drop_after_work", True),
}
SCENES = [OPENING, FUNDING, RESTORING, ANNOUNCING, RESOLVING, TELLING]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_the_server_fails_once_and_everything_is_done_once(theatre: Theatre, scene: Scene, fault: str) -> None:
    _, wanted = theatre.untouched(scene)
    what, stale = FAULTS[fault]
    with theatre.stage(scene) as there:
        there.misbehave(*([once(scene, what)] if what else []), *([STALE] if stale else []))
        ran = there.run(scene.command)
        assert ran.codes == (0,), ran.err  # it waits and reads back; nobody has to come again
        there.misbehave()
        there.later(timedelta(seconds=20))
        again(there, scene)
        assert books(there) == wanted


@pytest.mark.parametrize("fault", ["500", "503", "drop_after_work"])
@pytest.mark.parametrize("scene", [OPENING, FUNDING, ANNOUNCING, RESOLVING], ids=lambda scene: scene.name)
def test_the_server_fails_for_as_long_as_it_is_asked_and_later_it_is_done_once(
    theatre: Theatre, scene: Scene, fault: str
) -> None:
    _, wanted = theatre.untouched(scene)
    with theatre.stage(scene) as there:
        there.misbehave(once(scene, fault) | {"times": None})
        first = there.run(scene.command)
        assert first.codes == ((0,) if "work" in fault else (3,)), first.err
        there.misbehave()
        again(there, scene)
        assert books(there) == wanted


@pytest.mark.parametrize("scene", [OPENING, RESOLVING], ids=lambda scene: scene.name)
def test_one_request_in_four_fails_somehow_and_in_the_end_everything_is_done_once(
    theatre: Theatre, scene: Scene
) -> None:
    _, wanted = theatre.untouched(scene)
    somehow = ("500", "work_then_500", "503", "drop", "drop_after_work", "stale_reads")
    with theatre.stage(scene) as there:
        there.misbehave(*({"route": "*", "what": what, "times": None, "probability": 0.05} for what in somehow))
        for _ in range(8):
            if there.run(scene.command).codes == (0,):
                break
        there.misbehave()
        there.later(timedelta(seconds=20))
        again(there, scene)
        assert books(there) == wanted


@pytest.mark.parametrize("fault", FAULTS)
def test_the_server_fails_once_while_a_resolution_is_taken_back_and_it_is_once(theatre: Theatre, fault: str) -> None:
    told = replace(UNDOING, name="undone", command="resolve", before=undone)
    _, wanted = theatre.untouched(told)
    assert wanted.proposals == [(1, "proposed", False), (2, "undone", True)]
    what, stale = FAULTS[fault]
    with theatre.stage(UNDOING) as there:
        there.misbehave(*([once(UNDOING, what)] if what else []), *([STALE] if stale else []))
        ran = there.run(UNDO)
        assert ran.codes == (0,), ran.err
        there.misbehave()
        there.later(timedelta(seconds=20))
        again(there, told)
        assert but_for_when(books(there)) == but_for_when(wanted)


def but_for_when(found: Books) -> Books:
    """Without when trading ended, which is when it was taken back: a second try comes a second later."""
    markets = [re.sub(r'"close_time": \d+', "", one) for one in found.sandbox["markets"]]
    return replace(found, sandbox={**found.sandbox, "markets": markets})


def undone(there: Stage) -> None:
    told_of_undoing(there)
    assert there.run(UNDO).codes == (0,)


def once(scene: Scene, what: str) -> dict[str, Any]:
    return {"route": scene.route, "what": what, "times": 1}
