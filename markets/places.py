"""From the way through a document (keys and indices) to the line and column where it stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import yaml

from markets.yaml12 import Words
from resolvers.errors import Fault


def placed(text: str, faults: Iterable[Fault], at_key: frozenset[str] = frozenset()) -> list[Fault]:
    """The faults with the line and column of their `loc` filled in; codes in `at_key` point at the key, not its value.

    A part of a loc that the file does not have (a missing key, the name of a union's branch) is skipped, so that a
    missing key points at what it is missing from. An offset counts on inside text that stands on one line, or in a
    block whose lines are kept (`|`).
    """
    todo = list(faults)
    root = _tree(text) if any(not fault.line for fault in todo) else None
    lines = text.split("\n") if any(fault.offset is not None for fault in todo) else []
    return [fault if fault.line else _placed(fault, root, fault.code in at_key, lines) for fault in todo]


def _tree(text: str) -> yaml.Node | None:
    """The document's nodes; None where it cannot be composed, which the loader has told of itself."""
    try:
        tree: yaml.Node | None = yaml.compose(text, Loader=Words)
    except yaml.YAMLError:
        return None
    return tree


def _placed(fault: Fault, root: yaml.Node | None, at_key: bool, lines: Sequence[str]) -> Fault:
    if root is None:
        return replace(fault, line=1, column=1)
    node, key = _walk(root, fault.loc)
    mark = key.start_mark if at_key and key is not None else node.start_mark
    if fault.offset is not None and mark is node.start_mark and getattr(node, "style", None) == "|":
        line, column = _in_block(node, fault.offset, lines)
        return replace(fault, line=line, column=column)
    column = mark.column + 1
    if fault.offset and mark is node.start_mark:
        column += _inside(node, fault.offset)
    return replace(fault, line=mark.line + 1, column=column)


def _in_block(node: yaml.Node, offset: int, lines: Sequence[str]) -> tuple[int, int]:
    """Line and column of a character of a `|` block; its lines are all indented as the first that has text."""
    before = str(node.value)[:offset]
    first = node.start_mark.line + 1
    filled = (line for line in lines[first:] if line.strip())
    indent = next((len(line) - len(line.lstrip(" ")) for line in filled), 0)
    return first + before.count("\n") + 1, indent + len(before) - (before.rfind("\n") + 1) + 1


def _walk(root: yaml.Node, loc: Sequence[str | int]) -> tuple[yaml.Node, yaml.Node | None]:
    node, at = root, None
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    node, at = value, key
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node, at = node.value[part], None
    return node, at


def _inside(node: yaml.Node, offset: int) -> int:
    if not isinstance(node, yaml.ScalarNode) or node.start_mark.line != node.end_mark.line:
        return 0
    style = getattr(node, "style", None)
    return 0 if style in ("|", ">") else offset + bool(style)


def has_path(value: Any, loc: Sequence[str | int]) -> tuple[str | int, ...]:
    """The part of `loc` that the value really has: union tags and missing keys left out."""
    found: list[str | int] = []
    for part in loc:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            continue
        found.append(part)
    return tuple(found)
