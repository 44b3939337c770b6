"""One look at a source in words: what it brought, or why it brought nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from bot.store import schema
from bot.store.rows_moved import rows_moved
from bot.store.sightings import ANSWERED
from markets.registries import mendable

SHOWN = 2
"""Cells that nobody can read, named in a line."""


@dataclass(frozen=True, slots=True)
class LookTold:
    """`changed` rows are new, gone or other than before; `read` is false while its bytes wait to be read."""

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
    what = _what(connection, row.via, row.source)
    if row.awaits:
        return LookTold(f"{what}; it counts once reviewers accept it (crux sources names it)", "info")
    if row.body is None or row.status not in ANSWERED:
        return LookTold(f"{what} in vain: {row.because}", "warning")
    before = at.source == row.source, at.body == row.body, at.id < number
    if connection.execute(sa.select(at.id).where(*before).limit(1)).first() is not None:
        return LookTold(f"{what}: unchanged", "debug", 0)
    read = schema.readings.c
    same = sa.and_(read.body == row.body, read.source == row.source)
    told = sa.select(read.state, read.because, read.notes).where(same).order_by(read.id.desc())
    reading = connection.execute(told).first()
    if reading is None:
        return LookTold(f"{what}: it has changed", "info", read=False)
    if reading.state != "good":
        return LookTold(f"{what}, which cannot be used ({reading.state}): {reading.because}", "warning")
    moved = rows_moved(connection, row.source, number, row.seen_at)
    if moved is None:  # read, but what that did to the rows is not put down yet
        return LookTold(f"{what}: it has changed", "info", read=False)
    odd = mendable(reading.notes) if row.via == "file" else []  # a list of the debate's own, which can be mended
    if odd:
        more = f" and {len(odd) - SHOWN} more" if len(odd) > SHOWN else ""
        words = f"{what}: {moved.words}; nobody can read {'; '.join(odd[:SHOWN])}{more}: mend the file"
        return LookTold(words, "warning", moved.many)
    if not moved.many:
        return LookTold(f"{what}: another page, the same rows", "debug", 0)
    return LookTold(f"{what}: {moved.words}", "info", moved.many)


def _what(connection: sa.Connection, via: str, source: str) -> str:
    if via == "panel":
        asked = schema.panels.c
        number = connection.execute(sa.select(sa.func.max(asked.id)).where(asked.source == source)).scalar()
        return f"took down what panel {number} answered" if number else f"took down the answer of {source}"
    return f"imported a body of {source}" if via == "import" else f"looked at {source}"
