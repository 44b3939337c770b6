"""Conditions to step functions of time, for one way of knowing, on top of what values.py makes of numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from resolvers.evidence import Instant, instant
from resolvers.rules import exact
from resolvers.rules.answered import PanelAnswers
from resolvers.rules.exact import Early, Truth
from resolvers.rules.joint import agreed_truth, at_least
from resolvers.rules.knowing import Knowing, exists
from resolvers.rules.node_panel import PanelFact
from resolvers.rules.nodes import Compare, Hold, Logic, Node, Reduce, State, Window, date_words
from resolvers.rules.nodes_many import Agree, Along, AtLeast
from resolvers.rules.panels import Panel
from resolvers.rules.states import Bounds, Known, States, as_truth
from resolvers.rules.steps import LONG_AGO, Steps, merged
from resolvers.rules.values import Values, sources_of


class Evaluator(Values):
    """Evaluates the nodes of one rule on one pass's evidence."""

    # conditions

    def truths(self, node: Node, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """A condition on [low, high); at one instant it is asked for again and again, for each step of a trace."""
        if high != low + 1:
            return TRUTHS[node.kind](self, node, knowing, low, high)
        key = (id(node), id(knowing), low)
        found = self.truths_once.get(key)
        if found is None:
            found = self.truths_once[key] = (TRUTHS[node.kind](self, node, knowing, low, high), node, knowing)
        return found[0]

    def held(self, node: Hold, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """The condition itself: how long it has to last is for whoever looks for runs of it."""
        return self.truths(node.of, knowing, low, high)

    def there_is(self, node: Reduce, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        return self.amounts(node, knowing, low, high).map(exists)

    def truths_then(self, node: Window, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """A condition as it stood at a stated instant, from that instant on."""
        assert node.at is not None
        at = instant(node.at)
        before = Early(None, f"not to be read before {date_words(node.at)}")
        then = self.truths(node.of, knowing, at, at + 1).values[0] if high > at else before
        return Steps((LONG_AGO, at), (before, then)).cut(low, high)

    def compared(self, node: Compare, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        self.cache.evaluations += 1
        if node.right.kind == "literal" and node.right.value is None:
            wanted = node.right.texts
            same = self.texts(node.left, knowing).cut(low, high).map(lambda found: exact.same_text(found, wanted))
            return same if node.op == "==" else same.map(exact.negate)
        op = node.op
        if node.right.kind == "literal":
            right = self.amounts(node.right, knowing, low, high).values[0]
            return self.amounts(node.left, knowing, low, high).map(lambda left: exact.compare(op, left, right))
        parts = [self.amounts(part, knowing, low, high) for part in (node.left, node.right)]
        return merged(parts, lambda values: exact.compare(op, values[0], values[1]))

    def joined(self, node: Logic, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        self.cache.evaluations += 1
        parts = [self.truths(part, knowing, low, high) for part in node.parts]
        if node.op == "not":
            return parts[0].map(exact.negate)
        return merged(parts, exact.conjunction if node.op == "all" else exact.disjunction)

    def fact(self, node: PanelFact, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """What a panel says of the world; it is about the fact, so it holds whenever it became known."""
        key: Hashable = ("fact", node.panel.digest)
        found = self.cache.made.get(key)
        if found is None:
            found = self.cache.made[key] = self.said_of(node.panel).fact()
        told: Steps[Truth] = found
        return told.cut(low, high)

    def said_of(self, panel: Panel) -> PanelAnswers:
        """What a panel has answered by now."""
        return PanelAnswers(self.cache.table(panel.source), "", 0, panel, self.as_of)

    def counted(self, node: AtLeast | Along, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """At least n of several conditions."""
        self.cache.evaluations += 1
        n, parts = node.n, [self.truths(part, knowing, low, high) for part in node.parts]
        return merged(parts, lambda found: at_least(n, found))

    def agree_on(self, node: Agree, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """The truth that several sources must each show."""
        parts, names = [self.truths(part, knowing, low, high) for part in node.parts], sources_of(node)
        return merged(parts, lambda found: agreed_truth(found, names))

    def state(self, node: State, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """What a source is doing, by the bounds that the rule carries."""
        if node.after is not None:
            frozen = self.frozen(node.source, node.after.us).cut(low, high)
            return frozen.map(lambda known: as_truth(known, "frozen", node.source))
        table, wanted = self.cache.table(node.source), node.state
        late, stale = node.late or table.spec.fetch.late, node.stale or table.spec.fetch.stale
        bounds = Bounds(late.us, stale.us, self.defaults.lost_after.us, self.defaults.bridge.us)
        key: Hashable = ("state", node.source, wanted, bounds)
        found = self.cache.made.get(key)
        if found is None:
            self.cache.evaluations += 1
            found = self.cache.made[key] = States(table.sightings, bounds).steps(wanted)
        states: Steps[Known] = found
        return states.cut(low, high).map(lambda known: as_truth(known, wanted, node.source))


TRUTHS: Mapping[str, Callable[[Evaluator, Any, Knowing, Instant, Instant], Steps[Truth]]] = {
    "hold": Evaluator.held,
    "compare": Evaluator.compared,
    "logic": Evaluator.joined,
    "state": Evaluator.state,
    "panel": Evaluator.fact,
    "reduce": Evaluator.there_is,
    "window": Evaluator.truths_then,
    "at_least": Evaluator.counted,
    "along": Evaluator.counted,
    "agree": Evaluator.agree_on,
}
"""How each kind of condition is evaluated: a kind that is added is added here."""
