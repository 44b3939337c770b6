"""Requirement: descriptions become the documents and the plain text that the server makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from markets.sandbox.text.describe import described, markdown_doc
from markets.sandbox.text.plain import plain_text
from markets.sandbox.text.tiptap import html_to_doc


def paragraph(*content: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": c} if isinstance(c, str) else c for c in content]}


def link(text: str, href: str) -> dict[str, Any]:
    attrs = {"href": href, "target": "_blank", "class": None}
    return {"type": "text", "marks": [{"type": "link", "attrs": attrs}], "text": text}


def test_a_bare_address_becomes_a_link_without_the_full_stop_after_it() -> None:
    doc = markdown_doc("See https://example.com/a_(b). Done")
    assert doc["content"] == [
        paragraph("See ", link("https://example.com/a_(b)", "https://example.com/a_(b)"), ". Done")
    ]


def test_html_wins_over_markdown_and_markdown_over_json() -> None:
    both = {"descriptionHtml": "<p>h</p>", "descriptionMarkdown": "m", "description": "p"}
    assert plain_text(described(both)) == "h"
    assert plain_text(described({**both, "descriptionHtml": ""})) == "m"


def test_code_stands_without_other_marks() -> None:
    doc = markdown_doc("**`x`**")
    assert doc["content"] == [paragraph({"type": "text", "marks": [{"type": "code"}], "text": "x"})]


def test_loose_lists_and_quotes_keep_their_paragraphs() -> None:
    assert plain_text(markdown_doc("1. a\n\n   b\n\n2. c\n\n> d\n> e")) == "a\n\nb\n\nc\n\nd e"


@pytest.mark.parametrize("scheme", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@b.c"])
def test_links_that_are_not_web_addresses_lose_their_mark(scheme: str) -> None:
    (only,) = html_to_doc(f'<a href="{scheme}">x</a>')["content"][0]["content"]
    assert only["marks"] == []


def test_unclosed_and_unknown_tags_do_no_harm() -> None:
    assert plain_text(html_to_doc("<p>a<p>b <blink>c</blink><script>d</script>")) == "a\n\nb c"
