"""Guards: the criteria say what their one sentence leaves unsaid, for a trader who has no other source."""

from __future__ import annotations

from typing import Any

import pytest
from rule_worlds import BOARD, rule, spec

PRICED = spec("priced", {"score": {"unit": "percent"}, "cost": {"unit": "usd"}, "runs": {"unit": "count"}})
SAID: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "agree": (
        {"max": "score", "agree": ["board", "priced"]},
        "v >= 85%",
        ("Where sources that have to agree differ, or one of them is silent, nothing is decided by them.",),
    ),
    "quantile": (
        {"quantile": "score", "q": "90%", "from": "board"},
        "v >= 85%",
        (
            "Of no rows there is no quantile: what hangs on it is open.",
            "A quantile lies on the straight line between the two rows nearest to it, "
            "counted from the smallest to the largest.",
        ),
    ),
    "median": (
        {"median": "score", "from": "board"},
        "v >= 85%",
        (
            "Of no rows there is no median: what hangs on it is open.",
            "The median of an even number of rows lies half way between the two in the middle.",
        ),
    ),
    "a ratio": (
        {"max": "score", "from": "board"},
        "v / v >= 2",
        ("What would be divided by zero is open, and so is what hangs on it.",),
    ),
    "a ratio of cells": (
        {"count": "rows", "from": "priced", "where": "cost / runs < 2 usd and score > 1%"},
        "v >= 2",
        ("What would be divided by zero is open, and so is what hangs on it.",),
    ),
    "half of it": ({"max": "score", "from": "board"}, "v / 2 >= 40%", ()),
    "plain": ({"max": "score", "from": "board"}, "v >= 85%", ()),
}
EVERY = {sentence for _, _, said in SAID.values() for sentence in said}


@pytest.mark.parametrize("kind", SAID)
def test_the_criteria_say_what_decides_at_the_edges_of_what_they_use_and_of_nothing_else(kind: str) -> None:
    value, formula, wanted = SAID[kind]
    made = rule({"yes": formula}, BOARD, PRICED, values={"v": value})
    told = [phrase.text for phrase in made.phrases()]
    assert {sentence for sentence in told if sentence in EVERY} == set(wanted)
    assert len(told) == len(set(told))


def test_a_window_inside_a_window_is_told_as_both() -> None:
    rows = {"r": {"from": "board", "within": {"from": "2027-02-01"}}}
    inside = {"v": {"max": "score", "of": "r", "within": {"before": "2027-03-01"}}}
    made = rule({"yes": "v >= 85%"}, BOARD, rows=rows, values=inside)
    assert (
        "the largest score among the rows of board (first seen from 2027-02-01 on) "
        "that are also (first seen before 2027-03-01)"
    ) in made.phrases()[0].text
