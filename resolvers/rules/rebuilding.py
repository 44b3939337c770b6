"""Trees made from other trees: the same nodes with other row sets underneath.

A copy is built anew from its fields, and so checked like any other node: pydantic's own copy is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from resolvers.rules.naming import Named
from resolvers.rules.nodes import Node, Rows, RowsNode

Part = TypeVar("Part", bound=Named)


def rebuilt(part: Part, **changed: Any) -> Part:
    """The same part with other fields, and nothing remembered."""
    fields = {name: getattr(part, name) for name in type(part).model_fields}
    return type(part)(**{**fields, **changed})


def with_each_rows(node: Node, change: Callable[[Rows], RowsNode]) -> Any:
    """The tree with every row set under it changed."""
    if isinstance(node, Rows):
        return change(node)
    changed: dict[str, Any] = {}
    for name in ("of", "left", "right", "bar"):
        inner = getattr(node, name, None)
        if isinstance(inner, Named):
            changed[name] = with_each_rows(inner, change)  # type: ignore[arg-type]  # these fields hold nodes
    parts = type(node).model_fields.get("parts")
    if parts is not None:
        changed["parts"] = tuple(with_each_rows(part, change) for part in node.parts)  # type: ignore[union-attr]
    return rebuilt(node, **changed) if changed else node
