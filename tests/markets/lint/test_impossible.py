"""Guards: conditions that no number meets together, or that every number meets, keep a market from opening."""

from __future__ import annotations

from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_cases import faults

from markets.lint.clashing import clashes
from markets.lint.code import Case
from resolvers.rules.nodes import Calc, Compare, Literal_, Logic, Reduce, Rows, SourceUse

HELD = {">=": ge, ">": gt, "<=": le, "<": lt, "==": eq, "!=": ne}
ROWS = Reduce(how="count", of=Rows(sources=(SourceUse(source="board"),)), unit="count")
CONDITIONS = st.lists(
    st.tuples(st.sampled_from([*HELD]), st.integers(0, 3), st.integers(-1, 1)), min_size=2, max_size=4
)


def compare(op: str, number: int, moved: int) -> Compare:
    """The number of rows, moved by a number, held against another."""
    left = Calc(op="+", parts=(ROWS, Literal_(value=Decimal(moved), unit="count")), unit="count") if moved else ROWS
    return Compare.model_validate({"op": op, "left": left, "right": Literal_(value=Decimal(number), unit="count")})


@given(CONDITIONS)
def test_what_is_said_to_be_never_or_always_so_is_so_of_every_number(asked: list[tuple[str, int, int]]) -> None:
    numbers = [Decimal(each) / 4 for each in range(-12, 25)]
    parts = tuple(compare(*each) for each in asked)
    for op, of, said in (("all", all, "never"), ("any", any, "always")):
        met = [of(HELD[op_](number + moved, wanted) for op_, wanted, moved in asked) for number in numbers]
        found = bool([*clashes(Logic.model_validate({"op": op, "parts": parts}))])
        assert found == (not any(met) if said == "never" else all(met))


IMPOSSIBLE = {
    "best >= 80% and best < 80%": "it can never be that",
    "best >= 80% and (best < 60% and live(board))": "it can never be that",
    "best - 5 points >= 80% and best < 80%": "it can never be that",
    "best >= other and best < other - 1 point": "it can never be that",
    "best >= 80% or best < 80%": "it is always so that",
    'top.lab == "north" and top.lab == "south"': "it can never be that",
    "norths >= 80%": "no row can ever pass",
}
POSSIBLE = (
    "best >= 80% and best < 81%",
    "best >= 80% and other < 80%",
    "best >= 80% or best < 70%",
    "best >= other and best < other + 1 point",
    'top.lab == "north" or top.lab == "south"',
    'top.lab != "north" and top.lab != "south"',
)
NAMED = """\
  other: {max: score, from: board, where: {lab: south}}
  top: {argmax: score, from: board, ties: first}
  norths: {max: score, of: north, where: {lab: south}}
"""


def told(path: Path, condition: str) -> list[str]:
    named = {"values:\n": f"rows:\n  north: {{from: board, where: {{lab: north}}}}\nvalues:\n{NAMED}"}
    found = faults(path, Case({**named, "yes: best >= 85%": f"yes: {condition}"}))
    return [fault.message for fault in found if fault.code == "N07" and fault.level == "not-ready"]


@pytest.mark.parametrize("condition", IMPOSSIBLE)
def test_conditions_that_no_row_or_number_can_meet_are_not_ready(tmp_path: Path, condition: str) -> None:
    (message,) = told(tmp_path, condition)
    assert message.startswith(IMPOSSIBLE[condition])


@pytest.mark.parametrize("condition", POSSIBLE)
def test_conditions_that_a_number_can_meet_are_let_be(tmp_path: Path, condition: str) -> None:
    assert told(tmp_path, condition) == []
