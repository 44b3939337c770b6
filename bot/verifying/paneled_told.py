"""The acts of the record about panels played again: seats as drawn, votes as promised by their hash, ends as told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.review.panel_seating import misdrawn
from bot.store import schema
from bot.store.audit import BrokenLink
from bot.store.panel_rows import commitment, placed_of
from bot.store.raw import UNREADABLE
from resolvers.errors import CruxError
from resolvers.rules import panels as rules

GARBAGE = (*UNREADABLE, LookupError, AttributeError, CruxError)
"""What reading a spoilt value may raise."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote that was shown."""

    person: str
    key: str
    limbs: Mapping[str, str]


@dataclass(slots=True)
class PanelsTold:
    """What the record says of panels: their rows, draws and votes, and each draw's end with the act that tells it."""

    panels: dict[int, dict[str, Any]] = field(default_factory=dict)
    packs: dict[int, str] = field(default_factory=dict)
    draws: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    votes: dict[int, dict[str, Any]] = field(default_factory=dict)
    shown: dict[int, Ballot] = field(default_factory=dict)
    ends: list[tuple[int, datetime, int, Any]] = field(default_factory=list)
    faults: list[BrokenLink] = field(default_factory=list)


def panels_told(connection: sa.Connection) -> PanelsTold:
    """Play every act about a panel in order; one that cannot have happened so is a fault, and is passed over."""
    told, at = PanelsTold(), schema.audit.c
    acts = connection.execute(sa.select(schema.audit).where(at.subject.like("panel %")).order_by(at.id))
    for act in acts:
        try:
            number = int(act.subject.partition(" ")[2])
            _PLAYS[act.act](told, number, json.loads(act.payload), act)
        except GARBAGE as error:
            told.faults.append(BrokenLink(act.id, f"{act.act} of {act.subject}: {' '.join(str(error).split())[:200]}"))
    return told


def _opened(told: PanelsTold, number: int, said: Any, act: Any) -> None:
    row = {name: said[name] for name in ("debate", "slug", "source", "terms", "keys", "draw")}
    row |= {"later": [], "state": "open", "because": "", "opened_at": act.at, "until": None, "closed_at": None}
    told.panels[number] = row | {"last": datetime.fromisoformat(said["last"]), "snapshot": None, "revision": 0}
    told.packs[number] = said["pack"]


def _later(told: PanelsTold, number: int, said: Any, act: Any) -> None:
    row = _next(told, number, said)
    row |= {"later": [*row["later"], *said["keys"]], "last": datetime.fromisoformat(said["last"])}
    told.packs[number] = said["pack"]


def _drawn(told: PanelsTold, number: int, said: Any, act: Any) -> None:
    row, draw, until = _next(told, number, said), said["draw"], datetime.fromisoformat(said["until"])
    placed = placed_of(said["placed"])
    sat = {one["person"] for key, each in told.draws.items() if key[0] == number for one in each["placed"]
           if one["seated"]}  # fmt: skip
    wrong = misdrawn(panel_of(row), draw, placed, sat)
    if wrong or draw != row["draw"] + 1 or said["keys"] != row["keys"]:
        raise ValueError(wrong or "it does not follow from what went before")
    told.draws[number, draw] = {"keys": said["keys"], "placed": said["placed"], "drawn_at": act.at, "until": until}
    row |= {"draw": draw, "until": until, "because": ""}


def _waits(told: PanelsTold, number: int, said: Any, act: Any) -> None:
    _next(told, number, said)["because"] = said["because"]


def _voted(told: PanelsTold, number: int, said: Any, act: Any) -> None:
    row, draw = told.panels[number], told.draws[number, said["draw"]]
    vote = {"panel": number, "draw": said["draw"], "person": act.actor, "key": said["key"], "at": act.at}
    twice = any(all(one[name] == vote[name] for name in vote if name != "at") for one in told.votes.values())
    seats = {one.person for one in placed_of(draw["placed"]) if one.seated}
    if twice or act.actor not in seats or said["key"] not in draw["keys"]:
        raise ValueError(f"{act.actor} had no vote on {said['key']} there")
    if row["draw"] != said["draw"] or row["until"] is None or act.at >= min(row["until"], row["last"]):
        raise ValueError(f"{act.actor} voted when the draw was over")
    told.votes[said["vote"]] = vote | {"commitment": said["commitment"]}


def _ended(told: PanelsTold, number: int, said: Any, act: Any) -> None:
    row = _next(told, number, said)
    for one in said["votes"]:
        vote = {name: value for name, value in one.items() if name != "vote"}
        if commitment(vote) != told.votes[one["vote"]]["commitment"]:
            raise ValueError(f"the vote of {one['person']} on {one['key']} is not the one that was given")
        told.shown[one["vote"]] = Ballot(one["person"], one["key"], one["limbs"])
    told.ends.append((act.id, act.at, number, said | {"running": row["until"] is not None}))
    row |= {"state": said["state"], "because": said["because"], "snapshot": said["snapshot"] or row["snapshot"]}
    row |= {} if said["state"] == "withdrawn" else {"until": None}
    row |= {"keys": said["keys"], "later": []} if said["state"] == "open" else {"closed_at": act.at}


_PLAYS = {
    "panel-open": _opened,
    "panel-later": _later,
    "panel-draw": _drawn,
    "panel-waits": _waits,
    "panel-vote": _voted,
    "panel-end": _ended,
}


def _next(told: PanelsTold, number: int, said: Any) -> dict[str, Any]:
    row = told.panels[number]
    if row["closed_at"] is not None or said["revision"] != row["revision"] + 1:
        raise ValueError("it does not follow from what went before")
    row["revision"] += 1
    return row


def panel_of(row: Mapping[str, Any]) -> rules.Panel:
    return rules.Panel.model_validate(row["terms"])
