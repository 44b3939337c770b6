"""Step functions of time: a value holds from its instant until the next one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from resolvers.evidence import Instant

LONG_AGO: Instant = -(2**62)
FAR_AHEAD: Instant = 2**62

V = TypeVar("V")
W = TypeVar("W")


@dataclass(slots=True)
class Steps(Generic[V]):
    """`values[i]` holds on [at[i], at[i+1]); `at` is sorted and its first instant is where the function begins.

    Never changed once made; not declared frozen, because making a frozen one takes three times as long.
    """

    at: Sequence[Instant]
    values: Sequence[V]

    @classmethod
    def constant(cls, value: V, since: Instant = LONG_AGO) -> Steps[V]:
        return cls((since,), (value,))

    def value_at(self, t: Instant) -> V:
        """The value at t; t may not lie before the first step."""
        return self.values[max(bisect_right(self.at, t) - 1, 0)]

    def cut(self, low: Instant, high: Instant) -> Steps[V]:
        """The part on [low, high), beginning exactly at low."""
        first = max(bisect_right(self.at, low) - 1, 0)
        last = first + 1 if high == low + 1 else max(bisect_right(self.at, high - 1), first + 1)
        if last == first + 1:
            return Steps((low,), (self.values[first],))
        return Steps((low, *self.at[first + 1 : last]), tuple(self.values[first:last]))

    def map(self, change: Callable[[V], W]) -> Steps[W]:
        """Each value changed; equal neighbours joined."""
        if len(self.values) == 1:
            return Steps(self.at, (change(self.values[0]),))
        return joined(self.at, [change(value) for value in self.values])


def joined(at: Sequence[Instant], values: Sequence[V]) -> Steps[V]:
    """Steps in which a value that equals the one before it makes no step."""
    kept_at: list[Instant] = []
    kept: list[V] = []
    last: V | None = None
    for instant, value in zip(at, values, strict=True):
        if (value is not last and value != last) or not kept:
            kept_at.append(instant)
            kept.append(value)
            last = value
    return Steps(kept_at, kept)


def merged(parts: Sequence[Steps[V]], combine: Callable[[Sequence[V]], W], join: bool = True) -> Steps[W]:
    """Several step functions, combined at every instant where one of them changes; constants may begin earlier.

    Without `join`, equal neighbours stay apart, which is quicker where comparing values is dear.
    """
    if len(parts) == 1:
        return parts[0].map(lambda value: combine((value,)))
    if len(parts) == 2 and len(parts[1].at) == 1 and parts[1].at[0] <= parts[0].at[0]:
        constant = parts[1].values[0]
        found = [combine((value, constant)) for value in parts[0].values]
        return joined(parts[0].at, found) if join else Steps(parts[0].at, found)
    if all(len(part.at) == 1 for part in parts):
        return Steps((max(part.at[0] for part in parts),), (combine([part.values[0] for part in parts]),))
    found_at, values = _two(parts[0], parts[1], combine) if len(parts) == 2 else _many(parts, combine)
    return joined(found_at, values) if join else Steps(found_at, values)


def _two(left: Steps[V], right: Steps[V], combine: Callable[[Sequence[V]], W]) -> tuple[list[Instant], list[W]]:
    """What most merging is: one pass through both at once."""
    found_at: list[Instant] = []
    values: list[W] = []
    t = max(left.at[0], right.at[0])
    one, other = bisect_right(left.at, t), bisect_right(right.at, t)
    lefts, rights = [*left.at[one:], FAR_AHEAD], [*right.at[other:], FAR_AHEAD]
    one_value, other_value = left.values[one - 1 :], right.values[other - 1 :]
    one = other = 0
    while True:
        found_at.append(t)
        values.append(combine((one_value[one], other_value[other])))
        left_t, right_t = lefts[one], rights[other]
        t = left_t if left_t < right_t else right_t
        if t == FAR_AHEAD:
            return found_at, values
        while lefts[one] <= t:
            one += 1
        while rights[other] <= t:
            other += 1


def _many(parts: Sequence[Steps[V]], combine: Callable[[Sequence[V]], W]) -> tuple[list[Instant], list[W]]:
    start = max(part.at[0] for part in parts)
    instants = sorted({start, *(instant for part in parts for instant in part.at if instant > start)})
    places = [0] * len(parts)
    values: list[W] = []
    for instant in instants:
        for number, part in enumerate(parts):
            at = part.at
            place = places[number]
            while place + 1 < len(at) and at[place + 1] <= instant:
                place += 1
            places[number] = place
        values.append(combine([part.values[place] for part, place in zip(parts, places, strict=True)]))
    return instants, values
