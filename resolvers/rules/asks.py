"""Which panels a verdict asks, and of which rows: only where an answer could turn what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from resolvers.evidence import Instant, instant, moment
from resolvers.rules.answered import PanelAnswers
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.filters import Met, asking_of
from resolvers.rules.knowing import Knowing
from resolvers.rules.lines import BESTS, Entry
from resolvers.rules.nodes import (
    Node,
    PanelFact,
    Pick,
    Reduce,
    Window,
    base_rows,
    children,
    is_condition,
)
from resolvers.rules.panels import FACT, Panel
from resolvers.rules.sweep import active
from resolvers.verdict import Ask

MOST_PLACES = 300
"""Instants of one condition that are looked at."""
MOST_KEYS = 200
"""Rows named one by one in one ask."""

Open = Iterator[tuple[Panel, str]]
Place = tuple[Node, Instant, Knowing]
"""A node, an instant at which it is open, and what counts as known there."""


class Asks:
    """The rows that panels should answer, for one way of knowing."""

    def __init__(self, evaluator: Evaluator, knowing: Knowing) -> None:
        self.evaluator, self.knowing = evaluator, knowing
        self.as_of = evaluator.as_of

    def under(self, node: Node, t: Instant, stated: bool = False) -> Open:
        """What is open under a node that is itself open; what is settled asks nobody.

        A fact is asked about when its time has come (`stated`, or T) and until people's time is over, since before it
        may still come true.
        """
        if isinstance(node, PanelFact):
            due = stated or max(t + 1, self.as_of) >= node.panel.decides
            if due and self.as_of < node.panel.last and self.truth(node, t) is None:
                yield node.panel, FACT
            return
        if isinstance(node, Window) and node.at is not None:
            at = instant(node.at)
            if at > self.as_of:
                return
            t, stated = at, True
        if is_condition(node) and self.truth(node, t) is not None:
            return
        if isinstance(node, Reduce | Pick):
            yield from self.rows(node, t)
        for child in children(node):
            yield from self.under(child, t, stated)

    def truth(self, node: Node, t: Instant) -> bool | None:
        return self.evaluator.truths(node, self.knowing, t, t + 1).values[0].value

    def rows(self, node: Reduce | Pick, t: Instant) -> Open:
        """The rows under a reduce or pick that a panel has not answered, and that would matter to it."""
        panels = [part for part in asking_of(base_rows(node.of).where) if isinstance(part, Met)]
        panels = [part for part in panels if self.as_of < part.panel.last]
        answer, read_at = self.evaluator.answers(node.of, self.knowing).value_at(t)
        if not panels or answer.place is None:
            return
        events = self.evaluator.events(node, answer.place, self.knowing)
        there = [entry for _, entry in active(events, t if read_at is None else read_at)]
        table = events.lines.table
        for entry in relevant(there, node):
            for part in panels:
                answers = self.evaluator.asked(part)
                assert isinstance(answers, PanelAnswers)
                if not answers.told(table, entry.place, entry.start):
                    yield part.panel, table.spans.key[entry.place]


def asks_at(evaluator: Evaluator, places: Iterable[Place]) -> tuple[Ask, ...]:
    """Every panel that could turn one of these nodes at its instant, each once."""
    found: dict[tuple[str, Instant], tuple[Panel, dict[str, None]]] = {}
    for node, t, knowing in places:
        for panel, key in Asks(evaluator, knowing).under(node, t):
            found.setdefault((panel.source, panel.last), (panel, {}))[1][key] = None
    return tuple(ask_of(panel, list(keys)) for panel, keys in found.values())


def open_places(evaluator: Evaluator, node: Node, knowing: Knowing, low: Instant, high: Instant) -> list[Place]:
    """Where a condition is open on [low, high), at most the first few hundred changes of it."""
    steps = evaluator.truths(node, knowing, low, high)
    found = [t for t, truth in zip(steps.at, steps.values, strict=True) if truth.value is None]
    return [(node, max(t, low), knowing) for t in found[:MOST_PLACES]]


def relevant(entries: list[Entry], node: Reduce | Pick) -> Iterator[Entry]:
    """The rows that may or may not count; of a best only those that could be it."""
    sign = BESTS.get(node.how, 0)
    n = node.n if isinstance(node, Pick) else 1
    sure = sorted((entry.low * sign if sign > 0 else -entry.high for entry in entries if entry.sure), reverse=True)
    for entry in entries:
        if entry.sure:
            continue
        best = entry.high if sign > 0 else -entry.low
        if not sign or len(sure) < n or best >= sure[n - 1]:
            yield entry


def ask_of(panel: Panel, keys: list[str]) -> Ask:
    """One panel's ask as a verdict tells it."""
    return Ask(
        source=panel.source,
        question=panel.question,
        limbs={limb.name: limb.text for limb in panel.limbs},
        keys=tuple(keys[:MOST_KEYS]),
        more=max(len(keys) - MOST_KEYS, 0),
        seats=panel.seats,
        agree=panel.agree,
        until=moment(panel.last),
    )
