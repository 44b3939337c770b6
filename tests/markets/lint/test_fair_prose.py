"""Prose that says what the rule does is let through; the same with another figure is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_cases import faults

from markets.lint.code import Case

BEST = "best: {max: score, from: board}"
YES = "yes: best >= 85%"
TITLE = "Will a row of the board reach 85% before July 2027?"
LABS = "".join(
    f"\n  {name}: {{max: score, from: board, where: {{lab: {name}}}}}" for name in ("north", "south", "east")
)
TWO_OF_THREE = {
    f"\n  {BEST}": LABS,
    YES: "yes: {at_least: 2, of: [north >= 60%, south >= 60%, east >= 60%]}",
}
TOP_FIVE = {
    BEST: "five: {top: score, n: 5, from: board, ties: first}\n"
    "  small: {count: rows, of: five, where: {lab: north}}",
    YES: "yes: small >= 2",
}  # fmt: skip
SAID = [
    (TWO_OF_THREE, "Will 2 of 3 labs have a row of 60% or more before July 2027?", set()),
    (TWO_OF_THREE, "Will at least 2 of the 3 labs have a row of 60% or more before July 2027?", set()),
    (TWO_OF_THREE, "Will 2 of 4 labs have a row of 60% or more before July 2027?", {"O06"}),
    (TWO_OF_THREE, "Will 3 of 3 labs have a row of 60% or more before July 2027?", {"O06"}),
    (TWO_OF_THREE, "Will 3 labs have a row of 60% or more before July 2027?", {"O06"}),
    (TWO_OF_THREE, "Will any 2 of these 3 labs have a row of 60% or more before July 2027?", set()),
    (TWO_OF_THREE, "Of 3 labs, will 2 have a row of 60% or more before July 2027?", set()),
    (TWO_OF_THREE, "Will 2 labs have the best of 3 runs at 60% or more before July 2027?", {"O06"}),
    (TWO_OF_THREE, "Will 2 labs have a mean of 3 rows of 60% or more before July 2027?", {"O06"}),
    (TOP_FIVE, "Will 2 of the top 5 rows be north's before July 2027?", set()),
    (TOP_FIVE, "Will at least 2 rows in the top 5 be north's before July 2027?", set()),
    (TOP_FIVE, "Will 2 of the top 6 rows be north's before July 2027?", {"O06"}),
    ({}, "Will a row of the board top 85% before July 2027?", {"N02"}),
]


@pytest.mark.parametrize(("rule", "title", "wanted"), SAID)
def test_a_title_may_say_of_how_many_and_the_top_of_what(
    tmp_path: Path, rule: dict[str, str], title: str, wanted: set[str]
) -> None:
    found = faults(tmp_path, Case({**rule, TITLE: title}))
    assert {fault.code for fault in found} == wanted, [str(fault) for fault in found]


def test_how_many_have_to_agree_is_a_number_of_people_only_where_people_are_asked(tmp_path: Path) -> None:
    two = {**TWO_OF_THREE, TITLE: "Will 2 labs have a row of 60% or more before July 2027?"}
    found = faults(tmp_path, Case({**two, "whoever ran it.": "whoever ran it. 3 must agree."}))
    assert [fault.message for fault in found] == [
        "'3' (fine_print) occurs nowhere in the rule: text and rule must agree"
    ]


LEAD = {BEST: "a: {max: score, from: board, where: {lab: north}}\n  b: {max: score, from: board, where: {lab: south}}"}
COUNTED = {BEST: "strong: {count: rows, from: board, where: score >= 60%}"}
IN_LETTERS = [
    ("eighty-five", 85), ("nineteen", 19), ("twenty one", 21), ("one hundred", 100), ("a hundred and five", 105),
    ("two hundred and eighty-five", 285), ("five hundred twenty", 520), ("two thousand", 2000), ("two dozen", 24),
]  # fmt: skip
PARTS = [5, 12, 20, 80, 85, 100, 185, 200, 500, 1000, 2, 2005]
"""What a careless reader would take of those for the whole."""


@pytest.mark.parametrize(("said", "number"), IN_LETTERS)
def test_a_number_in_letters_is_all_of_it_and_no_part(tmp_path: Path, said: str, number: int) -> None:
    def codes(meant: int, unit: str) -> set[str]:
        rows = {**COUNTED, YES: f"yes: strong >= {meant}"}
        rows[TITLE] = f"Will at least {said} rows of the board show 60% or more before July 2027?"
        lead = {**LEAD, YES: f"yes: a - b >= {meant} points"}
        lead[TITLE] = f"Will the best row of North lead that of South by {said} points or more before July 2027?"
        found = faults(tmp_path / unit / str(meant), Case(rows if unit == "rows" else lead))
        return {fault.code for fault in found} & {"O06"}

    for unit in ("rows", "points"):
        assert codes(number, unit) == set()
        assert [meant for meant in PARTS if meant != number and not codes(meant, unit)] == []


def test_a_figure_without_its_unit_is_told_how_the_rule_has_it(tmp_path: Path) -> None:
    found = faults(tmp_path, Case({"reach 85%": "reach 85"}))
    assert any("'85' (question) occurs nowhere in the rule (it has 85%)" in fault.message for fault in found)


def test_a_broken_source_is_told_of_once_however_often_the_rule_reads_it(tmp_path: Path) -> None:
    found = faults(tmp_path, Case(TWO_OF_THREE, source={"licence: CC0 1.0\n": ""}))
    assert [fault.code for fault in found if fault.path.endswith("reach-85.yaml")] == ["S-BROKEN"]


def test_an_answer_that_is_none_is_told_with_the_nearest_that_is(tmp_path: Path) -> None:
    changes = {YES: "number: best\n  edges: [60%, 70%]\n  round: 1", "if_refused: NO": "if_refused: 60% to 70%"}
    (said,) = [each.message for each in faults(tmp_path, Case(changes)) if each.code == "R-ANSWERS"]
    assert said == "if_refused is one of the answers; found '60% to 70%'; did you mean '60% to under 70%'?"


COMPARED = {
    "{trials: {at_least: 20}}": "trials >= 20",
    "{trials: {min: 20, max: 30}}": "trials >= 20 and trials <= 30",
    "{trials: < 20}": "trials < 20",
    '{trials: {"=": 20}}': "trials == 20",
    "{score: < 10}": "score < 10%",
    "{score: ≥ 10%}": "score >= 10%",
    '{score: {"<": 10}}': "score < 10%",
    "{cost: < 10}": "cost < 10 usd",
    '{cost: {"<": 10 usd}}': "cost < 10 usd",
    "{cost: {about: 10}}": "cost >= 20 usd",
    "{date: {before: 2027-03-01}}": "date < 2027-03-01",
}


@pytest.mark.parametrize("asked", COMPARED)
def test_a_number_compared_in_a_map_is_told_with_the_formula_that_works(tmp_path: Path, asked: str) -> None:
    cost = {"    lab: text\n": "    lab: text\n    cost: {unit: usd, optional: true}\n"}
    best = "best: {{max: score, from: board, where: {}}}"
    found = faults(tmp_path / "map", Case({BEST: best.format(asked)}, cost))
    kind = "date" if "date" in asked else "number"
    said = f"a {kind} is compared in a formula: `where: {COMPARED[asked]}`"
    assert [(each.code, each.message) for each in found] == [("R-SHAPE", said)]
    works = faults(tmp_path / "formula", Case({BEST: best.format(COMPARED[asked])}, cost))
    assert not [str(each) for each in works if each.code.startswith("R-")]


def test_a_pattern_among_the_answers_is_told_with_the_way_that_works(tmp_path: Path) -> None:
    changes = {BEST: "top: {argmax: score, from: board}", "if_refused: NO": "if_refused: Another"}
    chosen = {YES: "choice: top.lab\n  answers: {G: {matching: gpt}, Another: else}"}
    (said,) = [each.message for each in faults(tmp_path, Case(changes | chosen)) if each.code == "R-ANSWERS"]
    assert said == (
        "G: an answer lists whole texts, no pattern: write them as [one, two]; or give the rows a column of a list of "
        "yours by `label: {class: LIST}` and choose by that"
    )
