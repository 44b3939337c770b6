"""Patterns for `matching:` that can never run away: short, without back-references or repeats of repeats."""

from __future__ import annotations

import re
import warnings
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of `re` itself, the same in 3.11 to 3.14
from re import _parser as parser  # type: ignore[attr-defined]  # looking at its tree is the one sure way to see repeats
from typing import Any

LONGEST_PATTERN = 120
"""Characters."""
LONGEST_TEXT = 300
"""Characters of a cell that a pattern is held against; more makes the cell unreadable for it."""
MOST_REPEATS = 2
"""Repeats in one pattern: the work grows with the text's length to this power."""
MOST_CHOICES = (10, 6, 2)
"""Optional parts (`?`) and alternatives in a pattern with so many repeats: each may double the work."""

REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
SINGLE = (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY)
"""Parts that match one character, so that a fixed number of them leaves no choice."""
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
        # What `re` only warns of (a set inside a set) will mean something else one day.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = parser.parse(pattern)
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        return f"not a pattern: {error}"
    found = _Look()
    found.look(tree, False)
    if found.refused:
        return f"{found.refused} is not allowed in a pattern"
    if found.repeats > MOST_REPEATS:
        return f"at most {MOST_REPEATS} repeats (*, +, {{2,5}}) in one pattern"
    most = MOST_CHOICES[found.repeats]
    if found.choices > most:
        return f"at most {most} optional parts and alternatives (?, |) with {found.repeats} repeats in one pattern"
    return ""


class _Look:
    """Walks a parsed pattern and remembers what could make it run away."""

    def __init__(self) -> None:
        self.refused = ""
        self.repeats = self.choices = 0

    def look(self, part: Any, repeated: bool) -> None:
        for code, value in part:
            if code in REFUSED:
                self.refused = REFUSED[code]
            elif code in REPEATS:
                self._repeat(value, repeated)
            elif code is codes.SUBPATTERN:
                self.look(value[-1], repeated)
            elif code is codes.BRANCH:
                self._branch(value[1], repeated)
            elif code is codes.ATOMIC_GROUP:
                self.look(value, repeated)

    def _branch(self, branches: Any, repeated: bool) -> None:
        self.choices += len(branches) - 1
        if repeated:
            self.refused = "an alternative inside a repeat"
        for branch in branches:
            self.look(branch, repeated)

    def _repeat(self, value: tuple[int, Any, Any], repeated: bool) -> None:
        least, most, inner = value
        if repeated:
            self.refused = "a repeat inside a repeat"
        if most == 1:
            self.choices += 1
        elif least != most or len(inner) != 1 or inner[0][0] not in SINGLE:
            self.repeats += 1
        self.look(inner, repeated or most != 1)
