"""What is asked of top rows: which of them pass a filter or lie in a window, and what these come to.

The top is taken first, through time; then, at each instant at which it changes, whatever stands on it is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from resolvers.evidence import Instant, instant
from resolvers.rules.columns import Number, Table
from resolvers.rules.gaps import GAP, either_side
from resolvers.rules.gather import Registry
from resolvers.rules.knowing import top_entry
from resolvers.rules.lines import UNLABELLED, UNREADABLE, Entry
from resolvers.rules.matching import Test, test_of
from resolvers.rules.nodes import Node, Pick, RowsNode, Window, base_rows
from resolvers.rules.nodes_many import Among
from resolvers.rules.picks import ranked
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO

Tops = Sequence[tuple[int, Entry]]
"""Rows with their entries: in for sure, or maybe."""


@dataclass(frozen=True, slots=True)
class Topped:
    """The top that is taken first, and what is asked of it after, from the inside out."""

    pick: Pick
    after: tuple[Among | Window | Pick, ...]


def topped(rows: RowsNode) -> Topped | None:
    """Rows that rest on a top; None where there is none under them."""
    chain: list[Pick | Window | Among] = []
    inner: Node = rows
    while inner.kind != "rows":
        assert isinstance(inner, Pick | Window | Among)
        chain.append(inner)
        inner = inner.of
    picks = [place for place, node in enumerate(chain) if node.kind == "pick"]
    if not picks:
        return None
    pick = chain[picks[-1]]
    assert isinstance(pick, Pick)
    return Topped(pick, tuple(reversed(chain[: picks[-1]])))


def asked_labels(rows: RowsNode) -> tuple[str, ...]:
    """The label columns that filters on top rows ask for."""
    found = topped(rows)
    labels = {label.column for label in base_rows(rows).labels}
    if found is None or not labels:
        return ()
    return tuple(name for part in found.after if isinstance(part, Among) for name in part.columns if name in labels)


def dates_of(pick: Pick, table: Table) -> Sequence[Number] | None:
    """The dates that break a pick's ties."""
    return table.numbers(pick.by) if pick.by is not None else None


class Asking:
    """What stands on a top, asked of its rows at one instant; `k` is what counts as known of labels.

    `bridge` (microseconds): after a longer gap nobody knows when in it a row came. What asks holds the table and not
    this object, or each would be a cycle that only Python's collector frees, and an hour's pass makes thousands.
    """

    def __init__(self, top: Topped, table: Table, registries: Mapping[str, Registry], k: Instant, bridge: int) -> None:
        self.table, self.registries, self.k, self.bridge = table, registries, k, bridge
        self.dates = dates_of(top.pick, table)
        self.asks = [self._asked(part) for part in top.after]
        self.top = top

    def rows(self, leaders: Sequence[tuple[int, Entry]]) -> Tops:
        """Of the rows that can lead, those that all this lets through."""
        found: Tops = ranked(leaders, self.top.pick, self.dates)
        for ask in self.asks:
            found = ask(found)
        return found

    def measured(self, found: Tops, column: str | None) -> Tops:
        """The rows with the value of another column; those without such a cell are left out."""
        return _measured(self.table, found, column)

    def _asked(self, part: Among | Window | Pick) -> Callable[[Tops], Tops]:
        if isinstance(part, Pick):
            table, dates, column = self.table, dates_of(part, self.table), part.column
            return lambda found: ranked(_measured(table, found, column), part, dates)
        tell = self._in_window(part) if isinstance(part, Window) else self._passes(part)

        def some(found: Tops) -> Tops:
            kept: list[tuple[int, Entry]] = []
            for row, entry in found:
                inside, because = tell(entry)
                if inside is not False:
                    sure = entry.sure and inside is True
                    kept.append((row, entry if sure else entry.doubted(because)))
            return kept

        return some

    def _passes(self, part: Among) -> Callable[[Entry], tuple[bool | None, str]]:
        labels, key_of, k = frozenset(self.registries), self.table.spans.key, self.k
        registries = self.registries
        test: Test = test_of(part.where, self.table, labels, lambda name: registries[name].meant())
        asked = [name for name in part.columns if name in labels]

        def tell(entry: Entry) -> tuple[bool | None, str]:
            key = key_of[entry.place]
            told = {name: registries[name].label(key, k) for name in asked}
            blank = [name for name in asked if told[name] is None]
            because = f"{UNLABELLED} ({', '.join(blank)}): {key}" if blank else f"{UNREADABLE}: {key}"
            return test(entry.place, told), because

        return tell

    def _in_window(self, part: Window) -> Callable[[Entry], tuple[bool | None, str]]:
        low = LONG_AGO if part.since is None else instant(part.since)
        high = FAR_AHEAD if part.before is None else instant(part.before)
        published = self.table.published() if part.clock == "published" else None
        straddling, key_of = either_side(self.table.good, (low, high), self.bridge), self.table.spans.key

        def tell(entry: Entry) -> tuple[bool | None, str]:
            if published is None and entry.start in straddling:
                return None, f"{GAP}: {key_of[entry.place]}"
            if published is None:
                return low <= entry.start < high, ""
            clock = published[entry.place]
            if isinstance(clock, int):
                return low <= clock < high, ""
            return None, f"{UNREADABLE}: the date of {key_of[entry.place]}"

        return tell


def _measured(table: Table, found: Tops, column: str | None) -> Tops:
    made = [(row, top_entry(column, table, entry)) for row, entry in found]
    return [(row, entry) for row, entry in made if entry is not None]
