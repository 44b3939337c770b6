"""Markets as the scoreboard sees them, and what each outcome says about the axes and about single claims.

A market speaks once on an axis, however many of its links lie there: for an outcome, the mean of the log likelihood
ratios of those links whose event it is (where it is nobody's event, of all of them), each towards its claim's pole.
An outcome that the market's file calls neutral says nothing: its share of the outcome adds 0, and a market that
resolves to nothing else is no evidence, as one that is N/A.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from statistics import fmean

from markets.debate_events import Shares
from markets.score import log_ratio, verdict, weights
from markets.score_inputs import ScoredLink, ScoreInputs, Stand


@dataclass(frozen=True, slots=True)
class Played:
    """One market and its inputs: resolved (`shares` None: N/A), or open at `prices` of today (None: unknown).

    `known_at` is when its answer was known, where that was before it was posted.
    """

    inputs: ScoreInputs
    opened_at: datetime
    resolved_at: datetime | None = None
    shares: Shares | None = None
    prices: Shares | None = None
    stands: tuple[Stand, ...] = ()
    name: str = ""
    known_at: datetime | None = None

    @property
    def slug(self) -> str:
        """Its slug; with the number of the opening where it is not the first."""
        return self.name or self.inputs.market

    @property
    def resolved(self) -> bool:
        return self.resolved_at is not None

    @property
    def not_applicable(self) -> bool:
        return self.resolved and self.shares is None

    @property
    def neutral(self) -> bool:
        """Whether it resolved wholly to outcomes that say nothing."""
        return self.shares is not None and not speaking(self.shares, self.inputs)

    @property
    def counted(self) -> Shares | None:
        """What came true; of an open market what its price expects; None where neither is known."""
        return self.shares if self.resolved else self.prices


@dataclass(frozen=True, slots=True)
class Term:
    """What one market adds to a sum: its log likelihood ratio in nats, and its weight."""

    market: str
    log_ratio: float
    weight: float
    resolved: bool = True

    @property
    def adds(self) -> float:
        return self.weight * self.log_ratio


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sum of weighted log likelihood ratios."""

    terms: tuple[Term, ...] = ()

    @property
    def total(self) -> float:
        return sum((term.adds for term in self.terms), 0.0)

    @property
    def effective(self) -> float:
        """How many independent markets it is worth."""
        return sum((term.weight for term in self.terms), 0.0)

    @property
    def verdict(self) -> str:
        return verdict(self.total)


def share_of(shares: Shares, holds: Iterable[str]) -> float:
    """How far an event came true, 0 to 1."""
    return float(sum((shares.get(answer, Fraction(0)) for answer in holds), Fraction(0)))


def speaking(shares: Shares, inputs: ScoreInputs) -> float:
    """How much of an outcome says anything, 0 to 1: what is not neutral."""
    return share_of(shares, set(shares) - set(inputs.neutral))


def axis_evidence(axis: str, played: Sequence[Played]) -> Evidence:
    """Σ w·ln LR of the markets that speak on an axis, towards its plus side; open ones at what their price expects."""
    return _evidence(played, lambda link: link.sign if link.axis == axis else 0)


def claim_evidence(claim: str, played: Sequence[Played]) -> Evidence:
    """Σ w·ln[p(outcome | true) / p(outcome | false)] of the markets that bear on a claim."""
    return _evidence(played, lambda link: int(link.claim == claim))


def _evidence(played: Sequence[Played], sign: Callable[[ScoredLink], int]) -> Evidence:
    """One term a market that has a link with a sign, weighted by the clusters of the markets in this sum."""
    said: dict[str, tuple[Played, float]] = {}
    for each in played:
        signed = [(link, sign(link)) for link in each.inputs.links if sign(link)]
        if signed and each.counted is not None and speaking(each.counted, each.inputs):
            saying = [(key, share) for key, share in each.counted.items() if key not in each.inputs.neutral]
            said[each.slug] = (each, sum(float(share) * _speaks(key, signed) for key, share in saying))
    weighed = weights({slug: each.inputs.clusters for slug, (each, _) in said.items()})
    return Evidence(tuple(Term(slug, ratio, weighed[slug], each.resolved) for slug, (each, ratio) in said.items()))


def _speaks(answer: str, signed: Sequence[tuple[ScoredLink, int]]) -> float:
    """What one outcome says: the mean over the links that name it, or over all where none does."""
    named = [(link, sign) for link, sign in signed if answer in link.holds] or signed
    return fmean(
        sign * log_ratio(float(link.if_true), float(link.if_false), float(answer in link.holds)) for link, sign in named
    )
