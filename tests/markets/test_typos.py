"""Guards: a typo gets one message, at its place, with the nearest name that is known there."""

from __future__ import annotations

from pathlib import Path

import pytest
from market_builders import MARKET, SOURCE, folder

from markets.load import load_debate

BEST, YES = "max: score, from: board", "yes: best >= 85%"
NA = "na: {when: removed(board), if_refused: NO}\nsubsidy: 200"
ASKED = "panel: {%s: Is it so?, limbs: {so: It is so.}}"
LINK = "bears_on: [{%s: one, event: YES, if_true: 0.6, if_false: 0.3, %s: a}]\nsubsidy: 200"

TYPOS = {
    "mxa": (BEST, "mxa: score, from: board", "R-UNKNOWN-KEY", "did you mean 'max'?"),
    "form": (BEST, "max: score, form: board", "R-UNKNOWN-KEY", "did you mean 'from'?"),
    "socre": (BEST, "max: socre, from: board", "S-UNKNOWN-COLUMN", "did you mean 'score'?"),
    "baord": (BEST, "max: score, from: baord", "S-UNKNOWN-SOURCE", "did you mean 'board'?"),
    "wehre": (BEST, f"{BEST}, wehre: {{lab: north}}", "R-UNKNOWN-KEY", "did you mean 'where'?"),
    "lba": (BEST, f"{BEST}, where: {{lba: north}}", "S-UNKNOWN-COLUMN", "did you mean 'lab'?"),
    "befroe": (BEST, f"{BEST}, within: {{befroe: T}}", "R-UNKNOWN-KEY", "did you mean 'before'?"),
    "quater": (
        BEST,
        "per: quater, from: 2025-01-01, before: 2025-04-01, value: {max: score, from: board}",
        "R-SHAPE",
        "did you mean 'quarter'?",
    ),
    "sorce": (BEST, "max: score, from: [{sorce: board, unless_frozen: 60 days}]", "R-UNKNOWN-KEY", "mean 'source'?"),
    "yess": (YES, "yess: best >= 85%", "R-UNKNOWN-KEY", "did you mean 'yes'?"),
    "bset": (YES, "yes: bset >= 85%", "R-UNKNOWN-NAME", "did you mean 'best'?"),
    "at_lest": (YES, "yes: {at_lest: 1, of: [best >= 85%]}", "R-UNKNOWN-KEY", "did you mean 'at_least'?"),
    "rise": (YES, "yes: {at_least: 1, rise: best}", "R-UNKNOWN-KEY", "did you mean 'rises'?"),
    "dyas": (YES, f"{YES}\n  hold: 7 dyas", "R-DURATION", "did you mean `7 days`?"),
    "1 month": (YES, f"{YES}\n  hold: 1 month", "R-DURATION", "a month has no one length; write `30 days`"),
    "7days": (YES, f"{YES}\n  hold: 7days", "R-DURATION", "did you mean `7 days`?"),
    "first_relaese": (YES, f"{YES}\n  settle: first_relaese", "R-SHAPE", "did you mean 'first_release'?"),
    "as_know_at": (YES, f"{YES}\n  settle: {{as_know_at: T}}", "R-UNKNOWN-KEY", "did you mean 'as_known_at'?"),
    "wehn": ("subsidy: 200", NA.replace("when", "wehn"), "R-UNKNOWN-KEY", "did you mean 'when'?"),
    "removd": ("subsidy: 200", NA.replace("removed", "removd"), "R-FORMULA", "did you mean 'removed'?"),
    "removed board": ("subsidy: 200", NA.replace("(board)", " board"), "R-FORMULA", "write removed(board)"),
    "removed(": ("subsidy: 200", NA.replace("board)", "board"), "R-FORMULA", "never closed: write removed(board)"),
    'removed("': ("subsidy: 200", NA.replace("(board)", '("board")'), "R-FORMULA", "without quotes"),
    "quesiton": (BEST, ASKED % "quesiton", "R-UNKNOWN-KEY", "did you mean 'question'?"),
    "cliam": ("subsidy: 200", LINK % ("cliam", "cluster"), "F-UNKNOWN", "did you mean `claim`?"),
    "clustr": ("subsidy: 200", LINK % ("claim", "clustr"), "F-UNKNOWN", "did you mean `cluster`?"),
    "opnes": ("opens:", "opnes:", "F-UNKNOWN", "did you mean `opens`?"),
    "a text without quotes": (YES, "yes: best == North", "R-UNKNOWN-NAME", 'a text stands in quotes, as "North"'),
    "a dollar": (YES, "yes: best >= $85", "R-FORMULA", "as 5 usd"),
    "a bare share": (YES, "yes: best >= 0.85", "N01", "write 85% or 0.85%"),
    "a condition that is true": (YES, "yes: true", "R-SHAPE", "found true"),
    "the wrong way round": ("closes: 2025-07-01", "closes: 2024-07-01", "T04", "closes is not after opens"),
}


IN_SOURCES = {
    "percnt": (
        "unit: percent",
        "unit: percnt",
        "read.columns.score.unit: 'percnt' is no unit; did you mean 'percent'?",
    ),
    "unti": ("unit: percent", "unti: percent", "`unti` is no key here: did you mean `unit`?"),
    "kye": ("  key: name", "  kye: name", "`kye` is no key here: did you mean `key`?"),
    "a settle of 7": ("  key: name", "  key: name\n  settle: 7", "read.settle: 7 is no duration; write a whole number"),
}


@pytest.mark.parametrize("typo", IN_SOURCES)
def test_a_typo_in_a_source_is_told_there_and_the_market_points_to_it(tmp_path: Path, typo: str) -> None:
    old, new, said = IN_SOURCES[typo]
    path = folder(tmp_path, {"sources/board.yaml": SOURCE.replace(old, new, 1)})
    market, source = load_debate(path).faults
    assert (market.code, said in source.message, Path(source.path).name) == ("S-BROKEN", True, "board.yaml"), source


@pytest.mark.parametrize("typo", TYPOS)
def test_a_typo_is_one_fault_on_its_line_with_what_was_meant(tmp_path: Path, typo: str) -> None:
    old, new, code, said = TYPOS[typo]
    assert MARKET.count(old) == 1
    path = folder(tmp_path, {"markets/reach-85.yaml": MARKET.replace(old, new)})
    line = MARKET[: MARKET.index(old)].count("\n") + 1 + new.startswith(YES + "\n")
    (fault,) = load_debate(path).faults
    assert (fault.code, fault.line) == (code, line), str(fault)
    assert said in fault.message


def test_a_mistyped_else_is_taken_for_no_text_of_a_row(tmp_path: Path) -> None:
    choice = "choice: top.lab\n  answers: {North: north, Another: esle}"
    text = MARKET.replace(YES, choice).replace(f"best: {{{BEST}", "top: {argmax: score, from: board")
    (fault,) = load_debate(folder(tmp_path, {"markets/reach-85.yaml": text})).faults
    assert (fault.code, fault.message.endswith("found none; did you mean `else` by 'esle'?")) == ("O02", True), fault
