"""Whether a source has shown no new row for a long time: what `frozen()` and `unless_frozen` go by.

It counts from the last row that was first seen, or from the first good sighting where there never was one. What a
good sighting showed lasts to the next; beyond `bridge` nobody knows, for new rows may have come unseen. A new row at
the end of such a gap may have come at any time in it: between what its start and its end come to, nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence

from resolvers.evidence import Instant
from resolvers.rules.columns import Table
from resolvers.rules.coverage import Sight
from resolvers.rules.gaps import came_at_earliest
from resolvers.rules.states import Known
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps, merged


def first_seen(table: Table) -> list[Instant]:
    """When each row was first seen, in order."""
    return table.first_seen


def frozen_steps(
    starts: Sequence[Instant], good: Sequence[Instant], seen: Steps[Sight], after: int, bridge: int
) -> Steps[Known]:
    """From each instant on: frozen, not, or unknown. `starts` are when rows were first seen; two lengths in µs."""
    news = sorted({*starts, *good[:1]})
    at: list[Instant] = [LONG_AGO]
    quiet: list[Known] = [None]
    for number, t in enumerate(news):
        following = news[number + 1] if number + 1 < len(news) else FAR_AHEAD
        for begins, known in _after_news(t, came_at_earliest(good, t, bridge), after):
            if begins < following:
                at.append(begins)
                quiet.append(known)
    told: Steps[Known] = seen.map(lambda sight: not sight.because)
    return merged([Steps(at, quiet), told], lambda found: None if found[0] and not found[1] else found[0])


def _after_news(t: Instant, earliest: Instant, after: int) -> list[tuple[Instant, Known]]:
    """What a new row first seen at t tells from then on, where it may have come as early as `earliest`."""
    open_from = max(t, earliest + after)
    moving: list[tuple[Instant, Known]] = [(t, False)] if open_from > t else []
    still: list[tuple[Instant, Known]] = [(t + after, True)]
    return [*moving, (open_from, None), *still] if earliest < t else [*moving, *still]
