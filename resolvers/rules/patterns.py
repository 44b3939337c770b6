"""Patterns for `matching:` that can never run away: short, without back-references or repeats of repeats."""

from __future__ import annotations

import re
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of `re` itself, the same in 3.11 to 3.14
from re import _parser as parser  # type: ignore[attr-defined]  # looking at its tree is the one sure way to see repeats
from typing import Any

LONGEST_PATTERN = 120
"""Characters."""
LONGEST_TEXT = 2000
"""Characters of a cell that a pattern is held against; more makes the cell unreadable for it."""
MOST_REPEATS = 3
"""Open-ended repeats in one pattern: the work grows with the text's length to this power."""

REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
REFUSED = {
    codes.GROUPREF: "a back-reference",
    codes.GROUPREF_EXISTS: "a conditional group",
    codes.ASSERT: "a look-ahead or look-behind",
    codes.ASSERT_NOT: "a look-ahead or look-behind",
}


def why_refused(pattern: str) -> str:
    """Why a pattern is not accepted, in words; empty where it is."""
    if len(pattern) > LONGEST_PATTERN:
        return f"a pattern has at most {LONGEST_PATTERN} characters"
    try:
        tree = parser.parse(pattern)
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"not a pattern: {error}"
    found = _Look()
    found.look(tree, False)
    if found.refused:
        return f"{found.refused} is not allowed in a pattern"
    if found.open_repeats > MOST_REPEATS:
        return f"at most {MOST_REPEATS} open-ended repeats (*, +) in one pattern"
    return ""


class _Look:
    """Walks a parsed pattern and remembers what could make it run away."""

    def __init__(self) -> None:
        self.refused = ""
        self.open_repeats = 0

    def look(self, part: Any, repeated: bool) -> None:
        for code, value in part:
            if code in REFUSED:
                self.refused = REFUSED[code]
            elif code in REPEATS:
                self._repeat(value, repeated)
            elif code is codes.SUBPATTERN:
                self.look(value[-1], repeated)
            elif code is codes.BRANCH:
                for branch in value[1]:
                    self.look(branch, repeated)
            elif code is codes.ATOMIC_GROUP:
                self.look(value, repeated)

    def _repeat(self, value: tuple[int, Any, Any], repeated: bool) -> None:
        _, most, inner = value
        if repeated and most != 1:
            self.refused = "a repeat inside a repeat"
        if most is codes.MAXREPEAT or most > 50:
            self.open_repeats += 1
        self.look(inner, repeated or most != 1)
