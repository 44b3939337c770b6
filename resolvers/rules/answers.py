"""Values at T to outcomes: shares of tied answers, buckets of numbers."""

from __future__ import annotations

from decimal import Decimal

from resolvers import units
from resolvers.outcome import Answers
from resolvers.rules.exact import INF, Amount, Texts
from resolvers.rules.outcomes import ChoiceOutcome, NumberOutcome
from resolvers.rules.reducers import EMPTY

HUNDRED = Decimal(100)


def shared(labels: list[str], order: tuple[str, ...]) -> dict[str, Decimal]:
    """100 percent over the answers of tied rows, each row equally, in hundredths that add up to exactly 100."""
    counts = [(label, labels.count(label)) for label in order if label in labels]
    weights = {label: Decimal(count * 10000 // len(labels)) / 100 for label, count in counts}
    rest = int((HUNDRED - sum(weights.values())) * 100)
    for label, count in counts:
        if rest and count * 10000 % len(labels):
            weights[label] += Decimal("0.01")
            rest -= 1
    return weights


def chosen(how: ChoiceOutcome, found: Texts) -> tuple[Answers | None, str]:
    """The answer that the picked row's text leads to, or why none is certain."""
    if not found.options:
        return None, found.because or EMPTY
    labels = [None if text is None else how.answer_for(text) for text, _ in found.options]
    known = [label for label in labels if label is not None]
    if len(known) < len(labels) or (not found.certain and len(set(known)) > 1):
        return None, found.because or "the picked row's text leads to no answer"
    texts = ", ".join(sorted({text for text, _ in found.options if text is not None}))
    if not found.certain:
        return Answers(weights={known[0]: HUNDRED}, value=texts), ""
    return Answers(weights=shared(known, how.answers()), value=texts), ""


def bucketed(how: NumberOutcome, amount: Amount) -> tuple[Answers | None, str]:
    """The bucket of a number, or why it is open; that a group is empty puts nothing in a bucket."""
    if not amount.defined or (amount.low == amount.high and abs(amount.low) == INF):
        return None, amount.because or EMPTY
    amount = amount.wide
    low, high = how.rounded(amount.low), how.rounded(amount.high)
    if how.bucket(low) != how.bucket(high):
        return None, amount.because or EMPTY
    shown = units.show(low, how.unit) if low == high else f"{units.show(low, how.unit)} to {units.show(high, how.unit)}"
    return Answers(weights={how.answers()[how.bucket(low)]: HUNDRED}, value=shown), ""
