"""Words of the prose that a code reads rightly: what it misses, and what it took wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_cases import faults

from markets.lint.code import Case

RAN = "whoever ran it."
HARMLESS = [
    "whoever ran it in the last year of the window.",
    "whoever ran it in the last quarter of the window.",
    "whoever ran it. It stands as it last stood.",
    "whoever ran it, read by 2 people.",
    "whoever ran it, see section 3 and footnote 12.",
    "whoever ran it, by a 2-person team.",
    "whoever ran it. A score cannot lie over 100%.",
    "whoever ran it. It is called after the death of a star.",
    "whoever ran it. It stands as it was when the board dies.",
    "whoever ran it, by whatever user agent.",
    "whoever ran it, on any major version.",
    "whoever ran it. What a lab claims does not count.",
    "whoever ran it, including hidden ones.",
    "whoever ran it. Resolves NO if no row gets there.",
    "whoever ran it. Two arms and three feeds are told apart.",
    "whoever ran it, by no one of the three who run it.",
]
MISSED = [
    ("T02", "whoever ran it by May."),
    ("T02", "whoever ran it by end of 2028."),
    ("T03", "whoever ran it in coming months."),
    ("T03", "whoever ran it within the next 6 months."),
    ("T03", "whoever ran it next week."),
    ("T01", "whoever ran it after 9 a.m. in London."),
    ("F03", "whoever ran it; the terms are those on the page example.org/rules."),
    ("O05", "whoever ran it. It will close NO if somebody withdraws."),
    ("F05", "whoever ran it. It ends when its author dies."),
    ("D01", "whoever ran it, on a major agent."),
    ("D03", "whoever ran it, including a lab."),
    ("D04", "whoever ran it and claims so."),
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_is_no_fault(tmp_path: Path, text: str) -> None:
    assert [str(fault) for fault in faults(tmp_path, Case({RAN: text}))] == []


@pytest.mark.parametrize("text", ["whoever ran it after 9 a.m. UTC.", "whoever ran it, in a ratio of 3:45."])
def test_a_time_with_its_zone_and_a_ratio_are_no_times_without_a_zone(tmp_path: Path, text: str) -> None:
    assert "T01" not in {fault.code for fault in faults(tmp_path, Case({RAN: text}))}


@pytest.mark.parametrize(("name", "text"), MISSED)
def test_what_was_missed_is_a_fault(tmp_path: Path, name: str, text: str) -> None:
    assert name in {fault.code for fault in faults(tmp_path, Case({RAN: text}))}


@pytest.mark.parametrize("licence", ["not stated", "CC BY-NC 4.0", "CC BY-ND 4.0", "All rights reserved", "unknown"])
def test_a_closed_licence_is_a_warning_until_the_source_is_not_republished(tmp_path: Path, licence: str) -> None:
    found = faults(tmp_path / "open", Case(source={"licence: CC0 1.0": f"licence: {licence}"}))
    assert [(fault.code, fault.level) for fault in found] == [("S08", "warning")]
    settled = Case(source={"licence: CC0 1.0": f"licence: {licence}\nrepublish: no"})
    assert [str(fault) for fault in faults(tmp_path / "settled", settled)] == []


CLAIMS = """\
claims:
  rows-improve: {axis: R, pole: plus, text: Rows improve., origin: [{thread: "001", line: 1}]}
  rows-matter: {axis: R, pole: minus, text: Rows matter., origin: [{thread: "001", line: 2}]}
"""
LINKED = "if_false: 0.30, cluster: board}"


@pytest.mark.parametrize(("cluster", "told"), [("other", ["L03"]), ("board", [])])
def test_one_outcome_split_over_two_clusters_of_an_axis_is_told(tmp_path: Path, cluster: str, told: list[str]) -> None:
    link = f"\n  - {{claim: rows-matter, event: YES, if_true: 0.30, if_false: 0.60, cluster: {cluster}}}"
    debate = {"reviewers:": "axes:\n  R: {plus: they improve, minus: they do not}\nreviewers:"}
    case = Case({LINKED: LINKED + link}, debate=debate, files={"claims.yaml": CLAIMS})
    assert [fault.code for fault in faults(tmp_path, case)] == told


OPERATORS = [
    ("best >= 85%", "reach 85%", "stand at 85% or less"),
    ("best >= 85%", "reach 85%", "stand at most 85%"),
    ("best >= 85%", "reach 85%", "stand above 85%"),
    ("best > 85%", "reach 85%", "stand at 85% or more"),
    ("best <= 85%", "reach 85%", "stand under 85%"),
    ("best <= 85%", "reach 85%", "stand at 85% or more"),
]


@pytest.mark.parametrize(("formula", "old", "new"), OPERATORS)
def test_a_relation_that_is_not_the_rules_is_a_fault(tmp_path: Path, formula: str, old: str, new: str) -> None:
    found = faults(tmp_path, Case({"best >= 85%": formula, old: new}))
    assert "N02" in {fault.code for fault in found}


FILTERED = {
    "best: {max: score, from: board}": "strong: {count: rows, from: board, where: score >= 85%}",
    "best >= 85%": "strong >= 3",
    "Will a row of the board reach 85%": "Will at least 3 rows of the board have at least 85%",
}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("at least 3", "at least 3", False),
        ("have at least 85%", "have more than 85%", True),
        ("have at least 85%", "have at most 85%", True),
        ("at least 3", "at most 3", True),
        ("at least 3", "more than 3", True),
        ("at least 3", "3 or fewer", True),
        ("at least 3", "3 or more", False),
    ],
)
def test_relations_of_row_filters_and_counts_are_read(tmp_path: Path, old: str, new: str, told: bool) -> None:
    question = FILTERED["Will a row of the board reach 85%"].replace(old, new, 1)
    found = faults(tmp_path, Case({**FILTERED, "Will a row of the board reach 85%": question}))
    assert ("N02" in {fault.code for fault in found}) is told, [str(fault) for fault in found]


BY = {
    "by 2027": 'can be read two ways: write "before 2027" or "before the end of 2027"',
    "by end of 2027": 'leaves open whether its last day counts: write "before 2028" or "before the end of 2027"',
    "no later than end of June 2027": 'leaves open whether its last day counts: write "before the end of June 2027"',
    "by end of Q2 2027": 'leaves open whether its last day counts: write "before the end of Q2 2027"',
}


@pytest.mark.parametrize("said", BY)
def test_what_is_to_be_written_for_by_a_date_is_no_other_date(tmp_path: Path, said: str) -> None:
    told = [fault.message for fault in faults(tmp_path, Case({RAN: f"whoever ran it {said}."})) if fault.code == "T02"]
    assert told == [f'"{said}" {BY[said]}']


BLURRED = {
    "noon": ("T01", "Rows count until noon on 2027-06-30."),
    "midnight": ("T01", "Rows count until midnight of that day."),
    "no later than": ("T02", "It must be run no later than June 2027."),
    "not after": ("T02", "It must be run not after June 2027."),
    "as of now": ("T03", "The board as of now is meant."),
    "at the time of writing": ("T03", "The leader at the time of writing is left out."),
    "from A to B": ("T07", "Rows count from 2027-03-01 to 2027-06-01."),
    "or similar": ("D03", "Boards of South or similar count."),
    "among others": ("D03", "Rows of South, among others, count."),
    "confirms": ("D04", "It counts if its author confirms it."),
    "reputable": ("D01", "It counts if it was run by a reputable firm."),
    "eighty percent": ("O06", "A row of eighty percent counts."),
    "ninety-one per cent": ("O06", "A row of ninety-one per cent counts."),
    "a half sign": ("O06", "It counts if ½ of the rows agree."),
}
PLAIN = [
    "Rows count from midnight UTC on.",
    "Rows count from midnight, 00:00 UTC, on.",
    "A class counts once the panel has confirmed it, and none that is not confirmed by the panel.",
    "It must be run no later than the end of June.",
    "Rows of eighty-five percent count before July 2027.",
    "Two rows to every lab; from one to the next.",
]


@pytest.mark.parametrize("kind", BLURRED)
def test_what_can_be_read_two_ways_is_told(tmp_path: Path, kind: str) -> None:
    code, said = BLURRED[kind]
    found = faults(tmp_path, Case({"whoever ran it.": f"whoever ran it. {said}"}))
    assert code in {fault.code for fault in found}, [str(fault) for fault in found]


@pytest.mark.parametrize("said", PLAIN)
def test_what_can_be_read_one_way_only_is_not(tmp_path: Path, said: str) -> None:
    assert faults(tmp_path, Case({"whoever ran it.": f"whoever ran it. {said}"})) == []
