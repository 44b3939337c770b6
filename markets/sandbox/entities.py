"""What the sandbox remembers, as frozen records; a change is a new record under the same id.

Money is mana as float, times are unix milliseconds, probabilities are fractions, as on Manifold itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from markets.sandbox.economics.pool import Pool, Side

Json = dict[str, Any]
BANK = "BANK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person with a key; actor is the part it plays in tests (creator, trader1, …, mod)."""

    id: str
    key: str = field(repr=False)
    actor: str
    username: str
    name: str
    created_time: int
    balance: float
    trusted: bool = True
    moderator: bool = False
    last_bet_time: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A contract of any type; pools are here for cpmm-1 and in its answers for cpmm-multi-1."""

    id: str
    creator_id: str
    question: str
    slug: str
    outcome_type: str
    mechanism: str
    created_time: int
    description: Any
    visibility: str = "public"
    close_time: int | None = None
    pool_yes: float = 0.0
    pool_no: float = 0.0
    p: float = 0.5
    total_liquidity: float | None = None
    subsidy_pool: float = 0.0
    volume: float = 0.0
    traders: tuple[str, ...] = ()
    last_updated_time: int = 0
    last_bet_time: int | None = None
    last_comment_time: int | None = None
    last_drizzle_time: int = 0
    is_resolved: bool = False
    resolution: str | None = None
    resolution_time: int | None = None
    resolution_probability: float | None = None
    resolver_id: str | None = None
    add_answers_mode: str | None = None
    sum_to_one: bool | None = None
    cover_image_url: str | None = None
    group_slugs: tuple[str, ...] | None = None
    creator_banned: bool = False
    minimum: float | None = None
    maximum: float | None = None
    log_scale: bool = False
    options: tuple[str, ...] | None = None
    total_bounty: float | None = None
    unit: str | None = None
    timezone: str | None = None

    @property
    def pool(self) -> Pool:
        """The one pool of a cpmm-1 market."""
        return Pool(self.pool_yes, self.pool_no, self.p)

    @property
    def is_multi(self) -> bool:
        """Whether it has answers with pools of their own."""
        return self.mechanism == "cpmm-multi-1"

    @property
    def independent(self) -> bool:
        """Whether its answers resolve one by one."""
        return self.is_multi and not self.sum_to_one

    def closed(self, now: int) -> bool:
        """Whether trading has ended."""
        return self.is_resolved or (self.close_time is not None and self.close_time <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of a market; prob is its price, and the resolved weight after a resolution."""

    id: str
    contract_id: str
    user_id: str
    index: int
    text: str
    created_time: int
    pool_yes: float
    pool_no: float
    prob: float
    total_liquidity: float
    subsidy_pool: float = 0.0
    is_other: bool = False
    volume: float = 0.0
    color: str | None = None
    short_text: str | None = None
    image_url: str | None = None
    midpoint: float | None = None
    paid_subsidy: float = 0.0
    resolution: str | None = None
    resolution_time: int | None = None
    resolution_probability: float | None = None
    resolver_id: str | None = None

    @property
    def pool(self) -> Pool:
        """Its pool, always with p = 0.5."""
        return Pool(self.pool_yes, self.pool_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class BetFill:
    """One piece of a bet as read back; matched is the other bet's id (None: the pool), maker if it was met resting."""

    mana: float
    shares: float
    timestamp: int
    matched: str | None = None
    sale: bool = False
    maker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """A bet, sale, limit order or redemption; sales have negative mana and shares.

    A row that is no order came out of other bets (pairs turned into mana, shares passed on) and has no fills.
    """

    id: str
    contract_id: str
    user_id: str
    side: Side
    mana: float
    order_mana: float
    shares: float
    prob_before: float
    prob_after: float
    created_time: int
    updated_time: int
    answer_id: str | None = None
    group_id: str | None = None
    limit: float | None = None
    expires_at: int | None = None
    is_filled: bool = True
    is_cancelled: bool = False
    is_redemption: bool = False
    is_order: bool = True
    visibility: str | None = "public"
    fills: tuple[BetFill, ...] = ()

    def rests(self, now: int) -> bool:
        """Whether it is a limit order that can still be matched."""
        late = self.expires_at is not None and self.expires_at <= now
        return self.limit is not None and not (self.is_filled or self.is_cancelled or late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What one trader holds of one pool, as of that trader's last bet or the resolution."""

    id: str
    contract_id: str
    user_id: str
    answer_id: str | None = None
    yes: float = 0.0
    no: float = 0.0
    spent_yes: float = 0.0
    spent_no: float = 0.0
    invested: float = 0.0
    sold: float = 0.0
    payout: float = 0.0
    profit: float = 0.0
    previous_profit: float | None = None
    last_prob: float | None = None
    last_bet_time: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Txn:
    """One row of the ledger."""

    id: str
    amount: float
    from_id: str
    to_id: str
    from_type: str
    to_type: str
    category: str
    created_time: int
    description: str | None = None
    extra: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on a market; stake is what its author had bet and held there when it was written."""

    id: str
    contract_id: str
    user_id: str
    content: Json
    created_time: int
    reply_to: str | None = None
    stake: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """Liquidity given (or, negative, taken back) by one user."""

    id: str
    contract_id: str
    user_id: str
    amount: float
    created_time: int
    answer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic that markets can be tagged with."""

    id: str
    slug: str
    name: str
    created_time: int
    privacy: str = field(default="public")


Entity = Account | Market | Answer | Bet | Position | Txn | Comment | Provision | Topic
Kind = TypeVar("Kind", bound=Any)


def to_json(entity: Entity | BetFill) -> Json:
    """A record as plain JSON, without the values that are the default."""
    row: Json = {}
    for spec in fields(entity):
        value = getattr(entity, spec.name)
        if value != spec.default or isinstance(value, bool) != isinstance(spec.default, bool):
            row[spec.name] = [to_json(v) for v in value] if spec.name == "fills" else value
    return row


def from_json(kind: type[Kind], row: Json) -> Kind:
    """The record of a kind that to_json wrote."""
    values = dict(row)
    if "fills" in values:
        values["fills"] = tuple(from_json(BetFill, fill) for fill in values["fills"])
    for name in ("traders", "options", "group_slugs"):
        if values.get(name) is not None:
            values[name] = tuple(values[name])
    result: Kind = kind(**values)
    return result
