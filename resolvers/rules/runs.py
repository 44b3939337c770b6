"""Finding the first run of a condition: true (or possibly true) from t0 on, for as long as it has to hold.

What counts as known moves with the run: k = t0 + length + settle, or the first good sighting after the run where none
came by then (until there is one, the run is open). That alone would not do: a figure put in place today is true of the
days before at once, so that a run could be over before anybody saw it begin, and settling would protect nobody from a
publisher's slip. So a run begins when it was seen to begin, as known at t0 itself; each of its instants has to be true
as known `settle` later, so that a slip which was corrected in time breaks nothing, and one that stood longer does; and
all of it has to be true as known at k.

Between the instants at which more becomes known, every t0 sees the same; such stretches are looked at one by one, and
only where looking at every k at once (the envelope) does not already tell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from resolvers.evidence import Instant
from resolvers.rules.coverage import shown
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.exact import Early, Truth, conjunction
from resolvers.rules.knowing import Knowing
from resolvers.rules.looks import WAITS
from resolvers.rules.nodes import Hold
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps, joined, merged

Accept = Callable[[Truth], bool]


def certain(truth: Truth) -> bool:
    return truth.value is True


def possible(truth: Truth) -> bool:
    """Not false, and not only waiting for the instant at which it is read: that instant has a turn of its own."""
    return truth.value is not False and type(truth) is not Early


def awaited(truth: Truth) -> bool:
    """True, or true so far and only waiting for a look."""
    return truth.value is True or WAITS in truth.because


@dataclass(frozen=True, slots=True)
class Run:
    """A run from t0 to `end`, decided with what is known at `k`; `because` tells what is open, if it is."""

    t0: Instant
    end: Instant
    k: Instant
    because: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The first certain run, the first possible one where that comes earlier, and one that only waits for a look."""

    certain: Run | None
    possible: Run | None
    waiting: Run | None = None


def stretches(steps: Steps[Truth], low: Instant, high: Instant, accept: Accept) -> Iterator[tuple[Instant, Instant]]:
    """The maximal [start, end) within [low, high) on which every value is accepted."""
    piece = steps.cut(low, high)
    start: Instant | None = None
    for t, value in zip(piece.at, piece.values, strict=True):
        if accept(value):
            start = t if start is None else start
        elif start is not None:
            yield start, t
            start = None
    if start is not None:
        yield start, high


@dataclass(frozen=True, slots=True)
class Piece:
    """Runs that begin in [low, last]: the condition as they are judged, and as it was seen when each began."""

    steps: Steps[Truth]
    starts: Steps[Truth] | None
    low: Instant
    last: Instant

    def first_run(self, length: int, accept: Accept) -> Instant | None:
        """The first t0 that was accepted as seen then, and from which every value is for `length` (0: at t0)."""
        span = max(length, 1)
        for start, end in stretches(self.steps, self.low, self.last + span, accept):
            last = min(end - span, self.last)
            if start <= last:
                if self.starts is None:
                    return start
                began = next(stretches(self.starts, start, last + 1, accept), None)
                if began is not None:
                    return began[0]
        return None


class RunFinder:
    """Looks for runs of one condition that start at `opens` or later, are complete by T, and are known by `as_of`.

    `onwards`: as if everything stayed as it is at `as_of`, up to T, and looks that are due showed just that.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        hold: Hold,
        opens: Instant,
        decides: Instant,
        how: str,
        settle: int,
        onwards: bool = False,
    ) -> None:
        self.evaluator, self.hold, self.opens = evaluator, hold, opens
        self.length, self.settle, self.how = hold.length.us, settle, how
        self.span = max(self.length, 1)
        self.last = decides - self.span
        self.now = evaluator.as_of + 1 if onwards else decides
        self.looks = evaluator.looks(hold.of, settle)
        if onwards:
            self.looks = self.looks.map(lambda look: LONG_AGO if look == FAR_AHEAD else look)
        if not onwards:
            self.last = min(self.last, evaluator.as_of - self.length - settle)

    def find(self) -> Found:
        if self.last < self.opens:
            return Found(None, None)
        if self.how == "vintage":
            steps = self._truths(Knowing("vintage", self.evaluator.as_of), self.opens, self.last + self.span)
            return self._found(iter([Piece(steps, None, self.opens, self.last)]))
        if self.how == "first":
            # The envelope is made of every release, so it cannot bound what the first ones say.
            return self._found(self._by_epoch(self.evaluator.times(self.hold, True), self.opens, self.last))
        envelope = self._truths(Knowing("envelope", self.evaluator.as_of), self.opens, self.last + self.span)
        times = None
        first_possible: Run | None = None
        waiting: Run | None = None
        for start, end in stretches(envelope, self.opens, self.last + self.span, possible):
            last = min(end - self.span, self.last)
            if last < start:
                continue
            sure = Piece(envelope, None, start, last).first_run(self.length, certain)
            if sure is not None and self._look(sure) == FAR_AHEAD:
                sure = None
            if sure == start:
                return Found(self._run(start), first_possible, waiting)
            if times is None:
                times = self.evaluator.times(self.hold, False)
            found = self._found(self._by_epoch(times, start, last if sure is None else sure))
            first_possible = first_possible or found.possible
            waiting = waiting or found.waiting
            if found.certain is not None:
                return Found(found.certain, first_possible, waiting)
        return Found(None, first_possible, waiting)

    def _truths(self, knowing: Knowing, low: Instant, high: Instant) -> Steps[Truth]:
        """The condition on [low, high); after now it stays as it is."""
        if high <= self.now:
            return self.evaluator.truths(self.hold.of, knowing, low, high)
        start = min(low, self.now - 1)
        return self.evaluator.truths(self.hold.of, knowing, start, self.now).cut(low, high)

    def _run(self, t0: Instant, because: str = "") -> Run:
        end = t0 + self.length
        look = self._look(t0)
        return Run(t0, end, look if LONG_AGO < look < FAR_AHEAD else end + self.settle, because)

    def _look(self, t0: Instant) -> Instant:
        """The good sighting that a run from t0 has to wait for: LONG_AGO for none, FAR_AHEAD where it has not come."""
        return self.looks.value_at(t0 + self.length)

    def _waiting(self, steps: Steps[Truth], t0: Instant) -> Steps[Truth]:
        """What is true so far is open until a look; what is open or false by then stays so."""
        end = t0 + self.length
        wait = Truth(None, f"{WAITS} {shown(end)} of {self.evaluator.unseen(self.hold.of, end, self.settle)}")
        return steps.map(lambda truth: wait if truth.value is True else truth)

    def _by_epoch(self, times: list[Instant], low: Instant, last: Instant) -> Iterator[Piece]:
        """[low, last] in pieces within which every t0 is judged by the same knowledge."""
        settled, lag = (self._settled(times, low, last + self.span), 0) if self.length else (None, self.length)
        while low <= last:
            look = self._look(low)
            moving = {lag, self.length + self.settle} if look == LONG_AGO else {lag}
            following = [times[place] - lag for lag in moving if (place := bisect_right(times, low + lag)) < len(times)]
            change = bisect_right(self.looks.at, low + self.length)
            following += [t - self.length for t in self.looks.at[change : change + 1]]
            piece_last = min([last, *(t - 1 for t in following)])
            yield self._piece(settled, look, low, piece_last)
            low = piece_last + 1

    def _piece(self, settled: Steps[Truth] | None, look: Instant, low: Instant, last: Instant) -> Piece:
        """Runs from `low` to `last`, for all of which the same is known when they begin and when they are judged."""
        high = last + self.span
        seen = self._truths(Knowing(self.how, low), low, last + 1)
        steps, starts = (seen, None) if settled is None else (settled.cut(low, high), seen)
        if look == FAR_AHEAD:
            return Piece(self._waiting(steps, low), starts, low, last)
        k = low + self.length + self.settle if look == LONG_AGO else look
        if settled is None and k == low:
            return Piece(steps, starts, low, last)
        return Piece(merged([steps, self._truths(Knowing(self.how, k), low, high)], conjunction), starts, low, last)

    def _settled(self, times: list[Instant], low: Instant, high: Instant) -> Steps[Truth]:
        """The condition on [low, high), each instant as known when corrections of what it showed count no more."""
        at: list[Instant] = []
        values: list[Truth] = []
        while low < high:
            place = bisect_right(times, low + self.settle)
            end = min(times[place] - self.settle, high) if place < len(times) else high
            part = self._truths(Knowing(self.how, low + self.settle), low, end)
            at += part.at
            values += part.values
            low = end
        return joined(at, values)

    def _found(self, pieces: Iterator[Piece]) -> Found:
        first_possible: Run | None = None
        waiting: Run | None = None
        for piece in pieces:
            sure = piece.first_run(self.length, certain)
            maybe = piece.first_run(self.length, possible)
            if maybe is not None and first_possible is None and (sure is None or maybe < sure):
                first_possible = self._run(maybe, self._why(piece, maybe))
            due = piece.first_run(self.length, awaited) if waiting is None else None
            if due is not None and due != sure:
                waiting = self._run(due, self._why(piece, due))
            if sure is not None:
                return Found(self._run(sure), first_possible, waiting)
        return Found(None, first_possible, waiting)

    def _why(self, piece: Piece, t0: Instant) -> str:
        """What is open in a possible run."""
        values = [
            *piece.steps.cut(t0, t0 + self.span).values,
            *(piece.starts.cut(t0, t0 + 1).values if piece.starts else ()),
        ]
        return next((value.because for value in values if value.value is None and value.because), "")
