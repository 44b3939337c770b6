"""What panels have answered, as labels of rows: yes, no, or nothing yet.

An answer is about what the row says, not about when it was given: the first one that counts holds from the row's first
sighting on, however late it came; one that corrects it counts from when it was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.evidence import Instant
from resolvers.rules.columns import Table
from resolvers.rules.exact import FALSE, TRUE, Truth
from resolvers.rules.gather import History, Registry
from resolvers.rules.panels import FACT, UNANSWERED, Panel
from resolvers.rules.steps import LONG_AGO, Steps, joined


@dataclass(frozen=True, slots=True)
class PanelAnswers(Registry):
    """One panel's answers by row key, as known at `as_of`."""

    panel: Panel
    as_of: Instant

    def told(self, table: Table, place: int, start: Instant) -> History:
        """What is answered of a row that was first seen at `start`."""
        return self.of_key(table.spans.key[place], self.last_for(start))

    def last_for(self, start: Instant) -> Instant:
        """When an answer about a row comes too late: with a default it decides after its time, else long after T."""
        if self.panel.default is not None and self.panel.by_row:
            return min(start + self.panel.draws_us, self.panel.last)
        return self.panel.last

    def of_key(self, key: str, last: Instant) -> History:
        """The answers about one key that were seen before `last`; after that the default, where there is one."""
        given = [(since, said) for since, said in self._given(key) if since < last and said is not None]
        if given:
            return [(LONG_AGO, given[0][1]), *given[1:]]
        if self.panel.default is not None and self.as_of >= last:
            return [(LONG_AGO, self.panel.default)]
        return []

    def _given(self, key: str) -> History:
        spans = self.table.spans
        return [(spans.since[place], self.said(place)) for place in self.table.by_key.get(key, ())]

    def said(self, place: int) -> str | None:
        """What one answer comes to: no where a limb is not met, yes where all are; else no agreement."""
        said = [self._limb(name, place) for name in self.panel.names]
        if "no" in said:
            return "no"
        return "yes" if all(limb == "yes" for limb in said) else self.panel.default

    def _limb(self, name: str, place: int) -> str:
        text = self.table.texts(name)[place]
        return text.strip().casefold() if isinstance(text, str) else ""

    def cited(self, table: Table, place: int, k: Instant) -> Sequence[tuple[int, str]]:
        """The answer that counts, limb by limb."""
        return self.answer_cited(table.spans.key[place], k)

    def answer_cited(self, key: str, k: Instant) -> Sequence[tuple[int, str]]:
        """The limbs of the answer about a key that counts at k: the first, or a later one that had come by then."""
        places, since = self.table.by_key.get(key, ()), self.table.since
        some = [place for place in places if self.said(place) is not None and since[place] < self.panel.last]
        if not some:
            return ()
        place = next((place for place in reversed(some[1:]) if since[place] <= k), some[0])
        return [(place, name) for name in (*self.panel.names, "votes") if name in self.table.spans.cells[place]]

    @property
    def lacks(self) -> str:
        """Why a row is open where nothing is answered."""
        return f"{UNANSWERED} ({self.panel.source})"

    def fact(self, decides: Instant) -> Steps[Truth]:
        """The answer about the fact itself through time.

        A no tells of all time up to it; the first one at T or later is the last word. A yes tells of the time from it
        on, and of as much before it as the panel had to answer, unless a no lies there; it is the last word as well.
        """
        open_ = Truth(None, f"{UNANSWERED} ({self.panel.source})")
        at, values = [LONG_AGO], [open_]
        answers = [(since, said) for since, said in self._given(FACT) if since < self.panel.last and said is not None]
        if self.as_of >= self.panel.last and self.panel.default is not None:
            answers.append((self.panel.last, self.panel.default))
        no_until = LONG_AGO
        for since, said in answers:
            if said == "yes":
                start = max(since - self.panel.draws_us, no_until)
                values, at = [*values, TRUE], [*at, start]
                break
            no_until = since + 1
            at, values = [LONG_AGO, no_until], [FALSE, open_]
            if since >= decides:
                break
        return _steps(at, values)


def _steps(at: list[Instant], values: list[Truth]) -> Steps[Truth]:
    """Steps in order; of two at one instant the later counts."""
    kept = dict(zip(at, values, strict=True))
    return joined(list(kept), list(kept.values()))
