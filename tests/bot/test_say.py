"""Guards: a table can be read on a terminal of any width, and cuts no word."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence

import pytest

from bot import say

COLUMNS = ("id", "state", "since", "observations", "because")
ROWS = [("a-board", "live", "2025-05-08 14:35", 12, None), ("the-other-board", "never", None, 0, "never looked at")]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(patch: pytest.MonkeyPatch, columns: int, rows: Sequence[Sequence[object]] = ROWS) -> list[str]:
    screen = Terminal()
    patch.setattr(sys, "stdout", screen)
    patch.setenv("COLUMNS", str(columns))
    patch.setenv("TERM", "xterm")
    say.table("Sources", COLUMNS, rows)
    return re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()).splitlines()


@pytest.mark.parametrize("columns", range(20, 100, 3))
def test_no_word_of_a_table_is_cut_and_no_line_of_it_too_long(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    lines = shown(monkeypatch, columns)
    words = {word for line in lines for word in re.split(r"[\s─]+", line)}
    assert words >= {"a-board", "the-other-board", "2025-05-08", "14:35", "live", "12", "never", "looked", "at"}
    assert all(len(line) <= max(columns, len("  because: never looked at")) for line in lines)


def test_where_there_is_no_room_each_row_stands_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 45) == [
        "Sources",
        "a-board",
        "  state: live",
        "  since: 2025-05-08 14:35",
        "  observations: 12",
        "the-other-board",
        "  state: never",
        "  observations: 0",
        "  because: never looked at",
    ]


@pytest.mark.parametrize("columns", (40, 60, 80, 120))
def test_letters_that_are_two_columns_wide_are_not_cut_off(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    lines = shown(monkeypatch, columns, [("東京の研究所", "live", None, 1, "一度も見られていない")])
    assert all(any(words in line for line in lines) for words in ("東京の研究所", "一度も見られていない"))
