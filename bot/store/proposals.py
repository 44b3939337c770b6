"""Proposals and what people said of them; each change of state is won by exactly one who saw the state before.

proposed ─▶ approved ─▶ agreed ─▶ resolving ─▶ resolved
   │  ▲         │          │
   │  └─ disputed ◀────────┘                             └─▶ undoing ─▶ undone, or resolved again where it was refused

Anything before resolving may end superseded or withdrawn, a proposed one rejected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.store import audit, schema
from bot.store.digests import digests
from bot.store.writing import insert_row
from resolvers.errors import Refusal
from resolvers.outcome import Outcome
from resolvers.verdict import Verdict

ProposalState = Literal[
    "proposed",
    "approved",
    "disputed",
    "agreed",
    "resolving",
    "resolved",
    "undoing",
    "undone",
    "rejected",
    "superseded",
    "withdrawn",
]

NEXT: Mapping[ProposalState, frozenset[ProposalState]] = {
    "proposed": frozenset({"approved", "rejected", "disputed", "superseded", "withdrawn"}),
    "approved": frozenset({"agreed", "disputed", "superseded", "withdrawn"}),
    "disputed": frozenset({"proposed", "rejected", "superseded", "withdrawn"}),
    "agreed": frozenset({"resolving", "disputed", "superseded", "withdrawn"}),
    "resolving": frozenset({"resolved", "agreed"}),  # back where Manifold refused
    "resolved": frozenset({"undoing"}),
    "undoing": frozenset({"undone", "resolved"}),
}

ENDED: frozenset[ProposalState] = frozenset({"resolved", "undone", "rejected", "superseded", "withdrawn"})

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A verdict frozen and put to people: on which spec, semantics, instant and last snapshot it rests (law 1).

    `revision` counts its changes of state, `round` how often it was put to the vote. `proposed_by` is the person who
    put it forward, if one did; `second` what a live second source says otherwise; `facts` what its last approval
    rested on.
    """

    id: int
    market: int
    version: str
    semantics: int
    as_of: datetime
    last_snapshot: int
    state: ProposalState
    round: int
    revision: int
    outcome: Outcome
    verdict_json: str
    window_until: datetime | None
    comment_id: str | None
    supersedes: int | None
    created_at: datetime
    closed_at: datetime | None
    proposed_by: str | None = None
    second: str | None = None
    facts: Mapping[str, Any] | None = None

    @property
    def verdict(self) -> Verdict:
        return Verdict.model_validate_json(self.verdict_json)


def propose(
    connection: sa.Connection,
    *,
    market: int,
    version: str,
    verdict: Verdict,
    last_snapshot: int,
    at: datetime,
    actor: str = "crux",
    supersedes: Proposal | None = None,
    second: str | None = None,
) -> Proposal:
    """Put a decided verdict to people; a market has one living proposal at most. `actor`: a person who put it forward.

    Refusal where the verdict is not decided, or the market has a living proposal that is not the one superseded here.
    """
    if verdict.state != "decided" or verdict.outcome is None:
        raise Refusal(f"{verdict.slug} is {verdict.state}, and only a decided verdict may be proposed")
    if supersedes is not None:
        move(connection, supersedes, "superseded", actor=actor, at=at, because="a newer verdict takes its place")
    there = living(connection, market)
    if there is not None:
        raise Refusal(f"proposal {there.id} on {verdict.slug} is {there.state}: it must end before another is made")
    row: dict[str, Any] = {"market": market, "version": version, "semantics": verdict.semantics}
    row |= {"as_of": verdict.as_of, "last_snapshot": last_snapshot, "state": "proposed", "round": 1, "revision": 0}
    row |= {"outcome": _OUTCOME.dump_python(verdict.outcome, mode="json"), "verdict": verdict.model_dump_json()}
    row |= {"supersedes": supersedes.id if supersedes else None, "created_at": at, "second": second}
    row |= {"proposed_by": None if actor == "crux" else actor}
    made = insert_row(connection, schema.proposals, **row)
    told = {"slug": verdict.slug, "outcome": row["outcome"], "version": version, "last_snapshot": last_snapshot}
    told |= {"market": market, "semantics": verdict.semantics, "as_of": verdict.as_of.isoformat()}
    told |= {"second": second} if second else {}
    told |= {"supersedes": row["supersedes"], "verdict": hashlib.sha256(row["verdict"].encode()).hexdigest()}
    _tell(connection, made, "propose", actor, at, told | {"looks": _looks(connection, version, last_snapshot)})
    return get(connection, made)


def _looks(connection: sa.Connection, version: str, last_snapshot: int) -> dict[str, str]:
    """Source -> the hash of every look at it that this proposal had before it."""
    which = sa.select(schema.specs.c.sources).where(schema.specs.c.version == version)
    wanted = {source: [last_snapshot] for source in connection.execute(which).scalar_one()}
    return {source: made for (source, _), made in digests(connection, wanted).items()}


def get(connection: sa.Connection, number: int) -> Proposal:
    """A proposal by its number; Refusal where there is none."""
    found = _select(connection, schema.proposals.c.id == number)
    if not found:
        raise Refusal(f"there is no proposal {number}; `crux proposals` lists them")
    return found[0]


def living(connection: sa.Connection, market: int) -> Proposal | None:
    """The market's proposal that has not ended, if there is one."""
    table = schema.proposals.c
    found = _select(connection, sa.and_(table.market == market, table.closed_at.is_(None)))
    return found[0] if found else None


def listing(
    connection: sa.Connection, *, states: Iterable[ProposalState] | None = None, market: int | None = None
) -> tuple[Proposal, ...]:
    """Proposals in the order they were made, all or those in `states` or of one market."""
    table = schema.proposals.c
    which = sa.true() if states is None else table.state.in_(list(states))
    return _select(connection, which if market is None else sa.and_(which, table.market == market))


def resolved_to(connection: sa.Connection) -> dict[int, str]:
    """Market -> what it was resolved to, in words; one read, and no verdict is parsed for it."""
    table = schema.proposals.c
    statement = sa.select(table.market, table.outcome).where(table.state == "resolved").order_by(table.id)
    return {market: _OUTCOME.validate_python(outcome).words() for market, outcome in connection.execute(statement)}


def move(
    connection: sa.Connection,
    seen: Proposal,
    to: ProposalState,
    *,
    actor: str,
    at: datetime,
    because: str,
    window_until: datetime | None = None,
    comment_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Proposal:
    """Change a proposal's state, if it still is as it was `seen`; Refusal to everyone but the first.

    Put to the vote again (disputed -> proposed), it starts a new round and the votes of the last no longer count.
    `facts` are what an approval rests on. `more` is put on the record besides.
    """
    values: dict[str, Any] = {"state": to, "revision": seen.revision + 1}
    values |= {"round": seen.round + 1} if to == "proposed" else {}
    values |= {"window_until": window_until} if window_until else {}
    values |= {"comment_id": comment_id} if comment_id else {}
    values |= {"facts": dict(facts)} if facts else {}
    values |= {"closed_at": at} if to in ENDED else {}
    if to not in NEXT.get(seen.state, frozenset()):
        raise Refusal(f"proposal {seen.id} is {seen.state} and cannot become {to}")
    if connection.execute(sa.update(schema.proposals).where(_still(seen)).values(**values)).rowcount != 1:
        raise _overtaken(connection, seen)
    told: dict[str, Any] = {"because": because, "from": seen.state, "revision": seen.revision + 1, **(more or {})}
    told |= {"window_until": window_until.isoformat()} if window_until else {}
    told |= {"comment_id": comment_id} if comment_id else {}
    told |= {"facts": dict(facts)} if facts else {}
    _tell(connection, seen.id, to, actor, at, told)
    return get(connection, seen.id)


def require_still(connection: sa.Connection, seen: Proposal) -> None:
    """Refusal unless the proposal is as it was seen; nobody else can change it before this transaction ends."""
    same = sa.update(schema.proposals).where(_still(seen)).values(revision=seen.revision)
    if connection.execute(same).rowcount != 1:
        raise _overtaken(connection, seen)


def _still(seen: Proposal) -> sa.ColumnElement[bool]:
    table = schema.proposals.c
    return sa.and_(table.id == seen.id, table.revision == seen.revision, table.state == seen.state)


def _overtaken(connection: sa.Connection, seen: Proposal) -> Refusal:
    now = get(connection, seen.id)
    return Refusal(f"proposal {seen.id} was {seen.state} when you looked and is {now.state} now: look again")


def _select(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Proposal, ...]:
    rows = connection.execute(sa.select(schema.proposals).where(which).order_by(schema.proposals.c.id))
    return tuple(read(row._asdict()) for row in rows)


def read(row: Mapping[str, Any]) -> Proposal:
    """A row as a proposal; ValueError where its outcome is none."""
    rest = {name: value for name, value in row.items() if name != "verdict"}
    return Proposal(**rest | {"outcome": _OUTCOME.validate_python(row["outcome"])}, verdict_json=row["verdict"])


def _tell(
    connection: sa.Connection, proposal: int, act: str, actor: str, at: datetime, payload: Mapping[str, Any]
) -> None:
    audit.append(connection, at=at, actor=actor, act=act, subject=f"proposal {proposal}", payload=payload)
