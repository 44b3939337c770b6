"""Guards: what the store knows against what the file says: baselines, misspelt filters, markets of the past."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lint_cases import faults, seen_by, written

from markets.lint.code import Case
from markets.lint.examples import SEEN
from markets.lint.run import lint_all
from markets.load import load_debate

STOOD = "The best row stood at 70.5% on 2026-11-30."
BOTH = {
    "best: {max: score, from: board}": "best: {max: score, from: board}\n"
    "  north: {max: score, from: board, where: {lab: north}}\n"
    "  norths: {count: rows, from: board, where: {lab: north}}",
    "yes: best >= 85%": "yes: norths >= 2 and north >= best - 3 points",
}
ROWS = SEEN + "two,60,north,,\n"


def codes(path: Path, market: dict[str, str], seen: str = ROWS, today: str = "2026-12-01") -> set[str]:
    found = faults(path, Case(market, looks=(("2026-11-30", seen),), today=today))
    return {fault.code for fault in found if fault.code in ("N08", "S12", "T08")}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("The best row stood at 70.5%.", {"N08"}),
        ("One row of north was there.", {"N08"}),
        ("The best row stood at 70.5%, that of north at 60%.", {"N08"}),
        ("The best row stood at 70.5%, the one of north at 60%.", set()),
        ("One row of north was there, 10.5 points behind.", set()),
        ("One row of north was there, at 60%; it would have needed 67.5%.", set()),
        ("North had 1 row, at 60% on 2026-11-30; the best stood at 70.5%.", set()),
        ("On 2026-11-30 the one row of north stood at 6%, the best at 70.5%.", {"N08"}),
        ("On 2026-11-01 north stood at 60%, the best at 70.5%.", {"N08"}),
    ],
)
def test_a_baseline_tells_every_value_that_is_compared(tmp_path: Path, said: str, wanted: set[str]) -> None:
    assert codes(tmp_path, {**BOTH, STOOD: f"'{said}'"}) == wanted


def test_no_day_of_a_date_is_a_figure_of_the_baseline(tmp_path: Path) -> None:
    counted = {"best: {max: score, from: board}": "best: {count: rows, from: board}", "best >= 85%": "best >= 30"}
    assert codes(tmp_path / "day", {**counted, STOOD: "It stood so on 2026-11-03."}) == {"N08"}
    assert codes(tmp_path / "told", {**counted, STOOD: "There were three rows on 2026-11-30."}) == set()
    none = {**counted, "from: board}": "from: board, where: {trials: present}}"}
    assert codes(tmp_path / "none", {**none, STOOD: "There was no such row yet."}) == set()


def test_a_figure_of_a_thousand_places_is_read_as_any_other(tmp_path: Path) -> None:
    long = "0" * 1100
    assert codes(tmp_path / "same", {STOOD: f"It stood at 70.5{long}%."}) == set()
    assert codes(tmp_path / "other", {STOOD: f"It stood at 70.5{long}1%."}) == {"N08"}


FILTERS = {
    "{lab: nroth}": {"S12"},
    "{lab: North}": {"S12"},
    "{lab: [north, suoth]}": {"S12"},
    "{lab: {not: nroth}}": {"S12"},
    "{key: baase}": {"S12"},
    "{lab: north}": set(),
    "{lab: elsewhere}": set(),
    "{lab: north-two}": set(),
    "{lab: {matching: nroth}}": set(),
}


@pytest.mark.parametrize("where", FILTERS)
def test_a_value_that_is_like_one_on_record_and_on_no_record_is_told(tmp_path: Path, where: str) -> None:
    assert codes(tmp_path, {"from: board}": f"from: board, where: {where}}}"}) - {"N08"} == FILTERS[where]


def test_of_few_kinds_in_many_rows_another_kind_is_told_with_those_there_are(tmp_path: Path) -> None:
    asked = Case(
        {"from: board}": "from: board, where: {lab: voice}}"},
        looks=(("2026-11-30", SEEN + "".join(f"row{n},{n},north,,\n" for n in range(20))),),
    )
    (told,) = [fault.message for fault in faults(tmp_path, asked) if fault.code == "S12"]
    assert told == "no row of board on record has 'voice' as its lab: rows have north, south"


def test_another_number_in_a_name_is_another_thing_and_no_slip(tmp_path: Path) -> None:
    seen = SEEN + "two,60,model-5,,\n"
    assert codes(tmp_path, {"from: board}": "from: board, where: {lab: model-6}}"}, seen) - {"N08"} == set()


CHOSEN = {
    "Will a row of the board reach 85% before July 2027?": "Whose row will lead the board at the start of July 2027?",
    "best: {max: score, from: board}": "top: {argmax: score, from: board}",
    "yes: best >= 85%": "choice: top.lab\n  answers: {South: TEXTS, Another: else}",
    "if_refused: NO": "if_refused: Another",
    "event: YES": "event: South",
}
ANSWERS = {
    "soth": "no row of board on record has 'soth' as its lab: did you mean 'south'?",
    "South": "no row of board on record has 'South' as its lab: did you mean 'south'?",
    "[south, norht]": "no row of board on record has 'norht' as its lab: did you mean 'north'?",
    "gpt5 (high)": "no row of board on record has 'gpt5 (high)' as its lab: did you mean 'gpt-5 (high)'?",
    "south": "",
    "gpt-6 (high)": "",
    "elsewhere": "",
}


@pytest.mark.parametrize("texts", ANSWERS)
def test_a_text_of_an_answer_that_is_like_one_on_record_is_told(tmp_path: Path, texts: str) -> None:
    """Its row would fall to the answer that takes all others; one that is like none may be yet to come."""
    many = SEEN + "two,60,gpt-5 (high),,\n" + "".join(f"row{n},{n},north,,\n" for n in range(20))
    market = {old: new.replace("TEXTS", texts) for old, new in CHOSEN.items()}
    found = faults(tmp_path, Case(market, looks=(("2026-11-30", many),)))
    assert "; ".join(fault.message for fault in found if fault.code == "S12") == ANSWERS[texts]


def test_a_market_that_closed_before_it_opened_is_not_ready(tmp_path: Path) -> None:
    asked = Case({STOOD: "The best row stood at 70.5%."}, looks=(("2027-06-30", SEEN),), today="2027-07-01")
    found = faults(tmp_path, asked)
    assert [(fault.code, fault.level, fault.line) for fault in found] == [("T08", "not-ready", 3)]


@pytest.mark.parametrize("today", ["2027-06-30", "2027-07-01"])
def test_a_market_that_has_opened_may_close(tmp_path: Path, today: str) -> None:
    """Nothing is said of what has opened, before its close or after it."""
    case = Case(looks=(("2027-06-29", SEEN),), today=today)
    loaded = load_debate(written(tmp_path, case))
    seen = replace(seen_by(case, loaded), opened=True)
    assert "T08" not in {fault.code for fault in lint_all(loaded, dict.fromkeys(loaded.markets, seen))}
