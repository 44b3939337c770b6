"""Finding the first run of a condition: true (or possibly true) from t0 on, for as long as it has to hold.

What counts as known moves with the run: k = t0 + length + settle, or the first good sighting after the run where none
came by then (until there is one, the run is open). A run has to be seen by its own end, too: without
that, a value put in place today would be true of the days before at once, and settling would protect nobody from a
publisher's slip. So the condition is asked twice, as known at the end and as known at k, and both have to be true.

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
from resolvers.rules.exact import Truth, conjunction
from resolvers.rules.knowing import Knowing
from resolvers.rules.looks import SEEN, WAITS
from resolvers.rules.nodes import Hold
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps, merged

Accept = Callable[[Truth], bool]


def certain(truth: Truth) -> bool:
    return truth.value is True


def possible(truth: Truth) -> bool:
    return truth.value is not False


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


def first_run(steps: Steps[Truth], low: Instant, last: Instant, length: int, accept: Accept) -> Instant | None:
    """The first t0 in [low, last] from which every value is accepted for `length` (0: at that instant)."""
    for start, end in stretches(steps, low, last + max(length, 1), accept):
        if end - start >= max(length, 1) and start <= last:
            return start
    return None


class RunFinder:
    """Looks for runs of one condition that start at `opens` or later, are complete by T, and are known by `as_of`.

    `onwards`: as if nothing more were ever seen and everything stayed as it is at `as_of`, up to T.
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
        self.looks = SEEN if onwards else evaluator.looks(hold.of, settle)
        if not onwards:
            self.last = min(self.last, evaluator.as_of - self.length - settle)

    def find(self) -> Found:
        if self.last < self.opens:
            return Found(None, None)
        if self.how == "vintage":
            return self._found(self._pieces_of(Knowing("vintage", self.evaluator.as_of), self.opens, self.last))
        if self.how == "first":
            # The envelope is made of every release, so it cannot bound what the first ones say.
            return self._found(self._by_epoch(self.evaluator.times(self.hold, True), self.opens, self.last))
        envelope = self._truths(Knowing("envelope", self.evaluator.as_of), self.opens, self.last)
        times = None
        first_possible: Run | None = None
        waiting: Run | None = None
        for start, end in stretches(envelope, self.opens, self.last + self.span, possible):
            last = min(end - self.span, self.last)
            if last < start:
                continue
            sure = first_run(envelope, start, last, self.length, certain)
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

    def _truths(self, knowing: Knowing, low: Instant, last: Instant) -> Steps[Truth]:
        """The condition from `low` until a run that starts at `last` is over; after now it stays as it is."""
        high = last + self.span
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

    def _by_epoch(
        self, times: list[Instant], low: Instant, last: Instant
    ) -> Iterator[tuple[Steps[Truth], Instant, Instant]]:
        """[low, last] in pieces within which every t0 is judged by the same knowledge."""
        lags = sorted({self.length, self.length + self.settle})
        while low <= last:
            look = self._look(low)
            moving = lags if look == LONG_AGO else lags[:1]
            following = [times[place] - lag for lag in moving if (place := bisect_right(times, low + lag)) < len(times)]
            change = bisect_right(self.looks.at, low + self.length)
            following += [t - self.length for t in self.looks.at[change : change + 1]]
            piece_last = min([last, *(t - 1 for t in following)])
            parts = [self._truths(Knowing(self.how, low + lag), low, piece_last) for lag in moving]
            if look == FAR_AHEAD:
                parts = [self._waiting(parts[0], low)]
            elif look != LONG_AGO:
                parts.append(self._truths(Knowing(self.how, look), low, piece_last))
            yield (parts[0] if len(parts) == 1 else merged(parts, conjunction)), low, piece_last
            low = piece_last + 1

    def _pieces_of(
        self, knowing: Knowing, low: Instant, last: Instant
    ) -> Iterator[tuple[Steps[Truth], Instant, Instant]]:
        yield self._truths(knowing, low, last), low, last

    def _found(self, pieces: Iterator[tuple[Steps[Truth], Instant, Instant]]) -> Found:
        first_possible: Run | None = None
        waiting: Run | None = None
        for steps, low, last in pieces:
            sure = first_run(steps, low, last, self.length, certain)
            maybe = first_run(steps, low, last, self.length, possible)
            if maybe is not None and first_possible is None and (sure is None or maybe < sure):
                first_possible = self._run(maybe, self._why(steps, maybe))
            due = first_run(steps, low, last, self.length, awaited) if waiting is None else None
            if due is not None and due != sure:
                waiting = self._run(due, self._why(steps, due))
            if sure is not None:
                return Found(self._run(sure), first_possible, waiting)
        return Found(None, first_possible, waiting)

    def _why(self, steps: Steps[Truth], t0: Instant) -> str:
        """What is open in a possible run."""
        piece = steps.cut(t0, t0 + self.span)
        return next((value.because for value in piece.values if value.value is None and value.because), "")
