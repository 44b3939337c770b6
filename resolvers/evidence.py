"""The facts a rule reads: when a source was sighted, and which row it showed when.

Three times are kept apart: *published_on* (a date the source itself prints, an ordinary cell), *seen_at* (when anyone
could have known) and *recorded_at* (when our store got it). Inside the engine an instant is an integer: microseconds
since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import eq, itemgetter
from typing import TYPE_CHECKING, Final, Literal, Protocol, overload

if TYPE_CHECKING:
    from resolvers.sources.spec import SourceSpec

Instant = int
"""Microseconds since the epoch, UTC."""

Cell = str | None
"""A cell as published text; None where something stood that cannot be read as the column's type."""


class Absent:
    """The kind of `ABSENT`."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()
"""There is no such cell in the row; not to be confused with None, a cell that cannot be read."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_S = 86_400
"""Seconds in a day."""
SECOND_US = 1_000_000
"""Microseconds in a second."""

SightingState = Literal["good", "unreadable", "refused", "failed"]
Ending = Literal["current", "changed", "rekeyed", "withdrawn", "vanished"]


def instant(moment: datetime) -> Instant:
    """An aware datetime as microseconds since the epoch; a naive one is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    since = moment - EPOCH
    return (since.days * DAY_S + since.seconds) * SECOND_US + since.microseconds


def moment(at: Instant) -> datetime:
    """Microseconds since the epoch as an aware UTC datetime."""
    return EPOCH + timedelta(microseconds=at)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at a source and what came of it.

    `good`: the body was read (a 304 repeats the body before it). `unreadable`: it did not parse, so the last good
    state stands. `refused`: it parsed but its shape or anchor is not the one agreed on, so judging stops until a good
    sighting. `failed`: no body at all (status, time-out, over-long).
    """

    snapshot: int
    seen_at: Instant
    recorded_at: Instant
    state: SightingState
    body: str | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one reading, before it has a history: its raw key, its cells, its hash."""

    key: str
    cells: Mapping[str, Cell]
    observation: str


@dataclass(frozen=True, slots=True)
class Span:
    """A row standing unchanged from one good sighting (`since`) until the first good one without it (`until`).

    `row` names the row through re-keyings (the first key it was seen under); `ended` says how the span ended:
    `changed` (same row, other cells), `rekeyed`, `withdrawn` (gone from a list declared complete), `vanished` (gone,
    unmatched: nobody knows why) or `current`.
    """

    row: str
    key: str
    observation: str
    cells: Mapping[str, Cell]
    snapshot: int
    body: str
    since: Instant
    until: Instant | None = None
    ended: Ending = "current"


class CellColumns(Sequence[Mapping[str, Cell]]):
    """The cells of many rows, kept column by column: a third of the memory, and what judging reads.

    A row is put together only when it is asked for. `columns[name][row]` is ABSENT where the row has no such cell.
    """

    __slots__ = ("_rows", "columns")

    def __init__(self, rows: Sequence[Mapping[str, Cell]]) -> None:
        self._rows = len(rows)
        self.columns: Mapping[str, Sequence[Cell | Absent]] = _columns_alike(rows) or {
            name: [cells.get(name, ABSENT) for cells in rows]
            for name in dict.fromkeys(name for cells in rows for name in cells)
        }

    def __len__(self) -> int:
        return self._rows

    @overload
    def __getitem__(self, place: int) -> Mapping[str, Cell]: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Mapping[str, Cell], ...]: ...
    def __getitem__(self, place: int | slice) -> Mapping[str, Cell] | tuple[Mapping[str, Cell], ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self))))
        if not -self._rows <= place < self._rows:
            raise IndexError(place)  # or a walk over rows of no columns would never end
        row = ((name, column[place]) for name, column in self.columns.items())
        return {name: cell for name, cell in row if not isinstance(cell, Absent)}


def _columns_alike(rows: Sequence[Mapping[str, Cell]]) -> Mapping[str, Sequence[Cell | Absent]] | None:
    """The columns of rows that all have the same cells, the quick way; None where they have not."""
    names = [*rows[0]] if rows else []
    if sum(map(len, rows)) != len(rows) * len(names):
        return None
    try:
        return {name: list(map(itemgetter(name), rows)) for name in names}
    except KeyError:
        return None


@dataclass(frozen=True, slots=True, eq=False)
class SpanColumns(Sequence[Span]):
    """Spans kept column by column, each made only when it is asked for: for stores of a hundred thousand rows.

    Equal to any sequence of the same spans in the same order.
    """

    row: Sequence[str]
    key: Sequence[str]
    observation: Sequence[str]
    cells: Sequence[Mapping[str, Cell]]
    snapshot: Sequence[int]
    body: Sequence[str]
    since: Sequence[Instant]
    until: Sequence[Instant | None]
    ended: Sequence[Ending]

    @classmethod
    def of(cls, spans: Sequence[Span]) -> SpanColumns:
        """Any sequence of spans by its columns; one that is in columns already is taken as it is."""
        if isinstance(spans, SpanColumns):
            return spans
        return cls(*([getattr(span, name) for span in spans] for name in cls.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.row)

    @overload
    def __getitem__(self, place: int) -> Span: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Span, ...]: ...
    def __getitem__(self, place: int | slice) -> Span | tuple[Span, ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self))))
        return Span(
            self.row[place], self.key[place], self.observation[place], self.cells[place], self.snapshot[place],
            self.body[place], self.since[place], self.until[place], self.ended[place],
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # cells are mappings


@dataclass(frozen=True, slots=True)
class SourceEvidence:
    """All that was seen of one source up to an instant: sightings in order of `seen_at`, spans in order of `since`."""

    spec: SourceSpec
    sightings: tuple[Sighting, ...]
    spans: Sequence[Span]


class Evidence(Protocol):
    """What rules read. Loaded once per source; never changes while a rule is judged."""

    def source(self, name: str) -> SourceEvidence:
        """Everything seen of `name` by the evidence's instant; KeyError where there is no such source."""
        ...


@dataclass(frozen=True, slots=True)
class EvidenceInMemory:
    """Evidence held in a mapping: what the store hands over, and what tests build by hand."""

    sources: Mapping[str, SourceEvidence]

    def source(self, name: str) -> SourceEvidence:
        return self.sources[name]

    @classmethod
    def of(cls, sources: Iterable[SourceEvidence]) -> EvidenceInMemory:
        return cls({source.spec.id: source for source in sources})
