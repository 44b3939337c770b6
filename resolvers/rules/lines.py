"""The rows that a row set lets through, each as a line through time: since when, with which value known since when.

For one knowledge instant k a row has one value, the one known at k, from its first good sighting on; what k changes is
that value, and what is known of its going away.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import heappush, heapreplace
from itertools import accumulate
from operator import itemgetter

from resolvers.evidence import Instant
from resolvers.rules.bases import Base, bases_of
from resolvers.rules.columns import ABSENT, Absence, Table
from resolvers.rules.steps import LONG_AGO, Steps

BESTS = {"max": 1, "min": -1, "argmax": 1, "argmin": -1, "top": 1}

UNLABELLED = "no label yet"
UNREADABLE = "unreadable"


@dataclass(slots=True)
class Entry:
    """What a row adds to a reduce: in for sure or maybe, with a value in [low, high]; `place` is its span.

    `clock` orders rows for first and last (None: its own date cannot be read).
    """

    sure: bool
    low: Decimal
    high: Decimal
    place: int
    start: Instant
    clock: Instant | None
    because: str = ""

    def doubted(self, because: str) -> Entry:
        """The same, but only perhaps in; its own reason goes before any other."""
        return Entry(False, self.low, self.high, self.place, self.start, self.clock, self.because or because)


@dataclass(slots=True)
class Version:
    """What is known of a row from `known` on; `entry` is None where it is not among the rows."""

    known: Instant
    entry: Entry | None


@dataclass(slots=True)
class Line:
    """One row that was revised, went away, or is not certain in some way."""

    start: Instant
    versions: list[Version]
    absences: list[Absence]

    def reaches(self, best: Decimal | None, largest: bool) -> bool:
        """Whether the row was ever said to be as good as this."""
        entries = (version.entry for version in self.versions)
        return any(
            entry is not None and (best is None or (entry.high >= best if largest else entry.low <= best))
            for entry in entries
        )

    def known_at(self, k: Instant) -> Entry | None:
        found = self.versions[0]
        for version in self.versions:
            if version.known > k:
                break
            found = version
        return found.entry

    def profile(self, k: Instant) -> list[tuple[Instant, Entry | None]]:
        """For one k: the row's entry from each instant on."""
        entry = self.known_at(k)
        if entry is None:
            return []
        found: list[tuple[Instant, Entry | None]] = [(self.start, entry)]
        for absence in self.absences:
            if absence.since > k:
                break
            back_by_then = absence.back is not None and absence.back <= k
            if absence.withdrawn and not back_by_then:
                return []
            if absence.withdrawn and absence.back is not None:
                found += [(absence.since, None), (absence.back, entry)]
            elif not back_by_then:
                found.append((absence.since, unsure(entry, absence.because)))
        return found

    def vintage(self) -> list[tuple[Instant, Entry | None]]:
        """For k = t: what was known of the row at each instant itself."""
        changes = [version.known for version in self.versions]
        changes += [absence.since for absence in self.absences]
        changes += [absence.back for absence in self.absences if absence.back is not None]
        instants = sorted({max(change, self.start) for change in changes})
        return [(t, self._at(t)) for t in instants]

    def _at(self, t: Instant) -> Entry | None:
        entry = self.known_at(t)
        for absence in self.absences:
            if entry is not None and absence.since <= t and (absence.back is None or t < absence.back):
                entry = None if absence.withdrawn else unsure(entry, absence.because)
        return entry

    def envelope(self) -> list[tuple[Instant, Entry | None]]:
        """For every k at once: from each instant on, the hull of what could be known of the row from then on."""
        first = self.versions[0]
        if len(self.versions) == 1 and not self.absences:
            return [(max(first.known, self.start), first.entry)]
        found: list[tuple[Instant, Entry | None]] = []
        for number, version in enumerate(self.versions):
            found.append((max(version.known, self.start), hull([later.entry for later in self.versions[number:]])))
        for absence in self.absences:
            found = _blurred(found, self.start if absence.withdrawn else absence.since, absence.back, absence.because)
        return found


def _blurred(
    found: list[tuple[Instant, Entry | None]], since: Instant, back: Instant | None, because: str
) -> list[tuple[Instant, Entry | None]]:
    """Entries made unsure on [since, back)."""
    at = [instant for instant, _ in found]
    cuts = sorted({*at, since, *([] if back is None else [back])})
    blurred: list[tuple[Instant, Entry | None]] = []
    for cut in cuts:
        place = bisect_right(at, cut) - 1
        if place < 0:
            continue
        entry = found[place][1]
        inside = since <= cut and (back is None or cut < back)
        blurred.append((cut, unsure(entry, because) if inside and entry is not None else entry))
    return blurred


def unsure(entry: Entry, because: str) -> Entry:
    return Entry(False, entry.low, entry.high, entry.place, entry.start, entry.clock, because)


def hull(entries: Sequence[Entry | None]) -> Entry | None:
    """One entry that holds whatever any of several says."""
    some = [entry for entry in entries if entry is not None]
    if not some:
        return None
    if len(entries) == 1:
        return entries[0]
    sure = len(some) == len(entries) and all(entry.sure for entry in some)
    clock = some[0].clock if len({entry.clock for entry in some}) == 1 else None
    low, high = min(entry.low for entry in some), max(entry.high for entry in some)
    return Entry(sure, low, high, some[0].place, some[0].start, clock, some[0].because)


Change = tuple[Instant, int, Entry | None]
"""From when on, which row, and what it adds then."""
WHEN, WHEN_AND_ROW = itemgetter(0), itemgetter(0, 1)
Turn = tuple[Instant, int, Instant, Entry | None, Entry | None]
"""When a row came, its number, when its other version became known, what it adds before and from then on."""


@dataclass(frozen=True, slots=True)
class Leading:
    """The simple rows that can be among the best few, and through time the least that one of these has to be."""

    rows: list[int]
    bars: Steps[Decimal | None]


@dataclass(slots=True)
class Lines:
    """All rows of one source that a row set lets through, with the values of one column (or none).

    Most rows are simple: seen once, never changed, still there. They lie in three parallel lists in order of time.
    `times` are the instants at which something else became known about one of the others.
    """

    table: Table
    at: list[Instant] = field(default_factory=list)
    values: list[Decimal] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    clocks: list[Instant | None] | None = None
    others: list[Line] = field(default_factory=list)
    times: list[Instant] = field(default_factory=list)
    sums: dict[str, Steps[Base]] = field(default_factory=dict)
    hulls: dict[tuple[str, int], Sequence[list[tuple[Instant, Entry | None]]]] = field(default_factory=dict)
    known: dict[tuple[tuple[str, int] | None, int], list[Change]] = field(default_factory=dict)
    turns: dict[tuple[str, int] | None, tuple[list[Turn], list[tuple[int, Line]]]] = field(default_factory=dict)
    could_win: dict[tuple[str, int], list[Line]] = field(default_factory=dict)
    led_by: tuple[int, int] | None = None
    leading: dict[tuple[int, int], Leading] = field(default_factory=dict)
    bringing: list[int] | None = None

    def put_in_order(self) -> None:
        """Simple rows by time, after all have been gathered; and the instants at which others change."""
        if self.at != sorted(self.at):
            order = sorted(range(len(self.at)), key=self.at.__getitem__)
            self.at = [self.at[place] for place in order]
            self.values = [self.values[place] for place in order]
            self.places = [self.places[place] for place in order]
            if self.clocks is not None:
                self.clocks = [self.clocks[place] for place in order]
        found: set[Instant] = set()
        for line in self.others:
            found.update(version.known for version in line.versions[1:])
            for absence in line.absences:
                found.add(absence.since)
                if absence.back is not None:
                    found.add(absence.back)
        self.times = sorted(found)

    def epoch(self, k: Instant) -> int:
        """How many of the changes are known at k: equal epochs give equal results."""
        return bisect_right(self.times, k)

    def bases(self, how: str) -> Steps[Base]:
        """The simple rows' part of a reduce through time, which no k changes; made once."""
        found = self.sums.get(how)
        if found is None:
            found = self.sums[how] = bases_of(how, self.at, self.values, self.places, self.clocks)
        return found

    def news(self) -> list[int]:
        """The simple rows that bring a body in which none before them was."""
        if self.bringing is None:
            bodies = map(self.table.spans.body.__getitem__, reversed(self.places))
            first = dict(zip(bodies, range(len(self.places) - 1, -1, -1), strict=True))  # of each body the last put
            self.bringing = sorted(first.values())
        return self.bringing

    def clock_of(self, number: int) -> Instant | None:
        """The clock of a simple row."""
        return self.at[number] if self.clocks is None else self.clocks[number]

    def changes(self, how: str, k: Instant, reduce: str = "", n: int = 1) -> list[Change]:
        """What happens to the other rows under one way of knowing, in order; for a best only to those that can be it.

        They are numbered after the simple rows.
        """
        others = self.others if reduce not in BESTS else self.rivals(reduce, n)
        if how == "vintage":
            profiles: Sequence[list[tuple[Instant, Entry | None]]] = [line.vintage() for line in others]
        elif how == "envelope":
            profiles = self._envelopes(others, (reduce, n))
        else:
            return self._changes_at(others, k, (reduce, n) if reduce in BESTS else None)
        found = [(t, row, entry) for row, profile in enumerate(profiles, len(self.at)) for t, entry in profile]
        return sorted(found, key=WHEN)

    def _changes_at(self, others: Sequence[Line], k: Instant, best: tuple[str, int] | None) -> list[Change]:
        """The same with what is known at one k, which is asked again and again: nobody changes what is given."""
        asked = (best, self.epoch(k))
        found = self.known.get(asked)
        if found is None:
            found = self.known[asked] = self._known_at(others, k, best)
        return found

    def _known_at(self, others: Sequence[Line], k: Instant, best: tuple[str, int] | None) -> list[Change]:
        turns = self.turns.get(best)
        if turns is None:
            numbered = list(enumerate(others, len(self.at)))
            plain = [(row, line) for row, line in numbered if len(line.versions) < 3 and not line.absences]
            rest = [(row, line) for row, line in numbered if len(line.versions) > 2 or line.absences]
            turns = self.turns[best] = (sorted(_turn(row, line) for row, line in plain), rest)
        found: list[Change] = [
            (start, row, entry)
            for start, row, known, before, after in turns[0]
            if (entry := before if known > k else after) is not None
        ]
        if turns[1]:
            found += [(t, row, entry) for row, line in turns[1] for t, entry in line.profile(k)]
            found.sort(key=WHEN_AND_ROW)
        return found

    def _envelopes(
        self, others: Sequence[Line], reduce: tuple[str, int]
    ) -> Sequence[list[tuple[Instant, Entry | None]]]:
        found = self.hulls.get(reduce)
        if found is None:
            found = self.hulls[reduce] = [line.envelope() for line in others]
        return found

    def rivals(self, reduce: str, n: int) -> list[Line]:
        """The other rows that are ever as good as the n-th best simple row that was there before them."""
        if self.led_by == (BESTS[reduce], n):
            return self.others
        found = self.could_win.get((reduce, n))
        if found is None:
            sign = BESTS[reduce]
            bars = self.leaders(sign, n).bars
            found = self.could_win[(reduce, n)] = [
                line for line in self.others if line.reaches(bars.value_at(line.start), sign > 0)
            ]
        return found

    def leaders(self, sign: int, n: int) -> Leading:
        """The simple rows that were ever among the best `n` of the simple ones, equals included: only they can lead."""
        found = self.leading.get((sign, n))
        if found is None:
            found = self.leading[(sign, n)] = self._leaders(sign, n)
        return found

    def keep_leaders(self, sign: int, n: int) -> None:
        """Let go of simple rows that can never be among the best `n`."""
        self.led_by = (sign, n)
        rows = self.leaders(sign, n).rows
        self.at = [self.at[row] for row in rows]
        self.values = [self.values[row] for row in rows]
        self.places = [self.places[row] for row in rows]
        if self.clocks is not None:
            self.clocks = [self.clocks[row] for row in rows]
        self.leading.clear()

    def _leaders(self, sign: int, n: int) -> Leading:
        if n == 1:
            return self._leader(sign)
        rows: list[int] = []
        at: list[Instant] = [LONG_AGO]
        bars: list[Decimal | None] = [None]
        best: list[Decimal] = []
        for row, value in enumerate(self.values):
            worth = value if sign > 0 else -value
            if len(best) < n:
                heappush(best, worth)
            elif worth < best[0]:
                continue
            else:
                heapreplace(best, worth)
            rows.append(row)
            if len(best) == n:
                at.append(self.at[row])
                bars.append(best[0] if sign > 0 else -best[0])
        return Leading(rows, Steps(at, bars))

    def _leader(self, sign: int) -> Leading:
        """The same for the one best: each simple row that was as good as all before it."""
        values = self.values
        bars = list(accumulate(values, max if sign > 0 else min))
        rows = [row for row, (value, bar) in enumerate(zip(values, bars, strict=True)) if value == bar]
        return Leading(rows, Steps([LONG_AGO, *(self.at[row] for row in rows)], [None, *(values[row] for row in rows)]))


def _turn(row: int, line: Line) -> Turn:
    """A row that never goes and was revised once at most."""
    first, last = line.versions[0], line.versions[-1]
    return line.start, row, last.known if last is not first else LONG_AGO, first.entry, last.entry


def value_of(table: Table, column: str | None, place: int) -> tuple[Decimal, Decimal, str] | None:
    """A span's value as [low, high] and why it is no point; None where the row has no such cell."""
    if column is None:
        return Decimal(1), Decimal(1), ""
    value = table.numbers(column)[place]
    if isinstance(value, Decimal):
        return value, value, ""
    if value is ABSENT:
        return None
    low, high = table.bounds(column)
    return low, high, f"{UNREADABLE}: {column} of {table.spans.key[place]}"
