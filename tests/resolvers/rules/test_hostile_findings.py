"""What must not be told: answers made of our own outages, of empty groups, of cells that are not there."""

from __future__ import annotations

import pytest
from rule_texts import faults_of, rule_of, told
from rule_worlds import daily, day, judged, scores, seen, spec, world

from resolvers.outcome import No, Yes

DOCS = spec(
    "docs", {"score": {"unit": "percent", "between": [0, 100]}, "n": {"unit": "count"}, "class": "text", "day": "date"}
)
MIRROR = spec("mirror", {"score": {"unit": "percent", "between": [0, 100]}, "class": "text"})


# a late reading settles by the source that serves it

LATE = "values: {m: {max: score, from: [docs, mirror]}}\nresolve: {number: m, edges: [50%]}"


def refused_from_day_99():
    shown = dict(daily({0: scores(a="40")}, 98))
    return seen(DOCS, {**shown, **dict.fromkeys(range(99, 130), "refused")})


def test_a_late_reading_settles_once_the_source_that_serves_it_was_looked_at():
    mirror = seen(MIRROR, daily({0: scores(a="60")}, 130))
    found = judged(rule_of(LATE, DOCS, MIRROR), world(refused_from_day_99(), mirror), 110)
    assert (found.state, found.outcome.value) == ("decided", "60%")


def test_a_late_reading_waits_for_a_second_look_at_the_source_that_serves_it():
    mirror = seen(MIRROR, {**daily({0: scores(a="60")}, 98), 101: scores(a="60")})
    found = judged(rule_of(LATE, DOCS, MIRROR), world(refused_from_day_99(), mirror), 110)
    assert (found.state, "no good sighting yet after 2027-04-12 00:00 UTC of mirror;" in found.because) == (
        "pending",
        True,
    )


def test_of_a_list_the_source_that_has_to_be_looked_at_again_is_named_and_no_other():
    made = rule_of("values: {m: {max: score, from: [docs, mirror]}}\nresolve: {yes: m >= 80%}", DOCS, MIRROR)
    docs, mirror = daily({0: scores(a="40")}, 4) | {5: scores(a="90")}, daily({0: scores(a="40")}, 12)
    found = judged(made, world(seen(DOCS, docs), seen(MIRROR, mirror)), 12)
    assert (found.state, "yet after 2027-01-06 00:00 UTC of docs;" in found.because) == ("pending", True)


# a row first seen after a long gap may have come at any time in it


def back_after(gap_until: int, **rows: str):
    """An empty board seen daily to day 50 (2027-02-20), then not until some day, when it showed these rows."""
    return seen(DOCS, {**daily({0: {}}, 50), **{at: scores(**rows) for at in range(gap_until, 130)}})


def counted(within: str):
    return rule_of(
        f"values: {{n: {{count: rows, from: docs, within: {{{within}}}}}}}\n"
        "resolve: {number: n, edges: [1 count, 2 count]}",
        DOCS,
    )


@pytest.mark.parametrize("within", ["before: 2027-03-01", "from: 2027-03-01"])
def test_after_a_long_gap_a_row_is_on_neither_side_of_a_date_in_the_gap(within: str):
    found = judged(counted(within), world(back_after(70, a="90")), 110)
    assert (found.state, "first seen only after a gap" in found.because) == ("unknown", True)


@pytest.mark.parametrize(("within", "many"), [("before: 2027-03-01", "1 or less"), ("from: 2027-02-20", "2")])
def test_after_a_gap_that_is_bridged_or_holds_no_bound_a_row_came_when_it_was_seen(within: str, many: str):
    board = back_after(57, a="90") if many != "2" else back_after(70, a="90", b="80")
    found = judged(counted(within), world(board), 110)
    assert (found.state, found.outcome.value) == ("decided", "1" if many != "2" else "2")


def test_after_a_long_gap_a_top_row_is_on_neither_side_of_a_date_in_the_gap():
    text = (
        "values:\n  few: {top: score, n: 2, from: docs}\n  n: {count: rows, of: few, within: {before: 2027-03-01}}\n"
        "resolve: {number: n, edges: [1 count]}"
    )
    found = judged(rule_of(text, DOCS), world(back_after(70, a="90")), 110)
    assert (found.state, "first seen only after a gap" in found.because) == ("unknown", True)


def test_after_a_long_gap_over_a_month_s_end_a_row_is_in_neither_month_of_a_series():
    text = (
        "values: {n: {per: month, from: 2027-02-01, before: 2027-04-01, value: {count: rows, from: docs}}}\n"
        "resolve: {yes: {at_least: 1, each: n, is: '>= 2'}}"
    )
    assert judged(rule_of(text, DOCS), world(back_after(70, a="90", b="80")), 110).state == "unknown"
    assert judged(rule_of(text, DOCS), world(back_after(57, a="90", b="80")), 110).outcome == Yes()


def quiet_until_new(gap_from: int, gap_until: int):
    """One row seen daily up to a gap, at whose end there is another."""
    after = {at: scores(a="1", b="2") for at in range(gap_until, 200)}
    return seen(DOCS, {**daily({0: scores(a="1")}, gap_from), **after})


FROZEN = "opens: 2027-03-12\ncloses: 2027-03-26\nresolve: {yes: 'frozen(docs, 20 days)'}"
LIVELY = "opens: 2027-03-12\ncloses: 2027-03-26\nresolve: {yes: 'not frozen(docs, 20 days)'}"


@pytest.mark.parametrize("text", [FROZEN, LIVELY])
def test_after_a_long_gap_with_news_nobody_knows_whether_a_source_is_frozen(text: str):
    assert judged(rule_of(text, DOCS), world(quiet_until_new(19, 70)), 120).state == "unknown"


def test_after_a_gap_that_is_bridged_news_are_as_new_as_they_look():
    found = judged(rule_of(LIVELY, DOCS), world(quiet_until_new(64, 70)), 120)
    assert (found.outcome, found.instant) == (Yes(), day(70))


def test_after_a_long_gap_a_source_is_frozen_once_it_is_so_whenever_the_news_came():
    text = FROZEN.replace("03-26", "05-01")
    assert judged(rule_of(text, DOCS), world(quiet_until_new(55, 70)), 150).state == "decided"
    lively = LIVELY.replace("2027-03-12\n", "2027-03-01\n")
    assert judged(rule_of(lively, DOCS), world(quiet_until_new(55, 70)), 150).outcome == Yes()


def test_nobody_knows_which_source_of_a_list_answers_while_it_is_open_whether_one_is_frozen():
    text = (
        "closes: 2027-03-20\nvalues: {m: {max: score, from: [{source: docs, unless_frozen: 20 days}, mirror]}}\n"
        "resolve: {number: m, edges: [50%]}"
    )
    both = world(quiet_until_new(19, 70), seen(MIRROR, daily({0: scores(a="60")}, 150)))
    found = judged(rule_of(text, DOCS, MIRROR), both, 110)
    assert (found.state, "it is open whether a source of the list is frozen" in found.because) == ("unknown", True)


# the best of no rows makes nothing true

EMPTY = (
    "values:\n  a: {max: score, from: docs, where: {class: A}}\n  b: {max: score, from: docs, where: {class: B}}\n"
    "  least: {min: score, from: docs, where: {class: B}}\n  best: {max: score, from: docs}\nresolve: {yes: '%s'}"
)


def on_a_board_without_b(formula: str):
    board = seen(DOCS, daily({0: {"x": {"score": "60", "class": "A"}}}, 130))
    return judged(rule_of(EMPTY % formula, DOCS), world(board), 110)


@pytest.mark.parametrize(
    "formula",
    ["b < 50%", "a - b >= 10 points", "least >= 50%", "max(a, b) < 70%", "abs(b) >= 5%", "b != 5%", "b < a",
     "a / b < 0.5"],
)  # fmt: skip
def test_what_only_an_empty_group_would_make_true_is_open(formula: str):
    found = on_a_board_without_b(formula)
    assert (found.state, "a group is empty" in found.because) == ("unknown", True)


@pytest.mark.parametrize("formula", ["b >= 50%", "b >= best - 10 points", "least < 50%", "b == 5%"])
def test_what_an_empty_group_makes_false_stays_false(formula: str):
    assert on_a_board_without_b(formula).outcome == No()


@pytest.mark.parametrize("formula", ["not b >= 85%", "max(a, b) >= 50%", "min(a, b) < 70%"])
def test_what_is_true_whatever_an_empty_group_might_hold_stays_true(formula: str):
    assert on_a_board_without_b(formula).outcome == Yes()


@pytest.mark.parametrize("formula", ["a >= best - 10 points", "b < 50%", "a - b >= 10 points"])
def test_on_an_empty_board_nothing_comes_true(formula: str):
    board = seen(DOCS, daily({0: {}}, 130))
    assert judged(rule_of(EMPTY % formula, DOCS), world(board), 110).state == "unknown"


def test_a_group_that_may_be_empty_makes_nothing_true_and_fills_no_bucket():
    board = seen(DOCS, daily({0: {"x": {"score": "40", "class": None}}}, 130))
    assert judged(rule_of(EMPTY % "b < 50%", DOCS), world(board), 110).state == "unknown"
    text = EMPTY.split("resolve")[0] + "resolve: {number: b, edges: [50%, 80%]}"
    assert judged(rule_of(text, DOCS), world(board), 110).state == "unknown"


def test_sources_that_agree_on_an_empty_group_make_nothing_true():
    text = "values: {m: {max: score, agree: [docs, mirror]}}\nresolve: {yes: m < 50%}"
    both = world(seen(DOCS, daily({0: {}}, 130)), seen(MIRROR, daily({0: {}}, 130)))
    assert judged(rule_of(text, DOCS, MIRROR), both, 110).state == "unknown"


def test_an_unreadable_cell_without_bounds_is_no_empty_group():
    board = seen(DOCS, daily({0: {"x": {"n": "90"}, "y": {"n": None}}}, 130))
    text = "values: {most: {max: n, from: docs}}\nresolve: {yes: most >= 85}"
    assert judged(rule_of(text, DOCS), world(board), 110).outcome == Yes()


@pytest.mark.parametrize("where", ["", ", where: {kind: P}"])
def test_an_unreadable_cell_that_can_have_one_value_alone_is_no_reason_for_what_is_open(where: str):
    """Between 5 and 5 lies one number: what is open is whether the row that went away is still there, and no more."""
    fixed = spec("docs", {"score": {"unit": "percent", "between": [5, 5]}})
    kinds = spec("kinds", {"kind": "text"}, complete=True)
    total = f"values: {{m: {{sum: score, from: docs, label: {{kind: kinds}}{where}}}}}"
    made = rule_of(f"{total}\nresolve: {{number: m, edges: [7%]}}", fixed, kinds)
    board = seen(fixed, daily({0: scores(a=None, b="5"), 9: scores(a=None)}, 150))
    labels = seen(kinds, daily({0: {"a": {"kind": "P"}, "b": {"kind": "P"}}}, 150))
    found = judged(made, world(board, labels), 150)
    assert (found.state, found.because.partition(" is open: ")[2]) == ("unknown", "vanished, unmatched: b")


def english(text: str) -> str:
    return " ".join(phrase.text for phrase in rule_of(text, DOCS, MIRROR).phrases())


def test_a_rule_with_a_best_says_what_the_best_of_no_rows_is():
    sentence = "The largest of no rows is lower than any number, the smallest higher than any"
    assert sentence in english(EMPTY % "b < 50%")
    assert sentence not in english("values: {n: {count: rows, from: docs}}\nresolve: {yes: n >= 2}")


# what a filter asks


@pytest.mark.parametrize(
    ("where", "loc"),
    [
        ("{class: null}", ("class",)),
        ("{class: {}}", ("class",)),
        ("{class: [A, null]}", ("class",)),
        ("{class: {not: null}}", ("class", "not")),
        ("{class: {has: null}}", ("class", "has")),
        ("{class: {matching: null}}", ("class", "matching")),
        ("{class: [[A]]}", ("class",)),
    ],
)
def test_a_filter_that_names_no_value_is_a_fault_at_its_place(where: str, loc: tuple[str, ...]):
    text = f"values: {{k: {{count: rows, from: docs, where: {where}}}}}\nresolve: {{yes: k >= 1}}"
    assert [(code, at) for code, at, _ in told(text, DOCS)] == [("shape", ("values", "k", "where", *loc))]


@pytest.mark.parametrize(
    "where",
    ["n != 5", "{n: {not: 5}}", "not n == 5", "5 != n", "class != \"X\"", "{class: {not: X}}", "not class == \"X\"",
     "day != \"2027-01-01\"", "not day == \"2027-01-01\"", "n + 1 != 5", "not n + 1 == 5"],
)  # fmt: skip
def test_a_row_without_the_cell_is_other_than_every_value(where: str):
    quoted = where if where.startswith("{") else f"'{where}'"
    text = f"values: {{k: {{count: rows, from: docs, where: {quoted}}}}}\nresolve: {{number: k, edges: [1 count]}}"
    board = seen(DOCS, daily({0: {"x": {"score": "1"}}}, 130))
    assert judged(rule_of(text, DOCS), world(board), 110).outcome.value == "1"


def test_where_a_label_is_asked_as_well_a_row_without_the_cell_is_other_than_every_value():
    registry = spec("systems", {"kind": "text"}, complete=True)
    text = (
        "rows: {r: {from: docs, label: {kind: systems}}}\n"
        'values: {k: {count: rows, of: r, where: \'n != 5 and kind == "K" or n + 1 != 5 and kind == "L"\'}}\n'
        "resolve: {number: k, edges: [1 count]}"
    )
    board = seen(DOCS, daily({0: {"x": {"score": "1"}, "y": {"score": "1"}}}, 150))
    labels = seen(registry, daily({0: {"x": {"kind": "K"}, "y": {"kind": "L"}}}, 150))
    assert judged(rule_of(text, DOCS, registry), world(board, labels), 140).outcome.value == "2"


# the English of ties is what the picks do


def test_a_rule_without_a_pick_says_nothing_of_ties():
    assert "tie" not in english("values: {n: {count: rows, from: docs}}\nresolve: {yes: n >= 2}")


def test_a_top_that_breaks_ties_says_how_and_not_that_they_share():
    few = "values: {few: {top: score, n: 2, from: docs%s}, k: {count: rows, of: few}}\nresolve: {yes: k >= 2}"
    first = english(few % ", ties: first")
    assert "top 2 by score of the rows of docs (of equals the one seen first)" in first
    assert "rows that tie even so for the last place of a top are all in it" in first
    assert "rows that tie for the last place of a top are all in it" in english(few % "")
    assert "share" not in first + english(few % "")


def test_a_choice_says_that_ties_share_only_where_they_do():
    choice = "values: {t: {argmax: score, from: docs%s}}\nresolve: {choice: t.class, answers: {A: A, other: else}}"
    assert "; rows that tie share equally" in english(choice % "")
    assert "; rows that tie even so share equally" in english(choice % ", ties: first")
    told_of_yes = english("values: {t: {argmax: score, from: docs}}\nresolve: {yes: 't.class == \"A\"'}")
    assert "; of rows that tie all have to say the same" in told_of_yes


# when rows count


def test_the_clock_is_told_only_where_it_orders_or_bounds_rows():
    last = "clock: published\nvalues: {b: {last: score, from: dated}}\nresolve: {yes: b >= 50%}"
    dated = spec("dated", {"score": {"unit": "percent"}, "on": {"type": "date", "is": "published"}})
    made, _ = faults_of(last, dated)
    sentence = made.phrases()[-1].text
    assert sentence == (
        "Rows count from when they are first seen by us; "
        "earliest and latest go by the dates that rows give of themselves."
    )
    window = "values: {n: {count: rows, from: docs, within: {before: 2027-03-01}}}\nresolve: {yes: n >= 2}"
    assert "one first seen after a longer gap may have come at any time in the gap" in english(window)
