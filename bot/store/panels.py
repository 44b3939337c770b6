"""Panels as rows: the question put to people, each draw of seats, and votes that stay hidden until they are counted.

open ─▶ answered | lapsed | withdrawn; while it is open its seats may be drawn anew, and rows added to the next draw.
`revision` counts its changes; a vote is none, so that two people who vote at once do not overtake each other. A vote
puts a salted hash on the record when it is given and its words when it is counted (law 10).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store import audit, schema
from bot.store.panel_rows import (
    ENDED,
    Draw,
    Panel,
    PanelState,
    PanelVote,
    Placed,
    Shown,
    pack_hash,
    pack_read,
    placed_of,
)
from bot.store.writing import insert_row
from resolvers.errors import Refusal
from resolvers.evidence import moment
from resolvers.rules import panels as rules


def open_panel(
    connection: sa.Connection,
    *,
    debate: str,
    slug: str,
    terms: rules.Panel,
    keys: Sequence[str],
    pack: Sequence[Shown],
    last: datetime,
    at: datetime,
) -> Panel:
    """Put a question to people; Refusal where a panel on it is open already."""
    there = living(connection, debate, terms.source)
    if there is not None:
        raise Refusal(f"panel {there.id} is open on this question already")
    row: dict[str, Any] = {"debate": debate, "slug": slug, "source": terms.source, "keys": list(keys), "last": last}
    row |= {"terms": terms.model_dump(mode="json"), "draw": last_draw(connection, debate, terms.source)}
    kept = {"pack": [asdict(one) for one in pack], "later": [], "state": "open", "because": "", "opened_at": at}
    made = insert_row(connection, schema.panels, **row, **kept, revision=0)
    _tell(connection, made, "panel-open", at, row | {"last": last.isoformat(), "pack": pack_hash(pack)})
    return get(connection, made)


def add_later(
    connection: sa.Connection, seen: Panel, keys: Sequence[str], pack: Sequence[Shown], last: datetime, at: datetime
) -> Panel:
    """Rows asked for while the panel is open: they are put to the people of its next draw.

    `last` is from when on an answer comes too late for who asks now, if that is sooner.
    """
    whole, last = (*seen.pack, *pack), min(seen.last, last)
    change(connection, seen, later=[*seen.later, *keys], pack=[asdict(one) for one in whole], last=last)
    told = {"keys": list(keys), "pack": pack_hash(whole), "last": last.isoformat(), "revision": seen.revision + 1}
    _tell(connection, seen.id, "panel-later", at, told)
    return get(connection, seen.id)


def seated(connection: sa.Connection, seen: Panel, placed: Sequence[Placed], until: datetime, at: datetime) -> Panel:
    """The seats are drawn, and their time begins."""
    row: dict[str, Any] = {"keys": list(seen.keys), "placed": [one.row() for one in placed]}
    values = {"panel": seen.id, "draw": seen.draw + 1, "drawn_at": at, "until": until}
    change(connection, seen, draw=seen.draw + 1, until=until, because="")
    connection.execute(sa.insert(schema.panel_draws).values(**values, **row))
    told = {"draw": seen.draw + 1, "until": until.isoformat(), "revision": seen.revision + 1}
    _tell(connection, seen.id, "panel-draw", at, row | told)
    return get(connection, seen.id)


def unseated(connection: sa.Connection, seen: Panel, because: str, at: datetime) -> Panel:
    """Nobody could be seated, and why; said once."""
    if seen.because == because:
        return seen
    change(connection, seen, because=because)
    _tell(connection, seen.id, "panel-waits", at, {"because": because, "revision": seen.revision + 1})
    return get(connection, seen.id)


def vote(
    connection: sa.Connection,
    seen: Panel,
    *,
    person: str,
    key: str,
    limbs: Mapping[str, str],
    because: str,
    salt: str,
    positions: str,
    at: datetime,
) -> PanelVote:
    """Take down one vote, hidden; Refusal where the panel has changed, or the person has voted on this row.

    `positions` goes on the record: what was found when the person's positions were read for this vote.
    """
    change(connection, seen, revision=seen.revision)
    if any((one.person, one.key) == (person, key) for one in votes(connection, seen.id, seen.draw)):
        raise Refusal(f"{person} has answered {key!r} already: one person, one vote")
    row: dict[str, Any] = {"panel": seen.id, "draw": seen.draw, "person": person, "key": key, "limbs": dict(limbs)}
    row |= {"because": because, "salt": salt, "at": at}
    made = PanelVote(insert_row(connection, schema.panel_votes, **row), **row)
    told = {"vote": made.id, "draw": made.draw, "key": key, "commitment": made.commitment, "positions": positions}
    _tell(connection, seen.id, "panel-vote", at, told, actor=person)
    return made


def end_draw(
    connection: sa.Connection,
    seen: Panel,
    *,
    to: PanelState,
    keys: Sequence[str],
    snapshot: int | None,
    shown: Iterable[PanelVote],
    because: str,
    at: datetime,
) -> Panel:
    """A draw is over: the votes that may be shown are shown, what was answered is a snapshot, and the panel goes on.

    `keys` are the rows that are put to the next draw; none where the panel ends. A draw that is withdrawn before its
    end keeps its `until`, by which it is told from those that count.
    """
    values: dict[str, Any] = {"state": to, "because": because, "snapshot": snapshot or seen.snapshot}
    values |= {} if to == "withdrawn" else {"until": None}
    values |= {"closed_at": at} if to in ENDED else {"keys": list(keys), "later": []}
    change(connection, seen, **values)
    told: dict[str, Any] = {"draw": seen.draw, "state": to, "because": because, "snapshot": snapshot}
    told |= {"keys": list(keys), "votes": [{"vote": one.id, **one.told()} for one in shown]}
    _tell(connection, seen.id, "panel-end", at, told | {"revision": seen.revision + 1})
    return get(connection, seen.id)


def change(connection: sa.Connection, seen: Panel, **values: Any) -> None:
    """Change an open panel if it still is as it was seen; Refusal to everyone but the first."""
    table = schema.panels
    same = sa.and_(table.c.id == seen.id, table.c.revision == seen.revision, table.c.closed_at.is_(None))
    values = {"revision": seen.revision + 1, **values}
    if connection.execute(sa.update(table).where(same).values(**values)).rowcount != 1:
        now = get(connection, seen.id)
        told = f"is {now.state} now" if now.closed_at else f"has gone on to draw {now.draw}"
        raise Refusal(f"panel {seen.id} changed since you looked: it {told}; look again")


def get(connection: sa.Connection, number: int) -> Panel:
    """A panel by its number; Refusal where there is none."""
    found = _select(connection, schema.panels.c.id == number)
    if not found:
        raise Refusal(f"there is no panel {number}; `crux panels` lists them")
    return found[0]


def living(connection: sa.Connection, debate: str, source: str) -> Panel | None:
    """The open panel on a question, if there is one."""
    at = schema.panels.c
    found = _select(connection, sa.and_(at.debate == debate, at.source == source, at.closed_at.is_(None)))
    return found[0] if found else None


def listing(
    connection: sa.Connection, debate: str | None = None, *, living: bool = True, source: str | None = None
) -> tuple[Panel, ...]:
    """Panels in the order they were opened: the open ones or all, of one debate, on one question."""
    at = schema.panels.c
    which: list[sa.ColumnElement[bool]] = [at.closed_at.is_(None)] if living else []
    which += [at.debate == debate] if debate is not None else []
    which += [at.source == source] if source is not None else []
    return _select(connection, sa.and_(sa.true(), *which))


def draws(connection: sa.Connection, panel: int) -> tuple[Draw, ...]:
    """A panel's draws in order."""
    at = schema.panel_draws.c
    rows = connection.execute(sa.select(schema.panel_draws).where(at.panel == panel).order_by(at.draw))
    return tuple(
        Draw(panel, draw, tuple(keys), placed_of(placed), drawn_at, until)
        for panel, draw, keys, placed, drawn_at, until in map(tuple, rows)
    )


def votes(connection: sa.Connection, panel: int, draw: int | None = None) -> tuple[PanelVote, ...]:
    """The votes on a panel in order, or those of one draw: for counting, never for showing while it is open."""
    at = schema.panel_votes.c
    statement = sa.select(schema.panel_votes).where(at.panel == panel).order_by(at.id)
    if draw is not None:
        statement = statement.where(at.draw == draw)
    return tuple(PanelVote(*row) for row in connection.execute(statement))


def last_draw(connection: sa.Connection, debate: str, source: str) -> int:
    """The newest draw on a question over all its panels; 0 where there was none."""
    at = schema.panels.c
    statement = sa.select(sa.func.max(at.draw)).where(at.debate == debate, at.source == source)
    return connection.execute(statement).scalar_one_or_none() or 0


def newest_answer(connection: sa.Connection, source: str) -> datetime | None:
    """When a panel on a question last answered."""
    at = schema.snapshots.c
    statement = sa.select(sa.func.max(at.seen_at)).where(at.source == source, at.via == "panel")
    found = connection.execute(statement).scalar_one_or_none()
    return None if found is None else moment(found)


def proposers(connection: sa.Connection, numbers: Collection[int]) -> dict[int, str]:
    """Who made each of these proposals, by the record."""
    if not numbers:
        return {}
    at, subjects = schema.audit.c, {f"proposal {number}": number for number in numbers}
    statement = sa.select(at.subject, at.actor).where(at.act == "propose", at.subject.in_(list(subjects)))
    return {subjects[subject]: actor for subject, actor in connection.execute(statement)}


def _select(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Panel, ...]:
    rows = connection.execute(sa.select(schema.panels).where(which).order_by(schema.panels.c.id))
    return tuple(_read(dict(row._mapping)) for row in rows)


def _read(row: Mapping[str, Any]) -> Panel:
    told = {**row, "terms": rules.Panel.model_validate(row["terms"])}
    told |= {name: tuple(row[name]) for name in ("keys", "later")}
    return Panel(**told | {"pack": pack_read(row["pack"])})


def _tell(
    connection: sa.Connection, panel: int, act: str, at: datetime, payload: Mapping[str, Any], actor: str = "crux"
) -> None:
    audit.append(connection, at=at, actor=actor, act=act, subject=f"panel {panel}", payload=payload)
