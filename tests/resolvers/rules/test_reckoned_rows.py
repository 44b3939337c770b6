"""`where:` formulas that reckon with several columns of a row: exact, units checked, unknown kept apart."""

from __future__ import annotations

import pytest
from rule_texts import faults_of, rule_of, told
from rule_worlds import daily, judged, seen, spec, world

BOARD = spec(
    "board",
    {
        "long_rate": {"unit": "percent"},
        "short_rate": {"unit": "percent"},
        "short_trials": {"unit": "count"},
        "began": "date",
        "ended": "date",
        "name": "text",
    },
)
PARAMS = spec("params", {"total": {"unit": "count"}, "active": {"unit": "count"}}, complete=True)
COUNT = "values: {n: {count: rows, from: board, where: 'WHERE'}}\nresolve: {number: n, edges: [100]}"


def rows(*cells: tuple[str | None, str | None, str | None]):
    names = ("long_rate", "short_rate", "short_trials")
    return {f"row {number}": dict(zip(names, each, strict=True)) for number, each in enumerate(cells)}


def counted(where: str, shown):
    made = rule_of(COUNT.replace("WHERE", where), BOARD)
    verdict = judged(made, world(seen(BOARD, daily({0: shown}, 130))), 130)
    return verdict.outcome.value if verdict.outcome else verdict.state


WHERE = "long_rate >= 2 * max(short_rate, 50% / short_trials)"


def test_a_row_counts_where_its_own_columns_say_so():
    assert (
        counted(WHERE, rows(("20", "10", "100"), ("19.9", "10", "100"), ("1", "0", "100"), ("0.9", "0", "100"))) == "2"
    )


@pytest.mark.parametrize("odd", [("20", None, "100"), ("20", "0", "0"), (None, "1", "10")])
def test_an_unreadable_cell_or_a_division_by_zero_leaves_it_open_whether_a_row_counts(odd):
    made = COUNT.replace("WHERE", WHERE).replace("[100]", "[2]")
    found = judged(rule_of(made, BOARD), world(seen(BOARD, daily({0: rows(("20", "10", "1000"), odd)}, 130))), 130)
    assert found.state == "unknown"


def test_a_row_without_one_of_the_cells_never_counts():
    shown = rows(("20", "10", "100")) | {"bare": {"long_rate": "50"}}
    assert counted("long_rate > 2 * short_rate - 1 point", shown) == "1"


def test_two_columns_may_be_compared_and_taken_from_each_other():
    shown = {
        "a": {"long_rate": "3", "short_rate": "2", "began": "2027-01-01", "ended": "2027-01-15"},
        "b": {"long_rate": "2", "short_rate": "2", "began": "2027-01-01", "ended": "2027-01-14"},
    }
    assert counted("long_rate > short_rate", shown) == "1"
    assert counted("ended - began >= 14 days", shown) == "1"
    assert counted("ended > began and not (long_rate - short_rate >= 1 point)", shown) == "1"
    assert counted("abs(short_rate - long_rate) <= 0.5 points", shown) == "1"


def test_a_number_of_a_registry_may_be_asked_for_and_reckoned_with():
    labels = seen(
        PARAMS, daily({0: {"row 0": {"total": "120", "active": "30"}, "row 1": {"total": "90", "active": "60"}}}, 130)
    )
    shown = rows(("1", "1", "1"), ("1", "1", "1"))
    joined = COUNT.replace("'WHERE'", "'WHERE', label: {total: params, active: params}")
    for where in ("total >= 100", "total >= 2 * active"):
        made = rule_of(joined.replace("WHERE", where), BOARD, PARAMS)
        found = judged(made, world(seen(BOARD, daily({0: shown}, 130)), labels), 130)
        assert found.outcome.value == "1", where


def test_the_english_names_columns_and_every_figure():
    words = rule_of(COUNT.replace("WHERE", WHERE), BOARD).phrases()[0]
    assert (
        "“long rate” is at least 2 times [the larger of “short rate” and [50% divided by “short trials”]]" in words.text
    )
    assert {"2", "50%"} <= set(words.figures)


FAULTS = {
    "a bare number": (
        "long_rate >= 2 * max(short_rate, 0.5 / short_trials)",
        "unit",
        "cannot be compared with a bare number",
    ),
    "percent and points": ("long_rate - short_rate >= 5%", "unit", "points"),
    "a text": ("long_rate > 2 * name", "unit", "'name' is a text"),
    "no such column": ("long_rate > 2 * shrt_rate", "unknown-column", "did you mean 'short_rate'?"),
    "a source": ("long_rate > 2 * short_rate and live(board)", "formula", "where asks about"),
    "no comparison": ("long_rate + short_rate", "formula", "where asks about columns"),
    "two measures": ("long_rate > 2 * short_trials", "unit", "cannot be compared"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_in_a_row_formula_names_its_character(case: str):
    where, code, message = FAULTS[case]
    made, faults = faults_of(COUNT.replace("WHERE", where), BOARD)
    assert made is None
    told_at = [(fault.code, fault.loc, message in fault.message) for fault in faults if fault.level == "error"]
    assert told_at == [(code, ("values", "n", "where"), True)], faults
    assert all(fault.offset is not None for fault in faults if fault.level == "error")


def test_a_row_formula_of_501_characters_is_a_fault():
    where = "long_rate > 1" + "0" * 488
    assert [code for code, _, _ in told(COUNT.replace("WHERE", where), BOARD)] == ["formula"]
