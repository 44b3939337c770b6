"""Resolving a market or one of its independent answers.

Accepted forms and refusals: manifold.md section 1.4; payouts: section 3.4; both looked at 2026-11-21.
"""

from __future__ import annotations

from typing import Any

from markets.sandbox.actions.paying import pay_answer, pay_linked, pay_single
from markets.sandbox.entities import Account, Answer, Market
from markets.sandbox.errors import Refusal, invalid
from markets.sandbox.wire.requests import RESOLVE_BINARY, RESOLVE_MULTI, RESOLVE_NUMERIC
from markets.sandbox.wire.schema import Check
from markets.sandbox.world import World, require_owner_or_moderator

PERCENT_SLACK = 0.1


def resolve_market(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market/{id}/resolve."""
    market = world.market(props["contractId"])
    if market.outcome_type == "STONK":
        raise Refusal(403, "STONK contracts cannot be resolved")
    require_owner_or_moderator(market, me)
    if market.resolution:
        raise Refusal(403, "Contract already resolved")
    if market.mechanism == "cpmm-1":
        _single(world, market, props, me)
    elif market.independent:
        _independent(world, market, props, me)
    elif market.is_multi:
        _linked(world, market, props, me)
    else:
        raise Refusal(400, f"Invalid outcome type: {market.outcome_type}")
    return {"message": "success"}


def _checked(check: Check, props: dict[str, Any]) -> dict[str, Any]:
    """The request under the narrower schema of this market's type."""
    result = check(props, ())
    if result.status != "valid":
        raise invalid(result.faults)
    value: dict[str, Any] = result.value
    return value


def _single(world: World, market: Market, props: dict[str, Any], me: Account) -> None:
    given = _checked(RESOLVE_NUMERIC if market.outcome_type == "PSEUDO_NUMERIC" else RESOLVE_BINARY, props)
    if given.get("answerId"):
        raise Refusal(400, "answerId field is only allowed for multiple choice markets")
    pay_single(world, market, given["outcome"], _fraction(given), me)


def _fraction(given: dict[str, Any]) -> float | None:
    """The probability that MKT was given with; other outcomes ignore theirs."""
    if given["outcome"] != "MKT" or "probabilityInt" not in given:
        return None
    return float(given["probabilityInt"] / 100)


def _independent(world: World, market: Market, props: dict[str, Any], me: Account) -> None:
    given = _checked(RESOLVE_BINARY, props)
    if not given.get("answerId"):
        raise Refusal(400, "answerId field is required for multiple choice markets")
    answer = _answer(world, market, given["answerId"])
    if answer.resolution is not None:
        raise Refusal(403, f"{answer.id} answer is already resolved")
    pay_answer(world, market, answer, given["outcome"], _fraction(given), me)


def _answer(world: World, market: Market, answer_id: str) -> Answer:
    answer = world.state.answers.get(answer_id)
    if answer is None or answer.contract_id != market.id:
        raise Refusal(403, f"{answer_id} is not a valid answer ID")
    return answer


def _linked(world: World, market: Market, props: dict[str, Any], me: Account) -> None:
    """CHOOSE_ONE takes any answer id, as the real server does; an unknown one makes every answer lose."""
    given = _checked(RESOLVE_MULTI, props)
    if market.is_resolved:  # to an answer with an empty id, which the check by resolution does not see
        raise Refusal(403, "Contract is already resolved")
    if given["outcome"] == "CANCEL":
        pay_linked(world, market, "CANCEL", {}, me)
    elif given["outcome"] == "CHOOSE_ONE":
        pay_linked(world, market, given["answerId"], {given["answerId"]: 100.0}, me)
    else:
        pay_linked(world, market, "CHOOSE_MULTIPLE", _percents(world, market, given["resolutions"]), me)


def _percents(world: World, market: Market, resolutions: list[dict[str, Any]]) -> dict[str, float]:
    """Percents by answer; of an answer named twice the last counts."""
    for each in resolutions:
        _answer(world, market, each["answerId"])
    if abs(sum(each["pct"] for each in resolutions) - 100) > PERCENT_SLACK:
        raise Refusal(400, "Resolution percentages must sum to 100")
    return {each["answerId"]: float(each["pct"]) for each in resolutions}
