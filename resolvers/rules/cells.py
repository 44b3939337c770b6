"""What a `where:` formula reckons from several cells of one row: columns, written numbers, and arithmetic on them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from resolvers import units
from resolvers.rules.naming import Named
from resolvers.rules.phrase import Phrase, spoken

SIGNS = {"+": " plus ", "-": " less ", "*": " times ", "/": " divided by "}


class Cell(Named):
    """A column of the row."""

    made: Literal["cell"] = "cell"
    column: str

    def words(self) -> Phrase:
        return Phrase(spoken(self.column))

    def columns(self) -> tuple[str, ...]:
        return (self.column,)


class Given(Named):
    """A number as the author wrote it."""

    made: Literal["given"] = "given"
    value: Annotated[Decimal, AfterValidator(units.shortest)]
    unit: str = ""

    def words(self) -> Phrase:
        figure = units.show(units.exact(self.value), self.unit)
        return Phrase(figure, (figure,))

    def columns(self) -> tuple[str, ...]:
        return ()


class Worked(Named):
    """Arithmetic; a division by zero leaves it open whether the row counts."""

    made: Literal["worked"] = "worked"
    op: Literal["+", "-", "*", "/", "min", "max", "abs"]
    parts: tuple[Expression, ...]

    def words(self) -> Phrase:
        inner = [Phrase.of("[{}]", p.words()) if isinstance(p, Worked) else p.words() for p in self.parts]
        if self.op == "abs":
            return Phrase.of("the absolute value of {}", inner[0])
        if self.op in ("min", "max"):
            return Phrase.of("the {} of {}", "smaller" if self.op == "min" else "larger", Phrase.listed(inner, " and "))
        return Phrase.listed(inner, SIGNS[self.op])

    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column for part in self.parts for column in part.columns()))


Expression = Annotated[Cell | Given | Worked, Field(discriminator="made")]
Worked.model_rebuild()
