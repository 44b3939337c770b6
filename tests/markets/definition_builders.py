"""The debate predictors-vs-agents as it lies in its folder, and what its markets come to when its sources show this."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from markets.load import Loaded, load_debate
from markets.spec import MarketSpec
from resolvers.evidence import EvidenceInMemory, Sighting, SourceEvidence, instant
from resolvers.rules.judge import judge
from resolvers.sources.reading import Reading, read_body
from resolvers.sources.spec import SourceSpec
from resolvers.timeline import source_evidence
from resolvers.verdict import Verdict

FOLDER = Path(__file__).parents[2] / "markets" / "definitions" / "predictors-vs-agents"


@cache
def debate() -> Loaded:
    return load_debate(FOLDER)


def market(slug: str) -> MarketSpec:
    return debate().markets[slug]


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def lived(source: SourceSpec, bodies: Sequence[tuple[str, str]], until: datetime) -> SourceEvidence:
    """A source looked at every third day, showing each body from its day on."""
    looks: list[Sighting] = []
    readings: dict[str, Reading] = {}
    now, number = at(bodies[0][0]), 0
    while now <= until:
        raw = [text for day, text in bodies if at(day) <= now][-1].encode()
        body, number = hashlib.sha256(raw).hexdigest(), number + 1
        reading = readings.setdefault(body, read_body(raw, source.id, source.read))
        looks.append(Sighting(number, instant(now), instant(now), reading.state, body, reading.because))
        now += timedelta(days=3)
    return source_evidence(source, looks, readings)


def seen(slug: str, bodies: Mapping[str, Sequence[tuple[str, str]]], until: str) -> Verdict:
    """The verdict on what was shown from which day on; a name that begins with `panel` is the market's only panel."""
    spec, now = market(slug), at(until)
    named = {("panel" if source.id.startswith("panel.") else source.id): source for source in spec.sources}
    evidence = EvidenceInMemory.of([lived(named[name], shown, now) for name, shown in bodies.items()])
    return judge(slug, spec.rule, evidence, now)


def outcome(verdict: Verdict) -> str:
    return f"{verdict.state}: {verdict.outcome.words()}" if verdict.outcome else f"{verdict.state}: {verdict.because}"


def rows(source: str, *given: Mapping[str, object]) -> str:
    """A registry's text with these rows; cells that are not given are blank."""
    name = debate().sources[source].fetch.file
    assert name is not None
    header = (FOLDER / name).read_text(encoding="utf-8").splitlines()[0].split(",")
    assert not {key for row in given for key in row} - set(header)
    return "\n".join([",".join(header), *(",".join(str(row.get(key, "")) for key in header) for row in given)]) + "\n"


def found(slug: str, *keys: str) -> str:
    """A panel that met every limb for these rows."""
    value = debate().written[slug].value
    blocks = [*value.get("rows", {}).values(), *value.get("values", {}).values()]
    panel = next(block["panel"] for block in blocks if isinstance(block, dict) and "panel" in block)
    limbs = dict.fromkeys(panel["limbs"], "yes")
    answers = [{"key": key, "limbs": limbs, "votes": "3 of 3"} for key in keys]
    return json.dumps({"question": panel["question"], "answers": answers})


ANCHOR = {"datasetId": "v3_Semi_Private", "modelId": "google-gemini-3-8-flash-high", "display": True}
"""The row by which the file of ARC-AGI-3 is known, without its score."""


def games(scores: Mapping[str, float], anchor: str = "0.10366279223923121") -> str:
    """The file of ARC-AGI-3 with these entries on the semi-private set, besides its anchor."""
    entries = [{**ANCHOR, "modelId": name, "score": score} for name, score in scores.items()]
    told = json.dumps({"evaluations": [*entries, {**ANCHOR, "score": 7}]})
    return told.replace(": 7}", f": {anchor}}}")
