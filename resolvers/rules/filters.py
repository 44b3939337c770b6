"""Which rows count: the conditions of `where:`, each on the published cells of one row, with unknown kept apart."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from resolvers import units
from resolvers.rules.phrase import Phrase


class _Filter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OneOf(_Filter):
    """The cell is one of these values (one value: equals it)."""

    test: Literal["one_of"] = "one_of"
    column: str
    values: tuple[str, ...]

    def words(self) -> Phrase:
        choice = self.values[0] if len(self.values) == 1 else "one of " + ", ".join(self.values)
        return Phrase(
            f"{spoken(self.column)} is {choice}", tuple(v for v in self.values if any(c.isdigit() for c in v))
        )


class Matching(_Filter):
    """The cell's text matches a pattern somewhere; the pattern is plain enough never to run away."""

    test: Literal["matching"] = "matching"
    column: str
    pattern: str

    def words(self) -> Phrase:
        return Phrase(f"{spoken(self.column)} matches the pattern {self.pattern}", (self.pattern,))


class Has(_Filter):
    """The cell is a list that holds this value."""

    test: Literal["has"] = "has"
    column: str
    value: str

    def words(self) -> Phrase:
        return Phrase(
            f"{spoken(self.column)} has {self.value}", (self.value,) if any(c.isdigit() for c in self.value) else ()
        )


class Present(_Filter):
    """There is a cell at all."""

    test: Literal["present"] = "present"
    column: str

    def words(self) -> Phrase:
        return Phrase(f"{spoken(self.column)} is given")


class Measured(_Filter):
    """The cell, a number or a date, stands in this relation to a number (dates: days as `2027-05-09`)."""

    test: Literal["measured"] = "measured"
    column: str
    op: Literal[">=", ">", "<=", "<", "==", "!="]
    value: Annotated[Decimal, AfterValidator(units.shortest)]
    unit: str

    def words(self) -> Phrase:
        figure = units.show(units.exact(self.value), self.unit)
        return Phrase(f"{spoken(self.column)} is {RELATIONS[self.op]} {figure}", (figure,))


class AllOf(_Filter):
    """Every one of these holds."""

    test: Literal["all"] = "all"
    parts: tuple[Filter, ...]

    def words(self) -> Phrase:
        return Phrase.listed([_bracketed(part) for part in self.parts], " and ")


class AnyOf(_Filter):
    """At least one of these holds."""

    test: Literal["any"] = "any"
    parts: tuple[Filter, ...]

    def words(self) -> Phrase:
        return Phrase.listed([_bracketed(part) for part in self.parts], " or ")


class Not(_Filter):
    """This does not hold."""

    test: Literal["not"] = "not"
    part: Filter

    def words(self) -> Phrase:
        inner = self.part.words()
        for verb, denied in DENIED.get(self.part.test, {}).items():
            if f" {verb} " in inner.text:
                return Phrase(inner.text.replace(f" {verb} ", f" {denied} ", 1), inner.figures)
        return Phrase.of("it is not so that {}", _bracketed(self.part))


Filter = Annotated[OneOf | Matching | Has | Present | Measured | AllOf | AnyOf | Not, Field(discriminator="test")]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()

DENIED = {
    "one_of": {"is": "is not"},
    "matching": {"matches": "does not match"},
    "has": {"has": "does not have"},
    "present": {"is": "is not"},
}
"""How the one verb of a plain filter is denied."""

RELATIONS = {
    ">=": "at least",
    ">": "more than",
    "<=": "at most",
    "<": "less than",
    "==": "exactly",
    "!=": "other than",
}


def spoken(column: str) -> str:
    """A column's name in running text."""
    return column.replace("_", " ")


def _bracketed(part: Filter) -> Phrase:
    inner = part.words()
    return Phrase.of("({})", inner) if isinstance(part, AllOf | AnyOf) else inner


def columns_of(part: Filter | None) -> tuple[str, ...]:
    """The columns a filter reads, each once, in order."""
    if part is None:
        return ()
    if isinstance(part, AllOf | AnyOf):
        return tuple(dict.fromkeys(column for inner in part.parts for column in columns_of(inner)))
    if isinstance(part, Not):
        return columns_of(part.part)
    return (part.column,)


def conjuncts(part: Filter | None) -> tuple[Filter, ...]:
    """The conditions that must all hold, one by one."""
    if part is None:
        return ()
    if isinstance(part, AllOf):
        return tuple(inner for outer in part.parts for inner in conjuncts(outer))
    return (part,)


def together(*parts: Filter | None) -> Filter | None:
    """All of several filters as one, flat, without repeats; None where there is nothing to ask."""
    flat = tuple(dict.fromkeys(inner for part in parts for inner in conjuncts(part)))
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else AllOf(parts=flat)


def digest(part: Filter | None) -> str:
    """A filter's name by content."""
    return hashlib.sha256(part.model_dump_json().encode()).hexdigest()[:32] if part else "-"
