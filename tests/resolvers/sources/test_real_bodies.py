"""A further run over real bodies whose licences forbid bundling: CRUX_REAL_BODIES=DIR holds <folder>/<file>."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from resolvers.evidence import SourceEvidence
from resolvers.sources.reading import Reading, read_body
from resolvers.sources.spec import SourceSpec

Spec = Callable[[str], SourceSpec]
Lived = Callable[[SourceSpec, Sequence[tuple[str, bytes]]], SourceEvidence]

WHY = (
    "SKIPPED: set CRUX_REAL_BODIES=DIR to run over real bodies that may not be bundled "
    "(DIR/swebench_leaderboards/leaderboards.YYYY-MM-DD.json, DIR/metr_time_horizons/format_sample_v1_1.yaml)"
)


def real(folder: str, pattern: str) -> list[Path]:
    directory = os.environ.get("CRUX_REAL_BODIES")
    if not directory:
        pytest.skip(WHY)
    found = sorted((Path(directory) / folder).glob(pattern))
    if not found:
        pytest.skip(f"SKIPPED: no {folder}/{pattern} in CRUX_REAL_BODIES={directory}")
    return found


@pytest.fixture
def swebench(spec_of: Spec) -> dict[str, Reading]:
    """Readings of the real SWE-bench files, by the date in their names."""
    spec = spec_of("swebench")
    files = real("swebench_leaderboards", "leaderboards.*.json")
    return {path.name.split(".")[1]: read_body(path.read_bytes(), spec.id, spec.read) for path in files}


def test_every_real_swebench_version_reads_well(swebench: dict[str, Reading]) -> None:
    assert {date: (reading.state, reading.because) for date, reading in swebench.items()} == dict.fromkeys(
        swebench, ("good", "")
    )
    unread = {note.column for reading in swebench.values() for note in reading.notes if note.kind == "unread-column"}
    assert unread == set()


def test_the_real_271_percent_is_quarantined_alone(swebench: dict[str, Reading]) -> None:
    if "2025-09-10" not in swebench:
        pytest.skip("SKIPPED: leaderboards.2025-09-10.json is not among the real bodies")
    reading = swebench["2025-09-10"]
    assert reading.held == {"20250822_mini-v1.9.1_GLM-4.5"}
    assert (len(reading.rows), [n.text for n in reading.notes if n.kind == "quarantined"]) == (132, ["271.0"])


def test_the_real_date_that_is_none_and_the_real_sentence_are_unknown_cells(swebench: dict[str, Reading]) -> None:
    if "2025-09-11" not in swebench:
        pytest.skip("SKIPPED: leaderboards.2025-09-11.json is not among the real bodies")
    odd = {note.column: note.text for note in swebench["2025-09-11"].notes if note.kind == "unknown-cell"}
    assert odd["date"] == "2508-22-"
    assert re.match(r"false \(See README", odd["checked"])


def test_the_real_renamings_are_joined_or_vanish_but_are_never_withdrawn(spec_of: Spec, lived: Lived) -> None:
    files = real("swebench_leaderboards", "leaderboards.*.json")
    bodies = [(f"{path.name.split('.')[1]}T000000Z", path.read_bytes()) for path in files]
    evidence = lived(spec_of("swebench"), bodies)
    ended = {span.key: span.ended for span in evidence.spans if span.ended in {"rekeyed", "vanished", "withdrawn"}}
    assert "withdrawn" not in ended.values()
    if len(files) == 8:
        assert ended["250822_mini-v1.9.1_glm-4.5"] == "vanished"
        assert sum(how == "rekeyed" for how in ended.values()) == 6


def test_metrs_real_excerpt_of_the_second_suite_reads_well(spec_of: Spec) -> None:
    spec = spec_of("metr-1-1")
    (path,) = real("metr_time_horizons", "format_sample_v1_1.yaml")
    reading = read_body(path.read_bytes(), spec.id, spec.read)
    assert (reading.state, [row.key for row in reading.rows]) == (
        "good",
        ["gpt2", "claude_opus_4_6_inspect", "gpt_5_2"],
    )
