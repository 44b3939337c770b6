"""What a source itself is doing: its publisher's answers tell, our own outage never does."""

from __future__ import annotations

import pytest
from rule_worlds import BOARD, daily, judged, rule, scores, seen, world

from resolvers.outcome import No, NotApplicable, Yes

BEST = {"values": {"best": {"max": "score", "from": "board"}}}
HERE = scores(a="40")
UP = daily({0: HERE}, 80)


def na_of(state: str, history, at: float = 140):
    made = rule({"yes": "best >= 85%"}, BOARD, na={"when": f"{state}(board)"}, **BEST)
    return judged(made, world(seen(BOARD, history)), at)


@pytest.mark.parametrize("state", ["lost", "stale", "late", "removed"])
@pytest.mark.parametrize("look", [None, "failed"])
def test_our_own_outage_decides_no_na(state: str, look: str | None):
    silent = {} if look is None else dict.fromkeys(range(81, 141), look)
    assert na_of(state, UP | silent).state == "unknown"


@pytest.mark.parametrize("state", ["lost", "stale"])
def test_a_publisher_that_answers_with_errors_for_long_enough_is_lost_and_stale(state: str):
    found = na_of(state, UP | dict.fromkeys(range(81, 141), "error"))
    assert (found.state, found.outcome) == ("decided", NotApplicable())


@pytest.mark.parametrize(
    ("looks", "state"),
    [
        ({95: "gone"}, "unknown"),
        ({98: "gone", 98.5: "gone"}, "unknown"),
        ({98: "gone", 99: "gone"}, "decided"),
        ({81: "gone", 82: "gone"}, "unknown"),
        (dict.fromkeys(range(81, 141), "gone"), "decided"),
    ],
)
def test_a_page_is_removed_once_a_second_look_a_day_later_finds_it_gone(looks, state: str):
    assert na_of("removed", UP | looks).state == state


def test_one_404_and_then_the_page_again_is_no_removal():
    board = daily({0: HERE}, 140) | {99.5: "gone"}
    assert (na_of("removed", board).state, na_of("removed", board).outcome) == ("decided", No())


def test_without_looks_nobody_knows_whether_a_source_was_stale():
    made = rule({"yes": "stale(board)"}, BOARD)
    looked = world(seen(BOARD, UP | dict.fromkeys(range(81, 141), "error")))
    assert judged(made, world(seen(BOARD, UP)), 140).state == "unknown"
    assert judged(made, looked, 140).outcome == Yes()


def bounded(late: str, stale: str):
    fetch = {"file": "board.json", "late": late, "stale": stale}
    return BOARD.model_copy(update={"fetch": BOARD.fetch.model_validate(fetch)})


def test_the_bounds_of_a_state_are_frozen_in_the_rule_and_spoken():
    made = rule({"yes": "stale(board) or late(board)"}, bounded("2 days", "20 days"))
    assert made.model_validate_json(made.canonical()) == made
    assert "is stale (its last good sighting is over 20 days old)" in made.phrases()[0].text
    assert {"2 days", "20 days"} <= set(made.phrases()[0].figures)


def test_a_source_file_edited_later_changes_no_verdict():
    errors = UP | dict.fromkeys(range(81, 141), "error")
    made = rule({"yes": "stale(board)"}, bounded("3 days", "30 days"))
    edited = world(seen(bounded("1 day", "5 days"), errors))
    assert judged(made, edited, 140).outcome == No()


@pytest.mark.parametrize("state", ["removed", "lost"])
def test_a_state_without_bounds_of_its_own_does_not_depend_on_the_fetch_block(state: str):
    one, other = (rule({"yes": f"{state}(board)"}, bounded("3 days", stale)) for stale in ("9 days", "8 days"))
    assert one.hash() == other.hash()
