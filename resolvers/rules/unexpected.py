"""What to say where a formula goes on otherwise than a formula can: what stands there, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

WORDS = ("and", "or", "not")
OPERATORS = "one of >= > <= < == != + - * / and or"
FOREIGN: Mapping[str, str] = {
    "=": "==", "=>": ">=", "=<": "<=", "<>": "!=", "≥": ">=", "≤": "<=", "≠": "!=", "&": "and", "&&": "and",
    "|": "or", "||": "or", "!": "not", "is": "==", "equals": "==", "–": "-", "−": "-", "×": "*", "÷": "/",
    "“": '"', "”": '"', "„": '"', "‘": '"', "’": '"',
}  # fmt: skip
"""Signs and words of other languages -> ours."""

TIMES = ("for", "by", "before", "until", "since", "after", "in", "on", "at", "within", "during", "from", "to")


def is_foreign(word: str) -> bool:
    """Whether a word behind a number is rather a joining word than a unit."""
    return word in TIMES or instead_of(word) is not None


def instead_of(text: str) -> str | None:
    """What a sign or word of another language is called here: `≥` is >=, `und` and `AND` are `and`."""
    close = get_close_matches(text.lower(), WORDS, 1, 0.6) if text.isalpha() and text not in WORDS else []
    return FOREIGN.get(text.lower()) or (close[0] if close else None)


def unknown_character(text: str, place: int) -> str:
    """A character with which nothing in a formula begins."""
    char = text[place]
    if char in "\"'":
        return f"the text that begins here is never closed: write {char} at its end"
    if char == "." and text[place + 1 : place + 2].isdigit():
        return "a number begins with a digit: write 0 before this point"
    if char in "$€£":
        return f"{char!r} has no meaning in a formula; write the unit behind the number, as 5 usd"
    known = FOREIGN.get(char)
    return f"{char!r} has no meaning in a formula" + (f"; write {known}" if known else "")


def no_value(text: str, before: str) -> str:
    """Where a value or condition has to stand, there is `text` (empty at the end); `before` is what stands ahead."""
    known = instead_of(text)
    if known:
        return f"{text!r} is not used here; write {known}"
    after = f" after {before!r}" if before else ""
    if not text:
        return f"the formula ends too early: a value is missing{after}"
    return f"{text!r} was not expected here: a value is missing{after}"


def no_operator(text: str, before: str, after: str) -> str:
    """A value or condition has ended with `before`, and `text` does not join it to `after`."""
    if text in TIMES:
        return (
            f"{text!r} has no place in a formula: say how long with `hold`, and when with `at` or `within` of a value"
        )
    known = instead_of(text)
    if known:
        return f"{text!r} is not used here; write {known}"
    if text == ")":
        return "this bracket closes none: take it out, or open one before"
    if text == ",":
        return _comma(before, after)
    return f"{text!r} follows {before!r} with nothing between that joins them: write {OPERATORS}"


def _comma(before: str, after: str) -> str:
    """`0,85` is a decimal to some; `1,000` may be a thousand or one."""
    if not (before.isdigit() and after[:1].isdigit()):
        return "a comma has a place in min() and max() only"
    if len(after.rstrip("%").partition(".")[0]) == 3 and before.strip("0"):
        return f"a number has no comma: write {before}{after}" + ("" if "." in after else f", or {before}.{after}")
    return f"a decimal has a point: write {before}.{after}"


def of_no_source(state: str, rest: Sequence[str]) -> str:
    """A state such as `removed` that is not followed by a source in brackets; `rest` is what does follow."""
    if rest[:1] == ["("] and ")" not in rest:
        comma = "a formula with a comma inside {…} stands in quotes"
        return f"the bracket after {state} is never closed: write {state}(board); {comma}"
    return f"{state} takes a source in brackets, without quotes: write {state}(board)"
