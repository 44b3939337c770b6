"""Which of the ways to give a description wins, and the document it becomes.

Precedence: HTML, markdown, JSON, then the raw value (manifold.md section 1.2, looked at 2026-11-21).
"""

from __future__ import annotations

import json
from typing import Any

from markets.sandbox.errors import unexpected
from markets.sandbox.text.markdown import markdown_to_html
from markets.sandbox.text.tiptap import html_to_doc


def described(props: dict[str, Any]) -> Any:
    """The document in a create or update request, None when it gives none; bad descriptionJson is a 500."""
    if props.get("descriptionHtml"):
        return html_to_doc(props["descriptionHtml"])
    if props.get("descriptionMarkdown"):
        return markdown_doc(props["descriptionMarkdown"])
    if props.get("descriptionJson"):
        return _parsed(props["descriptionJson"])
    raw = props.get("description")
    if isinstance(raw, str):
        return html_to_doc(f"<p>{raw}</p>")
    return raw


def markdown_doc(source: str) -> dict[str, Any]:
    """The document of a markdown text."""
    return html_to_doc(markdown_to_html(source))


def _parsed(source: str) -> Any:
    try:
        return json.loads(source)
    except ValueError:
        raise unexpected() from None
