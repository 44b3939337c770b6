"""When a rule's verdict can turn: the instants at which evidence changed, and those that time alone brings.

Nearly all looks at a source show what the look before them showed, and a verdict cannot turn on those. What it can turn
on is counted here, so that a backtest judges on those days and no others.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pydantic import BaseModel

from resolvers.backtest.asking import asked_times
from resolvers.evidence import Evidence, Instant, SourceEvidence, SpanColumns, instant
from resolvers.rules.gaps import came_at_earliest
from resolvers.rules.nodes import PanelFact, Rows, State
from resolvers.rules.outcomes import FirstDateOutcome, YesOutcome
from resolvers.rules.rule import Rule
from resolvers.rules.states import CONFIRMED_AFTER, answered


@dataclass(frozen=True, slots=True)
class Watched:
    """`changes`: when evidence that the rule reads changed, a gap began or ended, or trouble came or went.

    `times`: what passes by the clock alone (opening, T, settling, windows). `ripe`: when a run that began with a change
    is over and has had its time to settle; `unseen`: those of them by which some source was not looked at again.
    `looks`: every good sighting. All sorted.
    """

    changes: tuple[Instant, ...]
    times: tuple[Instant, ...]
    ripe: tuple[Instant, ...]
    unseen: tuple[Instant, ...]
    looks: tuple[Instant, ...]


def watched(rule: Rule, evidence: Evidence) -> Watched:
    """All instants at which a verdict of `rule` on `evidence` may turn."""
    bounds = _bounds(rule)
    changes: set[Instant] = set()
    looks: set[Instant] = set()
    seen: list[list[Instant]] = []
    for name in rule.sources():
        source = _source(evidence, name)
        if source is not None:
            good = [look.seen_at for look in source.sightings if look.state == "good"]
            looks.update(good)
            seen.append(good)
            changes.update(_turns(source))
            changes.update(_gaps(good, bounds))
            changes.update(_gaps([look.seen_at for look in source.sightings if answered(look)], bounds))
            changes.update(_own_times(rule, name, source, good))
    changes.update(asked_times(rule, evidence))
    ripe, unseen = _ripe(rule, changes, seen)
    return Watched(*(tuple(sorted(some)) for some in (changes, _times(rule), ripe, unseen, looks)))


def _ripe(rule: Rule, changes: set[Instant], seen: list[list[Instant]]) -> tuple[set[Instant], set[Instant]]:
    """When runs that began with a change, or as the market opened, have settled; those that wait for a look by then."""
    how, wait = rule.outcome.how, rule.settlement.wait_us
    run = how.when.length.us if isinstance(how, YesOutcome | FirstDateOutcome) else 0
    first, last = instant(rule.opens), instant(rule.decides)
    within = {first, *(at for at in changes if first < at < last)}
    ripe = {at + run + wait for at in within}
    if any(isinstance(node, Rows) and len(node.sources) > 1 for node in rule.nodes()):
        ripe |= {at + wait for at in within}  # a run may end as another source begins to answer: its look settles it
    return ripe, {at for at in ripe if any(bisect_right(good, at) == bisect_right(good, at - wait) for good in seen)}


def _source(evidence: Evidence, name: str) -> SourceEvidence | None:
    try:
        return evidence.source(name)
    except KeyError:
        return None


def _turns(source: SourceEvidence) -> Iterator[Instant]:
    """When rows came, changed or went, and when trouble with the source began, changed or ended."""
    spans = SpanColumns.of(source.spans)
    yield from spans.since
    yield from (until for until in spans.until if until is not None)
    if source.sightings:
        yield source.sightings[0].seen_at
    for before, look in pairwise(source.sightings):
        if (look.state, look.because) != (before.state, before.because):
            yield look.seen_at
        elif look.state == "failed":
            # A second 404 a day later confirms that a page was taken down; any answer tells how long it was silent.
            yield look.seen_at
            yield look.seen_at + CONFIRMED_AFTER


def _gaps(good: list[Instant], bounds: Iterable[int]) -> Iterator[Instant]:
    """When a silence had lasted as long as one of the bounds, and longer, and when it ended."""
    for bound in bounds:
        for before, after in pairwise(good):
            if after - before > bound:
                yield from (before + bound, before + bound + 1, after)
        if good:
            yield from (good[-1] + bound, good[-1] + bound + 1)


def _own_times(rule: Rule, name: str, source: SourceEvidence, good: list[Instant]) -> Iterator[Instant]:
    """When a source has shown no new row for too long, and when a panel's answer has been given."""
    spans = SpanColumns.of(source.spans)
    first = sorted({*dict(zip(reversed(spans.row), reversed(spans.since), strict=True)).values(), *good[:1]})
    for bound in _frozen_bounds(rule, name):
        for over in _gaps(first, {bound - 1, bound}):
            yield over
            yield from good[bisect_left(good, over) :][:1]
        for news in first:  # a row first seen after a long gap may have come as early as the gap began
            earliest = came_at_earliest(good, news, rule.defaults.bridge.us)
            yield from (earliest + bound,) if earliest < news else ()
    for panel in rule.panels():
        if panel.source == name:
            yield from (since + 1 for since in spans.since)
    if any(isinstance(node, PanelFact) and node.panel.source == name for node in rule.nodes()):
        yield from (look + late for look in good for late in (0, 1))  # an answer that is seen to stand is given again


def _frozen_bounds(rule: Rule, name: str) -> set[int]:
    """For how long, in microseconds, a source may show no new row before this rule takes note."""
    found = {node.after.us for node in rule.nodes() if isinstance(node, State) and node.source == name and node.after}
    uses = [use for node in rule.nodes() if isinstance(node, Rows) for use in node.sources if use.source == name]
    return found | {use.unless_frozen.us for use in uses if use.unless_frozen}


def _bounds(rule: Rule) -> set[int]:
    """The lengths of silence, in microseconds, that mean something to this rule."""
    house = rule.defaults
    found = {house.bridge.us, house.max_age.us, house.lost_after.us, rule.settlement.wait_us}
    for node in rule.nodes():
        if isinstance(node, State):
            found.update(bound.us for bound in (node.late, node.stale) if bound is not None)
    return {bound for bound in found if bound > 0}


def _times(rule: Rule) -> set[Instant]:
    """What the clock alone brings: each instant of the rule, and how long after it something may still come."""
    house = rule.defaults
    waits = {0, rule.settlement.wait_us, house.lost_after.us, house.label_settle.us}
    waits.add(rule.settlement.wait_us + house.lost_after.us)
    ends = {instant(rule.decides)} | ({instant(rule.na.at)} if rule.na else set())
    found = {instant(rule.opens)} | {end + wait for end in ends for wait in waits}
    for node in rule.nodes():
        found.update(instant(at) + wait for at in moments(node) for wait in (0, rule.settlement.wait_us))
    return found


def moments(node: BaseModel) -> Iterator[datetime]:
    """Every instant that a node itself names: `at`, `since`, `before`, the ends of its windows."""
    for name in type(node).model_fields:
        found = getattr(node, name)
        if isinstance(found, datetime):
            yield found
    if not isinstance(node, Rows):
        yield from getattr(node, "instants", tuple)()
