"""What counts as known, and small steps of evaluation that need no evidence of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from resolvers.evidence import Instant
from resolvers.rules import exact
from resolvers.rules.columns import Table
from resolvers.rules.coverage import Answering
from resolvers.rules.exact import Amount, Truth
from resolvers.rules.gather import Registry
from resolvers.rules.lines import Entry, value_of
from resolvers.rules.nodes import Rows
from resolvers.rules.steps import FAR_AHEAD, Steps

V = TypeVar("V")
Late = tuple[tuple[str, int, Instant], ...]
"""Row sets that did not answer at T, by their digest: the place of the source that serves later, and when."""


@dataclass(frozen=True, slots=True)
class Knowing:
    """What counts as known. `fixed`: at k. `first`: each row's first sighting, its fate at k. `vintage`: k = t.

    `envelope`: whatever could be known at any k, as one interval; where that decides, no k needs a look of its own.
    `read_at`: an instant at which a row set that did not answer at T may still be read, by the row set's digest.
    """

    how: str
    k: Instant
    read_at: Late = ()

    @property
    def first_release(self) -> bool:
        return self.how == "first"


def distinguishing(registry: Registry | None, table: Table, column: str, k: Instant) -> Callable[[int], object | None]:
    """What makes two rows' cells different, for `distinct`: numbers by value, labels as known, texts as they stand."""
    if registry is not None:
        key_of, label = table.spans.key, registry.label
        return lambda place: label(key_of[place], k)
    numeric = table.column(column).kind in ("number", "date")
    cells: Sequence[object] = table.numbers(column) if numeric else table.texts(column)
    return cells.__getitem__


def stitch(
    answers: Steps[tuple[Answering, Instant | None]], parts: Sequence[Steps[V]], unknown: Callable[[str], V]
) -> Steps[V]:
    """The steps of the source that answers at each instant; where none does, what `unknown` makes of the reason."""
    at: list[Instant] = []
    values: list[V] = []
    for number_, (t, (answer, read_at)) in enumerate(zip(answers.at, answers.values, strict=True)):
        end = answers.at[number_ + 1] if number_ + 1 < len(answers.at) else FAR_AHEAD
        if answer.place is None:
            at.append(t)
            values.append(unknown(answer.because))
        elif read_at is not None:
            at.append(t)
            values.append(parts[answer.place].value_at(read_at))
        else:
            piece = parts[answer.place].cut(t, end)
            at.extend(piece.at)
            values.extend(piece.values)
    return Steps(at, values)


def exists(count: Amount) -> Truth:
    """Whether there is at least one row."""
    if count.defined and count.low >= 1:
        return exact.TRUE
    return exact.FALSE if count.defined and count.high == 0 else Truth(None, count.because)


def sources_key(rows: Rows) -> str:
    """The sources of a row set, and when each is passed over."""
    if len(rows.sources) == 1 and rows.sources[0].unless_frozen is None:
        return rows.sources[0].source
    return "|".join(
        use.source if use.unless_frozen is None else f"{use.source} unless frozen {use.unless_frozen}"
        for use in rows.sources
    )


def top_entry(column: str | None, table: Table, entry: Entry) -> Entry | None:
    """A top row with the value of another column than the one it was picked by."""
    value = value_of(table, column, entry.place)
    if value is None:
        return None
    low, high, because = value
    return Entry(entry.sure, low, high, entry.place, entry.start, entry.clock, entry.because or because)
