"""A value for each month, quarter or year: how many rise, fall or stand where the author asks."""

from __future__ import annotations

import pytest
from rule_texts import days_until, rule_of, told
from rule_worlds import BOARD, daily, day, judged, seen, spec, world

from resolvers.outcome import No, Yes

PAPERS = spec("papers", {"topic": "text", "date": {"type": "date", "is": "published"}})
MONTHS = """
closes: 2027-06-20
values:
  n: {count: rows, from: papers}
  some: {per: month, from: 2027-01-01, before: 2027-05-01, value: n, read: 10 days}
resolve:
  yes: {CONDITION}
"""
DAYS = {"2027-01": 5, "2027-02": 35, "2027-03": 65, "2027-04": 95}


def papers(*counts: int, missing: range | None = None, until: int = 190):
    """So many papers first seen in each month from January on."""
    rows, changes = {}, {0: {}}
    for (month, at), count in zip(DAYS.items(), counts, strict=True):
        rows |= {f"{month}-{number}": {"topic": "x"} for number in range(count)}
        changes[at] = dict(rows)
    return world(seen(PAPERS, daily(changes, until, missing)))


def asked(condition: str, text: str = MONTHS):
    return rule_of(text.replace("{CONDITION}", condition), PAPERS)


@pytest.mark.parametrize(
    ("counts", "condition", "said"),
    [
        ((1, 2, 3, 4), "{at_least: 3, rises: some}", Yes()),
        ((1, 2, 2, 4), "{at_least: 3, rises: some}", No()),
        ((1, 2, 2, 4), "{at_least: 2, rises: some}", Yes()),
        ((4, 2, 2, 1), "{at_least: 2, falls: some}", Yes()),
        ((4, 2, 2, 1), "{at_least: 3, falls: some}", No()),
        ((4, 2, 2, 1), '{at_least: 3, each: some, is: ">= 2"}', Yes()),
        ((4, 2, 2, 1), '{at_least: 4, each: some, is: ">= 2"}', No()),
    ],
)
def test_rises_falls_and_periods_that_stand_somewhere_are_counted(counts, condition: str, said):
    found = judged(asked(condition), papers(*counts), 190)
    assert (found.state, found.outcome) == ("decided", said), found.because


def test_a_period_counts_only_its_own_rows_and_is_read_some_days_after_its_end():
    made = asked('{at_least: 1, each: some, is: "== 3"}')
    late = papers(0, 3, 0, 0)
    assert judged(made, late, days_until("2027-03-10")).state == "pending"
    found = judged(made, late, days_until("2027-03-18"))
    assert (found.outcome, found.instant) == (Yes(), day(days_until("2027-03-11")))


def test_before_the_last_reading_nothing_is_no():
    made = asked("{at_least: 3, rises: some}")
    found = judged(made, papers(4, 3, 2, 1), days_until("2027-05-10"))
    assert (found.state, found.leaning) == ("pending", No())


def test_an_unreadable_period_leaves_open_only_what_hangs_on_it():
    april_11 = int(days_until("2027-04-11"))
    gap = range(april_11 - 9, april_11 + 8)
    rising = papers(1, 2, 3, 4, missing=gap)
    assert judged(asked("{at_least: 1, rises: some}"), rising, 190).outcome == Yes()
    assert judged(asked("{at_least: 2, rises: some}"), rising, 190).state == "unknown"
    assert judged(asked("{at_least: 2, falls: some}"), papers(3, 4, 3, 5, missing=gap), 190).state == "unknown"
    assert judged(asked("{at_least: 3, falls: some}"), papers(3, 4, 3, 5, missing=gap), 190).outcome == No()


def test_the_trace_names_each_period_with_its_value_and_the_changes_that_rose():
    found = judged(asked("{at_least: 2, rises: some}"), papers(1, 2, 2, 4), 190)
    along = found.trace.steps[0].steps[0]
    assert (along.node, along.value) == ("along", "true")
    assert "2 of 3: 2027-01 to 2027-02, 2027-03 to 2027-04" in along.because
    assert [(step.words, step.value) for step in along.steps] == [
        ("2027-01", "1"),
        ("2027-02", "2"),
        ("2027-03", "2"),
        ("2027-04", "4"),
    ]
    assert len(found.citations()) == 9


def test_the_publishers_dates_place_rows_where_the_author_asks():
    text = MONTHS.replace("read: 10 days", "read: 10 days, clock: published")
    rows = {"a": {"date": "2027-01-20"}, "b": {"date": "2027-02-20"}, "c": {"date": "2027-02-28"}}
    evidence = world(seen(PAPERS, daily({0: rows}, 190)))
    assert judged(asked('{at_least: 1, each: some, is: ">= 2"}', text), evidence, 190).outcome == Yes()
    assert judged(asked('{at_least: 1, each: some, is: ">= 3"}', text), evidence, 190).outcome == No()


def test_the_english_of_a_series_shows_every_figure():
    words = asked('{at_least: 2, each: some, is: "> 5"}').phrases()[0]
    assert set(words.figures) == {"2", "2027-01-01", "2027-05-01", "10 days", "5"}


FAULTS = {
    "a day inside a month": ("from: 2027-01-02", "from: 2027-01-01", "window", "does not begin a month"),
    "an unknown period": ("per: week", "per: month", "shape", "per is month, quarter or year"),
    "the wrong way round": ("before: 2026-05-01", "before: 2027-05-01", "window", "ends before it begins"),
    "read after T": ("read: 60 days", "read: 10 days", "window", "the last it can decide is 2027-06-20"),
    "a text": ("value: papers", "value: n", "unknown-name", "no value is called 'papers'"),
    "no number": ("value: n > 3", "value: n", "unit", "each period has a number"),
    "rests on no rows": ("value: 3 + 4", "value: n", "shape", "rests on no rows"),
    "a clock nobody prints": ("read: 10 days, clock: printed", "read: 10 days", "shape", "clock is seen or published"),
    "endless": ("before: 2327-05-01", "before: 2027-05-01", "window", "at most 120 periods"),
    "no end": ("value: n", "before: 2027-05-01, value: n", "missing", "a series needs `before:`"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_in_a_series_says_what_was_wanted(case: str):
    wrong, right, code, message = FAULTS[case]
    text = MONTHS.replace("{CONDITION}", "{at_least: 2, rises: some}").replace(right, wrong)
    assert (code, True) in [(found, message in said) for found, _, said in told(text, PAPERS)]


def test_more_changes_than_there_are_can_never_be():
    text = MONTHS.replace("{CONDITION}", "{at_least: 4, rises: some}")
    assert [(code, loc) for code, loc, _ in told(text, PAPERS)] == [("window", ("resolve", "yes", "at_least"))]


def test_a_series_is_no_number():
    found = told(MONTHS.replace("{CONDITION}", "some > 3"), PAPERS)
    assert [(code, "use it as {at_least: 2, rises: some}" in message) for code, _, message in found] == [
        ("formula", True)
    ]


def test_only_a_series_has_changes():
    text = "values: {best: {max: score, from: board}}\nresolve: {yes: {at_least: 1, rises: best}}"
    assert [(code, loc) for code, loc, _ in told(text, BOARD)] == [("shape", ("resolve", "yes", "rises"))]


def test_a_value_of_a_stated_day_makes_no_earlier_day_unknown():
    made = rule_of(
        """
        values:
          then: {max: score, from: board, at: 2027-02-01}
          now: {max: score, from: board}
        resolve:
          yes: {any: [now >= 90%, {not: then < 85%}]}
        """,
        BOARD,
    )
    low = {"a": {"score": "80"}}
    assert judged(made, world(seen(BOARD, daily({0: low}, 120))), 120).outcome == No()
    rising = daily({0: low, 31: {"a": {"score": "86"}}}, 120)
    found = judged(made, world(seen(BOARD, rising)), 120)
    assert (found.outcome, found.instant) == (Yes(), day(31))
