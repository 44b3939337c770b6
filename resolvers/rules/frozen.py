"""Whether a source has shown no new row for a long time: what `frozen()` and `unless_frozen` go by.

It counts from the last row that was first seen, or from the first good sighting where there never was one. What a
good sighting showed lasts to the next; beyond `bridge` nobody knows, for new rows may have come unseen.
"""

from __future__ import annotations

from collections.abc import Sequence

from resolvers.evidence import Instant
from resolvers.rules.columns import Table
from resolvers.rules.coverage import Sight
from resolvers.rules.states import Known
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps, merged


def first_seen(table: Table) -> list[Instant]:
    """When each row was first seen."""
    found: dict[str, Instant] = {}
    for row, since in zip(table.spans.row, table.since, strict=True):
        found.setdefault(row, since)
    return list(found.values())


def frozen_steps(starts: Sequence[Instant], good: Sequence[Instant], seen: Steps[Sight], after: int) -> Steps[Known]:
    """From each instant on: frozen, not, or unknown. `starts` are when rows were first seen, `after` microseconds."""
    news = sorted({*starts, *good[:1]})
    at: list[Instant] = [LONG_AGO]
    quiet: list[Known] = [None]
    for number, t in enumerate(news):
        following = news[number + 1] if number + 1 < len(news) else FAR_AHEAD
        at.append(t)
        quiet.append(False)
        if t + after < following:
            at.append(t + after)
            quiet.append(True)
    told: Steps[Known] = seen.map(lambda sight: not sight.because)
    return merged([Steps(at, quiet), told], lambda found: None if found[0] and not found[1] else found[0])
