"""Conditions made of conditions: all, any, not and at least n of several, with unknown kept apart from false."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_texts import rule_of, told
from rule_worlds import BOARD, daily, judged, scores, seen, spec, world

from resolvers.outcome import No, Yes
from resolvers.rules.exact import FALSE, TRUE, Truth
from resolvers.rules.joint import at_least

DOCS = spec("docs", {"kind": "text"})
UNKNOWN = Truth(None, "nobody knows")
TRUTHS = st.lists(st.sampled_from([TRUE, FALSE, UNKNOWN]), min_size=1, max_size=6)
HIGH, LOW, OPEN = "90", "10", None


def of_keys(**cells: str | None):
    """A board that shows these scores from day 0 to day 120."""
    return world(seen(BOARD, daily({0: scores(**cells)}, 120)))


THREE = """
values:
  a: {max: score, from: board, where: {key: a}}
  b: {max: score, from: board, where: {key: b}}
  c: {max: score, from: board, where: {key: c}}
resolve:
  yes: {at_least: 2, of: [a >= 50%, b >= 50%, c >= 50%]}
"""


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((HIGH, HIGH, LOW), "YES"),
        ((HIGH, HIGH, OPEN), "YES"),
        ((HIGH, LOW, LOW), "NO"),
        ((OPEN, LOW, LOW), "NO"),
        ((HIGH, OPEN, LOW), "unknown"),
        ((OPEN, OPEN, LOW), "unknown"),
    ],
)
def test_two_of_three_are_counted_with_unknown_apart_from_false(cells, said: str):
    found = judged(rule_of(THREE, BOARD), of_keys(**dict(zip("abc", cells, strict=True))), 120)
    assert (found.outcome.words() if found.outcome else found.state) == said


@given(TRUTHS, st.integers(1, 7))
def test_k_of_n_is_true_or_false_exactly_where_every_way_of_filling_the_unknowns_says_so(parts, n):
    choices = [[True, False] if part.value is None else [part.value] for part in parts]
    said = {sum(filled) >= n for filled in product(*choices)}
    assert at_least(n, parts).value is (said.pop() if len(said) == 1 else None)


def test_a_condition_is_built_of_mappings_formulas_and_values_alike():
    made = rule_of(
        """
        values:
          best: {max: score, from: board}
          high: {any: [best >= 85%, {all: [best >= 80%, {any: rows, from: docs, where: {kind: report}}]}]}
        resolve:
          yes: {all: [high, {not: stale(board)}]}
        """,
        BOARD,
        DOCS,
    )
    board = seen(BOARD, daily({0: scores(a="82")}, 120))
    without = world(board, seen(DOCS, daily({0: {}}, 120)))
    report = world(board, seen(DOCS, daily({0: {"d": {"kind": "report"}}}, 120)))
    assert judged(made, without, 120).outcome == No()
    assert judged(made, report, 120).outcome == Yes()


def test_the_steps_of_a_count_show_every_part_with_its_cells():
    found = judged(rule_of(THREE, BOARD), of_keys(a="90", b="60", c="10"), 120)
    counted = found.trace.steps[0].steps[0]
    assert (counted.node, counted.value) == ("at_least", "true")
    assert [part.value for part in counted.steps] == ["true", "true", "false"]
    assert {cite.key for cite in found.citations()} == {"a", "b", "c"}


def test_the_english_of_a_condition_shows_every_number_the_author_wrote():
    words = rule_of(THREE, BOARD).phrases()[0]
    assert set(words.figures) == {"2", "50%"}
    assert "at least 2 of these hold: (the largest score among the rows of board where key is a is at least 50%)" in (
        words.text
    )


FAULTS = {
    "out of reach": ("{at_least: 4, of: [best > 1%, best > 2%]}", "window", ("at_least",), "4 of 2 can never be"),
    "no number": ("{at_least: two, of: [best > 1%]}", "shape", ("at_least",), "a whole number from 1 on"),
    "nothing to count": ("{at_least: 1}", "shape", (), "counts one of `of: [conditions]`"),
    "two ways": ("{all: [best > 1%], any: [best > 2%]}", "shape", (), "found all and any"),
    "an empty list": ("{all: []}", "shape", ("all",), "with at least one"),
    "no condition inside": ("{all: [best]}", "formula", ("all", 0), "this is no condition"),
    "a list": ("[best > 1%]", "shape", (), "a condition is one line of text or a mapping"),
    "an unknown name": ("{not: bset > 1%}", "unknown-name", ("not",), "did you mean 'best'?"),
    "another key": ("{not: best > 1%, form: x}", "unknown-key", ("form",), "'form' means nothing here"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_in_a_condition_names_its_place(case: str):
    condition, code, loc, message = FAULTS[case]
    text = f"values: {{best: {{max: score, from: board}}}}\nresolve: {{yes: {condition}}}"
    assert [(c, where, message in m) for c, where, m in told(text, BOARD)] == [(code, ("resolve", "yes", *loc), True)]


def test_a_circle_through_a_condition_is_named():
    text = "values: {a: {all: [b]}, b: {any: [a]}}\nresolve: {yes: a}"
    assert any(code == "circular" and "a -> b -> a" in message for code, _, message in told(text, BOARD))
