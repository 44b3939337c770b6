"""Comments and ledger rows as the API shows them."""

from __future__ import annotations

from typing import Any

from markets.sandbox.entities import Comment, Txn
from markets.sandbox.errors import Refusal
from markets.sandbox.wire.numbers import defined
from markets.sandbox.world import World


def comment_row(world: World, comment: Comment) -> dict[str, Any]:
    """A comment."""
    author = world.state.accounts[comment.user_id]
    market = world.state.markets[comment.contract_id]
    return defined(
        {
            "id": comment.id,
            "content": comment.content,
            "createdTime": comment.created_time,
            "userId": author.id,
            "userName": author.name,
            "userUsername": author.username,
            "userAvatarUrl": "",
            "commentType": "contract",
            "contractId": market.id,
            "contractSlug": market.slug,
            "contractQuestion": market.question,
            "replyToCommentId": comment.reply_to,
            "visibility": market.visibility,
            "isApi": True,
        }
    )


def get_comments(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/comments, newest first unless asked otherwise; none of a market that is there no more."""
    state = world.state
    contract = props.get("contractId")
    if "contractSlug" in props:
        contract = next((market.id for market in state.markets.where("slug", props["contractSlug"])), "")
    if contract is None and "userId" not in props:
        raise Refusal(400, "You must specify a contract or user")
    rows = state.comments.where("contract_id", contract) if contract is not None else list(state.comments)
    rows = [
        row
        for row in rows
        if row.contract_id in state.markets.rows
        and props.get("userId", row.user_id) == row.user_id
        and row.created_time > props.get("afterTime", -1)
    ]
    rows.sort(key=lambda row: row.created_time)
    if props.get("order") != "oldest":
        rows.reverse()
    start, count = int(props["page"]) * int(props["limit"]), int(props["limit"])
    return [{**comment_row(world, row), **(row.stake or {}), "likes": 0} for row in rows[start : start + count]]


def txn_row(txn: Txn) -> dict[str, Any]:
    """One row of the ledger."""
    return defined(
        {
            "id": txn.id,
            "amount": txn.amount,
            "fromId": txn.from_id,
            "toId": txn.to_id,
            "fromType": txn.from_type,
            "toType": txn.to_type,
            "category": txn.category,
            "createdTime": txn.created_time,
            "token": "M$",
            "description": txn.description,
            "data": txn.extra,
        }
    )


def get_txns(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/txns, newest first."""
    state = world.state
    if "toId" in props:
        rows = state.txns.where("to_id", props["toId"])
    elif "fromId" in props:
        rows = state.txns.where("from_id", props["fromId"])
    else:
        rows = list(state.txns)
    rows = [row for row in rows if _wanted(row, props)]
    rows.sort(key=lambda row: row.created_time)
    rows.reverse()
    start, count = int(props["offset"]), int(props["limit"])
    return [txn_row(row) for row in rows[start : start + count]]


def _wanted(row: Txn, props: dict[str, Any]) -> bool:
    if not row.created_time < props.get("before", float("inf")) or not row.created_time > props.get("after", -1):
        return False
    if props.get("token", "M$") != "M$":
        return False
    fields = (("fromId", row.from_id), ("toId", row.to_id), ("category", row.category))
    return all(props.get(key, value) == value for key, value in fields)
