"""Which spans are of one row: most rows have one span that still stands, and only the others need a list."""

from __future__ import annotations

from collections.abc import Sequence


class Layout:
    """The rows of a table by the numbers of their spans.

    `rows` are those that were revised or went away, each with its spans in order, by when they were first seen;
    `row_of` is the number of a span's row there, or -1 for the only span of a row that still stands.
    """

    def __init__(self, names: Sequence[str], ended: Sequence[str]) -> None:
        size = len(names)
        last = dict(zip(names, range(size), strict=True))
        found: dict[int, list[int]] = {}
        if len(last) < size:
            last_of = list(map(last.__getitem__, names))
            for place in [place for place, end in enumerate(last_of) if place != end]:
                found.setdefault(last_of[place], []).append(place)
            for end, places in found.items():
                places.append(end)
        for place in [place for place, how in enumerate(ended) if how != "current"]:
            if last[names[place]] == place and place not in found:
                found[place] = [place]
        self.rows = sorted(found.values())
        self.row_of = [-1] * size
        for number, places in enumerate(self.rows):
            for place in places:
                self.row_of[place] = number
