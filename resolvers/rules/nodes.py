"""The kinds of node a rule is built of, as one closed union: what each means, and the English it speaks.

rows, reduce, pick, field and window (in nodes_rows.py) · among, at_least, series, along and agree (in nodes_many.py) ·
panel (in node_panel.py) · literal, calc, compare, logic, hold and state (here) · outcome (in outcomes.py).
A node holds no evidence and does nothing by itself; `evaluate.py` turns it into a step function of time.
Trap: a field typed as a base class would drop its parameters in JSON without a word, so every field is the union.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from resolvers import units
from resolvers.durations import Duration
from resolvers.rules.filters import DATED, RELATIONS
from resolvers.rules.node_base import _Node, missing
from resolvers.rules.node_base import date_words as date_words
from resolvers.rules.node_panel import PanelFact as PanelFact
from resolvers.rules.nodes_many import Agree as Agree
from resolvers.rules.nodes_many import Along as Along
from resolvers.rules.nodes_many import Among as Among
from resolvers.rules.nodes_many import AtLeast as AtLeast
from resolvers.rules.nodes_many import Series as Series
from resolvers.rules.nodes_rows import FieldOf as FieldOf
from resolvers.rules.nodes_rows import How as How
from resolvers.rules.nodes_rows import Pick as Pick
from resolvers.rules.nodes_rows import Reduce as Reduce
from resolvers.rules.nodes_rows import Rows as Rows
from resolvers.rules.nodes_rows import Window as Window
from resolvers.rules.phrase import Phrase, named
from resolvers.rules.said_apart import BY_ZERO, Asides
from resolvers.rules.source_use import Label as Label
from resolvers.rules.source_use import SourceUse as SourceUse


class Literal_(_Node):
    """A number with its unit, as the author wrote it; or a text to compare a picked row's text with.

    Example:
        values:
          best: {max: score, from: board}
        resolve:
          yes: best >= 85.5%
    """

    kind: Literal["literal"] = "literal"
    value: Annotated[Decimal, AfterValidator(units.shortest)] | None = None
    unit: str = ""
    texts: tuple[str, ...] = ()

    def _say(self) -> Phrase:
        if self.value is None:
            return Phrase(" or ".join(map(named, self.texts)))
        figure = units.show(units.exact(self.value), self.unit)
        return Phrase(figure, (figure,))


class Calc(_Node):
    """Arithmetic with checked units: + - * /, min, max, abs. Division by zero is unknown, not infinity.

    Example:
        values:
          north: {max: score, from: board, where: {lab: North}}
          south: {max: score, from: board, where: {lab: South}}
        resolve:
          yes: abs(north - south) >= 10 points and max(north, south) >= 50%
    """

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

    def asides(self) -> Asides:
        """A divisor that is written out is never zero."""
        return (BY_ZERO,) if self.op == "/" and not isinstance(self.parts[-1], Literal_) else ()


def _spoken_part(part: Node) -> Phrase:
    inner = part.words()
    return Phrase.of("[{}]", inner) if isinstance(part, Calc) else inner


TEXTS = {"==": "is", "!=": "is not"}
"""How two texts are compared."""


class Compare(_Node):
    """Two values in a relation: >= > <= < == !=, on exact numbers, or == and != on a picked row's text.

    The best of no rows can make it false (nothing qualifies) but never true: then it is unknown.

    Example:
        values:
          north: {max: score, from: board, where: {lab: North}}
          best:  {max: score, from: board}
        resolve:
          yes: north >= best - 5 points
    """

    kind: Literal["compare"] = "compare"
    op: Literal[">=", ">", "<=", "<", "==", "!="]
    left: Node
    right: Node

    def _say(self) -> Phrase:
        if is_text(self.left):
            return Phrase.of("{} {} {}", self.left.words(), TEXTS[self.op], self.right.words())
        relation = DATED[self.op] if unit_of(self.left) == unit_of(self.right) == "date" else RELATIONS[self.op]
        return Phrase.of("{} is {} {}", self.left.words(), relation, self.right.words())


class Logic(_Node):
    """All, any or none of several conditions, with unknown kept apart from false.

    Example:
        values:
          best: {max: score, from: board}
          rows_there: {count: rows, from: board}
        resolve:
          yes: {all: [best >= 85%, {any: [rows_there >= 10, live(mirror)]}, {not: stale(board)}]}
    """

    kind: Literal["logic"] = "logic"
    op: Literal["all", "any", "not"]
    parts: tuple[Node, ...]

    def _say(self) -> Phrase:
        inner = [_bracketed(part) for part in self.parts]
        if self.op == "not":
            return Phrase.of("it is not so that {}", inner[0])
        return Phrase.listed(inner, " and " if self.op == "all" else " or ")


def _bracketed(part: Node) -> Phrase:
    """A condition inside another; in brackets where it has words of its own that could be taken for the outer ones."""
    told = part.words()
    joined = isinstance(part, Logic) or any(f" {word} " in told.text for word in ("and", "or", "where"))
    return Phrase.of("({})", told) if joined else told


class Hold(_Node):
    """A condition that has to stay true through an unbroken run of this length; without a length, at some instant.

    Example:
        values:
          best: {max: score, from: board}
        resolve:
          yes: best >= 85%
          hold: 7 days
    """

    kind: Literal["hold"] = "hold"
    of: Node
    length: Duration = Duration.of_days(0)

    def _say(self) -> Phrase:
        if not self.length.us:
            return self.of.words()
        figure = str(self.length)
        return Phrase.of("{}, without a break for {}", self.of.words(), figure, figures=[figure])


class State(_Node):
    """What a source itself is doing: live, late, stale, frozen, removed (its address answers that it is gone) or lost.

    In a formula: `live(board)`, `not stale(board)`, `frozen(board, 90 days)` (no new row for that long), `lost(board)`.

    `late` and `stale` are the ages of its last good sighting that count, frozen with the rule: the source's own
    `fetch:` block stays changeable.

    Example:
        values:
          best: {max: score, from: [{source: board, unless_frozen: 180 days}, mirror]}
        resolve:
          yes: best >= 85% and not frozen(mirror, 90 days)
        na: {when: removed(board) or lost(mirror), before: 2027-03-01, if_refused: NO}
    """

    kind: Literal["state"] = "state"
    source: str
    state: Literal["live", "late", "stale", "frozen", "removed", "lost"]
    late: Duration | None = None
    stale: Duration | None = None
    after: Duration | None = Field(default=None, exclude_if=missing)

    def _say(self) -> Phrase:
        told, bounds = {
            "live": (" (its last good sighting is at most {} old)", [self.late]),
            "late": (" (its last good sighting is over {} old, but not over {})", [self.late, self.stale]),
            "stale": (" (its last good sighting is over {} old)", [self.stale]),
            "frozen": (" (it has shown no new row for {})", [self.after]),
        }.get(self.state, ("", []))
        figures = [str(bound) for bound in bounds]
        name = f"the source {self.source} is {self.state}"
        return Phrase.of(name + told, *figures, figures=figures) if None not in bounds else Phrase(name)


RowsNode = Annotated[Rows | Pick | Window | Among, Field(discriminator="kind")]
Node = Annotated[
    Rows
    | Reduce
    | Pick
    | FieldOf
    | Window
    | Among
    | Literal_
    | Calc
    | Compare
    | Logic
    | AtLeast
    | Series
    | Along
    | Agree
    | Hold
    | State
    | PanelFact,
    Field(discriminator="kind"),
]

for _model in (Reduce, Pick, FieldOf, Window, Calc, Compare, Logic, Hold, Among, AtLeast, Series, Along, Agree):
    _model.model_rebuild()


LEAVES = frozenset({"rows", "literal", "state", "panel"})
SEVERAL = frozenset({"calc", "logic", "at_least", "agree", "series", "along"})
"""Kinds with nothing under them, and kinds with `parts`; every other has one node `of` which it speaks."""


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly under a node, in order."""
    # Asked often, as in base_rows: by kind.
    if node.kind == "compare":
        return (node.left, node.right)
    if node.kind in LEAVES:
        return ()
    inside: Any = node
    return inside.parts if node.kind in SEVERAL else (inside.of,)


def walk(node: Node) -> tuple[Node, ...]:
    """A node and everything under it, each occurrence, top first."""
    found, ahead = [], [node]
    while ahead:
        node = ahead.pop()
        found.append(node)
        ahead += children(node)[::-1]
    return tuple(found)


def row_sets(node: Node) -> tuple[Rows, ...]:
    """The row sets a node rests on, each once."""
    return tuple(dict.fromkeys(inner for inner in walk(node) if inner.kind == "rows"))


def base_rows(node: RowsNode) -> Rows:
    """The row set under windows and picks."""
    # Asked often: comparing `kind` is much quicker than isinstance on a pydantic model.
    while node.kind != "rows":
        of = node.of
        assert of.kind == "rows" or of.kind == "pick" or of.kind == "window" or of.kind == "among"
        node = of
    return node


CONDITIONS = frozenset({"compare", "logic", "at_least", "along", "hold", "state", "panel"})
"""Kinds that are always true, false or unknown."""


def is_condition(node: Node) -> bool:
    """Whether a node is true, false or unknown rather than a number or a text."""
    if node.kind == "window":
        return is_condition(node.of)
    if node.kind == "agree":
        return is_condition(node.parts[0])
    return node.kind in CONDITIONS or (node.kind == "reduce" and node.how == "any")


def unit_of(node: Node) -> str:
    """The unit of a numeric node's values inside the engine."""
    if node.kind == "window" or node.kind == "series":
        return unit_of(node.of)
    if node.kind == "agree":
        return unit_of(node.parts[0])
    if node.kind == "reduce" or node.kind == "field" or node.kind == "literal" or node.kind == "calc":
        return node.unit
    return ""


def is_text(node: Node) -> bool:
    """Whether a node's value is a text."""
    if node.kind == "window":
        return is_text(node.of)
    if node.kind == "agree":
        return is_text(node.parts[0])
    if node.kind == "field":
        return node.type == "text"
    return node.kind == "literal" and node.value is None
