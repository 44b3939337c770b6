"""JSON bodies (RFC 8259, UTF-8): every number keeps the digits it was written with."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from resolvers.sources.table import Figure, Unreadable, shown

SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
MAX_DEPTH = 64
"""Levels of nesting: far more than any table needs, far fewer than exhaust the stack."""


def parse(text: str) -> Any:
    """The document, numbers as `Figure`; Unreadable for anything that two readers could understand differently."""
    try:
        document = json.loads(
            text, parse_float=Figure, parse_int=Figure, parse_constant=_no_constant, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise Unreadable(f"not read: nested over {MAX_DEPTH} levels deep") from error
    _check_depth(document)
    if SURROGATE.search(text):
        _check_unicode(document)
    return document


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"not JSON: {name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Unreadable(f"the key {shown(name)!r} stands twice in one object")
            seen.add(name)
    return mapping


def _check_depth(document: Any) -> None:
    level, depth = [document] if isinstance(document, dict | list) else [], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise Unreadable(f"not read: nested over {MAX_DEPTH} levels deep")
        inner = [child for node in level for child in (node.values() if type(node) is dict else node)]
        level = [child for child in inner if type(child) is dict or type(child) is list]


def _check_unicode(document: Any) -> None:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Unreadable("not JSON: half of a surrogate pair is no character") from error
