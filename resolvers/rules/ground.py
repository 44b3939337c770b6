"""What the rows of a rule stand on: the sources behind them, which of these answers when, and which looks are due."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from resolvers import units
from resolvers.evidence import Instant
from resolvers.rules.answered import PanelAnswers
from resolvers.rules.cache import Cache
from resolvers.rules.columns import Table
from resolvers.rules.coverage import FROZEN_OR_NOT, Answering, Sight, answering, next_good, sights
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.exact import Amount, Truth
from resolvers.rules.filters import ListedIn, Met, asking_of
from resolvers.rules.frozen import first_seen, frozen_steps
from resolvers.rules.gather import Registry, registries_of
from resolvers.rules.knowing import Knowing, Late, sources_key
from resolvers.rules.listing import Listing
from resolvers.rules.looks import SEEN, Looks, at_one_instant, looks_at, looks_of, read_rows
from resolvers.rules.nodes import Node, Pick, Rows, RowsNode, SourceUse, base_rows, walk
from resolvers.rules.states import Known
from resolvers.rules.steps import FAR_AHEAD, Steps, merged

V = TypeVar("V")
Once = dict[tuple[int, int, Instant], tuple[Steps[V], Node, Knowing]]
"""What a node is at one instant; the node and what counts as known stand beside, so that their ids stay their own."""


class Ground:
    """The sources of one rule on one pass's evidence."""

    def __init__(self, cache: Cache, defaults: HouseDefaults, settle: int, as_of: Instant) -> None:
        self.cache, self.defaults, self.as_of = cache, defaults, as_of
        self.early = max(defaults.label_settle.us - settle, 0)
        self.house = (defaults.bridge.us, defaults.max_age.us)
        self.truths_once: Once[Truth] = {}
        self.amounts_once: Once[Amount] = {}
        self.reduced_once: dict[tuple[str, str, Instant, Late], Steps[Amount]] = {}
        self.looks_once: dict[tuple[int, int, Late], tuple[Looks, Node]] = {}

    def tables(self, rows: RowsNode) -> list[Table]:
        return [self.cache.table(use.source) for use in base_rows(rows).sources]

    def column_unit(self, pick: Pick) -> str:
        """The unit, as the engine keeps it, of the column that a pick goes by."""
        columns = (table.spec.read.columns.get(pick.column) for table in self.tables(pick.of))
        return next((units.inside(column.unit) for column in columns if column is not None), "")

    def registries(self, rows: RowsNode) -> dict[str, Registry]:
        base = base_rows(rows)
        asking = asking_of(base.where)
        if not base.labels and not asking:
            return {}
        tables = {label.registry: self.cache.table(label.registry) for label in base.labels}
        found = registries_of(base.labels, tables, self.early)
        return {**found, **{part.column: self.asked(part) for part in asking}}

    def asked(self, part: Met | ListedIn) -> Registry:
        """What a panel, or another source, tells of rows."""
        key: Hashable = ("asked", part.digest, self.house)
        found = self.cache.made.get(key)
        if found is None:
            if isinstance(part, Met):
                table = self.cache.table(part.panel.source)
                found = PanelAnswers(table, part.column, 0, part.panel, self.as_of)
            else:
                table = self.cache.table(part.source)
                found = Listing(table, part.column, 0, part, self.sights(table), self.as_of)
            self.cache.made[key] = found
        registry: Registry = found
        return registry

    def coverage(self, rows: RowsNode) -> Steps[Answering]:
        base = base_rows(rows)
        key: Hashable = ("coverage", sources_key(base), self.house)
        found = self.cache.made.get(key)
        if found is None:
            parts = [self.sights(table) for table in self.tables(base)]
            passed = [self.passed_over(use) for use in base.sources]
            found = self.cache.made[key] = answering(parts, self.defaults, passed)
        result: Steps[Answering] = found
        return result

    def passed_over(self, use: SourceUse) -> Steps[Known] | None:
        """When a source of a list is frozen, where that counts."""
        return None if use.unless_frozen is None else self.frozen(use.source, use.unless_frozen.us)

    def frozen(self, source: str, after: int) -> Steps[Known]:
        """Whether a source has shown no new row for `after` microseconds."""
        key: Hashable = ("frozen", source, after, self.house)
        found = self.cache.made.get(key)
        if found is None:
            table = self.cache.table(source)
            found = self.cache.made[key] = frozen_steps(
                first_seen(table), table.good, self.sights(table), after, self.defaults.bridge.us
            )
        result: Steps[Known] = found
        return result

    def sights(self, table: Table) -> Steps[Sight]:
        """How one source stands through time, whichever lists it is in."""
        key: Hashable = ("sights", table.id, self.house)
        found = self.cache.made.get(key)
        if found is None:
            found = self.cache.made[key] = sights(table, self.defaults.bridge.us)
        result: Steps[Sight] = found
        return result

    def answers(self, rows: RowsNode, knowing: Knowing) -> Steps[tuple[Answering, Instant | None]]:
        """Which source answers, and the instant at which a late one is read for T."""
        base = base_rows(rows)
        late = {key: (place, t) for key, place, t in knowing.read_at}.get(sources_key(base))
        if late is not None:
            return Steps.constant((Answering(late[0]), late[1]))
        covered = self.coverage(base)
        return Steps(covered.at, [(found, None) for found in covered.values])

    def late_readings(self, nodes: Sequence[Node], at: Instant) -> tuple[Late, bool]:
        """For row sets without an answer at T: the first good sighting after it, and whether one may still come."""
        found: list[tuple[str, int, Instant]] = []
        waiting = False
        for rows in dict.fromkeys(inner for node in nodes for inner in walk(node) if inner.kind == "rows"):
            answer = self.coverage(rows).value_at(at)
            if answer.place is not None or answer.because == FROZEN_OR_NOT:
                continue
            until = at + self.defaults.lost_after.us
            later = next_good(self.tables(rows), at, until, [self.passed_over(use) for use in rows.sources])
            if later is not None:
                found.append((sources_key(rows), *later))
            elif self.as_of < until:
                waiting = True
        return tuple(found), waiting

    # looks that are due

    def looks(self, node: Node, settle: int, late: Late = ()) -> Looks:
        """For each instant at which a reading of the node ends: the look it has to wait for before it is settled.

        What a `late` sighting serves waits for a look at the source that served it, not at the one that was silent.
        """
        if not settle:
            return SEEN
        asked = (id(node), settle, late)
        own = self.looks_once.get(asked)
        if own is None:
            own = self.looks_once[asked] = (self._looks(node, settle, late), node)
        return own[0]

    def _looks(self, node: Node, settle: int, late: Late) -> Looks:
        # By what is read and when, not by the node: nearly all questions on one source wait for the same looks.
        read = {(sources_key(rows), at): rows for rows, at in read_rows(node)}
        key: Hashable = ("looks", tuple(read), late, settle, self.house)
        found = self.cache.made.get(key)
        if found is None:
            parts = [self.looks_under(rows, at, settle, late) for (_, at), rows in read.items()]
            found = self.cache.made[key] = merged(parts, max) if parts else SEEN
        looks: Looks = found
        return looks

    def looks_under(self, rows: Rows, at: Instant | None, settle: int, late: Late) -> Looks:
        serving = _serving(rows, late)
        if serving is not None:
            return looks_at(self.tables(rows)[serving], settle)
        key: Hashable = ("looks at", sources_key(rows), settle, self.house)
        found = self.cache.made.get(key)
        if found is None:
            found = self.cache.made[key] = looks_of(self.coverage(rows), self.tables(rows), settle)
        looks: Looks = found
        return looks if at is None else at_one_instant(looks, at, settle)

    def unseen(self, node: Node, end: Instant, settle: int, late: Late = ()) -> str:
        """The sources that nobody has looked at since a reading of the node ended, by name."""
        sets = [
            (rows, end if at is None else at)
            for rows, at in read_rows(node)
            if self.looks_under(rows, at, settle, late).value_at(end) == FAR_AHEAD
        ]
        return ", ".join(dict.fromkeys(self.waited_for(rows, read, late) for rows, read in sets))

    def waited_for(self, rows: Rows, read: Instant, late: Late) -> str:
        """The source of which a look settles what was read of these rows: the one that answered then, or last."""
        names, serving = [table.id for table in self.tables(rows)], _serving(rows, late)
        if serving is not None or len(names) == 1:
            return names[serving or 0]
        covered = self.coverage(rows)
        told = zip(covered.at, covered.values, strict=True)
        return names[[answer.place for t, answer in told if t <= read and answer.place is not None][-1]]


def _serving(rows: Rows, late: Late) -> int | None:
    """The place of the source whose late sighting serves for these rows, where one does."""
    return next((place for key, place, _ in late if key == sources_key(rows)), None) if late else None
