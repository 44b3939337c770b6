"""The `rows:` and `values:` blocks: row sets, reduces, picks and named formulas, each compiled when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args

from resolvers import units
from resolvers.rules.compile_formula import FormulaCompiler, unknown_value
from resolvers.rules.compile_where import compile_where
from resolvers.rules.defaults import Clock, Ties
from resolvers.rules.faults import Loc, instant_of, known_keys, mapping, nearest
from resolvers.rules.filters import together
from resolvers.rules.nodes import Label, Node, Pick, Reduce, Rows, RowsNode, SourceUse, Window, base_rows
from resolvers.rules.scope import Scope

COLUMN_REDUCES = ("max", "min", "first", "last", "distinct", "total", "sum", "mean", "median")
ROW_REDUCES = ("count", "any")
PICKS = ("argmax", "argmin", "top")
LATER = ("quantile", "slope", "panel", "per", "agree")
ROW_KEYS = ("from", "of", "where", "label", "within", "clock")


class Values:
    """Compiles named row sets and values, each once, and finds circles."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def value(self, name: str, loc: Loc, offset: int | None = None) -> Node | None:
        """A value or row set by name; None after a fault."""
        scope = self.scope
        scope.used.add(name)
        if name in scope.under_way:
            circle = " -> ".join([*scope.under_way[scope.under_way.index(name) :], name])
            scope.faults.add("circular", f"{name!r} needs itself: {circle}", loc, offset)
            return None
        if name in scope.compiled:
            return scope.compiled[name]
        if name not in scope.values_block and name not in scope.rows_block:
            unknown_value(scope, name, loc, offset)
            return None
        scope.under_way.append(name)
        scope.compiled[name] = self._defined(name)
        scope.under_way.pop()
        return scope.compiled[name]

    def _defined(self, name: str) -> Node | None:
        if name in self.scope.values_block:
            return self._value(self.scope.values_block[name], ("values", name))
        block = mapping(self.scope.rows_block[name], ("rows", name), self.scope.faults, f"row set {name!r}")
        if block is None:
            return None
        known_keys(block, ROW_KEYS, ("rows", name), self.scope.faults)
        return self.rows(block, ("rows", name))

    def _value(self, block: Any, loc: Loc) -> Node | None:
        if isinstance(block, bool) or block is None:
            self.scope.faults.add("shape", "a value is a formula or a mapping such as {max: score, from: arc3}", loc)
            return None
        if isinstance(block, str | int | float | Decimal):
            return FormulaCompiler(self.scope, self.value, loc).compile(str(block))
        found = mapping(block, loc, self.scope.faults, "a value")
        if found is None:
            return None
        later = [key for key in found if key in LATER]
        for key in later:
            self.scope.faults.add("not-yet", f"{key!r} is not there yet in this version of Crux", (*loc, key))
        heads = [key for key in found if key in (*COLUMN_REDUCES, *ROW_REDUCES, *PICKS)]
        if len(heads) != 1:
            self._no_head(found, heads, bool(later), loc)
            return None
        return self._headed(heads[0], found, loc)

    def _no_head(self, block: Mapping[str, Any], heads: list[str], later: bool, loc: Loc) -> None:
        known = (*COLUMN_REDUCES, *ROW_REDUCES, *PICKS)
        if len(heads) > 1:
            self.scope.faults.add("shape", f"one value has one way to be made; found {' and '.join(heads)}", loc)
        elif not later:
            strange = next((key for key in block if key not in ROW_KEYS), "")
            self.scope.faults.add("shape", f"how is this value made{nearest(strange, known, 0.5)}", loc)

    def _headed(self, head: str, block: Mapping[str, Any], loc: Loc) -> Node | None:
        extra = ("at",) if head not in PICKS else ("at", "ties", "n") if head == "top" else ("at", "ties")
        known_keys(block, (head, *ROW_KEYS, *extra, *LATER), loc, self.scope.faults)
        rows = self.rows(block, loc)
        if rows is None:
            return None
        node: Node | None
        if head in PICKS:
            node = self._pick(head, rows, block, loc)
        elif head in ROW_REDUCES:
            node = self._row_reduce(head, rows, block, loc)
        else:
            node = self._reduce(head, rows, block, loc)
        if node is None or "at" not in block:
            return node
        if isinstance(node, Pick):
            self.scope.faults.add(
                "not-yet", "`at` reads a number; a picked row is read when the question is", (*loc, "at")
            )
            return None
        at = instant_of(block["at"], (*loc, "at"), self.scope.faults, self.scope.decides)
        return Window(of=node, at=at) if at else None

    def _row_reduce(self, head: str, rows: RowsNode, block: Mapping[str, Any], loc: Loc) -> Node | None:
        if block[head] != "rows":
            self.scope.faults.add("shape", f"write {{{head}: rows, …}}; found {block[head]!r:.40}", (*loc, head))
            return None
        return Reduce(how="count", of=rows, unit="count") if head == "count" else Reduce(how="any", of=rows)

    def _reduce(self, head: str, rows: RowsNode, block: Mapping[str, Any], loc: Loc) -> Node | None:
        name = block[head]
        column = self._column(rows, name, (*loc, head))
        if column is None:
            return None
        dates = column.kind == "date" and head in ("max", "min", "first", "last")
        if column.kind != "number" and not dates and head != "distinct":
            self.scope.faults.add("unit", f"column {name!r} is a {column.kind}; {head} needs a number", (*loc, head))
            return None
        unit = "count" if head == "distinct" else "date" if dates else units.inside(column.unit)
        clock = self._clock(block, rows, loc)
        kept: Clock = clock if head in ("first", "last") else "seen"
        return Reduce(how=head, column=name, of=rows, unit=unit, clock=kept)

    def _pick(self, head: str, rows: RowsNode, block: Mapping[str, Any], loc: Loc) -> Pick | None:
        column = self._column(rows, block[head], (*loc, head))
        ties = block.get("ties", self.scope.defaults.ties)
        if ties not in get_args(Ties):
            self.scope.faults.add("shape", f"ties are share, first or last; found {ties!r:.40}", (*loc, "ties"))
            return None
        if column is None:
            return None
        if column.kind != "number":
            self.scope.faults.add(
                "unit", f"column {block[head]!r} is a {column.kind}; {head} needs a number", (*loc, head)
            )
            return None
        n = block.get("n", 1)
        if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= 1000:
            self.scope.faults.add("shape", f"n is a whole number from 1 to 1000; found {n!r:.40}", (*loc, "n"))
            return None
        return Pick(how=head, column=block[head], of=rows, n=n, ties=ties)

    def _column(self, rows: RowsNode, name: Any, loc: Loc) -> Any:
        if not isinstance(name, str):
            self.scope.faults.add("shape", f"a column is named here; found {name!r:.60}", loc)
            return None
        return self.scope.column(rows, name, loc)

    def rows(self, block: Mapping[str, Any], loc: Loc) -> RowsNode | None:
        """The rows that a block's from/of, where, label and within let through."""
        if ("from" in block) == ("of" in block):
            self.scope.faults.add(
                "missing", "name the rows: either `from:` a source or `of:` a row set, one of the two", loc
            )
            return None
        base = self._from(block["from"], (*loc, "from")) if "from" in block else self._of(block["of"], (*loc, "of"))
        if base is None:
            return None
        return self._narrowed(base, block, loc)

    def _of(self, name: Any, loc: Loc) -> RowsNode | None:
        if not isinstance(name, str):
            self.scope.faults.add("shape", f"a row set is named here; found {name!r:.60}", loc)
            return None
        node = self.value(name, loc)
        if node is None:
            return None
        if isinstance(node, Rows | Window) and not (isinstance(node, Window) and node.at):
            return node
        if isinstance(node, Pick) and node.how == "top":
            return node
        self.scope.faults.add("shape", f"{name!r} is a value, not a row set", loc)
        return None

    def _from(self, names: Any, loc: Loc) -> Rows | None:
        if isinstance(names, Mapping) and "agree" in names:
            self.scope.faults.add("not-yet", "`agree` is not there yet in this version of Crux", (*loc, "agree"))
            return None
        listed = names if isinstance(names, list | tuple) else [names]
        if not listed:
            self.scope.faults.add("missing", "`from:` names no source; name one, as `from: board`", loc)
        places = [((*loc, i) if listed is names else loc) for i in range(len(listed))]
        found = [self.scope.source(name, place) for name, place in zip(listed, places, strict=True)]
        if not listed or any(use is None for use in found):
            return None
        uses = tuple(self._use(use[0], use[1], place) for use, place in zip(found, places, strict=True) if use)
        if len({use.source for use in uses}) < len(uses):
            self.scope.faults.add("shape", "a source stands twice in one list", loc)
            return None
        return Rows(sources=uses)

    def _use(self, source: str, view: str | None, loc: Loc) -> SourceUse:
        if view is None:
            return SourceUse(source=source)
        columns = self.scope.sources[source].read
        plain = Rows(sources=(SourceUse(source=source),))
        where = compile_where(
            columns.views[view].where,
            lambda name, place, at: self.scope.column(plain, name, loc, at),
            loc,
            self.scope.faults,
        )
        return SourceUse(source=source, view=view, where=where)

    def _narrowed(self, node: RowsNode, block: Mapping[str, Any], loc: Loc) -> RowsNode | None:
        """`label`, `where` and `within` of a block on top of the rows it starts from."""
        faults = self.scope.faults
        labels = self._labels(block.get("label"), (*loc, "label"))
        if labels:
            relabelled = _relabelled(node, labels)
            if relabelled is None:
                faults.add("shape", "label the row set itself, before its top rows are taken", (*loc, "label"))
                return None
            node = relabelled
        if "where" in block:
            where = compile_where(
                block["where"],
                lambda name, place, at: self.scope.column(node, name, place, at),
                (*loc, "where"),
                faults,
            )
            narrowed = _filtered(node, where)
            if narrowed is None:
                faults.add("not-yet", "`where` on the top rows is not there yet; filter before `top`", (*loc, "where"))
                return None
            node = narrowed
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

    def _clock(self, block: Mapping[str, Any], rows: RowsNode, loc: Loc) -> Clock:
        clock = block.get("clock", self.scope.defaults.clock)
        if clock not in get_args(Clock):
            self.scope.faults.add("shape", f"clock is seen or published; found {clock!r:.40}", (*loc, "clock"))
            return "seen"
        if clock == "published" and "clock" in block:
            self._published(rows, (*loc, "clock"))
        return "published" if clock == "published" and self._has_published(rows) else "seen"

    def _has_published(self, rows: RowsNode) -> bool:
        uses = base_rows(rows).sources
        return all(
            any(c.is_ == "published" for c in self.scope.sources[use.source].read.columns.values()) for use in uses
        )

    def _published(self, rows: RowsNode, loc: Loc) -> None:
        if not self._has_published(rows):
            message = "clock: published needs a column marked `is: published` in each source"
            self.scope.faults.add("unknown-column", message, loc)

    def _within(self, node: RowsNode, block: Mapping[str, Any], loc: Loc) -> Window | None:
        place = (*loc, "within")
        found = mapping(block["within"], place, self.scope.faults, "within")
        if found is None:
            return None
        known_keys(found, ("from", "before"), place, self.scope.faults)
        ends = {
            key: instant_of(found[key], (*place, key), self.scope.faults, self.scope.decides)
            for key in ("from", "before")
            if key in found
        }
        if not ends:
            self.scope.faults.add("missing", "within needs `from:` or `before:`, or both", place)
        if not ends or any(end is None for end in ends.values()):
            return None
        since, before = ends.get("from"), ends.get("before")
        if since and before and since >= before:
            self.scope.faults.add("window", "the window ends before it begins", place)
            return None
        if isinstance(node, Window):
            self.scope.faults.add("not-yet", "a window inside a window is not there yet", place)
            return None
        return Window(of=node, since=since, before=before, clock=self._clock(block, node, loc))


def _relabelled(node: RowsNode, labels: tuple[Label, ...]) -> RowsNode | None:
    if isinstance(node, Rows):
        names = {label.column for label in labels}
        kept = tuple(label for label in node.labels if label.column not in names)
        return node.model_copy(update={"labels": (*kept, *labels)})
    if isinstance(node, Window) and isinstance(node.of, Rows):
        inner = _relabelled(node.of, labels)
        return node.model_copy(update={"of": inner})
    return None


def _filtered(node: RowsNode, where: Any) -> RowsNode | None:
    if where is None:
        return node
    if isinstance(node, Rows):
        return node.model_copy(update={"where": together(node.where, where)})
    if isinstance(node, Window) and isinstance(node.of, Rows):
        return node.model_copy(update={"of": _filtered(node.of, where)})
    return None
