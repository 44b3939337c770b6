"""Filling one order: resting limit orders at a better price first, the pool between them.

Rules: manifold.md section 3.1 (limit orders), looked at 2026-11-21. A taker's YES meets resting NO orders from the
lowest limit up, a taker's NO meets resting YES orders from the highest down; older orders first at the same limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from markets.sandbox.economics.pool import Pool, Side, other

DUST = 1e-9  # mana or shares; less than this is rounding noise
NO_LIMIT = {"YES": 1.0, "NO": 0.0}


@dataclass(frozen=True, slots=True)
class Order:
    """A resting limit order: what is left of it in mana, and at which probability (0.01..0.99) it stands."""

    id: str
    user_id: str
    side: Side
    limit: float
    left: float
    created: int = 0

    @property
    def price(self) -> float:
        """What its owner pays for one share."""
        return self.limit if self.side == "YES" else 1 - self.limit


@dataclass(frozen=True, slots=True)
class Fill:
    """One piece of a fill as the taker sees it; order is None for the pool, maker_mana what the other side paid."""

    mana: float
    shares: float
    order: Order | None = None
    maker_mana: float = 0.0


@dataclass(frozen=True, slots=True)
class Take:
    """What filling an order did: the pool after, its pieces, and the orders whose owners could not pay."""

    pool: Pool
    fills: tuple[Fill, ...] = ()
    cancelled: tuple[Order, ...] = ()

    @property
    def mana(self) -> float:
        """Mana spent by the taker."""
        return sum(f.mana for f in self.fills)

    @property
    def shares(self) -> float:
        """Shares received by the taker."""
        return sum(f.shares for f in self.fills)


@dataclass(slots=True)
class _Filling:
    """A fill in progress: what may still be spent or bought, and the pool as it moves."""

    pool: Pool
    side: Side
    mana: float
    shares: float
    purses: dict[str, float]
    fills: list[Fill] = field(default_factory=list)
    cancelled: list[Order] = field(default_factory=list)

    def done(self) -> bool:
        return self.mana <= DUST or self.shares <= DUST

    def beyond(self, prob: float) -> bool:
        """Whether the price has reached prob."""
        return self.pool.prob >= prob if self.side == "YES" else self.pool.prob <= prob

    def spend(self, fill: Fill) -> None:
        self.fills.append(fill)
        self.mana -= fill.mana
        self.shares -= fill.shares

    def from_pool(self, to: float) -> None:
        """Buy from the pool until the price is at to, or the order is done."""
        if self.done() or self.beyond(to):
            return
        bounds = [self.mana]
        if 0 < to < 1:
            bounds.append(self.pool.mana_to(self.side, to))
        if self.shares != float("inf"):
            bounds.append(self.pool.cost_of(self.side, self.shares))
        mana = min(bounds)
        if mana <= 0:
            return
        shares = self.pool.shares_for(self.side, mana)
        if self.shares != float("inf") and mana == bounds[-1]:
            shares = self.shares
        self.pool = self.pool.after(self.side, mana, shares)
        self.spend(Fill(mana, shares))

    def from_order(self, order: Order) -> None:
        """Match a resting order, or cancel it if its owner lacks the mana."""
        if self.done():
            return
        price = 1 - order.price
        shares = min(order.left / order.price, self.mana / price, self.shares)
        maker_mana = shares * order.price
        purse = self.purses.get(order.user_id)
        if purse is not None:
            if purse - maker_mana < -DUST:
                self.cancelled.append(order)
                return
            self.purses[order.user_id] = purse - maker_mana
        self.spend(Fill(shares * price, shares, order, maker_mana))


def take(
    pool: Pool,
    side: Side,
    *,
    mana: float = float("inf"),
    shares: float = float("inf"),
    limit: float | None = None,
    orders: Iterable[Order] = (),
    purses: dict[str, float] | None = None,
) -> Take:
    """Spend up to mana, or buy up to shares, on a side until the price reaches limit.

    Purses hold what each maker can pay and are used up in place.
    """
    stop = NO_LIMIT[side] if limit is None else limit
    filling = _Filling(pool, side, mana, shares, {} if purses is None else purses)
    for order in queue(orders, side):
        if (order.limit > stop) if side == "YES" else (order.limit < stop):
            break
        filling.from_pool(order.limit)
        filling.from_order(order)
    filling.from_pool(stop)
    return Take(filling.pool, tuple(filling.fills), tuple(filling.cancelled))


def queue(orders: Iterable[Order], side: Side) -> list[Order]:
    """The resting orders a taker on this side would meet, best price first, then oldest."""
    against = [o for o in orders if o.side == other(side) and o.left > DUST]
    sign = 1 if side == "YES" else -1
    return sorted(against, key=lambda o: (sign * o.limit, o.created))
