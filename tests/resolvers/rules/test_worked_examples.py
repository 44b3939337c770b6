"""The worked examples of the debate's rule language, as far as this version speaks it."""

from __future__ import annotations

from decimal import Decimal

from rule_worlds import BOARD, SYSTEMS, compiled, daily, day, judged, rule, scores, seen, spec, world

from resolvers.outcome import Answers, No, Yes

TAU = spec("tau3", {"pass_1": {"unit": "percent", "between": [0, 100]}, "class": "text"})
GAP = {
    "values": {
        "best": {"max": "pass_1", "from": "tau3"},
        "conditioned": {"max": "pass_1", "from": "tau3", "where": {"class": ["P0", "P1"]}},
    }
}


def tau(**rows: tuple[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"pass_1": score, "class": kind} for key, (score, kind) in rows.items()}


HISTORY = {
    0: tau(r=("60.0", "R2"), c=("45.0", "P1")),
    10: tau(r=("60.0", "R2"), c=("45.0", "P1"), d=("50.0", "P1")),
    38: tau(r=("60.0", "R2"), c=("45.0", "P1"), d=("50.0", "P1"), s=("61.0", "R2")),
    40: tau(r=("60.0", "R2"), c=("45.0", "P1"), d=("50.0", "P1"), s=("61.0", "R2"), e=("52.0", "P1")),
}


def test_example_1_a_broken_run_starts_again_and_is_decided_when_it_has_settled():
    gap = rule({"yes": "conditioned >= best - 10 points", "hold": "30 days"}, TAU, **GAP)
    board = world(seen(TAU, daily(HISTORY, 90, missing=range(20, 26))))
    before, after = judged(gap, board, 76.99), judged(gap, board, 77)
    assert (before.state, before.leaning, before.until) == ("pending", Yes(), day(77))
    assert (after.state, after.outcome, after.instant) == ("decided", Yes(), day(40))


def test_example_1_equality_counts_as_within_ten_points():
    gap = rule({"yes": "conditioned >= best - 10 points", "hold": "28 days"}, TAU, **GAP)
    board = world(seen(TAU, daily(HISTORY, 90, missing=range(20, 26))))
    assert judged(gap, board, 90).instant == day(10)


CSV = spec("fbench.csv", {"overall": {"unit": "percent"}, "model": "text"})
HTML = spec("fbench.html", {"overall": {"unit": "percent"}, "model": "text"})


def fbench(*models: str) -> dict[str, dict[str, str]]:
    human = {"human": {"overall": "68.0", "model": "Superforecaster median forecast"}}
    return human | {f"llm {score}": {"overall": score, "model": "a model"} for score in models}


def test_example_3_a_first_date_found_through_a_fallback_source():
    of = {"from": ["fbench.csv", "fbench.html"]}
    human = {"model": "Superforecaster median forecast"}
    parity = rule(
        {
            "first_date": "llm >= human",
            "hold": "14 days",
            "edges": ["2027-07-01", "2028-01-01"],
            "never": "not before 2030",
        },
        CSV,
        HTML,
        values={
            "human": {"last": "overall", "where": human, **of},
            "llm": {"max": "overall", "where": {"model": {"not": human["model"]}}, **of},
        },
        opens=0,
        closes=1096,
    )
    both = fbench("66.9", "68.0")
    first = {number: fbench("66.9") if number < 128 else both for number in range(120, 131)}
    second = dict.fromkeys(range(131, 160), both)
    found = judged(parity, world(seen(CSV, first), seen(HTML, second)), 150)
    assert found.state == "decided", found.because
    assert found.outcome == Answers(weights={"before 2027-07-01": Decimal(100)}, value="2027-05-09 00:00 UTC")


OSWORLD = spec("osworld", {"accuracy": {"unit": "fraction", "between": [0, 1]}})
TOP = {
    "values": {"top": {"argmax": "accuracy", "from": "osworld", "label": {"class": "systems"}}},
    "closes": 100,
}
RECIPE = {
    "choice": "top.class",
    "answers": {"R2": "R2", "R1": "R1", "U undisclosed": "else"},
}


def test_example_5_tied_rows_share_and_a_later_score_or_label_is_ignored():
    recipe = rule(RECIPE, OSWORLD, SYSTEMS, **TOP)
    rows = {"a": {"accuracy": "0.812"}, "b": {"accuracy": "0.812"}, "c": {"accuracy": "0.5"}}
    late = {**rows, "d": {"accuracy": "0.83"}}
    board = seen(OSWORLD, daily({0: rows, 103: late}, 150))
    labels = {"a": {"class": "R2"}, "b": {"class": "U"}, "d": {"class": "R1"}}
    corrected = {**labels, "b": {"class": "R1"}}
    systems = seen(SYSTEMS, daily({0: labels, 108: corrected}, 150))
    found = judged(recipe, world(board, systems), 107)
    assert found.state == "decided", found.because
    assert found.outcome == Answers(weights={"R2": Decimal(50), "U undisclosed": Decimal(50)}, value="R2, U")
    assert judged(recipe, world(board, systems), 150).outcome == found.outcome


def test_a_score_first_seen_after_the_deadline_does_not_count():
    best = rule({"yes": "best >= 85%"}, BOARD, values={"best": {"max": "score", "from": "board"}})
    board = world(seen(BOARD, daily({0: scores(a="80"), 100: scores(a="80", b="90")}, 120)))
    found = judged(best, board, 107)
    assert (found.state, found.outcome) == ("decided", No()), found.because


def test_compiled_reports_no_faults_for_a_plain_rule():
    assert compiled({"yes": "best >= 85%"}, BOARD, values={"best": {"max": "score", "from": "board"}})[1] == []
