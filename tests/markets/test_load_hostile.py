"""Guards: what a hostile or careless hand writes is a fault with its place, never a crash."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from market_builders import REPLAY

from markets.load import Loaded, load_debate
from resolvers.errors import Fault

MARKET = """\
question: Will a row reach 85%?
opens: 2026-12-01
closes: 2027-03-01
values:
  best: {max: score, from: board}
resolve:
  yes: best >= 85%
"""
CHOICE = """\
question: Whose row will lead?
opens: 2026-12-01
closes: 2027-03-01
values:
  top: {argmax: score, from: board}
resolve:
  choice: top.lab
  answers: {North: north, South: south, Another: else}
"""
FILES = {
    "debate.yaml": "debate: small\ntitle: A debate\nreviewers: {ann: {}, ben: {}}\n",
    "markets/one-row.yaml": MARKET,
    "markets/two-labs.yaml": CHOICE,
    "sources/board.yaml": """\
publisher: A board
licence: CC0 1.0
fetch: {url: "https://example.org/scores.json"}
read:
  format: json
  rows: rows
  key: name
  zone: UTC
  columns:
    score: {unit: percent, between: [0, 100]}
    lab: text
""",
}


def folder(path: Path, changes: Mapping[str, str]) -> Path:
    for name, text in {**FILES, **changes}.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return path


def loaded(path: Path, name: str = "debate.yaml", old: str = "", new: str = "") -> Loaded:
    assert old in FILES[name]
    return load_debate(folder(path, {name: FILES[name].replace(old, new, 1)}))


def errors(found: Loaded, file: str) -> list[Fault]:
    return [fault for fault in found.faults if fault.path.endswith(file) and fault.level == "error"]


def test_the_debate_these_tests_spoil_has_no_fault(tmp_path: Path) -> None:
    assert loaded(tmp_path).faults == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "said"),
    [
        ("markets/one-row.yaml", "2027-03-01", "9999-12-31", (3, 9), "is no time of a market; write one from 1970"),
        ("markets/one-row.yaml", "2027-03-01", "0001-01-01T00:00+14:00", (3, 9), "is no time of a market"),
        ("markets/one-row.yaml", "question:", "settle: 999999 weeks\nquestion:", (1, 9), "is over 100 years"),
        ("markets/one-row.yaml", "from: board", "from: board, at: 0001-01-01T00:00+14:00", (5, 39), "the calendar"),
        ("markets/one-row.yaml", "from: board", "from: board, where: {lab: null}", (5, 48), "this is empty"),
        ("markets/one-row.yaml", "from: board", "from: board, where: {lab: [a, null]}", (5, 52), "this is empty"),
        ("markets/two-labs.yaml", "North: north", "North: null", (8, 20), "North: write the text"),
        ("markets/two-labs.yaml", "North: north", "North: [a, null]", (8, 20), "North: write the text"),
        ("sources/board.yaml", "zone: UTC", "zone: Mars/Base", (8, 9), "'Mars/Base' is no time zone"),
        ("sources/board.yaml", "rows: rows", f"rows: '{'(' * 1500}'", (5, 3), "a path has at most 500"),
        ("sources/board.yaml", "rows: rows", f"rows: '{'(' * 450}'", (5, 3), "((("),
        ("sources/board.yaml", "rows: rows", "rows: rows[::0]", (5, 3), "has a slice in steps of 0"),
        ("sources/board.yaml", "[0, 100]", "[100, 0]", (10, 12), "between: 100 is more than 0"),
        ("sources/board.yaml", "https://example.org/scores.json", "file:///x", (3, 14), "is no address of the web"),
        ("sources/board.yaml", "https://example.org/scores.json", "http://[::", (3, 14), "is no address of the web"),
        ("sources/board.yaml", 'url: "https://example.org/scores.json"', 'file: "a\\0b"', (3, 15), "no name of a file"),
        ("sources/board.yaml", 'url: "https://example.org/scores.json"', f"file: {'a' * 5000}", (3, 15), "no name of"),
        ("sources/board.yaml", "columns:", "views: {a: {where: {lab: null}}}\n  columns:", (9, 28), "this is empty"),
    ],
)  # fmt: skip
def test_it_is_a_fault_at_its_place(
    tmp_path: Path, name: str, old: str, new: str, place: tuple[int, int], said: str
) -> None:
    found = errors(loaded(tmp_path, name, old, new), name)
    told = [(fault.line, fault.column, fault.message) for fault in found]
    assert any((line, column) == place and said in message for line, column, message in told), told


FILE_NAMES = sorted(
    path.relative_to(REPLAY).as_posix() for path in REPLAY.rglob("*.yaml") if "bodies" not in path.parts
)
PIECES = st.sampled_from(
    ["null", "[", "{", "}", '"', "'", ": ", "\n", "  ", "- ", "#", "&a ", "*a", "!!x ", "\t", "\x00", "\x1b[2J", "é",
     "%", "0", "-1", "9" * 70, "1e9999", "9999-12-31", "0001-01-01T00:00+14:00", "999999 weeks", "100%", "T", "NaN",
     ".inf", "(" * 300, "not " * 300, "[::0]", "[" * 60, "(((", "best", "file:///x", "http://[::", "Mars/Base", "..",
     "\u2028", "true", "x" * 600, "a.b", "`", "|", ">-\n  x", "else", "\ufeff"]
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes]:
    """A bundled file with a few pieces cut out or put in, anywhere."""
    name = draw(st.sampled_from(FILE_NAMES))
    text = (REPLAY / name).read_text(encoding="utf-8")
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(PIECES) + text[end:]
    raw = text.encode()
    return name, raw[: draw(st.integers(0, len(raw)))] if draw(st.booleans()) and draw(st.booleans()) else raw


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spoilt") / "replay"
    shutil.copytree(REPLAY, path, ignore=shutil.ignore_patterns("bodies"))
    return path


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt())
def test_bundled_files_spoilt_anywhere_are_read_or_have_faults_at_their_places(
    copied: Path, file: tuple[str, bytes]
) -> None:
    name, raw = file
    whole = (copied / name).read_bytes()
    (copied / name).write_bytes(raw)
    try:
        found = load_debate(copied)
    finally:
        (copied / name).write_bytes(whole)
    assert all(fault.line >= 1 and fault.column >= 1 and fault.path for fault in found.faults)
    assert found.usable or found.faults
