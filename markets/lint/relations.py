"""The words around a figure that say a relation: `more than 85%`, `85% or more`, `85%+`, `at most 3`."""

from __future__ import annotations

import re

from markets.lint.figures import Figure

STRICT_BEFORE = re.compile(
    r"(?P<more>more than|over|above|exceeds?|exceeding|greater than|higher than|beats?|tops?)\s+$"
    r"|(?P<less>less than|under|below|fewer than|lower than)\s+$"
    r"|(?P<least>at least|no less than|not less than|minimum of|reach(?:es)?)\s+$"
    r"|(?P<most>at most|no more than|not more than|up to|maximum of)\s+$",
    re.IGNORECASE,
)
STRICT_ENDS = (
    "than", "over", "above", "exceed", "exceeds", "exceeding", "beat", "beats", "top", "tops", "under", "below",
    "least", "most", "of", "reach", "reaches", "to",
)  # fmt: skip
"""How the words before a figure end that say a relation."""

AFTER = re.compile(
    r"(?P<plus>\+)(?!\w)|\s*(?:(?P<least>or\s+(?:more|higher|above|better|over))"
    r"|(?P<most>or\s+(?:less|lower|below|fewer|under)))\b",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:not|no)\s+$", re.IGNORECASE)
THE_TOP = re.compile(r"(?:\b(?:the|its|their|our|all|both|of|in|among|any|each|every)\s+|^)$", re.IGNORECASE)
"""`the top 5` takes the first five; `will it top 5` goes over it."""
WORD_OF = {"more": ">", "less": "<", "least": ">=", "most": "<=", "plus": ">="}


def comparison(text: str, figure: Figure) -> tuple[str, str] | None:
    """(the words, the relation they mean) around a figure; None where none or both are said."""
    begin = max(0, figure.at - 24)
    worded = text[begin : figure.at].rstrip().lower().endswith(STRICT_ENDS)
    before = STRICT_BEFORE.search(text, begin, figure.at) if worded else None
    after = AFTER.match(text, figure.at + len(figure.text))
    if after is not None:
        return after.group().strip(), WORD_OF[after.lastgroup or ""]
    if before is None or DENIED.search(text, begin, before.start()):
        return None
    if before.group().strip().lower() == "top" and THE_TOP.search(text, begin, before.start()):
        return None
    return before.group().strip(), WORD_OF[before.lastgroup or ""]
