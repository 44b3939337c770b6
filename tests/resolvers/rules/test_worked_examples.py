"""The worked examples of the debate's rule language, each written as an author writes it (the data are invented)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rule_texts import days_until, faults_of, rule_of
from rule_worlds import BOARD, SYSTEMS, daily, day, judged, scores, seen, spec, world

from resolvers.outcome import Answers, No, Yes

TAU = spec("tau3", {"pass_1": {"unit": "percent", "between": [0, 100]}, "class": "text"})
GAP = """
values:
  best:        {max: pass_1, from: tau3}
  conditioned: {max: pass_1, from: tau3, where: {class: [P0, P1]}}
resolve:
  yes: conditioned >= best - 10 points
  hold: 30 days
"""


def tau(**rows: tuple[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"pass_1": score, "class": kind} for key, (score, kind) in rows.items()}


BROKEN = {
    0: tau(r=("60.0", "R2"), c=("45.0", "P1")),
    10: tau(r=("60.0", "R2"), c=("45.0", "P1"), d=("50.0", "P1")),
    38: tau(r=("60.0", "R2"), c=("45.0", "P1"), d=("50.0", "P1"), s=("61.0", "R2")),
}
HISTORY = BROKEN | {40: BROKEN[38] | tau(e=("52.0", "P1"))}


def test_example_1_a_broken_run_starts_again_and_is_decided_when_it_has_settled():
    board = world(seen(TAU, daily(HISTORY, 90, missing=range(20, 26))))
    before, after = (judged(rule_of(GAP, TAU), board, at) for at in (76.99, 77))
    assert (before.state, before.leaning, before.until) == ("pending", Yes(), day(77))
    assert (after.state, after.outcome, after.instant) == ("decided", Yes(), day(40))


def test_example_1_equality_counts_as_within_ten_points():
    board = world(seen(TAU, daily(HISTORY, 90, missing=range(20, 26))))
    assert judged(rule_of(GAP.replace("30 days", "28 days"), TAU), board, 90).instant == day(10)


@pytest.mark.parametrize(("gap", "state"), [(range(20, 26), "decided"), (range(20, 28), "unknown")])
def test_example_1_a_gap_of_eight_days_that_decides_makes_it_unknown(gap: range, state: str):
    board = world(seen(TAU, daily(BROKEN, 120, missing=gap)))
    found = judged(rule_of(GAP.replace("30 days", "28 days"), TAU), board, 120)
    assert (found.state, found.outcome) == (state, Yes() if state == "decided" else None)
    assert state == "decided" or "no good sighting of tau3 between 2027-01-20" in found.because


@pytest.mark.parametrize(("closes", "outcome"), [("2027-03-12", Yes()), ("2027-03-11", No())])
def test_example_1_thirty_days_in_a_row_have_to_end_no_later_than_t(closes: str, outcome: object):
    board = world(seen(TAU, daily(HISTORY, 120)))
    assert judged(rule_of(f"closes: {closes}\n{GAP}", TAU), board, 120).outcome == outcome


ARXIV = spec(
    "arxiv",
    {
        "agentic": {"unit": "count", "between": [0, 1000]},
        "papers": {"unit": "count"},
        "date": {"type": "date", "is": "published"},
    },
)
TREND = """
opens: 2026-12-05
closes: 2028-07-01
decides: 2028-08-01
values:
  agentic: {sum: agentic, from: arxiv}
  papers:  {sum: papers, from: arxiv}
  share:
    {per: quarter, from: 2026-10-01, before: 2028-07-01, value: 100 * agentic / papers, clock: published, read: 30 days}
resolve:
  yes: {at_least: 5, rises: share}
"""
QUARTERS = ["2026-12-15", "2027-03-15", "2027-06-15", "2027-09-15", "2027-12-15", "2028-03-15", "2028-06-15"]
SHARES: list[str | None] = ["50", "55", "54", "60", "66", "70", "71"]


def dumps(shares: list[str | None]):
    """A dump that grows by one row in each quarter."""
    rows: dict[str, dict[str, str | None]] = {}
    changes: dict[float, dict[str, dict[str, str | None]]] = {-20: {}}
    for date, share in zip(QUARTERS, shares, strict=True):
        rows[date] = {"agentic": share, "papers": "1000", "date": date}
        changes[round(days_until(date)) + 1] = dict(rows)
    shown: dict[float, object] = {}
    for number in range(-20, 620):
        shown[number] = changes.get(number, shown.get(number - 1))
    return world(seen(ARXIV, shown))


def test_example_2_five_of_six_changes_rise():
    found = judged(rule_of(TREND, ARXIV), dumps(SHARES), days_until("2028-08-20"))
    assert (found.state, found.outcome) == ("decided", Yes()), found.because
    assert "5 of 6: 2026 Q4 to 2027 Q1, 2027 Q2 to 2027 Q3, 2027 Q3 to 2027 Q4, 2027 Q4 to 2028 Q1" in found.because


def test_example_2_an_equal_pair_does_not_rise():
    shares = [*SHARES[:-1], SHARES[-2]]
    assert judged(rule_of(TREND, ARXIV), dumps(shares), days_until("2028-08-20")).outcome == No()


def test_example_2_an_unreadable_quarter_leaves_two_changes_open_and_is_not_false():
    shares = [*SHARES[:3], None, *SHARES[4:]]
    found = judged(rule_of(TREND, ARXIV), dumps(shares), days_until("2028-08-20"))
    assert found.state == "unknown"
    along = found.trace.steps[0].steps[0]
    assert "3 of 6: 2026 Q4 to 2027 Q1, 2027 Q4 to 2028 Q1, 2028 Q1 to 2028 Q2; 2 unknown" in along.because


def test_example_2_nothing_is_said_before_the_last_quarter_can_be_read():
    early = judged(rule_of(TREND, ARXIV), dumps(SHARES), days_until("2028-07-30"))
    assert (early.state, early.outcome) == ("pending", None)


CSV = spec("fbench.csv", {"overall": {"unit": "percent"}, "model": "text"})
HTML = spec("fbench.html", {"overall": {"unit": "percent"}, "model": "text"})
PARITY = """
closes: 2030-01-01
values:
  human: {last: overall, from: [fbench.csv, fbench.html], where: {model: Superforecaster median forecast}CARRY}
  llm:   {max: overall, from: [fbench.csv, fbench.html], where: {model: {not: Superforecaster median forecast}}}
resolve:
  first_date: llm >= human
  hold: 14 days
  edges: [2027-07-01, 2028-01-01]
  never: not before 2030
"""
EARLY = Answers(weights={"before 2027-07-01": Decimal(100)}, value="2027-05-09 00:00 UTC")


def fbench(*models: str, human: bool = True) -> dict[str, dict[str, str]]:
    expert = {"human": {"overall": "68.0", "model": "Superforecaster median forecast"}} if human else {}
    return expert | {f"llm {score}": {"overall": score, "model": "a model"} for score in models}


def lost_file(**at: dict[str, dict[str, str]]):
    """The file until 11 May, with parity from 9 May; the page after it, from 15 May as told."""
    first = {number: fbench("66.9") if number < 128 else fbench("66.9", "68.0") for number in range(120, 131)}
    second = {number: at.get("page", fbench("66.9", "68.0")) if number >= 134 else fbench("66.9", "68.0")
              for number in range(120, 160)}  # fmt: skip
    return world(seen(CSV, first), seen(HTML, second))


def test_example_3_a_first_date_found_through_a_fallback_source():
    found = judged(rule_of(PARITY.replace("CARRY", ""), CSV, HTML), lost_file(), 150)
    assert (found.state, found.outcome) == ("decided", EARLY), found.because


def test_example_3_a_human_row_that_is_gone_is_carried_forward():
    gone = lost_file(page=fbench("66.9", "68.0", human=False))
    kept = judged(rule_of(PARITY.replace("CARRY", ", carry: yes"), CSV, HTML), gone, 150)
    assert (kept.state, kept.outcome) == ("decided", EARLY), kept.because
    assert judged(rule_of(PARITY.replace("CARRY", ""), CSV, HTML), gone, 150).state == "pending"


def test_example_3_the_trace_says_that_it_was_carried_forward():
    late = PARITY.replace("CARRY", ", carry: yes").replace("llm >= human", "llm >= human + 1 point")
    gone = lost_file(page=fbench("66.9", "68.0", human=False))
    found = judged(rule_of(late, CSV, HTML), gone, 150)
    (side,) = [step for step in found.trace.steps[0].steps[0].steps[1].steps if step.node == "reduce"]
    assert side.because == "carried forward: human, not seen any more at 2027-05-15 00:00 UTC"
    assert side.value == "68%"


OSWORLD = spec("osworld", {"accuracy": {"unit": "fraction", "between": [0, 1]}})
RECIPE = """
values:
  top: {argmax: accuracy, from: osworld, label: {class: systems}}
resolve:
  choice: top.class
  answers: {R2: R2, R1: R1, U undisclosed: else}
"""
TIED = {"a": {"accuracy": "0.812"}, "b": {"accuracy": "0.812"}, "c": {"accuracy": "0.5"}}
CLASSES = {"a": {"class": "R2"}, "b": {"class": "U"}, "d": {"class": "R1"}}


def test_example_5_tied_rows_share_and_a_later_score_or_label_is_ignored():
    board = seen(OSWORLD, daily({0: TIED, 103: {**TIED, "d": {"accuracy": "0.83"}}}, 150))
    systems = seen(SYSTEMS, daily({0: CLASSES, 108: {**CLASSES, "b": {"class": "R1"}}}, 150))
    found = judged(rule_of(RECIPE, OSWORLD, SYSTEMS), world(board, systems), 107)
    assert found.state == "decided", found.because
    assert found.outcome == Answers(weights={"R2": Decimal(50), "U undisclosed": Decimal(50)}, value="R2, U")
    assert judged(rule_of(RECIPE, OSWORLD, SYSTEMS), world(board, systems), 150).outcome == found.outcome


@pytest.mark.parametrize(("labelled_on", "state"), [(129, "decided"), (131, "unknown")])
def test_example_5_a_label_counts_from_when_it_was_collected_and_settles_after_thirty_days(labelled_on, state):
    board = seen(OSWORLD, daily({0: TIED}, 150))
    systems = seen(SYSTEMS, daily({0: {"a": {"class": "R2"}}, labelled_on: CLASSES}, 150))
    waiting = judged(rule_of(RECIPE, OSWORLD, SYSTEMS), world(board, systems), 128)
    assert (waiting.state, waiting.until) == ("pending", day(130))
    assert judged(rule_of(RECIPE, OSWORLD, SYSTEMS), world(board, systems), 140).state == state


def test_a_score_first_seen_after_the_deadline_does_not_count():
    best = rule_of("values: {best: {max: score, from: board}}\nresolve: {yes: best >= 85%}", BOARD)
    board = world(seen(BOARD, daily({0: scores(a="80"), 100: scores(a="80", b="90")}, 120)))
    found = judged(best, board, 107)
    assert (found.state, found.outcome) == ("decided", No()), found.because


def test_a_plain_rule_has_no_faults():
    assert faults_of("values: {best: {max: score, from: board}}\nresolve: {yes: best >= 85%}", BOARD)[1] == []
