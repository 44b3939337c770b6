"""Guards: every code has a file that fires exactly it and a near miss that fires nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lint_cases import faults, written

from markets.lint.code import READING, Case
from markets.lint.examples import MARKET, MARKET_PATH, SEEN, SOURCE
from markets.lint.explain import EVERY, meaning
from markets.lint.run import ALL, WITH_STORE, lint_all
from markets.load import load_debate

FIRST = {"T": 7, "S": 9, "N": 9, "D": 5, "O": 6, "J": 3, "F": 5, "L": 3}
"""How many codes of each family were asked for."""


def test_every_code_that_was_asked_for_is_there() -> None:
    assert set(ALL) >= {f"{family}{n:02}" for family, count in FIRST.items() for n in range(1, count + 1)}
    assert all(each.meaning.strip() and each.says for each in ALL.values())


def test_the_example_that_all_others_change_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, Case()) == []


@pytest.mark.parametrize("name", ALL)
def test_its_example_fires_exactly_that_code(tmp_path: Path, name: str) -> None:
    code = ALL[name]
    found = faults(tmp_path, code.fires)
    assert {fault.code for fault in found} == {name}, [str(fault) for fault in found]
    assert {fault.level for fault in found} == {code.level}
    assert all(fault.line > 0 and fault.column > 0 and fault.path.endswith(".yaml") for fault in found)


@pytest.mark.parametrize("name", ALL)
def test_its_near_miss_fires_nothing(tmp_path: Path, name: str) -> None:
    assert [str(fault) for fault in faults(tmp_path, ALL[name].quiet)] == []


def test_a_thing_is_said_once(tmp_path: Path) -> None:
    for name, code in ALL.items():
        found = faults(tmp_path / name, code.fires)
        assert len({(fault.path, fault.line, fault.column, fault.code) for fault in found}) == len(found), name


def test_another_market_as_a_source_is_a_warning_and_can_be_waived(tmp_path: Path) -> None:
    other = {"https://board.example/scores.csv": "https://api.manifold.markets/v0/slug/another-question"}
    (fault,) = faults(tmp_path / "plain", Case(source=other))
    assert (fault.code, fault.level) == ("S09", "warning")
    waived = Case({"baseline:": "allow: {S09: its wording is the best known}\nbaseline:"}, other)
    assert faults(tmp_path / "waived", waived) == []


WAIVERS = {
    "an error": (
        "allow: {S02: one is enough}",
        {"na: {when: removed(board), if_refused: NO}\n": ""},
        "cannot be waived",
    ),
    "unknown": ("allow: {DO1: it is clear}", {}, "did you mean 'O01'"),
    "nothing": ("allow: {D01: it is clear}", {}, "nothing here needs D01 waived"),
    "what keeps it shut": ("allow: {N07: it is fine}", {}, "cannot be waived"),
}


@pytest.mark.parametrize("kind", WAIVERS)
def test_a_waiver_that_waives_nothing_it_may_is_a_fault_at_its_place(tmp_path: Path, kind: str) -> None:
    line, changes, said = WAIVERS[kind]
    found = [
        fault
        for fault in faults(tmp_path, Case({**changes, "baseline:": f"{line}\nbaseline:"}))
        if fault.code == "F-WAIVER"
    ]
    assert [(fault.line, said in fault.message) for fault in found] == [(5, True)], found


def test_a_waived_warning_is_not_told(tmp_path: Path) -> None:
    changes = {
        "whoever ran it.": "whoever ran it, on major hardware.",
        "baseline:": "allow: {D01: the board lists it}\nbaseline:",
    }
    assert faults(tmp_path, Case(changes)) == []


MIRROR = {
    "sources/mirror.yaml": SOURCE.replace("board.example", "mirror.example").replace("A board", "A mirror"),
}
LISTED = {"from: board}": "from: [board, mirror]}"}


def test_of_a_list_of_sources_one_that_was_read_is_enough(tmp_path: Path) -> None:
    """The mirror shows no table of scores; then the board too was read too long ago, or by nobody live."""
    assert faults(tmp_path / "one", Case(LISTED, files=MIRROR, looks=(("2026-11-30", SEEN),))) == []
    for day, wanted in (("2026-11-20", {"S04"}), ("2026-11-30 imported", {"S10"})):
        found = faults(tmp_path / day, Case(LISTED, files=MIRROR, looks=((day, SEEN),)))
        assert {fault.code for fault in found} == wanted, [str(fault) for fault in found]
    alone = {
        "best >= 85%": "best >= 85% and other >= 85%",
        "values:\n": "values:\n  other: {max: score, from: mirror}\n",
    }
    found = faults(tmp_path / "alone", Case({**LISTED, **alone}, files=MIRROR, looks=(("2026-11-30", SEEN),)))
    assert "S04" in {fault.code for fault in found}


def test_an_na_clause_over_a_stretch_of_time_to_come_is_not_asked_today(tmp_path: Path) -> None:
    def clause(since: str, before: str, first: str = "2026-11-20") -> Case:
        counted = f"within: {{from: {since}, before: {before}}}"
        changes = {
            "when: removed(board)": "when: rows_then < 1",
            "values:\n": f"values:\n  rows_then: {{count: rows, from: board, {counted}}}\n",
            "ran it.": f"ran it, at 85%. With fewer than 1 row first seen from {since} to before {before} nothing "
            "is asked, nor if the board is lost.",
        }
        return Case(changes, looks=((first, SEEN), ("2026-11-30", SEEN)))

    assert faults(tmp_path / "ahead", clause("2027-01-01", "2027-07-01")) == []
    found = faults(tmp_path / "over", clause("2026-06-01", "2026-07-01"))
    assert {"N07", "O04"} <= {fault.code for fault in found}, [str(fault) for fault in found]
    days = {fault.code for fault in faults(tmp_path / "days", clause("2026-06-01", "2026-07-01", "2026-11-29"))}
    assert "N07" in days and "O04" not in days, "what a few days say is no share of a history"


@pytest.mark.parametrize("many", ["{at_least: 1, of: %s}", "{all: %s}", "{any: %s}", "{not: {any: %s}}"])
def test_the_figures_of_formulas_inside_a_condition_of_many_are_compared(tmp_path: Path, many: str) -> None:
    told = "whoever ran it. Of three: at least 1 at 85%, 60% and 70%, at T, 2027-07-01."
    same = {"best >= 85%": many % "[best >= 85%, 60% <= best, best >= 70%]", "whoever ran it.": told}

    def differ(changes: dict[str, str]) -> set[str]:
        found = faults(tmp_path, Case(changes))
        return {each.message.partition(" ")[0] for each in found if each.code == "O06"} - {"'1'"}

    assert differ(same) == set()
    assert differ({**same, "whoever ran it.": told.replace("70%", "71%")}) == {"'70%'", "'71%'"}


def test_without_the_store_the_codes_that_need_it_are_named() -> None:
    assert WITH_STORE == ("T08", "S03", "S04", "S10", "S11", "S12", "N06", "N07", "N08", "O04")


def test_a_fault_in_a_block_of_prose_stands_at_its_line_and_column(tmp_path: Path) -> None:
    text = MARKET.replace("Any row of the board counts", "Any row counts.\n  It must be run by June 2027, and counts")
    path = written(tmp_path, Case(files={MARKET_PATH: text}))
    found = [fault for fault in lint_all(load_debate(path)) if fault.code == "T02"]
    line = text.splitlines().index("  It must be run by June 2027, and counts, whoever ran it.") + 1
    assert [(fault.line, fault.column) for fault in found] == [(line, 18)]


def test_a_family_is_linted_market_by_market_and_what_its_file_says_is_said_once(tmp_path: Path) -> None:
    text = MARKET.replace("85%", "{n}%").replace("whoever ran it.", "whoever ran it, by June 2027.")
    family = {"markets/reach-{n}.yaml": f"each: [{{n: 80}}, {{n: 90}}]\n{text}"}
    path = written(tmp_path, Case(files=family))
    (path / MARKET_PATH).unlink()
    loaded = load_debate(path)
    assert (list(loaded.markets), loaded.faults) == (["reach-80", "reach-90"], ())
    found = [fault for fault in lint_all(loaded) if fault.code == "T02"]
    line = text.splitlines().index("  Any row of the board counts, whoever ran it, by June 2027.") + 2
    assert [(Path(fault.path).name, fault.line) for fault in found] == [("reach-{n}.yaml", line)]


def test_the_lint_says_the_same_whenever_and_in_whatever_company_it_is_asked(tmp_path: Path) -> None:
    loaded = load_debate(written(tmp_path, ALL["L03"].fires))
    once = [str(fault) for fault in lint_all(loaded)]
    backwards = replace(loaded, markets=dict(reversed(loaded.markets.items())))
    assert once == [str(fault) for fault in lint_all(loaded)] == [str(fault) for fault in lint_all(backwards)]


@pytest.mark.parametrize("name", READING)
def test_the_example_of_what_reading_finds_fires_exactly_that_code(tmp_path: Path, name: str) -> None:
    """But for a broken source, whose own fault is told as well, in its own file."""
    code = EVERY[name]
    found = faults(tmp_path, code.fires)
    fitting = [fault for fault in found if not (name == "S-BROKEN" and fault.path.endswith("board.yaml"))]
    assert {fault.code for fault in fitting} == {name}, [str(fault)[-300:] for fault in found]
    assert {fault.level for fault in fitting} == {code.level}
    assert all(fault.line > 0 and fault.column > 0 for fault in found)


@pytest.mark.parametrize("name", READING)
def test_the_near_miss_of_what_reading_finds_fires_nothing(tmp_path: Path, name: str) -> None:
    assert [str(fault)[-300:] for fault in faults(tmp_path, EVERY[name].quiet)] == []


SOURCES = Path(__file__).parents[3]
NAMED = re.compile(r'"([YFRSA]-[A-Z]+(?:-[A-Z]+)*)"')
OF_RULES = re.compile(r'(?:faults\.add|self\.fault|Fault)\(\s*"([a-z]+(?:-[a-z]+)*)"')


def test_every_code_that_a_check_can_print_is_explained() -> None:
    """The codes are read from the source text: `"Y-TAB"` as it stands, a rule's `"window"` as R-WINDOW."""
    found: set[str] = set()
    for path in (SOURCES / "markets").rglob("*.py"):
        found |= set(NAMED.findall(path.read_text(encoding="utf-8")))
    texts = [path.read_text(encoding="utf-8") for path in (SOURCES / "resolvers" / "rules").rglob("*.py")]
    for code in {code for text in texts for code in OF_RULES.findall(text)}:
        room = "S" if code in ("unknown-source", "unknown-view", "unknown-column") else "R"
        found.add(f"{room}-{code.upper()}")
    assert found - {"R-UNIT", "R-EDGES"} == set(READING)  # those two are told as N01 and N05


@pytest.mark.parametrize("name", EVERY)
def test_how_to_waive_it_is_said_of_a_warning_of_the_lint_and_of_nothing_else(name: str) -> None:
    code = EVERY[name]
    waivable = code.level == "warning" and name in ALL
    assert (f"It can be waived in the file: `allow: {{{name}: why}}`." in meaning(name)) == waivable
    assert ("It is seen with `crux check --ready` only." in meaning(name)) == (code.needs == "store")
