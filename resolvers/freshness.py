"""A source's state: does it still speak, and is what it says usable?

A silent source is stale, not unchanged; a page that is gone is not a page without news.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from resolvers.durations import Duration
from resolvers.evidence import Instant, Sighting, SourceEvidence

State = Literal["live", "late", "stale", "unreadable", "refused", "removed", "lost", "never"]

LOST_AFTER = Duration.of_days(14)
"""The house default: with no good sighting for this long a source counts as lost."""

GONE = ("HTTP 404", "HTTP 410")
"""How the `because` of a failed sighting begins when the publisher's server says that there is nothing any more."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands at an instant, since when and why; `newest` is its last good sighting."""

    id: str
    state: State
    since: Instant | None
    because: str
    newest: Instant | None


def is_gone(sighting: Sighting) -> bool:
    """Whether this look found the page taken down (404 or 410), as opposed to a server in trouble."""
    return sighting.state == "failed" and sighting.because.startswith(GONE)


def state_of(evidence: SourceEvidence, as_of: Instant, lost_after: Duration = LOST_AFTER) -> SourceState:
    """The source's state at `as_of`, from the sightings up to then.

    A look that merely failed says nothing. What the newest of the others found comes first: taken down (removed),
    another document (refused), not readable. After a good one its age decides: lost over `lost_after`, stale and late
    over the source's own bounds, live otherwise. `never`: there was no good one yet.
    """
    seen = [sighting for sighting in evidence.sightings if sighting.seen_at <= as_of]
    newest = next((s.seen_at for s in reversed(seen) if s.state == "good"), None)
    if not seen:
        return SourceState(evidence.spec.id, "never", None, "never looked at", None)
    telling = [s for s in reversed(seen) if s.state != "failed" or is_gone(s)]
    if telling and (trouble := _trouble(telling[0])) is not None:
        run = list(takewhile(lambda s: _trouble(s) == trouble, telling))
        return SourceState(evidence.spec.id, trouble, run[-1].seen_at, telling[0].because, newest)
    if newest is None:
        return SourceState(evidence.spec.id, "never", seen[0].seen_at, seen[-1].because, None)
    return _by_age(evidence, seen, newest, as_of, lost_after)


def _trouble(sighting: Sighting) -> Literal["removed", "refused", "unreadable"] | None:
    if is_gone(sighting):
        return "removed"
    if sighting.state == "refused":
        return "refused"
    return "unreadable" if sighting.state == "unreadable" else None


def _by_age(
    evidence: SourceEvidence, seen: Sequence[Sighting], newest: Instant, as_of: Instant, lost_after: Duration
) -> SourceState:
    fetch, age = evidence.spec.fetch, as_of - newest
    worst_first: list[tuple[State, Duration]] = [("lost", lost_after), ("stale", fetch.stale), ("late", fetch.late)]
    for state, bound in worst_first:
        if age > bound.us:
            last = "" if seen[-1].state == "good" else f"; the last look: {seen[-1].because}"
            because = f"no good sighting for {bound}{last}"
            return SourceState(evidence.spec.id, state, newest + bound.us, because, newest)
    return SourceState(evidence.spec.id, "live", _live_since(seen, fetch.late), "", newest)


def _live_since(seen: Sequence[Sighting], late: Duration) -> Instant:
    """The start of the unbroken row of good sightings that leads up to the newest."""
    good = [s.seen_at for s in seen if s.state == "good"]
    start = good[-1]
    for earlier in reversed(good[:-1]):
        if start - earlier > late.us:
            break
        start = earlier
    return start
