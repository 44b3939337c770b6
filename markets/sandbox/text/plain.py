"""A TipTap document as plain text: blocks apart by a blank line, pictures and frames by a sign of themselves.

Observed on recorded answers of the server, looked at 2026-11-21.
"""

from __future__ import annotations

from typing import Any

BLOCKS = frozenset(
    ["paragraph", "heading", "bulletList", "orderedList", "listItem", "blockquote", "codeBlock", "horizontalRule"]
)
BETWEEN = "\n\n"


class _Reader:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.separated = True

    def read(self, node: Any) -> None:
        if not isinstance(node, dict):
            return
        kind = node.get("type")
        sign = _sign(node)
        if kind in BLOCKS or (sign is not None and kind in ("image", "iframe")):
            self.separate()
        if sign is not None:
            self.parts.append(sign)
        elif kind == "text":
            self.parts.append(str(node.get("text", "")))
            self.separated = False
        content = node.get("content")
        for child in content if isinstance(content, list) else []:
            self.read(child)

    def separate(self) -> None:
        if not self.separated:
            self.parts.append(BETWEEN)
            self.separated = True


def _sign(node: dict[str, Any]) -> str | None:
    """What stands for a node that holds no text of its own."""
    attrs = node.get("attrs")
    attrs = attrs if isinstance(attrs, dict) else {}
    match node.get("type"):
        case "image":
            return "[image]"
        case "iframe":
            return f"({attrs.get('src')})"
        case "hardBreak":
            return "\n"
        case "mention":
            return f"@{attrs.get('label')}"
    return None


def plain_text(doc: Any) -> str:
    """The text of a document; a description that is a string already is itself."""
    if isinstance(doc, str):
        return doc
    reader = _Reader()
    reader.read(doc)
    return "".join(reader.parts)
