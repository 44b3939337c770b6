"""YAML bodies: every scalar stays the text that was published, so that `NO` and `1_000` stay themselves."""

from __future__ import annotations

from typing import Any

import yaml

from resolvers.sources.table import Unreadable

MAX_DEPTH = 64
"""Levels of nesting; the parser's own recursion is never entered, so a deep document costs nothing."""


def parse(text: str) -> Any:
    """The one document in `text` as dicts, lists and text; Unreadable for doubled keys, aliases and depth."""
    try:
        return _Builder().build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise Unreadable(f"not YAML: {place}{error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise Unreadable(f"not YAML: {' '.join(str(error).split())[:200]}") from error


class _Builder:
    """Builds the document from the parser's events, one pass, without recursion."""

    def __init__(self) -> None:
        self.open: list[dict[str, Any] | list[Any]] = []
        self.keys: list[str | None] = []
        self.documents: list[Any] = []

    def build(self, text: str) -> Any:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            self._take(event)
        if len(self.documents) != 1:
            raise Unreadable(f"not YAML as agreed: {len(self.documents)} documents, one was wanted")
        return self.documents[0]

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._put(event.value, event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            node: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._put(node, event)
            self.open.append(node)
            self.keys.append(None)
            if len(self.open) > MAX_DEPTH:
                raise Unreadable(f"not read: nested over {MAX_DEPTH} levels deep")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.open.pop()
            self.keys.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise Unreadable(f"not read: {_line(event)} has an alias, which could grow without bound")

    def _put(self, value: Any, event: yaml.Event) -> None:
        if not self.open:
            self.documents.append(value)
            return
        parent, key = self.open[-1], self.keys[-1]
        if isinstance(parent, list):
            parent.append(value)
        elif key is None:
            self.keys[-1] = self._fresh_key(parent, value, event)
        else:
            parent[key] = value
            self.keys[-1] = None

    def _fresh_key(self, parent: dict[str, Any], key: Any, event: yaml.Event) -> str:
        if not isinstance(key, str):
            raise Unreadable(f"not read: {_line(event)} has a mapping or a list as a key")
        if key in parent:
            raise Unreadable(f"{_line(event)}: the key {key!r} stands twice in one mapping")
        return key


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "some line"
