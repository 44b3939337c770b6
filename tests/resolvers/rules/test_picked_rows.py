"""Top rows that are filtered, windowed and taken again; picks at another time; ties that a date breaks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rule_texts import rule_of, told
from rule_worlds import SYSTEMS, daily, day, judged, seen, spec, world

from resolvers.outcome import Answers, No, Yes

BOARD = spec(
    "board",
    {
        "score": {"unit": "percent", "between": [0, 100]},
        "cost": {"unit": "usd", "between": [0, 1000]},
        "kind": "text",
        "date": {"type": "date", "is": "published"},
    },
)


def row(score: str, cost: str = "1", kind: str = "x", date: str | None = "2027-01-01"):
    return {"score": score, "cost": cost, "kind": kind, "date": date}


FOUR = {"a": row("90", "9", "x"), "b": row("80", "3", "y"), "c": row("70", "5", "x"), "d": row("60", "1", "x")}


def shown(rows, until: int = 120):
    return world(seen(BOARD, daily(rows if 0 in rows else {0: rows}, until)))


def said(text: str, evidence, at: float = 120, *more):
    return judged(rule_of(text, BOARD, *more), evidence, at)


FEW = "rows: {}\nvalues: {few: {top: score, n: 3, from: board}, v: VALUE}\nresolve: {number: v, edges: [EDGE]}"


@pytest.mark.parametrize(
    ("value", "edge", "found"),
    [
        ("{count: rows, of: few, where: {kind: x}}", "1", "2"),
        ("{max: score, of: few, where: {kind: y}}", "1%", "80%"),
        ("{sum: cost, of: few, where: cost < 6 usd}", "1 usd", "8 usd"),
        ("{count: rows, of: few}", "1", "3"),
        ("{max: score, of: few, where: {kind: z}}", "1%", None),
    ],
)
def test_a_filter_on_top_rows_is_asked_after_the_top_was_taken(value: str, edge: str, found: str | None):
    verdict = said(FEW.replace("VALUE", value).replace("EDGE", edge), shown(FOUR))
    assert (verdict.outcome.value if verdict.outcome else None) == found


def test_a_window_on_top_rows_is_asked_after_the_top_was_taken():
    rows = {0: {"a": row("90"), "b": row("80")}, 40: {"a": row("90"), "b": row("80"), "c": row("85"), "d": row("10")}}
    value = "{count: rows, of: few, within: {from: 2027-02-01}, clock: seen}"
    assert (
        said(FEW.replace("n: 3", "n: 2").replace("VALUE", value).replace("EDGE", "5"), shown(rows)).outcome.value == "1"
    )


def test_a_top_may_be_taken_of_a_top_by_another_column():
    text = """
    values:
      few: {top: score, n: 3, from: board}
      cheap: {argmin: cost, of: few}
      two: {top: cost, n: 2, of: few}
      v: {min: score, of: two}
    resolve: {number: CHOSEN, edges: [1%]}
    """
    assert said(text.replace("CHOSEN", "cheap.score"), shown(FOUR)).outcome.value == "80%"
    assert said(text.replace("CHOSEN", "v"), shown(FOUR)).outcome.value == "70%"


LABELLED = """
rows: {all: {from: board, label: {class: systems}}}
values: {few: {top: score, n: 2, of: all}, v: {count: rows, of: few, where: {class: P1}}}
SETTLE
"""


def labels(*changes: tuple[float, dict[str, str]], until: int = 150):
    return seen(SYSTEMS, daily({at: {key: {"class": text} for key, text in of.items()} for at, of in changes}, until))


@pytest.mark.parametrize("settle", ["as_known_at", "final_after", "first_release"])
def test_a_label_filters_top_rows_as_it_is_known(settle: str):
    how = {"as_known_at": "{as_known_at: T}", "final_after": "7 days", "first_release": "first_release"}[settle]
    text = LABELLED.replace("SETTLE", f"resolve: {{yes: v >= 2, settle: {how}}}")
    board = seen(BOARD, daily({0: FOUR}, 150))
    never = world(board, labels((0, {"a": "P1", "b": "R2", "c": "P1"})))
    later = world(board, labels((0, {"a": "P1", "b": "R2"}), (60, {"a": "P1", "b": "P1"})))
    assert said(text, never, 150, SYSTEMS).outcome == No()
    found = said(text, later, 150, SYSTEMS)
    assert (found.state, found.outcome) == ("decided", Yes())
    assert ("systems", "b", "P1") in [(cite.source, cite.key, cite.text) for cite in found.citations()]


def test_top_rows_without_a_label_wait_for_one_and_are_unknown_after():
    text = LABELLED.replace("SETTLE", "resolve: {number: v, edges: [1, 2]}")
    evidence = world(seen(BOARD, daily({0: FOUR}, 150)), labels((0, {"a": "P1"})))
    assert said(text, evidence, 110, SYSTEMS).state == "pending"
    assert said(text, evidence, 150, SYSTEMS).state == "unknown"


AT = """
values: {top: {argmax: score, from: board, at: 2027-02-01}}
resolve: {choice: top.key, answers: {A: a, B: b, other: else}}
"""


def test_a_pick_may_be_read_at_another_time():
    rows = {0: {"a": row("90"), "c": row("80")}, 40: {"a": row("90"), "c": row("80"), "b": row("95")}}
    found = said(AT, shown(rows))
    assert found.outcome == Answers(weights={"A": Decimal(100)}, value="a")
    now = said(AT.replace(", at: 2027-02-01", ""), shown(rows))
    assert now.outcome == Answers(weights={"B": Decimal(100)}, value="b")
    assert "as it stood at 2027-02-01" in found.trace.steps[0].words


def test_top_rows_of_another_time_may_be_reduced():
    text = """
    values: {few: {top: score, n: 2, from: board, at: 2027-02-01}, v: {min: score, of: few}}
    resolve: {number: v, edges: [1%]}
    """
    rows = {0: {"a": row("90"), "c": row("80")}, 40: {"a": row("90"), "c": row("80"), "b": row("95")}}
    assert said(text, shown(rows)).outcome.value == "80%"


def test_a_time_after_t_is_never_read():
    text = AT.replace("2027-02-01", "2028-02-01")
    assert [(code, loc) for code, loc, _ in told(text, BOARD)] == [("window", ("values", "top", "at"))]


TIES = """
values: {top: {argmax: score, from: board, ties: {HOW: date}}}
resolve: {choice: top.key, answers: {A: a, B: b, C: c, other: else}}
"""


def dated(**dates: str | None):
    return {key: row("90", date=date) for key, date in dates.items()}


@pytest.mark.parametrize(
    ("how", "dates", "weights"),
    [
        ("earliest", {"a": "2027-01-03", "b": "2027-01-01", "c": "2027-01-02"}, {"B": Decimal(100)}),
        ("latest", {"a": "2027-01-03", "b": "2027-01-01", "c": "2027-01-02"}, {"A": Decimal(100)}),
        ("earliest", {"a": "2027-01-01", "b": "2027-01-01", "c": "2027-01-02"}, {"A": Decimal(50), "B": Decimal(50)}),
    ],
)
def test_ties_are_broken_by_a_date_and_then_shared(how: str, dates, weights):
    assert said(TIES.replace("HOW", how), shown(dated(**dates))).outcome.weights == weights


def test_a_tie_that_hangs_on_an_unreadable_date_is_unknown():
    found = said(TIES.replace("HOW", "earliest"), shown(dated(a="2027-01-01", b=None)))
    assert (found.state, "a tie hangs on a date that cannot be read" in found.because) == ("unknown", True)
    higher = dated(a="2027-01-01", b=None) | {"c": row("95", date=None)}
    assert said(TIES.replace("HOW", "earliest"), shown(higher)).outcome.weights == {"C": Decimal(100)}


def test_a_date_that_is_corrected_breaks_the_tie_anew():
    rows = {0: dated(a="2027-01-02", b="2027-01-03"), 30: dated(a="2027-01-04", b="2027-01-03")}
    assert said(TIES.replace("HOW", "earliest"), shown(rows)).outcome.weights == {"B": Decimal(100)}
    yes = """
    values: {top: {argmax: score, from: board, ties: {earliest: date}}}
    resolve: {yes: top.key == b, hold: 20 days}
    """
    assert said(yes, shown(rows)).instant == day(30)


def test_the_best_by_date_is_the_one_that_stays_at_the_edge_of_the_top():
    text = """
    values: {few: {top: score, n: 1, from: board, ties: {earliest: date}}, v: {count: rows, of: few, where: {key: b}}}
    resolve: {number: v, edges: [1]}
    """
    assert said(text, shown(dated(a="2027-01-02", b="2027-01-01"))).outcome.value == "1"


@pytest.mark.parametrize(
    ("ties", "code"), [("{earliest: kind}", "unit"), ("{first: date}", "shape"), ("{earliest: dat}", "unknown-column")]
)
def test_a_fault_in_ties_says_what_was_wanted(ties: str, code: str):
    assert [(c, loc[:3]) for c, loc, _ in told(TIES.replace("{HOW: date}", ties), BOARD)] == [
        (code, ("values", "top", "ties"))
    ]


def test_a_window_may_lie_in_a_window_by_the_other_clock():
    text = """
    rows: {early: {from: board, within: {before: 2027-02-01}, clock: seen}}
    values: {n: {count: rows, of: early, within: {from: 2026-06-01, before: 2027-01-10}, clock: published}}
    resolve: {number: n, edges: [5]}
    """
    rows = {
        0: {"a": row("1", date="2027-01-01"), "b": row("1", date="2026-01-01")},
        40: {"a": row("1"), "b": row("1", date="2026-01-01"), "c": row("1", date="2027-01-01")},
    }
    assert said(text, shown(rows)).outcome.value == "1"


def test_a_window_that_shares_nothing_with_the_one_it_lies_in_is_a_fault():
    text = """
    rows: {early: {from: board, within: {before: 2027-02-01}, clock: seen}}
    values: {n: {count: rows, of: early, within: {from: 2027-03-01}, clock: seen}}
    resolve: {number: n, edges: [5]}
    """
    assert [(code, loc) for code, loc, _ in told(text, BOARD)] == [("window", ("values", "n", "within"))]


@pytest.mark.parametrize("condition", ["top.kind == R2", "top.cost >= 5 usd"])
def test_another_column_of_the_best_row_that_was_corrected_in_time_does_not_count(condition: str):
    text = f"values: {{top: {{argmax: score, from: board}}}}\nresolve: {{yes: '{condition}', settle: 2 days}}"
    slip = {0: {"a": row("90", "9", "R2")}, 1: {"a": row("90", "1", "R1")}}
    late = {0: {"a": row("90", "9", "R2")}, 3: {"a": row("90", "1", "R1")}}
    assert said(text, shown(slip)).outcome == No()
    assert said(text, shown(late)).outcome == Yes()
