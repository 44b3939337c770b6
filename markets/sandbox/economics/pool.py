"""One constant-product pool of YES and NO shares: what a bet buys, what shares cost, where the price goes.

Formulas: manifold.md sections 3.1 and 3.2, looked at 2026-11-21; k = yes^p * no^(1-p) stays the same in a trade.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Side = Literal["YES", "NO"]

BISECTION_STEPS = 200  # more than enough to run out of float digits from any bracket


def power(base: float, exponent: float) -> float:
    """Base to an exponent; a pool that rounding has emptied counts as exactly empty."""
    if base <= 0:
        return 0.0 if exponent > 0 else math.inf
    return math.pow(base, exponent)


def other(side: Side) -> Side:
    """The opposite side."""
    return "NO" if side == "YES" else "YES"


@dataclass(frozen=True, slots=True)
class Pool:
    """Shares on both sides and the weight p; prices are fractions of one mana per share."""

    yes: float
    no: float
    p: float = 0.5

    def _k(self) -> float:
        return power(self.yes, self.p) * power(self.no, 1 - self.p)

    @property
    def prob(self) -> float:
        """The price of one YES share, 0..1."""
        return self.p * self.no / ((1 - self.p) * self.yes + self.p * self.no)

    def shares_for(self, side: Side, mana: float) -> float:
        """How many shares of a side a spend of mana buys."""
        k = self._k()
        if side == "YES":
            return self.yes + mana - power(k * power(mana + self.no, self.p - 1), 1 / self.p)
        return self.no + mana - power(k * power(mana + self.yes, -self.p), 1 / (1 - self.p))

    def after(self, side: Side, mana: float, shares: float) -> Pool:
        """The pool after it took mana and gave shares of a side."""
        if side == "YES":
            return Pool(self.yes + mana - shares, self.no + mana, self.p)
        return Pool(self.yes + mana, self.no + mana - shares, self.p)

    def cost_of(self, side: Side, shares: float) -> float:
        """What exactly that many shares of a side cost in mana."""
        if self.p != 0.5:
            return bisect(lambda mana: self.shares_for(side, mana) - shares, 0.0, shares)
        opposite = self.no if side == "YES" else self.yes
        gap = self.yes + self.no - shares
        root = math.sqrt(4 * opposite * shares + gap * gap)
        return (shares - self.yes - self.no + root) / 2

    def mana_to(self, side: Side, prob: float) -> float:
        """The mana that moves the price to prob by buying a side; 0 or less when it is there already."""
        if side == "YES":
            t = self.p * (prob - 1) / ((self.p - 1) * prob)
            return power(t, -self.p) * (self._k() - self.no * power(t, self.p))
        flipped = 1 - prob
        u = (1 - self.p) * (flipped - 1) / (-self.p * flipped)
        return power(u, self.p - 1) * (self._k() - self.yes * power(u, 1 - self.p))

    def with_liquidity(self, mana: float) -> Pool:
        """The pool with mana added on both sides and p moved so that the price stays (cpmm-1 only)."""
        q = self.prob
        p = q * (mana + self.yes) / (mana - self.no * (q - 1) + q * self.yes)
        return Pool(self.yes + mana, self.no + mana, p)


def bisect(f: Callable[[float], float], low: float, high: float) -> float:
    """The root of a function that rises from below zero at low to above zero at high, to the last float digit."""
    for _ in range(BISECTION_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if f(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
