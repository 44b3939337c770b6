"""`where:` formulas that reckon with several columns of one row, with the units checked as everywhere."""

from __future__ import annotations

from resolvers import units
from resolvers.rules import formula as f
from resolvers.rules.cells import Cell, Expression, Given, Worked
from resolvers.rules.compile_formula import FormulaCompiler
from resolvers.rules.faults import Loc
from resolvers.rules.filters import Filter, Reckoned
from resolvers.rules.nodes import Calc, Compare, Literal_, Node, Reduce, RowsNode, base_rows
from resolvers.rules.scope import Scope


class CellFormulas(FormulaCompiler):
    """Compiles a comparison of columns: each name is a column of the row, standing in as a value over one row."""

    def __init__(self, scope: Scope, rows: RowsNode, loc: Loc) -> None:
        super().__init__(scope, self.cell, loc)
        self.rows = rows

    def cell(self, name: str, loc: Loc, offset: int | None) -> Node | None:
        column = self.scope.column(self.rows, name, loc, offset)
        if column is None:
            return None
        if column.kind not in ("number", "date"):
            message = f"{name!r} is a {column.kind}; only numbers and dates can be reckoned with"
            self.scope.faults.add("unit", message, loc, offset)
            return None
        unit = "date" if column.kind == "date" else units.inside(column.unit)
        return Reduce(how="max", column=name, of=base_rows(self.rows), unit=unit)

    def named(self, tree: f.Name) -> Node | None:
        return self.cell(tree.name, self.loc, tree.offset)

    def call(self, tree: f.Call) -> Node | None:
        if tree.function in f.STATES:
            self.fault("formula", "where asks about a row's columns, not about a source", tree.offset)
            return None
        return self.function(tree)

    def filter(self, tree: f.Binary) -> Filter | None:
        """The comparison as a filter; None after a fault."""
        node = self.comparison(tree)
        if node is None:
            return None
        assert isinstance(node, Compare)
        return Reckoned(op=node.op, left=_expression(node.left), right=_expression(node.right))


def _expression(node: Node) -> Expression:
    """The stand-in's tree as what is reckoned of one row's cells."""
    if isinstance(node, Calc):
        return Worked(op=node.op, parts=tuple(_expression(part) for part in node.parts))
    if isinstance(node, Literal_):
        assert node.value is not None
        return Given(value=node.value, unit=node.unit)
    assert isinstance(node, Reduce) and node.column is not None
    return Cell(column=node.column)
