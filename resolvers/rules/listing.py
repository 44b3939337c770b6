"""Whether a row's cell stood in another source during a time bound to the row, as a label of the row: yes or no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from resolvers.evidence import Instant, instant
from resolvers.rules.columns import Table
from resolvers.rules.coverage import Sight
from resolvers.rules.filters import Filter, ListedIn, columns_of
from resolvers.rules.gather import History, Registry
from resolvers.rules.matching import kept, split
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps
from resolvers.sources.cells import parse_date

UNLISTED = "not known whether it is listed"
"""How the reason begins where a row's time is not over, or nobody looked."""


@dataclass(frozen=True, slots=True)
class Listing(Registry):
    """What one `listed_in` finds for each row; `sights` is how the other source stands through time."""

    part: ListedIn
    sights: Steps[Sight]
    as_of: Instant
    shown: dict[str, dict[str | None, list[int]]] = field(default_factory=dict)
    """Filled when first asked: text of the other column -> its spans that pass `where`."""

    @property
    def named(self) -> None:
        """It is said of every row."""
        return None

    def told(self, table: Table, place: int, start: Instant) -> History:
        """Since it is about a stated time, what is found holds whenever it became known."""
        found = self.found(table, place)
        return [] if found is None else [(LONG_AGO, "yes" if found else "no")]

    def found(self, table: Table, place: int) -> bool | None:
        """Listed, not listed, or not known (yet); a row without the cell or the date is not listed."""
        text, date = table.texts(self.part.cell)[place], table.texts(self.part.since)[place]
        if not isinstance(text, str) or not isinstance(date, str):
            return None if text is None or date is None else False
        low = self._begin(table, place)
        if low is None:
            return None
        high = low + self.part.time.us
        if self._hit(text, low, high) is not None:
            return True
        return False if self._over(low, high) and not self._doubtful(text, low, high) else None

    def _begin(self, table: Table, place: int) -> Instant | None:
        """Where a row's own time begins; None without a date that can be read."""
        date = table.texts(self.part.since)[place]
        begin = parse_date(date, table.column(self.part.since), table.spec.read.zone) if isinstance(date, str) else None
        return None if begin is None else instant(begin)

    def ends(self, table: Table, where: Filter | None, last: Instant) -> Iterator[tuple[bool | None, Instant]]:
        """What is found for each row seen by `last` that may be let through but for this, and when its time is over."""
        foreign = frozenset(name for name in columns_of(where) if name not in table.spec.read.columns)
        for place in table.kept(split(where, foreign)[0], kept):
            if table.since[place] <= last and (low := self._begin(table, place)) is not None:
                yield self.found(table, place), low + self.part.time.us

    def _over(self, low: Instant, high: Instant) -> bool:
        """Whether the time is past and the other source was in sight all through it."""
        return self.as_of >= high and all(not sight.because for sight in self.sights.cut(low, high).values)

    def _hit(self, text: str, low: Instant, high: Instant) -> int | None:
        """A span of the other source that shows the text in the time, as far as the source was in sight."""
        certain = self.table.kept(self.part.where, kept)
        return next((place for place in self._inside(text, low, high) if certain[place]), None)

    def _doubtful(self, text: str, low: Instant, high: Instant) -> bool:
        """Whether a span that cannot be read for certain may be the one."""
        return any(True for wanted in (text, None) for _ in self._inside(wanted, low, high))

    def _inside(self, text: str | None, low: Instant, high: Instant) -> Iterator[int]:
        spans = self.table.spans
        for place in self._places(text):
            until = spans.until[place]
            start, end = max(low, spans.since[place]), min(high, self.as_of + 1, FAR_AHEAD if until is None else until)
            if start < end and any(not sight.because for sight in self.sights.cut(start, end).values):
                yield place

    def _places(self, text: str | None) -> list[int]:
        found = self.shown.get(self.part.as_)
        if found is None:
            found = self.shown[self.part.as_] = {}
            texts = self.table.texts(self.part.as_)
            for place in self.table.kept(self.part.where, kept):
                told = texts[place]
                if told is None or isinstance(told, str):
                    found.setdefault(told, []).append(place)
        return found.get(text, [])

    def cited(self, table: Table, place: int, k: Instant) -> Sequence[tuple[int, str]]:
        """The cell of the other source that shows the text."""
        text, low = table.texts(self.part.cell)[place], self._begin(table, place)
        if not isinstance(text, str) or low is None:
            return ()
        hit = self._hit(text, low, low + self.part.time.us)
        return () if hit is None else [(hit, self.part.as_)]

    @property
    def lacks(self) -> str:
        """Why a row is open where nothing is found."""
        return f"{UNLISTED} in {self.part.source} in time"
