"""Rows and what is read of them: row sets, reduces, picked rows and their columns, windows.

`nodes.py` makes them part of the closed union and completes their fields.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from resolvers import units
from resolvers.durations import Duration
from resolvers.rules.defaults import Clock, Ties
from resolvers.rules.filters import Filter, spoken
from resolvers.rules.node_base import _Node, date_words, missing
from resolvers.rules.phrase import Phrase
from resolvers.rules.said_apart import NO_TOP, OF_REDUCES, Asides, of_filter
from resolvers.rules.source_use import Label, SourceUse

if TYPE_CHECKING:
    from resolvers.rules.nodes import Node, RowsNode


class Rows(_Node):
    """The rows that count: of the first source in the list that answers, those that `where` lets through.

    A source answers at an instant if its last good sighting is within `max_age`. A label column is joined by key from
    a registry; a row without a label yet may or may not count, which makes the result an interval.

    Example:
        rows:
          board: {from: [board, mirror], where: {lab: [North, South]}, label: {class: systems}}
        values:
          best: {max: score, of: board, where: {class: [P0, P1]}}
        resolve:
          yes: best >= 85%
    """

    shared = True
    kind: Literal["rows"] = "rows"
    sources: tuple[SourceUse, ...]
    where: Filter | None = None
    labels: tuple[Label, ...] = ()

    def _say(self) -> Phrase:
        whole = Phrase.listed([use.words() for use in self.sources], ", or else ")
        if len(self.sources) > 1:
            whole = Phrase.of("the first that answers of [{}]", whole)
        rows = Phrase.of("the rows of {}", whole)
        return Phrase.of("{} where {}", rows, self.where.words()) if self.where else rows

    def asides(self) -> Asides:
        return of_filter(self.where)


How = Literal[
    "max", "min", "first", "last", "count", "distinct", "total", "sum", "mean", "median", "quantile", "slope", "any"
]  # fmt: skip

REDUCED = {
    "max": "the largest {} among {}",
    "min": "the smallest {} among {}",
    "first": "the earliest {} among {}",
    "last": "the latest {} among {}",
    "distinct": "the number of different values of {} among {}",
    "total": "the published total of {} in {}",
    "sum": "the sum of {} over {}",
    "mean": "the mean {} of {}",
    "median": "the median {} of {}",
}


class Reduce(_Node):
    """Many rows to one value: max, min, first, last, count, distinct, total, sum, mean, median, quantile, slope or any.

    The best of no rows is lower than every number (max) or higher (min), but what only this would make true is open;
    count and sum of no rows are 0; first, last, mean, median, quantile, slope and total of no rows are unknown. `any`
    is a condition: there is such a row. quantile takes `q` and lies on the line between the two nearest rows; slope is
    that of least squares over the time `per`, by when the rows were seen, or dated with `clock: published`.
    `carry: yes` (first, last, max, min) lets a row that is gone keep its last value.

    Example:
        values:
          best:   {max: score, from: board}
          top10:  {quantile: score, q: 90%, from: board}
          growth: {slope: score, per: 365 days, clock: published, from: board}
          labs:   {distinct: lab, from: board}
        resolve:
          yes: best >= 85% and top10 >= 60% and growth >= 10 points and labs >= 3
    """

    shared = True
    kind: Literal["reduce"] = "reduce"
    how: How
    column: str | None = None
    of: RowsNode
    unit: str = ""
    clock: Clock = "seen"
    q: Annotated[Decimal, AfterValidator(units.shortest)] | None = Field(default=None, exclude_if=missing)
    per: Duration | None = Field(default=None, exclude_if=missing)
    carry: bool = Field(default=False, exclude_if=missing)

    def _say(self) -> Phrase:
        if self.how == "count":
            return Phrase.of("the number of {}", _bare_rows(self.of))
        if self.how == "any":
            return Phrase.of("there is at least one among {}", self.of.words())
        column, rows = spoken(self.column or ""), self.of.words()
        if self.q is not None:
            figure = units.show(units.exact(self.q), "percent")
            return Phrase.of("the {} quantile of {} among {}", figure, column, rows, figures=[figure])
        if self.per is not None:
            clock = "first seen" if self.clock == "seen" else "dated by their publisher"
            text = "the slope of {} per {} (least squares by when they were {}) over {}"
            return Phrase.of(text, column, str(self.per), clock, rows, figures=[str(self.per)])
        told = Phrase.of(REDUCED[self.how], column, rows)
        return Phrase.of("{} (a row that is gone keeps its last value)", told) if self.carry else told

    def asides(self) -> Asides:
        return OF_REDUCES.get(self.how, ())


def _bare_rows(rows: RowsNode) -> Phrase:
    inner = rows.words()
    return Phrase(inner.text.removeprefix("the "), inner.figures)


class Pick(_Node):
    """The row or rows at the top: argmax or argmin of a column (one row, or several that tie), or the top `n`.

    `ties`: share (all that tie stand side by side), first or last (the one seen earliest or latest).

    Example:
        values:
          top: {argmax: score, from: board, ties: {earliest: released}}
        resolve:
          choice: top.class
          answers: {"P0 or P1": [P0, P1], R2: R2, Another: else}
    """

    shared = True
    kind: Literal["pick"] = "pick"
    how: Literal["argmax", "argmin", "top"]
    column: str
    of: RowsNode
    n: int = Field(default=1, ge=1, le=1000)
    ties: Ties | Literal["earliest", "latest"] = "share"
    by: str | None = Field(default=None, exclude_if=missing)

    def _say(self) -> Phrase:
        tie = TIES[self.ties].format(spoken(self.by or ""))
        if self.how == "top":
            text = "the top {} by {} of {}" + tie
            return Phrase.of(text, str(self.n), spoken(self.column), self.of.words(), figures=[str(self.n)])
        size = "largest" if self.how == "argmax" else "smallest"
        return Phrase.of("the row with the {} {} among {}{}", size, spoken(self.column), self.of.words(), tie)

    def asides(self) -> Asides:
        return () if self.how == "top" else (NO_TOP,)


TIES = {
    "share": "",
    "first": " (of equals the one seen first)",
    "last": " (of equals the one seen last)",
    "earliest": " (of equals the one with the earliest {})",
    "latest": " (of equals the one with the latest {})",
}


class FieldOf(_Node):
    """One column of a picked row, as a number, a date or a text: the class of the top system, say.

    Example:
        values:
          top: {argmax: score, from: board, ties: first}
        resolve:
          yes: top.lab == "North"
    """

    shared = True
    kind: Literal["field"] = "field"
    column: str
    of: Pick
    type: Literal["number", "text"] = "text"
    unit: str = ""

    def _say(self) -> Phrase:
        return Phrase.of("the {} of {}", spoken(self.column), self.of.words())


class Window(_Node):
    """Another time than now: a value read `at` an instant, or only the rows whose clock lies in [since, before).

    A row's clock is when it was first seen, or with `clock: published` the date that it prints of itself. One first
    seen at the end of a gap longer than `bridge` may have come at any time in it: where a bound lies there, it may
    count or not.

    Example:
        values:
          spring: {max: score, from: board, within: {from: 2027-03-01, before: 2027-06-01}}
          before: {max: score, from: board, at: 2027-03-01}
        resolve:
          yes: spring > before
    """

    kind: Literal["window"] = "window"
    of: Node
    at: AwareDatetime | None = None
    since: AwareDatetime | None = None
    before: AwareDatetime | None = None
    clock: Clock = "seen"

    def _say(self) -> Phrase:
        if self.at is not None:
            figure = date_words(self.at)
            return Phrase.of("{} as it stood at {}", self.of.words(), figure, figures=[figure])
        verb = "first seen" if self.clock == "seen" else "dated by their publisher"
        bounds = [(f"from {date_words(self.since)} on", self.since)] if self.since else []
        bounds += [(f"before {date_words(self.before)}", self.before)] if self.before else []
        text = " and ".join(text for text, _ in bounds)
        inside = isinstance(self.of, Window) and self.of.at is None
        said = "{} that are also ({} {})" if inside else "{} ({} {})"
        return Phrase.of(said, self.of.words(), verb, text, figures=[date_words(at) for _, at in bounds])
