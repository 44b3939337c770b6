"""When people's time is over, a row's own time in another source is, or an answer is seen to stand for a new row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from resolvers.evidence import Evidence, Instant, SourceEvidence, instant
from resolvers.rules.filters import ListedIn, Met, asking_of
from resolvers.rules.nodes import Rows
from resolvers.rules.rule import Rule
from resolvers.sources.cells import parse_date


def asked_times(rule: Rule, evidence: Evidence) -> Iterator[Instant]:
    """Where an answer comes too late, one (or a default) begins to count, or a row's time in another source ends."""
    for panel in rule.panels():
        yield panel.last
        yield panel.decides
    for rows in {node for node in rule.nodes() if isinstance(node, Rows)}:
        parts = asking_of(rows.where)
        sources = [_source(evidence, use.source) for use in rows.sources] if parts else []
        for source in sources:
            if source is not None:
                yield from (t for part in parts for t in _row_times(part, source))
                yield from (t for part in parts if isinstance(part, Met) for t in _given_again(part, source, evidence))


def _given_again(part: Met, source: SourceEvidence, evidence: Evidence) -> Iterator[Instant]:
    """An answer that stood before a row took its key counts for the row from the next look at the answers on."""
    answers = _source(evidence, part.panel.source)
    looks = [look.seen_at for look in answers.sightings if look.state == "good"] if answers is not None else []
    places = {bisect_left(looks, since) for since in {span.since for span in source.spans}}
    yield from (looks[place] for place in places if place < len(looks))


def _row_times(part: Met | ListedIn, source: SourceEvidence) -> Iterator[Instant]:
    if isinstance(part, Met):
        if part.panel.default is not None and part.panel.by_row:
            yield from (span.since + part.panel.draws_us for span in source.spans)
        return
    column, zone = source.spec.read.columns.get(part.since), source.spec.read.zone
    for text in {span.cells.get(part.since) for span in source.spans}:
        begin = parse_date(text, column, zone) if text is not None and column is not None else None
        if begin is not None:
            yield from (instant(begin), instant(begin) + part.time.us)


def _source(evidence: Evidence, name: str) -> SourceEvidence | None:
    try:
        return evidence.source(name)
    except KeyError:
        return None
