"""Settling needs a look: without a good sighting after an instant, nothing has had a chance to be corrected.

A reading that ends at `e` settles at the later of e + settle and, where no good sighting came by then, the first one
after it. Our own outage therefore delays an answer and never makes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from resolvers.evidence import Instant, instant
from resolvers.rules.columns import Table
from resolvers.rules.coverage import Answering
from resolvers.rules.nodes import Node, Rows, children
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO, Steps, joined

WAITS = "no good sighting yet after"
"""How the reason begins where a source has not been looked at since."""

Looks = Steps[Instant]
"""For each end `e`: LONG_AGO where a good sighting came in (e, e + settle], else the first later, else FAR_AHEAD."""

SEEN: Looks = Steps.constant(LONG_AGO)


def looks_at(table: Table, settle: int) -> Looks:
    """One source's good sightings as what an end has to wait for."""
    at, values = [LONG_AGO], [LONG_AGO]
    for good, following in pairwise([*table.good, FAR_AHEAD]):
        if following - good <= settle:
            continue
        at.append(good)
        values.append(following)
        if following < FAR_AHEAD:
            at.append(following - settle)
            values.append(LONG_AGO)
    return Steps(at, values)


def looks_of(answers: Steps[Answering], tables: Sequence[Table], settle: int) -> Looks:
    """The same for a list of sources: the one that answers, or answered last, has to be looked at."""
    parts = [looks_at(table, settle) for table in tables]
    if len(parts) == 1:
        return parts[0]
    at: list[Instant] = []
    values: list[Instant] = []
    part = SEEN
    for number, (t, answer) in enumerate(zip(answers.at, answers.values, strict=True)):
        end = answers.at[number + 1] if number + 1 < len(answers.at) else FAR_AHEAD
        part = part if answer.place is None else parts[answer.place]
        piece = part.cut(t, end)
        at += piece.at
        values += piece.values
    return joined(at, values)


def at_one_instant(looks: Looks, at: Instant, settle: int) -> Looks:
    """What is read at one stated instant has to be looked at after that instant, whatever the end."""
    look = looks.value_at(at)
    if look == LONG_AGO:
        return SEEN
    if look == FAR_AHEAD:
        return Steps((LONG_AGO, at), (LONG_AGO, FAR_AHEAD))
    return Steps((LONG_AGO, at, look - settle), (LONG_AGO, look, LONG_AGO))


def read_rows(node: Node, at: Instant | None = None) -> list[tuple[Rows, Instant | None]]:
    """The row sets under a node, each with the stated instant at which it is read (None: with the question)."""
    found: list[tuple[Rows, Instant | None]] = []
    ahead = [(node, at)]
    while ahead:
        node, at = ahead.pop()
        if node.kind == "rows":
            found.append((node, at))
        elif node.kind == "window" and node.at is not None:
            ahead.append((node.of, instant(node.at)))
        else:
            ahead += [(child, at) for child in children(node)[::-1]]
    return found
