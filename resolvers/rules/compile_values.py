"""The `values:` block: reduces, picks, series, joined conditions and named formulas, compiled when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args

from resolvers import units
from resolvers.durations import Duration
from resolvers.rules import formula as f
from resolvers.rules.agreeing import split
from resolvers.rules.bounds import DEEPEST, bounded
from resolvers.rules.compile_conditions import Conditions, is_joined
from resolvers.rules.compile_fact import condition
from resolvers.rules.compile_formula import FormulaCompiler, unknown_value
from resolvers.rules.compile_panel import asked_from_then
from resolvers.rules.compile_rows import ROW_KEYS, RowSets, clock_of
from resolvers.rules.compile_series import compile_series, is_series
from resolvers.rules.defaults import Ties
from resolvers.rules.faults import Loc, found_text, instant_of, known_keys, mapping, nearest
from resolvers.rules.nodes import How, Node, Pick, Reduce, RowsNode, Window, base_rows, date_words
from resolvers.rules.scope import Scope, span

COLUMN_REDUCES = (
    "max", "min", "first", "last", "distinct", "total", "sum", "mean", "median", "quantile", "slope",
)  # fmt: skip
ROW_REDUCES = ("count", "any")
PICKS = ("argmax", "argmin", "top")
EXTRA = {
    "argmax": ("ties",), "argmin": ("ties",), "top": ("ties", "n"), "quantile": ("q",), "slope": ("per",),
    "first": ("carry",), "last": ("carry",), "max": ("carry",), "min": ("carry",),
}  # fmt: skip
"""What else a block may say, by how its value is made."""
JOINING = ("at_least", "all", "not")
"""What makes a condition of others; `any` stands among the reduces."""
RECKONING = frozenset({
    "calc", "formula", "expr", "expression", "value", "eq", "equals", "compute", "add", "plus", "sub", "subtract",
    "minus", "diff", "difference", "multiply", "mul", "times", "product", "divide", "div", "ratio", "share", "abs",
})  # fmt: skip
"""Keys by which people would have something reckoned, which is done in a formula."""
WORDS = {True: True, False: False, "yes": True, "no": False}


class Values:
    """Compiles named row sets and values, each once, and finds circles."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.conditions = Conditions(scope, self.value, self.block)
        self.row_sets = RowSets(scope, self.value)

    def value(self, name: str, loc: Loc, offset: int | None = None) -> Node | None:
        """A value or row set by name; None after a fault."""
        scope = self.scope
        scope.used.add(name)
        if scope.under_way:
            scope.asked.setdefault(scope.under_way[-1], {})[name] = None
        if name in scope.under_way:
            circle = " -> ".join([*scope.under_way[scope.under_way.index(name) :], name])
            scope.faults.add("circular", f"{name!r} needs itself: {circle}", loc, offset)
            return None
        if name in scope.compiled:
            return scope.compiled[name]
        if name not in scope.values_block and name not in scope.rows_block:
            unknown_value(scope, name, loc, offset)
            return None
        if len(scope.under_way) >= DEEPEST:
            said = f"over {DEEPEST} values lie under this one, each under the next: name fewer"
            scope.faults.add("depth", said, loc, offset)
            return None
        scope.under_way.append(name)
        scope.compiled[name] = self._known(name, loc) or self._anew(name)
        scope.under_way.pop()
        return scope.compiled[name]

    def _known(self, name: str, loc: Loc) -> Node | None:
        """What another market of the debate made of the same words; names under it count as asked for here too."""
        before = self.scope.known.of(name, self.scope) if self.scope.known is not None else None
        if before is None:
            return None
        for each in before.asked:
            self.value(each, loc)
        self.scope.panels += before.panels
        return before.node

    def _anew(self, name: str) -> Node | None:
        scope, faults, panels = self.scope, len(self.scope.faults.found), len(self.scope.panels)
        node = bounded(self._defined(name), ("rows" if name in scope.rows_block else "values", name), scope.faults)
        if scope.known is not None and node is not None and len(scope.faults.found) == faults:
            scope.known.keep(name, scope, node, tuple(scope.panels[panels:]))
        return node

    def _defined(self, name: str) -> Node | None:
        if name in self.scope.values_block:
            return self._value(self.scope.values_block[name], ("values", name))
        block = mapping(self.scope.rows_block[name], ("rows", name), self.scope.faults, f"row set {name!r}")
        if block is None:
            return None
        known_keys(block, ROW_KEYS, ("rows", name), self.scope.faults)
        return self.rows(block, ("rows", name))

    def rows(self, block: Mapping[str, Any], loc: Loc) -> RowsNode | None:
        """The rows that a block names."""
        return self.row_sets.rows(block, loc)

    def _value(self, block: Any, loc: Loc, depth: int = 0) -> Node | None:
        if isinstance(block, bool) or block is None:
            self.scope.faults.add("shape", "a value is a formula or a mapping such as {max: score, from: arc3}", loc)
            return None
        if isinstance(block, str | int | float | Decimal):
            return FormulaCompiler(self.scope, self.value, loc).compile(str(block))
        found = mapping(block, loc, self.scope.faults, "a value")
        if found is None:
            return None
        return self.conditions.condition(found, loc, depth) if is_joined(found) else self.block(found, loc, depth)

    def block(self, block: Mapping[str, Any], loc: Loc, depth: int = 0) -> Node | None:
        """A value written as a mapping: a series, or rows made into one value."""
        if is_series(block):
            of = self._value(block["value"], (*loc, "value"), depth + 1) if "value" in block else None
            return compile_series(block, of, loc, self.scope)
        heads = [key for key in block if key in (*COLUMN_REDUCES, *ROW_REDUCES, *PICKS)]
        if not heads and "panel" in block:
            return condition(block, loc, self.scope, self.value)
        if len(heads) != 1:
            self._no_head(block, heads, loc)
            return None
        return self._headed(heads[0], block, loc)

    def _no_head(self, block: Mapping[str, Any], heads: list[str], loc: Loc) -> None:
        known = (*COLUMN_REDUCES, *ROW_REDUCES, *PICKS)
        if len(heads) > 1:
            self.scope.faults.add("shape", f"one value has one way to be made; found {' and '.join(heads)}", loc)
        else:
            strange = next((key for key in block if key not in (*ROW_KEYS, "at", "n", "q", "ties", "carry")), None)
            heads = [*known, "per", "panel", *JOINING]
            reckoned = next((key for key in block if key in RECKONING), None)
            if reckoned is not None and not any(key in block for key in ("from", "of", "per")):
                said = "what is reckoned from other values is a formula on one line, without braces"
                name = loc[-1] if loc[:1] == ("values",) and len(loc) == 2 else "gap"
                self.scope.faults.add("unknown-key", f"{said}: `{name}: best - 5 points`", (*loc, reckoned))
                return
            if strange is None or strange in ("per", "value", "read"):
                self.scope.faults.add("shape", f"how is this value made{nearest('', heads)}", loc)
            else:
                said = f"{strange!r:.40} makes no value{nearest(str(strange)[:40], heads, 0.5)}"
                self.scope.faults.add("unknown-key", said, (*loc, strange))

    def _headed(self, head: str, block: Mapping[str, Any], loc: Loc) -> Node | None:
        known_keys(block, (head, *ROW_KEYS, "at", *EXTRA.get(head, ())), loc, self.scope.faults)
        if head in ("max", "min") and isinstance(block[head], list | tuple):
            said = f"of several values it is a formula, as `{head}(one, other)`"
            self.scope.faults.add("shape", f"{head} names a column of rows; {said}", (*loc, head))
            return None
        rows = self.rows(block, loc)
        if rows is None:
            return None
        at = None
        if isinstance(rows, Window) and rows.at is not None:
            at, rows = rows.at, rows.of  # type: ignore[assignment]  # top rows as they stood then
        node: Node | None
        if head in PICKS:
            node = self._pick(head, rows, block, loc)
        elif head in ROW_REDUCES:
            node = self._row_reduce(head, rows, block, loc)
        else:
            node = self._reduce(head, rows, block, loc)
        if isinstance(node, Reduce):
            node = split(node)
        return self._read(node, at, block, loc)

    def _read(self, node: Node | None, at: Any, block: Mapping[str, Any], loc: Loc) -> Node | None:
        """The value as it stood `at` another time than now."""
        place, decides = (*loc, "at"), self.scope.decides
        if "at" in block:
            if at is not None:
                self.scope.faults.add("shape", "the rows it is made of are already read at another time", place)
                return None
            at = instant_of(block["at"], place, self.scope.faults, decides)
            if at is None:
                return None
            if at > decides:
                message = f"{date_words(at)} comes after T ({date_words(decides)}), so it is never read"
                self.scope.faults.add("window", message, place)
                return None
        return node if node is None or at is None else Window(of=asked_from_then(node), at=at)

    def _row_reduce(self, head: str, rows: RowsNode, block: Mapping[str, Any], loc: Loc) -> Node | None:
        if block[head] != "rows":
            self.scope.faults.add("shape", f"write {{{head}: rows, …}}; {found_text(block[head])}", (*loc, head))
            return None
        return Reduce(how="count", of=rows, unit="count") if head == "count" else Reduce(how="any", of=rows)

    def _reduce(self, head: str, rows: RowsNode, block: Mapping[str, Any], loc: Loc) -> Node | None:
        name = block[head]
        column = self._column(rows, name, (*loc, head))
        clock = clock_of(block, [base_rows(rows)], loc, self.scope)
        q = self._q(block, (*loc, "q")) if head == "quantile" else None
        per = self._per(block, (*loc, "per")) if head == "slope" else None
        carry = self._carry(block, (*loc, "carry"))
        if column is None or clock is None or (head, q) == ("quantile", None) or (head, per) == ("slope", None):
            return None
        dates = column.kind == "date" and head in ("max", "min", "first", "last")
        if column.kind != "number" and not dates and head != "distinct":
            self.scope.faults.add("unit", f"column {name!r} is a {column.kind}; {head} needs a number", (*loc, head))
            return None
        if head != "distinct" and any(label.column == name for label in base_rows(rows).labels):
            message = f"{name!r} is joined from a registry; {head} needs a column of the rows themselves"
            self.scope.faults.add("unit", message, (*loc, head))
            return None
        unit = "count" if head == "distinct" else "date" if dates else units.inside(column.unit)
        how: How = head  # type: ignore[assignment]  # one of COLUMN_REDUCES
        return Reduce(
            how=how, column=name, of=rows, unit="points" if (head, unit) == ("slope", "percent") else unit,
            clock=clock if head in ("first", "last", "slope") else "seen", q=q, per=per, carry=carry,
        )  # fmt: skip

    def _q(self, block: Mapping[str, Any], loc: Loc) -> Decimal | None:
        """`q: 90%` as percent."""
        message = "q is the share of rows that lie below, from 0% to 100%, as `q: 90%`"
        if "q" not in block:
            self.scope.faults.add("missing", message, loc[:-1])
            return None
        try:
            tree = f.parse(str(block["q"])[: f.LONGEST])
        except f.FormulaFault as fault:
            self.scope.faults.add(fault.code, fault.message, loc, fault.offset)
            return None
        if not isinstance(tree, f.Quantity) or tree.unit != "percent" or not 0 <= tree.value <= 100:
            self.scope.faults.add("shape", f"{message}; {found_text(block['q'])}", loc)
            return None
        return tree.value

    def _per(self, block: Mapping[str, Any], loc: Loc) -> Duration | None:
        """The span over which a slope is told."""
        if "per" not in block:
            self.scope.faults.add("missing", "a slope is told per some time, as `per: 365 days`", loc[:-1])
            return None
        per = span(block["per"], loc, self.scope.faults)
        if per is not None and not per.us:
            self.scope.faults.add("duration", "a slope needs some time; write `per: 365 days`", loc)
            return None
        return per

    def _carry(self, block: Mapping[str, Any], loc: Loc) -> bool:
        asked = block.get("carry", False)
        if not isinstance(asked, str | bool) or asked not in WORDS:
            self.scope.faults.add("shape", f"carry is yes or no; {found_text(asked)}", loc)
            return False
        return WORDS[asked]

    def _pick(self, head: str, rows: RowsNode, block: Mapping[str, Any], loc: Loc) -> Pick | None:
        column = self._column(rows, block[head], (*loc, head))
        ties = self._ties(rows, block.get("ties", self.scope.defaults.ties), (*loc, "ties"))
        n = block.get("n", 1)
        if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= 1000:
            self.scope.faults.add("shape", f"n is a whole number from 1 to 1000; {found_text(n)}", (*loc, "n"))
            return None
        if column is None or ties is None:
            return None
        labelled = any(label.column == block[head] for label in base_rows(rows).labels)
        if column.kind != "number" or labelled:
            kind = "label" if labelled else column.kind
            message = f"column {block[head]!r} is a {kind}; {head} needs a number of the rows themselves"
            self.scope.faults.add("unit", message, (*loc, head))
            return None
        return Pick.model_validate(
            {"how": head, "column": block[head], "of": rows, "n": n, "ties": ties[0], "by": ties[1]}
        )

    def _ties(self, rows: RowsNode, block: Any, loc: Loc) -> tuple[str, str | None] | None:
        """share, first or last; `{earliest: column}` or `{latest: column}` of a date."""
        wanted = "ties are share, first, last, {earliest: a date column} or {latest: a date column}"
        if isinstance(block, Mapping) and len(block) == 1:
            (how, name), *_ = block.items()
            if how in ("earliest", "latest"):
                column = self._column(rows, name, (*loc, how))
                if column is not None and column.kind != "date":
                    self.scope.faults.add("unit", f"column {name!r} is a {column.kind}, not a date", (*loc, how))
                    return None
                return (str(how), name) if column is not None else None
        if not isinstance(block, str) or block not in get_args(Ties):
            self.scope.faults.add("shape", f"{wanted}; {found_text(block)}", loc)
            return None
        return block, None

    def _column(self, rows: RowsNode, name: Any, loc: Loc) -> Any:
        if not isinstance(name, str):
            self.scope.faults.add("shape", f"a column is named here; {found_text(name)}", loc)
            return None
        return self.scope.column(rows, name, loc)
