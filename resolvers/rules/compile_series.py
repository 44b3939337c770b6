"""The `per:` block: one value for each calendar period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from resolvers.durations import Duration
from resolvers.rules.compile_formula import is_text
from resolvers.rules.compile_panel import asked_from_then
from resolvers.rules.compile_rows import clock_of
from resolvers.rules.faults import Loc, found_text, instant_of, known_keys, nearest
from resolvers.rules.nodes import Node, Pick, date_words, is_condition, row_sets
from resolvers.rules.nodes_many import Per, Series, begins
from resolvers.rules.scope import Scope, is_rows, span

KEYS = ("per", "from", "before", "value", "read", "clock")
MOST = 120
"""Periods; more is a slip, and no chart or trace would show them."""


def is_series(block: Mapping[str, Any]) -> bool:
    return "per" in block and "slope" not in block and ("value" in block or "read" in block)


def compile_series(block: Mapping[str, Any], of: Node | None, loc: Loc, scope: Scope) -> Series | None:
    """A series whose `value` has been compiled as `of` (None after a fault)."""
    known_keys(block, KEYS, loc, scope.faults)
    for key in ("from", "before", "value"):
        if key not in block:
            scope.faults.add("missing", f"a series needs `{key}:`", loc)
    per = _per(block["per"], (*loc, "per"), scope)
    since, before = (_edge(block[key], per, (*loc, key), scope) if key in block else None for key in ("from", "before"))
    read = span(block["read"], (*loc, "read"), scope.faults) if "read" in block else Duration.of_days(0)
    if of is None or not _counts(of, (*loc, "value"), scope) or per is None or since is None or before is None:
        return None
    clock = clock_of(block, row_sets(of), loc, scope)
    if since >= before:
        scope.faults.add("window", "the series ends before it begins", loc)
        return None
    if read is None or clock is None:
        return None
    found = Series(per=per, since=since, before=before, of=asked_from_then(of), read=read, clock=clock)
    if (before.year - since.year) > MOST or len(found.starts()) > MOST:
        scope.faults.add("window", f"a series has at most {MOST} periods; take longer ones or fewer", loc)
        return None
    return found


def last_reading(series: Series) -> datetime:
    """When the last period can be read."""
    return series.before + series.read


def _per(value: Any, loc: Loc, scope: Scope) -> Per | None:
    if value in get_args(Per):
        found: Per = value
        return found
    close = nearest(str(value)[:40], get_args(Per))
    scope.faults.add("shape", f"per is month, quarter or year; {found_text(value)}{close}", loc)
    return None


def _edge(value: Any, per: Per | None, loc: Loc, scope: Scope) -> datetime | None:
    """An instant at which a period begins."""
    at = instant_of(value, loc, scope.faults, scope.decides)
    if at is not None and per is not None and not begins(at, per):
        message = f"{date_words(at)} does not begin a {per}; a series has whole calendar periods in UTC"
        scope.faults.add("window", message, loc)
        return None
    return at


def _counts(node: Node, loc: Loc, scope: Scope) -> bool:
    """Whether a node is a number that rests on rows."""
    if isinstance(node, Series | Pick) or is_rows(node) or is_condition(node) or is_text(node):
        scope.faults.add("unit", "each period has a number; this is none", loc)
        return False
    if not row_sets(node):
        scope.faults.add("shape", "this rests on no rows, so it is the same in every period", loc)
        return False
    return True
