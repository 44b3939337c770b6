"""What is published with fourteen digits, told with as many as it takes; the exact figure stays where it was frozen.

For cards, chat and log. Evidence files, receipts and `--json` keep every digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal

from resolvers.outcome import Answers, Outcome
from resolvers.verdict import Verdict

MOST_DECIMALS = 4
"""A figure with no more of them is told as it was published."""
LEAST_DECIMALS = 2
LEAST_DIGITS = 3
"""Digits that say something, whatever zeros stand before them."""
FIGURE = re.compile(r"(?<![\w./:#=&?@-])(?<!\d,)-?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.(\d+))?(?!\w|[.,:/-]\d)")
"""A number that stands for itself: no part of a name, an address, a date, a version or a list without spaces."""
WIDE = Context(prec=400)
"""Wide enough for every figure that is cut."""
MOST_CHARS = 300
"""Of a figure; what is longer is some row of digits, and stays as it is."""
MOST_TEXT = 4000
"""Characters of a sentence; what is longer is some cell, whose figures would all have to be told apart."""
HUNDREDTH = Decimal("0.01")
INSTANT = re.compile(r"\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:\+00:00|Z)")
"""A moment as the record writes it."""


def shortened(text: str, beside: Iterable[str] = ()) -> str:
    """A sentence with its long figures cut: each can still be told from every other in it, and from those `beside` it.

    `beside` are texts with the threshold and the figure before; a figure never moves past or onto one that it is not,
    nor onto a whole number, as thresholds mostly are, or a whole percent of one.
    """
    if len(text) > MOST_TEXT:
        return text
    near = {value for each in beside for value in figures(each)}
    others = near | set(figures(text)) | {Decimal(0)}

    def cut(found: re.Match[str]) -> str:
        told = len(found.group())
        whole = len(found[1] or "") <= MOST_DECIMALS or told > MOST_CHARS or _value(found.group()) in near
        return found.group() if whole else _cut(found.group(), others)

    return FIGURE.sub(cut, text)


def readable(text: str) -> str:
    """A sentence of Crux's own from the record: moments to the minute, figures no longer than it takes."""
    return shortened(INSTANT.sub(r"\1 \2 UTC", text))


def figures(text: str) -> list[Decimal]:
    """Every number that stands for itself in a text."""
    return [_value(found.group()) for found in FIGURE.finditer(text) if len(found.group()) <= MOST_CHARS]


def answer(outcome: Outcome) -> str:
    """What is resolved to, without the figure or date that was measured: `before 2026-11-25`."""
    return outcome.model_copy(update={"value": None}).words() if isinstance(outcome, Answers) else outcome.words()


def measured(outcome: Outcome) -> str:
    """The same with what was measured behind a dash: `before 2026-11-25 — 2026-11-23 19:47 UTC`, `5 to 6 — 5.21`."""
    told = answer(outcome)
    said = isinstance(outcome, Answers) and outcome.value is not None and outcome.words() != told
    return shortened(f"{told} — {outcome.value}") if said and isinstance(outcome, Answers) else told


def reason(verdict: Verdict) -> str:
    """Why it was decided so; an answer that is the value itself is said once, not `… was Anthropic: Anthropic`."""
    if verdict.outcome is None:
        return verdict.because
    said = verdict.outcome.words()
    twice = f" was {said}: {said}"
    return verdict.because.removesuffix(f": {said}") if verdict.because.endswith(twice) else verdict.because


def _value(figure: str) -> Decimal:
    return Decimal(figure.replace(",", ""))


def _cut(figure: str, others: Iterable[Decimal]) -> str:
    exact = _value(figure)
    published = len(figure.partition(".")[2])
    whole = [exact.to_integral_value(), *([exact.quantize(HUNDREDTH)] if abs(exact) < 1 else [])]
    near = [other for other in (*others, *whole) if other != exact]  # no threshold need be named
    for places in range(max(LEAST_DECIMALS, LEAST_DIGITS - 1 - exact.adjusted()), published):
        unit = Decimal(1).scaleb(-places)
        told = exact.quantize(unit, ROUND_HALF_EVEN, WIDE)
        if all(_apart(told, exact, other, unit) for other in near):
            return f"{told:,f}" if "," in figure else f"{told:f}"
    return figure


def _apart(told: Decimal, exact: Decimal, other: Decimal, unit: Decimal) -> bool:
    """Whether the shorter figure lies on the same side of another, which is cut as far in the same sentence."""
    return (told < other) == (exact < other) and told not in (other, other.quantize(unit, ROUND_HALF_EVEN, WIDE))
