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

from resolvers.evidence import EvidenceInMemory, Sighting, SourceEvidence, Span, instant
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 700
EVERY = 5
"""Days between two sightings: under the seven of the house's bridge."""
TRACKS = ("standard", "custom", "text", "voice")
CLASSES = ("P0", "P1", "M", "P2", "R1", "R2")
ORGANISATIONS = tuple(f"lab {number}" for number in range(12))


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
                },
            },
        }
    )


REGISTRY = SourceSpec.model_validate(
    {
        "id": "recipes",
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
        cells = row(luck, spec)
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


def row(luck: random.Random, spec: SourceSpec) -> dict[str, str | None]:
    return {
        "score": score(luck, spec),
        "minutes": str(luck.randrange(1, 600)),
        "trials": str(luck.randrange(1, 500)),
        "track": luck.choice(TRACKS),
        "org": luck.choice(ORGANISATIONS),
        "checked": luck.choice(("true", "true", "false")),
        "class": luck.choice(CLASSES),
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


def rule_blocks(seed: int, markets: int, sources: int) -> Iterator[RuleBlocks]:
    """Distinct rules, shape after shape, each with its own numbers."""
    luck = random.Random(seed)
    for number in range(markets):
        opens = FIRST + timedelta(days=luck.randrange(0, 200))
        closes = opens + timedelta(days=luck.randrange(120, 600), minutes=number)
        made_ = SHAPES[number % len(SHAPES)](luck, f"board{luck.randrange(sources)}", opens, closes, number)
        yield RuleBlocks(opens=opens, closes=closes, **made_)


Blocks = dict[str, Any]


POOL = 2
"""Filters in use on one leaderboard: markets of one debate ask the same groups again and again."""


def usual(source: str) -> Blocks | str:
    """The filter that most markets on this leaderboard use."""
    return _filter(random.Random(f"{source} 0"))


def filters(luck: random.Random, source: str) -> Blocks | str:
    """One of the few filters that are in use on this leaderboard."""
    return _filter(random.Random(f"{source} {luck.randrange(POOL)}"))


def _filter(own: random.Random) -> Blocks | str:
    kind = own.randrange(6)
    if kind == 0:
        return {"track": own.choice(TRACKS), "checked": True}
    if kind == 1:
        return {"class": own.sample(CLASSES, 2), "track": own.choice(TRACKS)}
    if kind == 2:
        return f"trials >= {own.randrange(50, 400, 50)} and track == {own.choice(TRACKS)}"
    if kind == 3:
        return {"org": own.choice(ORGANISATIONS)}
    if kind == 4:
        return {"track": {"not": own.choice(TRACKS)}, "class": {"matching": own.choice(("^P", "^R", "1$"))}}
    return {"org": own.sample(ORGANISATIONS, 3), "checked": "present"}


def threshold(luck: random.Random, low: int = 60, high: int = 99) -> str:
    return f"{luck.randrange(low * 10, high * 10) / 10}%"


def best_over(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {"best": {"max": "score", "from": source, "where": filters(luck, source)}}
    return {"values": values, "resolve": {"yes": f"best >= {threshold(luck)}", "hold": f"{luck.randrange(1, 40)} days"}}


def gap(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {
        "best": {"max": "score", "from": source},
        "group": {"max": "score", "from": source, "where": filters(luck, source)},
        "spread": f"best - group + {luck.randrange(0, 9)} points",
    }
    condition = f"group >= best - {luck.randrange(1, 60) / 10} points and not spread > {luck.randrange(5, 30)} points"
    na = {"when": f"removed({source}) or lost({source})", "if_refused": "NO"}
    return {"values": values, "resolve": {"yes": condition, "hold": f"{luck.randrange(7, 60)} days"}, "na": na}


def first_time(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    days = (closes - opens).days
    edges = [(opens + timedelta(days=days * part // 5)).date().isoformat() for part in range(1, 5)]
    values = {"many": {"count": "rows", "from": source, "where": usual(source)}}
    resolve = {
        "first_date": f"many >= {luck.randrange(20, 900)}",
        "hold": "7 days",
        "edges": edges,
        "never": "not in time",
    }
    return {"values": values, "resolve": resolve}


def top_class(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    column = luck.choice(("class", "org"))
    values = {"top": {"argmax": "score", "from": source, "where": usual(source)}}
    answers = {"the first": ["P0", "lab 0", "lab 1"], "the second": ["R1", "R2", "lab 2"], "other": "else"}
    na = {"when": f"entries < {luck.randrange(2, 40)}", "if_refused": "other"}
    values["entries"] = {"count": "rows", "from": source, "where": usual(source)}
    return {"values": values, "resolve": {"choice": f"top.{column}", "answers": answers}, "na": na}


def labelled(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    rows = {"set": {"from": "board0", "label": {"recipe": REGISTRY.id}, "where": filters(luck, "board0")}}
    values = {
        "best": {"max": "score", "of": "set"},
        "group": {
            "max": "score",
            "of": "set",
            "where": {"recipe": luck.choice((["P0", "P1"], ["M"], ["R1", "R2"], ["P0", "P1", "M"]))},
        },
    }
    return {"rows": rows, "values": values, "resolve": {"yes": f"group >= best - {luck.randrange(0, 50) / 10} points"}}


def middle(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    # One or two ways on each leaderboard, all of them over the whole bench.
    how = ("median", "mean", "min", "sum", "distinct", "last")[int(source[5:]) % 6]
    column = "org" if how == "distinct" else "minutes"
    values = {"value": {how: column, "from": source, "where": usual(source)}}
    unit = "" if how == "distinct" else " minutes"
    edges = [f"{edge}{unit}" for edge in sorted(luck.sample(range(2, 500), 4))]
    return {"values": values, "resolve": {"number": "value", "round": 1, "edges": edges}}


def windowed(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    middle_ = opens + timedelta(days=luck.randrange(30, 100))
    values = {
        "then": {"max": "score", "from": source, "where": usual(source), "at": middle_.date().isoformat()},
        "new": {"max": "score", "from": source, "within": {"from": "2025-01-01"}},
    }
    return {
        "values": values,
        "resolve": {"yes": f"new > then + {luck.randrange(1, 90) / 10} points or new >= {threshold(luck, 90)}"},
    }


def fallback(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    other = "board2" if source != "board2" else "board4"
    values = {
        "some": {"any": "rows", "from": [source, other], "where": "score >= 80%"},
        "few": {"top": "score", "from": [source, other], "n": 5},
        "least": {"min": "score", "of": "few"},
    }
    return {"values": values, "resolve": {"yes": f"some and least * 2 >= {threshold(luck, 90)}", "settle": "3 days"}}


def picked_number(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {"quick": {"argmin": "minutes", "from": source, "where": usual(source), "ties": "first"}}
    condition = f"quick.score >= {threshold(luck, 20, 90)} and quick.class != R2"
    return {
        "values": values,
        "resolve": {"yes": condition, "settle": luck.choice(("first_release", "as_known_at", "10 days"))},
    }


SHAPES = (best_over, gap, first_time, top_class, labelled, middle, windowed, fallback, picked_number, best_over)
