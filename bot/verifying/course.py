"""What happened to one proposal, by the record: as the tables have it, and as the rules of review allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.store.audit import Act
from bot.store.raw import UNREADABLE
from bot.store.reviews import COUNTED
from bot.verifying.agreed import UNREAD, approval_faults
from bot.verifying.stored import Row, Stored, differing, sha256
from bot.verifying.told import Wanted
from markets.outbox import OUTCOME
from markets.spec import ReviewSpec

PAST_QUORUM = ("approved", "agreed", "resolving", "resolved", "undoing", "undone")
TAKEN_BACK = timedelta(minutes=10)
"""How long after it a resolution may be taken back (Manifold's own limit for a creator)."""


def course_faults(there: Stored, number: int, review: ReviewSpec | None) -> list[str]:
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
    return found + _allowed(there, number, wanted, review)


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


def _allowed(there: Stored, number: int, wanted: Wanted, review: ReviewSpec | None) -> list[str]:
    """The rules of review, held against the acts themselves: quorum, window, objections, undo."""
    found = []
    if wanted["state"] in PAST_QUORUM and review is not None:
        try:
            outcome = OUTCOME.validate_python(wanted["outcome"])
        except UNREADABLE:
            outcome = None
        found += [UNREAD] if outcome is None else approval_faults(there, number, wanted, review, outcome)
    acts = there.told.acts.get(number, [])
    return found + _one_vote(acts) + _in_time(acts) + _undone(acts)


def _one_vote(acts: Sequence[tuple[Act, Any]]) -> list[str]:
    """One person, one vote in a round; whoever put a proposal forward none for it, a holder none at all."""
    found, counted, proposer = [], dict[str, str](), ""
    for act, said in acts:
        if act.act == "propose":
            proposer = act.actor
        elif act.act == "proposed":
            counted = {}
        elif act.act in COUNTED:
            if act.actor in counted:
                found.append(f"{act.actor} has voted twice in one round")
            if act.act == "approve" and act.actor == proposer:
                found.append(f"{act.actor} has approved what they put forward themselves")
            if _held(said.get("facts") or {}):
                found.append(f"{act.actor} has voted with shares in the market")
            counted[act.actor] = act.act
        elif act.act == "retract" and counted.pop(act.actor, "") != "approve":
            found.append(f"{act.actor} has taken back an approval that they had not given")
    return found


def _undone(acts: Sequence[tuple[Act, Any]]) -> list[str]:
    """Taken back only within ten minutes of the resolution, and only where there was one."""
    found, since = [], None
    for act, said in acts:
        if act.act == "receipt":
            told = (said["receipt"].get("manifold") or {}).get("resolved_at")
            since = datetime.fromisoformat(told) if told else act.at
        elif act.act == "undoing" and (since is None or act.at > since + TAKEN_BACK):
            found.append("its resolution was taken back later than ten minutes after it")
        if act.act == "undoing" and _held((said.get("facts") or {}).get("undone") or {}):
            found.append(f"{act.actor} has taken its resolution back with shares in the market")
    return found


def _held(said: Mapping[str, Any]) -> bool:
    """Whether somebody held shares by what was read as they spoke."""
    return bool((said.get("positions") or {}).get("holds"))


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
