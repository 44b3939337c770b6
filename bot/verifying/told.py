"""The acts of the record played again: what every table must hold today, row by row."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, get_args

from bot.review.pausing import SWITCH
from bot.store import looks
from bot.store.audit import Act, BrokenLink
from bot.store.proposals import ENDED, NEXT
from bot.store.raw import UNREADABLE
from bot.store.reviews import Vote
from markets.outbox import CREATION

Wanted = dict[str, Any]
"""column -> the value that the record gives it"""

PAUSE = f"switch {SWITCH}"
MOVES = frozenset({*NEXT, *ENDED})
CHANGES: Mapping[str, Callable[[Any], Any]] = {
    "state": str,
    "version": str,
    "subsidy_mana": Decimal,
    "closes_at": datetime.fromisoformat,
    "resolved_at": lambda said: None if said is None else datetime.fromisoformat(said),
}
"""What an act may say of a market that has changed."""


class Seen(NamedTuple):
    """A look, as the record has it: the act that tells of it, where it was, and the hash of its row as bytes."""

    act: int
    source: str
    digest: bytes


@dataclass(slots=True)
class Told:
    """Rows by the record, under the number or key that its acts name."""

    proposals: dict[int, Wanted] = field(default_factory=dict)
    acts: dict[int, list[tuple[Act, Any]]] = field(default_factory=dict)  # of each proposal, with what they say
    looks: dict[int, Mapping[str, str]] = field(default_factory=dict)
    slugs: dict[int, str] = field(default_factory=dict)
    reviews: dict[int, Wanted] = field(default_factory=dict)
    objections: dict[int, Wanted] = field(default_factory=dict)
    resolutions: dict[int, Wanted] = field(default_factory=dict)  # by proposal
    markets: dict[tuple[str, int], Wanted] = field(default_factory=dict)  # by debate/slug and opening
    opened_by: dict[tuple[str, int], int] = field(default_factory=dict)  # the act that says so
    outbox: dict[str, Wanted] = field(default_factory=dict)  # by key
    ledger: dict[str, Wanted] = field(default_factory=dict)
    acceptances: dict[tuple[int, str], Wanted] = field(default_factory=dict)
    identities: dict[int, Wanted] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)  # by snapshot
    done: dict[str, datetime] = field(
        default_factory=dict
    )  # by an outbox key: when it was first known to have happened
    resumed: list[datetime] = field(default_factory=list)  # the end of each pause
    faults: list[BrokenLink] = field(default_factory=list)


def replay(acts: Iterable[Act]) -> Told:
    """Play every act in order; one that does not say what such an act says is a fault, and is passed over."""
    told = Told()
    for act in acts:
        try:
            _play(told, act, json.loads(act.payload))
        except (*UNREADABLE, LookupError, AttributeError) as error:
            because = f"{act.act} of {act.subject} does not say what such an act says ({type(error).__name__}: {error})"
            told.faults.append(BrokenLink(act.id, because))
    return told


def _play(told: Told, act: Act, said: Any) -> None:
    kind, _, number = act.subject.partition(" ")
    if kind == "proposal":
        _proposal(told, act, int(number), said)
    elif act.act == looks.ACT:
        _seen(told, act, int(number), said)
    elif kind == "snapshot":
        row = {"because": said["because"], "at": act.at, "counted_as": said["counted_as"]}
        told.acceptances[int(number), act.actor] = row
    elif kind == "person":
        _linked(told, act, said, number)
    elif act.act.startswith("outbox-"):
        _outbox(told, act, said)
    elif act.subject == PAUSE:
        told.resumed += [] if said["value"] else [act.at]
    elif act.act == "open":
        _opened(told, act, said)
    elif "/" in act.subject and set(said) <= set(CHANGES):
        there = told.markets[max(key for key in told.markets if key[0] == act.subject)]
        there |= {name: CHANGES[name](value) for name, value in said.items()}
        there["revision"] += 1


def _linked(told: Told, act: Act, said: Any, person: str) -> None:
    if act.act == "link":
        row = {name: said[name] for name in ("debate", "platform", "account", "name")}
        told.identities[said["identity"]] = row | {"person": person, "linked_at": act.at, "unlinked_at": None}
    elif act.act == "unlink":
        told.identities[said["identity"]]["unlinked_at"] = act.at


def _proposal(told: Told, act: Act, number: int, said: Any) -> None:
    if act.act == "propose":
        _proposed(told, act, number, said)
    elif act.act in MOVES:
        _moved(told, act, number, said)
    elif act.act in get_args(Vote):
        told.reviews[said["review"]] = {
            "proposal": number, "round": said["round"], "revision": said["revision"], "person": act.actor,
            "vote": act.act, "because": said["because"], "at": act.at, "category": said.get("category"),
            "via": said.get("via"), "facts": said.get("facts"), "retractions": said.get("retractions", 0),
        }  # fmt: skip
    elif act.act == "object":
        told.objections[said["objection"]] = {
            "proposal": number, "comment_id": said["comment_id"], "by": act.actor, "text": said["text"], "at": act.at,
            "answered_by": None, "answer": None, "answered_at": None,
        }  # fmt: skip
    elif act.act == "answer":
        answer = {"answered_by": act.actor, "answer": said["answer"], "answered_at": act.at}
        told.objections[said["objection"]] |= answer
    elif act.act == "receipt":
        told.resolutions[number]["receipt"] = {**said["receipt"], "audit_head": act.hash}
    told.acts.setdefault(number, []).append((act, said))


def _proposed(told: Told, act: Act, number: int, said: Any) -> None:
    told.slugs[number] = said["slug"]
    row = {name: said[name] for name in ("market", "version", "semantics", "last_snapshot", "outcome", "verdict")}
    row |= {"as_of": datetime.fromisoformat(said["as_of"]), "supersedes": said["supersedes"], "created_at": act.at}
    row |= {"state": "proposed", "round": 1, "revision": 0, "window_until": None, "comment_id": None, "facts": None}
    row |= {"second": said.get("second"), "proposed_by": None if act.actor == "crux" else act.actor}
    told.proposals[number] = row | {"closed_at": None}
    told.looks[number] = {str(source): str(digest) for source, digest in said["looks"].items()}


def _moved(told: Told, act: Act, number: int, said: Any) -> None:
    there = told.proposals[number]
    if (said["from"], said["revision"]) != (there["state"], there["revision"] + 1):
        raise ValueError(f"from {said['from']}, but it was {there['state']}")
    there |= {"state": act.act, "revision": said["revision"], "round": there["round"] + (act.act == "proposed")}
    there |= {"window_until": datetime.fromisoformat(said["window_until"])} if "window_until" in said else {}
    there |= {"comment_id": said["comment_id"]} if "comment_id" in said else {}
    there |= {"facts": said["facts"]} if "facts" in said else {}
    there |= {"closed_at": act.at} if act.act in ENDED else {}
    if act.act == "resolving":
        row = {"market": said["market"], "outcome": there["outcome"], "intent": said["intent"], "at": act.at}
        told.resolutions[number] = row | {"done_at": None, "receipt": None}
    elif act.act == "resolved" and said["from"] == "resolving":
        told.resolutions[number]["done_at"] = act.at


def _seen(told: Told, act: Act, number: int, said: Any) -> None:
    before = next(reversed(told.seen), 0)
    if number <= before:
        raise ValueError(f"it was recorded after {before}, and looks are recorded in order")
    told.seen[number] = Seen(act.id, sys.intern(said["source"]), bytes.fromhex(said["digest"]))


def _outbox(told: Told, act: Act, said: Any) -> None:
    key = said["key"]
    if act.act == "outbox-begin":
        before = told.outbox.get(key)
        mana = Decimal(said["mana"])
        told.outbox[key] = {
            "subject": act.subject, "kind": said["kind"], "payload": said["payload"], "mana": mana, "state": "open",
            "attempts": before["attempts"] + 1 if before else 1, "because": "", "answer": None, "closing": None,
        }  # fmt: skip
        if mana:
            told.ledger[key] = {"reserved_mana": mana, "settled_mana": None, "budget": act.subject.partition("/")[0]}
        return
    done = act.act == "outbox-done"
    if done:
        told.done.setdefault(key, act.at)
    end = {"state": "done", "answer": said["answer"]} if done else {"state": "refused", "because": said["because"]}
    told.outbox[key] |= {**end, "closing": act.id}
    told.outbox[key]["attempts"] -= said.get("sent") is False
    if key in told.ledger:
        told.ledger[key]["settled_mana"] = told.ledger[key]["reserved_mana"] if done else Decimal(0)


def _opened(told: Told, act: Act, said: Any) -> None:
    """A market is as it was asked for and answered in the outbox, which the record tells, too."""
    place = (act.subject, said["opening"])
    row = {"version": said["version"], "market_id": said["market_id"], "opened_at": act.at, "state": "open"}
    told.markets[place] = row | {"resolved_at": None, "revision": 0}
    told.opened_by[place] = act.id
    asked = next(
        (
            one
            for one in told.outbox.values()
            if one["kind"] == "create" and one["state"] == "done" and one["answer"]["market_id"] == said["market_id"]
        ),
        None,
    )
    if asked is None:
        raise ValueError("nothing in the outbox asked for it")
    creation = CREATION.validate_python(asked["payload"]["creation"])
    told.markets[place] |= {"url": asked["answer"]["url"], "answers": asked["answer"]["answers"]}
    told.markets[place] |= {"type": creation.market_type, "closes_at": creation.closes}
    told.markets[place] |= {"subsidy_mana": creation.subsidy_mana}
