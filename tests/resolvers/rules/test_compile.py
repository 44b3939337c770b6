"""From a market's blocks to a rule: the reference markets compile, and every fault is told with its place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rule_worlds import BOARD, FRACTIONS, SYSTEMS, compiled, rule, spec

from resolvers.durations import Duration
from resolvers.outcome import Answers, No
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.formula import LONGEST, FormulaFault, parse
from resolvers.rules.patterns import why_refused
from resolvers.rules.rule import Rule

ARC = spec("arc3", {"score": {"unit": "fraction"}, "board": "text"}, views={"main": {"where": {"board": "semi"}}})
TAU = spec("tau3.banking", {"pass_1": {"unit": "percent"}, "submission_type": "text", "modality": "text"})
EPOCH = spec("epoch.osworld2", {"binary_accuracy": {"unit": "fraction"}})
XLANG = spec("xlang.osworld2", {"binary_accuracy": {"unit": "percent"}})
MINUTES = spec("metr", {"p50": {"unit": "minutes"}, "released": "date", "flags": "text", "n": {"unit": "count"}})
OPENS = datetime(2026, 12, 5, tzinfo=UTC)


def reference(closes: datetime, **blocks: Any) -> tuple[Rule, list[str]]:
    sources = {source.id: source for source in (ARC, TAU, EPOCH, XLANG, SYSTEMS)}
    found, faults = compile_rule(
        RuleBlocks(opens=OPENS, closes=closes, **blocks), sources=sources, defaults=HouseDefaults()
    )
    assert found is not None, faults
    return found, [f"{fault.level} {fault.code}" for fault in faults]


def arc3() -> Rule:
    return reference(
        datetime(2030, 1, 1, tzinfo=UTC),
        values={"best": {"max": "score", "from": "arc3.main"}},
        resolve={
            "first_date": "best >= 85%",
            "hold": "7 days",
            "edges": ["2027-04-01", "2027-07-01", "2028-01-01", "2029-01-01"],
            "never": "not before 2030",
        },
        na={"when": "removed(arc3.main)", "if_refused": "not before 2030"},
    )[0]


def tau3() -> Rule:
    where = {"submission_type": "standard", "modality": "text"}
    return reference(
        datetime(2029, 1, 1, tzinfo=UTC),
        rows={"board": {"from": "tau3.banking", "where": where, "label": {"class": "systems"}}},
        values={
            "best": {"max": "pass_1", "of": "board"},
            "conditioned": {"max": "pass_1", "of": "board", "where": {"class": ["P0", "P1"]}},
        },
        resolve={"yes": "conditioned >= best - 10 points", "hold": "30 days"},
        na={"when": "removed(tau3.banking)", "before": "2027-07-01", "if_refused": "NO"},
    )[0]


def recipe() -> tuple[Rule, list[str]]:
    return reference(
        datetime(2028, 7, 1, tzinfo=UTC),
        rows={"board": {"from": ["epoch.osworld2", "xlang.osworld2"], "label": {"class": "systems"}}},
        values={
            "top": {"argmax": "binary_accuracy", "of": "board"},
            "entries": {"count": "rows", "from": "epoch.osworld2"},
        },
        resolve={
            "choice": "top.class",
            "confirm": "panel",
            "answers": {
                "P0, P1 or P1d": ["P0", "P1", "P1d"],
                "M": "M",
                "R2 (RL-built agent)": "R2",
                "U undisclosed": "else",
            },
        },
        na={"when": "entries < 5", "if_refused": "U undisclosed"},
    )


def test_the_date_market_of_the_reference_compiles():
    found = arc3()
    assert (found.market_type, found.sources()) == ("DATE", ("arc3",))
    assert found.answers()[0::5] == ("before 2027-04-01", "not before 2030")
    assert len(found.midpoints()) == len(found.answers()) == 6


def test_the_gap_market_of_the_reference_compiles():
    found = tau3()
    assert (found.market_type, found.sources(), found.answers()) == ("BINARY", ("tau3.banking", "systems"), ())
    assert found.na is not None
    assert (found.na.at, found.na.if_refused) == (datetime(2027, 7, 1, tzinfo=UTC), No())


def test_the_choice_market_of_the_reference_compiles_and_is_confirmed_by_a_panel():
    found, faults = recipe()
    assert found.market_type == "MULTIPLE_CHOICE"
    assert faults == []
    assert [limb.name for limb in found.outcome.how.confirm.limbs] == ["right"]
    assert found.na is not None
    assert isinstance(found.na.if_refused, Answers)


@pytest.mark.parametrize("made", [arc3, tau3, lambda: recipe()[0]])
def test_a_rule_survives_its_own_canonical_json_with_every_parameter(made):
    first = made()
    again = Rule.model_validate_json(first.canonical())
    assert (again, again.canonical(), again.hash()) == (first, first.canonical(), first.hash())


@pytest.mark.parametrize("made", [arc3, tau3, lambda: recipe()[0]])
def test_every_figure_of_a_rule_stands_in_its_words(made):
    found = made()
    text = " ".join(phrase.text for phrase in found.phrases())
    figures = {figure for phrase in found.phrases() for figure in phrase.figures}
    assert all(figure in text for figure in figures)
    hold = getattr(found.outcome.how, "when", None)
    assert hold is None or str(hold.length) in figures


def test_the_words_of_a_rule_read_aloud():
    rows = "the rows of tau3.banking where “submission type” is standard and modality is text"
    assert tau3().outcome.words().text == (
        f"YES if, at some time from opening to T, the largest “pass 1” among {rows} and class is one of P0, P1 "
        f"is at least the largest “pass 1” among {rows} less 10 points, without a break for 30 days"
    )


def test_a_view_says_what_it_keeps():
    assert "The name arc3.main stands for the rows of arc3 where board is semi." in [
        phrase.text for phrase in arc3().phrases()
    ]


def test_equal_subtrees_share_a_hash_whatever_they_are_called():
    values = {"a": {"max": "score", "from": "board"}, "b": {"max": "score", "from": "board"}}
    found = rule({"yes": "a >= b"}, BOARD, values=values)
    digests = [node.digest for node in found.nodes() if node.kind == "reduce"]
    assert digests[0] == digests[1]


Fault = tuple[str, tuple[object, ...], str]
BEST = {"best": {"max": "score", "from": "board"}}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], Fault]] = {
    "unknown value": ({"yes": "bset >= 85%"}, BEST, ("unknown-name", ("resolve", "yes"), "did you mean 'best'")),
    "unknown column": (
        {"yes": "best >= 85%"},
        {"best": {"max": "scor", "from": "board"}},
        ("unknown-column", ("values", "best", "max"), "source 'board' has no column 'scor'; did you mean 'score'?"),
    ),
    "unknown source": (
        {"yes": "best >= 85%"},
        {"best": {"max": "score", "from": "bord"}},
        ("unknown-source", ("values", "best", "from"), "did you mean 'board'"),
    ),
    "unknown view": (
        {"yes": "best >= 85%"},
        {"best": {"max": "score", "from": "board.main"}},
        ("unknown-view", ("values", "best", "from"), "has no view 'main'"),
    ),
    "bare number for percent": ({"yes": "best >= 85"}, BEST, ("unit", ("resolve", "yes"), "write 85%")),
    "minutes for percent": ({"yes": "best >= 85 minutes"}, BEST, ("unit", ("resolve", "yes"), "not comparable")),
    "points for percent": ({"yes": "best >= 85 points"}, BEST, ("unit", ("resolve", "yes"), "write 85%")),
    "percent for points": ({"yes": "best - best >= 5%"}, BEST, ("unit", ("resolve", "yes"), "write 5 points")),
    "bare number taken off": ({"yes": "best - 5 >= 5%"}, BEST, ("unit", ("resolve", "yes"), "write 5 points")),
    "circle": (
        {"yes": "a >= 1"},
        {"a": "b + 1", "b": "a + 1"},
        ("circular", ("values", "b"), "'a' needs itself: a -> b -> a"),
    ),
    "no condition": ({"yes": "best"}, BEST, ("formula", ("resolve", "yes"), "no condition")),
    "two types": ({"yes": "best >= 1%", "number": "best"}, BEST, ("missing", ("resolve",), "exactly one of")),
    "unknown key": ({"yes": "best >= 1%", "hodl": "7 days"}, BEST, ("unknown-key", ("resolve", "hodl"), "'hold'")),
    "no duration": ({"yes": "best >= 1%", "hold": "a week"}, BEST, ("duration", ("resolve", "hold"), "7 days")),
    "hold too long": ({"yes": "best >= 1%", "hold": "101 days"}, BEST, ("window", ("resolve", "hold"), "does not fit")),
    "edges out of order": (
        {"first_date": "best >= 1%", "edges": ["2027-03-01", "2027-02-01"]},
        BEST,
        ("edges", ("resolve", "edges", 1), "does not come after"),
    ),
    "edge after T": (
        {"first_date": "best >= 1%", "edges": ["2028-03-01"]},
        BEST,
        ("edges", ("resolve", "edges", 0), "between opening and T"),
    ),
    "numbers out of order": (
        {"number": "best", "edges": ["50%", "40%"]},
        BEST,
        ("edges", ("resolve", "edges", 1), "does not come after"),
    ),
    "no else": (
        {"choice": "top.class", "answers": {"A": "a", "B": "b"}},
        {"top": {"argmax": "score", "from": "board"}},
        ("answers", ("resolve", "answers"), "exactly one answer takes every other text"),
    ),
    "one text, two answers": (
        {"choice": "top.class", "answers": {"A": "a", "B": ["a", "b"], "C": "else"}},
        {"top": {"argmax": "score", "from": "board"}},
        ("answers", ("resolve", "answers"), "'a' leads to more than one answer"),
    ),
    "window the wrong way round": (
        {"yes": "best >= 1%"},
        {"best": {"max": "score", "from": "board", "within": {"from": "2027-03-01", "before": "2027-02-01"}}},
        ("window", ("values", "best", "within"), "ends before it begins"),
    ),
    "a key of another kind of value": (
        {"yes": "best >= 1%"},
        {"best": {"max": "score", "from": "board", "per": "quarter"}},
        ("unknown-key", ("values", "best", "per"), "'per' means nothing here"),
    ),
    "not a number": (
        {"yes": "best >= NaN"},
        {"best": {"max": "score", "from": "board"}},
        ("unknown-name", ("resolve", "yes"), "no value is called 'NaN'"),
    ),
    "an endless number": (
        {"yes": float("inf")},
        {"best": {"max": "score", "from": "board"}},
        ("unknown-name", ("resolve", "yes"), "no value is called 'inf'"),
    ),
    "text reduced": (
        {"yes": "best >= 1%"},
        {"best": {"max": "class", "from": "board"}},
        ("unit", ("values", "best", "max"), "needs a number"),
    ),
    "naive time": (
        {"yes": "best >= 1%"},
        {"best": {"max": "score", "from": "board", "at": "2027-02-01T10:00"}},
        ("date", ("values", "best", "at"), "names no zone"),
    ),
    "runaway pattern": (
        {"yes": "best >= 1%"},
        {"best": {"max": "score", "from": "board", "where": {"class": {"matching": "(a+)+$"}}}},
        ("pattern", ("values", "best", "where", "class", "matching"), "a repeat inside a repeat"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_names_its_place_and_its_remedy(case: str):
    resolve, values, (code, loc, words) = CASES[case]
    found, faults = compiled(resolve, BOARD, values=values)
    assert found is None
    assert [(fault.loc, words in fault.message) for fault in faults if fault.code == code] == [(loc, True)], faults


def test_all_faults_are_told_at_once():
    values = {"best": {"max": "scor", "from": "board"}, "other": {"min": "score", "from": "nowhere"}}
    _, faults = compiled({"yes": "best >= 85 and other >= 3 and thrid > 2", "hold": "x"}, BOARD, values=values)
    assert {fault.code for fault in faults} == {"unknown-column", "unknown-source", "unknown-name", "duration"}


def test_a_fault_in_a_formula_says_at_which_character():
    _, faults = compiled({"yes": "best >= 85"}, BOARD, values=BEST)
    assert [(fault.code, fault.offset) for fault in faults] == [("unit", 8)]


def test_a_bare_number_over_one_against_fractions_says_what_to_write():
    _, faults = compiled({"yes": "best >= 50"}, FRACTIONS, values={"best": {"max": "score", "from": "fractions"}})
    assert [fault.message for fault in faults] == ["50 is over 1; this source reports fractions, write 50% or 0.5"]


def test_a_bare_fraction_against_fractions_is_that_percentage():
    bare, percent = (
        rule({"yes": f"best >= {text}"}, FRACTIONS, values={"best": {"max": "score", "from": "fractions"}})
        for text in ("0.5", "50%")
    )
    assert bare.hash() == percent.hash()


def test_an_unused_value_is_a_warning_and_no_obstacle():
    found, faults = compiled({"yes": "best >= 1%"}, BOARD, values={**BEST, "idle": "best - 1 point"})
    assert found is not None
    assert [(fault.code, fault.level, fault.loc) for fault in faults] == [("unused", "warning", ("values", "idle"))]


def test_a_value_is_not_called_unused_while_the_formula_that_may_use_it_cannot_be_read():
    found, faults = compiled({"yes": "best >= 1%)"}, BOARD, values=BEST)
    assert (found, [fault.code for fault in faults]) == (None, ["formula"])


def test_house_defaults_can_be_overridden_and_bad_ones_are_faults():
    found, _ = compiled({"yes": "best >= 1%"}, BOARD, values=BEST, bridge="3 days", settle="2 days")
    assert found is not None
    assert (found.defaults.bridge, found.settlement.after) == (Duration.of_days(3), Duration.of_days(2))
    _, faults = compiled({"yes": "best >= 1%"}, BOARD, values=BEST, bridge="soon", briddge="3 days")
    assert {(fault.code, fault.loc) for fault in faults} == {("shape", ("bridge",)), ("unknown-key", ("briddge",))}


def test_a_source_may_ask_for_a_longer_settling_time():
    slow = spec("board", {"score": {"unit": "percent"}}, settle="21 days")
    found = rule({"yes": "best >= 1%"}, slow, values=BEST)
    assert (found.settlement.after, found.defaults.settle) == (Duration.of_days(21), Duration.of_days(21))


@pytest.mark.parametrize(
    "formula",
    [
        "best >= 85% and",
        "(best >= 1%",
        "best => 1%",
        "best >= 1% >= 2%",
        "best ** 2 > 1",
        "",
        "best >= 85 parsecs",
        "f(1) > 2",
    ],
)
def test_a_broken_formula_is_a_fault_with_a_place(formula: str):
    _, faults = compiled({"yes": formula}, BOARD, values=BEST)
    assert [(fault.loc, fault.offset is not None) for fault in faults if fault.level == "error"] == [
        (("resolve", "yes"), True)
    ]


SLIPS = {
    "best >= 85%)": (11, "this bracket closes none: take it out, or open one before"),
    "best) >= 85%": (4, "this bracket closes none: take it out, or open one before"),
    "best >= ()": (9, "')' was not expected here: a value is missing after '('"),
    "best >= 85% und best > 1%": (12, "'und' is not used here; write and"),
    "best >= best und best > 1%": (13, "'und' is not used here; write and"),
    "(best >= best oder best > 1%)": (14, "'oder' is not used here; write or"),
    "best >= 85% AND best > 1%": (12, "'AND' is not used here; write and"),
    "best >= 85% && best > 1%": (12, "'&&' is not used here; write and"),
    "! best >= 85%": (0, "'!' is not used here; write not"),
    "best => 85%": (5, "'=>' is not used here; write >="),
    "best = 85%": (5, "'=' is not used here; write =="),
    "best is 85%": (5, "'is' is not used here; write =="),
    "best >= 85,5%": (10, "a decimal has a point: write 85.5%"),
    "best >= 1,000": (9, "a number has no comma: write 1000, or 1.000"),
    "best >= 1,000%": (9, "a number has no comma: write 1000%, or 1.000%"),
    "best >= 12,000.5": (10, "a number has no comma: write 12000.5"),
    "best >= 0,850": (9, "a decimal has a point: write 0.850"),
    "best >= .5%": (8, "a number begins with a digit: write 0 before this point"),
    'best >= "85%': (8, 'the text that begins here is never closed: write " at its end'),
    "best >= 85 percnt": (11, "'percnt' is no unit; did you mean 'percent'?"),
    "remved(board)": (0, "'remved' is no function; did you mean 'removed'?"),
    "best >=": (7, "the formula ends too early: a value is missing after '>='"),
    "85% best": (
        4,
        "'best' follows '%' with nothing between that joins them: write one of >= > <= < == != + - * / and or",
    ),
    "best >= 85% for 7 days": (
        12,
        "'for' has no place in a formula: say how long with `hold`, and when with `at` or `within` of a value",
    ),
}


@pytest.mark.parametrize("formula", SLIPS)
def test_a_slip_in_a_formula_is_told_at_its_character_with_what_to_write(formula: str):
    _, faults = compiled({"yes": formula}, BOARD, values=BEST)
    assert [(fault.offset, fault.message) for fault in faults if fault.level == "error"] == [SLIPS[formula]]


def test_a_formula_too_long_or_too_deep_is_a_fault_not_a_crash():
    long, deep = "best >= 1%" + " " * LONGEST, "(" * 200 + "best" + ")" * 200 + " >= 1%"
    for formula in (long, deep):
        _, faults = compiled({"yes": formula}, BOARD, values=BEST)
        assert [fault.code for fault in faults if fault.level == "error"] == ["formula"]


@pytest.mark.parametrize(("signs", "read"), [(60, True), (61, False)])
def test_as_many_steps_as_are_said_to_be_read_are_read(signs: int, read: bool):
    if read:
        assert parse("+".join("1" * (signs + 1)))
        return
    with pytest.raises(FormulaFault, match="more than 60 steps"):
        parse("+".join("1" * (signs + 1)))


def test_where_may_be_a_formula_over_the_rows_columns():
    one = rule(
        {"yes": "n >= 1"},
        MINUTES,
        values={"n": {"count": "rows", "from": "metr", "where": "p50 >= 2 hours and n >= 3"}},
    )
    assert "p50 is at least 120 minutes and n is at least 3" in one.outcome.words().text


@pytest.mark.parametrize("pattern", ["^gpt-5", "human|adapter", r"\(FC\)$", "a{1,5}b", r"\d{4}-\d{2}-\d{2}"])
def test_a_plain_pattern_is_accepted(pattern: str):
    assert why_refused(pattern) == ""


RUNAWAYS = [
    "(a*)*", "(a|b+)*c", r"(a)\1", "(?=a)b", "a*b*c*d*e", "(", "x" * 121, "a{0,50}" * 6 + "b", ".+-.+-.+x",
    "(ab|a|b)+c", "a?" * 30 + "a" * 30, "(a?){20}b", "[[a]b",
]  # fmt: skip


@pytest.mark.parametrize("pattern", RUNAWAYS)
def test_a_pattern_that_could_run_away_is_refused(pattern: str):
    assert why_refused(pattern) != ""


def test_any_text_as_a_formula_gives_faults_or_a_rule_never_a_crash():
    for text in (
        "\x00",
        "é >= 1",
        "1 1",
        "not not not best >= 1%",
        "-best >= 1%",
        "min(best) > 1%",
        "'a' == 'b'",
        "best.x > 1",
    ):
        found, faults = compiled({"yes": text}, BOARD, values=BEST)
        assert (found is None) == any(fault.level == "error" for fault in faults)
