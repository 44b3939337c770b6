"""Sums and tops that are kept up as rows come, change and go say what looking at all that is there would say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.columns import HIGHEST, LOWEST
from resolvers.rules.exact import INF, Amount
from resolvers.rules.lines import Entry
from resolvers.rules.nodes import Pick, Rows, SourceUse
from resolvers.rules.picks import ranked
from resolvers.rules.quantile import Quantile
from resolvers.rules.reducers import Held, reducer

NUMBERS = st.sampled_from([Decimal(text) for text in ("-0", "0", "1", "1.0", "1E+2", "100", "-3", "2.5")])
"""Some of them equal, and written otherwise."""
ENDS = st.one_of(NUMBERS, st.sampled_from([LOWEST, HIGHEST]))
"""The same, and what an unreadable cell without bounds may be."""


def entries(values: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Entry]:
    def of(one: Decimal, other: Decimal, point: bool, sure: bool, place: int, start: int) -> Entry:
        low, high = (one, one) if point else sorted((one, other))
        return Entry(sure, low, high, place, start, start, "" if sure and low == high else "open")

    some = st.integers(0, 4)
    return st.builds(of, values, values, st.booleans(), st.booleans(), some, some)


def running(how: str) -> Held:
    return Quantile(0, Fraction(1, 3)) if how == "quantile" else reducer(how, 0)  # type: ignore[return-value]


@pytest.mark.parametrize("how", ["sum", "total", "mean", "count", "quantile"])
@given(changes=st.lists(st.tuples(st.integers(0, 4), st.none() | entries(ENDS)), max_size=12))
def test_what_went_leaves_no_trace_in_a_sum(how: str, changes: list[tuple[int, Entry | None]]):
    kept, fresh, there = running(how), running(how), {}
    for row, entry in changes:
        if entry is None:
            kept.drop(row)
            there.pop(row, None)
        else:
            kept.put(row, entry)
            there[row] = entry
    for row, entry in there.items():
        fresh.put(row, entry)
    assert kept.value() == fresh.value()


@given(rows=st.lists(entries(NUMBERS), max_size=5).filter(lambda rows: any(entry.sure for entry in rows)))
def test_a_sum_and_a_mean_hold_what_every_choice_of_the_open_rows_makes_of_them(rows: list[Entry]):
    sums, means = running("sum"), running("mean")
    for row, entry in enumerate(rows):
        sums.put(row, entry)
        means.put(row, entry)
    sure, maybe = [entry for entry in rows if entry.sure], [entry for entry in rows if not entry.sure]
    chosen = [[*sure, *some] for size in range(len(maybe) + 1) for some in combinations(maybe, size)]
    lows = [Fraction(sum(entry.low for entry in some)) for some in chosen]
    highs = [Fraction(sum(entry.high for entry in some)) for some in chosen]
    found = sums.value()
    assert (found.low, found.high) == (min(lows), max(highs))
    found, counts = means.value(), [len(some) for some in chosen]
    assert found.low == min(low / count for low, count in zip(lows, counts, strict=True))
    assert found.high == max(high / count for high, count in zip(highs, counts, strict=True))


def test_a_quantile_between_a_number_and_what_has_no_bound_has_none_either():
    third = running("quantile")
    third.put(0, Entry(True, Decimal(10), Decimal(10), 0, 0, 0))
    third.put(1, Entry(True, LOWEST, HIGHEST, 1, 0, 0, "unreadable"))
    assert third.value() == Amount(-INF, INF, "unreadable")


def before(rival: Entry, entry: Entry, ties: str, dates: list[Decimal | None]) -> bool | None:
    """Whether one of two rows of equal value stands before the other; None where nobody can tell."""
    if ties == "share":
        return False
    one, other = (rival.start, entry.start) if ties in ("first", "last") else (dates[rival.place], dates[entry.place])
    if one is None or other is None:
        return None
    return one < other if ties in ("first", "earliest") else one > other


@given(
    rows=st.lists(entries(st.sampled_from([Decimal(1), Decimal("1.0"), Decimal(2)])), max_size=7),
    n=st.integers(1, 3),
    ties=st.sampled_from(["share", "first", "last", "earliest", "latest"]),
    dates=st.lists(st.none() | st.sampled_from([Decimal(1), Decimal("1.0"), Decimal(2)]), min_size=5, max_size=5),
)
def test_a_row_is_in_the_top_by_how_many_of_all_others_stand_before_it(rows, n: int, ties: str, dates):
    dated = ties in ("earliest", "latest")
    board = Rows(sources=(SourceUse(source="board"),))
    pick = Pick(how="top", column="score", of=board, n=n, ties=ties, by="made" if dated else None)
    wanted = {}
    for row, entry in enumerate(rows):
        rivals = [rival for rival in rows if rival is not entry]
        tied = {id(rival): before(rival, entry, ties, dates) for rival in rivals}
        maybe = [r for r in rivals if r.high > entry.low or (r.high == entry.low and tied[id(r)] is not False)]
        surely = [r for r in rivals if r.low > entry.high or (r.low == entry.high and tied[id(r)] is True)]
        if sum(rival.sure for rival in surely) < n:
            wanted[row] = entry.sure and len(maybe) < n
    found = ranked(list(enumerate(rows)), pick, dates if dated else None)
    assert {row: entry.sure for row, entry in found} == wanted
