"""What a source itself is doing at each instant, as far as its publisher's own answers tell.

Our own outage is a gap and never an answer: where the last look that the publisher answered (a body, or an HTTP status
of any kind) is older than `bridge`, nothing is known. Late, stale and lost need such an answer, still without a good
body, after their bound has passed. Removed needs a second 404 or 410 at least a day after the first.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.evidence import Instant, Sighting
from resolvers.freshness import is_gone
from resolvers.rules import exact
from resolvers.rules.exact import Truth
from resolvers.rules.steps import LONG_AGO, Steps, joined

CONFIRMED_AFTER = 86_400_000_000
"""Microseconds between the first 404 or 410 and the one that makes a page count as taken down."""

Known = bool | None
"""True, False, or None where nobody can know."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Microseconds: how old the last good sighting of a late, stale, lost source is, and how long an answer lasts."""

    late: int
    stale: int
    lost: int
    bridge: int

    def silent_for(self, wanted: str) -> tuple[int, float]:
        """How long the publisher has shown nothing good in this state: over the first, at most the second."""
        if wanted == "live":
            return -1, self.late
        if wanted == "late":
            return self.late, self.stale
        return self.stale if wanted == "stale" else self.lost, math.inf

    def ages_of(self, wanted: str) -> list[int]:
        """The ages of the last good sighting at which this state can begin or end; being taken down has none."""
        return [] if wanted == "removed" else [int(age) for age in self.silent_for(wanted) if 0 <= age < math.inf]


def answered(sighting: Sighting) -> bool:
    """Whether the publisher's server answered at all, be it with an error."""
    return sighting.state != "failed" or sighting.because.startswith("HTTP ")


class States:
    """One source's sightings, read for its states."""

    def __init__(self, sightings: Sequence[Sighting], bounds: Bounds) -> None:
        self.bounds = bounds
        self.answers = [sighting.seen_at for sighting in sightings if answered(sighting)]
        self.telling = [sighting for sighting in sightings if sighting.state != "failed" or is_gone(sighting)]
        self.told_at = [sighting.seen_at for sighting in self.telling]
        self.good = [sighting.seen_at for sighting in sightings if sighting.state == "good"]

    def steps(self, wanted: str) -> Steps[Known]:
        """Whether the source is in a state, from each instant on."""
        found = {seen_at + shift for seen_at in self.answers for shift in (0, self.bounds.bridge + 1)}
        found |= {good + age + 1 for good in self.good for age in self.bounds.ages_of(wanted)}
        at = [LONG_AGO, *sorted(found)]
        return joined(at, [self.at(wanted, t) for t in at])

    def at(self, wanted: str, t: Instant) -> Known:
        """Whether the source is in a state at t."""
        place = bisect_right(self.told_at, t) - 1
        if place < 0:
            return None
        newest = self.telling[place]
        if is_gone(newest):
            return self._gone(wanted, place, t)
        if newest.state == "good":
            return self._by_silence(wanted, t)
        return False if self._fresh(t) else None

    def _fresh(self, t: Instant) -> bool:
        """Whether the publisher answered a look recently enough for the answer to last."""
        place = bisect_right(self.answers, t) - 1
        return place >= 0 and t <= self.answers[place] + self.bounds.bridge

    def _by_silence(self, wanted: str, t: Instant) -> Known:
        """The publisher showed nothing good from its last good sighting to its last answer, perhaps not until t."""
        place, last = bisect_right(self.good, t) - 1, bisect_right(self.answers, t) - 1
        if place < 0 or last < 0 or t > self.answers[last] + self.bounds.bridge:
            return None
        if wanted == "removed":
            return False
        good = self.good[place]
        least, most = self.answers[last] - good, t - good
        over, up_to = self.bounds.silent_for(wanted)
        if most <= over or least > up_to:
            return False
        return True if least > over and most <= up_to else None

    def _gone(self, wanted: str, place: int, t: Instant) -> Known:
        """Taken down from the first 404 on, once a later one confirms it; what comes back was not taken down."""
        first = place
        while first and is_gone(self.telling[first - 1]):
            first -= 1
        since = self.told_at[first]
        for later in range(first, len(self.telling)):
            following = self.told_at[later]
            near = following <= since + self.bounds.bridge
            if not is_gone(self.telling[later]):
                return self._by_silence(wanted, t) if near else None
            if following >= since + CONFIRMED_AFTER:
                return wanted == "removed" if self._fresh(t) and (near or t >= following) else None
        return None


def as_truth(known: Known, wanted: str, source: str) -> Truth:
    """Whether a source is in a state, with the reason where that is open."""
    if known is None:
        return Truth(None, f"no look that its publisher answered tells whether {source} is {wanted}")
    return exact.TRUE if known else exact.FALSE
