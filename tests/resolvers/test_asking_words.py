"""Guards: what a panel is asked names three rows at most, and says how many more there are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from resolvers.verdict import Ask


@pytest.mark.parametrize(
    ("keys", "more", "named"),
    [("abc", 0, "a, b, c"), ("abcd", 0, "a, b, c and 1 more"), ("abcde", 7, "a, b, c and 9 more")],
)
def test_three_rows_are_named_and_the_others_counted(keys: str, more: int, named: str) -> None:
    until = datetime(2026, 1, 1, tzinfo=UTC)
    asked = Ask(
        source="panel.1", question="Is it?", limbs={}, keys=tuple(keys), more=more, seats=3, agree=2, until=until
    )
    assert asked.words() == f"asks panel.1, 2 of 3: “Is it?” of {named}"
