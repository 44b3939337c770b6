"""The kinds of node by name, each with what it means."""

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
    PanelFact,
    Pick,
    Reduce,
    Rows,
    State,
    Window,
)
from resolvers.rules.nodes_many import Agree, Along, Among, AtLeast, Series
from resolvers.rules.outcomes import OutcomeNode

NODES = (
    Rows, Reduce, Pick, Among, FieldOf, Window, Literal_, Calc, Compare, Logic, AtLeast, Series, Along, Agree, Hold,
    State, PanelFact, OutcomeNode,
)  # fmt: skip


def kinds() -> Mapping[str, str]:
    """Every kind of node, in order, with its meaning in words."""
    return {str(node.model_fields["kind"].default): inspect.getdoc(node) or "" for node in NODES}
