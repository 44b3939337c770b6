"""Guards: what a panel is asked is read for words that each of its members may understand otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_cases import faults

from markets.lint.code import Case
from markets.lint.examples import MARKET_PATH, files_of

ASKED = """yes:
    all:
      - best >= 85%
      - panel:
          question: {question}
          limbs: {{lab: One lab wrote it., row: {limb}}}"""


def told(path: Path, question: str, limb: str, fine: str = "whoever ran it.") -> list[tuple[str, int]]:
    panel = ASKED.format(question=question, limb=limb)
    found = faults(path, Case({"yes: best >= 85%": panel, "whoever ran it.": fine}))
    assert {fault.code for fault in found} <= {"D06"}
    return [(fault.message.partition(" ")[0], fault.line) for fault in found]


PLAIN = "Is the row that leads the work of a lab?"
VAGUE = {
    "Is the row that leads the work of a major lab?": ("'major'", 13),
    "Is the row that leads the work of a lab, such as a firm?": ("'such", 13),
}


@pytest.mark.parametrize("question", VAGUE)
def test_a_vague_or_open_word_in_a_panels_question_is_told_at_its_place(tmp_path: Path, question: str) -> None:
    assert told(tmp_path, f'"{question}"', "Its row is there.") == [VAGUE[question]]


def test_a_vague_word_in_a_limb_is_told_once(tmp_path: Path) -> None:
    found = told(tmp_path, f'"{PLAIN}"', '"A major lab, or another major body, is its author."')
    assert found == [("'major'", 14)]


@pytest.mark.parametrize("where", ["limb", "fine print"])
def test_a_word_that_is_defined_for_the_panel_is_not_vague(tmp_path: Path, where: str) -> None:
    meaning = "A major lab is one with a name of its own."
    limb, fine = (
        (meaning, "whoever ran it.") if where == "limb" else ("Its row is there.", f"whoever ran it. {meaning}")
    )
    assert told(tmp_path, '"Is the row that leads the work of a major lab?"', f'"{limb}"', fine) == []


def test_the_words_of_a_panel_are_read_in_every_market_of_a_family(tmp_path: Path) -> None:
    """Only one market of the two says in its fine print what the word means."""
    panel = ASKED.format(question='"Is the row that leads the work of a major lab?"', limb="Its row is there.")
    case = Case({"yes: best >= 85%": panel})
    text = files_of(case)[MARKET_PATH]
    other = text.replace("whoever ran it.", "whoever ran it. Major means that the board lists it.")
    found = faults(tmp_path, Case(files={MARKET_PATH: other, "markets/reach-again.yaml": text}))
    assert [(fault.code, Path(fault.path).name) for fault in found if fault.code == "D06"] == [
        ("D06", "reach-again.yaml")
    ]


NA = "na: {when: removed(board), if_refused: NO}\n"
CHOSEN = {
    "Will a row of the board reach 85% before July 2027?": "Whose row will lead the board at the start of July 2027?",
    "best: {max: score, from: board}": "top: {argmax: score, from: board}",
    "event: YES": "event: North",
    "yes: best >= 85%": "choice: top.lab\n  answers: {North: north, Another: else}\n  confirm: ",
}
OPEN = {
    ("panel", ""): [("J04", 11)],
    ("{redraw: 1}", ""): [("J04", 11)],
    ("panel", "na: {when: removed(board), if_refused: Another}\n"): [],
    ("{default: YES}", ""): [],
    ("{default: unknown}", ""): [],
}


@pytest.mark.parametrize(("confirm", "na"), OPEN)
def test_a_panel_without_a_default_is_told_where_nothing_says_what_stands(
    tmp_path: Path, confirm: str, na: str
) -> None:
    changes = {old: f"{new}{confirm}" if "confirm" in new else new for old, new in CHOSEN.items()} | {NA: na}
    found = faults(tmp_path, Case(changes))
    assert [(fault.code, fault.line) for fault in found if fault.code[0] in "JR"] == OPEN[confirm, na]


def test_a_value_that_is_called_panel_is_no_panel(tmp_path: Path) -> None:
    asked = ASKED.format(question=f'"{PLAIN}"', limb="Its row is there.") + "\n          default: NO"
    named = {"best: {max": "panel: {max", "yes: best >= 85%": asked.replace("best", "panel"), NA: ""}
    assert "J04" not in {fault.code for fault in faults(tmp_path, Case(named))}
