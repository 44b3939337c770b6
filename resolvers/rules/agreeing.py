"""`agree: [a, b]` while a rule is compiled: one value of each source, and the node that holds them together."""

from __future__ import annotations

from resolvers.rules.nodes import FieldOf, Node, Reduce, Rows, SourceUse, base_rows
from resolvers.rules.nodes_many import Agree
from resolvers.rules.rebuilding import with_each_rows


class AgreeRows(Rows):
    """Rows of sources that must agree; lives only while a rule is compiled, until what is made of them is split."""


def split(node: Node) -> Node:
    """A value over rows that must agree, as one value of each source."""
    found = base_rows(node.of) if isinstance(node, Reduce | FieldOf) else None
    if not isinstance(found, AgreeRows):
        return node

    def only(use: SourceUse) -> Node:
        made: Node = with_each_rows(node, lambda rows: Rows(sources=(use,), where=rows.where, labels=rows.labels))
        return made

    return Agree(parts=tuple(only(use) for use in found.sources))
