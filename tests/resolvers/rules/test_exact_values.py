"""Intervals and truth with unknown: what the arithmetic promises."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules import exact
from resolvers.rules.exact import COMPARISONS, OPERATIONS, Amount, Truth

NUMBERS = st.fractions(-50, 50, max_denominator=20)
TRUTHS = st.sampled_from([Truth(True), Truth(False), Truth(None, "open")])


@st.composite
def amounts(draw: st.DrawFn) -> tuple[Amount, Fraction]:
    """An interval and a number in it; often a plain number, whose two bounds are one and the same."""
    if draw(st.booleans()):
        number = draw(NUMBERS)
        return Amount(number, number), number
    low, inside, high = sorted(draw(st.lists(NUMBERS, min_size=3, max_size=3)))
    return Amount(low, high, "" if low == high else "open"), inside


@given(st.sampled_from(sorted(OPERATIONS)), amounts(), amounts())
def test_an_interval_holds_whatever_its_parts_could_give(op, left, right):
    (a, x), (b, y) = left, right
    found = exact.arithmetic(op, a, b)
    if op == "/" and b.low <= 0 <= b.high:
        assert not found.defined
        return
    value = {"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else None, "min": min(x, y), "max": max(x, y)}[op]
    assert found.low <= value <= found.high


@given(st.sampled_from(sorted(COMPARISONS)), amounts(), amounts())
def test_a_comparison_is_sure_only_where_every_number_agrees(op, left, right):
    (a, x), (b, y) = left, right
    truth = exact.compare(op, a, b).value
    plain = {">=": x >= y, ">": x > y, "<=": x <= y, "<": x < y, "==": x == y, "!=": x != y}[op]
    assert truth is None or truth is plain


@given(st.lists(TRUTHS, min_size=1, max_size=4))
def test_and_or_and_not_obey_de_morgan(parts):
    negated = [exact.negate(part) for part in parts]
    assert exact.negate(exact.conjunction(parts)).value is exact.disjunction(negated).value
    assert exact.negate(exact.disjunction(parts)).value is exact.conjunction(negated).value


KLEENE = {
    (True, True): (True, True), (True, None): (None, True), (True, False): (False, True),
    (None, None): (None, None), (None, False): (False, None), (False, False): (False, False),
}  # fmt: skip
"""Two truths -> both, and either: Kleene's strong tables (Introduction to Metamathematics, 1952, section 64)."""


@given(TRUTHS, TRUTHS, TRUTHS)
def test_and_or_and_not_are_kleenes_and_obey_his_laws(a, b, c):
    both, either = exact.conjunction, exact.disjunction
    table = KLEENE.get((a.value, b.value), KLEENE.get((b.value, a.value)))
    assert (both([a, b]).value, either([a, b]).value) == table
    assert exact.negate(exact.negate(a)).value is a.value
    for join, other in ((both, either), (either, both)):
        assert join([a, join([b, c])]).value is join([join([a, b]), c]).value is join([c, b, a]).value
        assert join([a, other([a, b])]).value is join([a, a]).value is a.value
        assert join([a, other([b, c])]).value is other([join([a, b]), join([a, c])]).value


@given(st.lists(TRUTHS, min_size=1, max_size=4), st.lists(st.booleans(), min_size=4, max_size=4))
def test_what_is_sure_with_unknowns_stays_so_when_they_become_known(parts, later):
    known = [Truth(value) if part.value is None else part for part, value in zip(parts, later, strict=False)]
    for join in (exact.conjunction, exact.disjunction):
        before, after = join(parts[: len(known)]).value, join(known).value
        assert before is None or before is after


@pytest.mark.parametrize("op", ["+", "-"])
def test_two_infinities_that_cancel_are_unknown(op):
    empty, full = (
        Amount(-exact.INF, -exact.INF),
        Amount(exact.INF if op == "+" else -exact.INF, exact.INF if op == "+" else -exact.INF),
    )
    assert not exact.arithmetic(op, empty, full).defined


def test_the_reasons_of_unknowns_are_kept_once_each():
    found = exact.conjunction([Truth(None, "a"), Truth(None, "b"), Truth(None, "a")])
    assert found == Truth(None, "a; b")
