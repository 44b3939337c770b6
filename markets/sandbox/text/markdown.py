"""Markdown as HTML, in the GitHub flavour the server reads: bare links, strike-through, tables and check boxes."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

BARE_LINK = re.compile(r"https?://[^\s<]+|www\.[^\s<]+|[A-Za-z0-9._+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
TRAILING = re.compile(r"[?!.,:;*_~'\"]+$")
CHECK_BOX = re.compile(r"^\[[ xX]\]\s+")

_reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_reader.validateLink = lambda url: True  # type: ignore[method-assign]  # the document drops unsafe links itself


def markdown_to_html(source: str) -> str:
    """The HTML of a markdown text."""
    tokens = _reader.parse(source)
    for token, before in zip(tokens, [None, None, *tokens], strict=False):
        if token.type == "inline" and token.children:
            in_item = before is not None and before.type == "list_item_open"
            token.children = _linked(_without_box(token.children) if in_item else token.children)
    html: str = _reader.renderer.render(tokens, _reader.options, {})
    return html


def _without_box(children: list[Token]) -> list[Token]:
    children[0].content = CHECK_BOX.sub("", children[0].content)
    return children


def _linked(children: list[Token]) -> list[Token]:
    """Inline tokens with bare addresses outside links made into links."""
    result: list[Token] = []
    inside = 0
    for token in children:
        inside += (token.type == "link_open") - (token.type == "link_close")
        result += [token] if inside or token.type != "text" else _split(token.content)
    return result


def _split(content: str) -> list[Token]:
    pieces: list[Token] = []
    end = 0
    for match in BARE_LINK.finditer(content):
        address = _address(match.group(0))
        pieces.append(_text(content[end : match.start()]))
        pieces.append(_html(address))
        end = match.start() + len(address)
    return [*pieces, _text(content[end:])]


def _address(found: str) -> str:
    """An address without the punctuation that ends the sentence around it."""
    found = TRAILING.sub("", found)
    while found.endswith(")") and found.count(")") > found.count("("):
        found = TRAILING.sub("", found[:-1])
    return found


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _html(address: str) -> Token:
    scheme = "" if address.startswith("http") else "http://" if address.startswith("www.") else "mailto:"
    return Token("html_inline", "", 0, content=f'<a href="{escape(scheme + address)}">{escape(address)}</a>')
