"""Requirement: mana is neither made nor lost, prices of linked answers add up to one, unresolving gives it all back."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from markets.sandbox.accounts import seed
from markets.sandbox.actions.bet import place_bet
from markets.sandbox.actions.create import create_market
from markets.sandbox.actions.resolve import resolve_market
from markets.sandbox.actions.sell import sell
from markets.sandbox.actions.unresolve import unresolve
from markets.sandbox.economics.matching import Order, take
from markets.sandbox.economics.pool import Pool
from markets.sandbox.entities import BANK, Account
from markets.sandbox.errors import Refusal
from markets.sandbox.state import State
from markets.sandbox.wire import requests
from markets.sandbox.world import World

NOW = 1_790_000_000_000
TRADERS = ["trader1", "trader2", "trader4"]
CLOSE = 1e-6  # mana

bets = st.lists(
    st.tuples(
        st.sampled_from(TRADERS),
        st.sampled_from(["YES", "NO"]),
        st.floats(1, 400),
        st.integers(0, 4),
        st.sampled_from([None, None, 0.2, 0.45, 0.5, 0.71]),
        st.booleans(),
    ),
    max_size=12,
)


def a_world() -> World:
    state = State(random.Random(1))
    seed(state, NOW)
    return World(state, NOW)


def person(world: World, who: str) -> Account:
    return next(account for account in world.state.accounts if account.actor == who)


def make(world: World, **fields: Any) -> str:
    checked = requests.create(lambda: NOW)({"question": "q", "liquidityTier": 100, **fields}, ())
    return str(create_market(world, checked.value, person(world, "creator"))["id"])


def play(world: World, market: str, moves: list[Any]) -> None:
    """Make bets, each possibly followed by selling what its trader then holds."""
    answers = world.state.answers_of(market)
    for who, side, amount, number, limit, sells in moves:
        where = {"answerId": answers[number % len(answers)].id} if answers else {}
        body = {"contractId": market, "outcome": side, "amount": amount, **where}
        attempt(world, place_bet, body if limit is None else {**body, "limitProb": limit}, who)
        if sells:
            attempt(world, sell, {"contractId": market, "outcome": side, **where}, who)


def attempt(world: World, action: Any, body: dict[str, Any], who: str) -> None:
    try:
        action(world, body, person(world, who))
    except Refusal:
        return


def in_hands(world: World) -> float:
    return sum(account.balance for account in world.state.accounts)


def from_bank(world: World) -> float:
    """What the bank has paid out, net."""
    rows = list(world.state.txns)
    paid = sum(txn.amount for txn in rows if txn.from_id == BANK)
    return paid - sum(txn.amount for txn in rows if txn.to_id == BANK)


def check_conserved(world: World, at_start: float) -> None:
    assert in_hands(world) - from_bank(world) == pytest.approx(at_start, abs=CLOSE)


@settings(max_examples=60, deadline=None)
@given(moves=bets, prob=st.floats(1, 99), outcome=st.sampled_from(["YES", "NO", "CANCEL", 0.0, 33.3, 100.0]))
def test_a_binary_market_pays_out_exactly_what_went_in(moves: list[Any], prob: float, outcome: Any) -> None:
    world = a_world()
    at_start = in_hands(world)
    market = make(world, outcomeType="BINARY", initialProb=prob)
    play(world, market, moves)
    body = {"outcome": outcome} if isinstance(outcome, str) else {"outcome": "MKT", "probabilityInt": outcome}
    resolve_market(world, {**body, "contractId": market}, person(world, "mod"))
    check_conserved(world, at_start)


@settings(max_examples=40, deadline=None)
@given(moves=bets, count=st.integers(2, 6), split=st.integers(0, 100), cancels=st.booleans())
def test_linked_answers_add_up_to_one_and_pay_out_what_went_in(
    moves: list[Any], count: int, split: int, cancels: bool
) -> None:
    world = a_world()
    at_start = in_hands(world)
    market = make(world, outcomeType="MULTIPLE_CHOICE", answers=[f"a{i}" for i in range(count)])
    play(world, market, moves)
    answers = world.state.answers_of(market)
    assert sum(answer.pool.prob for answer in answers) == pytest.approx(1, abs=1e-9)
    weights = [{"answerId": answers[0].id, "pct": split}, {"answerId": answers[1].id, "pct": 100 - split}]
    body: dict[str, Any] = {"outcome": "CHOOSE_MULTIPLE", "resolutions": weights}
    resolve_market(world, {**({"outcome": "CANCEL"} if cancels else body), "contractId": market}, person(world, "mod"))
    check_conserved(world, at_start)


@settings(max_examples=40, deadline=None)
@given(moves=bets, outcomes=st.lists(st.sampled_from(["YES", "NO", "MKT", "CANCEL"]), min_size=3, max_size=3))
def test_independent_answers_pay_out_what_went_in(moves: list[Any], outcomes: list[str]) -> None:
    world = a_world()
    at_start = in_hands(world)
    fields = {"answers": ["a", "b", "c"], "shouldAnswersSumToOne": False}
    market = make(world, outcomeType="MULTIPLE_CHOICE", **fields)
    play(world, market, moves)
    for answer, outcome in zip(world.state.answers_of(market), outcomes, strict=True):
        body = {"contractId": market, "outcome": outcome, "answerId": answer.id}
        resolve_market(world, body, person(world, "mod"))
    assert world.state.markets[market].is_resolved
    check_conserved(world, at_start)


@settings(max_examples=40, deadline=None)
@given(moves=bets, outcome=st.sampled_from(["YES", "NO", "MKT"]))
def test_taking_a_resolution_back_restores_every_balance(moves: list[Any], outcome: str) -> None:
    world = a_world()
    market = make(world, outcomeType="BINARY")
    play(world, market, moves)
    before = {account.id: account.balance for account in world.state.accounts}
    resolve_market(world, {"contractId": market, "outcome": outcome}, person(world, "creator"))
    unresolve(world, {"contractId": market}, person(world, "creator"))
    after = {account.id: account.balance for account in world.state.accounts}
    assert after == pytest.approx(before, abs=CLOSE)
    assert not world.state.markets[market].is_resolved


@settings(max_examples=200, deadline=None)
@given(
    yes=st.floats(1, 1e5),
    no=st.floats(1, 1e5),
    p=st.floats(0.05, 0.95),
    side=st.sampled_from(["YES", "NO"]),
    mana=st.floats(0.01, 1e4),
)
def test_what_shares_cost_is_what_buys_them(yes: float, no: float, p: float, side: Any, mana: float) -> None:
    pool = Pool(yes, no, p)
    shares = pool.shares_for(side, mana)
    assert pool.cost_of(side, shares) == pytest.approx(mana, rel=1e-6)
    after = pool.after(side, mana, shares)
    assume(0.01 <= after.prob <= 0.99)
    assert pool.mana_to(side, after.prob) == pytest.approx(mana, rel=1e-5, abs=1e-6)


def test_orders_are_met_best_price_first_and_then_the_oldest() -> None:
    orders = [
        Order("dear", "a", "NO", 0.7, 10, 1),
        Order("young", "b", "NO", 0.6, 10, 3),
        Order("old", "c", "NO", 0.6, 10, 2),
    ]
    done = take(Pool(100, 100), "YES", mana=400, limit=0.99, orders=orders)
    assert [piece.order.id for piece in done.fills if piece.order] == ["old", "young", "dear"]
    assert done.mana == pytest.approx(400)
