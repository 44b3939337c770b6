"""Two public readings a market may rest on: another market's price, and the releases of a repository."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from markets.yaml12 import read_yaml
from resolvers.evidence import EvidenceInMemory, Sighting, SourceEvidence, instant
from resolvers.outcome import Answers, Yes
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.judge import judge
from resolvers.sources.reading import read_body
from resolvers.sources.spec import SourceSpec
from resolvers.timeline import source_evidence
from resolvers.verdict import Verdict

OPENS, CLOSES = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)

MARKET = """\
publisher: Manifold
licence: public API
fetch: {url: "https://api.manifold.markets/v0/slug/will-a-made-thing-happen-by-2028"}
read:
  format: json
  rows: "[@]"
  key: id
  columns:
    probability: {unit: fraction, between: [0, 1]}
    resolved: {from: isResolved, type: bool}
    resolution: {type: text, optional: true}
  ignore: [slug, question, closeTime, volume, url]
"""
RELEASES = """\
publisher: GitHub, the repository's own releases
licence: facts
fetch: {url: "https://api.github.com/repos/made-up/agent-kit/releases"}
read:
  format: json
  rows: "[*]"
  key: tag_name
  columns:
    published: {from: published_at, type: date, is: published}
    draft: bool
    early: {from: prerelease, type: bool}
  ignore: [name, body, id]
"""


def source(id: str, text: str) -> SourceSpec:
    return SourceSpec.model_validate({"id": id, **read_yaml(text.encode()).value})


def seen(what: SourceSpec, bodies: Mapping[float, Any], days: int = 50) -> SourceEvidence:
    """The source looked at each day; it shows the last of these documents."""
    sightings, readings, raw = [], {}, b""
    for number in range(days):
        raw = json.dumps(bodies[number]).encode() if number in bodies else raw
        name = hashlib.sha256(raw).hexdigest()
        readings[name] = read_body(raw, what.id, what.read)
        at = instant(OPENS + timedelta(days=number))
        sightings.append(Sighting(number, at, at, readings[name].state, name, readings[name].because))
    return source_evidence(what, sightings, readings)


def judged(resolve: dict[str, Any], values: dict[str, Any], evidence: SourceEvidence, at: float) -> Verdict:
    what = evidence.spec
    rule, faults = compile_rule(
        RuleBlocks(opens=OPENS, closes=CLOSES, resolve=resolve, values=values),
        sources={what.id: what},
        defaults=HouseDefaults(),
    )
    assert rule is not None, faults
    return judge("made", rule, EvidenceInMemory.of([evidence]), OPENS + timedelta(days=at))


def other(probability: float, **more: Any) -> dict[str, Any]:
    return {
        "id": "Ab3dEf5hIj", "slug": "will-a-made-thing-happen-by-2028", "question": "Will a made thing happen?",
        "probability": probability, "isResolved": False, "closeTime": 1830297600000, "volume": 12.5, **more,
    }  # fmt: skip


def test_a_market_may_ask_for_another_markets_price_at_t():
    evidence = seen(source("made-thing", MARKET), {0: other(0.31), 20: other(0.4425)})
    values = {"price": {"last": "probability", "from": "made-thing"}}
    found = judged({"number": "price", "edges": ["40%", "50%"]}, values, evidence, 40)
    assert found.outcome == Answers(weights={"40% to under 50%": 100}, value="44.25%")


def test_a_market_may_ask_how_another_one_was_resolved():
    evidence = seen(source("made-thing", MARKET), {0: other(0.31), 12: other(0.99, isResolved=True, resolution="YES")})
    values = {"yes": {"any": "rows", "from": "made-thing", "where": "resolved and resolution == YES"}}
    found = judged({"yes": "yes"}, values, evidence, 30)
    assert (found.outcome, found.instant) == (Yes(), OPENS + timedelta(days=12))
    assert [(cite.key, cite.text) for cite in found.citations()] == [("Ab3dEf5hIj", "Ab3dEf5hIj")]


def release(tag: str, at: str, **more: Any) -> dict[str, Any]:
    return {"tag_name": tag, "published_at": at, "draft": False, "prerelease": False, "name": tag, "id": 7, **more}


def test_a_market_may_count_a_repositorys_releases_by_their_own_dates():
    old, first = release("v1.0", "2026-12-31T23:59:59Z"), release("v1.1", "2027-01-09T08:30:00Z")
    early = release("v2.0-rc1", "2027-01-15T10:00:00+02:00", prerelease=True)
    evidence = seen(source("agent-kit", RELEASES), {0: [old], 10: [first, old], 15: [early, first, old]})
    values = {
        "n": {
            "count": "rows", "from": "agent-kit", "where": {"draft": False, "early": False},
            "within": {"from": "2027-01-01", "before": "2027-02-01"}, "clock": "published",
        }
    }  # fmt: skip
    found = judged({"number": "n", "edges": ["1 count", "2 count"]}, values, evidence, 40)
    assert found.outcome == Answers(weights={"1 to under 2": 100}, value="1")
    assert [cite.key for cite in found.citations()] == ["v1.1"]


def test_a_releases_time_stamp_is_taken_exactly():
    what = source("agent-kit", RELEASES)
    stamps = [release("a", "2027-01-15T10:00:00+02:00"), release("b", "soon")]
    read = read_body(json.dumps(stamps).encode(), what.id, what.read)
    assert [row.cells["published"] for row in read.rows] == ["2027-01-15T10:00:00+02:00", None]
