"""Bets and sales on answers whose probabilities must add up to one.

Method: manifold.md section 3.2, looked at 2026-11-21. "s NO in every other answer" is the same holding as
"s YES here and s(N-2) mana", and "s YES in every other answer" the same as "s NO here"; s is found by bisection so
that the prices add up to one after the trade. The legs in the other answers end with nothing left to their buyer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markets.sandbox.economics.matching import Order, Take, take
from markets.sandbox.economics.pool import BISECTION_STEPS, Pool, Side, other


@dataclass(frozen=True, slots=True)
class Quote:
    """One answer's pool and the limit orders resting on it."""

    pool: Pool
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class Trade:
    """A bet or sale on one answer: the direct fill, the legs in the others, and what the legs add (mana and shares)."""

    direct: Take
    legs: dict[str, Take]
    arb_mana: float
    arb_shares: float

    @property
    def mana(self) -> float:
        """All mana spent."""
        return self.direct.mana + self.arb_mana

    @property
    def shares(self) -> float:
        """All shares of the wanted side received."""
        return self.direct.shares + self.arb_shares

    @property
    def price_sum(self) -> float:
        """The sum of all prices after the trade."""
        return self.direct.pool.prob + sum(leg.pool.prob for leg in self.legs.values())


@dataclass(frozen=True, slots=True)
class Book:
    """All open answers of a market, and what each maker of a limit order can pay."""

    quotes: Mapping[str, Quote]
    purses: Mapping[str, float]

    def buy(self, answer: str, side: Side, mana: float, limit: float) -> Trade:
        """Spend up to mana on a side of one answer until its price reaches limit."""
        here = self.quotes[answer].pool.prob
        if (here >= limit) if side == "YES" else (here <= limit):
            return Trade(Take(self.quotes[answer].pool), {}, 0.0, 0.0)
        if len(self.quotes) < 2:
            return Trade(self._direct(answer, side, dict(self.purses), mana=mana, limit=limit), {}, 0.0, 0.0)
        high = mana / self._leg_price(answer, side)
        return _settle(lambda s: self._bought(answer, side, s, mana, limit), high, rising=side == "NO")

    def sell(self, answer: str, side: Side, shares: float) -> Trade:
        """Buy that many shares of the opposite side, which together with the seller's own turn into mana."""
        bought = other(side)
        if len(self.quotes) < 2:
            return Trade(self._direct(answer, bought, dict(self.purses), shares=shares), {}, 0.0, 0.0)
        return _settle(lambda s: self._bought_shares(answer, bought, s, shares), shares, rising=bought == "NO")

    def _bought(self, answer: str, side: Side, s: float, mana: float, limit: float) -> Trade | None:
        purses = dict(self.purses)
        legs, cost = self._legs(answer, side, s, purses)
        if mana - cost < 0:
            return None
        direct = self._direct(answer, side, purses, mana=mana - cost, limit=limit)
        return Trade(direct, legs, cost, s)

    def _bought_shares(self, answer: str, side: Side, s: float, shares: float) -> Trade | None:
        purses = dict(self.purses)
        legs, cost = self._legs(answer, side, s, purses)
        return Trade(self._direct(answer, side, purses, shares=shares - s), legs, cost, s)

    def _direct(
        self,
        answer: str,
        side: Side,
        purses: dict[str, float],
        *,
        mana: float = float("inf"),
        shares: float = float("inf"),
        limit: float | None = None,
    ) -> Take:
        quote = self.quotes[answer]
        return take(quote.pool, side, mana=mana, shares=shares, limit=limit, orders=quote.orders, purses=purses)

    def _legs(self, answer: str, side: Side, s: float, purses: dict[str, float]) -> tuple[dict[str, Take], float]:
        """Buy s shares of the opposite side in every other answer; the net cost after redeeming complete sets."""
        legs = {
            name: take(quote.pool, other(side), shares=s, orders=quote.orders, purses=purses)
            for name, quote in self.quotes.items()
            if name != answer
        }
        redeemed = s * (len(self.quotes) - 2) if side == "YES" else 0.0
        return legs, sum(leg.mana for leg in legs.values()) - redeemed

    def _leg_price(self, answer: str, side: Side) -> float:
        """The present net price of one arbitrage share, which is the least it can cost."""
        others = [quote.pool.prob for name, quote in self.quotes.items() if name != answer]
        if side == "NO":
            return sum(others)
        return max(sum(1 - prob for prob in others) - len(self.quotes) + 2, 1e-6)


def _settle(trade_at: Callable[[float], Trade | None], high: float, *, rising: bool) -> Trade:
    """The trade at the s where prices add up to one; rising says whether their sum rises with s."""
    low = 0.0
    best = trade_at(0.0)
    for _ in range(BISECTION_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        trade = trade_at(middle)
        if trade is None or (trade.price_sum > 1) == rising:
            high = middle
        else:
            low, best = middle, trade
    assert best is not None
    return best
