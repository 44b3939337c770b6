"""Small made worlds: sources, what they showed on which day, and rules over them, all through the real timeline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from resolvers.errors import Fault
from resolvers.evidence import EvidenceInMemory, Row, Sighting, SourceEvidence, instant
from resolvers.rules.cache import Cache
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.judge import judge
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec
from resolvers.sources.table import Reading
from resolvers.timeline import source_evidence
from resolvers.verdict import Verdict

START = datetime(2027, 1, 1, tzinfo=UTC)
"""Day 0 of every made world."""

Rows = Mapping[str, Mapping[str, str | None]]
Shown = Rows | str
"""What a sighting showed: rows, or `refused`, `unreadable`, `failed`, `gone`, `error`."""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def spec(id: str, columns: Mapping[str, Any], **read: Any) -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "id": id,
            "publisher": "made",
            "licence": "CC0",
            "fetch": {"file": f"{id}.json"},
            "read": {"format": "json", "key": "key", "columns": dict(columns), **read},
        }
    )


BOARD = spec("board", {"score": {"unit": "percent", "between": [0, 100]}, "class": "text"})
FRACTIONS = spec("fractions", {"score": {"unit": "fraction", "between": [0, 1]}})
SYSTEMS = spec("systems", {"class": "text"}, complete=True)


def observation(source: str, key: str, cells: Mapping[str, str | None]) -> str:
    text = json.dumps([source, key, dict(cells)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def seen(what: SourceSpec, history: Mapping[float, Shown]) -> SourceEvidence:
    """A source that showed this on these days; absent cells are left out, None is a cell that cannot be read."""
    sightings, readings = [], {}
    for number, (at, shown) in enumerate(sorted(history.items())):
        moment = instant(day(at))
        if isinstance(shown, str):
            state = "failed" if shown in ("failed", "gone", "error") else shown
            because = {"gone": "HTTP 404 Not Found", "error": "HTTP 503 Unavailable"}.get(shown, f"made {shown}")
            sightings.append(Sighting(number, moment, moment, state, None, because))  # type: ignore[arg-type]
            continue
        rows = tuple(Row(key, cells, observation(what.id, key, cells)) for key, cells in shown.items())
        body = hashlib.sha256(json.dumps([what.id, shown], sort_keys=True, default=dict).encode()).hexdigest()
        readings[body] = Reading("good", "", rows)
        sightings.append(Sighting(number, moment, moment, "good", body))
    return source_evidence(what, sightings, readings)


def scores(**rows: str | None) -> Rows:
    """Rows with a score each."""
    return {key: {"score": text} for key, text in rows.items()}


def daily(changes: Mapping[float, Rows], until: int, missing: range | None = None) -> dict[float, Shown]:
    """A board looked at each day (but the missing ones) that shows the last change."""
    found: dict[float, Shown] = {}
    shown: Rows = {}
    for number in range(until + 1):
        shown = changes.get(number, shown)
        if missing is None or number not in missing:
            found[number] = shown
    return found


def world(*sources: SourceEvidence) -> EvidenceInMemory:
    return EvidenceInMemory.of(sources)


def compiled(
    resolve: Mapping[str, Any],
    *sources: SourceSpec,
    values: Mapping[str, Any] | None = None,
    rows: Mapping[str, Any] | None = None,
    na: Mapping[str, Any] | None = None,
    closes: float = 100,
    opens: float = 0,
    **overrides: Any,
) -> tuple[Rule | None, list[Fault]]:
    blocks = RuleBlocks(
        opens=day(opens),
        closes=day(closes),
        resolve=resolve,
        values=values or {},
        rows=rows or {},
        na=na,
        overrides=overrides,
    )
    return compile_rule(blocks, sources={source.id: source for source in sources}, defaults=HouseDefaults())


def rule(resolve: Mapping[str, Any], *sources: SourceSpec, **blocks: Any) -> Rule:
    found, faults = compiled(resolve, *sources, **blocks)
    assert found is not None, "\n".join(fault.message for fault in faults)
    return found


def judged(what: Rule, evidence: EvidenceInMemory, at: float, cache: Cache | None = None) -> Verdict:
    return judge("made", what, evidence, day(at), cache=cache)
