"""How far a value can go at all, by the bounds that its source's file gives to the column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from resolvers import units
from resolvers.rules.nodes import Calc, Compare, FieldOf, Literal_, Node, Reduce, Window, base_rows
from resolvers.sources.spec import SourceSpec
from resolvers.units import Exact

OF_A_COLUMN = ("max", "min", "mean", "median", "first", "last")


@dataclass(frozen=True, slots=True)
class Reach:
    """Every value lies in [low, high]; infinite where nothing bounds it."""

    low: Exact = -math.inf
    high: Exact = math.inf


def reach_of(node: Node, sources: Sequence[SourceSpec]) -> Reach:
    """The bounds of a number; of kinds of node that are not known here, none."""
    if isinstance(node, Window):
        return reach_of(node.of, sources)
    if isinstance(node, Literal_) and node.value is not None:
        return Reach(units.exact(node.value), units.exact(node.value))
    if isinstance(node, Reduce) and node.how in ("count", "distinct"):
        return Reach(0)
    if (isinstance(node, Reduce) and node.how in OF_A_COLUMN) or isinstance(node, FieldOf):
        return _column(node, sources)
    if isinstance(node, Calc) and node.op in ("+", "-") and len(node.parts) == 2:
        left, right = (reach_of(part, sources) for part in node.parts)
        if node.op == "+":
            return Reach(left.low + right.low, left.high + right.high)
        return Reach(left.low - right.high, left.high - right.low)
    return Reach()


def _column(node: Reduce | FieldOf, sources: Sequence[SourceSpec]) -> Reach:
    """The widest bounds that the column has in any of the sources it may come from."""
    found = []
    base = base_rows(node.of)
    for use in base.sources:
        spec = next((each for each in sources if each.id == use.source), None)
        column = spec.read.columns.get(node.column or "") if spec else None
        if column is None or column.between is None:
            return Reach()
        scale = 100 if column.unit == "fraction" else 1
        low, high = column.between
        found.append(
            Reach(
                -math.inf if low is None else units.exact(low) * scale,
                math.inf if high is None else units.exact(high) * scale,
            )
        )
    return Reach(min(each.low for each in found), max(each.high for each in found)) if found else Reach()


def truth_of(node: Compare, sources: Sequence[SourceSpec]) -> bool | None:
    """True or False where the bounds alone decide a comparison; an empty group is not thought of."""
    if node.op in ("==", "!="):
        return None
    left, right = reach_of(node.left, sources), reach_of(node.right, sources)
    if node.op in ("<", "<="):
        left, right = right, left
    strict = node.op in (">", "<")
    if left.low > right.high or (not strict and left.low == right.high and not math.isinf(left.low)):
        return True
    if left.high < right.low or (strict and left.high == right.low and not math.isinf(left.high)):
        return False
    return None
