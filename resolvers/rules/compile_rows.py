"""The rows that a block names: from, of or agree, then label, where and within on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from resolvers.durations import Duration
from resolvers.rules.agreeing import AgreeRows
from resolvers.rules.compile_cells import CellFormulas
from resolvers.rules.compile_formula import ValueOf
from resolvers.rules.compile_listed import listings
from resolvers.rules.compile_panel import met_of
from resolvers.rules.compile_where import compile_where
from resolvers.rules.defaults import Clock
from resolvers.rules.faults import Loc, found_text, instant_of, known_keys, mapping, nearest
from resolvers.rules.filters import Filter, together
from resolvers.rules.nodes import Label, Pick, Rows, RowsNode, SourceUse, Window, base_rows
from resolvers.rules.nodes_many import Among
from resolvers.rules.rebuilding import rebuilt
from resolvers.rules.scope import Scope, is_rows, span

ROW_KEYS = ("from", "of", "agree", "where", "label", "panel", "within", "clock")


class RowSets:
    """Compiles the rows of a block; `value_of` compiles row sets by name."""

    def __init__(self, scope: Scope, value_of: ValueOf) -> None:
        self.scope, self.value_of = scope, value_of

    def rows(self, block: Mapping[str, Any], loc: Loc) -> RowsNode | None:
        """The rows that a block's from/of/agree, where, label and within let through."""
        heads = [key for key in ("from", "of", "agree") if key in block]
        if len(heads) != 1:
            self.scope.faults.add(
                "missing", "name the rows: `from:` a source, `of:` a row set or `agree:` sources, one of the three", loc
            )
            return None
        head = heads[0]
        base = self._of(block["of"], (*loc, "of")) if head == "of" else self._from(block[head], (*loc, head), head)
        if base is None:
            return None
        if isinstance(base, Window) and base.at is not None:
            inner = self._narrowed(base.of, block, loc)  # type: ignore[arg-type]  # _of lets only rows through
            return Window(of=inner, at=base.at) if inner is not None else None
        return self._narrowed(base, block, loc)

    def _of(self, name: Any, loc: Loc) -> RowsNode | None:
        if not isinstance(name, str):
            self.scope.faults.add("shape", f"a row set is named here; {found_text(name)}", loc)
            return None
        node = self.value_of(name, loc, None)
        if node is None:
            return None
        if is_rows(node):
            return node  # type: ignore[return-value]  # is_rows says so
        self.scope.faults.add("shape", f"{name!r} is a value, not a row set", loc)
        return None

    def _from(self, names: Any, loc: Loc, head: str) -> Rows | None:
        """One source, a list of them in order of precedence, or (`agree`) a list of which all must show the same."""
        listed = names if isinstance(names, list | tuple) else [names]
        least = 2 if head == "agree" else 1
        if len(listed) < least:
            more = "names no source; name one, as `from: board`" if least == 1 else "needs two sources or more"
            self.scope.faults.add("missing", f"`{head}:` {more}", loc)
        places = [((*loc, i) if listed is names else loc) for i in range(len(listed))]
        found = [self._named(name, place, head) for name, place in zip(listed, places, strict=True)]
        uses = tuple(use for use in found if use is not None)
        if len(listed) < least or len(uses) < len(found):
            return None
        if len({use.source for use in uses}) < len(uses):
            self.scope.faults.add("shape", "a source stands twice in one list", loc)
            return None
        return AgreeRows(sources=uses) if head == "agree" else Rows(sources=uses)

    def _named(self, name: Any, loc: Loc, head: str) -> SourceUse | None:
        """A source by name, or `{source: name, unless_frozen: 180 days}`."""
        frozen: Duration | None = None
        if isinstance(name, Mapping):
            known_keys(name, ("source", "unless_frozen"), loc, self.scope.faults)
            if "source" not in name and name.keys() - {"unless_frozen"}:
                return None
            if "unless_frozen" in name:
                frozen = span(name["unless_frozen"], (*loc, "unless_frozen"), self.scope.faults)
                if frozen is None:
                    return None
            if frozen is not None and head == "agree":
                message = "sources that must agree are all asked; `unless_frozen` goes with `from:`"
                self.scope.faults.add("shape", message, (*loc, "unless_frozen"))
            name, loc = name.get("source"), (*loc, "source") if "source" in name else loc
        found = self.scope.source(name, loc)
        return self._use(*found, loc, frozen) if found is not None else None

    def _use(self, source: str, view: str | None, loc: Loc, frozen: Duration | None) -> SourceUse:
        if view is None:
            return SourceUse(source=source, unless_frozen=frozen)
        read = self.scope.sources[source].read
        plain = Rows(sources=(SourceUse(source=source),))
        where = compile_where(
            read.views[view].where,
            lambda name, place, at: self.scope.column(plain, name, loc, at),
            loc,
            self.scope.faults,
        )
        return SourceUse(source=source, view=view, where=where, unless_frozen=frozen)

    def _narrowed(self, node: RowsNode, block: Mapping[str, Any], loc: Loc) -> RowsNode | None:
        """`label`, `where` and `within` of a block on top of the rows it starts from."""
        labels = self._labels(block.get("label"), (*loc, "label"))
        if labels:
            relabelled = _relabelled(node, labels)
            if relabelled is None:
                message = "label the row set itself, before its top rows are taken"
                self.scope.faults.add("shape", message, (*loc, "label"))
                return None
            node = relabelled
        if "where" in block:
            rows, place = node, (*loc, "where")
            plain, bound = listings(block["where"], rows, place, self.scope)
            where = compile_where(
                plain,
                lambda name, place, at: self.scope.column(rows, name, place, at),
                place,
                self.scope.faults,
                CellFormulas(self.scope, rows, place).filter,
            )
            node = filtered(node, together(where, bound))
        if "panel" in block:
            met = met_of(node, block["panel"], (*loc, "panel"), self.scope)
            if met is None:
                return None
            node = filtered(node, met)
        return self._within(node, block, loc) if "within" in block else node

    def _labels(self, block: Any, loc: Loc) -> tuple[Label, ...]:
        if block is None:
            return ()
        found = mapping(block, loc, self.scope.faults, "label")
        labels = []
        for column, registry in (found or {}).items():
            name = self.scope.source(registry, (*loc, column))
            if name is None:
                continue
            known = self.scope.sources[name[0]].read.columns
            if name[1] is not None:
                self.scope.faults.add("shape", "a registry is named without a view", (*loc, column))
            elif column not in known:
                message = f"registry {registry!r} has no column {column!r}{nearest(column, known)}"
                self.scope.faults.add("unknown-column", message, (*loc, column))
            else:
                labels.append(Label(column=column, registry=name[0]))
        return tuple(labels)

    def _within(self, node: RowsNode, block: Mapping[str, Any], loc: Loc) -> Window | None:
        place, faults = (*loc, "within"), self.scope.faults
        found = mapping(block["within"], place, faults, "within", "{from: 2027-01-01, before: 2028-01-01}")
        if found is None:
            return None
        known_keys(found, ("from", "before"), place, faults)
        ends = {
            key: instant_of(found[key], (*place, key), faults, self.scope.decides)
            for key in ("from", "before")
            if key in found
        }
        if not ends:
            faults.add("missing", "within needs `from:` or `before:`, or both", place)
        clock = clock_of(block, [base_rows(node)], loc, self.scope)
        if not ends or any(end is None for end in ends.values()) or clock is None:
            return None
        since, before = ends.get("from"), ends.get("before")
        if since and before and since >= before:
            faults.add("window", "the window ends before it begins", place)
            return None
        made = Window(of=node, since=since, before=before, clock=clock)
        if not _meets(made):
            faults.add("window", "the window shares no instant with the one it lies in", place)
            return None
        return made


def clock_of(block: Mapping[str, Any], sets: Sequence[Rows], loc: Loc, scope: Scope) -> Clock | None:
    """`clock:` of a block, or the house's where every source prints its rows' dates; None after a fault."""
    clock, place = block.get("clock", scope.defaults.clock), (*loc, "clock")
    if clock not in get_args(Clock):
        scope.faults.add("shape", f"clock is seen or published; {found_text(clock)}", place)
        return None
    dated = [_dated(scope, use.source) for rows in sets for use in rows.sources]
    if clock == "published" and "clock" in block and not all(dated):
        message = "clock: published needs a column marked `is: published` in each source"
        scope.faults.add("unknown-column", message, place)
        return None
    return "published" if clock == "published" and dated and all(dated) else "seen"


def _dated(scope: Scope, source: str) -> bool:
    return any(column.is_ == "published" for column in scope.sources[source].read.columns.values())


def _meets(window: Window) -> bool:
    """Whether a window and those it lies in, as far as they go by one clock, have an instant in common."""
    low, high, inner = window.since, window.before, window.of
    while not isinstance(inner, Rows):
        if isinstance(inner, Window) and inner.clock == window.clock:
            low = max([at for at in (low, inner.since) if at is not None], default=None)
            high = min([at for at in (high, inner.before) if at is not None], default=None)
        assert isinstance(inner, Window | Pick | Among)
        inner = inner.of
    return low is None or high is None or low < high


def _relabelled(node: RowsNode, labels: tuple[Label, ...]) -> RowsNode | None:
    if isinstance(node, Rows):
        names = {label.column for label in labels}
        kept = tuple(label for label in node.labels if label.column not in names)
        return rebuilt(node, labels=(*kept, *labels))
    if isinstance(node, Window):
        inner = _relabelled(node.of, labels)  # type: ignore[arg-type]  # a window over rows
        return rebuilt(node, of=inner) if inner is not None else None
    return None


def filtered(node: RowsNode, where: Filter | None) -> RowsNode:
    """The rows that pass a filter: asked before windows, but after a top was taken."""
    if where is None:
        return node
    if isinstance(node, Rows):
        return rebuilt(node, where=together(node.where, where))
    if isinstance(node, Window):
        return rebuilt(node, of=filtered(node.of, where))  # type: ignore[arg-type]  # a window over rows
    if isinstance(node, Among):
        return rebuilt(node, where=together(node.where, where))
    return Among(of=node, where=where)
