"""What people put forward as evidence: looked at and shown to reviewers, and never counted by a rule.

waiting ─▶ fetched | unreachable ─▶ accepted | refused
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa

from bot.store import audit
from bot.store import schema_talk as schema
from bot.store.writing import insert_new
from resolvers.errors import Refusal

Stance = Literal["for", "against", "neutral"]
SubmissionState = Literal["waiting", "fetched", "unreachable", "accepted", "refused"]
Said = Literal["accepted", "refused"]

STANCES: tuple[Stance, ...] = get_args(Stance)
OPEN: tuple[SubmissionState, ...] = ("waiting", "fetched", "unreachable")
PACE = ((timedelta(seconds=5), 1), (timedelta(minutes=5), 5), (timedelta(hours=1), 15), (timedelta(days=1), 40))
"""Within each of these times, how many one account may put forward."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One link that somebody put forward. `message`: where it was said; `sha256`: of what stood there."""

    id: int
    debate: str
    slug: str
    account: str
    name: str
    url: str
    note: str
    stance: Stance
    message: str | None
    sha256: str | None
    state: SubmissionState
    because: str
    at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offered:
    """What somebody puts forward: for which market, by whom, which link, on which side, and what they say of it."""

    debate: str
    slug: str
    account: str
    name: str
    url: str
    note: str
    stance: Stance
    message: str | None = None


def put(connection: sa.Connection, offered: Offered, at: datetime) -> tuple[Submission, bool]:
    """Keep it, and whether it is new: the same link for the same market is kept once. Refusal where it is too many."""
    there = _of_url(connection, offered)
    if there is not None:
        return there, False
    _not_too_fast(connection, offered.account, at)
    row: dict[str, Any] = {name: getattr(offered, name) for name in Offered.__dataclass_fields__}
    row |= {"sha256": None, "state": "waiting", "because": "", "at": at, "decided_by": None, "decided_at": None}
    insert_new(connection, schema.submissions, [row])
    made = _of_url(connection, offered)
    assert made is not None
    return made, True


def get(connection: sa.Connection, number: int) -> Submission:
    """One by its number; Refusal where there is none."""
    found = _select(connection, schema.submissions.c.id == number)
    if not found:
        raise Refusal(f"there is no submission {number}; /evidence waiting lists them")
    return found[0]


def waiting(connection: sa.Connection, debate: str) -> Sequence[Submission]:
    """What nobody has looked at yet."""
    return _select(connection, schema.submissions.c.debate == debate, schema.submissions.c.state == "waiting")


def undecided(connection: sa.Connection, debate: str) -> Sequence[Submission]:
    """What reviewers have not spoken about."""
    return _select(connection, schema.submissions.c.debate == debate, schema.submissions.c.state.in_(OPEN))


def of_market(connection: sa.Connection, debate: str, slug: str) -> Sequence[Submission]:
    """Everything put forward for a market, but what was refused."""
    table = schema.submissions.c
    return _select(connection, table.debate == debate, table.slug == slug, table.state != "refused")


def looked(
    connection: sa.Connection, seen: Submission, state: SubmissionState, because: str, sha256: str | None
) -> bool:
    """Say what came of looking at the link; False where somebody was faster."""
    return _move(connection, seen, state=state, because=because, sha256=sha256)


def decide(connection: sa.Connection, number: int, said: Said, *, by: str, because: str, at: datetime) -> Submission:
    """A reviewer's word: accepted is noted on the card and the record, and changes no verdict. Refusal if decided."""
    seen = get(connection, number)
    if seen.state not in OPEN:
        raise Refusal(f"submission {number} is {seen.state} already, by {seen.decided_by}: {seen.because}")
    if not _move(connection, seen, state=said, because=because, decided_by=by, decided_at=at):
        raise Refusal(f"submission {number} has changed meanwhile: look again")
    told = {"slug": seen.slug, "url": seen.url, "sha256": seen.sha256, "stance": seen.stance, "because": because}
    audit.append(connection, at=at, actor=by, act=said, subject=f"submission {number}", payload=told)
    return get(connection, number)


def _move(connection: sa.Connection, seen: Submission, **values: Any) -> bool:
    table = schema.submissions
    still = sa.and_(table.c.id == seen.id, table.c.state == seen.state)
    return connection.execute(sa.update(table).where(still).values(**values)).rowcount == 1


def _not_too_fast(connection: sa.Connection, account: str, at: datetime) -> None:
    table = schema.submissions.c
    for within, most in PACE:
        mine = sa.select(sa.func.count()).where(table.account == account, table.at > at - within)
        if connection.execute(mine).scalar_one() >= most:
            raise Refusal(f"that is more than {most} within {_span(within)}: wait a little, then put it forward again")


def _span(within: timedelta) -> str:
    seconds = int(within.total_seconds())
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds // size} {name}{'' if seconds == size else 's'}"
    return f"{seconds} seconds"


def _of_url(connection: sa.Connection, offered: Offered) -> Submission | None:
    table = schema.submissions.c
    same = (table.debate == offered.debate, table.slug == offered.slug, table.url == offered.url)
    found = _select(connection, *same)
    return found[0] if found else None


def _select(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> Sequence[Submission]:
    rows = connection.execute(sa.select(schema.submissions).where(*which).order_by(schema.submissions.c.id))
    return tuple(Submission(*row) for row in rows)
