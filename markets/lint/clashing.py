"""Conditions that no number can meet together, or that every number meets: `best >= 80% and best < 80%`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from resolvers import units
from resolvers.rules.filters import Filter, Measured, Not, OneOf, conjuncts
from resolvers.rules.nodes import Calc, Compare, Literal_, Logic, Node, base_rows, children, is_text
from resolvers.rules.nodes_many import Among
from resolvers.units import Exact

OPPOSITE = {">=": "<", "<": ">=", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
MIRRORED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "==", "!=": "!="}
Held = tuple[object, str, Exact]
"""What is held against a number, in which relation, and the number."""
T = TypeVar("T")


@dataclass
class Room:
    """The numbers that several relations leave; `low` and `high` may belong to it (`strict`: not)."""

    low: Exact | None = None
    high: Exact | None = None
    low_strict: bool = False
    high_strict: bool = False
    barred: set[Exact] = field(default_factory=set)

    def narrow(self, op: str, number: Exact) -> None:
        if op == "!=":
            self.barred.add(number)
        if op in (">=", ">", "==") and (self.low is None or (number, op == ">") > (self.low, self.low_strict)):
            self.low, self.low_strict = number, op == ">"
        if op in ("<=", "<", "==") and (self.high is None or (number, op != "<") < (self.high, not self.high_strict)):
            self.high, self.high_strict = number, op == "<"

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None or self.low < self.high:
            return False
        return self.low > self.high or self.low_strict or self.high_strict or self.low in self.barred


def clashes(root: Node) -> Iterator[str]:
    """In words, what is never or always so wherever conditions on the very same value are joined."""
    ahead: list[tuple[Node, str]] = [(root, "")]
    while ahead:
        node, outer = ahead.pop()
        own = node.op if isinstance(node, Logic) else ""
        if isinstance(node, Logic) and own not in ("not", outer):  # a chain in one of its kind was seen with that
            joined = [part for part in _flat(node) if isinstance(part, Compare)]
            yield from _never(joined) if own == "all" else _always(joined)
        ahead += [(part, own) for part in reversed(children(node))]


def _flat(node: Logic) -> Iterator[Node]:
    """The conditions that a chain joins, chains of the same kind opened."""
    for part in node.parts:
        if isinstance(part, Logic) and part.op == node.op:
            yield from _flat(part)
        else:
            yield part


def _never(joined: Sequence[Compare]) -> Iterator[str]:
    for against in _by_value([(node, _held(node)) for node in joined]):
        if _room(held for _, held in against).empty:
            yield f"it can never be that {_said([node for node, _ in against], ' and ')}"
    for node in joined:
        same = [each for each in joined if is_text(each.left) and each.left == node.left]
        if same and same[0] is node and _no_text([(each.op, _texts(each)) for each in same]):
            yield f"it can never be that {_said(same, ' and ')}"


def _always(joined: Sequence[Compare]) -> Iterator[str]:
    for against in _by_value([(node, _held(node)) for node in joined]):
        if _room((value, OPPOSITE[op], number) for _, (value, op, number) in against).empty:
            yield f"it is always so that {_said([node for node, _ in against], ' or ')}"


def _by_value(held: Iterable[tuple[T, Held | None]]) -> list[list[tuple[T, Held]]]:
    """The relations of each value, together."""
    found: dict[object, list[tuple[T, Held]]] = {}
    for each, one in held:
        if one is not None:
            found.setdefault(one[0], []).append((each, one))
    return list(found.values())


def _room(held: Iterable[Held]) -> Room:
    room = Room()
    for _, op, number in held:
        room.narrow(op, number)
    return room


def _held(node: Compare) -> Held | None:
    """`best - 5 points >= 80%` as best, >=, 85; of two values their difference; None of texts, and of numbers alone."""
    if is_text(node.left):
        return None
    terms: dict[Node, int] = {}
    number = _sum(node.left, 1, terms) + _sum(node.right, -1, terms)
    kept = sorted(((part, times) for part, times in terms.items() if times), key=lambda each: each[0].digest)
    if not kept:
        return None
    turned = kept[0][1] < 0
    value = tuple((part.digest, -times if turned else times) for part, times in kept)
    return value, MIRRORED[node.op] if turned else node.op, number if turned else -number


def _sum(node: Node, sign: int, terms: dict[Node, int]) -> Exact:
    """Counts what is added and taken away, and sums up the numbers among it."""
    if isinstance(node, Literal_) and node.value is not None:
        return sign * units.exact(node.value)
    if isinstance(node, Calc) and node.op in ("+", "-") and len(node.parts) == 2:
        return _sum(node.parts[0], sign, terms) + _sum(node.parts[1], sign if node.op == "+" else -sign, terms)
    terms[node] = terms.get(node, 0) + sign
    return 0


def _texts(node: Compare) -> tuple[str, ...]:
    return node.right.texts if isinstance(node.right, Literal_) else ()


def _no_text(asked: Sequence[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether no text is one of all these, and none of those."""
    wanted = [set(texts) for op, texts in asked if op == "==" and texts]
    barred = {text for op, texts in asked if op == "!=" for text in texts}
    return bool(wanted) and not set.intersection(*wanted) - barred


def _said(joined: Sequence[Compare], word: str) -> str:
    return word.join(dict.fromkeys(node.words().text for node in joined))


def barring(nodes: Iterable[Node]) -> Iterator[str]:
    """In words, the filters of row sets that no row can pass."""
    for node in nodes:
        if node.kind != "rows" and node.kind != "among":
            continue
        base = base_rows(node)
        whole = [*conjuncts(node.where), *(conjuncts(base.where) if isinstance(node, Among) else ())]
        if not whole:
            continue  # of a view alone its own author has to know
        shut = [found for use in base.sources if (found := _shut([*whole, *conjuncts(use.where)]))]
        if base.sources and len(shut) == len(base.sources):
            yield f"no row can ever pass: {shut[0]}"


def _shut(parts: Sequence[Filter]) -> str:
    """The two or more conditions on one column that no cell can meet; empty where there are none."""
    for column in dict.fromkeys(part.column for part in parts if isinstance(part, OneOf | Measured)):
        same = [part for part in parts if _on(part, column)]
        if len(same) < 2:
            continue
        room = _room((column, part.op, units.exact(part.value)) for part in same if isinstance(part, Measured))
        asked = [("==", part.values) if isinstance(part, OneOf) else ("!=", _denied(part)) for part in same]
        if room.empty or _no_text([each for each in asked if each[1]]):
            return " and ".join(part.words().text for part in same)
    return ""


def _on(part: Filter, column: str) -> bool:
    inner = part.part if isinstance(part, Not) else part
    return isinstance(inner, OneOf | Measured) and inner.column == column


def _denied(part: Filter) -> tuple[str, ...]:
    return part.part.values if isinstance(part, Not) and isinstance(part.part, OneOf) else ()
