"""Conditions written as mappings: all, any, not, and at least n of several things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from resolvers.rules.bounds import bounded
from resolvers.rules.compile_formula import FormulaCompiler, ValueOf
from resolvers.rules.faults import Loc, found_text, known_keys
from resolvers.rules.nodes import Logic, Node, is_condition
from resolvers.rules.nodes_many import Along, AtLeast, Relation, Series
from resolvers.rules.scope import Scope

DEEPEST = 20
"""Mappings inside one another."""
OVER = ("of", "rises", "falls", "each")
RELATIONS: tuple[Relation, ...] = (">=", "<=", "==", "!=", ">", "<")

BlockOf = Callable[[Mapping[str, Any], Loc, int], Node | None]
"""A value's mapping, compiled at a depth; None after a fault."""


def is_joined(block: Any) -> bool:
    """Whether a mapping is a condition made of others (`{any: rows, …}` is a value)."""
    if not isinstance(block, Mapping):
        return False
    return bool(block.keys() & {"all", "not", "at_least"}) or isinstance(block.get("any"), list | tuple)


class Conditions:
    """Compiles conditions; `block_of` compiles any other mapping that stands for a value."""

    def __init__(self, scope: Scope, value_of: ValueOf, block_of: BlockOf) -> None:
        self.scope, self.value_of, self.block_of = scope, value_of, block_of

    def fault(self, message: str, loc: Loc, code: str = "shape") -> None:
        self.scope.faults.add(code, message, loc)

    def condition(self, block: Any, loc: Loc, depth: int = 0) -> Node | None:
        """A formula or a mapping that is true, false or unknown."""
        if depth > DEEPEST:
            self.fault(f"conditions lie more than {DEEPEST} deep: name parts of this one under values", loc, "depth")
            return None
        if isinstance(block, str | int | float | Decimal) and not isinstance(block, bool):
            return FormulaCompiler(self.scope, self.value_of, loc).compile(str(block), "condition")
        if not isinstance(block, Mapping):
            self.fault(f"a condition is one line of text or a mapping such as {{all: […]}}; {found_text(block)}", loc)
            return None
        made = self.joined(block, loc, depth) if is_joined(block) else self.block_of(block, loc, depth)
        node = bounded(made, loc, self.scope.faults)
        if node is not None and not is_condition(node):
            self.fault("this is no condition; compare it with something, as `best >= 85%`", loc, "formula")
            return None
        return node

    def joined(self, block: Mapping[str, Any], loc: Loc, depth: int) -> Node | None:
        """`{all: […]}`, `{any: […]}`, `{not: …}` or `{at_least: n, …}`."""
        heads = [key for key in ("all", "any", "not", "at_least") if key in block]
        if len(heads) != 1:
            self.fault(f"one condition has one way to be made; found {' and '.join(heads)}", loc)
            return None
        head = heads[0]
        if head == "at_least":
            return self.at_least(block, loc, depth)
        known_keys(block, (head,), loc, self.scope.faults)
        if head == "not":
            part = self.condition(block["not"], (*loc, "not"), depth + 1)
            return Logic(op="not", parts=(part,)) if part is not None else None
        parts = self.parts(block[head], (*loc, head), depth)
        if parts is None:
            return None
        return parts[0] if len(parts) == 1 else Logic.model_validate({"op": head, "parts": parts})

    def parts(self, listed: Any, loc: Loc, depth: int) -> tuple[Node, ...] | None:
        """Several conditions; every one of them is looked at, however many have faults."""
        if not isinstance(listed, list | tuple) or not listed:
            self.fault(f"a list of conditions stands here, with at least one; {found_text(listed)}", loc)
            return None
        found = [self.condition(part, (*loc, place), depth + 1) for place, part in enumerate(listed)]
        whole = tuple(part for part in found if part is not None)
        return whole if len(whole) == len(found) else None

    def at_least(self, block: Mapping[str, Any], loc: Loc, depth: int) -> Node | None:
        """`of:` conditions, or `rises:`, `falls:` or `each:` of a series."""
        n, overs = block["at_least"], [key for key in OVER if key in block]
        good = isinstance(n, int) and not isinstance(n, bool) and n >= 1
        if not good:
            self.fault(f"at_least takes a whole number from 1 on; {found_text(n)}", (*loc, "at_least"))
        strange = [key for key in block if key not in (*OVER, "at_least", "is")]
        if not overs and strange:
            known_keys({strange[0]: None}, OVER, loc, self.scope.faults)
            return None
        if len(overs) != 1:
            self.fault("at_least counts one of `of: [conditions]`, `rises:`, `falls:` or `each:` a series", loc)
            return None
        over = overs[0]
        known_keys(block, ("at_least", over, "is") if over == "each" else ("at_least", over), loc, self.scope.faults)
        if over != "of":
            return self.along(over, block, loc, depth)
        parts = self.parts(block["of"], (*loc, "of"), depth)
        if not good or parts is None or not self.reachable(n, len(parts), loc):
            return None
        return AtLeast(n=n, parts=parts)

    def reachable(self, n: int, most: int, loc: Loc) -> bool:
        if n > most:
            self.fault(f"{n} of {most} can never be: there are only {most} to count", (*loc, "at_least"), "window")
        return n <= most

    def along(self, over: str, block: Mapping[str, Any], loc: Loc, depth: int) -> Along | None:
        """At least n of a series' periods or changes."""
        series = self.series(block[over], (*loc, over), depth)
        op, bar = self.bar(block.get("is"), series, (*loc, "is")) if over == "each" else (None, None)
        n = block["at_least"]
        if series is None or (over == "each" and bar is None) or not isinstance(n, int) or isinstance(n, bool) or n < 1:
            return None
        most = len(series.starts()) - (over != "each")
        if not self.reachable(n, most, loc):
            return None
        return Along.model_validate({"n": n, "how": over, "of": series, "op": op, "bar": bar})

    def series(self, block: Any, loc: Loc, depth: int) -> Series | None:
        """A series by name, or written out."""
        node: Node | None
        if isinstance(block, str):
            node = self.value_of(block, loc, None)
        elif isinstance(block, Mapping):
            node = self.block_of(block, loc, depth + 1)
        else:
            self.fault(f"a series is named here; {found_text(block)}", loc)
            return None
        if node is not None and not isinstance(node, Series):
            self.fault("this is no series; one is written {per: quarter, from: …, before: …, value: …}", loc)
            return None
        return node

    def bar(self, text: Any, series: Series | None, loc: Loc) -> tuple[Relation | None, Node | None]:
        """`is: "> 5%"`: the relation, and the number that each period is held against."""
        told = text.strip() if isinstance(text, str) else ""
        op = next((sign for sign in RELATIONS if told.startswith(sign)), None)
        if op is None or not isinstance(text, str):
            self.fault('is: what each period must be, as `is: "> 5%"`', loc, "missing" if text is None else "shape")
            return None, None
        if series is None:
            return None, None
        start = text.index(op) + len(op)
        compiler = FormulaCompiler(self.scope, self.value_of, loc)
        return op, compiler.held_against(" " * start + text[start:], series.of)
