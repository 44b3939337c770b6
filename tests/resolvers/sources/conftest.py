"""The replay debate's sources and recorded bodies, and the bodies made for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from resolvers.evidence import Sighting, SourceEvidence, instant
from resolvers.sources.reading import Reading, read_body
from resolvers.sources.spec import SourceSpec
from resolvers.timeline import source_evidence

ROOT = Path(__file__).parents[3]
REPLAY = ROOT / "markets" / "definitions" / "replay"
STAMP = "%Y-%m-%dT%H%M%SZ"

Lived = Callable[[SourceSpec, Sequence[tuple[str, bytes]]], SourceEvidence]


@pytest.fixture
def spec_of() -> Callable[[str], SourceSpec]:
    """A source of the replay debate by its id."""

    def load(name: str) -> SourceSpec:
        text = (REPLAY / "sources" / f"{name}.yaml").read_text(encoding="utf-8")
        return SourceSpec.model_validate({"id": name, **yaml.load(text, yaml.CSafeLoader)})

    return load


@pytest.fixture
def recorded() -> Callable[[str], dict[str, bytes]]:
    """The recorded bodies of a source by their stamp, oldest first."""

    def load(name: str) -> dict[str, bytes]:
        return {path.stem: path.read_bytes() for path in sorted((REPLAY / "bodies" / name).iterdir())}

    return load


@pytest.fixture
def made() -> Callable[[str], bytes]:
    """A body kept for tests only, by its path."""
    return lambda name: (ROOT / "tests" / "bodies" / name).read_bytes()


@pytest.fixture
def lived() -> Lived:
    """What is known of a source after these bodies were seen, each at its stamp."""

    def live(spec: SourceSpec, bodies: Sequence[tuple[str, bytes]]) -> SourceEvidence:
        sightings: list[Sighting] = []
        readings: dict[str, Reading] = {}
        for number, (stamp, raw) in enumerate(bodies, start=1):
            body = hashlib.sha256(raw).hexdigest()
            reading = readings.setdefault(body, read_body(raw, spec.id, spec.read))
            at = instant(datetime.strptime(stamp, STAMP).replace(tzinfo=UTC))
            sightings.append(Sighting(number, at, at, reading.state, body, reading.because))
        return source_evidence(spec, sightings, readings)

    return live
