"""A source's evidence laid out for judging: spans, rows and only the columns that rules use, each parsed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from resolvers.evidence import ABSENT as ABSENT
from resolvers.evidence import Absent, CellColumns, Instant, Sighting, SourceEvidence, Span, SpanColumns, instant
from resolvers.rules.filters import Filter
from resolvers.rules.layout import Layout
from resolvers.sources.cells import MAX_DIGITS, parse_bool, parse_date, parse_number
from resolvers.sources.spec import Column

Text = str | None | Absent
Number = Decimal | None | Absent

EXACTLY = Context(prec=600, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation, Overflow])
"""Decimal arithmetic that raises rather than round; cells have at most 28 digits and two of exponent."""

ONE = Decimal(1)
LOWEST, HIGHEST = Decimal("-Infinity"), Decimal("Infinity")
TEXT = Column(type="text")


@dataclass(slots=True)
class Absence:
    """A row gone from `since` until it came `back` (None: not yet); `withdrawn` where absence has a meaning."""

    since: Instant
    back: Instant | None
    withdrawn: bool
    because: str


VANISHED = "vanished, unmatched"
Find = Callable[[Filter | None, "Table"], dict[int, bool]]
"""Finds the spans that a filter lets through, each with whether that is certain."""


class Table:
    """One source as of an instant. `number` names it inside one judging; spans keep their order."""

    def __init__(self, number: int, evidence: SourceEvidence, as_of: Instant) -> None:
        self.number = number
        self.spec = evidence.spec
        self.id = evidence.spec.id
        self.sightings, spans = _as_of(evidence, as_of)
        self.spans = SpanColumns.of(spans)
        self.zone = ZoneInfo(self.spec.read.zone)
        self._texts: dict[str, Sequence[Text]] = {}
        self._numbers: dict[str, list[Number]] = {}
        self._moments: dict[str, list[Instant | Absent | None]] = {}
        self._different: dict[str, set[Text]] = {}
        self._read: dict[str, dict[Text, Number]] = {}
        self._histories: dict[tuple[str, int], dict[str, list[tuple[Instant, str | None]]]] = {}
        self._answered: dict[int, dict[int, list[tuple[Instant, str, int]]]] = {}
        self._kept: dict[Filter | None, dict[int, bool]] = {}
        self._certain: dict[Filter | None, bool] = {}
        self._apart: dict[Filter | None, tuple[list[int], list[int]]] = {}
        self._absences: dict[int, list[Absence]] = {}
        self._whole: dict[str, bool] = {}
        self._extremes: dict[str, list[tuple[Decimal, Decimal] | None]] = {}

    def kept(self, part: Filter | None, find: Find) -> dict[int, bool]:
        """The spans that a filter lets through, each with whether that is certain; found once per filter."""
        found = self._kept.get(part)
        if found is None:
            found = self._kept[part] = find(part, self)
        return found

    def kept_apart(self, part: Filter | None, find: Find) -> tuple[list[int], list[int]]:
        """What `kept` lets through: the only spans of rows that still stand, and the numbers of all other rows."""
        found = self._apart.get(part)
        if found is None:
            row_of, certain = self.layout.row_of, self.kept(part, find)
            rows = dict.fromkeys(map(row_of.__getitem__, certain))
            rows.pop(-1, None)
            found = self._apart[part] = ([place for place in certain if row_of[place] < 0], list(rows))
        return found

    def all_certain(self, part: Filter | None, find: Find) -> bool:
        """Whether it is certain of every span that a filter lets through."""
        found = self._certain.get(part)
        if found is None:
            found = self._certain[part] = all(self.kept(part, find).values())
        return found

    def histories(self, column: str, early: int) -> dict[str, list[tuple[Instant, str | None]]]:
        """Where what each key was labelled is kept, for registries."""
        return self._histories.setdefault((column, early), {})

    def answered(self, table: int) -> dict[int, list[tuple[Instant, str, int]]]:
        """Where the answers about each span of another table are kept, for panels: many rules ask the same question.

        A panel's table holds the answers to one question with its limbs, for its name is made of both.
        """
        return self._answered.setdefault(table, {})

    def absences(self, places: Sequence[int]) -> list[Absence]:
        """When a row was gone, from how its spans ended."""
        found = self._absences.get(places[0])
        if found is None:
            found = self._absences[places[0]] = [*self._gone(places)]
        return found

    def _gone(self, places: Sequence[int]) -> Iterator[Absence]:
        since, ends, hows = self.spans.since, self.spans.until, self.spans.ended
        for number, place in enumerate(places):
            until, how = ends[place], hows[place]
            if until is None or how not in ("vanished", "withdrawn"):
                continue
            back = since[places[number + 1]] if number + 1 < len(places) else None
            if back is None or back > until:
                withdrawn = how == "withdrawn"
                because = f"{'withdrawn' if withdrawn else VANISHED}: {self.spans.key[place]}"
                yield Absence(until, back, withdrawn, because)

    @cached_property
    def ones(self) -> list[Number]:
        """What is added up where rows are counted."""
        return [ONE] * len(self.spans)

    def seen(self) -> tuple[tuple[Sighting, ...], Sequence[Span]]:
        """The sightings and spans as they stood."""
        return self.sightings, self.spans

    @cached_property
    def since(self) -> Sequence[Instant]:
        return self.spans.since

    @cached_property
    def layout(self) -> Layout:
        """Which spans are of one row."""
        return Layout(self.spans.row, self.spans.ended)

    @cached_property
    def by_key(self) -> dict[str, list[int]]:
        """The spans seen under each key, in order (for registries)."""
        found: dict[str, list[int]] = {}
        for place, key in enumerate(self.spans.key):
            found.setdefault(key, []).append(place)
        return found

    @cached_property
    def good(self) -> list[Instant]:
        """When the source was well seen, in order."""
        return [sighting.seen_at for sighting in self.sightings if sighting.state == "good"]

    def column(self, name: str) -> Column:
        return self.spec.read.columns.get(name, TEXT)

    def texts(self, name: str) -> Sequence[Text]:
        """A column as published text; truth values as true or false; `key` is the row's own key."""
        found = self._texts.get(name)
        if found is None:
            if name == "key" and name not in self.spec.read.columns:
                found = self.spans.key
            else:
                found = self.cells.get(name) or [ABSENT] * len(self.spans)
            if self.column(name).kind == "bool":
                meant = {text: _truth_text(text) for text in set(found)}
                found = [meant[text] for text in found]
            self._texts[name] = found
        return found

    @cached_property
    def cells(self) -> Mapping[str, Sequence[Text]]:
        """The cells of every span, column by column."""
        cells = self.spans.cells
        return (cells if isinstance(cells, CellColumns) else CellColumns(cells)).columns

    def cell(self, name: str, place: int) -> Text:
        """One cell as it was published."""
        column = self.cells.get(name)
        return ABSENT if column is None else column[place]

    def different(self, name: str) -> set[Text]:
        """The different texts of a column."""
        found = self._different.get(name)
        if found is None:
            found = self._different[name] = set(self.texts(name))
        return found

    def read(self, name: str) -> Mapping[Text, Number]:
        """Each different text of a column as an exact number: fractions as percent, dates as days, 1 for any text."""
        found = self._read.get(name)
        if found is None:
            number = self._reader(self.column(name))
            found = self._read[name] = {
                text: number(text) if isinstance(text, str) else text for text in self.different(name)
            }
        return found

    def numbers(self, name: str) -> list[Number]:
        """A column as exact numbers."""
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = list(map(self.read(name).__getitem__, self.texts(name)))
        return found

    @cached_property
    def first(self) -> list[Instant]:
        """When each row but the simple ones was first seen."""
        since = self.since
        return [since[places[0]] for places in self.layout.rows]

    @cached_property
    def first_seen(self) -> list[Instant]:
        """When each row was first seen, in order."""
        return sorted(
            [since for since, row in zip(self.since, self.layout.row_of, strict=True) if row < 0] + self.first
        )

    def extremes(self, name: str) -> Sequence[tuple[Decimal, Decimal] | None]:
        """The least and greatest number that each row but the simple ones ever showed; None: something unreadable."""
        found = self._extremes.get(name)
        if found is None:
            ends = _ends if self.whole(name) else _readable_ends
            found = self._extremes[name] = [*ends(self.numbers(name), self.layout.rows)]
        return found

    def whole(self, name: str | None) -> bool:
        """Whether every span has a readable number in this column."""
        if name is None:
            return True
        found = self._whole.get(name)
        if found is None:
            found = self._whole[name] = {*map(type, self.read(name).values())} <= {Decimal}
        return found

    def _reader(self, column: Column) -> Callable[[str], Decimal | None]:
        """How one text of a column is read."""
        kind, fraction = column.kind, column.unit == "fraction"
        if kind in ("text", "bool"):
            return lambda text: ONE
        if kind == "date":
            return lambda text: self._day(text, column)
        return lambda text: _measured(text, column) if (found := _plain(text, fraction)) is None else found

    def _day(self, text: str, column: Column) -> Decimal | None:
        """A date as its day's number in the source's zone; at the calendar's very edge there may be no such day."""
        day = parse_date(text, column, self.spec.read.zone)
        try:
            return None if day is None else Decimal(day.astimezone(self.zone).date().toordinal())
        except OverflowError:
            return None

    def bounds(self, name: str) -> tuple[Decimal, Decimal]:
        """The least and greatest value that a cell of the column can have."""
        column = self.column(name)
        low, high = column.between or (None, None)
        scale = 100 if column.unit == "fraction" else 1
        return (
            LOWEST if low is None else EXACTLY.multiply(low, scale),
            HIGHEST if high is None else EXACTLY.multiply(high, scale),
        )

    def published(self) -> list[Instant | Absent | None]:
        """When each span's row was published by its own account: the column marked `is: published`."""
        name = next((name for name, column in self.spec.read.columns.items() if column.is_ == "published"), None)
        if name is None:
            return [ABSENT] * len(self.spans)
        if name not in self._moments:
            column = self.column(name)
            meant = {text: self._moment(text, column) for text in self.different(name)}
            self._moments[name] = list(map(meant.__getitem__, self.texts(name)))
        return self._moments[name]

    def _moment(self, text: Text, column: Column) -> Instant | Absent | None:
        if text is None or isinstance(text, Absent):
            return text
        day = parse_date(text, column, self.spec.read.zone)
        return None if day is None else instant(day)

    @cached_property
    def refusals(self) -> list[tuple[Instant, str]]:
        return [(sighting.seen_at, sighting.because) for sighting in self.sightings if sighting.state == "refused"]


@lru_cache(maxsize=65536)
def _plain(text: str, fraction: bool) -> Decimal | None:
    """Nearly every cell is digits and a point; parse_number reads these no differently, only slower."""
    if len(text) > MAX_DIGITS or not text.isascii() or not text.replace(".", "", 1).isdigit():
        return None
    return EXACTLY.multiply(Decimal(text), 100) if fraction else Decimal(text)


def _measured(text: str, column: Column) -> Decimal | None:
    """Any cell of a column of numbers."""
    value = parse_number(text, column)
    return None if value is None else EXACTLY.multiply(value, 100) if column.unit == "fraction" else value


def _ends(numbers: Sequence[Any], rows: Sequence[Sequence[int]]) -> Iterator[tuple[Decimal, Decimal]]:
    """The least and greatest number of each row, where all can be read."""
    for places in rows:
        low = high = numbers[places[0]]
        for place in places[1:]:
            number = numbers[place]
            if number < low:
                low = number
            elif number > high:
                high = number
        yield low, high


def _readable_ends(
    numbers: Sequence[Number], rows: Sequence[Sequence[int]]
) -> Iterator[tuple[Decimal, Decimal] | None]:
    """The same where not all are numbers; of a row without any cell, what no bar is passed by."""
    for places in rows:
        some = [value for place in places if (value := numbers[place]) is not ABSENT]
        readable = [value for value in some if isinstance(value, Decimal)]
        if len(readable) < len(some):
            yield None
        else:
            yield (min(readable), max(readable)) if readable else (HIGHEST, LOWEST)


def _truth_text(text: Text) -> Text:
    if text is None or isinstance(text, Absent):
        return text
    value = parse_bool(text)
    return None if value is None else "true" if value else "false"


def _as_of(evidence: SourceEvidence, as_of: Instant) -> tuple[tuple[Sighting, ...], Sequence[Span]]:
    """What had been seen by `as_of`: later sightings and spans away, later endings undone."""
    sightings, spans = evidence.sightings, evidence.spans
    if sightings and sightings[-1].seen_at > as_of:
        sightings = tuple(sighting for sighting in sightings if sighting.seen_at <= as_of)
    told = SpanColumns.of(spans)
    ends = [until for until in set(told.until) if until is not None]  # as few as there were looks
    if max(told.since, default=as_of) > as_of or max(ends, default=as_of) > as_of:
        spans = tuple(
            replace(span, until=None, ended="current") if span.until is not None and span.until > as_of else span
            for span in spans
            if span.since <= as_of
        )
    else:
        spans = told
    return sightings, spans
