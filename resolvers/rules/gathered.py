"""The rows under a reduce or a pick, gathered once for all nodes that want the same of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from resolvers.evidence import Instant
from resolvers.rules.cache import Cache
from resolvers.rules.defaults import Clock, HouseDefaults
from resolvers.rules.gather import Gather, Wanted
from resolvers.rules.ground import Ground
from resolvers.rules.knowing import Knowing
from resolvers.rules.lines import BESTS, Lines
from resolvers.rules.nodes import Node, Pick, Reduce, RowsNode, base_rows, walk
from resolvers.rules.sweep import Events
from resolvers.rules.topped import asked_labels, topped


class Gathered(Ground):
    """The rows of one rule, as lines through time."""

    def __init__(self, cache: Cache, defaults: HouseDefaults, settle: int, as_of: Instant) -> None:
        super().__init__(cache, defaults, settle, as_of)
        self.lines_once: dict[tuple[str, bool, bool], tuple[Lines, ...]] = {}

    def lines(self, node: Reduce | Pick, first: bool, every: bool = False) -> tuple[Lines, ...]:
        """The rows that a reduce or pick rests on, in each source of its list.

        A source that answers at no instant gives none, unless `every` one is asked for (a late reading may be of any).
        """
        asked = (node.digest, first, every)
        own = self.lines_once.get(asked)
        if own is not None:
            return own
        key: Hashable = ("lines of", *asked, self.early_for(node), self.house)
        found = self.cache.made.get(key)
        if found is None:
            uses = base_rows(node.of).sources
            heard = {answer.place for answer in self.coverage(node.of).values} if len(uses) > 1 else ()
            found = self.cache.made[key] = tuple(
                self.lines_in(node, place, first)
                if every or len(uses) == 1 or place in heard
                else Lines(self.cache.table(use.source))
                for place, use in enumerate(uses)
            )
        lines: tuple[Lines, ...] = found
        self.lines_once[asked] = lines
        return lines

    def lines_in(self, node: Reduce | Pick, place: int, first: bool) -> Lines:
        """The same in one source; nodes that want the same rows and column share them."""
        of, column = node.of, self.measured(node)
        clock: Clock = "seen"
        best: tuple[int, int] | None = None
        if of.kind != "rows" and (top := topped(of)) is not None:
            return self.lines_in(top.pick, place, first)
        carry = False
        if node.kind == "pick":
            best = (BESTS[node.how], node.n)
        else:
            clock, carry = node.clock, node.carry
            best = (BESTS[node.how], 1) if node.how in BESTS else None
        bridge = 0 if of.kind == "rows" else self.defaults.bridge.us
        key: Hashable = ("lines", of.digest, column, place, first, clock, best, carry, bridge, self.early_for(node))
        found = self.cache.made.get(key)
        if found is None:
            use = base_rows(of).sources[place]
            wanted = Wanted(of, use, column, first, clock, best, carry, bridge)
            found = Gather(wanted, self.cache.table(use.source), self.registries(of)).lines()
            self.cache.made[key] = found
        lines: Lines = found
        return lines

    def events(self, node: Reduce | Pick, place: int, knowing: Knowing) -> Events:
        """What happens to the rows under a node; for a best only to those that can be it."""
        lines = self.lines(node, knowing.first_release, bool(knowing.read_at))[place]
        top = topped(node.of) if node.of.kind != "rows" else None
        below = node if top is None else top.pick
        n = below.n if below.kind == "pick" else 1
        return Events(lines, knowing.how, knowing.k, below.how, n)

    def times(self, node: Node, first: bool) -> list[Instant]:
        """The instants at which what is known about a node's rows changes, beyond new rows."""
        found: set[Instant] = set()
        for inner in walk(node):
            if inner.kind == "reduce" or inner.kind == "pick":
                for lines in self.lines(inner, first):
                    found.update(lines.times)
            if inner.kind == "field" or (inner.kind == "reduce" and self.labelled(inner)):
                found.update(self.labelled_at(inner.of, (inner.column or "",)))
            if (inner.kind == "reduce" or inner.kind == "pick") and inner.of.kind != "rows":
                found.update(self.labelled_at(inner.of, asked_labels(inner.of)))
        return sorted(found)

    def labelled_at(self, rows: RowsNode, columns: Sequence[str]) -> set[Instant]:
        """When anything became known of labels in these columns."""
        registries = self.registries(rows) if columns else {}
        asked = [registries[name] for name in columns if name in registries]
        return {known for each in asked for key in each.table.by_key for known, _ in each.history(key)}

    def parts(self, node: Reduce | Pick, knowing: Knowing) -> tuple[int, ...]:
        """What decides a result besides the node: for each source, how much is known of its rows at k."""
        if knowing.how not in ("fixed", "first"):
            return ()
        if self.labelled(node) or (node.of.kind != "rows" and asked_labels(node.of)):
            return (knowing.k,)
        every = self.lines(node, knowing.first_release, bool(knowing.read_at))
        return tuple(lines.epoch(knowing.k) for lines in every)

    def early_for(self, node: Reduce | Pick) -> int:
        """How much earlier a first label counts; nothing, and so the same for all rules, where there are no labels."""
        return self.early if base_rows(node.of).labels else 0

    def measured(self, node: Reduce | Pick) -> str | None:
        """The column whose cells the rows need; a label is no cell of theirs."""
        return None if self.labelled(node) else node.column

    def labelled(self, node: Reduce | Pick) -> bool:
        """Whether the node's column is a label."""
        labels = base_rows(node.of).labels
        return bool(labels) and any(label.column == node.column for label in labels)
