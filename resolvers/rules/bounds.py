"""How large a rule may be: so that no file of a few lines makes one that nobody could read, or that takes for ever.

A value named twice counts twice: what is told, judged and drawn of a rule is told of every place where it stands.
"""

from __future__ import annotations

from typing import NamedTuple

from resolvers.rules.faults import Faults, Loc
from resolvers.rules.nodes import Node, children

MOST_PARTS = 2_000
"""Far more than 16,000 characters of description could tell of."""
DEEPEST = 60
"""Parts inside one another, through all the values that are named; the recursions over a rule stay small."""

KEPT = "extent"


class Extent(NamedTuple):
    """A rule's tree: how many parts it has, each place counted, and how many lie inside one another."""

    parts: int
    deep: int


def extent(node: Node) -> Extent:
    """How large a tree is; kept with each of its nodes, and worked out without recursion."""
    ahead = [node] if KEPT not in node.__dict__ else []
    while ahead:
        here = ahead[-1]
        under = children(here)
        unknown = [child for child in under if KEPT not in child.__dict__]
        if unknown:
            ahead += unknown
            continue
        ahead.pop()
        inside: list[Extent] = [child.__dict__[KEPT] for child in under]
        parts, deep = sum(each.parts for each in inside), max((each.deep for each in inside), default=0)
        here.__dict__[KEPT] = Extent(1 + parts, 1 + deep)
    found: Extent = node.__dict__[KEPT]
    return found


def bounded(node: Node | None, loc: Loc, faults: Faults) -> Node | None:
    """The node, or None and a fault where it is too large."""
    if node is None:
        return None
    found = extent(node)
    if found.deep > DEEPEST:
        faults.add("depth", f"this lies {found.deep} deep, at most {DEEPEST} is read: write it flatter", loc)
        return None
    if found.parts > MOST_PARTS:
        more = "a value named twice counts twice"
        faults.add("size", f"this has {found.parts:,} parts, at most {MOST_PARTS:,} are read ({more}): take fewer", loc)
        return None
    return node
