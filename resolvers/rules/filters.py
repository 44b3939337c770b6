"""Which rows count: the conditions of `where:`, each on the published cells of one row, with unknown kept apart."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from resolvers import units
from resolvers.durations import Duration
from resolvers.rules.cells import Expression
from resolvers.rules.naming import Named, once
from resolvers.rules.panels import Panel
from resolvers.rules.phrase import Phrase, named
from resolvers.rules.phrase import spoken as spoken


class _Filter(Named):
    """One condition on a row's cells."""

    @once
    def columns_read(self) -> tuple[str, ...]:
        """The columns that it reads; rules ask for them again and again."""
        return _columns_read(self)  # type: ignore[arg-type]  # every one of these is in the union

    @once
    def asking(self) -> tuple[Met | ListedIn, ...]:
        """The parts of it that no cell of the row can tell."""
        return _asking(self)  # type: ignore[arg-type]


class OneOf(_Filter):
    """The cell is one of these values (one value: equals it); a row without the cell is none of them.

    Example:
        values:
          found: {count: rows, from: board, where: {lab: [North, South], checked: true}}
        resolve:
          yes: found >= 3
    """

    test: Literal["one_of"] = "one_of"
    column: str
    values: tuple[str, ...]

    def words(self) -> Phrase:
        choice = named(self.values[0]) if len(self.values) == 1 else "one of " + ", ".join(map(named, self.values))
        return Phrase(
            f"{spoken(self.column)} is {choice}", tuple(v for v in self.values if any(c.isdigit() for c in v))
        )


class Matching(_Filter):
    """The cell's text matches a pattern somewhere; the pattern is plain enough never to run away.

    Example:
        values:
          found: {count: rows, from: board, where: {model: {matching: "(?i)^claude-"}}}
        resolve:
          yes: found >= 3
    """

    test: Literal["matching"] = "matching"
    column: str
    pattern: str

    def words(self) -> Phrase:
        return Phrase(f"{spoken(self.column)} matches the regular expression “{self.pattern}”", (self.pattern,))


class Has(_Filter):
    """The cell is a list that holds this value.

    Example:
        values:
          found: {count: rows, from: board, where: {model: {has: North}}}
        resolve:
          yes: found >= 3
    """

    test: Literal["has"] = "has"
    column: str
    value: str

    def words(self) -> Phrase:
        figures = (self.value,) if any(char.isdigit() for char in self.value) else ()
        return Phrase(f"{spoken(self.column)} has {named(self.value)}", figures)


class Present(_Filter):
    """There is a cell at all.

    Example:
        values:
          found: {count: rows, from: board, where: {trials: present}}
        resolve:
          yes: found >= 3
    """

    test: Literal["present"] = "present"
    column: str

    def words(self) -> Phrase:
        return Phrase(f"{spoken(self.column)} is given")


class Measured(_Filter):
    """The cell, a number or a date, stands in this relation to a number (dates: days as `2027-05-09`).

    A row without the cell is other than every number (`!=`) and stands in no other relation.

    Example:
        values:
          found: {count: rows, from: board, where: trials >= 100 and score >= 10%}
        resolve:
          yes: found >= 3
    """

    test: Literal["measured"] = "measured"
    column: str
    op: Literal[">=", ">", "<=", "<", "==", "!="]
    value: Annotated[Decimal, AfterValidator(units.shortest)]
    unit: str

    def words(self) -> Phrase:
        figure = units.show(units.exact(self.value), self.unit)
        relation = DATED[self.op] if self.unit == "date" else RELATIONS[self.op]
        return Phrase(f"{spoken(self.column)} is {relation} {figure}", (figure,))


class Met(_Filter):
    """A panel answers yes for the row: every limb of its question is met; a row not answered yet may be in.

    Example:
        values:
          found:
            count: rows
            from: board
            panel: {question: Is this a new system?, limbs: {new: No row showed it before., own: Its author built it.}}
        resolve:
          yes: found >= 3
    """

    test: Literal["met"] = "met"
    panel: Panel

    @cached_property
    def column(self) -> str:
        """What stands for the panel's answer among the row's columns; no column of a source has such a name."""
        return f"met.{self.panel.digest[:12]}"

    def words(self) -> Phrase:
        return self.panel.asked()


class ListedIn(_Filter):
    """The row's cell stood in another source's column at some time in [the row's `since`, that + `time`).

    It was listed where some row of the other source, among those that `where` lets through, showed the same text in
    `as_`. It was not once that time is over and was looked at throughout; until then it may have been.

    Example:
        values:
          found:
            count: rows
            from: board
            where: {model: {listed_in: mirror, as: model, from: released, for: 90 days, where: score >= 50%}}
        resolve:
          yes: found >= 3
    """

    test: Literal["listed_in"] = "listed_in"
    cell: str
    source: str
    as_: str
    since: str
    time: Duration
    where: Filter | None = None
    view: str | None = None

    @cached_property
    def column(self) -> str:
        """What stands for the finding among the row's columns; no column of a source has such a name."""
        return f"listed.{self.digest[:12]}"

    def words(self) -> Phrase:
        figure = str(self.time)
        name = f"{self.source}.{self.view}" if self.view else self.source
        some = Phrase(name) if self.where is None else Phrase.of("{} (where {})", name, self.where.words())
        text = "{} is listed in {} (there as {}) at some time in the {} from the row's {} on"
        parts = (spoken(self.cell), some, spoken(self.as_), figure, spoken(self.since))
        return Phrase.of(text, *parts, figures=[figure])

    def waiting(self) -> Phrase:
        """That a row's own time may end late."""
        figure = str(self.time)
        text = f"Where the {figure} from a row's {spoken(self.since)} on end after T, they are waited for"
        return Phrase(text, (figure,))


class Reckoned(_Filter):
    """Two things reckoned from the row's own cells stand in this relation; an unreadable cell leaves it open.

    A row without one of the cells satisfies `!=` and no other relation.

    Example:
        values:
          found:
            count: rows
            from: board
            where: score >= 2 * max(first_score, 50% / trials)
        resolve:
          yes: found >= 3
    """

    test: Literal["reckoned"] = "reckoned"
    op: Literal[">=", ">", "<=", "<", "==", "!="]
    left: Expression
    right: Expression

    def words(self) -> Phrase:
        return Phrase.of("{} is {} {}", self.left.words(), RELATIONS[self.op], self.right.words())


class AllOf(_Filter):
    """Every one of these holds.

    Example:
        values:
          found: {count: rows, from: board, where: {lab: North, trials: present}}
        resolve:
          yes: found >= 3
    """

    test: Literal["all"] = "all"
    parts: tuple[Filter, ...]

    def words(self) -> Phrase:
        return Phrase.listed([_bracketed(part) for part in self.parts], " and ")


class AnyOf(_Filter):
    """At least one of these holds.

    Example:
        values:
          found: {count: rows, from: board, where: score >= 80% or trials >= 500}
        resolve:
          yes: found >= 3
    """

    test: Literal["any"] = "any"
    parts: tuple[Filter, ...]

    def words(self) -> Phrase:
        return Phrase.listed([_bracketed(part) for part in self.parts], " or ")


class Not(_Filter):
    """This does not hold; a row without the cell is let through where the cell is asked for a value.

    Example:
        values:
          found: {count: rows, from: board, where: {lab: {not: [North, South]}}}
        resolve:
          yes: found >= 3
    """

    test: Literal["not"] = "not"
    part: Filter

    def words(self) -> Phrase:
        inner = self.part.words()
        for verb, denied in DENIED.get(self.part.test, {}).items():
            if f" {verb} " in inner.text:
                return Phrase(inner.text.replace(f" {verb} ", f" {denied} ", 1), inner.figures)
        return Phrase.of("it is not so that {}", _bracketed(self.part))


Filter = Annotated[
    OneOf | Matching | Has | Present | Measured | Reckoned | Met | ListedIn | AllOf | AnyOf | Not,
    Field(discriminator="test"),
]

for _model in (ListedIn, AllOf, AnyOf, Not):
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


DATED = {
    ">=": "on or after",
    ">": "after",
    "<=": "on or before",
    "<": "before",
    "==": "exactly",
    "!=": "other than",
}
"""The same of two days."""


def _bracketed(part: Filter) -> Phrase:
    inner = part.words()
    return Phrase.of("({})", inner) if isinstance(part, AllOf | AnyOf) else inner


def columns_of(part: Filter | None) -> tuple[str, ...]:
    """The columns a filter reads, each once, in order."""
    return () if part is None else part.columns_read


def _columns_read(part: Filter) -> tuple[str, ...]:
    if isinstance(part, AllOf | AnyOf):
        return tuple(dict.fromkeys(column for inner in part.parts for column in columns_of(inner)))
    if isinstance(part, Not):
        return columns_of(part.part)
    if isinstance(part, Reckoned):
        return tuple(dict.fromkeys((*part.left.columns(), *part.right.columns())))
    return (part.column,)


def asking_of(part: Filter | None) -> tuple[Met | ListedIn, ...]:
    """The parts of a filter that no cell of the row can tell: they ask a panel, or another source."""
    return () if part is None else part.asking


def _asking(part: Filter) -> tuple[Met | ListedIn, ...]:
    if isinstance(part, AllOf | AnyOf):
        return tuple(dict.fromkeys(found for inner in part.parts for found in asking_of(inner)))
    if isinstance(part, Not):
        return asking_of(part.part)
    return (part,) if isinstance(part, Met | ListedIn) else ()


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
