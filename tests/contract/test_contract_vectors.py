"""Requirement: prices, fills, payouts, costs and schema faults agree with the server's to 1e-9."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from markets.sandbox.accounts import seed
from markets.sandbox.actions.bet import place_bet
from markets.sandbox.actions.create import cost_of, create_market
from markets.sandbox.actions.resolve import resolve_market
from markets.sandbox.entities import Account
from markets.sandbox.reads.markets import full_market, get_prob
from markets.sandbox.state import State
from markets.sandbox.wire import requests
from markets.sandbox.world import World

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())
NOW = 1_790_000_000_000
ACTORS = {"creator": "creator", "t1": "trader1", "t2": "trader2", "t3": "trader4"}
TOLERANCE = 1e-9
SCHEMAS = {
    "create_market": requests.create(lambda: NOW),
    "resolve_market": requests.RESOLVE,
    "add_liquidity": requests.LIQUIDITY,
    "update_market": requests.UPDATE,
    "close_market": requests.CLOSE,
    "comment": requests.COMMENT,
    "add_answer": requests.ADD_ANSWER,
}


def a_world() -> World:
    state = State(random.Random(7))
    seed(state, NOW)
    state.commit(NOW)
    return World(state, NOW)


def person(world: World, who: str) -> Account:
    return next(account for account in world.state.accounts if account.actor == ACTORS[who])


def created(world: World, vector: dict[str, Any]) -> str:
    kind = "BINARY" if vector["kind"] == "cpmm-1" else "MULTIPLE_CHOICE"
    body = {"question": "q", "liquidityTier": vector["ante"], "outcomeType": kind}
    if kind == "BINARY":
        body["initialProb"] = vector["initialProb"]
    else:
        body |= {"answers": vector["answers"], "shouldAnswersSumToOne": vector["sumToOne"]}
    checked = SCHEMAS["create_market"](body, ())
    assert checked.faults == []
    return str(create_market(world, checked.value, person(world, "creator"))["id"])


def with_ids(body: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    text = json.dumps(body)
    for name, answer_id in ids.items():
        text = text.replace(f"<id:{name}>", answer_id)
    return dict(json.loads(text))


def balances(world: World) -> dict[str, float]:
    return {who: person(world, who).balance for who in ACTORS}


@pytest.mark.parametrize("number", range(len(VECTORS["economics_vectors"])))
def test_bets_and_payouts_agree_with_the_servers_vectors(number: int) -> None:
    vector = VECTORS["economics_vectors"][number]
    world = a_world()
    market_id = created(world, vector)
    ids = {answer.text: answer.id for answer in world.state.answers_of(market_id)}
    for step in vector["steps"]:
        check_step(world, market_id, ids, step)
    world.state.commit(NOW)
    for expected in vector["resolutions"]:
        check_resolution(world, market_id, ids, expected)
        if vector.get("sumToOne", True):
            world.state.rollback()


def check_step(world: World, market_id: str, ids: dict[str, str], step: dict[str, Any]) -> None:
    body = {"contractId": market_id, "amount": step["amount"], "outcome": step["outcome"]}
    if "answer" in step:
        body["answerId"] = ids[step["answer"]]
    bet = place_bet(world, body, person(world, step["who"]))
    assert bet["shares"] == pytest.approx(step["shares"], rel=TOLERANCE, abs=TOLERANCE)
    assert bet["amount"] == pytest.approx(step.get("filled", step["amount"]), rel=TOLERANCE)
    assert bet["probAfter"] == pytest.approx(step["probAfter"], abs=TOLERANCE)
    for name, pool in step.get("pools", {}).items():
        answer = world.state.answers[ids[name]]
        assert {"YES": answer.pool_yes, "NO": answer.pool_no} == pytest.approx(pool, rel=TOLERANCE)


def check_resolution(world: World, market_id: str, ids: dict[str, str], expected: dict[str, Any]) -> None:
    before = balances(world)
    body = {**with_ids(expected["body"], ids), "contractId": market_id}
    assert resolve_market(world, body, person(world, "creator")) == {"message": "success"}
    gains = {who: after - before[who] for who, after in balances(world).items()}
    assert gains == pytest.approx({**dict.fromkeys(ACTORS, 0.0), **expected["balance_delta"]}, abs=2e-9)
    shown = full_market(world, world.state.markets[market_id])
    for key, value in expected.get("after", {}).items():
        assert shown.get(key) == (None if value is None else pytest.approx(value, abs=TOLERANCE))
    if "resolution" in expected:
        assert [shown["isResolved"], shown.get("resolution")] == [
            expected["isResolved"],
            with_ids({"r": expected["resolution"]}, ids)["r"],
        ]
        probs = get_prob(world, {"id": market_id})["answerProbs"]
        by_name = {name: probs[key] for name, key in ids.items()}
        assert by_name == pytest.approx(expected["prob_endpoint"], abs=TOLERANCE)


@pytest.mark.parametrize("vector", VECTORS["creation_cost_vectors"], ids=lambda vector: str(vector))
def test_a_market_costs_what_it_costs_on_the_server(vector: dict[str, Any]) -> None:
    props = {"liquidityTier": vector.get("tier", 100), **vector}
    props["answers"] = ["a"] * vector.get("answers", 0)
    assert cost_of(props) == vector["cost"]


@pytest.mark.parametrize("example", VECTORS["schema_examples"], ids=lambda example: json.dumps(example["body"])[:60])
def test_a_request_is_checked_as_the_server_checks_it(example: dict[str, Any]) -> None:
    body = {**example["body"]}
    if body.get("closeTime") == "<future_ms>":
        body["closeTime"] = NOW + 1
    if body.get("question") == "<121 chars>":
        body["question"] = "x" * 121
    if example["endpoint"] in ("add_liquidity", "update_market", "close_market", "add_answer"):
        body["contractId"] = "m"
    checked = SCHEMAS[example["endpoint"]](body, ())
    assert checked.faults == (example["details"] or [])
    assert (checked.status == "valid") == (example["status"] == 200)
