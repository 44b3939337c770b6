"""A formula's tree as nodes: names looked up, units checked, every fault at its character."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Literal

from resolvers import units
from resolvers.durations import Duration
from resolvers.rules import formula as f
from resolvers.rules.agreeing import split
from resolvers.rules.bounds import bounded
from resolvers.rules.compile_where import FLIPPED, decimal_of, literal_value
from resolvers.rules.faults import Loc, nearest
from resolvers.rules.nodes import (
    Calc,
    Compare,
    FieldOf,
    Literal_,
    Logic,
    Node,
    Pick,
    Reduce,
    State,
    Window,
    is_condition,
    unit_of,
)
from resolvers.rules.nodes import (
    is_text as is_text,
)
from resolvers.rules.nodes_many import Agree, Series
from resolvers.rules.scope import Scope, is_rows, reports_fractions, span

ValueOf = Callable[[str, Loc, int | None], Node | None]
"""A named value, compiled; None after a fault."""

Wanted = Literal["condition", "value"]


class FormulaCompiler:
    """Compiles one formula; `value_of` compiles the values that it names."""

    def __init__(self, scope: Scope, value_of: ValueOf, loc: Loc) -> None:
        self.scope, self.value_of, self.loc = scope, value_of, loc

    def fault(self, code: str, message: str, offset: int | None) -> None:
        self.scope.faults.add(code, message, self.loc, offset)

    def compile(self, text: str, wanted: Wanted | None = None) -> Node | None:
        """The node of a formula; a fault where it is no condition (or no value) though one is wanted."""
        try:
            tree = f.parse(text)
        except f.FormulaFault as fault:
            self.fault(fault.code, fault.message, fault.offset)
            return None
        node = bounded(self.node(tree), self.loc, self.scope.faults)
        if node is None:
            return None
        if wanted == "condition" and not is_condition(node):
            self.fault("formula", "this is no condition; compare it with something, as `best >= 85%`", tree.offset)
            return None
        if wanted == "value" and is_condition(node):
            self.fault("formula", "this is a condition, not a value", tree.offset)
            return None
        return node

    def node(self, tree: f.Formula) -> Node | None:
        if isinstance(tree, f.Quantity):
            return self.literal(tree)
        if isinstance(tree, f.Quoted):
            return self.quoted(tree)
        if isinstance(tree, f.Name):
            return self.named(tree)
        if isinstance(tree, f.Call):
            return self.call(tree)
        if isinstance(tree, f.Chain):
            return self.chain(tree)
        return self.comparison(tree) if tree.op in FLIPPED else self.arithmetic(tree)

    def literal(self, tree: f.Quantity) -> Node | None:
        if tree.unit == "fraction":
            return Literal_(value=tree.value * 100, unit="percent")
        return Literal_(value=tree.value, unit=tree.unit)

    def quoted(self, tree: f.Quoted) -> Node | None:
        if not tree.is_date:
            return Literal_(texts=(tree.text,))
        try:
            return Literal_(value=Decimal(date.fromisoformat(tree.text).toordinal()), unit="date")
        except ValueError:
            self.fault("date", f"{tree.text} is no day of the calendar", tree.offset)
            return None

    def named(self, tree: f.Name) -> Node | None:
        head, dot, column = tree.name.partition(".")
        node = self.value_of(head, self.loc, tree.offset)
        if node is None:
            return None
        at, rows = (node.at, node.of) if isinstance(node, Window) else (None, node)
        if not dot:
            return self.whole(node, rows, head, tree.offset)
        if not isinstance(rows, Pick) or rows.how == "top":
            self.fault("formula", f"{head!r} is no picked row, so it has no column {column!r}", tree.offset)
            return None
        field = self.field(rows, column, tree.offset)
        return Window(of=split(field), at=at) if at and field else split(field) if field else None

    def whole(self, node: Node, rows: Node, name: str, offset: int) -> Node | None:
        """A named value as it stands in a formula: neither rows nor a series."""
        if isinstance(rows, Pick) or is_rows(node):
            self.fault("formula", f"{name!r} stands for rows; name a column of it, as `{name}.model`", offset)
            return None
        if isinstance(node, Series):
            message = f"{name!r} has a value for each {node.per}; use it as {{at_least: 2, rises: {name}}}"
            self.fault("formula", message, offset)
            return None
        return node

    def field(self, pick: Pick, column: str, offset: int | None) -> FieldOf | None:
        """A column of a picked row."""
        found = self.scope.column(pick, column, self.loc, offset)
        if found is None:
            return None
        if found.kind in ("number", "date"):
            unit = "date" if found.kind == "date" else units.inside(found.unit)
            return FieldOf(column=column, of=pick, type="number", unit=unit)
        return FieldOf(column=column, of=pick)

    def call(self, tree: f.Call) -> Node | None:
        if tree.function in f.STATES:
            return self.state(tree)
        return self.function(tree)

    def state(self, tree: f.Call) -> State | None:
        """What a source is doing, with the bounds that count for this rule."""
        found = self.scope.source(tree.source, self.loc, tree.offset)
        after = self.frozen_after(tree)
        if found is None or (tree.function == "frozen") is not (after is not None):
            return None
        fetch = self.scope.sources[found[0]].fetch
        late = fetch.late if tree.function in ("live", "late") else None
        stale = fetch.stale if tree.function in ("late", "stale") else None
        return State.model_validate(
            {"source": found[0], "state": tree.function, "late": late, "stale": stale, "after": after}
        )

    def frozen_after(self, tree: f.Call) -> Duration | None:
        """The time in `frozen(board, 90 days)`, else the house's; None for other states and after a fault."""
        if tree.function != "frozen":
            if tree.span:
                self.fault("formula", f"{tree.function}() takes only a source", tree.offset)
            return None
        return (
            span(tree.span, self.loc, self.scope.faults, tree.offset) if tree.span else self.scope.defaults.frozen_after
        )

    def function(self, tree: f.Call) -> Node | None:
        """min(…), max(…) of two or more values, abs(…) of one."""
        least = 1 if tree.function == "abs" else 2
        if len(tree.parts) < least or (tree.function == "abs" and len(tree.parts) > 1):
            self.fault(
                "formula", f"{tree.function}() takes {'one value' if least == 1 else 'two values or more'}", tree.offset
            )
            return None
        parts = [self.number(part) for part in tree.parts]
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts):
            return None
        if tree.function == "abs":
            return Calc(op="abs", parts=(whole[0],), unit=unit_of(whole[0]))
        found = whole[0]
        for part, source in zip(whole[1:], tree.parts[1:], strict=True):
            pair = self.matched(found, part, tree.parts[0], source, tree.offset)
            if pair is None:
                return None
            unit = unit_of(pair[0])
            found = Calc(op=tree.function, parts=pair, unit=unit)
        return found

    def number(self, tree: f.Formula) -> Node | None:
        """A part that has to be a number."""
        node = self.node(tree)
        if node is None:
            return None
        if is_condition(node) or is_text(node):
            self.fault("unit", "a number is wanted here", tree.offset)
            return None
        return node

    def chain(self, tree: f.Chain) -> Node | None:
        parts: list[Node | None] = []
        for part in tree.parts:
            node = self.node(part)
            if node is not None and not is_condition(node):
                self.fault("formula", "`and`, `or` and `not` join conditions; this is a value", part.offset)
                node = None
            parts.append(node)
        whole = tuple(part for part in parts if part is not None)
        return Logic(op=tree.op, parts=whole) if len(whole) == len(parts) else None

    def arithmetic(self, tree: f.Binary) -> Node | None:
        left, right = self.number(tree.left), self.number(tree.right)
        if left is None or right is None:
            return None
        left, right = self.scaled(left, right, tree)
        rules = {"+": lambda a, b: units.added(a, b, "+"), "-": lambda a, b: units.added(a, b, "-")}
        rule = rules.get(tree.op) or {"*": units.multiplied, "/": units.divided}[tree.op]
        try:
            unit = rule(unit_of(left), unit_of(right))
        except units.UnitFault as fault:
            self.fault("unit", self.remedy(left, right, tree) or str(fault), tree.offset)
            return None
        op: Literal["+", "-", "*", "/"] = tree.op  # type: ignore[assignment]  # the grammar has no other sign here
        return Calc(op=op, parts=(left, right), unit=unit)

    def scaled(self, left: Node, right: Node, tree: f.Binary) -> tuple[Node, Node]:
        """Times are brought to one unit; a percentage in a product becomes the bare factor it stands for."""
        if tree.op in "+-":
            return self.in_unit(left, right), self.in_unit(right, left)
        if tree.op == "*" and "percent" in (unit_of(left), unit_of(right)):
            both = unit_of(left) == unit_of(right)
            if (
                unit_of(left) == "percent"
                and (not both or isinstance(left, Literal_))
                and unit_of(right) not in units.BARE
            ):
                return as_factor(left), right
            if unit_of(right) == "percent" and unit_of(left) not in units.BARE:
                return left, as_factor(right)
        return left, right

    def in_unit(self, part: Node, other: Node) -> Node:
        """A literal time in the other side's unit of time."""
        if isinstance(part, Literal_) and part.value is not None and unit_of(other) in units.SECONDS:
            found = units.converted(units.exact(part.value), part.unit, unit_of(other))
            if found is not None:
                value = decimal_of(found, f.Quantity(part.value, part.unit, 0), self.loc, self.scope.faults)
                return Literal_(value=value, unit=unit_of(other)) if value is not None else part
        return part

    def held_against(self, text: str, left: Node) -> Node | None:
        """A formula's number in the unit of what it is held against."""
        try:
            tree = f.parse(text)
        except f.FormulaFault as fault:
            self.fault(fault.code, fault.message, fault.offset)
            return None
        right = self.number(tree)
        pair = self.matched(left, right, f.Name("", 0), tree, tree.offset) if right is not None else None
        return pair[1] if pair else None

    def remedy(self, left: Node, right: Node, tree: f.Binary) -> str:
        """What to write where a bare number was added to something with a unit."""
        for part, other in ((right, left), (left, right)):
            if (
                isinstance(part, Literal_)
                and part.value is not None
                and not part.unit
                and unit_of(other) not in units.BARE
            ):
                unit = "points" if unit_of(other) == "percent" else unit_of(other)
                return f"{part.value:f} has no unit; write {units.show(units.exact(part.value), unit)}"
        return ""

    def comparison(self, tree: f.Binary) -> Node | None:
        if isinstance(tree.left, f.Quantity | f.Quoted) and not isinstance(tree.right, f.Quantity | f.Quoted):
            tree = f.Binary(FLIPPED[tree.op], tree.right, tree.left, tree.offset)
        left = self.node(tree.left)
        if left is not None and is_text(left):
            return self.text_comparison(left, tree)
        right = self.node(tree.right)
        if left is None or right is None:
            return None
        if is_condition(left) or is_condition(right) or is_text(right):
            self.fault("unit", "two numbers are compared here, or a text with a text", tree.offset)
            return None
        pair = self.matched(left, right, tree.left, tree.right, tree.offset)
        op: Literal[">=", ">", "<=", "<", "==", "!="] = tree.op  # type: ignore[assignment]  # one of the grammar's relations
        return Compare(op=op, left=pair[0], right=pair[1]) if pair else None

    def text_comparison(self, left: Node, tree: f.Binary) -> Node | None:
        """`top.class == R2`: a bare word on the right is a text."""
        if isinstance(tree.right, f.Quoted) and not tree.right.is_date:
            wanted = tree.right.text
        elif isinstance(tree.right, f.Name) and "." not in tree.right.name:
            wanted = tree.right.name
        else:
            self.fault("unit", 'a text is compared with a text, as `top.class == "R2"`', tree.right.offset)
            return None
        if tree.op not in ("==", "!=") or isinstance(left, Literal_):
            self.fault("unit", "a picked row's text is only == or != another", tree.offset)
            return None
        op: Literal["==", "!="] = "==" if tree.op == "==" else "!="
        return Compare(op=op, left=left, right=Literal_(texts=(wanted,)))

    def matched(
        self, left: Node, right: Node, left_tree: f.Formula, right_tree: f.Formula, offset: int
    ) -> tuple[Node, Node] | None:
        """Both sides in one unit, a written number taking the unit of what it is held against."""
        if isinstance(right_tree, f.Quantity) and not isinstance(left_tree, f.Quantity):
            value = literal_value(right_tree, self.declared(left), self.loc, self.scope.faults)
            return (left, Literal_(value=value, unit=unit_of(left))) if value is not None else None
        if isinstance(left_tree, f.Quantity) and not isinstance(right_tree, f.Quantity):
            value = literal_value(left_tree, self.declared(right), self.loc, self.scope.faults)
            return (Literal_(value=value, unit=unit_of(right)), right) if value is not None else None
        one, other = unit_of(left), unit_of(right)
        if one == other or {one, other} == set(units.BARE):
            return left, right
        message = f"{units.name_of(one)} cannot be compared with {units.name_of(other)}; bring both to one unit"
        taken = _taken(left_tree) or _taken(right_tree)
        if {one, other} == {"percent", "points"} and taken is not None:
            shown = units.plain(units.exact(taken.value))
            message, offset = (
                f"{shown}%: what is taken from a percentage is in points; write {shown} points",
                taken.offset,
            )
        self.fault("unit", message, offset)
        return None

    def declared(self, node: Node) -> str:
        """The unit in which a node's column is published: `fraction` where the engine has percent."""
        while isinstance(node, Window | Agree):
            node = node.of if isinstance(node, Window) else node.parts[0]
        if not isinstance(node, Reduce | FieldOf) or node.column is None or unit_of(node) != "percent":
            return unit_of(node)
        return "fraction" if reports_fractions(self.scope, node.of, node.column) else "percent"


def _taken(tree: f.Formula) -> f.Quantity | None:
    """The `3%` of `best - 3%`."""
    taken = tree.right if isinstance(tree, f.Binary) and tree.op == "-" else None
    return taken if isinstance(taken, f.Quantity) and taken.unit == "percent" else None


def as_factor(node: Node) -> Node:
    """A percentage as the bare number it multiplies by: 90% -> 0.9."""
    return Calc(op="/", parts=(node, Literal_(value=Decimal(100), unit="percent")), unit="")


def unknown_value(scope: Scope, name: str, loc: Loc, offset: int | None) -> None:
    """The fault for a name that nobody defined."""
    known = [*scope.values_block, *scope.rows_block]
    said = nearest(name, known)
    quoted = "" if "did you mean" in said or offset is None else f'; a text stands in quotes, as "{name[:40]}"'
    scope.faults.add("unknown-name", f"no value is called {name!r}{said}{quoted}", loc, offset)
