"""A comparison typed into a map of columns (`cost: < 10`), written as the formula that works: `cost < 10 usd`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from resolvers import units
from resolvers.rules import formula as f
from resolvers.sources.spec import Column

OPENING = tuple("<>=!≥≤≠")
TYPED = re.compile(r"\s*([<>=!≥≤≠]+)\s*(.*?)\s*", re.DOTALL)
SIGNS = {
    "<": "<", "<=": "<=", "≤": "<=", "=<": "<=", ">": ">", ">=": ">=", "≥": ">=", "=>": ">=", "=": "==", "==": "==",
    "!=": "!=", "≠": "!=", "<>": "!=", "at_least": ">=", "min": ">=", "from": ">=", "since": ">=", "at_most": "<=",
    "max": "<=", "over": ">", "above": ">", "under": "<", "below": "<", "before": "<",
}  # fmt: skip
"""What people write for a sign -> the formula's."""
LONGEST = 60
"""Characters of what was typed that are repeated."""


def in_formula(name: str, typed: str, column: Column) -> str:
    """`< 10` of a column in usd as `cost < 10 usd`."""
    found = TYPED.fullmatch(typed)
    sign, number = (found[1], found[2] or "20") if found else ("==", typed)
    return f"{name} {SIGNS.get(sign, sign)} {_with_unit(number, column)}"


def map_in_formula(name: str, asked: Mapping[Any, Any], column: Column) -> str:
    """`{min: 20, max: 30}` as `trials >= 20 and trials <= 30`; an example where it is no comparison."""
    if all(str(key) in SIGNS and not isinstance(value, Mapping | list | None) for key, value in asked.items()):
        return " and ".join(in_formula(name, f"{SIGNS[str(key)]} {value}", column) for key, value in asked.items())
    return in_formula(name, ">= 20" if column.kind == "number" else ">= 2027-03-01", column)


def _with_unit(number: str, column: Column) -> str:
    """The number as typed, or with the column's unit where it has none and needs one."""
    unit = units.inside(column.unit)
    try:
        tree = f.parse(number)
    except f.FormulaFault:
        return number[:LONGEST]
    if not isinstance(tree, f.Quantity) or tree.unit or column.kind != "number" or unit in units.BARE:
        return number[:LONGEST]
    share = column.unit == "fraction" and 0 <= tree.value <= 1
    return number[:LONGEST] if share else units.show(units.exact(tree.value), unit)
