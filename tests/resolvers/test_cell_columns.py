"""Guards: rows kept column by column come back as they were, with the cells that each of them has and no others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resolvers.evidence import CellColumns

CELLS = st.none() | st.text(max_size=3)
ALIKE = st.lists(st.fixed_dictionaries({"score": CELLS, "lab": CELLS}), max_size=6)
UNLIKE = st.lists(st.dictionaries(st.sampled_from(["score", "lab", "made"]), CELLS), max_size=6)


@given(ALIKE | UNLIKE, st.slices(6))
def test_rows_come_back_as_they_were_one_by_one_and_by_stretches(
    rows: list[dict[str, str | None]], part: slice
) -> None:
    kept = CellColumns(rows)
    assert [kept[place] for place in range(len(kept))] == rows
    assert [*kept[part]] == rows[part]


def test_rows_without_any_cell_are_walked_to_their_end() -> None:
    assert [*CellColumns([{}, {}])] == [{}, {}]
