"""What is to stand on Discord, and what does: every message is first a row here, and posted once whatever is lost.

open ─▶ sending ─▶ done ─▶ open (it changed) … ─▶ final       parked: Discord refuses it, tried again now and then
           │                                                  gone: nobody can or need see it any more
           └─ whether it was posted is not known: looked for before it is sent again
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.store import schema_talk as schema
from bot.store.engine import Store
from bot.store.writing import insert_new

Kind = Literal["card", "panel", "plan", "notice", "alert", "direct", "said", "record"]
PostState = Literal["open", "sending", "done", "final", "parked", "gone"]
AT_ONCE = 500
"""Keys in one question, under SQLite's limit of variables."""
ENDED: tuple[PostState, ...] = ("final", "gone")


@dataclass(frozen=True, slots=True)
class Post:
    """One message: what it should show (`wanted`, counted by `version`) and what it does (`shown`, 0 for nothing)."""

    id: int
    kind: Kind
    key: str
    place: str
    wanted: Mapping[str, Any]
    version: int
    shown: int
    message: str | None
    thread: str | None
    state: PostState
    attempts: int
    losses: int
    because: str
    not_before: datetime | None
    created_at: datetime
    changed_at: datetime
    sent_at: datetime | None


def want(
    connection: sa.Connection,
    kind: Kind,
    key: str,
    place: str,
    body: Mapping[str, Any],
    *,
    at: datetime | None = None,
) -> bool:
    """Put down what a message should show; whether that is anything new. `key` names it for good: one message each.

    `place` is `channel:review`, `channel:announce`, `channel:audit`, `user:<Discord account>` or `thread:<key>`.
    `body` of a plain notice: `text` (shown as it is, no markup), `mentions` (ids of roles), and, if it has one, `link`.
    """
    now = at or datetime.now(UTC)
    row: dict[str, Any] = {"kind": kind, "key": key, "place": place, "wanted": dict(body), "version": 1, "shown": 0}
    row |= {"message": None, "thread": None, "state": "open", "attempts": 0, "losses": 0, "because": ""}
    row |= {"not_before": None, "created_at": now, "changed_at": now, "sent_at": None}
    if insert_new(connection, schema.posts, [row]):
        return True
    there = find(connection, key)
    assert there is not None  # it was refused as a second one
    if there.state == "gone" or there.wanted == row["wanted"]:
        return False
    state = "sending" if there.state == "sending" else "open"
    values = {"wanted": row["wanted"], "version": there.version + 1, "state": state, "changed_at": now}
    connection.execute(sa.update(schema.posts).where(schema.posts.c.id == there.id).values(**values))
    return True


def alarm(store: Store, what: str, text: str) -> None:
    """Tell the operator in the audit channel, at most once an hour for each matter."""
    at = store.now()
    with store.transaction() as connection:
        key = f"alert:{what}:{at:%Y%m%d%H}"
        if find(connection, key) is None:
            want(connection, "alert", key, "channel:audit", {"text": text, "mentions": []}, at=at)


def find(connection: sa.Connection, key: str) -> Post | None:
    """The post of that key; None where there is none."""
    return _one(connection, schema.posts.c.key == key)


def of_message(connection: sa.Connection, message: str) -> Post | None:
    """The post that a message of ours is, or whose thread a channel is; None where it is none."""
    return _one(connection, sa.or_(schema.posts.c.message == message, schema.posts.c.thread == message))


def living(connection: sa.Connection, kind: Kind) -> Sequence[Post]:
    """The posts of a kind that may change yet."""
    return _select(connection, schema.posts.c.kind == kind, schema.posts.c.state.not_in(ENDED))


def bodies(connection: sa.Connection, keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Key -> what each of these posts should show, of those that are there."""
    table, found = schema.posts.c, {}
    for start in range(0, len(keys), AT_ONCE):
        some = table.key.in_(keys[start : start + AT_ONCE])
        found.update({row[0]: row[1] for row in connection.execute(sa.select(table.key, table.wanted).where(some))})
    return found


def newest(connection: sa.Connection, kind: Kind, begins: str = "") -> Post | None:
    """The post of a kind that was made last, of those whose key begins so."""
    table = schema.posts
    which = sa.and_(table.c.kind == kind, table.c.key.startswith(begins, autoescape=True))
    statement = sa.select(table).where(which).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(statement).one_or_none()
    return None if row is None else Post(*row)


def due(connection: sa.Connection, now: datetime, limit: int, in_order: Sequence[str] = ()) -> Sequence[Post]:
    """What is to be posted, edited or looked for by now: what was made first comes first, and direct messages last.

    A market may have thousands of followers; what everybody waits for does not stand behind them. In a place that
    begins as one of `in_order`, nothing new is due before what was made earlier stands, unless that is parked.
    """
    table = schema.posts.c
    waits = sa.or_(table.not_before.is_(None), table.not_before <= now)
    which = [table.state.in_(("open", "sending", "parked")), waits]
    if in_order:
        unsaid = sa.and_(table.state.in_(("open", "sending")), table.message.is_(None))
        next_ones = sa.select(sa.func.min(table.id)).where(unsaid).group_by(table.place)
        ordered = sa.or_(*(table.place.startswith(each, autoescape=True) for each in in_order))
        which.append(sa.or_(sa.not_(sa.and_(unsaid, ordered)), table.id.in_(next_ones)))
    first = _select(connection, *which, table.kind != "direct", limit=limit)
    return (*first, *_select(connection, *which, table.kind == "direct", limit=limit))[:limit]


def counted(connection: sa.Connection) -> dict[str, int]:
    """How many posts there are in each state."""
    table = schema.posts.c
    rows = connection.execute(sa.select(table.state, sa.func.count()).group_by(table.state))
    return {str(row[0]): int(row[1]) for row in rows}


def begin(connection: sa.Connection, seen: Post, at: datetime) -> bool:
    """Say that this very version is about to be sent; False where the row is no longer what was seen."""
    table = schema.posts
    still = sa.and_(table.c.id == seen.id, table.c.version == seen.version, table.c.state == seen.state)
    values = {"state": "sending", "sent_at": at, "attempts": seen.attempts + 1}
    return connection.execute(sa.update(table).where(still).values(**values)).rowcount == 1


def stands(connection: sa.Connection, seen: Post, message: str, *, whole: bool, at: datetime) -> None:
    """The message stands; `whole`: it surely shows this version. What is wanted meanwhile keeps the row open."""
    now = get(connection, seen.id)
    shown = seen.version if whole else 0
    state: PostState = "open"
    if shown == now.version:
        state = "final" if now.wanted.get("final") else "done"
    _set(connection, seen.id, message=message, shown=shown, state=state, attempts=0, because="", not_before=None,
         sent_at=at)  # fmt: skip


def waits(connection: sa.Connection, seen: Post, state: PostState, because: str, not_before: datetime | None) -> None:
    """It could not be sent, or nobody knows whether it was (`sending`); when it is looked at again."""
    _set(connection, seen.id, state=state, because=because, not_before=not_before)


def vanished(connection: sa.Connection, seen: Post, at: datetime) -> None:
    """Its message was deleted: it is posted anew where it still matters, else it is gone."""
    if seen.wanted.get("final"):
        _set(connection, seen.id, state="gone", because="deleted on Discord")
        return
    _set(connection, seen.id, state="open", message=None, thread=None, shown=0, losses=seen.losses + 1, changed_at=at,
         because="deleted on Discord", not_before=None)  # fmt: skip


def threaded(connection: sa.Connection, post: int, thread: str) -> None:
    """A thread hangs on its message."""
    _set(connection, post, thread=thread)


def retry_parked(connection: sa.Connection) -> None:
    """Try what Discord refused again: rights may have been given."""
    table = schema.posts
    connection.execute(sa.update(table).where(table.c.state == "parked").values(not_before=None, attempts=0))


def get(connection: sa.Connection, number: int) -> Post:
    """A post by its number, which must be there."""
    return Post(*connection.execute(sa.select(schema.posts).where(schema.posts.c.id == number)).one())


def _set(connection: sa.Connection, number: int, **values: Any) -> None:
    connection.execute(sa.update(schema.posts).where(schema.posts.c.id == number).values(**values))


def _one(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Post | None:
    found = _select(connection, which, limit=1)
    return found[0] if found else None


def _select(connection: sa.Connection, *which: sa.ColumnElement[bool], limit: int | None = None) -> Sequence[Post]:
    statement = sa.select(schema.posts).where(*which).order_by(schema.posts.c.id).limit(limit)
    return tuple(Post(*row) for row in connection.execute(statement))
