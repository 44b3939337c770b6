"""Which spans are of one row: most rows have one span that still stands, and only the others need a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import compress


class Layout:
    """The rows of a table by the numbers of their spans.

    `rows` are those that were revised or went away, each with its spans in order, by when they were first seen;
    `row_of` is the number of a span's row there, or -1 for the only span of a row that still stands.
    """

    def __init__(self, names: Sequence[str], ended: Sequence[str]) -> None:
        several = set(compress(names, map("current".__ne__, ended)))
        others = [name for name in names if name not in several]
        if len(set(others)) < len(others):
            several.update(name for name, times in Counter(others).items() if times > 1)
        found: dict[str, list[int]] = {}
        for place in compress(range(len(names)), map(several.__contains__, names)):
            found.setdefault(names[place], []).append(place)
        self.rows = list(found.values())
        self.row_of = [-1] * len(names)
        for number, places in enumerate(self.rows):
            for place in places:
                self.row_of[place] = number
