"""The twelve kinds of node by name, each with what it means: what `crux rules` shows."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from resolvers.rules.nodes import (
    Calc,
    Compare,
    FieldOf,
    Hold,
    Literal_,
    Logic,
    Pick,
    Reduce,
    Rows,
    State,
    Window,
)
from resolvers.rules.outcomes import OutcomeNode

NODES = (Rows, Reduce, Pick, FieldOf, Window, Literal_, Calc, Compare, Logic, Hold, State, OutcomeNode)


def kinds() -> Mapping[str, str]:
    """Every kind of node, in order, with its meaning in words."""
    return {str(node.model_fields["kind"].default): inspect.getdoc(node) or "" for node in NODES}
