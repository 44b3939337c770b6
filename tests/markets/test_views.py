"""Guards: a source's view takes what a market's `where` takes, a map or a formula, and is told in the criteria."""

from __future__ import annotations

from pathlib import Path

import pytest
from market_builders import MARKET, SOURCE, folder

from markets.load import load_debate

VIEWS = "  columns:"


def with_view(path: Path, where: str) -> Path:
    source = SOURCE.replace(VIEWS, f"  views: {{long: {{where: {where}}}}}\n{VIEWS}", 1)
    market = MARKET.replace("from: board", "from: board.long")
    return folder(path, {"sources/board.yaml": source, "markets/reach-85.yaml": market})


def test_a_view_may_be_a_formula_and_is_told_as_it_is(tmp_path: Path) -> None:
    loaded = load_debate(with_view(tmp_path, "score >= 20% and lab != 'South'"))
    assert loaded.faults == ()
    told = loaded.markets["reach-85"].description.replace("\\", "")
    assert "The name board.long stands for the rows of board where score is at least 20% and lab is not South." in told


@pytest.mark.parametrize(
    ("where", "code"), [("scor >= 20%", "S-UNKNOWN-COLUMN"), ("score >= 20", "N01"), ("[score]", "F-VALUE")]
)
def test_a_slip_in_a_view_is_told_in_the_sources_file(tmp_path: Path, where: str, code: str) -> None:
    found = [fault for fault in load_debate(with_view(tmp_path, where)).faults if fault.path.endswith("board.yaml")]
    assert [(fault.code, fault.line) for fault in found] == [(code, SOURCE[: SOURCE.index(VIEWS)].count("\n") + 1)]
