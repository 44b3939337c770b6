"""The five ways to Manifold that are killed, spoiled and raced: each a command on a prepared place, and its one end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from books import Books, books
from prepared import LIVE, Prepared, opened
from stage import Ran, Stage, stage

RETITLED = "Will something else happen before February 2026?"


def just_enough(there: Stage) -> None:
    """A budget for opening both markets and nothing more."""
    there.edit("debate.yaml", "budget: 553", "budget: 550")


def more_subsidy(there: Stage) -> None:
    there.edit("markets/half-solved.yaml", "subsidy: 150", "subsidy: 200")
    there.edit("debate.yaml", "budget: 553", "budget: 600")


def retitled(there: Stage) -> None:
    """A moderator changes a market's question."""
    market = next(row["id"] for row in there.state()["markets"] if row["outcome_type"] == "BINARY")
    there.post("mod", f"/v0/market/{market}/update", {"question": RETITLED})


def objected(there: Stage) -> None:
    """A holder replies to the notice; the next run reads it back and holds, and a reviewer answers."""
    there.edit("debate.yaml", "budget: 553", "budget: 554")
    notice = there.state()["comments"][0]
    reply = {"contractId": notice["contract_id"], "markdown": "Really?", "replyToCommentId": notice["id"]}
    there.post("trader1", "/v0/comment", reply)
    held = there.run("resolve", "review 2 answer --as ann --because Yes")
    assert held.codes == (0, 0), held.err


@dataclass(frozen=True)
class Scene:
    """Where it starts, what happens there first, the command, and the address of the write that it is about."""

    name: str
    start: Callable[[Prepared], Path]
    command: str
    route: str
    before: Callable[[Stage], None] = lambda there: None


OPENING = Scene("opening", lambda made: made.ready, "apply", "POST /v0/market", just_enough)
FUNDING = Scene(
    "funding",
    lambda made: made.opened,
    "apply --yes-many",
    "POST /v0/market/{contractId}/add-liquidity",
    more_subsidy,
)
RESTORING = Scene(
    "restoring",
    lambda made: made.opened,
    "apply --yes-many --restore half-solved",
    "POST /v0/market/{contractId}/update",
    retitled,
)
ANNOUNCING = Scene("announcing", lambda made: made.approved, "resolve", "POST /v0/comment")
RESOLVING = Scene("resolving", lambda made: made.agreed, "resolve", "POST /v0/market/{contractId}/resolve")
TELLING = Scene("telling", lambda made: made.agreed, "resolve", "POST /v0/comment")  # the receipt

ANSWERING = Scene("answering", lambda made: made.agreed, "resolve", "POST /v0/comment", objected)
UNDO = "review 2 undo --as ann --because wrong"


def told_of_undoing(there: Stage) -> None:
    """One more comment, by which traders are told."""
    there.edit("debate.yaml", "budget: 553", "budget: 554")


UNDOING = Scene("undoing", lambda made: made.resolved, UNDO, "POST /unresolve", told_of_undoing)
PROPOSING = Scene("proposing", lambda made: made.decided, "propose", "")
VOTING = Scene("voting", lambda made: made.proposed, "review 2 approve --as ann --because agreed", "")


@dataclass
class Theatre:
    """Plays a scene: once untouched, to know its points and its end, and then as often as somebody spoils it."""

    prepared: Prepared
    folder: Path
    played: dict[str, tuple[tuple[str, ...], Books]] = field(default_factory=dict)
    count: int = 0

    def untouched(self, scene: Scene) -> tuple[tuple[str, ...], Books]:
        """The points it passes, and the books at its end."""
        if scene.name not in self.played:
            with self.stage(scene) as there:
                ran = there.run(scene.command)
                assert ran.codes == (0,), ran.err
                assert not [name for name in there.run(scene.command).points if name.startswith("POST")]
                assert opened(there) == LIVE, "there is nothing to be killed at"
                self.played[scene.name] = (ran.points, books(there))
        return self.played[scene.name]

    @contextmanager
    def stage(self, scene: Scene) -> Iterator[Stage]:
        """A stage of its own on which the scene can begin."""
        self.count += 1
        with stage(self.folder / f"{scene.name}-{self.count}", scene.start(self.prepared)) as there:
            assert opened(there) == ([] if scene is OPENING else LIVE), "the scene begins elsewhere"
            scene.before(there)
            yield there


def again(there: Stage, scene: Scene) -> Ran:
    """The same command in a new process, and once more in that: both must end well, the second with nothing to do."""
    ran = there.run(scene.command, scene.command)
    assert ran.codes == (0, 0), ran.err
    return ran
