"""Why a value is what it is: the tree of steps with the cells they rest on, which is all that any rendering needs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from decimal import Decimal

from resolvers import units
from resolvers.evidence import Instant, Sighting, instant
from resolvers.rules.columns import ABSENT, Table
from resolvers.rules.coverage import shown
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.exact import Amount, Ref, Texts
from resolvers.rules.filters import Met, asking_of, columns_of, together
from resolvers.rules.frozen import first_seen
from resolvers.rules.gather import Registry
from resolvers.rules.knowing import Knowing
from resolvers.rules.lines import BESTS, Lines
from resolvers.rules.making import built, moment
from resolvers.rules.matching import kept, split
from resolvers.rules.nodes import (
    FieldOf,
    Node,
    Pick,
    Reduce,
    RowsNode,
    Window,
    base_rows,
    children,
    is_condition,
    is_text,
    unit_of,
)
from resolvers.rules.nodes_many import Agree
from resolvers.rules.panels import Panel
from resolvers.rules.picks import Winners
from resolvers.rules.steps import Steps
from resolvers.rules.sweep import active_places
from resolvers.rules.topped import asked_labels, topped
from resolvers.rules.trace_many import along_step, carried, top_places
from resolvers.verdict import Citation, Step

MOST_CITED = 40
"""Rows cited one by one for a count, sum or mean; beyond them only rows that bring a new body."""
MOST_DRAWN = 2000
"""Points of a series; a longer one keeps its newest."""
Series = tuple[tuple[datetime, str | None], ...]


class Tracer:
    """Explains nodes at one instant under one way of knowing; `low` to `high` is the window that charts show."""

    def __init__(self, evaluator: Evaluator, knowing: Knowing, low: Instant, high: Instant) -> None:
        self.evaluator, self.knowing, self.low, self.high = evaluator, knowing, low, high
        self.cache = evaluator.cache

    def step(self, node: Node, t: Instant, drawn: bool = False) -> Step:
        """A node's step, with those under it."""
        if node.kind == "hold":
            inner = self.step(node.of, t)
            return self.made(node, inner.value, t, inner.because, steps=(inner,))
        if node.kind == "field" and node.type == "text":
            return self.text_step(node, t, drawn)
        if node.kind == "along":
            return along_step(self, node, t)
        if (node.kind == "window" or node.kind == "agree") and is_text(node):
            return self.texts_step(node, t, drawn)
        if is_condition(node):
            return self.condition_step(node, t)
        if node.kind == "literal":
            threshold = self.series(node) if drawn and node.value is not None else ()
            return self.made(node, node.words().text, None, series=threshold, unit=node.unit or None)
        return self.amount_step(node, t, drawn)

    def condition_step(self, node: Node, t: Instant) -> Step:
        truth = self.evaluator.truths(node, self.knowing, t, t + 1).values[0]
        value = {True: "true", False: "false", None: "unknown"}[truth.value]
        if node.kind == "reduce":
            return self.made(node, value, t, truth.because, self.cites(node, t, ()))
        if node.kind == "state":
            good = self.cache.table(node.source).good
            place = bisect_right(good, t) - 1
            told = f"the last good sighting was at {shown(good[place])}" if place >= 0 else "there was no good sighting"
            if node.after is not None:
                news = first_seen(self.cache.table(node.source))
                place = bisect_right(news, t) - 1
                told = (
                    f"the last new row was first seen at {shown(news[place])}" if place >= 0 else "there was no row yet"
                )
            last = self.last_cites(node.source, t) if node.state == "removed" and truth.value else ()
            return self.made(node, value, t, truth.because or told, last)
        if node.kind == "panel":
            return self.made(node, value, t, truth.because, self.word_cites(node.panel, t))
        inner = tuple(self.step(child, self.time_of(node, t), node.kind == "compare") for child in children(node))
        return self.made(node, value, t, truth.because, steps=inner)

    def time_of(self, node: Node, t: Instant) -> Instant:
        """The instant at which a node's parts are read."""
        if node.kind == "window" and node.at is not None:
            return min(instant(node.at), t)
        return t

    def amount_step(self, node: Node, t: Instant, drawn: bool) -> Step:
        amount = self.evaluator.amounts(node, self.knowing, t, t + 1).values[0]
        unit = unit_of(node)
        steps: tuple[Step, ...] = ()
        cites: tuple[Citation, ...] = ()
        because = amount.because
        if node.kind == "calc" or node.kind == "window" or node.kind == "agree":
            steps = tuple(self.step(child, self.time_of(node, t)) for child in children(node))
        elif node.kind == "reduce":
            cites = self.cites(node, t, amount.rows)
            because = because or (carried(self, amount.rows, t) if node.carry else "")
        elif node.kind == "field":
            steps = (self.pick_step(node.of, t),)
            cites = self.field_cites(node, amount.rows)
        series = self.series(node) if drawn else ()
        return self.made(node, amount_text(amount, unit), t, because, cites, series, steps, unit or None)

    def text_step(self, node: FieldOf, t: Instant, drawn: bool = False) -> Step:
        found = self.evaluator.texts(node, self.knowing).value_at(t)
        cites = self.field_cites(node, tuple(ref for _, ref in found.options))
        return self.made(node, texts_text(found), t, found.because, cites, (), (self.pick_step(node.of, t, drawn),))

    def texts_step(self, node: Window | Agree, t: Instant, drawn: bool) -> Step:
        """A text read at another time, or one that several sources must show."""
        found = self.evaluator.texts(node, self.knowing).value_at(t)
        inner = tuple(self.step(child, self.time_of(node, t), drawn) for child in children(node))
        return self.made(node, texts_text(found), t, found.because, steps=inner)

    def pick_step(self, pick: Pick, t: Instant, drawn: bool = False) -> Step:
        found: Winners = self.evaluator.winners(pick, self.knowing).value_at(t)
        keys = [self.cache.by_number(ref[0]).spans.key[ref[1]] for ref in found.rows]
        value = " and ".join(keys) if found.certain else f"one of {', '.join(keys)}" if keys else "unknown"
        cites = unique([*self.row_cites(pick.of, pick.column, found.rows), *self.denied(pick, t, found.rows)])
        best = best_of(pick, self.evaluator.column_unit(pick))
        series = self.series(best) if drawn else ()
        return self.made(pick, value or "none", t, found.because, cites, series, unit=best.unit or None)

    def made(
        self,
        node: Node,
        value: str,
        t: Instant | None,
        because: str = "",
        cites: tuple[Citation, ...] = (),
        series: Series = (),
        steps: tuple[Step, ...] = (),
        unit: str | None = None,
    ) -> Step:
        # The parts are made here and nowhere else, so they are not validated a second time.
        return built(
            Step,
            node=node.kind,
            words=node.words().text,
            value=value,
            unit=unit,
            at=None if t is None else moment(t),
            known_at=None if t is None else moment(self.known_at(t)),
            because=because,
            cites=cites,
            series=series,
            steps=steps,
        )

    def known_at(self, t: Instant) -> Instant:
        return t if self.knowing.how == "vintage" else self.knowing.k

    # citations

    def cites(self, node: Reduce, t: Instant, rows: Sequence[Ref]) -> tuple[Citation, ...]:
        """The cells that decide a reduce: those of its best row, or of every row that it counts."""
        if not rows:
            rows = self.counted(node, t)
        found, denied = self.row_cites(node.of, node.column, rows), self.denied(node, t, rows)
        return unique([*found, *denied]) if denied else found

    def counted(self, node: Reduce, t: Instant) -> list[Ref]:
        """The rows that are there at t, capped."""
        answer, read_at = self.evaluator.answers(node.of, self.knowing).value_at(t)
        if answer.place is None:
            return []
        events = self.evaluator.events(node, answer.place, self.knowing)
        then = t if read_at is None else read_at
        top = topped(node.of) if node.of.kind != "rows" else None
        if top is None:
            return capped(events.lines, active_places(events, then))
        return capped(Lines(events.lines.table), top_places(self, node, top, events, then))

    def row_cites(self, rows: RowsNode, column: str | None, refs: Sequence[Ref]) -> tuple[Citation, ...]:
        registries = self.evaluator.registries(rows)
        shown = "key" if column is None or column in registries else column
        known = self.cache.cites.get
        cells = [known((ref, shown)) or self.citation(ref, shown) for ref in refs]
        asked = [label.column for label in base_rows(rows).labels if self.filters_on(rows, label.column)]
        asked += [part.column for part in asking_of(base_rows(rows).where)]
        labels = [self.label_cites(registries[name], refs) for name in asked]
        return unique([*cells, *(cite for group in labels for cite in group)])

    def denied(self, node: Reduce | Pick, t: Instant, refs: Sequence[Ref]) -> list[Citation]:
        """The answers by which rows that were there by t are kept out: of a best only those that would beat it."""
        panels = [self.evaluator.asked(part) for part in asking_of(base_rows(node.of).where) if isinstance(part, Met)]
        answer = self.evaluator.answers(node.of, self.knowing).value_at(t)[0].place if panels else None
        if answer is None or (node.how == "any" and refs):
            return []
        table, k, found = self.evaluator.tables(node.of)[answer], self.known_at(t), list[Citation]()
        use, base = base_rows(node.of).sources[answer], base_rows(node.of)
        own = split(together(use.where, base.where), frozenset(self.evaluator.registries(base)))[0]
        seen = {table.spans.row[place]: place for place in table.kept(own, kept) if table.since[place] <= t}
        better = beating(table, node, [place for number, place in refs if number == table.number])
        for place in filter(better, seen.values()):
            for registry in panels:
                told = [label for known, label in registry.told(table, place, table.since[place]) if known <= k]
                if told[-1:] == ["no"] and len(found) < MOST_CITED:
                    found += self.label_cites(registry, [(table.number, place)])
        return found

    def word_cites(self, panel: Panel, t: Instant) -> tuple[Citation, ...]:
        """The answer that tells of a fact at t, limb by limb, as it was seen when it counted."""
        answers = self.evaluator.said_of(panel)
        word = answers.word_on(t)
        if word is None:
            return ()
        (place, look), number = word, answers.table.number
        return tuple(self.seen_in(look, (number, place), column) for _, column in answers.limbs(place))

    def last_cites(self, source: str, t: Instant) -> tuple[Citation, ...]:
        """A row of the last good look at a source that was taken down since: these bytes stood there."""
        table = self.cache.table(source)
        looks = [look for look in table.sightings if look.state == "good" and look.seen_at <= t]
        at = looks[-1].seen_at if looks else t
        ends = enumerate(table.spans.until)
        there = [place for place, end in ends if table.since[place] <= at and (end is None or end > at)]
        return tuple(self.seen_in(looks[-1], (table.number, place), "key") for place in there[:1] if looks)

    def seen_in(self, look: Sighting, ref: Ref, column: str) -> Citation:
        """A cell as one look showed it again."""
        seen = {"snapshot": look.snapshot, "body": look.body, "seen_at": moment(look.seen_at)}
        return self.citation(ref, column).model_copy(update=seen)

    def filters_on(self, rows: RowsNode, column: str) -> bool:
        return column in columns_of(base_rows(rows).where) or column in asked_labels(rows)

    def field_cites(self, node: FieldOf, refs: Sequence[Ref]) -> tuple[Citation, ...]:
        registry = self.evaluator.registries(node.of).get(node.column)
        if registry is not None:
            return self.label_cites(registry, refs)
        return unique([self.citation(ref, node.column) for ref in refs])

    def label_cites(self, registry: Registry, refs: Sequence[Ref]) -> tuple[Citation, ...]:
        found = []
        for number, place in refs:
            told = registry.cited(self.cache.by_number(number), place, self.knowing.k)
            found += [self.citation((registry.table.number, there), column) for there, column in told]
        return tuple(found)

    def citation(self, ref: Ref, column: str) -> Citation:
        found = self.cache.cites.get((ref, column))
        if found is None:
            table, place = self.cache.by_number(ref[0]), ref[1]
            spans = table.spans
            row, cell = spans.key[place], table.cell(column, place)
            text = row if column == "key" and cell is ABSENT else cell
            found = built(
                Citation,
                source=table.id, key=row, column=column, text=None if text is ABSENT else text,
                observation=spans.observation[place], snapshot=spans.snapshot[place],
                body=spans.body[place], seen_at=moment(spans.since[place]),
            )  # fmt: skip
            self.cache.cites[ref, column] = found
        return found

    # charts

    def series(self, node: Node) -> Series:
        """A numeric node over the window, as (instant, decimal text or None where it is open)."""
        if node.kind == "reduce":
            whole = self.evaluator.reduced(node, self.knowing)
            key: Hashable = ("series", id(whole))
            found = self.cache.steps.get(key)
            if found is None:
                drawn = tuple(points(whole))
                found = self.cache.steps[key] = (drawn, [t for t, _ in drawn], whole)
            return cut_points(found[0], found[1], self.low, self.high)
        steps = self.evaluator.amounts(node, self.knowing, self.low, max(self.high, self.low + 1))
        return tuple(points(steps))[-MOST_DRAWN:]


def beating(table: Table, node: Reduce | Pick, best: Sequence[int]) -> Callable[[int], bool]:
    """Whether a row would come before the worst of the best ones; without any, or where all count, always."""
    sign = BESTS.get(node.how, 0)
    if not sign or node.column is None or not best:
        return lambda place: True
    numbers = table.numbers(node.column)
    bar = min([number * sign for place in best if isinstance(number := numbers[place], Decimal)], default=None)
    return lambda place: bar is None or (isinstance(number := numbers[place], Decimal) and number * sign > bar)


def best_of(pick: Pick, unit: str) -> Reduce:
    """The figure that a picked row is picked by."""
    return Reduce(how="min" if pick.how == "argmin" else "max", column=pick.column, of=pick.of, unit=unit)


def points(steps: Steps[Amount]) -> list[tuple[datetime, str | None]]:
    """Steps as points; neighbours that show the same are one."""
    found: list[tuple[datetime, str | None]] = []
    for t, amount in zip(steps.at, steps.values, strict=True):
        text = units.plain(amount.low) if amount.point else None
        if not found or found[-1][1] != text:
            found.append((moment(max(t, 0)), text))
    return found


def cut_points(found: Series, times: Sequence[datetime], low: Instant, high: Instant) -> Series:
    """The points on [low, high), the first of them at low; `times` are theirs."""
    start, end = moment(low), moment(high)
    first = max(bisect_right(times, start) - 1, 0)
    last = bisect_left(times, end)
    piece = found[first:last][-MOST_DRAWN:]
    if piece and piece[0][0] < start:
        piece = ((start, piece[0][1]), *piece[1:])
    return piece


def capped(lines: Lines, there: tuple[int, list[int]]) -> list[Ref]:
    """The first rows, and after them those that bring a body that none before them was in.

    `there` are how many of the simple rows, which come first, and the spans of the others. Of the simple ones it is
    known which bring a body.
    """
    simple, others = there
    body, news = lines.table.spans.body, lines.news()
    found = [*lines.places[: min(simple, MOST_CITED)], *others[: max(MOST_CITED - simple, 0)]]
    bodies = {body[place] for place in found}
    later = [lines.places[row] for row in news[bisect_left(news, MOST_CITED) : bisect_left(news, simple)]]
    for place in [*later, *others[max(MOST_CITED - simple, 0) :]]:
        if body[place] not in bodies:
            bodies.add(body[place])
            found.append(place)
    return [(lines.table.number, place) for place in found]


def unique(cites: Sequence[Citation]) -> tuple[Citation, ...]:
    """Each citation once, in order."""
    return tuple(dict(zip(map(id, cites), cites, strict=True)).values())


def amount_text(amount: Amount, unit: str) -> str:
    """A value as people read it; an interval with both its ends."""
    if not amount.defined:
        return "unknown"
    if amount.low == amount.high:
        return units.show(amount.low, unit)
    return f"{units.show(amount.low, unit)} to {units.show(amount.high, unit)}"


def texts_text(found: Texts) -> str:
    """A picked row's text; several where rows tie or where it is open."""
    shown = list(dict.fromkeys(text if text is not None else "unknown" for text, _ in found.options))
    if not shown:
        return "unknown"
    return (" and " if found.certain else " or ").join(shown)
