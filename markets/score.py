"""The arithmetic of who was right: proper scores, log likelihood ratios, weights, and the words for a total.

All logarithms are natural (a score is in nats). A score reports and decides nothing, so these are floats: two places
are shown, JSON has them whole. Both scores are proper: whoever says what they believe expects the best score (the
logarithm is Good's, 1952, the square Brier's, 1950).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from math import exp, log
from typing import Literal

IMPUTED_BAND = 0.1
"""How far a probability read out of a word may be off, either way."""

SUREST = 0.01

SHARED = 0.5
"""How much of a further market of a cluster repeats what the first one said."""

ENOUGH = 5.0
"""The smallest effective number at which voices are ranked."""

ODDS_PER_STEP = 3
"""A position one step along an axis stands for odds of 3 to 1, two steps for 9 to 1."""

STEPS = ((log(2), "no verdict"), (log(5), "leans"), (log(20), "favours"))
"""Under each bound, the word; beyond the last one it is `strongly favours`."""


NOISE = 1e-9
"""What binary arithmetic may be off by: a ratio of 0.15 to 0.03 is 5, whichever side of ln 5 it lands on."""


def pushed(credence: float, if_true: float, if_false: float) -> float:
    """The probability of an event that follows from a credence in a claim: c·p1 + (1-c)·p0."""
    return credence * if_true + (1 - credence) * if_false


def log_score(p: float, came_true: float) -> float:
    """ln of the probability given to what happened; an event that came true in part counts by its parts. 0 is best."""
    return came_true * log(p) + (1 - came_true) * log(1 - p)


def brier(p: float, came_true: float) -> float:
    """The squared distance to what happened, by its parts. 0 is best, 1 is worst."""
    return came_true * (1 - p) ** 2 + (1 - came_true) * p**2


def log_ratio(if_true: float, if_false: float, came_true: float) -> float:
    """ln of how much likelier the outcome was if the claim holds than if it does not."""
    return came_true * log(if_true / if_false) + (1 - came_true) * log((1 - if_true) / (1 - if_false))


def band(credence: float) -> tuple[float, float]:
    """The ends of what a word may have meant; never quite 0 or 1, which no word means."""
    return max(credence - IMPUTED_BAND, SUREST), min(credence + IMPUTED_BAND, 1 - SUREST)


def weight(n: int) -> float:
    """What each of n markets that rise and fall together counts: 1, 2/3, 1/2, ..."""
    return 1 / (1 + SHARED * (n - 1))


def weights(clusters: Mapping[str, Collection[str]]) -> dict[str, float]:
    """Market -> its weight in one sum, by the clusters it is in; of several, the most crowded one counts."""
    crowd = Counter(cluster for mine in clusters.values() for cluster in set(mine))
    return {market: weight(max((crowd[cluster] for cluster in mine), default=1)) for market, mine in clusters.items()}


def verdict(total: float) -> str:
    """A sum of log likelihood ratios in words, from even odds: `no verdict`, `leans +`, `strongly favours -`."""
    word = next((word for bound, word in STEPS if abs(total) < bound - NOISE), "strongly favours")
    return word if word == STEPS[0][1] else f"{word} {'+' if total > 0 else '-'}"


def held(total: float) -> Literal["held", "failed", "unresolved"]:
    """Whether the evidence speaks for a claim, against it, or not clearly."""
    if abs(total) < STEPS[0][0] - NOISE:
        return "unresolved"
    return "held" if total > 0 else "failed"


def prior_of(position: int) -> float:
    """The credence in the plus side that a position of -2 to 2 stands for: 0.1, 0.25, 0.5, 0.75, 0.9."""
    odds = float(ODDS_PER_STEP) ** position
    return odds / (1 + odds)


def log_odds(p: float) -> float:
    return log(p / (1 - p))


def moved(prior: float, total: float) -> float:
    """A credence after evidence of `total` nats."""
    return 1 / (1 + exp(-(log_odds(prior) + total)))
