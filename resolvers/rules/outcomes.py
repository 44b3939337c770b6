"""What a question resolves to: the twelfth kind of node, in its four types, with the answers in order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from resolvers import units
from resolvers.evidence import instant
from resolvers.rules.defaults import Ties
from resolvers.rules.naming import Named
from resolvers.rules.node_base import _Node, date_words
from resolvers.rules.nodes import FieldOf, Hold, Node, Window
from resolvers.rules.nodes_many import Agree
from resolvers.rules.panels import Panel
from resolvers.rules.phrase import Phrase, named
from resolvers.units import Exact


class _Type(Named):
    """What the four types have in common."""


class YesOutcome(_Type):
    """YES from the first run of the condition in [opens, T); NO once there can be none any more.

    Example:
        values:
          best: {max: score, from: board}
        resolve:
          yes: best >= 85%
          hold: 7 days
    """

    type: Literal["yes"] = "yes"
    when: Hold

    def words(self) -> Phrase:
        return Phrase.of("YES if, at some time from opening to T, {}", self.when.words())

    def root(self) -> Node:
        return self.when

    def answers(self) -> tuple[str, ...]:
        return ()


class ChoiceAnswer(_Type):
    """One answer and the texts that lead to it; `otherwise` takes every text that no answer names."""

    label: str
    values: tuple[str, ...] = ()
    otherwise: bool = False


class ChoiceOutcome(_Type):
    """The answer that a picked row's text leads to, read at T; tied rows share it equally.

    Example:
        rows:
          board: {from: board, label: {class: systems}}
        values:
          top: {argmax: score, of: board}
        resolve:
          choice: top.class
          confirm: panel
          answers: {"P0 or P1": [P0, P1], R2: R2, Another: else}
    """

    type: Literal["choice"] = "choice"
    of: Annotated[FieldOf | Window | Agree, Field(discriminator="kind")]
    choices: tuple[ChoiceAnswer, ...]
    confirm: Panel | None = None

    def words(self) -> Phrase:
        lines = [Phrase(f"“{a.label}” if it is {' or '.join(map(named, a.values))}") for a in self.choices if a.values]
        lines += [Phrase(f"“{a.label}” in every other case") for a in self.choices if a.otherwise]
        told = Phrase.of("Decided by {}, read at T: {}", self.of.words(), Phrase.listed(lines, "; "))
        return told if self.confirm is None else Phrase.of("{}; that decides only once {}", told, self.confirm.asked())

    def root(self) -> Node:
        return self.of

    def answers(self) -> tuple[str, ...]:
        return tuple(answer.label for answer in self.choices)

    def answer_for(self, text: str) -> str | None:
        """The answer that a text leads to, or None where none takes it."""
        for answer in self.choices:
            if text in answer.values:
                return answer.label
        return next((answer.label for answer in self.choices if answer.otherwise), None)


class NumberOutcome(_Type):
    """A number read at T, rounded half up, and the bucket it falls in (a lower edge belongs to its bucket).

    Below nought a half is rounded away from it: -2.5 is -3.

    Example:
        values:
          best: {max: score, from: board}
        resolve:
          number: best
          edges: [60%, 70%, 80%]
          round: 1
    """

    type: Literal["number"] = "number"
    of: Node
    unit: str = ""
    round: int | None = None
    edges: tuple[Annotated[Decimal, AfterValidator(units.shortest)], ...]

    def words(self) -> Phrase:
        rounding = Phrase("")
        if self.round is not None:
            figure = f"{self.round} decimal places" if self.round != 1 else "1 decimal place"
            said = f", rounded half up to {figure}"
            if self.edges[0] <= 0:  # below nought there are two ways up
                said = f", rounded to {figure}, a half away from zero"
            rounding = Phrase(said, (figure,))
        edges = [units.show(units.exact(edge), self.unit) for edge in self.edges]
        return Phrase.of(
            "Decided by {}, read at T{}; the buckets are divided at {}, each edge in the bucket above it",
            self.of.words(), rounding, ", ".join(edges), figures=edges,
        )  # fmt: skip

    def root(self) -> Node:
        return self.of

    def answers(self) -> tuple[str, ...]:
        shown = [units.show(units.exact(edge), self.unit) for edge in self.edges]
        between = [f"{low} to under {high}" for low, high in pairwise(shown)]
        return (f"under {shown[0]}", *between, f"{shown[-1]} or more")

    def midpoints(self) -> tuple[Decimal, ...]:
        """One number for each bucket; the two open ones lie half a neighbour's width beyond their edge."""
        edges = self.edges
        first = (edges[1] - edges[0]) / 2 if len(edges) > 1 else max(abs(edges[0]) / 2, Decimal(1))
        last = (edges[-1] - edges[-2]) / 2 if len(edges) > 1 else first
        between = [(low + high) / 2 for low, high in pairwise(edges)]
        return (edges[0] - first, *between, edges[-1] + last)

    def rounded(self, value: Exact) -> Exact:
        """Half up (away from zero on a tie), exactly."""
        if self.round is None or isinstance(value, float):
            return value
        scale = 10**self.round
        scaled = abs(Fraction(value)) * scale
        whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        return Fraction(whole if value >= 0 else -whole, scale)

    def bucket(self, value: Exact) -> int:
        """Which answer an exact, rounded number falls in."""
        return sum(1 for edge in self.edges if units.exact(edge) <= value)


class FirstDateOutcome(_Type):
    """The bucket of the instant at which the first run of the condition in [opens, T) began.

    Example:
        values:
          best: {max: score, from: board}
        resolve:
          first_date: best >= 85%
          hold: 7 days
          edges: [2027-02-01, 2027-04-01]
          never: not before July 2027
    """

    type: Literal["first_date"] = "first_date"
    when: Hold
    edges: tuple[AwareDatetime, ...]
    never: str

    def words(self) -> Phrase:
        edges = [date_words(edge) for edge in self.edges]
        return Phrase.of(
            "The date is the first time from opening to T from which {}; the buckets are divided at {}, and without "
            "such a time before the last of these it is “{}”",
            self.when.words(), ", ".join(edges), self.never, figures=edges,
        )  # fmt: skip

    def root(self) -> Node:
        return self.when

    def answers(self) -> tuple[str, ...]:
        shown = [date_words(edge) for edge in self.edges]
        between = [f"from {low}, before {high}" for low, high in pairwise(shown)]
        return (f"before {shown[0]}", *between, self.never)

    def midpoints(self, opens: datetime) -> tuple[int, ...]:
        """One instant for each bucket in milliseconds; `never` lies half the last width after T."""
        edges = [instant(opens) // 1000, *(instant(edge) // 1000 for edge in self.edges)]
        between = [(low + high) // 2 for low, high in pairwise(edges)]
        return (*between, edges[-1] + (edges[-1] - edges[-2]) // 2)

    def bucket(self, at_us: int) -> str:
        """The answer for a run that began at this instant."""
        return self.answers()[sum(1 for edge in self.edges if instant(edge) <= at_us)]


OutcomeType = Annotated[YesOutcome | ChoiceOutcome | NumberOutcome | FirstDateOutcome, Field(discriminator="type")]


class OutcomeNode(_Node):
    """How the question resolves: yes, choice, number or first_date.

    yes and first_date look for the first run of a condition in [opens, T); choice and number are read at T.

    Example:
        values:
          best: {max: score, from: board}
        resolve:
          yes: best >= 85%
          settle: 7 days
    """

    kind: Literal["outcome"] = "outcome"
    how: OutcomeType

    def _say(self) -> Phrase:
        return self.how.words()


__all__ = [
    "ChoiceAnswer",
    "ChoiceOutcome",
    "FirstDateOutcome",
    "NumberOutcome",
    "OutcomeNode",
    "OutcomeType",
    "Ties",
    "YesOutcome",
]
