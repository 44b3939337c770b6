"""Between which numbers a value can lie at all, by what its columns are declared to hold: for edges out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from resolvers import units
from resolvers.rules.faults import Loc
from resolvers.rules.nodes import FieldOf, Node, Reduce, Window, base_rows
from resolvers.rules.nodes_many import Agree
from resolvers.rules.scope import Scope

ONE_OF_THEM = ("max", "min", "first", "last", "mean", "median", "quantile")
"""Reduces whose value lies between the least and the greatest cell."""

Reach = tuple[Decimal | None, Decimal | None]
"""The least and the greatest; None where there is no bound."""


def reach_of(node: Node, scope: Scope) -> Reach:
    """Between which numbers a value lies."""
    if isinstance(node, Window):
        return reach_of(node.of, scope)
    if isinstance(node, Agree):
        return reach_of(node.parts[0], scope)
    if isinstance(node, Reduce) and node.how in ("count", "distinct"):
        return Decimal(0), None
    if isinstance(node, FieldOf) or (isinstance(node, Reduce) and node.how in ONE_OF_THEM):
        return _cells(node, scope)
    return None, None


def _cells(node: Reduce | FieldOf, scope: Scope) -> Reach:
    base = base_rows(node.of)
    columns = [scope.column_in(use.source, base.labels, node.column or "") for use in base.sources]
    bounds = [
        tuple(None if bound is None else bound * (100 if column.unit == "fraction" else 1) for bound in column.between)
        for column in columns
        if column is not None and column.between is not None
    ]
    if len(bounds) < len(columns):
        return None, None
    lows = [low for low, _ in bounds if low is not None]
    highs = [high for _, high in bounds if high is not None]
    return (
        min(lows) if len(lows) == len(bounds) else None,
        max(highs) if len(highs) == len(bounds) else None,
    )


def check_edges(edges: Sequence[Decimal], node: Node, unit: str, loc: Loc, scope: Scope) -> bool:
    """A fault for each edge on whose one side no value can lie."""
    low, high = reach_of(node, scope)
    before = len(scope.faults.found)
    for place, edge in enumerate(edges):
        shown = units.show(units.exact(edge), unit)
        if low is not None and edge <= low:
            message = f"no value lies under {shown}: the least there can be is {units.show(units.exact(low), unit)}"
            scope.faults.add("edges", f"{message}; leave this edge out", (*loc, place))
        elif high is not None and edge > high:
            message = f"no value reaches {shown}: the most there can be is {units.show(units.exact(high), unit)}"
            scope.faults.add("edges", f"{message}; leave this edge out", (*loc, place))
    return len(scope.faults.found) == before
