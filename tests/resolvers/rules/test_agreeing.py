"""Sources that must agree: equal is the value, differing is a conflict, and silence is unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rule_texts import rule_of, told
from rule_worlds import BOARD, daily, judged, scores, seen, spec, world

from resolvers.outcome import Answers, No, Yes

MIRROR = spec("mirror", {"score": {"unit": "fraction", "between": [0, 1]}, "class": "text"})
YES = "values: {best: {max: score, agree: [board, mirror]}}\nresolve: {yes: best >= 85%}"
NUMBER = "values: {best: {max: score, agree: [board, mirror]}}\nresolve: {number: best, edges: [50%, 85%]}"


def both(one: str | None, other: str | None, until: int = 120):
    return world(
        seen(BOARD, daily({0: {"a": {"score": one, "class": "R1"}}}, until)),
        seen(MIRROR, daily({0: {"a": {"score": other, "class": "R2"}}}, until)),
    )


def test_what_both_show_is_the_value_whatever_unit_each_publishes():
    assert judged(rule_of(YES, BOARD, MIRROR), both("90", "0.9"), 120).outcome == Yes()
    assert judged(rule_of(YES, BOARD, MIRROR), both("80", "0.8"), 120).outcome == No()


@pytest.mark.parametrize("text", [YES, NUMBER])
def test_a_verdict_that_turns_on_a_disagreement_is_conflicting_and_names_both(text: str):
    found = judged(rule_of(text, BOARD, MIRROR), both("90", "0.8"), 120)
    assert (found.state, found.outcome) == ("conflicting", None)
    assert "the sources disagree: board says 90%, mirror says 80%" in found.because
    assert {cite.source for cite in found.citations()} == {"board", "mirror"}


def test_a_disagreement_that_does_not_matter_is_no_conflict():
    text = YES.replace("best >= 85%", "best >= 85% or floor >= 1%").replace(
        "values: {", "values: {floor: {min: score, from: board}, "
    )
    assert judged(rule_of(text, BOARD, MIRROR), both("90", "0.8"), 120).outcome == Yes()


def test_where_one_is_silent_or_unreadable_it_is_unknown_and_no_conflict():
    board = seen(BOARD, daily({0: scores(a="90")}, 120))
    assert judged(rule_of(YES, BOARD, MIRROR), world(board), 120).state == "unknown"
    assert judged(rule_of(YES, BOARD, MIRROR), both("90", None), 120).state == "unknown"


def test_before_t_a_disagreement_is_still_pending():
    found = judged(rule_of(YES, BOARD, MIRROR), both("90", "0.8", 50), 50)
    assert (found.state, found.leaning) == ("pending", None)


def test_a_row_set_may_be_one_of_sources_that_agree():
    text = """
    rows: {sets: {agree: [board, mirror], where: {key: a}}}
    values: {best: {max: score, of: sets}, n: {count: rows, of: sets}}
    resolve: {yes: best >= 85% and n == 1}
    """
    assert judged(rule_of(text, BOARD, MIRROR), both("90", "0.9"), 120).outcome == Yes()


CHOICE = """
values: {top: {argmax: score, agree: [board, mirror]}}
resolve: {choice: top.COLUMN, answers: {A: a, R1: R1, other: else}}
"""


def test_the_text_of_a_picked_row_has_to_be_the_same_in_both():
    same, other = (rule_of(CHOICE.replace("COLUMN", name), BOARD, MIRROR) for name in ("key", "class"))
    assert judged(same, both("90", "0.9"), 120).outcome == Answers(weights={"A": Decimal(100)}, value="a")
    found = judged(other, both("90", "0.9"), 120)
    assert found.state == "conflicting"
    assert "board says R1, mirror says R2" in found.because


def test_whether_there_is_such_a_row_has_to_be_the_same_in_both():
    text = "resolve: {yes: {any: rows, agree: [board, mirror], where: {class: R1}}}"
    found = judged(rule_of(text, BOARD, MIRROR), both("90", "0.9"), 120)
    assert (found.state, "board says true, mirror says false" in found.because) == ("conflicting", True)


def test_one_source_cannot_agree_with_itself():
    assert [(code, loc) for code, loc, _ in told(YES.replace("[board, mirror]", "board"), BOARD, MIRROR)] == [
        ("missing", ("values", "best", "agree"))
    ]
    assert [code for code, _, _ in told(YES.replace("[board, mirror]", "[board, board]"), BOARD, MIRROR)] == ["shape"]


def test_na_that_turns_on_a_disagreement_is_conflicting():
    text = (
        "values: {best: {max: score, agree: [board, mirror]}, one: {max: score, from: board}}\n"
        "resolve: {yes: one >= 99%}\nna: {when: best >= 85%}"
    )
    assert judged(rule_of(text, BOARD, MIRROR), both("90", "0.8"), 120).state == "conflicting"


def test_the_english_names_both_sources():
    words = rule_of(YES, BOARD, MIRROR).phrases()[0].text
    assert "the rows of board and the largest score among the rows of mirror" in words
