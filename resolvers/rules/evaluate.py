"""Nodes to step functions of time, for one way of knowing."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from resolvers import units
from resolvers.evidence import Instant, instant
from resolvers.rules import exact
from resolvers.rules.cache import Cache
from resolvers.rules.columns import Table
from resolvers.rules.coverage import Answering, answering, next_good
from resolvers.rules.defaults import Clock, HouseDefaults
from resolvers.rules.exact import Amount, Ref, Texts, Truth, undefined
from resolvers.rules.gather import Gather, Registry, Wanted, registries_of
from resolvers.rules.knowing import Distinguish, Knowing, exists, sources_key, stitch, top_entry
from resolvers.rules.lines import BESTS, UNLABELLED, UNREADABLE, Entry, Lines, value_of
from resolvers.rules.looks import SEEN, Looks, at_one_instant, looks_of, read_rows
from resolvers.rules.nodes import (
    Calc,
    Compare,
    FieldOf,
    Hold,
    Literal_,
    Logic,
    Node,
    Pick,
    Reduce,
    Rows,
    RowsNode,
    State,
    Window,
    base_rows,
    date_words,
    is_condition,
    walk,
)
from resolvers.rules.picks import Winners, picked, top_steps
from resolvers.rules.reducers import EMPTY, Distinct, Reducer, number, reducer
from resolvers.rules.states import Bounds, Known, States, as_truth
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps, merged
from resolvers.rules.sweep import Events, sweep

NOT_CLOSELY = "not looked at closely"
"""Why an envelope gives no bound; never shown, because every k is then looked at by itself."""


class Evaluator:
    """Evaluates the nodes of one rule on one pass's evidence."""

    def __init__(self, cache: Cache, defaults: HouseDefaults, settle: int, as_of: Instant) -> None:
        self.cache, self.defaults, self.as_of = cache, defaults, as_of
        self.early = max(defaults.label_settle.us - settle, 0)
        self.house = (defaults.bridge.us, defaults.max_age.us)

    # row sets

    def tables(self, rows: RowsNode) -> list[Table]:
        return [self.cache.table(use.source) for use in base_rows(rows).sources]

    def column_unit(self, pick: Pick) -> str:
        """The unit, as the engine keeps it, of the column that a pick goes by."""
        columns = (table.spec.read.columns.get(pick.column) for table in self.tables(pick.of))
        return next((units.inside(column.unit) for column in columns if column is not None), "")

    def registries(self, rows: RowsNode) -> dict[str, Registry]:
        labels = base_rows(rows).labels
        return registries_of(labels, {label.registry: self.cache.table(label.registry) for label in labels}, self.early)

    def coverage(self, rows: RowsNode) -> Steps[Answering]:
        base = base_rows(rows)
        key: Hashable = ("coverage", tuple(use.source for use in base.sources), self.house)
        found = self.cache.made.get(key)
        if found is None:
            found = self.cache.made[key] = answering(self.tables(base), self.defaults)
        result: Steps[Answering] = found
        return result

    def late_readings(self, nodes: Sequence[Node], at: Instant) -> tuple[tuple[tuple[str, int, Instant], ...], bool]:
        """For row sets without an answer at T: the first good sighting after it, and whether one may still come."""
        found: list[tuple[str, int, Instant]] = []
        waiting = False
        for rows in dict.fromkeys(inner for node in nodes for inner in walk(node) if isinstance(inner, Rows)):
            if self.coverage(rows).value_at(at).place is not None:
                continue
            until = at + self.defaults.lost_after.us
            later = next_good(self.tables(rows), at, until)
            if later is not None:
                found.append((sources_key(rows), *later))
            elif self.as_of < until:
                waiting = True
        return tuple(found), waiting

    def looks(self, node: Node, settle: int) -> Looks:
        """For each instant at which a reading of the node ends: the look it has to wait for before it is settled."""
        if not settle:
            return SEEN
        key: Hashable = ("looks", node.digest, settle, self.house)
        found = self.cache.made.get(key)
        if found is None:
            parts = [self.looks_under(rows, at, settle) for rows, at in read_rows(node)]
            found = self.cache.made[key] = merged(parts, max) if parts else SEEN
        looks: Looks = found
        return looks

    def looks_under(self, rows: Rows, at: Instant | None, settle: int) -> Looks:
        key: Hashable = ("looks at", sources_key(rows), settle, self.house)
        found = self.cache.made.get(key)
        if found is None:
            found = self.cache.made[key] = looks_of(self.coverage(rows), self.tables(rows), settle)
        looks: Looks = found
        return looks if at is None else at_one_instant(looks, at, settle)

    def unseen(self, node: Node, end: Instant, settle: int) -> str:
        """The sources that nobody has looked at since a reading of the node ended, by name."""
        sets = [rows for rows, at in read_rows(node) if self.looks_under(rows, at, settle).value_at(end) == FAR_AHEAD]
        return ", ".join(dict.fromkeys(" or ".join(table.id for table in self.tables(rows)) for rows in sets))

    def lines(self, node: Reduce | Pick, first: bool, every: bool = False) -> tuple[Lines, ...]:
        """The rows that a reduce or pick rests on, in each source of its list.

        A source that answers at no instant gives none, unless `every` one is asked for (a late reading may be of any).
        """
        key: Hashable = ("lines of", node.digest, first, every, self.early, self.house)
        found = self.cache.made.get(key)
        if found is None:
            uses = base_rows(node.of).sources
            heard = {answer.place for answer in self.coverage(node.of).values}
            found = self.cache.made[key] = tuple(
                self.lines_in(node, place, first)
                if every or len(uses) == 1 or place in heard
                else Lines(self.cache.table(use.source))
                for place, use in enumerate(uses)
            )
        lines: tuple[Lines, ...] = found
        return lines

    def lines_in(self, node: Reduce | Pick, place: int, first: bool) -> Lines:
        """The same in one source; nodes that want the same rows and column share them."""
        of, column = node.of, self.measured(node)
        clock: Clock = "seen"
        best: tuple[int, int] | None = None
        if isinstance(of, Pick):
            return self.lines_in(of, place, first)
        if isinstance(node, Pick):
            best = (BESTS[node.how], node.n)
        else:
            clock = node.clock
            best = (BESTS[node.how], 1) if node.how in BESTS else None
        early = self.early if base_rows(of).labels else 0
        key: Hashable = ("lines", of.digest, column, place, first, clock, best, early)
        found = self.cache.made.get(key)
        if found is None:
            use = base_rows(of).sources[place]
            wanted = Wanted(of, use, column, first, clock, best)
            found = Gather(wanted, self.cache.table(use.source), self.registries(of)).lines()
            self.cache.made[key] = found
        lines: Lines = found
        return lines

    def events(self, node: Reduce | Pick, place: int, knowing: Knowing) -> Events:
        """What happens to the rows under a node; for a best only to those that can be it."""
        lines = self.lines(node, knowing.first_release, bool(knowing.read_at))[place]
        below = node.of if isinstance(node.of, Pick) else node
        n = below.n if isinstance(below, Pick) else 1
        return Events(lines, knowing.how, knowing.k, below.how, n)

    def times(self, node: Node, first: bool) -> list[Instant]:
        """The instants at which what is known about a node's rows changes, beyond new rows."""
        found: set[Instant] = set()
        for inner in walk(node):
            if isinstance(inner, Reduce | Pick):
                for lines in self.lines(inner, first):
                    found.update(lines.times)
            if isinstance(inner, FieldOf) or (isinstance(inner, Reduce) and self.labelled(inner)):
                registry = self.registries(inner.of).get(inner.column or "")
                if registry is not None:
                    found.update(known for key in registry.table.by_key for known, _ in registry.history(key))
        return sorted(found)

    # numbers

    def amounts(self, node: Node, knowing: Knowing, low: Instant, high: Instant) -> Steps[Amount]:
        """A numeric node on [low, high)."""
        # By kind rather than isinstance, which is slow on pydantic models and asked here more than anywhere.
        if node.kind == "reduce":
            return self.reduced(node, knowing).cut(low, high)
        if node.kind == "literal":
            return self.literal(node)
        if node.kind == "calc":
            return self.calculated(node, knowing, low, high)
        if node.kind == "field":
            return self.field_amounts(node, knowing).cut(low, high)
        assert node.kind == "window" and node.at is not None
        at = instant(node.at)
        before = undefined(f"not to be read before {date_words(node.at)}")
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

    def calculated(self, node: Calc, knowing: Knowing, low: Instant, high: Instant) -> Steps[Amount]:
        parts = [self.amounts(part, knowing, low, high) for part in node.parts]
        self.cache.evaluations += 1
        if node.op == "abs":
            return parts[0].map(exact.absolute)
        op = node.op
        return merged(parts, lambda values: exact.arithmetic(op, values[0], values[1]), join=False)

    def reduced(self, node: Reduce, knowing: Knowing) -> Steps[Amount]:
        """A reduce over all time: source by source, put together by which of them answers."""
        parts = self.parts(node, knowing)
        key: Hashable = ("reduce", node.digest, knowing.how, knowing.read_at, parts, self.house, self.early)
        found = self.cache.made.get(key)
        if found is None:
            places = range(len(base_rows(node.of).sources))
            steps = [self.reduced_in(node, place, knowing) for place in places]
            found = self.cache.made[key] = stitch(self.answers(node.of, knowing), steps, undefined)
        result: Steps[Amount] = found
        return result

    def parts(self, node: Reduce | Pick, knowing: Knowing) -> tuple[int, ...]:
        """What decides a result besides the node: for each source, how much is known of its rows at k."""
        if knowing.how not in ("fixed", "first"):
            return ()
        if self.labelled(node):
            return (knowing.k,)
        every = self.lines(node, knowing.first_release, bool(knowing.read_at))
        return tuple(lines.epoch(knowing.k) for lines in every)

    def reduced_in(self, node: Reduce, place: int, knowing: Knowing) -> Steps[Amount]:
        """A reduce over one source's rows."""
        self.cache.evaluations += 1
        table = self.cache.table(base_rows(node.of).sources[place].source)
        if isinstance(node.of, Pick):
            return self.reduced_top(node, node.of, place, table, knowing)
        events = self.events(node, place, knowing)
        if knowing.how == "envelope" and node.how == "distinct" and (events.others or self.labelled(node)):
            return Steps.constant(undefined(NOT_CLOSELY))
        return sweep(events, self.fresh(node, table, knowing), node.how)

    def measured(self, node: Reduce | Pick) -> str | None:
        """The column whose cells the rows need; a label is no cell of theirs."""
        return None if self.labelled(node) else node.column

    def labelled(self, node: Reduce | Pick) -> bool:
        return any(label.column == node.column for label in base_rows(node.of).labels)

    def fresh(self, node: Reduce, table: Table, knowing: Knowing) -> Reducer:
        """A reducer of the node's kind with nothing in it yet."""
        if node.how != "distinct":
            return reducer(node.how, table.number)
        registry = self.registries(node.of).get(node.column or "")
        return Distinct(table.number, Distinguish(registry, table, node.column or "", knowing.k))

    def reduced_top(self, node: Reduce, pick: Pick, place: int, table: Table, knowing: Knowing) -> Steps[Amount]:
        """A reduce over the top rows: asked anew at each instant at which a row comes, changes or goes."""
        events = self.events(node, place, knowing)
        column, same = self.measured(node), node.column == pick.column and not self.labelled(node)
        if knowing.how == "envelope" and events.others and not same:
            return Steps.constant(undefined(NOT_CLOSELY))

        def value(top: list[tuple[int, Entry]]) -> Amount:
            made = self.fresh(node, table, knowing)
            for row, entry in top:
                found = entry if same else top_entry(column, table, entry)
                if found is not None:
                    made.put(row, found)
            return made.value()

        return top_steps(events, pick, value, self.fresh(node, table, knowing).value())

    def answers(self, rows: RowsNode, knowing: Knowing) -> Steps[tuple[Answering, Instant | None]]:
        """Which source answers, and the instant at which a late one is read for T."""
        base = base_rows(rows)
        late = {key: (place, t) for key, place, t in knowing.read_at}.get(sources_key(base))
        if late is not None:
            return Steps.constant((Answering(late[0]), late[1]))
        covered = self.coverage(base)
        return Steps(covered.at, [(found, None) for found in covered.values])

    # picked rows

    def winners(self, pick: Pick, knowing: Knowing) -> Steps[Winners]:
        key: Hashable = (
            "pick",
            pick.digest,
            knowing.how,
            knowing.read_at,
            self.parts(pick, knowing),
            self.house,
            self.early,
        )
        found = self.cache.made.get(key)
        if found is None:
            steps = []
            for place in range(len(base_rows(pick.of).sources)):
                self.cache.evaluations += 1
                table = self.cache.table(base_rows(pick.of).sources[place].source)
                events = self.events(pick, place, knowing)
                steps.append(picked(events, pick, table.number))
            found = stitch(self.answers(pick.of, knowing), steps, lambda because: Winners((), False, because))
            self.cache.made[key] = found
        result: Steps[Winners] = found
        return result

    def texts(self, node: FieldOf, knowing: Knowing) -> Steps[Texts]:
        """A text of the picked row."""
        self.cache.evaluations += 1
        winners = self.winners(node.of, knowing)
        registry = self.registries(node.of).get(node.column)
        if registry is None or knowing.how != "vintage":
            return winners.map(lambda found: self.text_of(node, found, knowing))
        instants = sorted({*winners.at, *(t for key in registry.table.by_key for t, _ in registry.history(key))})
        texts = [self.text_of(node, winners.value_at(t), replace(knowing, k=t)) for t in instants]
        return Steps(instants, texts)

    def text_of(self, node: FieldOf, found: Winners, knowing: Knowing) -> Texts:
        if knowing.how == "envelope" and (not found.certain or self.registries(node.of).get(node.column) is not None):
            return Texts((), False, NOT_CLOSELY)
        options = tuple((self.text_at(node, ref, knowing), ref) for ref in found.rows)
        because = found.because
        if any(text is None for text, _ in options) and not because:
            because = self.why_no_text(node, options)
        return Texts(options, found.certain, because, found.certain and len(options) > 1)

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
        self.cache.evaluations += 1
        return self.winners(node.of, knowing).map(lambda found: self.amount_of(node, found, knowing))

    def amount_of(self, node: FieldOf, found: Winners, knowing: Knowing) -> Amount:
        if not found.rows or (knowing.how == "envelope" and not found.certain):
            return undefined(found.because or EMPTY)
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

    # conditions

    def truths(self, node: Node, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """A condition on [low, high)."""
        if isinstance(node, Hold):
            return self.truths(node.of, knowing, low, high)
        if isinstance(node, Compare):
            return self.compared(node, knowing, low, high)
        if isinstance(node, Logic):
            return self.joined(node, knowing, low, high)
        if isinstance(node, State):
            return self.state(node, low, high)
        if isinstance(node, Reduce):
            return self.amounts(node, knowing, low, high).map(exists)
        assert isinstance(node, Window) and node.at is not None and is_condition(node.of)
        at = instant(node.at)
        before = Truth(None, f"not to be read before {date_words(node.at)}")
        then = self.truths(node.of, knowing, at, at + 1).values[0] if high > at else before
        return Steps((LONG_AGO, at), (before, then)).cut(low, high)

    def compared(self, node: Compare, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        self.cache.evaluations += 1
        if isinstance(node.right, Literal_) and node.right.value is None:
            assert isinstance(node.left, FieldOf)
            wanted = node.right.texts
            same = self.texts(node.left, knowing).cut(low, high).map(lambda found: exact.same_text(found, wanted))
            return same if node.op == "==" else same.map(exact.negate)
        op = node.op
        if isinstance(node.right, Literal_):
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

    def state(self, node: State, low: Instant, high: Instant) -> Steps[Truth]:
        """What a source is doing, by the bounds that the rule carries."""
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
