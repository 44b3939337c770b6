"""One look at a source in words: what it brought, or why it brought nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from bot.store import schema
from bot.store.sightings import ANSWERED

SHOWN = 2
"""Rows named in a line."""

CELLS = 3
"""Figures shown of each."""

CHARS = 60


@dataclass(frozen=True, slots=True)
class LookTold:
    """`changed` rows are new or other than before; `read` is false while its bytes wait to be read."""

    words: str
    worth: Literal["debug", "info", "warning"]
    changed: int | None = None
    read: bool = True


def look_told(connection: sa.Connection, number: int) -> LookTold:
    """The look of that number: news and troubles are worth telling, an unchanged page is not."""
    at = schema.snapshots.c
    row = connection.execute(sa.select(schema.snapshots).where(at.id == number)).one_or_none()
    if row is None:
        return LookTold(f"looked at a source (look {number}, which is not in this store)", "debug")
    what = _what(row.via, row.source)
    if row.awaits:
        return LookTold(f"{what}; it counts once reviewers accept it (crux sources names it)", "info")
    if row.body is None or row.status not in ANSWERED:
        return LookTold(f"{what} in vain: {row.because}", "warning")
    before = at.source == row.source, at.body == row.body, at.id < number
    if connection.execute(sa.select(at.id).where(*before).limit(1)).first() is not None:
        return LookTold(f"{what}: unchanged", "debug", 0)
    read = schema.readings.c
    same = sa.and_(read.body == row.body, read.source == row.source)
    reading = connection.execute(sa.select(read.state, read.because).where(same).order_by(read.id.desc())).first()
    if reading is None:
        return LookTold(f"{what}: it has changed", "info", read=False)
    if reading.state != "good":
        return LookTold(f"{what}, which cannot be used ({reading.state}): {reading.because}", "warning")
    return _changed(connection, number, row.source, what)


def _what(via: str, source: str) -> str:
    if via == "panel":
        return f"took down the answer of {source}"
    return f"imported a body of {source}" if via == "import" else f"looked at {source}"


def _changed(connection: sa.Connection, number: int, source: str, what: str) -> LookTold:
    span, line = schema.spans.c, schema.timelines.c
    mine = sa.and_(line.source == source, span.timeline == line.id, span.snapshot == number)
    shown = sa.select(span.key, span.cells).where(mine).order_by(span.position).limit(SHOWN)
    rows = connection.execute(shown).all()  # of a look at ten thousand rows no more than the two that are shown
    if not rows:
        return LookTold(f"{what}: another page, the same rows", "debug", 0)
    count = connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one()
    named = [f"{_cut(key)} ({_cells(cells)})" for key, cells in rows]
    more = f" and {count - SHOWN} more" if count > SHOWN else ""
    rows_words = "1 row is" if count == 1 else f"{count} rows are"
    return LookTold(f"{what}: {rows_words} new or changed: {', '.join(named)}{more}", "info", count)


def _cells(cells: str) -> str:
    told = [f"{name} {value}" for name, value in json.loads(cells).items() if value is not None]
    return _cut(", ".join(told[:CELLS]) + (", …" if len(told) > CELLS else "")) or "empty"


def _cut(text: str) -> str:
    return text if len(text) <= CHARS else f"{text[: CHARS - 1]}…"
