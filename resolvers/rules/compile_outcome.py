"""The `resolve:` and `na:` blocks: what the question resolves to, its answers, and when it is N/A."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from resolvers import units
from resolvers.durations import Duration
from resolvers.outcome import Answers, No, Probability, Yes
from resolvers.rules import formula as f
from resolvers.rules.compile_fact import asked_by
from resolvers.rules.compile_formula import FormulaCompiler, is_text
from resolvers.rules.compile_panel import asked_from_then, confirming
from resolvers.rules.compile_values import Values
from resolvers.rules.compile_where import as_text, in_typeset_quotes, literal_value
from resolvers.rules.faults import Loc, found_text, instant_of, known_keys, mapping, nearest
from resolvers.rules.nodes import FieldOf, Hold, Literal_, Node, Window, date_words, unit_of, walk
from resolvers.rules.nodes_many import Agree
from resolvers.rules.outcomes import (
    ChoiceAnswer,
    ChoiceOutcome,
    FirstDateOutcome,
    NumberOutcome,
    OutcomeType,
    YesOutcome,
)
from resolvers.rules.reach import check_edges
from resolvers.rules.rule import NaClause
from resolvers.rules.scope import Scope, span

HEADS = ("yes", "choice", "number", "first_date")
EXTRA = {
    "yes": ("hold",),
    "choice": ("answers", "confirm"),
    "number": ("edges", "unit", "round"),
    "first_date": ("hold", "edges", "never"),
}
LONGEST_ANSWER = 240
"""Characters; Manifold takes no longer answer."""
MOST_ANSWERS = 100
REFUSED_WORDS: dict[str, Yes | No] = {"YES": Yes(), "NO": No()}


class Outcomes:
    """Compiles the outcome of a market."""

    def __init__(self, scope: Scope, values: Values, opens: datetime) -> None:
        self.scope, self.values, self.opens = scope, values, opens

    def condition(self, block: Any, loc: Loc, last: datetime | None, inclusive: bool) -> Node | None:
        """A condition that is read up to `last` (that instant included or not), every part of it by then."""
        node = self.values.conditions.condition(block, loc)
        if node is None or last is None:
            return node
        late = [at for at in stated_times(node) if at > last or (at == last and not inclusive)]
        for at in late[:1]:
            message = f"a part of this is read at {date_words(at)}, but the last it can decide is {date_words(last)}"
            self.scope.faults.add("window", f"{message}; read it earlier, or let T be later", loc)
        return None if late else asked_by(node, last)

    def formula(self, block: Any, loc: Loc, wanted: Any) -> Node | None:
        if not isinstance(block, str | int | float) or isinstance(block, bool):
            self.scope.faults.add("shape", f"a formula is one line of text; {found_text(block)}", loc)
            return None
        return FormulaCompiler(self.scope, self.values.value, loc).compile(str(block), wanted)

    def outcome(self, block: Mapping[str, Any]) -> OutcomeType | None:
        """Exactly one of yes, choice, number and first_date fixes the type."""
        heads = [key for key in block if key in HEADS]
        strange = [
            key for key in block if key not in (*HEADS, "settle", *(key for keys in EXTRA.values() for key in keys))
        ]
        if not heads and strange:
            known_keys({strange[0]: None}, HEADS, ("resolve",), self.scope.faults)
            return None
        if len(heads) != 1:
            found = " and ".join(heads) or "none"
            self.scope.faults.add(
                "missing", f"resolve has exactly one of {', '.join(HEADS)}; found {found}", ("resolve",)
            )
            return None
        head = heads[0]
        known_keys(block, (head, *EXTRA[head], "settle"), ("resolve",), self.scope.faults)
        if head == "yes":
            when = self.held(head, block)
            return YesOutcome(when=when) if when else None
        if head == "first_date":
            return self.first_date(block)
        return self.choice(block) if head == "choice" else self.number(block)

    def held(self, head: str, block: Mapping[str, Any]) -> Hold | None:
        node = self.condition(block[head], ("resolve", head), self.scope.decides, inclusive=False)
        length = duration(block.get("hold", "0 days"), ("resolve", "hold"), self.scope)
        if length is not None and length.us > (self.scope.decides - self.opens) // (self.scope.decides.resolution):
            self.scope.faults.add("window", f"a run of {length} does not fit between opens and T", ("resolve", "hold"))
            return None
        return Hold(of=node, length=length) if node is not None and length is not None else None

    def first_date(self, block: Mapping[str, Any]) -> FirstDateOutcome | None:
        when = self.held("first_date", block)
        edges = self._dates(block.get("edges"))
        if edges is None:
            return None
        decides = self.scope.decides
        whole = edges if edges[-1] == decides else (*edges, decides)
        never = block.get("never", f"not before {date_words(decides)}")
        if not isinstance(never, str) or not never.strip():
            self.scope.faults.add(
                "shape", "never is a text: the answer where it does not happen before T", ("resolve", "never")
            )
            return None
        if when is None:
            return None
        found = FirstDateOutcome(when=when, edges=whole, never=never)
        return found if self.labels_good(found.answers(), ("resolve", "never")) else None

    def _dates(self, block: Any) -> tuple[datetime, ...] | None:
        """The edges between buckets, in order, after opening and not after T."""
        place = ("resolve", "edges")
        if not isinstance(block, list | tuple) or not block:
            self.scope.faults.add(
                "missing", "edges: the dates at which a new bucket begins, as [2027-07-01, 2028-01-01]", place
            )
            return None
        found = [instant_of(edge, (*place, i), self.scope.faults, self.scope.decides) for i, edge in enumerate(block)]
        edges = [edge for edge in found if edge is not None]
        if len(edges) < len(found):
            return None
        good = True
        for i, edge in enumerate(edges):
            if i and edge <= edges[i - 1]:
                self.scope.faults.add(
                    "edges", f"{date_words(edge)} does not come after the edge before it", (*place, i)
                )
                good = False
            elif not self.opens < edge <= self.scope.decides:
                self.scope.faults.add("edges", f"{date_words(edge)} does not lie between opening and T", (*place, i))
                good = False
        return tuple(edges) if good else None

    def choice(self, block: Mapping[str, Any]) -> ChoiceOutcome | None:
        node = self.formula(block["choice"], ("resolve", "choice"), "value")
        answers = self._answers(block.get("answers"))
        confirm = block.get("confirm")
        if node is not None and (isinstance(node, Literal_) or not is_text(node)):
            self.scope.faults.add(
                "formula", "choice reads a text of a picked row, as `top.class`", ("resolve", "choice"), 0
            )
            return None
        if answers is None or not isinstance(node, FieldOf | Window | Agree):
            return None
        panel = confirming(confirm, field_under(node), self.scope) if confirm is not None else None
        return ChoiceOutcome(of=node, choices=answers, confirm=panel)

    def _answers(self, block: Any) -> tuple[ChoiceAnswer, ...] | None:
        place: Loc = ("resolve", "answers")
        found = mapping(block, place, self.scope.faults, "answers", "{North: north, Other: else}")
        if found is None:
            return None
        made: list[ChoiceAnswer] = []
        for label, values in found.items():
            if values == "else":
                made.append(ChoiceAnswer(label=label, otherwise=True))
                continue
            listed = values if isinstance(values, list | tuple) else [values]
            for value in listed:
                in_typeset_quotes(value, (*place, label), self.scope.faults)
            made.append(ChoiceAnswer(label=label, values=tuple(as_text(value) for value in listed)))
        return tuple(made) if self._answers_good(made, place) else None

    def _answers_good(self, made: list[ChoiceAnswer], place: Loc) -> bool:
        texts = [value for answer in made for value in answer.values]
        good = self.labels_good([answer.label for answer in made], place)
        for text in sorted({text for text in texts if texts.count(text) > 1}):
            self.scope.faults.add("answers", f"{text!r} leads to more than one answer", place)
            good = False
        others = sum(1 for answer in made if answer.otherwise)
        if others != 1:
            found = str(others) if others else "none"
            meant = get_close_matches("else", texts, 1, 0.7) if not others else []
            typed = f"; did you mean `else` by {meant[0]!r}?" if meant else ""
            said = f"exactly one answer takes every other text (`Other: else`); found {found}{typed}"
            self.scope.faults.add("answers", said, place)
            good = False
        return good

    def labels_good(self, labels: list[str] | tuple[str, ...], place: Loc) -> bool:
        """Answers are unique, short enough and at least two."""
        faults = self.scope.faults
        before = len(faults.found)
        if not 2 <= len(labels) <= MOST_ANSWERS:
            faults.add("answers", f"a question has 2 to {MOST_ANSWERS} answers; found {len(labels)}", place)
        for label in labels:
            in_typeset_quotes(label, place, faults)
            if len(label) > LONGEST_ANSWER or not label.strip():
                faults.add("answers", f"an answer has 1 to {LONGEST_ANSWER} characters: {label[:40]!r}", place)
            if list(labels).count(label) > 1:
                faults.add("answers", f"two answers are called {label!r}", place)
        return len(faults.found) == before

    def number(self, block: Mapping[str, Any]) -> NumberOutcome | None:
        node = self.formula(block["number"], ("resolve", "number"), "value")
        places = block.get("round")
        if places is not None and (not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= 9):
            self.scope.faults.add(
                "shape", f"round is a number of decimal places from 0 to 9; found {places!r:.40}", ("resolve", "round")
            )
            return None
        if node is None:
            return None
        if is_text(node):
            self.scope.faults.add(
                "unit", "a number is wanted here; a text goes with `choice`", ("resolve", "number"), 0
            )
            return None
        unit = unit_of(node)
        asked = block.get("unit")
        if asked is not None and units.inside(units.WORDS.get(str(asked), str(asked))) != unit:
            message = f"the value is in {units.name_of(unit)}, not in {asked!r}"
            self.scope.faults.add("unit", message, ("resolve", "unit"))
            return None
        edges = self._numbers(
            block.get("edges"), unit, FormulaCompiler(self.scope, self.values.value, ()).declared(node), asked
        )
        if edges is None or not check_edges(edges, node, unit, ("resolve", "edges"), self.scope):
            return None
        found = NumberOutcome(of=node, unit=unit, round=places, edges=edges)
        return found if self.labels_good(found.answers(), ("resolve", "edges")) else None

    def _numbers(self, block: Any, unit: str, declared: str, asked: Any) -> tuple[Decimal, ...] | None:
        """The edges as numbers in the value's unit; with `unit:` named they may stand bare."""
        place = ("resolve", "edges")
        if not isinstance(block, list | tuple) or not block:
            self.scope.faults.add(
                "missing", "edges: the numbers at which a new bucket begins, as [40%, 50%, 60%]", place
            )
            return None
        found = [self._edge(edge, unit, declared, asked, (*place, i)) for i, edge in enumerate(block)]
        edges = [edge for edge in found if edge is not None]
        if len(edges) < len(found):
            return None
        wrong = [i for i in range(1, len(edges)) if edges[i] <= edges[i - 1]]
        for i in wrong:
            self.scope.faults.add("edges", f"{edges[i]:f} does not come after the edge before it", (*place, i))
        return None if wrong else tuple(edges)

    def _edge(self, edge: Any, unit: str, declared: str, asked: Any, loc: Loc) -> Decimal | None:
        try:
            tree = f.parse(as_text(edge))
        except f.FormulaFault as fault:
            self.scope.faults.add(fault.code, fault.message, loc, fault.offset)
            return None
        if not isinstance(tree, f.Quantity):
            self.scope.faults.add("shape", f"an edge is a number with its unit; found {edge!r:.40}", loc)
            return None
        if not tree.unit and asked is not None:
            tree = f.Quantity(tree.value, units.WORDS.get(str(asked), str(asked)), tree.offset)
        return literal_value(tree, declared if declared == "fraction" else unit, loc, self.scope.faults)

    def na(self, block: Any, outcome: OutcomeType | None) -> NaClause | None:
        found = mapping(block, ("na",), self.scope.faults, "na", "{when: removed(board), if_refused: NO}")
        if found is None:
            return None
        known_keys(found, ("when", "before", "if_refused"), ("na",), self.scope.faults)
        if "when" not in found:
            self.scope.faults.add("missing", "na needs `when:`, a condition", ("na",))
            return None
        decides = self.scope.decides
        at = instant_of(found.get("before", decides), ("na", "before"), self.scope.faults, decides)
        when = self.condition(found["when"], ("na", "when"), at, inclusive=True)
        if at is not None and not self.opens < at <= decides:
            self.scope.faults.add("window", "na is judged between opening and T", ("na", "before"))
            return None
        refused, good = self._refused(found.get("if_refused"), outcome)
        if when is None or at is None or not good:
            return None
        return NaClause(when=asked_from_then(when), at=at, if_refused=refused)

    def _refused(self, text: Any, outcome: OutcomeType | None) -> tuple[Yes | No | Probability | Answers | None, bool]:
        """What stands where N/A is refused: YES, NO or a percentage, or one of the answers."""
        place = ("na", "if_refused")
        if text is None or outcome is None:
            return None, True
        if isinstance(text, bool):
            text = "YES" if text else "NO"
        if isinstance(outcome, YesOutcome):
            if str(text) in REFUSED_WORDS:
                return REFUSED_WORDS[str(text)], True
            percent = _percent(str(text))
            if percent is not None:
                return Probability(percent=percent), True
            self.scope.faults.add("answers", f"if_refused is YES, NO or a percentage; found {text!r:.60}", place)
            return None, False
        if str(text) in outcome.answers():
            return Answers(weights={str(text): Decimal(100)}), True
        near = nearest(str(text), outcome.answers(), 0.7)
        self.scope.faults.add("answers", f"if_refused is one of the answers; found {text!r:.60}{near}", place)
        return None, False


def _percent(text: str) -> Decimal | None:
    try:
        value = Decimal(text.removesuffix("%")) if text.endswith("%") else None
    except InvalidOperation:
        return None
    return value if value is not None and 0 <= value <= 100 else None


def field_under(node: FieldOf | Window | Agree) -> FieldOf:
    """The column of a picked row that a text comes from; of sources that agree, the first one's."""
    inner: Node = node
    while not isinstance(inner, FieldOf):
        assert isinstance(inner, Window | Agree)
        inner = inner.of if isinstance(inner, Window) else inner.parts[0]
    return inner


def stated_times(node: Node) -> list[datetime]:
    """The instants at which parts of a node are read, whatever the question's own, the latest first."""
    found = [part.at for part in walk(node) if isinstance(part, Window) and part.at is not None]
    return sorted(dict.fromkeys(found), reverse=True)


def duration(value: Any, loc: Loc, scope: Scope) -> Duration | None:
    """A span of time, or a fault that says how one is written."""
    return span(value, loc, scope.faults)
