"""Which spans are of one row: most rows have one span that still stands, and only the others need a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


class Layout:
    """The rows of a table by the numbers of their spans.

    `rows` are those that were revised or went away, each with its spans in order, by when they were first seen;
    `row_of` is the number of a span's row there, or -1 for the only span of a row that still stands.
    """

    def __init__(self, names: Sequence[str], ended: Sequence[str]) -> None:
        several = {name for name, how in zip(names, ended, strict=True) if how != "current"}
        others = [name for name in names if name not in several]
        if len(set(others)) < len(others):
            several.update(name for name, times in Counter(others).items() if times > 1)
        found: dict[str, list[int]] = {name: [] for name in several}
        for place in [place for place, name in enumerate(names) if name in several]:
            found[names[place]].append(place)
        self.rows = sorted(found.values())
        self.row_of = [-1] * len(names)
        for number, places in enumerate(self.rows):
            for place in places:
                self.row_of[place] = number
