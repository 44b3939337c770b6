"""What panels have answered, as labels of rows: yes, no, or nothing yet.

An answer is about what the row says, not about when it was given: the first one that counts holds from the row's first
sighting on, however late it came; one that corrects it counts from when it was seen. Whenever an answer is seen to
stand, it is given; it is about the row that had taken its key last by then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from resolvers.evidence import Instant, Sighting
from resolvers.rules.columns import ABSENT, Table
from resolvers.rules.exact import FALSE, TRUE, Truth
from resolvers.rules.gather import History, Registry
from resolvers.rules.panels import FACT, UNANSWERED, Panel
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps, joined

Said = tuple[Instant, str, int]
"""When an answer was seen, yes or no, and its span (-1 for a default)."""


@dataclass(frozen=True, slots=True)
class PanelAnswers(Registry):
    """One panel's answers by row key, as known at `as_of`."""

    panel: Panel
    as_of: Instant

    @property
    def named(self) -> Container[str] | None:
        """The keys that were answered about; a default is about any row."""
        return self.table.by_key if self.panel.default is None else None

    def told(self, table: Table, place: int, start: Instant) -> History:
        """What is answered of a row that was first seen at `start`."""
        answers = self.of_row(table, place)
        return self.heard(answers, self.last_for(start)) if answers or self.panel.default is not None else []

    def last_for(self, start: Instant) -> Instant:
        """When an answer about a row comes too late: with a default it decides after its time, else long after T."""
        return self.panel.last_for(start)

    def heard(self, answers: Sequence[Said], last: Instant) -> History:
        """Of these answers those seen before `last`; after that the default, where there is one."""
        given: History = [(since, said) for since, said, _ in answers if since < last]
        if given:
            return [(LONG_AGO, given[0][1]), *given[1:]]
        if self.panel.default is not None and self.as_of >= last:
            return [(LONG_AGO, self.panel.default)]
        return []

    def of_row(self, table: Table, place: int) -> list[Said]:
        """The answers about the row behind a span of another table, under whichever key it had when they were seen."""
        answered = self.table.answered(table.number)
        found = answered.get(place)
        if found is None:
            found = answered[place] = self._of_row(table, place)
        return found

    def _of_row(self, table: Table, place: int) -> list[Said]:
        spans, row = table.spans, table.layout.row_of[place]
        own = [place] if row < 0 else table.layout.rows[row]
        keys = [key for key in dict.fromkeys(spans.key[each] for each in own) if key in self.table.by_key]
        return sorted(
            answer
            for key in keys
            for start, end in held(table, key, spans.row[place])
            for answer in self.of_key(key, start, end)
        )

    def of_key(self, key: str, start: Instant = LONG_AGO, end: Instant = FAR_AHEAD) -> list[Said]:
        """The answers under one key, each when it was first seen in [start, end); one without agreement is none."""
        found = []
        for place in self.table.by_key.get(key, ()):
            said, since = self.said(place), self.table.spans.since[place]
            at = since if since >= start else next(self._again(place, start), end)
            if said is not None and at < end:
                found.append((at, said, place))
        return found

    def _again(self, place: int, start: Instant) -> Iterator[Instant]:
        """When an answer was seen to stand, from `start` on."""
        good, until = self.table.good, self.table.spans.until[place]
        for at in good[bisect_left(good, max(start, self.table.spans.since[place])) :]:
            if until is not None and at >= until:
                return
            yield at

    def said(self, place: int) -> str | None:
        """What one answer comes to: no where a limb is not met, yes where all are; None without agreement."""
        said = [self._limb(name, place) for name in self.panel.names]
        if "no" in said:
            return "no"
        return "yes" if all(limb == "yes" for limb in said) else None

    def _limb(self, name: str, place: int) -> str:
        text = self.table.texts(name)[place]
        return text.strip().casefold() if isinstance(text, str) else ""

    def cited(self, table: Table, place: int, k: Instant) -> Sequence[tuple[int, str]]:
        """The answer that counts, limb by limb."""
        row = table.layout.row_of[place]
        start = table.since[place if row < 0 else table.layout.rows[row][0]]
        return self.limbs_at(self.of_row(table, place), self.last_for(start), k)

    def limbs_at(self, answers: Sequence[Said], last: Instant, k: Instant) -> list[tuple[int, str]]:
        """The limbs of the answer that counts at k: the first, or a later one that had come by then."""
        some = [answer for answer in answers if answer[0] < last]
        if not some:
            return []
        return self.limbs(next((place for since, _, place in reversed(some[1:]) if since <= k), some[0][2]))

    def limbs(self, place: int) -> list[tuple[int, str]]:
        """What an answer says, limb by limb, and how many agreed."""
        return [(place, name) for name in (*self.panel.names, "votes") if self.table.cell(name, place) is not ABSENT]

    @property
    def lacks(self) -> str:
        """Why a row is open where nothing is answered."""
        return f"{UNANSWERED} ({self.panel.source})"

    def fact(self) -> Steps[Truth]:
        """The answer about the fact itself through time.

        A no tells of all time up to it; the first one at T or later is the last word. A yes tells of the time from it
        on, and of as much before it as the panel had to answer, unless a no lies there; it is the last word as well.
        """
        open_ = Truth(None, f"{UNANSWERED} ({self.panel.source})")
        at, values = [LONG_AGO], [open_]
        for start, said, (since, _, _) in self.words():
            at, values = ([*at, start], [*values, TRUE]) if said == "yes" else ([LONG_AGO, since + 1], [FALSE, open_])
        return _steps(at, values)

    def words(self) -> Iterator[tuple[Instant, str, Said]]:
        """What is said of the fact, in order, up to the last word: from when on a yes tells, yes or no, and the answer.

        After all draws the default is said, as at the last instant at which an answer counts.
        """
        panel, no_until = self.panel, LONG_AGO
        given = sorted(
            (at, said, place)
            for place in self.table.by_key.get(FACT, ())
            if (said := self.said(place)) is not None
            for at in self._again(place, LONG_AGO)
            if at < panel.last
        )
        if panel.default is not None and self.as_of >= panel.last:
            given.append((panel.last - 1, panel.default, -1))
        for answer in given:
            yield max(answer[0] - panel.draws_us, no_until), answer[1], answer
            no_until = answer[0] + 1
            if answer[1] == "yes" or answer[0] >= panel.decides:
                return

    def word_on(self, t: Instant) -> tuple[int, Sighting] | None:
        """The answer that tells of the fact at t: its span, and the look that showed it; None for a default."""
        for start, said, (since, _, place) in self.words():
            if place >= 0 and (t >= start if said == "yes" else t <= since):
                looks = [look for look in self.table.sightings if look.seen_at == since and look.state == "good"]
                return place, looks[-1]
        return None


def held(table: Table, key: str, row: str) -> Iterator[tuple[Instant, Instant]]:
    """When a row was the one that had taken a key last, as [start, end)."""
    spans, start = table.spans, None
    for place in table.by_key[key]:
        mine, since = spans.row[place] == row, spans.since[place]
        if mine and start is None:
            start = since
        elif not mine and start is not None:
            yield start, since
            start = None
    if start is not None:
        yield start, FAR_AHEAD


def _steps(at: list[Instant], values: list[Truth]) -> Steps[Truth]:
    """Steps in order; of two at one instant the later counts."""
    kept = dict(zip(at, values, strict=True))
    return joined(list(kept), list(kept.values()))
