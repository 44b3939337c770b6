"""Many distinct rules over many made sources: what `judge` is timed on. Pure and seeded; no SQL here.

The made sources look like leaderboards: rows come week by week, some are corrected later, a few vanish. The rules use
every kind of node and all four types, with thresholds, filters, holds and instants that make each tree its own.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rule_shapes import ASKED, ASKED_ROWS, CLASSES, FACTS, LABELS, ORGANISATIONS, SHAPES, TRACKS, dated, numbered

from resolvers.evidence import EvidenceInMemory, Sighting, SourceEvidence, Span, instant, moment
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.panels import FACT, Panel, source_of
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 700
WAIT = 28 * 86_400_000_000
"""Microseconds that a panel takes for its answer."""
EVERY = 5
"""Days between two sightings: under the seven of the house's bridge."""


def source_spec(number: int) -> SourceSpec:
    """One made leaderboard."""
    return SourceSpec.model_validate(
        {
            "id": f"board{number}",
            "publisher": "made",
            "licence": "CC0",
            "fetch": {"file": f"board{number}.json"},
            "read": {
                "format": "json",
                "key": "key",
                "columns": {
                    "score": {"unit": "percent" if number % 2 else "fraction"},
                    "minutes": {"unit": "minutes"},
                    "trials": {"unit": "count"},
                    "track": "text",
                    "org": "text",
                    "checked": "bool",
                    "class": "text",
                    **({"released": "date"} if dated(f"board{number}") == f"board{number}" else {}),
                },
            },
        }
    )


REGISTRY = SourceSpec.model_validate(
    {
        "id": LABELS,
        "publisher": "made",
        "licence": "CC0",
        "fetch": {"file": "recipes.csv"},
        "read": {"format": "csv", "key": "key", "columns": {"recipe": "text"}},
    }
)


@dataclass(frozen=True)
class Made:
    """What was made: descriptions, evidence, rules."""

    specs: Mapping[str, SourceSpec]
    evidence: EvidenceInMemory
    rules: Mapping[str, Rule]
    as_of: datetime
    observations: int


def made(seed: int = 1, markets: int = 1000, sources: int = 30, observations: int = 100_000) -> Made:
    """A whole bench: `observations` spread over `sources` leaderboards (and one registry), and `markets` rules."""
    luck = random.Random(seed)
    specs = {spec.id: spec for spec in (source_spec(number) for number in range(sources))}
    each = observations // sources
    found = [board(luck, spec, each) for spec in specs.values()]
    found.append(registry(luck, found[0]))
    specs[REGISTRY.id] = REGISTRY
    rules = {}
    for number, blocks in enumerate(rule_blocks(seed, markets, sources)):
        rule, faults = compile_rule(blocks, sources=specs, defaults=HouseDefaults())
        if rule is None:
            raise ValueError("; ".join(f"{fault.loc}: {fault.message}" for fault in faults))
        rules[f"market-{number}"] = rule
    for panel in {panel.source: panel for rule in rules.values() for panel in rule.panels()}.values():
        specs[panel.source] = source_of(panel)
        found.append(answers(panel, found[numbered(ASKED)]))
    total = sum(len(source.spans) for source in found)
    return Made(specs, EvidenceInMemory.of(found), rules, FIRST + timedelta(days=DAYS), total)


def sightings_of(name: str) -> tuple[Sighting, ...]:
    """A good look at the source every few days."""
    found = []
    for number in range(DAYS // EVERY + 1):
        at = instant(FIRST + timedelta(days=number * EVERY))
        body = hashlib.sha256(f"{name} {number}".encode()).hexdigest()
        found.append(Sighting(number, at, at, "good", body))
    return tuple(found)


def board(luck: random.Random, spec: SourceSpec, observations: int) -> SourceEvidence:
    """A leaderboard on which about one row in eight is corrected once and one in two hundred vanishes."""
    looks = sightings_of(spec.id)
    spans: list[Span] = []
    number = 0
    while len(spans) < observations:
        key = f"{spec.id}-run-{number}"
        first = luck.randrange(len(looks)) if number > 40 else 0
        cells = row(luck, spec, moment(looks[first].seen_at).date().isoformat())
        fate = luck.random()
        if fate < 0.125 and first + 1 < len(looks):
            change = luck.randrange(first + 1, len(looks))
            spans.append(span(spec.id, key, cells, looks[first], looks[change].seen_at, "changed"))
            spans.append(span(spec.id, key, {**cells, "score": score(luck, spec)}, looks[change]))
        elif fate > 0.995 and first + 1 < len(looks):
            gone = luck.randrange(first + 1, len(looks))
            spans.append(span(spec.id, key, cells, looks[first], looks[gone].seen_at, "vanished"))
        else:
            spans.append(span(spec.id, key, cells, looks[first]))
        number += 1
    spans.sort(key=lambda found: found.since)
    return SourceEvidence(spec, looks, tuple(spans))


def score(luck: random.Random, spec: SourceSpec) -> str:
    tenths = min(int(luck.betavariate(3, 4) * 1000), 999)
    fraction = spec.read.columns["score"].unit == "fraction"
    return f"0.{tenths:03d}" if fraction else f"{tenths // 10}.{tenths % 10}"


def row(luck: random.Random, spec: SourceSpec, day: str) -> dict[str, str | None]:
    return {
        "score": score(luck, spec),
        "minutes": str(luck.randrange(1, 600)),
        "trials": str(luck.randrange(1, 500)),
        "track": luck.choice(TRACKS),
        "org": luck.choice(ORGANISATIONS),
        "checked": luck.choice(("true", "true", "false")),
        "class": luck.choice(CLASSES),
        **({"released": day} if "released" in spec.read.columns else {}),
    }


def span(
    source: str,
    key: str,
    cells: Mapping[str, str | None],
    look: Sighting,
    until: int | None = None,
    ended: Any = "current",
) -> Span:
    text = json.dumps([source, key, cells], sort_keys=True)
    observation = hashlib.sha256(text.encode()).hexdigest()
    return Span(key, key, observation, cells, look.snapshot, look.body or "", look.seen_at, until, ended)


def registry(luck: random.Random, of: SourceEvidence) -> SourceEvidence:
    """Labels for the rows of the first leaderboard; one in a hundred has none."""
    looks = sightings_of(REGISTRY.id)
    by_time = {look.seen_at: look for look in looks}
    spans = [
        span(REGISTRY.id, found.key, {"recipe": luck.choice(CLASSES)}, by_time[found.since])
        for found in {found.key: found for found in reversed(of.spans)}.values()
        if luck.random() > 0.01
    ]
    spans.sort(key=lambda found: found.since)
    return SourceEvidence(REGISTRY, looks, tuple(spans))


def answers(panel: Panel, asked: SourceEvidence) -> SourceEvidence:
    """What a panel answered: of a row some weeks after it was seen, of a fact in the middle of the time."""
    looks = sightings_of(panel.source)
    known = [fact["question"] for fact in FACTS]
    if panel.question in known:
        said = ("yes", "no", "")[known.index(panel.question)]
        told = [(FACT, looks[len(looks) // 2], said)] if said else []
    else:
        rows = [one for one in asked.spans if all(one.cells[name] == text for name, text in ASKED_ROWS.items())]
        first = {one.key: one.since + WAIT for one in reversed(rows)}
        later = ((key, [look for look in looks if look.seen_at > since]) for key, since in first.items())
        told = [(key, some[0], "no" if key.endswith("3") else "yes") for key, some in later if some]
    limb = panel.names[0]
    spans = [span(panel.source, key, {limb: said, "votes": "2 of 3"}, look) for key, look, said in told]
    return SourceEvidence(source_of(panel), looks, tuple(sorted(spans, key=lambda one: one.since)))


def rule_blocks(seed: int, markets: int, sources: int) -> Iterator[RuleBlocks]:
    """Distinct rules, shape after shape, each with its own numbers."""
    luck = random.Random(seed)
    for number in range(markets):
        opens = FIRST + timedelta(days=luck.randrange(0, 200))
        closes = opens + timedelta(days=luck.randrange(120, 600), minutes=number)
        made_ = SHAPES[number % len(SHAPES)](luck, f"board{luck.randrange(sources)}", opens, closes, number)
        yield RuleBlocks(opens=opens, closes=closes, **made_)
