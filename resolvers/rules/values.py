"""Numbers and picked rows to step functions of time, for one way of knowing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar

from resolvers import units
from resolvers.evidence import Instant, instant
from resolvers.rules import exact
from resolvers.rules.columns import Table
from resolvers.rules.exact import INF, Amount, EarlyAmount, EarlyTexts, Ref, Texts, undefined
from resolvers.rules.gathered import Gathered
from resolvers.rules.joint import agreed, agreed_texts
from resolvers.rules.knowing import Knowing, distinguishing, stitch
from resolvers.rules.lines import UNLABELLED, UNREADABLE, Entry, value_of
from resolvers.rules.median import Median
from resolvers.rules.nodes import (
    Calc,
    FieldOf,
    Literal_,
    Node,
    Pick,
    Reduce,
    Window,
    base_rows,
    date_words,
    row_sets,
    unit_of,
)
from resolvers.rules.nodes_many import Agree
from resolvers.rules.picks import NOBODY, Winners, picked, top_steps, winners_among
from resolvers.rules.quantile import Quantile
from resolvers.rules.reducers import EMPTY, Distinct, Reducer, number, reducer
from resolvers.rules.slope import Slope
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps, joined, merged
from resolvers.rules.sweep import Events, sweep
from resolvers.rules.topped import Asking, Topped, asked_labels, dates_of, topped

V = TypeVar("V")

NOT_CLOSELY = "not looked at closely"
"""Why an envelope gives no bound; never shown, because every k is then looked at by itself."""


class Values(Gathered):
    """The numbers and texts of one rule."""

    # numbers

    def amounts(self, node: Node, knowing: Knowing, low: Instant, high: Instant) -> Steps[Amount]:
        """A numeric node on [low, high)."""
        if high != low + 1:
            return AMOUNTS[node.kind](self, node, knowing, low, high)
        key = (id(node), id(knowing), low)
        found = self.amounts_once.get(key)
        if found is None:
            found = self.amounts_once[key] = (AMOUNTS[node.kind](self, node, knowing, low, high), node, knowing)
        return found[0]

    def amounts_then(self, node: Window, knowing: Knowing, low: Instant, high: Instant) -> Steps[Amount]:
        """A number as it stood at a stated instant, from that instant on."""
        assert node.at is not None
        at = instant(node.at)
        before = EarlyAmount(-INF, INF, f"not to be read before {date_words(node.at)}", (), False)
        value_then = self.amounts(node.of, knowing, at, at + 1).values[0] if high > at else before
        return Steps((LONG_AGO, at), (before, value_then)).cut(low, high)

    def literal(self, node: Literal_) -> Steps[Amount]:
        """A written number; it has always held."""
        key: Hashable = ("literal", node.value)
        found = self.cache.made.get(key)
        if found is None:
            assert node.value is not None
            value = units.exact(node.value)
            found = self.cache.made[key] = Steps.constant(Amount(value, value))
        result: Steps[Amount] = found
        return result

    def agreeing(self, node: Agree, knowing: Knowing, low: Instant, high: Instant) -> Steps[Amount]:
        """The number that several sources must each show."""
        parts = [self.amounts(part, knowing, low, high) for part in node.parts]
        names, unit = sources_of(node), unit_of(node)
        return merged(parts, lambda found: agreed(found, names, unit))

    def calculated(self, node: Calc, knowing: Knowing, low: Instant, high: Instant) -> Steps[Amount]:
        parts = [self.amounts(part, knowing, low, high) for part in node.parts]
        self.cache.evaluations += 1
        if node.op == "abs":
            return parts[0].map(exact.absolute)
        op = node.op
        return merged(parts, lambda values: exact.arithmetic(op, values[0], values[1]), join=False)

    def reduced(self, node: Reduce, knowing: Knowing) -> Steps[Amount]:
        """A reduce over all time: source by source, put together by which of them answers."""
        asked = (node.digest, knowing.how, knowing.k, knowing.read_at)
        own = self.reduced_once.get(asked)
        if own is not None:
            return own
        parts = self.parts(node, knowing)
        key: Hashable = ("reduce", node.digest, knowing.how, knowing.read_at, parts, self.house, self.early_for(node))
        found = self.cache.steps.get(key)
        if found is None:
            places = range(len(base_rows(node.of).sources))
            steps = [self.reduced_in(node, place, knowing) for place in places]
            found = self.cache.steps[key] = stitch(self.answers(node.of, knowing), steps, undefined)
        result: Steps[Amount] = found
        self.reduced_once[asked] = result
        return result

    def reduced_in(self, node: Reduce, place: int, knowing: Knowing) -> Steps[Amount]:
        """A reduce over one source's rows."""
        self.cache.evaluations += 1
        if knowing.how == "vintage" and (instants := self.relabelled(node)):
            return by_label(instants, lambda k: self.reduced_at(node, place, replace(knowing, k=k)))
        return self.reduced_at(node, place, knowing)

    def reduced_at(self, node: Reduce, place: int, knowing: Knowing) -> Steps[Amount]:
        """The same, with labels as known at k."""
        table = self.cache.table(base_rows(node.of).sources[place].source)
        top = topped(node.of) if node.of.kind != "rows" else None
        if top is not None:
            return self.reduced_top(node, top, place, table, knowing)
        events = self.events(node, place, knowing)
        if knowing.how == "envelope" and node.how == "distinct" and (events.others or self.labelled(node)):
            return Steps.constant(undefined(NOT_CLOSELY))
        return sweep(events, self.fresh(node, table, knowing), node.how)

    def fresh(self, node: Reduce, table: Table, knowing: Knowing) -> Reducer:
        """A reducer of the node's kind with nothing in it yet."""
        if node.how in ("median", "quantile", "slope"):
            return measuring(node, table.number)
        if node.how != "distinct":
            return reducer(node.how, table.number)
        registry = self.registries(node.of).get(node.column or "")
        return Distinct(table.number, distinguishing(registry, table, node.column or "", knowing.k))

    def reduced_top(self, node: Reduce, top: Topped, place: int, table: Table, knowing: Knowing) -> Steps[Amount]:
        """A reduce over the top rows: asked anew at each instant at which a row comes, changes or goes."""
        events = self.events(node, place, knowing)
        column, same = self.measured(node), node.column == top.pick.column and not self.labelled(node)
        same = same and not any(part.kind == "pick" for part in top.after)
        if knowing.how == "envelope" and self.not_closely(node, top, events, same):
            return Steps.constant(undefined(NOT_CLOSELY))
        asking = Asking(top, table, self.registries(node.of), knowing.k, self.defaults.bridge.us)

        def value(leaders: list[tuple[int, Entry]]) -> Amount:
            made, rows = self.fresh(node, table, knowing), asking.rows(leaders)
            for row, entry in rows if same else asking.measured(rows, column):
                made.put(row, entry)
            return made.value()

        return top_steps(events, top.pick, value, self.fresh(node, table, knowing).value())

    def not_closely(self, node: Reduce | Pick, top: Topped, events: Events, same: bool) -> bool:
        """Whether what is asked of a top could differ by what is known, so that every k needs a look of its own."""
        if asked_labels(node.of) or (events.others and (top.after or top.pick.by)):
            return True
        return bool(events.others) and not same

    def relabelled(self, node: Reduce | Pick) -> list[Instant]:
        """When labels that a node asks for beyond its rows' own filter became known."""
        columns = asked_labels(node.of) if node.of.kind != "rows" else ()
        if node.kind == "reduce" and node.how == "distinct" and self.labelled(node):
            columns = (*columns, node.column or "")
        return sorted(self.labelled_at(node.of, columns)) if columns else []

    # picked rows

    def winners(self, pick: Pick, knowing: Knowing) -> Steps[Winners]:
        key: Hashable = (
            "pick",
            pick.digest,
            knowing.how,
            knowing.read_at,
            self.parts(pick, knowing),
            self.house,
            self.early_for(pick),
        )
        found = self.cache.steps.get(key)
        if found is None:
            steps = []
            for place in range(len(base_rows(pick.of).sources)):
                self.cache.evaluations += 1
                table = self.cache.table(base_rows(pick.of).sources[place].source)
                steps.append(self.picked_in(pick, place, table, knowing))
            found = stitch(self.answers(pick.of, knowing), steps, lambda because: Winners((), False, because))
            self.cache.steps[key] = found
        result: Steps[Winners] = found
        return result

    def picked_in(self, pick: Pick, place: int, table: Table, knowing: Knowing) -> Steps[Winners]:
        """The picked rows of one source."""
        if knowing.how == "vintage" and (instants := self.relabelled(pick)):
            return by_label(instants, lambda k: self.picked_at(pick, place, table, replace(knowing, k=k)))
        return self.picked_at(pick, place, table, knowing)

    def picked_at(self, pick: Pick, place: int, table: Table, knowing: Knowing) -> Steps[Winners]:
        """The same, with labels as known at k."""
        events, dates = self.events(pick, place, knowing), dates_of(pick, table)
        top = topped(pick.of) if pick.of.kind != "rows" else None
        if knowing.how == "envelope" and events.others and dates is not None:
            return Steps.constant(Winners((), False, NOT_CLOSELY))
        if top is None:
            return picked(events, pick, table.number, dates)
        if knowing.how == "envelope" and self.not_closely(pick, top, events, False):
            return Steps.constant(Winners((), False, NOT_CLOSELY))
        asking = Asking(top, table, self.registries(pick.of), knowing.k, self.defaults.bridge.us)
        sign = 1 if pick.how == "argmax" else -1

        def value(leaders: list[tuple[int, Entry]]) -> Winners:
            rows = asking.measured(asking.rows(leaders), pick.column)
            return winners_among([entry for _, entry in rows], pick, table.number, sign, dates)

        return top_steps(events, top.pick, value, NOBODY)

    def texts(self, node: Node, knowing: Knowing) -> Steps[Texts]:
        """A text of a picked row, now or at a stated instant, of one source or of several that agree."""
        if node.kind == "field":
            return self.field_texts(node, knowing)
        if node.kind == "agree":
            parts, names = [self.texts(part, knowing) for part in node.parts], sources_of(node)
            return merged(parts, lambda found: agreed_texts(found, names))
        assert node.kind == "window" and node.at is not None
        at = instant(node.at)
        before = EarlyTexts((), False, f"not to be read before {date_words(node.at)}")
        return Steps((LONG_AGO, at), (before, self.texts(node.of, knowing).value_at(at)))

    def field_texts(self, node: FieldOf, knowing: Knowing) -> Steps[Texts]:
        """A text of the picked row."""
        winners = self.winners(node.of, knowing)
        registry = self.registries(node.of).get(node.column)
        if registry is None:
            return self.of_winners(node, winners, knowing, lambda found: self.text_of(node, found, knowing))
        self.cache.evaluations += 1
        if knowing.how != "vintage":
            return winners.map(lambda found: self.text_of(node, found, knowing))
        instants = sorted({*winners.at, *(t for key in registry.table.by_key for t, _ in registry.history(key))})
        texts = [self.text_of(node, winners.value_at(t), replace(knowing, k=t)) for t in instants]
        return Steps(instants, texts)

    def text_of(self, node: FieldOf, found: Winners, knowing: Knowing) -> Texts:
        labelled = self.registries(node.of).get(node.column) is not None
        if knowing.how == "envelope" and (not found.certain or labelled or self.revised(found)):
            return Texts((), False, NOT_CLOSELY)
        options = tuple((self.text_at(node, ref, knowing), ref) for ref in found.rows)
        because = found.because
        if any(text is None for text, _ in options) and not because:
            because = self.why_no_text(node, options)
        if found.nobody:
            options += ((None, found.rows[0]),)
        return Texts(options, found.certain, because, found.certain and len(options) > 1)

    def revised(self, found: Winners) -> bool:
        """Whether a picked row ever showed anything else, so that another column of it hangs on what is known."""
        return any(self.cache.by_number(number).layout.row_of[place] >= 0 for number, place in found.rows)

    def why_no_text(self, node: FieldOf, options: Sequence[tuple[str | None, Ref]]) -> str:
        blank = next(ref for text, ref in options if text is None)
        key = self.cache.by_number(blank[0]).spans.key[blank[1]]
        if node.column in self.registries(node.of):
            return f"{UNLABELLED} ({node.column}): {key}"
        return f"{UNREADABLE}: {node.column} of {key}"

    def text_at(self, node: FieldOf, ref: Ref, knowing: Knowing) -> str | None:
        """The text of one row: its own cell, or its label as known."""
        table = self.cache.by_number(ref[0])
        registry = self.registries(node.of).get(node.column)
        if registry is not None:
            return registry.label(table.spans.key[ref[1]], knowing.k)
        text = table.texts(node.column)[ref[1]]
        return text if isinstance(text, str) else None

    def field_amounts(self, node: FieldOf, knowing: Knowing) -> Steps[Amount]:
        """A number of the picked row; the interval that holds it where it is open which row that is."""
        winners = self.winners(node.of, knowing)
        return self.of_winners(node, winners, knowing, lambda found: self.amount_of(node, found, knowing))

    def of_winners(
        self, node: FieldOf, winners: Steps[Winners], knowing: Knowing, told: Callable[[Winners], V]
    ) -> Steps[V]:
        """What the picked rows' own cells say through time, made once for all that ask it of these winners."""
        key: Hashable = ("field", node.digest, id(winners), knowing.how == "envelope")
        found = self.cache.steps.get(key)
        if found is None:
            self.cache.evaluations += 1
            found = self.cache.steps[key] = (winners.map(told), winners)  # kept beside, so that the id stays its own
        result: Steps[V] = found[0]
        return result

    def amount_of(self, node: FieldOf, found: Winners, knowing: Knowing) -> Amount:
        if not found.rows or (knowing.how == "envelope" and not found.certain):
            return undefined(found.because or EMPTY)
        if found.nobody:
            return undefined(found.because)
        if knowing.how == "envelope" and self.revised(found):
            return undefined(NOT_CLOSELY)
        lows, highs = [], []
        for ref in found.rows:
            table = self.cache.by_number(ref[0])
            entry = value_of(table, node.column, ref[1])
            if entry is None:
                return undefined(f"{table.spans.key[ref[1]]} has no {node.column}")
            lows.append(number(entry[0]))
            highs.append(number(entry[1]))
        low, high = min(lows), max(highs)
        because = found.because or ("tied rows differ" if len(lows) > 1 else "unreadable")
        return Amount(low, high, because if low != high else "", found.rows)


def by_label(instants: Sequence[Instant], make: Callable[[Instant], Steps[V]]) -> Steps[V]:
    """What is made with the labels known at k, for each instant with those known by then."""
    at: list[Instant] = []
    values: list[V] = []
    for k, following in pairwise([LONG_AGO, *instants, FAR_AHEAD]):
        piece = make(k).cut(k, following)
        at.extend(piece.at)
        values.extend(piece.values)
    return joined(at, values)


def sources_of(node: Agree) -> list[str]:
    """The name of the source behind each of the values that must agree."""
    return [row_sets(part)[0].sources[0].name for part in node.parts]


def measuring(node: Reduce, table: int) -> Reducer:
    """A reducer that looks at how a column's values lie to one another."""
    if node.how == "median":
        return Median(table)
    if node.q is not None:
        return Quantile(table, Fraction(node.q) / 100)
    assert node.per is not None
    return Slope(table, node.per.us)


AMOUNTS: Mapping[str, Callable[[Values, Any, Knowing, Instant, Instant], Steps[Amount]]] = {
    "reduce": lambda values, node, knowing, low, high: values.reduced(node, knowing).cut(low, high),
    "literal": lambda values, node, knowing, low, high: values.literal(node),
    "calc": Values.calculated,
    "field": lambda values, node, knowing, low, high: values.field_amounts(node, knowing).cut(low, high),
    "window": Values.amounts_then,
    "agree": Values.agreeing,
}
"""How each kind of numeric node is evaluated: a kind that is added is added here."""
