"""What can never be, or never be read: edges beyond a column's range, and rules nested without end."""

from __future__ import annotations

import pytest
from rule_worlds import BOARD, FRACTIONS, compiled

BEST = {"best": {"max": "score", "from": "board"}}


@pytest.mark.parametrize(
    ("edges", "place", "words"),
    [
        (["40%", "101%"], 1, "no value reaches 101%: the most there can be is 100%"),
        (["0%", "40%"], 0, "no value lies under 0%: the least there can be is 0%"),
    ],
)
def test_an_edge_beyond_which_no_value_can_lie_is_a_fault(edges, place: int, words: str):
    made, faults = compiled({"number": "best", "edges": edges}, BOARD, values=BEST)
    assert (made, [(f.code, f.loc, words in f.message) for f in faults]) == (
        None,
        [("edges", ("resolve", "edges", place), True)],
    )


def test_an_edge_at_the_most_there_can_be_is_reached():
    made, faults = compiled(
        {"number": "best", "edges": ["40%", "100%"]}, FRACTIONS, values={"best": {"max": "score", "from": "fractions"}}
    )
    assert made is not None and faults == []


@pytest.mark.parametrize("head", ["all", "any", "not"])
def test_a_condition_nested_ten_thousand_deep_is_a_fault_with_a_place(head: str):
    block: object = "best > 1%"
    for _ in range(10_000):
        block = {head: block if head == "not" else [block]}
    made, faults = compiled({"yes": block}, BOARD, values=BEST)
    (deep,) = [fault for fault in faults if fault.code == "depth"]
    assert (made, deep.loc[:3]) == (None, ("resolve", "yes", head))
    assert "more than 20 deep" in deep.message


def test_lists_nested_ten_thousand_deep_are_a_fault_wherever_they_stand():
    block: list[object] = []
    for _ in range(10_000):
        block = [block]
    for resolve, values in (({"yes": block}, BEST), ({"yes": "best > 1%"}, {"best": {"max": block, "from": "board"}})):
        made, faults = compiled(resolve, BOARD, values=values)
        assert made is None and [fault.level for fault in faults if fault.code == "shape"] == ["error"]
