"""HTML as a TipTap document: which tags become which nodes and marks, and how white space collapses.

Node and mark names, their attributes and the treatment of unsafe links: manifold.md section 1.2 and recorded answers
of the server, looked at 2026-11-21.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from markets.sandbox.text.html_tree import Element, parse_html

Node = dict[str, Any]

MARKS = {
    "strong": "bold", "b": "bold", "em": "italic", "i": "italic", "s": "strike", "del": "strike", "strike": "strike",
    "code": "code", "a": "link",
}  # fmt: skip
MARK_ORDER = ("link", "bold", "code", "italic", "strike")
CONTAINERS = {"ul": "bulletList", "ol": "orderedList", "li": "listItem", "blockquote": "blockquote"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
TRANSPARENT_BLOCKS = frozenset(
    ["address", "article", "aside", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
     "header", "main", "nav", "output", "section", "table", "tfoot"]
)  # fmt: skip
IGNORED = frozenset(["head", "noscript", "object", "script", "style", "title"])
SAFE_LINK = re.compile(r"^(https?:|[^:]*$|[^:]*[/?#])", re.IGNORECASE)
EMPTY: Node = {"type": "doc", "content": [{"type": "paragraph"}]}


@dataclass(slots=True)
class _Writer:
    """Builds the nodes of one block container; `inline` is the paragraph being written, if any."""

    blocks: list[Node] = field(default_factory=list)
    inline: list[Node] | None = None

    def text(self, value: str, marks: list[Node]) -> None:
        """Append text with collapsed white space to the open paragraph, opening one if there is anything to say."""
        value = re.sub(r"[ \t\r\n\f]+", " ", value)
        if self.inline is None:
            if not value.strip():
                return
            self.paragraph()
        assert self.inline is not None
        last = self.inline[-1] if self.inline else None
        if value.startswith(" ") and (last is None or last["type"] == "hardBreak" or _ends_blank(last)):
            value = value[1:]
        if value:
            _append(self.inline, {"type": "text", **({"marks": marks} if marks else {}), "text": value})

    def paragraph(self) -> None:
        """Open a paragraph for inline content."""
        self.inline = []
        self.blocks.append({"type": "paragraph", "content": self.inline})

    def end_paragraph(self) -> None:
        """Close the open paragraph."""
        self.inline = None

    def block(self, node: Node) -> None:
        """Append a block after whatever paragraph was open."""
        self.end_paragraph()
        self.blocks.append(node)


def _ends_blank(node: Node) -> bool:
    return node["type"] == "text" and str(node["text"]).endswith(" ")


def _append(inline: list[Node], node: Node) -> None:
    """Append text, joined to the text before it when their marks agree."""
    if inline and inline[-1]["type"] == "text" and inline[-1].get("marks") == node.get("marks"):
        inline[-1]["text"] += node["text"]
    else:
        inline.append(node)


def html_to_doc(source: str) -> Node:
    """The TipTap document of an HTML text; an empty text is one empty paragraph."""
    writer = _Writer()
    _children(parse_html(source), writer, [])
    blocks = _finished(writer.blocks)
    return {"type": "doc", "content": blocks or [{"type": "paragraph"}]}


def _children(element: Element, writer: _Writer, marks: list[Node]) -> None:
    for child in element.children:
        if isinstance(child, str):
            writer.text(child, marks)
        else:
            _element(child, writer, marks)


def _element(element: Element, writer: _Writer, marks: list[Node]) -> None:
    tag = element.tag
    if tag in IGNORED:
        return
    if tag in MARKS:
        _children(element, writer, _with_mark(marks, _mark(element)))
    elif tag == "br":
        if writer.inline is None:
            writer.paragraph()
        assert writer.inline is not None
        writer.inline.append({"type": "hardBreak"})
    elif tag == "p" or tag in TRANSPARENT_BLOCKS:
        _block_text(element, writer, marks, opens=tag == "p")
    elif tag in HEADINGS:
        writer.block({"type": "heading", "attrs": {"level": HEADINGS[tag]}, "content": _inline(element)})
    elif tag in CONTAINERS:
        writer.block(_container(element))
    else:
        _leaf(element, writer, marks)


def _block_text(element: Element, writer: _Writer, marks: list[Node], *, opens: bool) -> None:
    writer.end_paragraph()
    if opens:
        writer.paragraph()
    _children(element, writer, marks)
    writer.end_paragraph()


def _leaf(element: Element, writer: _Writer, marks: list[Node]) -> None:
    attrs = element.attrs
    if element.tag == "hr":
        writer.block({"type": "horizontalRule"})
    elif element.tag == "pre":
        writer.block(_code_block(element))
    elif element.tag == "img" and attrs.get("src"):
        image = {"src": attrs["src"], "alt": attrs.get("alt"), "title": attrs.get("title")}
        writer.block({"type": "image", "attrs": image})
    elif element.tag == "iframe" and attrs.get("src"):
        frame = {"src": attrs["src"], "title": attrs.get("title", "Embedded content"), "frameBorder": 0}
        writer.block({"type": "iframe", "attrs": frame})
    else:
        _children(element, writer, marks)


def _container(element: Element) -> Node:
    inner = _Writer()
    for child in element.children:
        is_item = isinstance(child, Element) and child.tag == "li"
        if element.tag in ("ul", "ol") and not is_item:
            continue
        if isinstance(child, str):
            inner.text(child, [])
        else:
            _element(child, inner, [])
    blocks = _finished(inner.blocks)
    starts_with_text = bool(blocks) and blocks[0]["type"] == "paragraph"
    if (element.tag == "li" and not starts_with_text) or (element.tag == "blockquote" and not blocks):
        blocks.insert(0, {"type": "paragraph"})
    node: Node = {"type": CONTAINERS[element.tag]}
    if element.tag == "ol":
        start = element.attrs.get("start", "")
        node["attrs"] = {"start": int(start) if start.isdecimal() else 1, "type": element.attrs.get("type")}
    return {**node, "content": blocks}


def _inline(element: Element) -> list[Node]:
    """The inline content of a heading."""
    inner = _Writer()
    inner.paragraph()
    _children(element, inner, [])
    content: list[Node] = [node for block in inner.blocks for node in block.get("content", [])]
    return content


def _code_block(element: Element) -> Node:
    text = _raw_text(element)
    node: Node = {"type": "codeBlock", "attrs": {"language": None}}
    return {**node, "content": [{"type": "text", "text": text}]} if text else node


def _raw_text(element: Element) -> str:
    return "".join(child if isinstance(child, str) else _raw_text(child) for child in element.children)


def _mark(element: Element) -> Node:
    kind = MARKS[element.tag]
    if kind != "link":
        return {"type": kind}
    return {"type": "link", "attrs": {"href": element.attrs.get("href"), "target": "_blank", "class": None}}


def _with_mark(marks: list[Node], mark: Node) -> list[Node]:
    """The marks with one more; code stands alone, as the editor's schema has it."""
    kinds = {each["type"] for each in marks}
    if "code" in kinds or mark["type"] in kinds or (mark["type"] == "link" and not mark["attrs"]["href"]):
        return marks
    if mark["type"] == "code":
        return [mark]
    return sorted([*marks, mark], key=lambda each: MARK_ORDER.index(each["type"]))


def _finished(blocks: list[Node]) -> list[Node]:
    """Blocks without trailing blanks, empty content and unsafe links."""
    for block in blocks:
        content = block.get("content")
        if content and block["type"] in ("paragraph", "heading"):
            block["content"] = _trimmed(content)
        if "content" in block and not block["content"]:
            del block["content"]
    return blocks


def _trimmed(content: list[Node]) -> list[Node]:
    last = content[-1]
    if last["type"] == "text" and last["text"].endswith(" "):
        last["text"] = last["text"][:-1]
        content = content if last["text"] else content[:-1]
    for node in content:
        if any(not _safe(mark) for mark in node.get("marks", [])):
            node["marks"] = [mark for mark in node["marks"] if _safe(mark)]
    return content


def _safe(mark: Node) -> bool:
    return mark["type"] != "link" or bool(SAFE_LINK.match(str(mark["attrs"]["href"]).strip()))
