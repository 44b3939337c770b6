"""What happened to one proposal, by the record: as the tables have it, and as the rules of review allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.review.quorum import Vote, standing
from bot.store.audit import Act
from bot.verifying.stored import Row, Stored, differing, sha256
from bot.verifying.told import Wanted

PAST_QUORUM = ("approved", "agreed", "resolving", "resolved")


@dataclass(frozen=True, slots=True)
class Said:
    """One vote, as the record has it."""

    person: str
    vote: Vote


def course_faults(there: Stored, number: int, quorum: int | None) -> list[str]:
    """Where the tables say of a proposal what nobody did, or the record itself breaks the rules of review (law 7)."""
    told = there.told
    row, wanted = there.proposals.get(number), told.proposals.get(number)
    if wanted is None:
        return ["nobody proposed it: it is on no record"]
    if row is None:
        return ["it is on the record, and gone from the proposals"]
    found = []
    if _of(there.reviews, number) != _of(told.reviews, number):
        found.append("the votes on it are not those on the record")
    found += _resolution(there.resolutions.get(number), told.resolutions.get(number))
    found += differing({**row, "verdict": sha256(row["verdict"])}, wanted)
    found += _objections(there, number) + _looks(there, number, row)
    return found + _allowed(there, number, wanted, quorum)


def _of(rows: Mapping[int, Row], proposal: int) -> dict[int, dict[str, Any]]:
    mine = {key: dict(row) for key, row in rows.items() if row["proposal"] == proposal}
    return {key: {name: value for name, value in row.items() if name != "id"} for key, row in sorted(mine.items())}


def _resolution(row: Row | None, wanted: Wanted | None) -> list[str]:
    if wanted is None:
        return [] if row is None else ["its resolution is on no record"]
    if row is None:
        return ["its resolution is on the record, and gone from the resolutions"]
    faults = differing(row, wanted)
    if any(fault.startswith("receipt ") for fault in faults):
        return ["its receipt is not the one on the record"]
    return [f"its resolution's {fault}" for fault in faults]


def _objections(there: Stored, number: int) -> list[str]:
    if _of(there.objections, number) != _of(there.told.objections, number):
        return ["the objections to it and their answers are not those on the record"]
    return []


def _looks(there: Stored, number: int, row: Row) -> list[str]:
    """The evidence that it had before it, cited or not: nothing moved, added or taken away."""
    last, looks = row["last_snapshot"], there.told.looks.get(number, {})
    spec = there.specs.get(row["version"])
    if spec is not None and sorted(looks) != spec["sources"]:
        return [f"the record has its looks at {', '.join(sorted(looks)) or 'nothing'}, which is not what it reads"]
    moved = [source for source, digest in looks.items() if there.looks.get((source, last)) != digest]
    if moved:
        return [f"the looks at {', '.join(sorted(moved))} that it had before it are not those on the record"]
    return [] if last in there.newest or last == 0 else [f"snapshot {last}, the newest when it was proposed, is gone"]


def _allowed(there: Stored, number: int, wanted: Wanted, quorum: int | None) -> list[str]:
    """The rules of review, held against the acts themselves: quorum, window, objections."""
    found = []
    if wanted["state"] in PAST_QUORUM and quorum is not None:
        votes = [
            Said(row["person"], row["vote"])
            for _, row in sorted(there.told.reviews.items())
            if (row["proposal"], row["round"]) == (number, wanted["round"])
        ]
        stands = standing(votes, quorum)
        if stands != "approved":
            found.append(f"it is {wanted['state']}, but by the votes of its last round it is {stands}")
    return found + _in_time(there.told.acts.get(number, []))


def _in_time(acts: Sequence[tuple[Act, Any]]) -> list[str]:
    """Resolved only after the window that the notice named, and with every objection before it answered."""
    found, until, waiting = [], None, set()
    for act, said in acts:
        if act.act == "object":
            waiting.add(said["objection"])
        elif act.act == "answer":
            waiting.discard(said["objection"])
        elif act.act == "agreed" and "window_until" in said:
            until = datetime.fromisoformat(said["window_until"])
        elif act.act == "resolving":
            if until is None:
                found.append("it was resolved without a window for objections")
            elif act.at < until:
                found.append(f"it was resolved at {act.at.isoformat()}, inside its window until {until.isoformat()}")
            if waiting:
                found.append(f"it was resolved over objections that nobody had answered: {len(waiting)}")
    return found
