"""Taking a resolution back.

Who may, when, and what is left behind: manifold.md section 1.3 and recorded answers, looked at 2026-11-21.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markets.sandbox.actions.paying import pool_of
from markets.sandbox.entities import Account, Answer, Market, Txn
from markets.sandbox.errors import Refusal, unexpected
from markets.sandbox.ledger import record
from markets.sandbox.reads.markets import answer_row
from markets.sandbox.world import World

WINDOW_MS = 10 * 60_000
NEEDS_ANSWER = "answerId is required for cpmm-multi-1 contracts with shouldAnswersSumToOne = false"
NO_ANSWER = "Specifying answerId is not allowed for unresolving this contract"


def unresolve(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /unresolve: payouts are reversed and the market is left closed."""
    market = world.market(props["contractId"], f"Contract {props['contractId']} not found")
    if market.mechanism == "none":
        raise unexpected()
    answer = _target(world, market, props.get("answerId"), me)
    if me.id != market.creator_id and not me.moderator:
        raise Refusal(403, f"User {me.id} must be a mod to unresolve.")
    _reverse_payouts(world, market, answer)
    _reopen_positions(world, market, answer)
    shown: dict[str, Any] = {"success": True, "answerUpdates": _clear_answers(world, market, answer)}
    if market.is_resolved:
        shown["contractWebsocketUpdates"] = _clear_market(world, market)
    return {**shown, "visibility": market.visibility}


def _target(world: World, market: Market, answer_id: str | None, me: Account) -> Answer | None:
    """The answer to unresolve, None for the whole market; refuses what is not resolved or too long ago."""
    if market.independent:
        if answer_id is None:
            raise Refusal(400, NEEDS_ANSWER)
        answer = world.state.answers.get(answer_id)
        if answer is None or answer.resolution_time is None:
            raise Refusal(400, f"Answer {answer_id} is not resolved")
        _refuse_late(world, market, answer.resolver_id, answer.resolution_time, me, "Answer")
        return answer
    if answer_id is not None:
        raise Refusal(400, NO_ANSWER)
    if market.resolution_time is None:
        raise Refusal(400, f"Contract {market.id} is not resolved")
    _refuse_late(world, market, market.resolver_id, market.resolution_time, me, "Contract")
    return None


def _refuse_late(world: World, market: Market, resolver: str | None, at: int, me: Account, what: str) -> None:
    """What a creator, but not a moderator, is bound by."""
    if me.moderator or me.id != market.creator_id:
        return
    if resolver != me.id:
        raise Refusal(400, "Contract most recently resolved by a mod.")
    if at < world.now - WINDOW_MS:
        raise Refusal(400, f"{what} was resolved more than 10 minutes ago.")


def _reverse_payouts(world: World, market: Market, answer: Answer | None) -> None:
    """Take back the payouts of the last resolution that have not been taken back before."""
    undone = {
        (txn.extra or {}).get("revertsTxnId")
        for txn in world.state.txns.where("to_id", market.id)
        if txn.category == "CONTRACT_UNDO_RESOLUTION_PAYOUT"
    }
    for txn in world.state.txns.where("from_id", market.id):
        if txn.category == "CONTRACT_RESOLUTION_PAYOUT" and txn.id not in undone and _of_answer(txn, answer):
            record(
                world.state,
                world.now,
                "CONTRACT_UNDO_RESOLUTION_PAYOUT",
                txn.amount,
                txn.to_id,
                market.id,
                description=f"Undo contract resolution payout from contract {market.id}",
                extra={"revertsTxnId": txn.id},
            )


def _of_answer(txn: Txn, answer: Answer | None) -> bool:
    return answer is None or (txn.extra or {}).get("answerId") == answer.id


def _reopen_positions(world: World, market: Market, answer: Answer | None) -> None:
    """Value the holdings at the price of their pool again."""
    for row in world.state.positions.where("contract_id", market.id):
        if answer is not None and row.answer_id != answer.id:
            continue
        prob = pool_of(market, world.state.answers.get(row.answer_id)).prob
        payout = row.yes * prob + row.no * (1 - prob)
        world.state.positions.put(replace(row, payout=payout, profit=payout + row.sold - row.invested))


def _clear_answers(world: World, market: Market, only: Answer | None) -> list[dict[str, Any]]:
    """Open the answers again; a sum-to-one answer keeps showing the probability it was resolved at."""
    updates = []
    for answer in [only] if only else world.state.answers_of(market.id):
        cleared = replace(answer, prob=answer.pool.prob, resolution=None, resolution_time=None, resolver_id=None)
        kept = None if only else answer.resolution_probability
        world.state.answers.put(replace(cleared, resolution_probability=kept, paid_subsidy=0.0))
        _return_subsidy(world, market, answer)
        nulls = dict.fromkeys(("resolution", "resolutionTime", "resolutionProbability", "resolverId"))
        updates.append({**answer_row(cleared), **nulls})
    return updates


def _return_subsidy(world: World, market: Market, answer: Answer) -> None:
    if answer.paid_subsidy:
        known = world.state.markets[market.id]
        world.state.markets.put(replace(known, subsidy_pool=known.subsidy_pool + answer.paid_subsidy))


def _clear_market(world: World, market: Market) -> dict[str, Any]:
    market = world.state.markets[market.id]
    world.state.markets.put(
        replace(
            market,
            is_resolved=False,
            resolution=None,
            resolution_time=None,
            resolution_probability=None,
            resolver_id=None,
            close_time=world.now,
        )
    )
    shown: dict[str, Any] = {"isResolved": False, "closeTime": world.now, "subsidyPool": market.subsidy_pool}
    return {**shown, "prob": market.pool.prob} if market.mechanism == "cpmm-1" else shown
