"""Figures spelled out are figures where they claim something, and none where they merely count what is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_cases import faults

from markets.lint.code import Case
from markets.lint.figures import Amount
from markets.lint.spelled import CLAIM, spelled

CLAIMS = [
    ("twelve times as many", [12]),
    ("three of four labs", [3, 4]),
    ("two of the three", [2, 3]),
    ("one of the twelve", []),
    ("doubling in long chats", [2]),
    ("tripled", [3]),
    ("at least three public benchmarks", [3]),
    ("more than two hundred rows", [200]),
    ("five or more", [5]),
    ("the five best runs", [5]),
    ("a quarter of the rows", [25]),
    ("solve half of the tasks", [50]),
    ("the two arms of these three studies", []),
    ("more than half of at least 3 benchmarks", []),
    ("at least one row, one of which is new", []),
    ("the last quarter of the year", []),
    ("at least three days", []),
]


@pytest.mark.parametrize(("text", "values"), CLAIMS)
def test_what_words_claim_is_read_as_numbers(text: str, values: list[int]) -> None:
    found = [each.readings[0] for each in spelled(text)]
    assert [each.value for each in found if isinstance(each, Amount)] == values


COUNTED = {
    "best: {max: score, from: board}": "strong: {count: rows, from: board, where: score >= 85%}",
    "best >= 85%": "strong >= 3",
    "Will a row of the board reach 85%": "Will at least three rows of the board have 85%",
}


@pytest.mark.parametrize(("said", "told"), [("three", False), ("four", True), ("two", True), ("twelve", True)])
def test_a_number_word_has_to_be_the_rules_number(tmp_path: Path, said: str, told: bool) -> None:
    question = f"Will at least {said} rows of the board have 85%"
    found = faults(tmp_path, Case({**COUNTED, "Will a row of the board reach 85%": question}))
    assert ("O06" in {fault.code for fault in found}) is told, [str(fault) for fault in found]


@pytest.mark.parametrize(("said", "told"), [("doubled", False), ("tripled", True), ("quadrupled", True)])
def test_doubling_has_to_be_the_rules_factor(tmp_path: Path, said: str, told: bool) -> None:
    changes = {
        "best: {max: score, from: board}": "risen: {count: rows, from: board, where: trials >= 2 * score_then}",
        "best >= 85%": "risen >= 3",
        "Will a row of the board reach 85%": f"Will at least 3 rows of the board have {said}",
    }
    case = Case(changes, source={"trials: {unit": "score_then: {unit: count}\n    trials: {unit"})
    assert ("O06" in {fault.code for fault in faults(tmp_path, case)}) is told


def test_the_pattern_of_spelled_figures_takes_hostile_text_quickly() -> None:
    for text in ("two " * 5_000, "one of the " * 3_000, "at least " * 3_000, "a hundred " * 3_000, " " * 20_000):
        assert len(list(CLAIM.finditer(text))) >= 0


def test_what_a_panel_is_asked_in_words_counts_as_the_rules_figure(tmp_path: Path) -> None:
    """`At least three public benchmarks`, where a limb says that three have to be passed."""
    panel = "panel: {question: Did it pass?, limbs: {three: It passes %s public benchmarks.}}"
    rows = "rows:\n  passed:\n    from: board\n    where: score >= 85%%\n    %s\nvalues:\n"
    for said, told in (("at least three", False), ("at least 3", False), ("at least four", True)):
        changes = {
            "values:\n": rows % (panel % said),
            "best: {max: score, from: board}": "strong: {any: rows, of: passed}",
            "best >= 85%": "strong",
            "whoever ran it.": "whoever ran it. It passes at least three public benchmarks, or at least 3 of another.",
        }
        found = faults(tmp_path / said.replace(" ", "-"), Case(changes))
        assert ("O06" in {fault.code for fault in found}) is told, [str(fault) for fault in found]


def test_one_number_word_twice_is_told(tmp_path: Path) -> None:
    found = faults(tmp_path, Case({"whoever ran it.": "whoever ran it, of two of the two."}))
    assert any("one thing twice" in fault.message for fault in found)


ENDS = {
    "before the end of June 2027": "'June 2027' (question) occurs nowhere in the rule (that is `closes: 2027-07-01`)",
    "in June 2027": "'June 2027' (question) occurs nowhere in the rule (that is `closes: 2027-07-01`)",
    "before July 2027": "'July 2027' (question) occurs nowhere in the rule (that is `closes: 2027-07-01`)",
    "before June 2027": "'June 2027' (question) occurs nowhere in the rule",
    "before 2028": "'2028' (question) occurs nowhere in the rule",
}


@pytest.mark.parametrize("said", ENDS)
def test_of_a_market_that_closes_a_day_early_it_is_said_what_its_question_means(tmp_path: Path, said: str) -> None:
    early = {"closes: 2027-07-01": "closes: 2027-06-30", "before July 2027?": f"{said}?"}
    found = [fault.message for fault in faults(tmp_path, Case(early)) if "(question)" in fault.message]
    assert found == [f"{ENDS[said]}: text and rule must agree"]
