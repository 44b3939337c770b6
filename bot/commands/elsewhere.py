"""A word that was asked of the wrong command, and the one that tells of it."""

from __future__ import annotations

from markets.lint.explain import EVERY
from markets.rulebook import words
from markets.spec import MarketFile


def told_elsewhere(word: str) -> str | None:
    """Where a code, a word of the rules or a key of a market's file is told of; None of any other word."""
    code, low = word.strip().upper(), word.strip().lower()
    if code in EVERY:
        return f"{code} is the code of a fault: `crux explain {code}` tells of it"
    if low in words():
        return f"{low!r} is a word of the rule language, no code: `crux rules {low}` tells of it"
    if low in MarketFile.model_fields:
        return (
            f"{low!r} is a key of a market's file, neither a code nor a part of its rule: "
            "with `crux schema` an editor completes and checks it"
        )
    return None
