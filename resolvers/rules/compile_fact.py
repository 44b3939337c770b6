"""`{panel: {…}, over: rows}` as a condition: a panel answers yes for some row, or for the fact itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from resolvers.rules.compile_formula import ValueOf
from resolvers.rules.compile_panel import met_of, panel_of
from resolvers.rules.compile_rows import filtered
from resolvers.rules.faults import Loc, known_keys
from resolvers.rules.naming import Named
from resolvers.rules.nodes import Node, PanelFact, Reduce, Window, walk
from resolvers.rules.rebuilding import rebuilt
from resolvers.rules.scope import Scope, is_rows


def condition(block: Mapping[str, Any], loc: Loc, scope: Scope, value_of: ValueOf) -> Node | None:
    """`{panel: {…}, over: rows}`: there is such a row; without `over`, the fact itself."""
    known_keys(block, ("panel", "over"), loc, scope.faults)
    if "over" not in block:
        panel = panel_of(block["panel"], (*loc, "panel"), scope)
        if panel is None:
            return None
        scope.panels.append((panel, (*loc, "panel")))
        return PanelFact(panel=panel)
    rows = _over(block["over"], (*loc, "over"), scope, value_of)
    met = met_of(rows, block["panel"], (*loc, "panel"), scope) if rows is not None else None
    return Reduce(how="any", of=filtered(rows, met)) if met is not None else None


def asked_by(node: Node, at: datetime) -> Any:
    """A condition that is read at `at`: each fact in it is asked from then on, and people's time runs from then."""
    if isinstance(node, PanelFact):
        until = at + node.panel.time * (1 + node.panel.redraw)
        return node if until == node.panel.until else rebuilt(node, panel=rebuilt(node.panel, until=until))
    if not any(isinstance(inner, PanelFact) for inner in walk(node)):
        return node
    if isinstance(node, Window) and node.at is not None:
        at = node.at
    names = [name for name in ("of", "left", "right", "bar") if isinstance(getattr(node, name, None), Named)]
    changed: dict[str, Any] = {name: asked_by(getattr(node, name), at) for name in names}
    if "parts" in type(node).model_fields:
        changed["parts"] = tuple(asked_by(part, at) for part in node.parts)  # type: ignore[union-attr]
    return rebuilt(node, **changed)


def _over(name: Any, loc: Loc, scope: Scope, value_of: ValueOf) -> Any:
    """The row set that a panel is asked about."""
    if not isinstance(name, str):
        scope.faults.add("shape", f"`over` names a row set; found {name!r:.40}", loc)
        return None
    node = value_of(name, loc, None)
    if node is not None and not is_rows(node):
        scope.faults.add("shape", f"{name!r} is a value, not a row set", loc)
        return None
    return node
