"""What one good look did to the rows of its source: which changed, from what to what; which are new; which are gone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.told_short import shortened

SHOWN = 2
"""Rows of a kind that are named."""
CELLS = 3
"""Cells shown of each."""
CHARS = 60
SAME_ROW = ("changed", "rekeyed")
"""How a span ends whose row goes on, with other cells or under another key."""


@dataclass(frozen=True, slots=True)
class RowsMoved:
    """How many rows changed, came and went, and the first of each in words."""

    changed: int
    new: int
    gone: int
    words: str

    @property
    def many(self) -> int:
        return self.changed + self.new + self.gone


def rows_moved(connection: sa.Connection, source: str, snapshot: int, seen_at: int) -> RowsMoved | None:
    """What that look did; None where its rows have not been put down yet.

    A look that only adds rows costs two walks over the spans; no more of them are kept than are named.
    """
    line = schema.timelines.c
    here = sa.and_(line.source == source, line.last_snapshot >= snapshot)
    timeline = connection.execute(sa.select(sa.func.max(line.id)).where(here)).scalar()
    if timeline is None:
        return None
    span = schema.spans.c
    mine = span.timeline == timeline
    ended, begun = sa.and_(mine, span.until == seen_at), sa.and_(mine, span.snapshot == snapshot)
    goes_on, ends = sa.and_(ended, span.ended.in_(SAME_ROW)), sa.and_(ended, span.ended.not_in(SAME_ROW))
    changed, gone, came = _counted(connection, goes_on, ends, begun)
    new = max(0, came - changed)
    fresh = sa.and_(begun, span.row.not_in(sa.select(span.row).where(goes_on))) if changed else begun
    parts = [
        _part(
            "1 row changed", f"{changed} rows changed", changed, _changes(connection, goes_on, begun) if changed else []
        ),
        _part("1 new row", f"{new} new rows", new, _news(connection, fresh) if new else []),
        _part("1 row is gone", f"{gone} rows are gone", gone, _keys(connection, ends) if gone else []),
    ]
    return RowsMoved(changed, new, gone, "; ".join(part for part in parts if part))


def _counted(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> tuple[int, ...]:
    counts = [sa.func.coalesce(sa.func.sum(sa.case((each, 1), else_=0)), 0) for each in which]
    return tuple(connection.execute(sa.select(*counts).where(sa.or_(*which))).one())


def _part(one: str, many: str, number: int, named: Sequence[str]) -> str:
    if not number:
        return ""
    more = f" and {number - len(named)} more" if number > len(named) else ""
    return f"{one if number == 1 else many}: {', '.join(named)}{more}"


def _changes(connection: sa.Connection, goes_on: sa.ColumnElement[bool], begun: sa.ColumnElement[bool]) -> list[str]:
    """The first rows that go on otherwise, each with the cells that it shows now and showed before."""
    span = schema.spans.c
    before = connection.execute(
        sa.select(span.row, span.key, span.cells).where(goes_on).order_by(span.position).limit(SHOWN)
    ).all()
    now = sa.select(span.row, span.key, span.cells).where(begun, span.row.in_([row for row, _, _ in before]))
    after = {row: (key, cells) for row, key, cells in connection.execute(now)} if before else {}
    return [_change(key, json.loads(cells), *after[row]) for row, key, cells in before if row in after]


def _change(key: str, was: Mapping[str, str | None], key_now: str, cells: str) -> str:
    now: dict[str, str | None] = json.loads(cells)
    moved = [
        name
        for name in sorted({*was, *now}, key=lambda name: _place(now.get(name), name))
        if was.get(name) != now.get(name)
    ]
    told = [_cut(shortened(f"{name} {_cell(was.get(name))} → {_cell(now.get(name))}")) for name in moved]
    named = _cut(key) if key == key_now else f"{_cut(key)}, now called {_cut(key_now)}"
    return f"{named} ({_few(told)})" if told else named


def _news(connection: sa.Connection, fresh: sa.ColumnElement[bool]) -> list[str]:
    span = schema.spans.c
    rows = connection.execute(sa.select(span.key, span.cells).where(fresh).order_by(span.position).limit(SHOWN))
    return [f"{_cut(key)} ({_shown(json.loads(cells))})" for key, cells in rows]


def _shown(cells: Mapping[str, Any]) -> str:
    """Figures first: they are what markets hang on."""
    there = {name: str(value) for name, value in cells.items() if value is not None}
    told = [
        _cut(shortened(f"{name} {there[name]}")) for name in sorted(there, key=lambda name: _place(there[name], name))
    ]
    return _few(told) or "empty"


def _keys(connection: sa.Connection, ends: sa.ColumnElement[bool]) -> list[str]:
    span = schema.spans.c
    gone = sa.select(span.key).where(ends).order_by(span.position).limit(SHOWN)
    return [_cut(key) for key in connection.execute(gone).scalars()]


def _place(cell: str | None, name: str) -> tuple[bool, str]:
    return not _is_figure(cell), name


def _is_figure(cell: str | None) -> bool:
    try:
        return cell is not None and Decimal(cell.replace(",", "")).is_finite()
    except InvalidOperation:
        return False


def _cell(cell: str | None) -> str:
    return "nothing" if cell is None else cell


def _few(told: Sequence[str]) -> str:
    return ", ".join(told[:CELLS]) + (", …" if len(told) > CELLS else "")


def _cut(text: str) -> str:
    return text if len(text) <= CHARS else f"{text[: CHARS - 1]}…"
