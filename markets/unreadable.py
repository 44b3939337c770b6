"""Why a text is no YAML, in the words of whoever wrote it, and at the place to mend: where a quote opened, say.

libyaml tells where it could go on no further, which may be far below the slip; its marks and messages are those of
scanner.c and parser.c of libyaml 0.2.5 (https://github.com/yaml/libyaml, looked at 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from resolvers.errors import Fault

OPENING = {"flow mapping": "{}", "flow sequence": "[]"}
ALSO = {
    "expected node content": "a value is missing before this",
    "expected comment or line break": "the text of a block begins on the line below its | or >",
    "expected <document start>": "this belongs to nothing above: begin it in the first column, as `key: value`",
    "alphabetic or numeric character": "a text that begins with & or * is quoted: put it into '…'",
    "found unexpected ':'": "a colon inside brackets: quote the text",
    "directive name": "a line that begins with % is quoted: put it into '…'",
}
"""Other slips, by what libyaml says of them."""

INSIDE = {'"': '\\"', "'": "''"}
"""How a quote is written inside a text that it holds."""


def unreadable(text: str, error: yaml.YAMLError) -> Fault:
    """The one fault that an error of the YAML reader comes to."""
    problem, context = str(getattr(error, "problem", "") or ""), str(getattr(error, "context", "") or "")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Fault("Y-SYNTAX", f"this is no YAML: {problem or 'it cannot be read'}", line=1, column=1)
    if "document" in problem + context and "expected a single" in problem + context:
        return Fault(
            "Y-DOCUMENTS", "a second document begins: one file holds one", line=mark.line + 1, column=mark.column + 1
        )
    opened = getattr(error, "context_mark", None) or mark
    at, said = _told(text, problem, context, mark, opened)
    return Fault("Y-SYNTAX", said, line=at.line + 1, column=at.column + 1)


def _told(text: str, problem: str, context: str, mark: Any, opened: Any) -> tuple[Any, str]:
    """(where to mend, what to say)."""
    char = text[mark.index : mark.index + 1]
    if "quoted scalar" in context:
        if "end of stream" in problem or "document indicator" in problem:
            return opened, f"the quote that opens here is never closed: write {_at(text, opened)} where its text ends"
        return mark, "a backslash inside \"…\" begins a sign of its own: write two, or put the text into '…'"
    quoted = _quoted_before(text, mark.index)
    if quoted is not None:
        return _after_quote(*quoted, mark)
    for kind, pair in OPENING.items():
        if kind in context:
            return _in_brackets(pair, char, mark, opened)
    if "mapping values are not allowed" in problem:
        return mark, _second_colon(text, mark)
    if "could not find expected ':'" in problem:
        return opened, "no `key: value`: write a colon and a blank, or indent this line if it belongs to the text above"
    if "cannot start any token" in problem:
        return mark, f"a text that begins with {char} is quoted: put it into '…'"
    if "did not find expected key" in problem or "expected '-' indicator" in problem:
        return mark, _out_of_line(text, char, mark)
    for words, said in ALSO.items():
        if words in problem:
            return mark, said
    return mark, f"this is no YAML: {problem} {context}".rstrip()


def _at(text: str, mark: Any) -> str:
    return text[mark.index : mark.index + 1]


def _line_before(text: str, mark: Any) -> str:
    """What stands on a mark's line before it; YAML has more ends of a line than `\\n`."""
    return text[max(0, mark.index - mark.column) : mark.index]


def _quoted_before(text: str, end: int) -> tuple[Any, Any, str] | None:
    """Where the last quoted text before a place begins and ends, if nothing but blanks stands between; its quote."""
    last = None
    for token in _tokens(text):
        if token.start_mark.index >= end:
            break
        last = token
    if not isinstance(last, yaml.ScalarToken) or last.style not in ("'", '"'):
        return None
    return (last.start_mark, last.end_mark, last.style) if not text[last.end_mark.index : end].strip() else None


def _tokens(text: str) -> Iterator[Any]:
    try:
        yield from yaml.scan(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return


def _after_quote(start: Any, end: Any, quote: str, mark: Any) -> tuple[Any, str]:
    if end.line > start.line:
        return (
            start,
            f"the quote that opens here is closed on line {end.line + 1} only: write {quote} where its text ends",
        )
    return mark, f"the text ends with the {quote} before this: a {quote} inside it is written {INSIDE[quote]}"


def _in_brackets(pair: str, char: str, mark: Any, opened: Any) -> tuple[Any, str]:
    if mark.line > opened.line and char not in ("]", "}"):
        return opened, f"this {pair[0]} is never closed: write {pair[1]} where it ends"
    if char == ":":
        return mark, "a second colon with a blank: part what stands in brackets by commas, or quote the text"
    if char in ("]", "}"):
        place = f"column {opened.column + 1}" if opened.line == mark.line else f"line {opened.line + 1}"
        return mark, f"before this {char} the {pair[0]} of {place} is still open: write {pair[1]}, or take this out"
    return mark, f"a comma or {pair[1]} is missing before this"


def _second_colon(text: str, mark: Any) -> str:
    before = _line_before(text, mark)
    if before.lstrip().startswith("-") and not before.lstrip().startswith("- "):
        return "a blank is missing after the dash of this line"
    if ": " in before:
        return "a second colon with a blank in this line: put the text behind the first one into quotes"
    return "this line stands deeper than those it belongs with: begin it in their column"


def _out_of_line(text: str, char: str, mark: Any) -> str:
    if char in ("]", "}"):
        return f"this {char} closes none: take it out"
    if _line_before(text, mark).strip(" -"):
        return "this goes on after what stands before it has ended: quote all of it, or begin a line"
    return f"column {mark.column + 1}, where this begins, is none of its neighbours' columns: line it up with them"
