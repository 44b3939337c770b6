"""Gathering the lines of a row set from a table: filter, labels, window and column in one pass."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from resolvers.evidence import Instant, instant
from resolvers.rules.columns import ABSENT, Number, Table, Text
from resolvers.rules.defaults import Clock
from resolvers.rules.filters import Filter, asking_of, columns_of, together
from resolvers.rules.gaps import GAP, either_side
from resolvers.rules.lines import UNLABELLED, UNREADABLE, Entry, Line, Lines, Version, value_of
from resolvers.rules.matching import NO_LABELS, Labels, Test, kept, split, test_of
from resolvers.rules.nodes import Label, RowsNode, SourceUse, Window, base_rows
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO

TOGETHER = 64
"""How many rows are passed over by one look at the best of them."""

History = list[tuple[Instant, str | None]]
"""(known since, text or None for unlabelled), in order."""


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry's column by key, in time: `known[key]` are (known since, text or None for unlabelled).

    A row's first label counts as known `early` before it came, because a label may settle later than its row.
    """

    table: Table
    column: str
    early: int

    def history(self, key: str) -> History:
        """What one key was labelled, since when; made once for all rules."""
        histories = self.table.histories(self.column, self.early)
        found = histories.get(key)
        if found is None:
            found = histories[key] = self._history(key)
        return found

    def _history(self, key: str) -> History:
        found: History = []
        texts, spans = self.table.texts(self.column), self.table.spans
        labelled = False
        for place in self.table.by_key.get(key, ()):
            since, until, text = spans.since[place], spans.until[place], texts[place]
            label = text if isinstance(text, str) and text else None
            found.append((since if labelled else since - self.early, label))
            labelled = labelled or label is not None
            if spans.ended[place] == "withdrawn" and until is not None:
                found.append((until, None))
        return found

    @property
    def named(self) -> Container[str] | None:
        """The keys of rows of which something is told; None where that may be any row."""
        return self.table.by_key

    def meant(self) -> Mapping[Text, Number]:
        """Each of its texts as a number."""
        return self.table.read(self.column)

    def label(self, key: str, k: Instant) -> str | None:
        """The label known at k."""
        history = self.history(key)
        place = bisect_right([known for known, _ in history], k) - 1
        return history[place][1] if place >= 0 else None

    def told(self, table: Table, place: int, start: Instant) -> History:
        """The same for the row behind a span of another table, first seen at `start`."""
        return self.history(table.spans.key[place])

    def cited(self, table: Table, place: int, k: Instant) -> Sequence[tuple[int, str]]:
        """The registry's own spans and columns that tell what is known at k of such a row."""
        found = self.place(table.spans.key[place], k + self.early)
        return [] if found is None else [(found, self.column)]

    @property
    def lacks(self) -> str:
        """Why a row is open where there is no label."""
        return f"{UNLABELLED} ({self.column})"

    def place(self, key: str, k: Instant) -> int | None:
        """The registry's span that gives the label known at k."""
        found = None
        for place in self.table.by_key.get(key, ()):
            if found is None or self.table.since[place] <= k:
                found = place
        return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are asked for: of one source of a row set, with the values of one column."""

    rows: RowsNode
    use: SourceUse
    column: str | None
    first_release: bool
    clock: Clock = "seen"
    best: tuple[int, int] | None = None
    """(1 or -1, n): only rows that can be among the n greatest or least are wanted."""
    carry: bool = False
    """A row that is gone keeps its last value."""
    bridge: int = 0
    """Microseconds: after a longer gap nobody knows when in it a row came; only windows by the seen clock ask."""


class Gather:
    """One pass over a table for one row set and column."""

    def __init__(self, wanted: Wanted, table: Table, registries: Mapping[str, Registry]) -> None:
        self.wanted, self.table, self.registries = wanted, table, registries
        base = base_rows(wanted.rows)
        asking_others = [part.column for part in asking_of(base.where)]
        self.labels = frozenset([*asking_others, *(label.column for label in base.labels)])
        own, asking = split(together(wanted.use.where, base.where), self.labels)
        self.own: Filter | None = own
        self.asked = tuple(column for column in columns_of(asking) if column in self.labels)
        self.test: Test | None = (
            test_of(asking, table, self.labels, lambda name: registries[name].meant()) if asking is not None else None
        )
        self.by_label_only = len(columns_of(asking)) == 1 and self.asked[0] not in table.spec.read.columns
        windows = windows_of(wanted.rows)
        self.published = any(window.clock == "published" for window in windows)
        self.by_published = wanted.clock == "published"
        self.seen_inside = _bounds([window for window in windows if window.clock == "seen"])
        self.dated_inside = _bounds([window for window in windows if window.clock == "published"])
        self.either_side = either_side(table.good, self.seen_inside, wanted.bridge)

    def lines(self) -> Lines:
        found = Lines(self.table)
        certain = self.table.kept(self.own, kept)
        if self.by_published:
            found.clocks = []
        numbers = self.table.numbers(self.wanted.column) if self.wanted.column is not None else self.table.ones
        alone, rows = self.table.kept_apart(self.own, kept)
        straddling: list[int] = []
        if self.seen_inside != (LONG_AGO, FAR_AHEAD):
            (low, high), since = self.seen_inside, self.table.since
            straddling = [place for place in alone if since[place] in self.either_side] if self.either_side else []
            alone = [place for place in alone if low <= since[place] < high and since[place] not in self.either_side]
        alone = self._alone(found, alone, numbers, certain) + straddling
        for place in alone:
            self._other(found, [place], certain)
        if self.wanted.best is not None:
            found.put_in_order()
            rows = self._able(found, rows, *self.wanted.best)
        for row in rows:
            self._other(found, self.table.layout.rows[row], certain)
        found.put_in_order()
        return found

    def _able(self, found: Lines, rows: Sequence[int], sign: int, n: int) -> list[int]:
        """The rows that ever were as good as the n-th best simple row there before them, or that cannot be read."""
        bars = found.leaders(sign, n).bars
        bars_at, bar_values, largest = bars.at, bars.values, sign > 0
        extremes, first = self.table.extremes(self.wanted.column or ""), self.table.first
        able: list[int] = []
        for row in rows:
            extreme = extremes[row]
            if extreme is not None:
                bar = bar_values[bisect_right(bars_at, first[row]) - 1]
                if bar is not None and (extreme[1] < bar if largest else extreme[0] > bar):
                    continue
            able.append(row)
        found.keep_leaders(sign, n)
        return able

    def _alone(
        self, found: Lines, alone: list[int], numbers: Sequence[Number], certain: Mapping[int, bool]
    ) -> list[int]:
        """Rows with one span that still stands: the plain ones are simple, the rest (returned) need a closer look."""
        undated: list[int] = []
        if self.published and self.test is not None:
            return alone
        if self.published:
            alone, undated = self._dated(alone)
        if self.test is not None:
            return self._alone_labelled(found, alone, numbers, certain)
        if self.table.whole(self.wanted.column) and self.table.all_certain(self.own, kept):
            self._simple(found, self._leading(alone, numbers), numbers)
            return undated
        # By identity: a Decimal that is compared with something strange asks a slow question about its type.
        there = [place for place in alone if numbers[place] is not ABSENT]
        odd = [place for place in there if numbers[place] is None or not certain[place]]
        strange = set(odd)
        self._simple(found, [place for place in there if place not in strange], numbers)
        return odd + undated

    def _dated(self, alone: list[int]) -> tuple[list[int], list[int]]:
        """By the publisher's dates: the rows that lie in every window, and those whose date cannot be read."""
        dates, (low, high) = self.table.published(), self.dated_inside
        inside = [place for place in alone if isinstance(at := dates[place], int) and low <= at < high]
        return inside, [place for place in alone if not isinstance(dates[place], int)]

    def _leading(self, alone: list[int], numbers: Sequence[Number]) -> list[int]:
        """Where only the one best is asked for: those that were as good as all before them; else all."""
        if self.wanted.best is None or self.wanted.best[1] > 1:
            return alone
        largest, best = self.wanted.best[0] > 0, None
        found: list[int] = []
        for start in range(0, len(alone), TOGETHER):
            some = alone[start : start + TOGETHER]
            values: list[Any] = [numbers[place] for place in some]
            if best is not None and (max(values) < best if largest else min(values) > best):
                continue
            for place, value in zip(some, values, strict=True):
                if best is None or (value >= best if largest else value <= best):
                    best = value
                    found.append(place)
        return found

    def _alone_labelled(
        self, found: Lines, alone: list[int], numbers: Sequence[Number], certain: Mapping[int, bool]
    ) -> list[int]:
        """The same where labels are asked for: a row with one label, known since the row was seen, is plain as well."""
        if not self.by_label_only:
            return alone
        registry, since, key_of = self.registries[self.asked[0]], self.table.since, self.table.spans.key
        told: dict[str | None, bool | None] = {}
        plain: list[int] = []
        unread: dict[int, Decimal] = {}  # what cannot be read and has one possible value all the same
        named = registry.named
        for place in alone:
            labels = registry.told(self.table, place, since[place]) if named is None or key_of[place] in named else ()
            label = labels[0][1] if labels else None
            inside = told[label] if label in told else told.setdefault(label, self._inside(place, label))
            steady = not labels or (len(labels) == 1 and labels[0][0] <= since[place])
            if not steady or inside is None or numbers[place] is None or not certain[place]:
                line = self._line([place], certain)
                if isinstance(line, Line):
                    found.others.append(line)
                elif line is not None:
                    plain.append(place)
                    if numbers[place] is None:
                        unread[place] = line.low
            elif inside and numbers[place] is not ABSENT:
                plain.append(place)
        self._simple(found, plain, {place: unread.get(place, numbers[place]) for place in plain} if unread else numbers)
        return []

    def _inside(self, place: int, label: str | None) -> bool | None:
        """Whether a row with this label is among the rows, where nothing but the label is asked."""
        assert self.test is not None
        return self.test(place, {self.asked[0]: label})

    def _simple(self, found: Lines, places: Sequence[int], numbers: Sequence[Number] | Mapping[int, Number]) -> None:
        """Rows that never change."""
        since = self.table.since
        found.at += map(since.__getitem__, places)
        found.values += map(numbers.__getitem__, places)  # type: ignore[arg-type]  # only places with a number are given
        found.places += places
        if found.clocks is not None:
            published = self.table.published()
            found.clocks += [clock if isinstance(clock := published[place], int) else None for place in places]

    def _other(self, found: Lines, places: Sequence[int], certain: Mapping[int, bool]) -> None:
        line = self._line(places, certain)
        if isinstance(line, Line):
            found.others.append(line)
        elif line is not None:
            self._simple(found, [line.place], {line.place: line.low})

    def _line(self, places: Sequence[int], certain: Mapping[int, bool]) -> Line | Entry | None:
        """A row as a line; its entry alone where that never changes, and None where it is never among the rows."""
        start = self.table.since[places[0]]
        if not self.seen_inside[0] <= start < self.seen_inside[1] and start not in self.either_side:
            return None
        counted = places[:1] if self.wanted.first_release else places
        versions = self._versions(start, counted, certain)
        entry = versions[0].entry
        if entry is None and all(version.entry is None for version in versions):
            return None
        absences = [] if self.wanted.carry else self.table.absences(places)
        if len(versions) == 1 and not absences and entry is not None and entry.sure and entry.low == entry.high:
            return entry
        return Line(start, versions, absences)

    def _versions(self, start: Instant, places: Sequence[int], certain: Mapping[int, bool]) -> list[Version]:
        """What is known of the row since when: a new span, or a new label, makes a new version."""
        found: list[Version] = []
        if not self.asked:
            for place in places:
                entry = self._entry(place, start, NO_LABELS, certain)
                if not found or not self._same(found[-1].entry, entry):
                    found.append(Version(self.table.since[place], entry))
            return found
        ends = [self.table.since[place] for place in places[1:]]
        for number, place in enumerate(places):
            since = self.table.since[place]
            until = ends[number] if number < len(ends) else None
            for known, labels in self._labelled(place, start, since, until):
                entry = self._entry(place, start, labels, certain)
                if not found or not self._same(found[-1].entry, entry):
                    found.append(Version(known, entry))
        return found

    def _same(self, before: Entry | None, after: Entry | None) -> bool:
        """Whether a new span changes anything; where only rows are counted, other cells do not."""
        if before is None or after is None or self.wanted.column is not None:
            return before == after
        return (before.sure, before.clock, before.because) == (after.sure, after.clock, after.because)

    def _labelled(
        self, place: int, start: Instant, since: Instant, until: Instant | None
    ) -> list[tuple[Instant, Labels]]:
        """The span's labels from each instant on, while it stands."""
        if len(self.asked) == 1:
            column, history = self.asked[0], self.registries[self.asked[0]].told(self.table, place, start)
            changed = {since, *(at for at, _ in history if at > since and (until is None or at < until))}
            return [(known, {column: _label_at(history, known)}) for known in sorted(changed)]
        histories = {column: self.registries[column].told(self.table, place, start) for column in self.asked}
        changes = {known for history in histories.values() for known, _ in history}
        inside = sorted({since, *(known for known in changes if known > since and (until is None or known < until))})
        return [
            (known, {column: _label_at(history, known) for column, history in histories.items()}) for known in inside
        ]

    def _entry(self, place: int, start: Instant, labels: Labels, certain: Mapping[int, bool]) -> Entry | None:
        sure = certain.get(place)
        value = value_of(self.table, self.wanted.column, place)
        if sure is None or value is None:
            return None
        low, high, because = value
        if not sure:
            because = f"{UNREADABLE}: {self.table.spans.key[place]}"
        if self.test is not None:
            inside = self.test(place, labels)
            if inside is False:
                return None
            if inside is None:
                sure, because = False, self._why_open(place, labels)
        if start in self.either_side:
            sure, because = False, f"{GAP}: {self.table.spans.key[place]}"
        clock: Instant | None = start
        if self.published or self.by_published:
            moment = self.table.published()[place]
            clock = moment if isinstance(moment, int) else None
        if self.published:
            if clock is not None and not self.dated_inside[0] <= clock < self.dated_inside[1]:
                return None
            if clock is None:
                sure, because = False, f"{UNREADABLE}: the date of {self.table.spans.key[place]}"
        return Entry(sure, low, high, place, start, clock if self.by_published else start, because)

    def _why_open(self, place: int, labels: Labels) -> str:
        missing = [self.registries[column].lacks for column in self.asked if labels.get(column) is None]
        return f"{', '.join(missing) or UNREADABLE}: {self.table.spans.key[place]}"


def windows_of(rows: RowsNode) -> list[Window]:
    """The windows in which a row has to lie, one inside another."""
    found: list[Window] = []
    while rows.kind == "window":
        found.append(rows)
        rows = rows.of  # type: ignore[assignment]  # a window over rows
    return found


def _bounds(windows: Sequence[Window]) -> tuple[Instant, Instant]:
    """What several windows have in common, as [from, before) in instants; everything where there is none."""
    lows = [instant(window.since) for window in windows if window.since is not None]
    highs = [instant(window.before) for window in windows if window.before is not None]
    return max(lows, default=LONG_AGO), min(highs, default=FAR_AHEAD)


def _label_at(history: Sequence[tuple[Instant, str | None]], k: Instant) -> str | None:
    found = None
    for known, label in history:
        if known > k:
            break
        found = label
    return found


def registries_of(labels: Sequence[Label], tables: Mapping[str, Table], early: int) -> dict[str, Registry]:
    """The registries behind a row set's label columns."""
    return {label.column: Registry(tables[label.registry], label.column, early) for label in labels}
