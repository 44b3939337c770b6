"""What names mean while a rule is compiled: sources, views, columns, row sets and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from resolvers.durations import Duration
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.faults import SHORT, Faults, Loc, nearest
from resolvers.rules.known import Known
from resolvers.rules.nodes import Label, Node, Pick, Rows, RowsNode, Window, base_rows
from resolvers.rules.nodes_many import Among
from resolvers.rules.panels import Panel
from resolvers.sources.spec import Column, SourceSpec
from resolvers.units import KNOWN

KEY = Column(type="text")
"""A row's own key can be read like a column, as `top.key`."""


@dataclass
class Scope:
    """One compilation: what is given, what has been compiled so far, and every fault."""

    sources: Mapping[str, SourceSpec]
    defaults: HouseDefaults
    decides: datetime
    rows_block: Mapping[str, Any]
    values_block: Mapping[str, Any]
    faults: Faults = field(default_factory=Faults)
    compiled: dict[str, Node | None] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    runs: bool = False
    """Whether the question may be decided before T, as yes and first_date are."""
    panels: list[tuple[Panel, Loc]] = field(default_factory=list)
    known: Known | None = None
    """What other markets have in common with this one; None where nothing is to be shared."""
    asked: dict[str, dict[str, None]] = field(default_factory=dict)
    """The names that each compiled name asked for, in order."""
    words: dict[str, str] = field(default_factory=dict)
    """Each name's block as it was written."""

    def source(self, name: object, loc: Loc, offset: int | None = None) -> tuple[str, str | None] | None:
        """A name in `from:` as (source id, view): the whole as an id first, else the part before the last dot."""
        if not isinstance(name, str) or not name:
            self.faults.add(
                "shape", f"a source is named by its file, as `arc3` or `arc3.main`; found {name!r:.60}", loc, offset
            )
            return None
        if name in self.sources:
            return name, None
        head, dot, view = name.rpartition(".")
        if dot and head in self.sources:
            views = self.sources[head].read.views
            if view in views:
                return head, view
            self.faults.add("unknown-view", f"source {head!r} has no view {view!r}{nearest(view, views)}", loc, offset)
            return None
        known = [*self.sources, *(f"{id}.{view}" for id, spec in self.sources.items() for view in spec.read.views)]
        self.faults.add("unknown-source", f"no source {name!r}{nearest(name, known)}", loc, offset)
        return None

    def column_in(self, source: str, labels: tuple[Label, ...], name: str) -> Column | None:
        """A column of one source or of the labels joined to it."""
        for label in labels:
            if label.column == name:
                return self.sources[label.registry].read.columns.get(name)
        found = self.sources[source].read.columns.get(name)
        return KEY if found is None and name == "key" else found

    def column(self, rows: RowsNode, name: str, loc: Loc, offset: int | None = None) -> Column | None:
        """A column that every source of a row set has, with one meaning; a fault where one lacks it."""
        base = base_rows(rows)
        found: list[Column] = []
        for use in base.sources:
            column = self.column_in(use.source, base.labels, name)
            if column is None:
                known = [*self.sources[use.source].read.columns, *(label.column for label in base.labels), "key"]
                message = f"source {use.source!r} has no column {name!r}{nearest(name, known)}"
                self.faults.add("unknown-column", message, loc, offset)
                return None
            if column.unit is not None and column.unit not in KNOWN:
                self.faults.add(
                    "unit", f"column {name!r} of {use.source!r} has an unknown unit {column.unit!r}", loc, offset
                )
                return None
            found.append(column)
        kinds = {(column.kind, "percent" if column.unit == "fraction" else column.unit or "") for column in found}
        if len(kinds) > 1:
            listed = ", ".join(f"{use.source}: {c.unit or c.kind}" for use, c in zip(base.sources, found, strict=True))
            self.faults.add("unit", f"column {name!r} is not the same measure in each source ({listed})", loc, offset)
            return None
        return found[0]


def reports_fractions(scope: Scope, rows: RowsNode, name: str) -> bool:
    """Whether a column is published as a fraction (0..1)."""
    base = base_rows(rows)
    columns = (scope.column_in(use.source, base.labels, name) for use in base.sources)
    return any(column is not None and column.unit == "fraction" for column in columns)


def is_rows(node: Node | None) -> bool:
    """Whether a node stands for rows (a row set, one in a window, the top n, some of these)."""
    if isinstance(node, Window):
        return is_rows(node.of)
    if isinstance(node, Pick):
        return node.how == "top"
    return isinstance(node, Rows | Among)


def span(value: Any, loc: Loc, faults: Faults, offset: int | None = None) -> Duration | None:
    """A span of time, or a fault that says how one is written."""
    if isinstance(value, Duration):
        return value
    try:
        return Duration.parse(value if isinstance(value, str) else SHORT.repr(value))
    except ValueError as error:
        faults.add("duration", str(error), loc, offset)
        return None
