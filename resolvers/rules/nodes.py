"""The twelve kinds of node a rule is built of, as one closed union: what each means, and the English it speaks.

rows · reduce · pick · field · window · literal · calc · compare · logic · hold · state · outcome (in outcome.py).
A node holds no evidence and does nothing by itself; `evaluate.py` turns it into a step function of time.
Trap: a field typed as a base class would drop its parameters in JSON without a word, so every field is the union.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from resolvers import units
from resolvers.durations import Duration
from resolvers.rules.defaults import Clock, Ties
from resolvers.rules.filters import RELATIONS, Filter, spoken
from resolvers.rules.phrase import Phrase


class _Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def words(self) -> Phrase:
        """The English of the node, with its figures."""
        return self._spoken

    @cached_property
    def _spoken(self) -> Phrase:
        return self._say()

    def _say(self) -> Phrase:
        raise NotImplementedError

    @cached_property
    def digest(self) -> str:
        """The node's name by content: equal subtrees share one."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]


def date_words(at: datetime) -> str:
    """An instant as people read it: a bare day where it is midnight UTC."""
    moment = at.astimezone(UTC)
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return moment.date().isoformat()
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC" if moment.second else "%Y-%m-%d %H:%M UTC")


class SourceUse(BaseModel):
    """One source of a list: its id, the view that was named, and the filter that stands for both view and `where`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    view: str | None = None
    where: Filter | None = None

    @property
    def name(self) -> str:
        return f"{self.source}.{self.view}" if self.view else self.source

    def words(self) -> Phrase:
        """The source's name, and what its view keeps."""
        if self.where is None:
            return Phrase(self.name)
        return Phrase.of("{} (those where {})", self.name, self.where.words())


class Label(BaseModel):
    """A column joined from a registry: the registry row whose key is the row's key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    registry: str


class Rows(_Node):
    """The rows that count: of the first source in the list that answers, those that `where` lets through.

    A source answers at an instant if its last good sighting is within `max_age`. A label column is joined by key from
    a registry; a row without a label yet may or may not count, which makes the result an interval.
    """

    kind: Literal["rows"] = "rows"
    sources: tuple[SourceUse, ...]
    where: Filter | None = None
    labels: tuple[Label, ...] = ()

    def _say(self) -> Phrase:
        whole = Phrase.listed([use.words() for use in self.sources], ", or else ")
        if len(self.sources) > 1:
            whole = Phrase.of("the first that answers of {}", whole)
        rows = Phrase.of("the rows of {}", whole)
        return Phrase.of("{} where {}", rows, self.where.words()) if self.where else rows


How = Literal["max", "min", "first", "last", "count", "distinct", "total", "sum", "mean", "median", "any"]

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
    """Many rows to one value: max, min, first, last, count, distinct, total, sum, mean, median or any.

    The best of no rows is lower than every number (max) or higher (min); count and sum of no rows are 0; first, last,
    mean, median and total of no rows are unknown. `any` is a condition: there is such a row.
    """

    kind: Literal["reduce"] = "reduce"
    how: How
    column: str | None = None
    of: RowsNode
    unit: str = ""
    clock: Clock = "seen"

    def _say(self) -> Phrase:
        if self.how == "count":
            return Phrase.of("the number of {}", _bare_rows(self.of))
        if self.how == "any":
            return Phrase.of("there is one or more of {}", self.of.words())
        return Phrase.of(REDUCED[self.how], spoken(self.column or ""), self.of.words())


def _bare_rows(rows: RowsNode) -> Phrase:
    inner = rows.words()
    return Phrase(inner.text.removeprefix("the "), inner.figures)


class Pick(_Node):
    """The row or rows at the top: argmax or argmin of a column (one row, or several that tie), or the top `n`.

    `ties`: share (all that tie stand side by side), first or last (the one seen earliest or latest).
    """

    kind: Literal["pick"] = "pick"
    how: Literal["argmax", "argmin", "top"]
    column: str
    of: RowsNode
    n: int = Field(default=1, ge=1, le=1000)
    ties: Ties = "share"

    def _say(self) -> Phrase:
        if self.how == "top":
            return Phrase.of(
                "the top {} by {} of {}", str(self.n), spoken(self.column), self.of.words(), figures=[str(self.n)]
            )
        size = "largest" if self.how == "argmax" else "smallest"
        tie = {"share": "", "first": " (of equals the one seen first)", "last": " (of equals the one seen last)"}[
            self.ties
        ]
        return Phrase.of("the row with the {} {} among {}{}", size, spoken(self.column), self.of.words(), tie)


class FieldOf(_Node):
    """One column of a picked row, as a number, a date or a text: the class of the top system, say."""

    kind: Literal["field"] = "field"
    column: str
    of: Pick
    type: Literal["number", "text"] = "text"
    unit: str = ""

    def _say(self) -> Phrase:
        return Phrase.of("the {} of {}", spoken(self.column), self.of.words())


class Window(_Node):
    """Another time than now: a value read `at` an instant, or only the rows whose clock lies in [since, before).

    A row's clock is when it was first seen, or with `clock: published` the date that it prints of itself.
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
        return Phrase.of("{} ({} {})", self.of.words(), verb, text, figures=[date_words(at) for _, at in bounds])


class Literal_(_Node):
    """A number with its unit, as the author wrote it; or a text to compare a picked row's text with."""

    kind: Literal["literal"] = "literal"
    value: Annotated[Decimal, AfterValidator(units.shortest)] | None = None
    unit: str = ""
    texts: tuple[str, ...] = ()

    def _say(self) -> Phrase:
        if self.value is None:
            return Phrase(" or ".join(self.texts))
        figure = units.show(units.exact(self.value), self.unit)
        return Phrase(figure, (figure,))


class Calc(_Node):
    """Arithmetic with checked units: + - * /, min, max, abs. Division by zero is unknown, not infinity."""

    kind: Literal["calc"] = "calc"
    op: Literal["+", "-", "*", "/", "min", "max", "abs"]
    parts: tuple[Node, ...]
    unit: str = ""

    def _say(self) -> Phrase:
        inner = [_spoken_part(part) for part in self.parts]
        if self.op in ("min", "max"):
            return Phrase.of("the {} of {}", "smaller" if self.op == "min" else "larger", Phrase.listed(inner, " and "))
        if self.op == "abs":
            return Phrase.of("the absolute value of {}", inner[0])
        return Phrase.listed(inner, {"+": " plus ", "-": " less ", "*": " times ", "/": " divided by "}[self.op])


def _spoken_part(part: Node) -> Phrase:
    inner = part.words()
    return Phrase.of("[{}]", inner) if isinstance(part, Calc) else inner


class Compare(_Node):
    """Two values in a relation: >= > <= < == !=, on exact numbers, or == and != on a picked row's text."""

    kind: Literal["compare"] = "compare"
    op: Literal[">=", ">", "<=", "<", "==", "!="]
    left: Node
    right: Node

    def _say(self) -> Phrase:
        return Phrase.of("{} is {} {}", self.left.words(), RELATIONS[self.op], self.right.words())


class Logic(_Node):
    """All, any or none of several conditions, with unknown kept apart from false."""

    kind: Literal["logic"] = "logic"
    op: Literal["all", "any", "not"]
    parts: tuple[Node, ...]

    def _say(self) -> Phrase:
        inner = [Phrase.of("({})", part.words()) if isinstance(part, Logic) else part.words() for part in self.parts]
        if self.op == "not":
            return Phrase.of("it is not so that {}", inner[0])
        return Phrase.listed(inner, " and " if self.op == "all" else " or ")


class Hold(_Node):
    """A condition that has to stay true through an unbroken run of this length; without a length, at some instant."""

    kind: Literal["hold"] = "hold"
    of: Node
    length: Duration = Duration.of_days(0)

    def _say(self) -> Phrase:
        if not self.length.us:
            return self.of.words()
        figure = str(self.length)
        return Phrase.of("{}, without a break for {}", self.of.words(), figure, figures=[figure])


class State(_Node):
    """What a source itself is doing: live, late, stale, removed (its address answers that it is gone) or lost.

    `late` and `stale` are the ages of its last good sighting that count, frozen with the rule: the source's own
    `fetch:` block stays changeable.
    """

    kind: Literal["state"] = "state"
    source: str
    state: Literal["live", "late", "stale", "removed", "lost"]
    late: Duration | None = None
    stale: Duration | None = None

    def _say(self) -> Phrase:
        told, bounds = {
            "live": (" (its last good sighting is at most {} old)", [self.late]),
            "late": (" (its last good sighting is over {} old, but not over {})", [self.late, self.stale]),
            "stale": (" (its last good sighting is over {} old)", [self.stale]),
        }.get(self.state, ("", []))
        figures = [str(bound) for bound in bounds]
        name = f"the source {self.source} is {self.state}"
        return Phrase.of(name + told, *figures, figures=figures) if None not in bounds else Phrase(name)


RowsNode = Annotated[Rows | Pick | Window, Field(discriminator="kind")]
Node = Annotated[
    Rows | Reduce | Pick | FieldOf | Window | Literal_ | Calc | Compare | Logic | Hold | State,
    Field(discriminator="kind"),
]

for _model in (Reduce, Pick, FieldOf, Window, Calc, Compare, Logic, Hold):
    _model.model_rebuild()


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly under a node, in order."""
    if isinstance(node, Reduce | Pick | FieldOf | Window | Hold):
        return (node.of,)
    if isinstance(node, Calc | Logic):
        return node.parts
    if isinstance(node, Compare):
        return (node.left, node.right)
    return ()


def walk(node: Node) -> tuple[Node, ...]:
    """A node and everything under it, each occurrence, top first."""
    return (node, *(inner for child in children(node) for inner in walk(child)))


def row_sets(node: Node) -> tuple[Rows, ...]:
    """The row sets a node rests on, each once."""
    return tuple(dict.fromkeys(inner for inner in walk(node) if isinstance(inner, Rows)))


def base_rows(node: RowsNode) -> Rows:
    """The row set under windows and picks."""
    # Asked often: comparing `kind` is much quicker than isinstance on a pydantic model.
    while node.kind != "rows":
        of = node.of
        assert of.kind == "rows" or of.kind == "pick" or of.kind == "window"
        node = of
    return node


def is_condition(node: Node) -> bool:
    """Whether a node is true, false or unknown rather than a number or a text."""
    if isinstance(node, Window):
        return is_condition(node.of)
    return isinstance(node, Compare | Logic | Hold | State) or (isinstance(node, Reduce) and node.how == "any")


def unit_of(node: Node) -> str:
    """The unit of a numeric node's values inside the engine."""
    if isinstance(node, Window):
        return unit_of(node.of)
    return node.unit if isinstance(node, Reduce | FieldOf | Literal_ | Calc) else ""
