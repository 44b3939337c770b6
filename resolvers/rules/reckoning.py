"""What a row's own cells come to where a filter reckons with several of them: exact, or open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from resolvers import units
from resolvers.rules import exact
from resolvers.rules.cells import Cell, Expression, Given
from resolvers.rules.columns import ABSENT, Number
from resolvers.rules.exact import Amount, undefined
from resolvers.rules.filters import Reckoned

Labels = Mapping[str, str | None]
NumberOf = Callable[[str], Callable[[int, Labels], Number]]
"""A column -> the number in it of a span with these labels."""


def reckoner(part: Reckoned, number_of: NumberOf) -> Callable[[int, Labels], bool | None]:
    """A comparison of what is reckoned, as a function of a span; without one of the cells it can only be other than."""
    columns = {name: number_of(name) for name in (*part.left.columns(), *part.right.columns())}

    def decide(place: int, joined: Labels) -> bool | None:
        cells = {name: read(place, joined) for name, read in columns.items()}
        if any(cell is ABSENT for cell in cells.values()):
            return part.op == "!="
        return exact.compare(part.op, amount(part.left, cells), amount(part.right, cells)).value

    return decide


def amount(what: Expression, cells: dict[str, Number]) -> Amount:
    """An expression over the cells of one row; undefined where a cell cannot be read, or on a division by zero."""
    if isinstance(what, Cell):
        value = cells[what.column]
        return _point(value) if isinstance(value, Decimal) else undefined("")
    if isinstance(what, Given):
        return _point(what.value)
    parts: Sequence[Amount] = [amount(part, cells) for part in what.parts]
    if what.op == "abs":
        return exact.absolute(parts[0])
    return exact.arithmetic(what.op, parts[0], parts[1])


def _point(value: Decimal) -> Amount:
    found = units.exact(value)
    return Amount(found, found)
