"""Rows out of a tree (JSON, YAML): a JMESPath to a list, or a walk through mappings that keeps their keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from resolvers.sources.spec import ReadSpec, Walk
from resolvers.sources.table import Note, Refused, Table, as_text, shown

PLAIN_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
"""JMESPaths that need no interpreter: it is about ten times slower than looking the names up."""

LEFT_FIRST = frozenset(
    {"subexpression", "index_expression", "projection", "value_projection", "filter_projection", "flatten", "pipe"}
)
"""JMESPath nodes whose later children look into what the first has found, not into the row."""


@lru_cache(maxsize=4096)
def path(expression: str) -> Callable[[Any], Any]:
    """A function that looks `expression` up in a document and gives None where it leads nowhere."""
    if not PLAIN_PATH.fullmatch(expression):
        compiled = jmespath.compile(expression)
        return lambda node: compiled.search(node)
    names = expression.split(".")
    if len(names) == 1:
        return lambda node: node.get(expression) if isinstance(node, dict) else None

    def look(node: Any) -> Any:
        for name in names:
            node = node.get(name) if isinstance(node, dict) else None
        return node

    return look


@lru_cache(maxsize=4096)
def fields_of(expression: str) -> frozenset[str]:
    """The fields of a row that a column's JMESPath looks at, so that the others can be reported as unread."""
    return frozenset(_fields(jmespath.compile(expression).parsed))


def _fields(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    children = node.get("children", [])
    for child in children[:1] if node["type"] in LEFT_FIRST else children:
        yield from _fields(child)


def read(document: Any, spec: ReadSpec) -> Table:
    """The records that `rows` leads to, as mappings; Refused where it leads to none."""
    for expression, wanted in spec.require.items():
        _require(document, expression, wanted)
    if isinstance(spec.rows, Walk):
        records, notes = _walked(document, spec.rows)
    else:
        records, notes = _listed(document, spec.rows), ()
    return Table(tuple(dict.fromkeys(name for record in records for name in record)), records, notes)


def found(document: Any, expression: str) -> Any:
    """What a path of the source file leads to in the document; a path that cannot be applied to it refuses it."""
    try:
        return path(expression)(document)
    except JMESPathError as error:
        raise Refused(f"{expression} cannot be looked up in this document: {error}") from error


def _require(document: Any, expression: str, wanted: str) -> None:
    value = as_text(found(document, expression))
    if value != wanted:
        seen = "nothing" if value is None else repr(shown(value))
        raise Refused(f"{expression} reads {seen}, wanted {wanted!r}: the same file with a new meaning")


def _listed(document: Any, rows: str | None) -> list[dict[str, Any]]:
    records = document if rows is None else found(document, rows)
    if not isinstance(records, list) or not records:
        raise Refused(f"no rows at {rows or 'the top of the document'}: a non-empty list was wanted")
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise Refused(f"row {number} at {rows or 'the top of the document'} is no mapping of columns to values")
    return records


def _walked(document: Any, walk: Walk) -> tuple[list[dict[str, Any]], tuple[Note, ...]]:
    paths, names = walk.levels()
    records = list(_descend(document, paths, names, {}))
    if not records:
        raise Refused(f"no rows at {' / '.join(paths)}: a mapping with at least one entry was wanted")
    if walk.listed_in is None:
        return records, ()
    return _only_listed(records, names[0], _names_listed(document, walk.listed_in), walk.listed_in)


def _descend(node: Any, paths: list[str], names: list[str], outer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every innermost mapping, with the outer levels' fields and keys beside its own (its own win)."""
    entries = found(node, paths[0])
    if not isinstance(entries, dict):
        return
    for key, entry in entries.items():
        if not isinstance(entry, dict):
            raise Refused(f"{key!r} at {paths[0]} is no mapping of columns to values")
        fields = {**outer, **entry, names[0]: key}
        if len(paths) == 1:
            yield fields
        else:
            yield from _descend(entry, paths[1:], names[1:], {k: v for k, v in fields.items() if k != paths[1]})


def _names_listed(document: Any, expression: str) -> list[str]:
    names = found(document, expression)
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise Refused(f"no list of names at {expression}")
    return names


def _only_listed(
    records: list[dict[str, Any]], name: str, listed: list[str], where: str
) -> tuple[list[dict[str, Any]], tuple[Note, ...]]:
    odd = next((record[name] for record in records if not isinstance(record[name], str)), None)
    if odd is not None:
        raise Refused(f"{name} reads {shown(as_text(odd) or 'null')} in a row itself: no name that {where} could list")
    there = {record[name] for record in records}
    wanted = frozenset(listed)
    unlisted = [
        Note("unlisted", key, "", "", f"not in {where}: ignored")
        for key in dict.fromkeys(record[name] for record in records)
        if key not in wanted
    ]
    missing = [
        Note("listed-missing", key, "", "", f"in {where}, but the document has no such row")
        for key in dict.fromkeys(listed)
        if key not in there
    ]
    kept = [record for record in records if record[name] in wanted]
    if not kept:
        raise Refused(f"none of the rows named in {where} is in the document")
    return kept, (*unlisted, *missing)
