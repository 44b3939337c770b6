"""A second, slow reading of the same laws, instant by instant, to hold the engine against.

It knows nothing of steps, epochs or envelopes: for one (t, k) it walks the spans of each row, lists what the row may
be, and tries every combination.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise, product

from resolvers.evidence import Instant, SourceEvidence, Span

DAY = 86_400_000_000
Option = Fraction | None
"""One thing a row may be: a value, or None where it is not there."""


def sightings_known(source: SourceEvidence, t: Instant, bridge: int) -> bool:
    """Whether the source's state at t is known."""
    telling = [s for s in source.sightings if s.state in ("good", "refused") and s.seen_at <= t]
    if not telling or telling[-1].state == "refused":
        return False
    following = [s for s in source.sightings if s.state in ("good", "refused") and s.seen_at > t]
    last = telling[-1].seen_at
    if following and following[0].state == "good" and following[0].seen_at <= last + bridge:
        return True
    if following and following[0].seen_at <= last + bridge:
        return True
    return t <= last + bridge


def rows_of(source: SourceEvidence) -> list[list[Span]]:
    found: dict[str, list[Span]] = {}
    for span in source.spans:
        found.setdefault(span.row, []).append(span)
    return list(found.values())


def options_of(spans: Sequence[Span], t: Instant, k: Instant, column: str, low: int, high: int) -> list[Option] | None:
    """What a row may add at t as known at k; None where it adds nothing for sure."""
    if spans[0].since > t:
        return None
    known = [span for span in spans if span.since <= k]
    newest = known[-1]
    vanished = newest.ended == "vanished" and newest.until is not None and newest.until <= k
    if newest.ended == "withdrawn" and newest.until is not None and newest.until <= k:
        return None
    for span, following in pairwise(known):
        if span.ended == "withdrawn" and span.until is not None and span.until <= t < following.since:
            return None
    if column not in newest.cells:
        return None
    text = newest.cells[column]
    values: list[Option] = [Fraction(low), Fraction(high)] if text is None else [Fraction(text)]
    if vanished and newest.until is not None and newest.until <= t:
        values.append(None)
    return values


def worlds_at(source: SourceEvidence, t: Instant, k: Instant, column: str = "score") -> Iterable[list[Fraction]]:
    """Every combination of values that the rows may show."""
    options = [options_of(spans, t, k, column, 0, 100) for spans in rows_of(source)]
    for combination in product(*(choice for choice in options if choice is not None)):
        yield [value for value in combination if value is not None]


def reduced(how: str, values: Sequence[Fraction]) -> Fraction | float | None:
    """A reduce of plain numbers; None where there is none."""
    if how == "count":
        return Fraction(len(values))
    if how == "sum":
        return sum(values, Fraction(0))
    if not values:
        return {"max": float("-inf"), "min": float("inf")}.get(how)
    if how in ("max", "min"):
        return max(values) if how == "max" else min(values)
    if how == "mean":
        return sum(values, Fraction(0)) / len(values)
    if how == "quantile":
        ordered, place = sorted(values), (len(values) - 1) * Fraction(3, 4)
        low, high = ordered[int(place)], ordered[min(int(place) + 1, len(values) - 1)]
        return low + (place - int(place)) * (high - low)
    assert how == "median"
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def bounds(
    how: str, source: SourceEvidence, t: Instant, k: Instant
) -> tuple[Fraction | float, Fraction | float] | None:
    """The least and greatest that the reduce may be; None where it may be nothing at all."""
    found = [reduced(how, values) for values in worlds_at(source, t, k)]
    some = [value for value in found if value is not None]
    return (min(some), max(some)) if len(some) == len(found) else None


def at_least(source: SourceEvidence, how: str, bar: Fraction, t: Instant, k: Instant, bridge: int) -> bool | None:
    """Whether the reduce is at least `bar` at t as known at k; the best of no rows makes nothing true."""
    if not sightings_known(source, t, bridge):
        return None
    found = bounds(how, source, t, k)
    if found is None:
        return None
    if how in ("max", "min") and found[0] >= bar and not all(worlds_at(source, t, k)):
        return None
    return True if found[0] >= bar else False if found[1] < bar else None


def looked_at_after(source: SourceEvidence, t: Instant, settle: int) -> bool:
    """Whether what ended at t can have settled: nothing settles without a look."""
    return not settle or any(s.state == "good" and s.seen_at > t for s in source.sightings)


def critical(source: SourceEvidence, bridge: int, low: Instant, high: Instant) -> list[Instant]:
    """Every instant of [low, high) at which anything may begin to differ."""
    found = {low}
    for sighting in source.sightings:
        found |= {sighting.seen_at, sighting.seen_at + bridge + 1}
    return sorted(t for t in found if low <= t < high)


def first_runs(
    source: SourceEvidence, how: str, bar: Fraction, opens: Instant, decides: Instant, hold: int, settle: int,
    bridge: int, as_of: Instant,
) -> tuple[Instant | None, Instant | None]:  # fmt: skip
    """The first certain and the first possible start of a run, by trying each.

    It is seen to begin at t0; each instant is true as known `settle` later, and all of it as known when it has settled.
    """
    span = max(hold, 1)
    starts = set(critical(source, bridge, opens, decides))
    for sighting in source.sightings:
        for shift in (0, settle, hold, hold + settle, span):
            starts |= {sighting.seen_at - shift, sighting.seen_at - shift + 1}
    good = [sighting.seen_at for sighting in source.sightings if sighting.state == "good"]
    sure = maybe = None
    for t0 in sorted(t for t in starts if opens <= t <= decides - span and t + hold + settle <= as_of):
        looks = [seen_at for seen_at in good if seen_at > t0 + hold]
        k = max(t0 + hold + settle, looks[0] if looks else 0) if settle else t0 + hold
        waiting = [None] if settle and not looks else []
        inside = critical(source, bridge, t0, t0 + span)
        inside += [t for s in source.sightings if t0 < (t := s.seen_at - settle) < t0 + span]
        lags = (0,) if not hold else (settle,)
        known = [(t, at) for t in inside for at in (k, *(t + lag for lag in lags))] + [(t0, t0)]
        truths = [at_least(source, how, bar, t, at, bridge) for t, at in known] + waiting
        if maybe is None and False not in truths:
            maybe = t0
        if sure is None and all(truths):
            sure = t0
    return sure, maybe
