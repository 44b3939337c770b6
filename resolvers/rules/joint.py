"""Several values or truths as one: k of n, and sources that must agree."""

from __future__ import annotations

from collections.abc import Sequence

from resolvers import units
from resolvers.rules.exact import (
    FALSE,
    TRUE,
    Amount,
    Early,
    EarlyTexts,
    MaybeEmpty,
    Texts,
    Truth,
    opened,
    reasons,
    undefined,
    without,
)

CONFLICT = "the sources disagree"
"""How the reason begins where sources that must agree are known to differ."""


def at_least(n: int, parts: Sequence[Truth]) -> Truth:
    """Kleene's k of n: true once n are known to be true, false once n are out of reach, else unknown."""
    true = sum(1 for part in parts if part.value is True)
    if true >= n:
        return TRUE
    open_parts = [part for part in parts if part.value is None]
    if true + len(open_parts) < n:
        return FALSE
    unknown = sum(1 for part in open_parts if type(part) is not Early)
    return opened(open_parts, true + unknown >= n)


def agreed(parts: Sequence[Amount], names: Sequence[str], unit: str) -> Amount:
    """The number that all show; a conflict where two cannot be equal, else unknown."""
    if any(not part.defined for part in parts):
        return without(*parts)
    lowest_high = min(range(len(parts)), key=lambda place: parts[place].high)
    highest_low = max(range(len(parts)), key=lambda place: parts[place].low)
    if parts[lowest_high].high < parts[highest_low].low:
        told = [f"{names[place]} says {_shown(parts[place], unit)}" for place in sorted({lowest_high, highest_low})]
        return undefined(f"{CONFLICT}: {', '.join(told)}")
    if all(part.low == part.high for part in parts):
        kind = MaybeEmpty if any(type(part) is MaybeEmpty for part in parts) else Amount
        return kind(parts[0].low, parts[0].low, "", tuple(row for part in parts for row in part.rows))
    return undefined(reasons(*parts) or "it is open whether the sources agree")


def _shown(amount: Amount, unit: str) -> str:
    low, high = units.show(amount.low, unit), units.show(amount.high, unit)
    return low if low == high else f"{low} to {high}"


def agreed_truth(parts: Sequence[Truth], names: Sequence[str]) -> Truth:
    """The truth on which all agree."""
    early = [part for part in parts if type(part) is Early]
    if early:
        return Early(None, reasons(*early))
    found = {part.value for part in parts}
    if found >= {True, False}:
        told = [f"{name} says {'true' if part.value else 'false'}" for part, name in zip(parts, names, strict=True)
                if part.value is not None]  # fmt: skip
        return Truth(None, f"{CONFLICT}: {', '.join(told)}")
    return Truth(None, reasons(*parts)) if None in found else parts[0]


def agreed_texts(parts: Sequence[Texts], names: Sequence[str]) -> Texts:
    """The texts of the picked rows where every source picks rows with the same."""
    early = next((part for part in parts if type(part) is EarlyTexts), None)
    if early is not None:
        return early
    told = [sorted(text for text, _ in part.options if text is not None) for part in parts]
    if any(not part.certain or not part.options or len(texts) < len(part.options) for part, texts in zip(
        parts, told, strict=True)):  # fmt: skip
        return Texts((), False, reasons(*parts) or "no eligible row")
    if any(texts != told[0] for texts in told):
        said = [f"{name} says {' and '.join(dict.fromkeys(texts))}" for name, texts in zip(names, told, strict=True)]
        return Texts((), False, f"{CONFLICT}: {', '.join(said)}")
    return parts[0]
