"""A case of the lint lived through: its files on disk, its looks read as a store would have them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from markets.lint.code import Case
from markets.lint.examples import files_of
from markets.lint.run import lint_all
from markets.lint.subject import Seen
from markets.load import Loaded, load_debate
from markets.registries import registry_faults
from resolvers.errors import Fault
from resolvers.evidence import EvidenceInMemory, Sighting, SourceEvidence, instant
from resolvers.sources.reading import read_body
from resolvers.sources.spec import SourceSpec
from resolvers.timeline import source_evidence

LABS = "key,class\nbase,P0\none,R2\n"


def written(path: Path, case: Case) -> Path:
    """The case's debate on disk."""
    for name, text in files_of(case).items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def faults(path: Path, case: Case) -> list[Fault]:
    """Every fault of a case: the loader's, the lint's (with evidence where the case has looks), its own lists'."""
    loaded = load_debate(written(path, case))
    seen = dict.fromkeys(loaded.markets, seen_by(case, loaded)) if case.looks else None
    return [*loaded.faults, *lint_all(loaded, seen), *registry_faults(path, loaded.sources)]


def seen_by(case: Case, loaded: Loaded) -> Seen:
    today = _moment(case.today)
    board = list(case.looks)
    evidence = EvidenceInMemory.of(
        _evidence(spec, board if name == "board" else [(case.today, LABS)]) for name, spec in loaded.sources.items()
    )
    return Seen(evidence, today)


def _evidence(spec: SourceSpec, looks: list[tuple[str, str]]) -> SourceEvidence:
    sightings, readings = [], {}
    for number, (day, csv) in enumerate(looks):
        at, raw = _moment(day.split()[0]), csv.encode()
        later = at + timedelta(days=2) if "imported" in day else at
        body = hashlib.sha256(raw).hexdigest()
        readings[body] = read_body(raw, spec.id, spec.read)
        state = readings[body].state
        sightings.append(Sighting(number, instant(at), instant(later), state, body, readings[body].because))
    return source_evidence(spec, sightings, readings)


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
