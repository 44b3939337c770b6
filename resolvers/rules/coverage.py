"""Which source of a list answers at an instant, and why none does: gaps, refusals, nothing seen yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.evidence import Instant, moment
from resolvers.rules.columns import Table
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.steps import LONG_AGO, Steps, merged


@dataclass(frozen=True, slots=True)
class Answering:
    """The place in the list of the source that answers (None: none does, `because`)."""

    place: int | None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """How one source stands at an instant: its last good sighting, and why its state is not known, if it is not."""

    last_good: Instant | None
    because: str = ""


def sights(table: Table, bridge: int) -> Steps[Sight]:
    """One source through time: known from a good sighting to the next, unknown beyond `bridge` and after a refusal."""
    at: list[Instant] = [LONG_AGO]
    values = [Sight(None, f"{table.id} was not sighted yet")]
    marks = [(t, True, "") for t in table.good] + [(t, False, because) for t, because in table.refusals]
    marks.sort(key=lambda mark: (mark[0], mark[1]))
    last_good: Instant | None = None
    for place, (t, good, because) in enumerate(marks):
        following = marks[place + 1][0] if place + 1 < len(marks) else None
        if not good:
            _set(
                at,
                values,
                t,
                Sight(
                    last_good, f"{table.id}: shape or anchor refused at {shown(t)}{': ' if because else ''}{because}"
                ),
            )
            continue
        last_good = t
        _set(at, values, t, Sight(t))
        if following is None or following > t + bridge:
            until = f"and {shown(following)}" if following is not None else "on"
            words = f"no good sighting of {table.id} between {shown(t)} {until}"
            if following is None:
                words = f"no good sighting of {table.id} since {shown(t)}"
            _set(at, values, t + bridge + 1, Sight(t, words))
    return Steps(at, values)


def _set(at: list[Instant], values: list[Sight], t: Instant, value: Sight) -> None:
    if at[-1] == t:
        values[-1] = value
    else:
        at.append(t)
        values.append(value)


def shown(t: Instant) -> str:
    return moment(t).strftime("%Y-%m-%d %H:%M UTC")


def answering(tables: Sequence[Table], defaults: HouseDefaults) -> Steps[Answering]:
    """A list of sources through time: the first whose last good sighting is within `max_age` answers."""
    parts = [sights(table, defaults.bridge.us) for table in tables]
    if len(parts) == 1:
        return parts[0].map(lambda sight: Answering(None if sight.because else 0, sight.because))
    aged = [_aged(part, defaults.max_age.us) for part in parts]
    return merged(aged, _first)


def _aged(part: Steps[Sight], max_age: int) -> Steps[Sight | None]:
    """None from where the last good sighting is older than `max_age`: then the next source is asked."""
    at: list[Instant] = []
    values: list[Sight | None] = []
    for place, (t, sight) in enumerate(zip(part.at, part.values, strict=True)):
        end = part.at[place + 1] if place + 1 < len(part.at) else None
        too_old = None if sight.last_good is None else sight.last_good + max_age + 1
        at.append(t)
        values.append(None if too_old is None or too_old <= t else sight)
        if too_old is not None and t < too_old and (end is None or too_old < end):
            at.append(too_old)
            values.append(None)
    return Steps(at, values)


def _first(sights_: Sequence[Sight | None]) -> Answering:
    for place, sight in enumerate(sights_):
        if sight is not None:
            return Answering(None if sight.because else place, sight.because)
    return Answering(None, "no source of the list was sighted recently enough")


def next_good(tables: Sequence[Table], after: Instant, until: Instant) -> tuple[int, Instant] | None:
    """The first good sighting after an instant, of any source; of several at one instant the first in the list."""
    found = []
    for place, table in enumerate(tables):
        index = bisect_right(table.good, after)
        if index < len(table.good) and table.good[index] <= until:
            found.append((table.good[index], place))
    if not found:
        return None
    t, place = min(found)
    return place, t
