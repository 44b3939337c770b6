"""`where:` in its two forms, a map or a formula over the row's columns, as one filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from resolvers import units
from resolvers.rules import formula as f
from resolvers.rules.compared import OPENING, in_formula, map_in_formula
from resolvers.rules.faults import Faults, Loc, found_text, known_keys
from resolvers.rules.filters import AllOf, AnyOf, Filter, Has, Matching, Measured, Not, OneOf, Present, together
from resolvers.rules.patterns import why_refused
from resolvers.sources.spec import Column

ColumnOf = Callable[[str, Loc, int | None], Column | None]
"""A column by name, or None after a fault."""
Reckon = Callable[[f.Binary], Filter | None]
"""A comparison of several columns as a filter, or None after a fault."""

OPENING_QUOTES, CLOSING_QUOTES = "“„‘‚«", "”“’‘»\"'"
"""What word processors make of quotes; only the straight ones are YAML's."""

SPECIAL = ("matching", "not", "has")
"""What may be asked of a column in a map besides values."""

FLIPPED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "==", "!=": "!="}


def compile_where(
    block: Any, column_of: ColumnOf, loc: Loc, faults: Faults, reckon: Reckon | None = None
) -> Filter | None:
    """A map (every entry must hold) or a formula; None where nothing is asked or after faults.

    `reckon` compiles comparisons with arithmetic or of two columns; without it they are faults.
    """
    if block is None:
        return None
    if isinstance(block, str):
        return _from_text(block, column_of, loc, faults, reckon)
    if not isinstance(block, Mapping):
        faults.add("shape", "where is a map of columns or a formula over them", loc)
        return None
    parts = []
    for name, wanted in block.items():
        column = column_of(str(name), (*loc, name), None)
        if column is not None:
            parts.append(_entry(str(name), wanted, column, (*loc, name), faults))
    return together(*parts)


def _entry(name: str, wanted: Any, column: Column, loc: Loc, faults: Faults) -> Filter | None:
    """One `column: what` of a map."""
    if wanted == "present":
        return Present(column=name)
    if isinstance(wanted, Mapping):
        return _special(name, wanted, column, loc, faults)
    values = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
    if not values:
        faults.add("shape", "an empty list lets no row through; name at least one value", loc)
        return None
    return _one_of(name, values, column, loc, faults) if _all_plain(values, loc, faults) else None


def _all_plain(values: list[Any], loc: Loc, faults: Faults) -> bool:
    """Whether each is a text, a number, a date or a truth value; a fault names the first that is not."""
    wrong = next((value for value in values if value is None or isinstance(value, Mapping | list | tuple)), values)
    if wrong is values:
        typeset = [value for value in values if in_typeset_quotes(value, loc, faults)]
        return not typeset
    empty = "this is empty: write a value, in quotes if it is the word null; for rows without the cell {not: present}"
    plain = f"a value is a text, a number, a date, true or false; {found_text(wrong)}"
    faults.add("shape", empty if wrong is None else plain, loc)
    return False


def in_typeset_quotes(value: Any, loc: Loc, faults: Faults) -> bool:
    """Whether a value stands in quotes that YAML takes for letters (`“voice”`), so that no row would have it."""
    text = value.strip() if isinstance(value, str) else ""
    plain = text.strip(OPENING_QUOTES + CLOSING_QUOTES)
    if not plain or text[0] not in OPENING_QUOTES or text[-1] not in CLOSING_QUOTES:
        return False
    faults.add("shape", f'typeset quotes are part of the text here: write {plain[:60]}, or "{plain[:60]}"', loc)
    return True


def _special(name: str, wanted: Mapping[str, Any], column: Column, loc: Loc, faults: Faults) -> Filter | None:
    """`{matching: re}`, `{not: …}` or `{has: x}`."""
    if wanted and column.kind in ("number", "date") and not any(key in SPECIAL for key in wanted):
        works = map_in_formula(name, wanted, column)
        faults.add("shape", f"a {column.kind} is compared in a formula: `where: {works}`", loc)
        return None
    known_keys(wanted, SPECIAL, loc, faults)
    if not wanted:
        faults.add("shape", "an empty map asks nothing; write {matching: …}, {not: …} or {has: …}", loc)
    parts: list[Filter | None] = []
    if "matching" in wanted and _all_plain([wanted["matching"]], (*loc, "matching"), faults):
        pattern = str(wanted["matching"])
        why = why_refused(pattern)
        if why:
            faults.add("pattern", why, (*loc, "matching"))
        parts.append(None if why else Matching(column=name, pattern=pattern))
    if "has" in wanted and _all_plain([wanted["has"]], (*loc, "has"), faults):
        parts.append(Has(column=name, value=as_text(wanted["has"])))
    if "not" in wanted:
        inner = _entry(name, wanted["not"], column, (*loc, "not"), faults)
        parts.append(Not(part=inner) if inner is not None else None)
    return together(*parts)


def _one_of(name: str, values: list[Any], column: Column, loc: Loc, faults: Faults) -> Filter | None:
    if column.kind == "number":
        found = [_number_entry(name, value, column, loc, faults) for value in values]
        return _either([part for part in found if part is not None])
    if column.kind == "date":
        dates = [_date_entry(name, value, loc, faults) for value in values]
        return _either([part for part in dates if part is not None])
    texts = tuple(as_text(value) for value in values)
    if column.kind == "bool" and not set(texts) <= {"true", "false"}:
        faults.add("shape", f"{name!r} is true or false; found {', '.join(texts)}", loc)
        return None
    return OneOf(column=name, values=tuple(dict.fromkeys(texts)))


def _either(parts: list[Measured]) -> Filter | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AnyOf(parts=tuple(parts))


def as_text(value: Any) -> str:
    """A YAML scalar as the text a source would publish."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number_entry(name: str, value: Any, column: Column, loc: Loc, faults: Faults) -> Measured | None:
    text = as_text(value)
    if text.lstrip()[:1] in OPENING:
        faults.add("shape", f"a number is compared in a formula: `where: {in_formula(name, text, column)}`", loc)
        return None
    try:
        tree: f.Formula = f.parse(text)
    except f.FormulaFault as fault:
        faults.add(fault.code, fault.message, loc, fault.offset)
        return None
    if not isinstance(tree, f.Quantity):
        faults.add("shape", f"{name!r} is a number; found {value!r:.60}", loc)
        return None
    return _measured(name, "==", tree, column, loc, faults)


def _date_entry(
    name: str, value: Any, loc: Loc, faults: Faults, op: str = "==", offset: int | None = None
) -> Measured | None:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        faults.add("date", f"{name!r} is a date, written 2027-07-01; found {value!r:.60}", loc, offset)
        return None
    return Measured(column=name, op=op, value=Decimal(day.toordinal()), unit="date")


def _measured(name: str, op: str, number: f.Quantity, column: Column, loc: Loc, faults: Faults) -> Measured | None:
    """`column op number`, the number in the column's unit."""
    value = literal_value(number, column.unit or "", loc, faults)
    if value is None:
        return None
    return Measured(column=name, op=op, value=value, unit=units.inside(column.unit))


def literal_value(number: f.Quantity, declared: str, loc: Loc, faults: Faults) -> Decimal | None:
    """A written number in the engine's unit of a column declared in `declared`; a fault names the remedy."""
    wanted = units.inside(declared)
    if not number.unit and wanted not in units.BARE:
        return _bare(number, declared, loc, faults)
    found = units.converted(units.exact(number.value), number.unit, wanted)
    if found is None:
        faults.add("unit", _differs(number, wanted), loc, number.offset)
        return None
    return decimal_of(found, number, loc, faults)


def decimal_of(found: units.Exact, number: f.Quantity, loc: Loc, faults: Faults) -> Decimal | None:
    """An exact number as a Decimal; a fault where it has no finite decimal form (one minute in days)."""
    try:
        value = Decimal(units.plain(found))
    except InvalidOperation:
        value = None
    if value is None or units.exact(value) != found:
        faults.add(
            "unit", "this has no finite decimal form in the column's unit; write it in that unit", loc, number.offset
        )
        return None
    return value


def _bare(number: f.Quantity, declared: str, loc: Loc, faults: Faults) -> Decimal | None:
    """A number without a unit where one is needed; only a fraction in 0..1 is clear without."""
    value = f"{number.value:f}"
    if declared == "fraction" and 0 <= number.value <= 1:
        return number.value * 100
    if declared == "fraction":
        part = units.plain(units.exact(number.value / 100))
        message = f"{value} is over 1; this source reports fractions, write {value}% or {part}"
    elif declared == "percent":
        meant = (
            f"{value}%" if not 0 < number.value < 1 else f"{units.plain(units.exact(number.value * 100))}% or {value}%"
        )
        message = f"{value} has no unit; this source reports percent, write {meant}"
    else:
        message = f"{value} has no unit; write {units.show(units.exact(number.value), declared)}"
    faults.add("unit", message, loc, number.offset)
    return None


def _differs(number: f.Quantity, wanted: str) -> str:
    given = units.show(units.exact(number.value), number.unit)
    if {number.unit, wanted} == {"points", "percent"}:
        right = units.show(units.exact(number.value), wanted)
        which = (
            "a difference of percentages is in points"
            if wanted == "points"
            else "this is a percentage, not a difference"
        )
        return f"{given}: {which}; write {right}"
    return f"{given} is not comparable with {units.name_of(wanted)}; write a number in {units.name_of(wanted)}"


def _from_text(text: str, column_of: ColumnOf, loc: Loc, faults: Faults, reckon: Reckon | None) -> Filter | None:
    try:
        tree = f.parse(text)
    except f.FormulaFault as fault:
        faults.add(fault.code, fault.message, loc, fault.offset)
        return None
    return _condition(tree, column_of, loc, faults, reckon)


def _condition(tree: f.Formula, column_of: ColumnOf, loc: Loc, faults: Faults, reckon: Reckon | None) -> Filter | None:
    """One part of a where-formula."""
    if isinstance(tree, f.Chain):
        parts = [_condition(part, column_of, loc, faults, reckon) for part in tree.parts]
        whole = tuple(part for part in parts if part is not None)
        if len(whole) < len(parts):
            return None
        if tree.op == "not":
            return Not(part=whole[0])
        return AllOf(parts=whole) if tree.op == "all" else AnyOf(parts=whole)
    if isinstance(tree, f.Name):
        column = column_of(tree.name, loc, tree.offset)
        if column is not None and column.kind != "bool":
            faults.add("formula", f"{tree.name!r} is no condition; compare it with something", loc, tree.offset)
            return None
        return OneOf(column=tree.name, values=("true",)) if column is not None else None
    if isinstance(tree, f.Binary) and tree.op in FLIPPED:
        return _comparison(tree, column_of, loc, faults, reckon)
    faults.add("formula", "where asks about columns: `trials >= 100 and rate >= 10%`", loc, tree.offset)
    return None


def _comparison(tree: f.Binary, column_of: ColumnOf, loc: Loc, faults: Faults, reckon: Reckon | None) -> Filter | None:
    left, right, op = tree.left, tree.right, tree.op
    if reckon is not None and any(isinstance(side, f.Binary | f.Call) for side in (left, right)):
        return reckon(tree)
    if not isinstance(left, f.Name):
        left, right, op = right, left, FLIPPED[op]
    if not isinstance(left, f.Name) or isinstance(right, f.Binary | f.Chain | f.Call):
        faults.add("formula", "one side is a column, the other a number, a date or a text", loc, tree.offset)
        return None
    column = column_of(left.name, loc, left.offset)
    if column is None:
        return None
    if isinstance(right, f.Quantity) and column.kind == "number":
        return _measured(left.name, op, right, column, loc, faults)
    if isinstance(right, f.Quoted) and column.kind == "date":
        return _date_entry(left.name, right.text, loc, faults, op, right.offset)
    if isinstance(right, f.Name) and column.kind in ("number", "date") and reckon is not None:
        return reckon(tree)
    if isinstance(right, f.Quoted | f.Name) and column.kind in ("text", "bool") and op in ("==", "!="):
        text = right.text if isinstance(right, f.Quoted) else right.name
        same = OneOf(column=left.name, values=(text,))
        return same if op == "==" else Not(part=same)
    faults.add("unit", f"{left.name!r} is a {column.kind} and cannot be compared so", loc, tree.offset)
    return None
