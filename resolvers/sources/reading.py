"""Bytes and a source's `read:` block to rows: what stands in this body, and everything odd about it.

Pure and total: any bytes give a Reading, the same one on every machine. What is odd is said and never repaired: a
figure outside its bounds is unknown and quarantines its row, a cell that cannot be read is unknown, a document of
another shape is refused as a whole, and bytes that do not parse are unreadable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jmespath.exceptions import JMESPathError

from resolvers.evidence import Cell, Row
from resolvers.sources.cells import is_blank, means_something, outside, same_value
from resolvers.sources.formats import csv_format, json_format, tree, yaml_format
from resolvers.sources.spec import Column, ReadSpec
from resolvers.sources.table import Note, Reading, Refused, Table, Unreadable, as_text, shown

__all__ = ["Note", "Reading", "read_body"]

MAX_BYTES = 64 * 1024 * 1024
"""A body larger than what one fetch may bring is not parsed."""

KEY_JOINT = " | "
UNFORESEEN = (
    ArithmeticError, AttributeError, JMESPathError, LookupError, RecursionError, TypeError, ValueError
)  # fmt: skip
"""What a strange document could still bring out of a path's functions: the bytes are kept, and nothing is decided."""


def read_body(raw: bytes, source: str, spec: ReadSpec) -> Reading:
    """Read one body of `source`; never raises, whatever the bytes.

    Rows come in the document's order, cells as published text under our column names: no entry where the publisher
    left a blank, None where something stands that is not of the column's type (with a note).
    """
    try:
        return _Reader(source, spec, _table(raw, spec)).read()
    except Unreadable as error:
        return Reading("unreadable", str(error))
    except Refused as error:
        return Reading("refused", str(error))
    except UNFORESEEN as error:
        return Reading("unreadable", f"not read: {type(error).__name__}: {shown(str(error))}")


def _table(raw: bytes, spec: ReadSpec) -> Table:
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"{len(raw)} bytes, over the {MAX_BYTES} that are read")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: byte {error.start} cannot be decoded") from error
    if spec.format == "csv":
        return csv_format.read(text, spec)
    return tree.read(json_format.parse(text) if spec.format == "json" else yaml_format.parse(text), spec)


@dataclass
class _Reader:
    """Turns one table into rows, gathering notes as it goes."""

    source: str
    spec: ReadSpec
    table: Table
    notes: list[Note] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    aside: dict[str, Row] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)

    @property
    def columns(self) -> list[tuple[str, Column]]:
        """By name, so that a block says the same whichever order its author wrote it in."""
        return sorted(self.spec.columns.items())

    def read(self) -> Reading:
        self.notes.extend(self.table.notes)
        if not self.table.records and not self.spec.complete:
            raise Refused("there is a header but no row under it")
        look = self._lookups()
        self._check_required(look)
        for number, record in enumerate(self.table.records, start=1):
            self._row(self._key(record, number, look), record, look)
        self._check_columns()
        self._check_anchor()
        return Reading("good", "", tuple(self.rows.values()), tuple(self.notes), tuple(self.aside.values()))

    def _lookups(self) -> Callable[[str], Callable[[Any], Any]]:
        if self.spec.format != "csv":
            return tree.path
        self._check_header()
        return lambda header: lambda record: record.get(header)

    def _check_header(self) -> None:
        needed = [*self.spec.key_fields(), *self.spec.require]
        needed += [self.spec.published(name) for name, column in self.columns if not column.optional]
        absent = [repr(name) for name in dict.fromkeys(needed) if name not in self.table.fields]
        if absent:
            raise Refused(f"the header has no {', '.join(absent)}: renamed upstream, or another table")

    def _check_required(self, look: Callable[[str], Callable[[Any], Any]]) -> None:
        if self.spec.format != "csv":
            return  # the tree has looked already, at the document as a whole
        for header, wanted in self.spec.require.items():
            for number, record in enumerate(self.table.records, start=1):
                if record[header] != wanted:
                    seen = f"record {number}: {header} reads {shown(record[header])!r}, wanted {wanted!r}"
                    raise Refused(f"{seen}: the same file with a new meaning")

    def _key(self, record: Mapping[str, Any], number: int, look: Callable[[str], Callable[[Any], Any]]) -> str:
        try:
            parts = [as_text(look(name)(record)) for name in self.spec.key_fields()]
        except JMESPathError as error:
            raise Refused(f"row {number} has a key that cannot be looked up: {shown(str(error))}") from error
        if any(part is None or not part.strip() or "\x00" in part for part in parts):
            wanted = " and ".join(self.spec.key_fields())
            raise Refused(f"row {number} has no {wanted}, so it cannot be told from the others")
        return KEY_JOINT.join(part for part in parts if part is not None)

    def _row(self, key: str, record: Mapping[str, Any], look: Callable[[str], Callable[[Any], Any]]) -> None:
        cells: dict[str, Cell] = {}
        strange: list[Note] = []
        for name, column in self.columns:
            text = self._text(look(self.spec.published(name)), record)
            if text is None:
                continue
            self.found.add(name)
            if is_blank(text, column):
                continue
            if outside(text, column):
                strange.append(Note("quarantined", key, name, shown(text), _bounds(text, column)))
                cells[name] = None
            else:
                cells[name] = self._cell(key, name, column, text)
        self._keep(key, cells, strange)

    def _text(self, look: Callable[[Any], Any], record: Mapping[str, Any]) -> str | None:
        try:
            value = look(record)
        except JMESPathError as error:
            return f"not to be looked up: {shown(str(error))}"
        # a float can only come out of a JMESPath function, and a float never decides a market
        return "computed as a binary float" if isinstance(value, float) else as_text(value)

    def _cell(self, key: str, name: str, column: Column, text: str) -> Cell:
        if means_something(text, column, self.spec.zone):
            return text
        self.notes.append(Note("unknown-cell", key, name, shown(text), f"not a {column.kind}: this cell is unknown"))
        return None

    def _keep(self, key: str, cells: dict[str, Cell], strange: list[Note]) -> None:
        self.notes.extend(strange)
        row = Row(key, cells, _observation(self.source, key, cells, aside=bool(strange)))
        if key in self.aside or key in self.rows:
            if strange or key in self.aside or self.rows[key].observation != row.observation:
                raise Refused(f"the key {shown(key)!r} stands on two rows that differ")
            self.notes.append(Note("duplicate-key", key, "", "", "the same row twice: counted once"))
        elif strange:
            self.aside[key] = row
        else:
            self.rows[key] = row

    def _check_columns(self) -> None:
        for name, column in self.columns:
            if name in self.found:
                continue
            if not column.optional and self.spec.format != "csv":
                place = f"{self.spec.published(name)!r} (column {name})"
                raise Refused(f"no row has {place}: renamed upstream, or another table")
            self.notes.append(Note("missing-column", "", name, "", "no row of this body has it"))
        self.notes.extend(self._unread())

    def _unread(self) -> Iterator[Note]:
        used = {*self.spec.ignore, *(look for name in self._paths() for look in self._fields_of(name))}
        for name in sorted(set(self.table.fields) - used):
            yield Note("unread-column", "", shown(name), "", "published, but named neither in columns nor in ignore")

    def _paths(self) -> list[str]:
        return [*self.spec.key_fields(), *self.spec.require, *(self.spec.published(name) for name, _ in self.columns)]

    def _fields_of(self, name: str) -> frozenset[str]:
        return frozenset({name}) if self.spec.format == "csv" else tree.fields_of(name)

    def _check_anchor(self) -> None:
        wanted = dict(self.spec.anchor or {})
        if not wanted:
            return
        key = wanted.pop("key")
        if key not in self.rows:
            state = "is quarantined" if key in self.aside else "is not there"
            raise Refused(f"the anchor row {key!r} {state}: another document, or its history was rewritten")
        for name, text in sorted(wanted.items()):
            seen = self.rows[key].cells.get(name)
            if seen is None or not same_value(seen, text, self.spec.columns[name], self.spec.zone):
                reads = "nothing" if seen is None else shown(seen)
                raise Refused(f"anchor {key!r}: {name} reads {reads}, wanted {text}")


def _bounds(text: str, column: Column) -> str:
    low, high = column.between or (None, None)
    wanted = f"at least {low}" if high is None else f"at most {high}" if low is None else f"between {low} and {high}"
    return f"{shown(text)} is not {wanted}{f' {column.unit}' if column.unit else ''}: the row is set aside"


def _observation(source: str, key: str, cells: Mapping[str, Cell], *, aside: bool) -> str:
    """The row's hash; one set aside is never the same as one that was published with unreadable cells."""
    told = json.dumps([source, key, cells, *(["set aside"] if aside else [])], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
