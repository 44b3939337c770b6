"""Writing a filled order into the state: pools, makers, legs in other answers, volume and the creator's bonus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from markets.sandbox.actions.holdings import apply_trade
from markets.sandbox.economics.arbitrage import Book, Quote, Trade
from markets.sandbox.economics.matching import Fill, Order, Take
from markets.sandbox.economics.pool import Side, other
from markets.sandbox.economics.tiers import answer_tier, market_tier, trader_bonus
from markets.sandbox.entities import BANK, Account, Answer, Bet, BetFill, Market
from markets.sandbox.ledger import change_balance, record
from markets.sandbox.world import World

FILLED = 1e-7  # mana; a limit order with less left counts as filled


@dataclass(frozen=True, slots=True)
class Arena:
    """Where a bet happens: a market and, on multiple choice, one of its answers."""

    market: Market
    answer: Answer | None = None

    @property
    def answer_id(self) -> str | None:
        """The answer's id."""
        return self.answer.id if self.answer else None

    @property
    def linked(self) -> bool:
        """Whether a bet here moves other answers as well."""
        return self.answer is not None and bool(self.market.sum_to_one)

    @property
    def prob(self) -> float:
        """The present price."""
        return self.answer.pool.prob if self.answer else self.market.pool.prob


def resting_orders(world: World, market_id: str) -> dict[str | None, tuple[Order, ...]]:
    """The limit orders that can be matched now, by answer."""
    found: dict[str | None, list[Order]] = {}
    for at, bet in enumerate(world.state.bets.where("contract_id", market_id)):
        if bet.rests(world.now) and bet.limit is not None:
            order = Order(bet.id, bet.user_id, bet.side, bet.limit, bet.order_mana - bet.mana, at)
            found.setdefault(bet.answer_id, []).append(order)
    return {answer_id: tuple(orders) for answer_id, orders in found.items()}


def purses(world: World, orders: Iterable[tuple[Order, ...]]) -> dict[str, float]:
    """What each maker can pay."""
    users = {order.user_id for group in orders for order in group}
    return {user: world.state.accounts[user].balance for user in users}


def book_of(world: World, arena: Arena) -> Book:
    """All answers that move together with a bet in the arena (just the one on its own elsewhere)."""
    orders = resting_orders(world, arena.market.id)
    if arena.answer is None:
        quotes = {"": Quote(arena.market.pool, orders.get(None, ()))}
    else:
        answers = world.state.answers_of(arena.market.id) if arena.linked else [arena.answer]
        quotes = {answer.id: Quote(answer.pool, orders.get(answer.id, ())) for answer in answers}
    return Book(quotes, purses(world, orders.values()))


def bet_fills(trade: Trade, now: int, *, sale: bool = False) -> tuple[BetFill, ...]:
    """The pieces of a bet as shown: the direct ones, then one for what came by way of the other answers."""
    pieces = list(trade.direct.fills)
    if trade.legs:
        pieces.append(Fill(trade.arb_mana, trade.arb_shares))
    return tuple(_bet_fill(piece, now, sale=sale) for piece in pieces)


def _bet_fill(piece: Fill, now: int, *, sale: bool) -> BetFill:
    matched = piece.order.id if piece.order else None
    mana, shares = (piece.mana - piece.shares, -piece.shares) if sale else (piece.mana, piece.shares)
    return BetFill(mana=mana, shares=shares, timestamp=now, matched=matched, sale=sale)


def settle_makers(world: World, done: Take, taker_id: str) -> None:
    """Charge the owners of matched orders, and cancel the orders whose owners could not pay."""
    for piece in done.fills:
        if piece.order is not None:
            _fill_maker(world, piece, taker_id)
    for order in done.cancelled:
        world.state.bets.put(replace(world.state.bets[order.id], is_cancelled=True, updated_time=world.now))


def _fill_maker(world: World, piece: Fill, taker_id: str) -> None:
    assert piece.order is not None
    bet = world.state.bets[piece.order.id]
    fill = BetFill(mana=piece.maker_mana, shares=piece.shares, timestamp=world.now, matched=taker_id, maker=True)
    bet = replace(
        bet,
        mana=bet.mana + piece.maker_mana,
        shares=bet.shares + piece.shares,
        fills=(*bet.fills, fill),
        updated_time=world.now,
    )
    world.state.bets.put(replace(bet, is_filled=bet.order_mana - bet.mana <= FILLED))
    change_balance(world.state, bet.user_id, -piece.maker_mana)
    # A maker's holding is valued at the price when the order was placed, as the real server does.
    apply_trade(world, bet, piece.maker_mana, piece.shares, bet.prob_after)


def move_pools(world: World, arena: Arena, trade: Trade, volume: float) -> None:
    """Write the pools after a trade, and the volume it made."""
    market = world.state.markets[arena.market.id]
    market = replace(market, volume=market.volume + volume, last_bet_time=world.now, last_updated_time=world.now)
    after = trade.direct.pool
    if arena.answer is None:
        market = replace(market, pool_yes=after.yes, pool_no=after.no, p=after.p)
    world.state.markets.put(market)
    pools = {answer_id: leg.pool for answer_id, leg in trade.legs.items()}
    if arena.answer is not None:
        pools[arena.answer.id] = after
    for answer_id, pool in pools.items():
        answer = world.state.answers[answer_id]
        made = volume if answer_id == arena.answer_id else 0.0
        moved = replace(answer, pool_yes=pool.yes, pool_no=pool.no, prob=pool.prob, volume=answer.volume + made)
        world.state.answers.put(moved)


def book_legs(world: World, arena: Arena, trade: Trade, bet: Bet) -> None:
    """Write the legs by which the other answers moved, before their pools are changed."""
    side: Side = bet.side if bet.shares < 0 else other(bet.side)
    for answer_id, leg in trade.legs.items():
        answer = world.state.answers[answer_id]
        book_leg(world, arena.market, answer, leg, world.state.accounts[bet.user_id], side, bet.group_id)


def book_leg(
    world: World, market: Market, answer: Answer, leg: Take, who: Account, side: Side, group_id: str | None
) -> None:
    """Write a zero-amount bet by which an answer moved, and charge the makers met there."""
    fills = tuple(_bet_fill(piece, world.now, sale=False) for piece in leg.fills)
    back = BetFill(mana=-leg.mana, shares=-leg.shares, timestamp=world.now)
    row = Bet(
        id=world.state.new_id(world.state.bets, 12),
        contract_id=market.id,
        user_id=who.id,
        answer_id=answer.id,
        group_id=group_id,
        side=side,
        mana=0.0,
        order_mana=0.0,
        shares=0.0,
        prob_before=answer.pool.prob,
        prob_after=leg.pool.prob,
        created_time=world.now,
        updated_time=world.now,
        is_redemption=True,
        fills=(*fills, back),
    )
    world.state.bets.put(row)
    settle_makers(world, leg, row.id)


def count_trader(world: World, arena: Arena, me: Account) -> None:
    """Count a trader who holds nothing here yet, and pay the bonus for one who is new.

    New means new to the market, or where answers are independent, to the answer.
    """
    market = world.state.markets[arena.market.id]
    held = {row.answer_id for row in world.state.positions.where("contract_id", market.id) if row.user_id == me.id}
    if not held:
        world.state.markets.put(replace(market, traders=(*market.traders, me.id)))
    is_new = arena.answer_id not in held if market.independent else not held
    if is_new and market.visibility == "public" and me.id != _receiver(arena):
        _pay_bonus(world, arena, me)


def _receiver(arena: Arena) -> str:
    return arena.answer.user_id if arena.answer else arena.market.creator_id


def _pay_bonus(world: World, arena: Arena, me: Account) -> None:
    market = arena.market
    receiver = world.state.accounts[_receiver(arena)]
    liquidity = market.total_liquidity or 0.0
    count = len(world.state.answers_of(market.id))
    tier = answer_tier(liquidity, count) if market.is_multi else market_tier(liquidity)
    extra = {
        "isPartner": False,
        "contractId": market.id,
        **({"answerId": arena.answer_id} if arena.answer_id else {}),
        "effectiveTier": "verified" if receiver.trusted else "unverified",
        "uniqueNewBettorId": me.id,
        "uniqueTraderMultiplier": 1 if receiver.trusted else 0.5,
    }
    bonus = trader_bonus(tier, verified=receiver.trusted)
    record(world.state, world.now, "UNIQUE_BETTOR_BONUS", bonus, BANK, receiver.id, extra=extra)
