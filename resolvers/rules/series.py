"""A series as ordinary nodes: for each period the same tree over the rows of that period, read after its end."""

from __future__ import annotations

from itertools import pairwise

from resolvers.rules.nodes import Compare, Rows, Window
from resolvers.rules.nodes_many import Along, Series
from resolvers.rules.rebuilding import with_each_rows


def readings(series: Series) -> tuple[Window, ...]:
    """The value of each period of a series, read when its time has come."""
    starts = series.starts()
    ends = (*starts[1:], series.before)
    found = []
    for start, end in zip(starts, ends, strict=True):

        def inside(rows: Rows, start: object = start, end: object = end) -> Window:
            return Window.model_validate({"of": rows, "since": start, "before": end, "clock": series.clock})

        found.append(Window(of=with_each_rows(series.of, inside), at=end + series.read))
    return tuple(found)


def conditions(along: Along) -> tuple[Compare, ...]:
    """What is counted: each period against a bar, or each period against the one before it."""
    parts = along.of.parts
    if along.how == "each":
        assert along.op is not None and along.bar is not None
        return tuple(Compare(op=along.op, left=part, right=along.bar) for part in parts)
    op = ">" if along.how == "rises" else "<"
    return tuple(Compare.model_validate({"op": op, "left": later, "right": one}) for one, later in pairwise(parts))
