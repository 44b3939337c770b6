"""Guards: what an author is told of a typical slip leads, when it is done to the letter, to a file that checks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from lint_cases import faults

from markets.lint.code import Case

BEST = "best: {max: score, from: board}"
YES = "yes: best >= 85%"
NORTH = f"{BEST}\n  north: {{max: score, from: board, where: {{lab: north}}}}\n  there: {{count: rows, of: norths}}"
ROWS = {"values:\n": "rows:\n  norths: {from: board, where: {lab: north}}\nvalues:\n"}
GAP = {"whoever ran it.": "whoever ran it, 5 points off.", "reach 85%": "reach 80%", YES: "yes: gap >= 80%"}
NEAR = {
    **ROWS,
    "reach 85%": "of north come within 3 points of the best",
    BEST: NORTH,
    "whoever ran it.": "whoever ran it; at least 1 row of north has to be there.",
}
LEVELS = {
    "Will a row of the board reach 85% before July 2027?": "Where will the best row stand at the start of July 2027?",
    "if_refused: NO": "if_refused: 80% or more",
    "event: YES": "event: 80% or more",
    "whoever ran it.": "whoever ran it. Buckets begin at 60%, 70% and 80%, rounded to 1 decimal place.",
}
SLIPS: dict[str, tuple[Mapping[str, str], str, str, str]] = {
    # what is written, in what surroundings; what is said; what is written then
    "a key for arithmetic": (
        {**GAP, BEST: f"{BEST}\n  gap: SLIP"}, "{calc: best - 5 points}", "`gap: best - 5 points`", "best - 5 points"
    ),
    "a block for arithmetic": (
        {**GAP, BEST: f"{BEST}\n  gap: SLIP"}, "{subtract: [best, 5]}", "`gap: best - 5 points`", "best - 5 points"
    ),
    "the larger of two values": (
        {BEST: f"{BEST}\n  other: {{max: score, from: board}}\n  gap: SLIP", YES: "yes: gap >= 85%"},
        "{max: [best, other]}", "`max(one, other)`", "max(best, other)",
    ),
    "a decimal comma in a probability": ({"0.60": "SLIP"}, "0,70", "write 0.70", "0.70"),
    "a probability in percent": ({"0.60": "SLIP"}, "70%", "write 0.7", "0.7"),
    "a probability of 100": ({"0.60": "SLIP"}, "65", "write 0.65", "0.65"),
    "a probability over 100%": ({"0.60": "SLIP"}, "300%", "write a number of 0 to 1, as 0.7", "0.7"),
    "no digit before the point": ({"0.60": "SLIP"}, ".70", "one before a point, as 500 or 0.2", "0.70"),
    "a decimal comma in a threshold": (
        {"reach 85%": "reach 84.5%", YES: "yes: best >= SLIP"}, "84,5%", "write 84.5%", "84.5%"
    ),
    "a threshold without its unit": ({YES: "yes: best >= SLIP"}, "85", "write 85%", "85%"),
    "a distance without its unit": (
        {**NEAR, YES: "yes: there >= 1 and north >= best - SLIP"}, "3", "write 3 points", "3 points"
    ),
    "a distance in percent": (
        {**NEAR, YES: "yes: there >= 1 and north >= best - SLIP"}, "3%", "write 3 points", "3 points"
    ),
    "one equals sign": ({YES: "yes: best SLIP 85%"}, "≥", "write >=", ">="),
    "typeset quotes around a value": (
        {BEST: "best: {max: score, from: board, where: {lab: SLIP}}"}, "“north”", 'write north, or "north"', "north"
    ),
    "a comparison in a map": (
        {BEST: "best: {max: score, from: board, SLIP}", "whoever ran it.": "whoever ran it, on 100 trials or more."},
        'where: {trials: ">= 100"}', "`where: trials >= 100`", "where: trials >= 100",
    ),
    "a window as a year": (
        {BEST: "best: {max: score, from: board, within: SLIP}",
         "whoever ran it.": "whoever ran it, at 85%, if first seen from 2027-01-01 to before 2028-01-01.",
         "closes: 2027-07-01": "closes: 2028-01-01", "before July 2027": "before 2028"},
        "2027", "`{from: 2027-01-01, before: 2028-01-01}`", "{from: 2027-01-01, before: 2028-01-01}",
    ),
    "a week in the question alone": (
        {"reach 85%": "reach 85% for a week", YES: "SLIP"}, YES, "write `hold: 7 days`", f"{YES}\n  hold: 7 days"
    ),
    "a week that is no duration": (
        {"reach 85%": "reach 85% for a week", YES: f"{YES}\n  hold: SLIP"}, "a week", "`7 days`", "7 days"
    ),
    "no rounding": (
        {**LEVELS, YES: "number: best\n  edges: [60%, 70%, 80%]SLIP"}, "", "write `round: 1`", "\n  round: 1"
    ),
    "a vague word": (
        {"whoever ran it.": "whoever ran it, on major hardware.SLIP"},
        "", "write `major means …`", " Here major means that the board lists it.",
    ),
    "no answer where N/A is refused": ({", if_refused: NO": "SLIP"}, "", "write `if_refused: NO`", ", if_refused: NO"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_what_is_advised_leads_to_a_file_that_checks(tmp_path: Path, slip: str) -> None:
    around, wrong, advice, right = SLIPS[slip]

    def told(text: str, folder: str) -> list[str]:
        changes = {old: new.replace("SLIP", text) for old, new in around.items()}
        return [str(fault) for fault in faults(tmp_path / folder, Case(changes))]

    assert any(advice in each for each in told(wrong, "wrong")), told(wrong, "wrong")
    assert told(right, "right") == []


LASTING = {
    "for two consecutive weeks": "14 days",
    "for a full week": "7 days",
    "for an hour": "1 hour",
    "for thirty straight days": "30 days",
}


@pytest.mark.parametrize("said", LASTING)
def test_how_long_the_question_says_it_lasts_has_to_be_held_by_the_rule(tmp_path: Path, said: str) -> None:
    asked = {"reach 85%": f"reach 85% {said}"}
    found = faults(tmp_path / "not", Case(asked))
    assert [(fault.code, fault.line) for fault in found] == [("O06", 1)], [str(fault) for fault in found]
    held = {**asked, YES: f"{YES}\n  hold: {LASTING[said]}"}
    assert [str(fault) for fault in faults(tmp_path / "held", Case(held))] == []


def test_a_month_in_the_question_is_of_no_one_length_and_held_by_any_that_a_month_may_have(tmp_path: Path) -> None:
    asked = {"reach 85%": "reach 85% for two months", "whoever ran it.": "whoever ran it, 60 days long."}
    held = {**asked, YES: f"{YES}\n  hold: 60 days"}
    assert [str(fault) for fault in faults(tmp_path / "held", Case(held))] == []
    short = {**asked, "whoever ran it.": "whoever ran it, 30 days long.", YES: f"{YES}\n  hold: 30 days"}
    (fault,) = faults(tmp_path / "short", Case(short))
    assert "write `for 60 days` here and `hold: 60 days`" in fault.message


@pytest.mark.parametrize("said", ["even for a day", "for the first time", "for the week", "for an hour-long task"])
def test_what_lasts_no_time_is_not_asked_of_the_rule(tmp_path: Path, said: str) -> None:
    assert [str(each) for each in faults(tmp_path, Case({"reach 85%": f"reach 85% {said}"}))] == []
