"""`{listed_in: …}` of a `where:` map: whether a row's cell stood in another source at a time bound to the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers.durations import Duration
from resolvers.rules.compile_where import ColumnOf, compile_where
from resolvers.rules.faults import Loc, known_keys
from resolvers.rules.filters import Filter, ListedIn, Not, asking_of, together
from resolvers.rules.nodes import Rows, RowsNode, SourceUse, Window
from resolvers.rules.scope import Scope
from resolvers.sources.spec import Column

LISTED_KEYS = ("listed_in", "as", "from", "for", "where")


def listings(block: Any, rows: RowsNode, loc: Loc, scope: Scope) -> tuple[Any, Filter | None]:
    """A `where:` map without its entries that ask another source, and these as a filter."""
    if not isinstance(block, Mapping):
        return block, None

    def column_of(name: str, place: Loc, at: int | None) -> Column | None:
        return scope.column(rows, name, place, at)

    plain, found = {}, []
    for name, wanted in block.items():
        denied = isinstance(wanted, Mapping) and list(wanted) == ["not"]
        inner = wanted["not"] if denied else wanted
        if not isinstance(inner, Mapping) or "listed_in" not in inner:
            plain[name] = wanted
            continue
        place = (*loc, name, "not") if denied else (*loc, name)
        column = column_of(str(name), place, None)
        if column is not None and column.kind != "text":
            scope.faults.add("unit", f"column {name!r} is a {column.kind}; names are compared as text", place)
        good = column is not None and _own(rows, loc, scope)
        part = listed(str(name), inner, column_of, place, scope) if good else None
        if part is not None:
            found.append(Not(part=part) if denied else part)
    return plain, together(*found)


def _own(rows: RowsNode, loc: Loc, scope: Scope) -> bool:
    """Whether these are the rows themselves and not the top of them."""
    while isinstance(rows, Window):
        rows = rows.of  # type: ignore[assignment]  # a window over rows
    if not isinstance(rows, Rows):
        scope.faults.add("shape", "ask where rows are listed before their top is taken", loc)
    return isinstance(rows, Rows)


def listed(name: str, block: Mapping[str, Any], column_of: ColumnOf, loc: Loc, scope: Scope) -> ListedIn | None:
    """The filter of one `column: {listed_in: source, as: column, from: date column, for: 90 days, where: …}`."""
    faults = scope.faults
    before = len(faults.found)
    known_keys(block, LISTED_KEYS, loc, faults)
    for key in ("from", "for"):
        if key not in block:
            faults.add(
                "missing", f"listed_in needs `{key}:`, as {{listed_in: board, from: release, for: 90 days}}", loc
            )
    found = scope.source(block["listed_in"], (*loc, "listed_in"))
    time = _time(block.get("for", "1 day"), (*loc, "for"), scope)
    since = _since(block["from"], column_of, (*loc, "from"), scope) if "from" in block else None
    if found is None:
        return None
    source, view = found
    as_ = block.get("as", name)
    where = _where(source, view, block.get("where"), loc, scope)
    if not isinstance(as_, str):
        faults.add("shape", f"`as` names a column of {source!r}; found {as_!r:.40}", (*loc, "as"))
        return None
    column = scope.column(_rows(source), as_, (*loc, "as") if "as" in block else (*loc, "listed_in"))
    if column is not None and column.kind != "text":
        faults.add("unit", f"column {as_!r} of {source!r} is a {column.kind}; names are compared as text", (*loc, "as"))
    if time is None or since is None or len(faults.found) > before:
        return None
    return ListedIn(cell=name, source=source, view=view, as_=as_, since=since, time=time, where=where)


def _rows(source: str) -> Rows:
    return Rows(sources=(SourceUse(source=source),))


def _where(source: str, view: str | None, block: Any, loc: Loc, scope: Scope) -> Filter | None:
    """The other source's view and `where` together."""

    def column_of(name: str, place: Loc, at: int | None) -> Any:
        return scope.column(_rows(source), name, place, at)

    kept = scope.sources[source].read.views[view].where if view is not None else None
    viewed = compile_where(kept, column_of, loc, scope.faults)
    own = compile_where(block, column_of, (*loc, "where"), scope.faults)
    if asking_of(own):
        scope.faults.add("shape", "one listed_in inside another is not read; ask about one source", (*loc, "where"))
    return together(viewed, own)


def _since(name: Any, column_of: ColumnOf, loc: Loc, scope: Scope) -> str | None:
    if not isinstance(name, str):
        scope.faults.add("shape", f"`from` names a date column of the row; found {name!r:.40}", loc)
        return None
    column = column_of(name, loc, None)
    if column is not None and column.kind != "date":
        scope.faults.add("unit", f"{name!r} is a {column.kind}; the time begins at a date of the row", loc)
        return None
    return name if column is not None else None


def _time(value: Any, loc: Loc, scope: Scope) -> Duration | None:
    try:
        time = Duration.parse(str(value))
    except ValueError as error:
        scope.faults.add("duration", str(error), loc)
        return None
    if not time.us:
        scope.faults.add("window", "the time in which it is looked for has no length; write 90 days", loc)
        return None
    return time
