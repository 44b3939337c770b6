"""What a long gap between good sightings leaves open: a row first seen at its end may have come at any time in it.

Our own outage is a gap and never an answer, so such a row is on neither side of a date that lies in the gap. Over gaps
of at most `bridge` what was seen lasts, and a row came when it was first seen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from resolvers.evidence import Instant

GAP = "first seen only after a gap in which the time asked for begins or ends"
"""How the reason begins where nobody knows on which side of a date a row came."""


def either_side(good: Sequence[Instant], bounds: tuple[Instant, Instant], bridge: int) -> frozenset[Instant]:
    """The good sightings whose new rows may have come inside or outside [from, before): a bound lies in the gap."""
    low, high = bounds
    if low >= high:
        return frozenset()
    return frozenset(good[place] for bound in bounds if (place := _long_gap_over(good, bound, bridge)) is not None)


def _long_gap_over(good: Sequence[Instant], t: Instant, bridge: int) -> int | None:
    """The number of the good sighting that ends the gap in which `t` lies, where that is longer than `bridge`."""
    place = bisect_left(good, t)
    long = 0 < place < len(good) and good[place] - good[place - 1] > bridge
    return place if long else None


def came_at_earliest(good: Sequence[Instant], first_seen: Instant, bridge: int) -> Instant:
    """When a row first seen at this good sighting may have come: after a long gap perhaps as early as it began."""
    place = _long_gap_over(good, first_seen, bridge)
    return first_seen if place is None else good[place - 1]
