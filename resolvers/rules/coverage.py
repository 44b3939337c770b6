"""Which source of a list answers at an instant, and why none does: gaps, refusals, nothing seen yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from resolvers.evidence import Instant
from resolvers.rules.columns import Table
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.making import moment
from resolvers.rules.states import Known
from resolvers.rules.steps import LONG_AGO, Steps, joined, merged


@dataclass(frozen=True, slots=True)
class Answering:
    """The place in the list of the source that answers (None: none does, `because`)."""

    place: int | None
    because: str = ""


FROZEN_OR_NOT = "it is open whether a source of the list is frozen"
"""Why no source of a list answers where it was sighted, but it is open whether it is to be passed over."""
ANSWERS = Answering(0)
"""A source that is alone answers."""


@dataclass(slots=True)
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


@lru_cache(maxsize=65536)
def shown(t: Instant) -> str:
    """An instant in running text."""
    return moment(t).strftime("%Y-%m-%d %H:%M UTC")


Passed = Sequence[Steps[Known] | None]
"""For each source of a list: when it is passed over, if ever."""


def answering(parts: Sequence[Steps[Sight]], defaults: HouseDefaults, passed: Passed = ()) -> Steps[Answering]:
    """A list of sources' sights through time: the first whose last good sighting is within `max_age` answers."""
    if len(parts) == 1 and not any(passed):
        return parts[0].map(lambda sight: Answering(None, sight.because) if sight.because else ANSWERS)
    aged = [_aged(part, defaults.max_age.us) for part in parts]
    for place, frozen in enumerate(passed):
        if frozen is not None:
            aged[place] = _over(aged[place], frozen)
    return merged(aged, _first)


def _over(part: Steps[Sight | None], frozen: Steps[Known]) -> Steps[Sight | None]:
    """None where the source is frozen: then the next one is asked; where that is open nobody knows which answers."""
    at = sorted({*part.at, *(t for t in frozen.at if t > part.at[0])})
    return joined(at, [_unless(frozen.value_at(t), part.value_at(t)) for t in at])


def _unless(frozen: Known, sight: Sight | None) -> Sight | None:
    if frozen or sight is None or sight.because:
        return None if frozen else sight
    return sight if frozen is False else Sight(sight.last_good, FROZEN_OR_NOT)


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


def next_good(
    tables: Sequence[Table], after: Instant, until: Instant, passed: Passed = ()
) -> tuple[int, Instant] | None:
    """The first good sighting after an instant, of any source; of several at one instant the first in the list.

    None also where it is open whether that source is frozen, so that it would be passed over.
    """
    found = []
    for place, table in enumerate(tables):
        index = bisect_right(table.good, after)
        frozen = passed[place] if passed else None
        while frozen is not None and index < len(table.good) and frozen.value_at(table.good[index]):
            index += 1
        if index < len(table.good) and table.good[index] <= until:
            found.append((table.good[index], place))
    if not found:
        return None
    t, place = min(found)
    frozen = passed[place] if passed else None
    return None if frozen is not None and frozen.value_at(t) is None else (place, t)
