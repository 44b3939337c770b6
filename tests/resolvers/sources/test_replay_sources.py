"""The replay debate's own sources on the bodies that were really published, with their accidents."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from resolvers.evidence import SourceEvidence, Span, instant
from resolvers.fetch import Limits, fetch, open_client
from resolvers.sources.reading import read_body
from resolvers.sources.spec import ReadSpec, SourceSpec

Spec = Callable[[str], SourceSpec]
Made = Callable[[str], bytes]
Recorded = Callable[[str], dict[str, bytes]]
Lived = Callable[[SourceSpec, Sequence[tuple[str, bytes]]], SourceEvidence]

REPLAY = Path(__file__).parents[3] / "markets" / "definitions" / "replay"
SOURCES = sorted(path.stem for path in (REPLAY / "sources").iterdir())

STATES = {
    "aider-edit": ["good 15", "unreadable 0", "good 47", "good 98"],
    "aider-polyglot": ["good 6", "good 19", "good 33", "good 50", "good 61", "good 67", "good 67", "good 69"],
    "bfcl-overall": ["good 60", "good 97", "good 121", "good 121", "refused 0"],
    "bfcl-v4": ["good 118", "good 109"],
    "epoch-gso": ["good 7", "good 7", "good 12"],
    "epoch-terminal-bench": ["good 15", "good 24", "good 46"],
    "metr-1-0": ["good 28"],
    "tau2": ["good 11", "good 16", "good 24", "good 35"],
}


def at(stamp: str) -> int:
    return instant(datetime.strptime(stamp, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC))


def of_key(evidence: SourceEvidence, key: str) -> list[Span]:
    return [span for span in evidence.spans if span.key == key]


@pytest.mark.parametrize("name", sorted(STATES))
def test_every_recorded_version_reads_as_it_should(name: str, spec_of: Spec, recorded: Recorded) -> None:
    spec = spec_of(name)
    readings = [read_body(raw, name, spec.read) for raw in recorded(name).values()]
    assert [f"{reading.state} {len(reading.rows)}" for reading in readings] == STATES[name]


@pytest.mark.parametrize("name", sorted(STATES))
def test_no_published_column_goes_unread_without_being_named(name: str, spec_of: Spec, recorded: Recorded) -> None:
    spec = spec_of(name)
    notes = [note for raw in recorded(name).values() for note in read_body(raw, name, spec.read).notes]
    odd = [note for note in notes if note.kind not in {"missing-column", "unlisted", "listed-missing"}]
    assert odd == []


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_says_whose_it_is_and_has_an_anchor(name: str, spec_of: Spec) -> None:
    spec = spec_of(name)
    assert spec.publisher
    assert spec.licence
    assert spec.read.anchor
    assert ReadSpec.model_validate_json(spec.read.canonical()).hash() == spec.read.hash()


def test_the_bundled_bodies_are_those_that_were_published_and_under_a_megabyte() -> None:
    table = (REPLAY / "bodies" / "ATTRIBUTION.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", table, re.MULTILINE))
    files = {p.relative_to(REPLAY / "bodies").as_posix(): p for p in (REPLAY / "bodies").glob("*/*")}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == told
    assert sum(path.stat().st_size for path in REPLAY.rglob("*") if path.is_file()) < 1_000_000
    assert not any("swe" in name for name in files)


def test_a_body_that_does_not_parse_leaves_the_last_good_state_standing(
    spec_of: Spec, recorded: Recorded, lived: Lived
) -> None:
    spec = spec_of("aider-edit")
    first_two = list(recorded("aider-edit").items())[:2]
    evidence = lived(spec, first_two)
    assert [sighting.state for sighting in evidence.sightings] == ["good", "unreadable"]
    assert evidence.sightings[1].body == hashlib.sha256(first_two[1][1]).hexdigest()
    assert Counter(span.ended for span in evidence.spans) == {"current": 15}


def test_the_replacement_of_bfcls_wrong_file_shows_as_two_changed_rows_at_its_own_time(
    spec_of: Spec, recorded: Recorded, lived: Lived
) -> None:
    evidence = lived(spec_of("bfcl-overall"), list(recorded("bfcl-overall").items()))
    replaced = at("2025-05-01T000201Z")
    ended = {span.key: (span.ended, span.cells["overall_acc"]) for span in evidence.spans if span.until == replaced}
    begun = {span.key: span.cells["overall_acc"] for span in evidence.spans if span.since == replaced}
    assert ended == {
        "GPT-4o-2024-11-20 (FC)": ("changed", "72.49%"),
        "GPT-4o-2024-11-20 (Prompt)": ("changed", "71.84%"),
    }
    assert begun == {"GPT-4o-2024-11-20 (FC)": "71.71%", "GPT-4o-2024-11-20 (Prompt)": "70.42%"}


def test_bfcls_new_formula_is_refused_and_ends_no_row(spec_of: Spec, recorded: Recorded, lived: Lived) -> None:
    evidence = lived(spec_of("bfcl-overall"), list(recorded("bfcl-overall").items()))
    assert evidence.sightings[-1].state == "refused"
    assert sum(span.until is None for span in evidence.spans) == 121


def test_a_mislabelled_run_is_two_observations_each_at_its_time(
    spec_of: Spec, recorded: Recorded, lived: Lived
) -> None:
    evidence = lived(spec_of("aider-polyglot"), list(recorded("aider-polyglot").items()))
    wrong, right = at("2025-09-02T155317Z"), at("2025-09-02T180009Z")
    changed = [span.key for span in evidence.spans if span.until == right]
    assert {key: [(s.cells["model"], s.since, s.until) for s in of_key(evidence, key)] for key in changed} == {
        "2025-08-23-15-47-21--gpt-5-high": [("openai/gpt-5", wrong, right), ("gpt-5 (high)", right, None)],
        "2025-08-25-13-23-27--gpt-5-medium": [("gpt-5 (high)", wrong, right), ("gpt-5 (medium)", right, None)],
    }


def test_a_submission_that_left_the_complete_manifest_is_withdrawn_and_examples_never_count(
    spec_of: Spec, recorded: Recorded, lived: Lived
) -> None:
    evidence = lived(spec_of("tau2"), list(recorded("tau2").items()))
    gone = [(span.key, span.ended) for span in evidence.spans if span.ended in {"withdrawn", "vanished"}]
    assert gone == [("qwen3-max_qwen_2025-10-30", "withdrawn")]
    assert not any("EXAMPLE" in span.key for span in evidence.spans)


def test_a_score_printed_with_another_precision_is_a_new_observation_of_the_same_row(
    spec_of: Spec, recorded: Recorded, lived: Lived
) -> None:
    evidence = lived(spec_of("epoch-gso"), list(recorded("epoch-gso").items()))
    spans = of_key(evidence, "recyrQ4JUWjfKS1xR")
    assert [(span.cells["opt_1"], span.cells.get("date")) for span in spans] == [("9%", "9/6/2025"), ("8.8%", None)]
    assert {span.row for span in spans} == {"recyrQ4JUWjfKS1xR"}


def test_a_row_first_seen_in_quarantine_is_unknown_until_mended_and_a_renamed_one_is_joined_only_without_doubt(
    spec_of: Spec, made: Made, lived: Lived
) -> None:
    stamps = ["2025-09-10T210908Z", "2025-09-11T141832Z", "2025-10-06T164332Z"]
    bodies = [(stamp, made(f"swebench/made-{n}-of-3.json")) for n, stamp in enumerate(stamps, start=1)]
    evidence = lived(spec_of("swebench"), bodies)
    gamma = of_key(evidence, "20250822_made_gamma")
    assert [(s.since, s.until, s.ended, s.cells["resolved"]) for s in gamma] == [
        (at(stamps[0]), at(stamps[1]), "changed", None),
        (at(stamps[1]), at(stamps[2]), "vanished", "54.2"),
    ]
    alpha = [span for span in evidence.spans if span.row == "20250101_made_alpha"]
    assert [(s.key, s.ended) for s in alpha] == [
        ("20250101_made_alpha", "rekeyed"),
        ("20250101_made_alpha_2025", "current"),
    ]
    beta = of_key(evidence, "20250102_made_beta")
    assert [span.cells["date"] for span in beta] == ["2025-01-02", None, "2025-01-02"]


def test_metrs_second_suite_reads_with_its_carried_over_rows_apart(spec_of: Spec, made: Made) -> None:
    spec = spec_of("metr-1-1")
    reading = read_body(made("metr/made-v1.1.yaml"), spec.id, spec.read)
    assert [(row.key, row.cells["benchmark"], row.cells["p50"]) for row in reading.rows] == [
        ("gpt2", "METR-Horizon-v1.0", "0.04"),
        ("made_model_inspect", "METR-Horizon-v1.1", "400.750000"),
    ]
    assert (reading.rows[1].cells["scaffolds"], reading.notes) == ('["made/react","made/solver,generate"]', ())


@pytest.mark.parametrize("name", ["systems", "agents"])
async def test_the_registries_are_read_from_their_files(name: str, spec_of: Spec) -> None:
    spec, limits = spec_of(name), Limits()
    async with open_client(limits) as client:
        got = await fetch(client, spec, now=lambda: datetime.now(UTC), sleep=_no_sleep, limits=limits, base=REPLAY)
    assert got.body is not None
    reading = read_body(got.body, spec.id, spec.read)
    assert (reading.state, reading.notes) == ("good", ())


async def _no_sleep(seconds: float) -> None:
    raise AssertionError("a file is never waited for")


def test_no_source_file_relies_on_the_yaml_that_says_no_is_false() -> None:
    for name in SOURCES:
        text = (REPLAY / "sources" / f"{name}.yaml").read_text(encoding="utf-8")
        words = [token.value for token in yaml.scan(text) if isinstance(token, yaml.ScalarToken) and not token.style]
        assert not {"yes", "no", "on", "off", "Yes", "No", "YES", "NO"} & set(words), name
