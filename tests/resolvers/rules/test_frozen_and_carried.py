"""Sources that show nothing new for long, lists that pass over them, and rows that keep their last value."""

from __future__ import annotations

import pytest
from rule_texts import rule_of, told
from rule_worlds import BOARD, daily, day, judged, scores, seen, spec, world

from resolvers.outcome import No, Yes

OTHER = spec("other", {"score": {"unit": "percent", "between": [0, 100]}})
FROZEN = "closes: 2027-09-01\nresolve: {yes: 'frozen(board, 30 days)'}"


def growing(until: int, last_new: int, missing: range | None = None):
    """A board with a new row every ten days up to some day."""
    changes = {at: scores(**{f"r{n}": "50" for n in range(0, at + 1, 10)}) for at in range(0, last_new + 1, 10)}
    return seen(BOARD, daily(changes, until, missing))


def test_a_source_is_frozen_when_no_new_row_came_for_that_long():
    found = judged(rule_of(FROZEN, BOARD), world(growing(200, 60)), 200)
    assert (found.outcome, found.instant) == (Yes(), day(90))
    assert "the last new row was first seen at 2027-03-02" in found.trace.steps[0].steps[0].because
    assert judged(rule_of(FROZEN, BOARD), world(growing(300, 240)), 300).outcome == No()


def test_a_row_that_is_only_corrected_is_nothing_new():
    shown = daily({0: scores(a="50"), 20: scores(a="51")}, 100)
    assert judged(rule_of(FROZEN, BOARD), world(seen(BOARD, shown)), 100).instant == day(30)


def test_while_nobody_looks_a_source_is_neither_frozen_nor_not():
    gap = growing(120, 60, missing=range(80, 101))
    asked = rule_of(FROZEN.replace("2027-09-01", "2027-04-11"), BOARD)
    assert judged(asked, world(gap), 120).state == "unknown"
    later = rule_of(FROZEN, BOARD)
    assert judged(later, world(growing(200, 60, missing=range(80, 101))), 200).instant == day(101)


def test_without_a_time_the_house_says_how_long():
    assert "no new row for 180 days" in rule_of("resolve: {yes: frozen(board)}", BOARD).phrases()[0].text
    shorter = rule_of("frozen_after: 90 days\nresolve: {yes: frozen(board)}", BOARD)
    assert "90 days" in shorter.phrases()[0].figures


LIST = """
closes: 2027-06-01
values: {best: {max: score, from: [{source: board, unless_frozen: 30 days}, other]}}
resolve: {number: best, edges: [60%]}
"""


def test_a_list_passes_over_a_source_that_is_frozen():
    other = seen(OTHER, daily({0: scores(x="70")}, 200))
    assert judged(rule_of(LIST, BOARD, OTHER), world(growing(200, 60), other), 200).outcome.value == "70%"
    assert judged(rule_of(LIST, BOARD, OTHER), world(growing(200, 140), other), 200).outcome.value == "50%"


def test_a_list_of_which_the_last_is_silent_and_the_first_frozen_is_unknown():
    other = seen(OTHER, daily({0: scores(x="70")}, 100))
    assert judged(rule_of(LIST, BOARD, OTHER), world(growing(200, 60), other), 200).state == "unknown"


def test_the_english_says_when_a_source_is_passed_over():
    words = rule_of(LIST, BOARD, OTHER).phrases()[0]
    assert "the first that answers of [board (unless it has shown no new row for 30 days), or else other]" in words.text
    assert "30 days" in words.figures


FAULTS = {
    "frozen(board, soon)": ("duration", "'soon' is no duration"),
    "live(board, 3 days)": ("formula", "live() takes only a source"),
    "frozen(bord)": ("unknown-source", "did you mean 'board'?"),
}


@pytest.mark.parametrize("formula", FAULTS)
def test_a_fault_in_a_state_says_what_was_wanted(formula: str):
    code, message = FAULTS[formula]
    assert [(c, message in said) for c, _, said in told(f"resolve: {{yes: '{formula}'}}", BOARD)] == [(code, True)]


def test_a_fault_in_a_list_stands_at_its_own_place():
    text = LIST.replace("unless_frozen: 30 days", "unless_frozen: a while")
    assert [(code, loc) for code, loc, _ in told(text, BOARD, OTHER)] == [
        ("duration", ("values", "best", "from", 0, "unless_frozen"))
    ]


CARRY = """
closes: 2027-03-02
values: {human: {last: score, from: board, where: {key: h}CARRY}}
resolve: {number: human, edges: [50%]}
"""


def test_a_row_that_is_gone_keeps_its_last_value_where_the_author_asks_for_it():
    gone = world(seen(BOARD, daily({0: scores(h="40", m="60"), 20: scores(m="60")}, 90)))
    assert judged(rule_of(CARRY.replace("CARRY", ""), BOARD), gone, 80).state == "unknown"
    found = judged(rule_of(CARRY.replace("CARRY", ", carry: yes"), BOARD), gone, 80)
    assert (found.state, found.outcome.value) == ("decided", "40%")
    assert found.trace.steps[0].because == "carried forward: h, not seen any more at 2027-01-21 00:00 UTC"
    assert [(cite.key, cite.text) for cite in found.citations()] == [("h", "40")]


def test_a_row_that_never_was_there_has_nothing_to_carry():
    board = world(seen(BOARD, daily({0: scores(m="60")}, 90)))
    assert judged(rule_of(CARRY.replace("CARRY", ", carry: yes"), BOARD), board, 80).state == "unknown"


def test_a_withdrawn_row_is_carried_as_well():
    complete = spec("board", {"score": {"unit": "percent", "between": [0, 100]}}, complete=True)
    gone = world(seen(complete, daily({0: scores(a="90", b="40"), 20: scores(b="40")}, 90)))
    text = """
    closes: 2027-03-02
    values: {best: {max: score, from: board, carry: yes}}
    resolve: {number: best, edges: [60%]}
    """
    assert judged(rule_of(text, complete), gone, 80).outcome.value == "90%"
    assert judged(rule_of(text.replace(", carry: yes", ""), complete), gone, 80).outcome.value == "40%"


def test_only_a_row_can_be_carried():
    text = "values: {n: {sum: score, from: board, carry: yes}}\nresolve: {number: n, edges: [5%]}"
    assert [(code, loc) for code, loc, _ in told(text, BOARD)] == [("unknown-key", ("values", "n", "carry"))]
