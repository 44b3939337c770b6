"""Guards: every fault of every file at once, each at its place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from market_builders import DEBATE, MARKET, REPLAY, SOURCE, folder, loaded, said

from markets.load import load_debate

TEN_FAULTS = """\
question: Will a row reach 85 before July 2025?
opens: 2025-01-01T12:00
closes: soon
subsidi: 200
tier: -5
values:
  best: {maks: score, from: board}
  other: {max: scor, from: board}
  good: {max: score, from: board}
resolve:
  yes: good >= 85 and best >= 85% and other >= 85%
  holt: 7 days
bears_on:
  - {claim: one-claim, event: YES, if_true: 1.5, if_false: 0.2}
settle: a week
"""


def test_a_correct_folder_has_no_fault(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert found.faults == ()
    assert list(found.markets) == ["reach-85"]
    assert list(found.sources) == ["board"]


def test_ten_faults_in_a_definition_show_as_ten(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"markets/reach-85.yaml": TEN_FAULTS})
    places = {(fault.line, fault.code) for fault in found.faults if fault.level == "error"}
    assert {
        (2, "T01"), (3, "F-VALUE"), (4, "F-UNKNOWN"), (5, "F-VALUE"), (7, "R-UNKNOWN-KEY"), (8, "S-UNKNOWN-COLUMN"),
        (11, "N01"), (12, "R-UNKNOWN-KEY"), (14, "F-VALUE"), (15, "F-VALUE"),
    } <= places, "\n".join(said(found, tmp_path))  # fmt: skip
    assert found.markets == {}


def test_faults_of_several_files_come_together_and_in_order(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        {
            "debate.yaml": DEBATE + "tone: kind\n",
            "sources/board.yaml": SOURCE.replace("licence", "license"),
            "markets/reach-85.yaml": MARKET.replace("opens: 2025-01-01\n", ""),
        },
    )
    assert said(found, tmp_path) == [
        "debate.yaml:4:1: F-UNKNOWN: `tone` is no key here: known are about, account, axes, debate, defaults, "
        "lexicon, limits, panelists, review, reviewers, title, voices",
        "markets/reach-85.yaml:1:1: F-MISSING: `opens` is missing: add it",
        "markets/reach-85.yaml:5:28: S-BROKEN: the source board has faults of its own: mend them first",
        "sources/board.yaml:2:1: F-UNKNOWN: `license` is no key here: did you mean `licence`?",
    ]


def test_a_path_is_printed_as_the_user_gave_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path / "mine", {"markets/reach-85.yaml": MARKET + "colour: red\n"})
    monkeypatch.chdir(tmp_path)
    assert str(load_debate(Path("mine")).faults[0]).startswith("mine/markets/reach-85.yaml:9:1: F-UNKNOWN: `colour`")


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("opens: 2025-01-01", "opens: 2025-08-01"), "markets/reach-85.yaml:3:9: T04: "),
        (("opens: 2025-01-01", "opens: 2025-01-01T10:00"), "markets/reach-85.yaml:2:8: T01: "),
        (("before July 2025", "before July 2025 " + "x" * 90), "markets/reach-85.yaml:1:11: F01: "),
        (("Will a row reach", "Will " + "🎲" * 52 + " reach"), "markets/reach-85.yaml:1:11: F01: "),
        (("subsidy: 200", "subsidy: 0.5"), "markets/reach-85.yaml:4:10: F-MANA: "),
        (("subsidy: 200", "tier: 99"), "markets/reach-85.yaml:4:7: F-MANA: "),
        (("subsidy: 200", "initial: 30"), "markets/reach-85.yaml:4:10: F-VALUE: "),
        (("subsidy: 200", "initial: 0.5%"), "markets/reach-85.yaml:4:10: F-VALUE: "),
        (("subsidy: 200", "review: {quorum: 1}"), "markets/reach-85.yaml:4:9: F-VALUE: "),
        (("subsidy: 200", "review: {quorum: 3}"), "markets/reach-85.yaml:4:18: F-VALUE: "),
        (("subsidy: 200", "fine_print: " + "x" * 16_000), "markets/reach-85.yaml:4:13: F02: "),
        (("best >= 85%", "best >= 85"), "markets/reach-85.yaml:8:16: N01: "),
        (("max: score", "max: skore"), "markets/reach-85.yaml:6:15: S-UNKNOWN-COLUMN: "),
        (("from: board", "from: bored"), "markets/reach-85.yaml:6:28: S-UNKNOWN-SOURCE: "),
    ],
)
def test_a_fault_says_where_it_is(tmp_path: Path, change: tuple[str, str], wanted: str) -> None:
    found = loaded(tmp_path, {"markets/reach-85.yaml": MARKET.replace(*change)})
    assert any(line.startswith(wanted) for line in said(found, tmp_path)), "\n".join(said(found, tmp_path))


def test_edges_out_of_order_are_a_fault(tmp_path: Path) -> None:
    text = MARKET.replace("yes: best >= 85%", "number: best\n  edges: [20%, 10%]")
    found = loaded(tmp_path, {"markets/reach-85.yaml": text})
    assert [fault.code for fault in found.faults] == ["N05"]


def test_a_registry_that_is_not_there_or_lies_outside_is_a_fault(tmp_path: Path) -> None:
    def registry(name: str) -> str:
        return SOURCE.replace('url: "https://board.example/scores.csv"', f"file: {name}")

    files = {"sources/one.yaml": registry("registries/none.csv"), "sources/two.yaml": registry("../../etc/passwd")}
    assert [line.split(": ")[:2] for line in said(loaded(tmp_path, files), tmp_path)] == [
        ["sources/one.yaml:3:15", "S-FILE"],
        ["sources/two.yaml:3:15", "S-FILE"],
    ]


def test_a_view_of_a_column_that_is_not_there_is_a_fault_of_the_source(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"sources/board.yaml": SOURCE + "  views: {open: {where: {labb: x}}}\n"})
    assert [line.split(": ")[:2] for line in said(found, tmp_path)] == [
        ["sources/board.yaml:11:32", "S-UNKNOWN-COLUMN"]
    ]


def test_a_file_nobody_would_read_is_a_fault(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"markets/another.yml": MARKET})
    assert said(found, tmp_path) == ["markets/another.yml:1:1: F-FOLDER: another.yml is not read: call it another.yaml"]


def test_claims_under_another_ending_are_a_fault_and_not_silently_none(tmp_path: Path) -> None:
    assert said(loaded(tmp_path, {"claims.yml": "[]\n"}), tmp_path) == [
        "claims.yml:1:1: F-FOLDER: claims.yml is not read: call it claims.yaml"
    ]


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("markets/another", MARKET, "another.yaml"),
        ("markets/another.txt", MARKET, "another.yaml"),
        ("markets/another.yaml.txt", MARKET, "another.yaml"),
        ("sources/another", SOURCE, "another.yaml"),
    ],
)
def test_a_definition_without_its_ending_is_pointed_out(tmp_path: Path, name: str, text: str, meant: str) -> None:
    found = loaded(tmp_path, {name: text})
    assert said(found, tmp_path) == [f"{name}:1:1: F-FOLDER: {Path(name).name} is not read: call it {meant}"]
    assert [fault.level for fault in found.faults] == ["warning"]
    assert found.usable


def test_notes_and_what_was_put_out_of_the_way_on_purpose_are_left_in_peace(tmp_path: Path) -> None:
    aside = dict.fromkeys(("reach.yaml.off", "reach.yaml~", ".reach", "reach.md", "drafts/reach.yaml"), MARKET)
    notes = {"README": "Ask a good\nquestion\n", "ideas.txt": "what question: none\n", "\udcff": "x"}
    found = loaded(tmp_path, {f"markets/{name}": text for name, text in {**aside, **notes}.items()})
    assert said(found, tmp_path) == []


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "[1, 2]\n", "just words\n", "resolve: 5\n", "resolve: {yes: [1]}\n"]
)
def test_a_market_file_of_any_other_shape_is_a_fault_and_no_crash(tmp_path: Path, text: str) -> None:
    found = loaded(tmp_path, {"markets/reach-85.yaml": text})
    assert found.faults
    assert all(fault.line >= 1 and fault.column >= 1 for fault in found.faults)


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    assert [fault.code for fault in load_debate(tmp_path / "nowhere").faults] == ["F-FOLDER"]


def test_only_the_named_markets_are_read(tmp_path: Path) -> None:
    path = folder(tmp_path, {"markets/broken.yaml": "question: x\n"})
    assert load_debate(path, only=[path / "markets" / "reach-85.yaml"]).faults == ()


def test_one_person_alone_must_say_so_and_wait_longer(tmp_path: Path) -> None:
    alone = MARKET + "review: {quorum: 1, declare: true}\n"
    assert str(loaded(tmp_path, {"markets/reach-85.yaml": alone}).markets["reach-85"].review.window) == "7 days"


def test_a_change_of_any_frozen_part_is_another_version(tmp_path: Path) -> None:
    first = loaded(tmp_path / "a").markets["reach-85"].version
    changes = {
        "markets/reach-85.yaml": MARKET.replace("85%", "86%"),
        "sources/board.yaml": SOURCE.replace("between: [0, 100]", "between: [0, 99]"),
        "debate.yaml": DEBATE + "defaults: {bridge: 3 days}\n",
    }
    versions = {
        loaded(tmp_path / f"b{n}", {name: text}).markets["reach-85"].version
        for n, (name, text) in enumerate(changes.items())
    }
    assert len(versions | {first}) == 4


def test_a_new_address_subsidy_or_reviewer_is_the_same_version(tmp_path: Path) -> None:
    first = loaded(tmp_path / "a").markets["reach-85"].version
    moved = {
        "sources/board.yaml": SOURCE.replace("board.example", "new.example"),
        "markets/reach-85.yaml": MARKET.replace("subsidy: 200", "subsidy: 900"),
        "debate.yaml": DEBATE.replace("second-reader: {}", "second-reader: {}, third-reader: {}"),
    }
    assert loaded(tmp_path / "b", moved).markets["reach-85"].version == first


def test_loading_imports_neither_a_database_nor_discord_nor_http() -> None:
    code = (
        "import sys; from pathlib import Path; from markets.load import load_debate;"
        f"assert load_debate(Path({str(REPLAY)!r})).markets;"
        "print([name for name in ('sqlalchemy', 'discord', 'httpx', 'aiohttp', 'matplotlib') if name in sys.modules])"
    )
    home = {**os.environ, "PYTHONPATH": str(REPLAY.parents[2])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=home)
    assert done.stdout.strip() == "[]"


def test_the_bundled_debate_has_no_fault_and_all_four_types() -> None:
    found = load_debate(REPLAY)
    assert [str(fault) for fault in found.faults] == []
    assert {spec.market_type for spec in found.markets.values()} == {
        "BINARY",
        "MULTIPLE_CHOICE",
        "MULTI_NUMERIC",
        "DATE",
    }
    assert len(found.markets) >= 9
