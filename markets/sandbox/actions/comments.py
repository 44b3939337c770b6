"""Commenting on a market.

Forms, limits and the fee: manifold.md section 1.5, looked at 2026-11-21.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from markets.sandbox.entities import BANK, Account, Bet, Comment, Market
from markets.sandbox.errors import Refusal
from markets.sandbox.ledger import record
from markets.sandbox.reads.records import comment_row
from markets.sandbox.text.describe import described
from markets.sandbox.wire.numbers import defined
from markets.sandbox.wire.schema import utf16_length
from markets.sandbox.world import World

LONGEST_COMMENT = 20_000  # UTF-16 units of its JSON
FEE = 1.0  # mana, for comments sent with an API key
RECENT_MS = 5 * 60_000
NEWCOMER_MS = 7 * 86_400_000
NOT_YET = (
    "Commenting on other users' markets unlocks 7 days after signup."
    " Verify your identity, purchase mana, or subscribe to unlock immediately."
)


def post_comment(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/comment."""
    market = world.market(props["contractId"])
    content = _content(props)
    is_new = not me.trusted and world.now - me.created_time < NEWCOMER_MS
    if is_new and me.id != market.creator_id and not me.moderator:
        raise Refusal(403, NOT_YET)
    comment = Comment(
        id=world.state.new_id(world.state.comments, 11),
        contract_id=market.id,
        user_id=me.id,
        content=content,
        created_time=world.now,
        reply_to=_parent(world, market, props.get("replyToCommentId")),
    )
    shown = comment_row(world, comment)
    world.state.comments.put(replace(comment, stake=stake_of(world, market, me)))
    world.state.markets.put(replace(market, last_comment_time=world.now, last_updated_time=world.now))
    record(world.state, world.now, "BOT_COMMENT_FEE", FEE, me.id, BANK)
    return shown


def stake_of(world: World, market: Market, me: Account) -> dict[str, Any] | None:
    """What the author holds most of, and the last bet of the past minutes, which the server adds after its answer."""
    bets = [bet for bet in world.state.bets.where("contract_id", market.id) if bet.user_id == me.id]
    held: dict[tuple[str | None, str], float] = {}
    for bet in bets:
        held[bet.answer_id, bet.side] = held.get((bet.answer_id, bet.side), 0.0) + bet.shares
    if not held:
        return None
    (answer_id, side), shares = max(held.items(), key=lambda entry: entry[1])
    stake: dict[str, Any] = {"commentorPositionShares": shares, "commentorPositionOutcome": side}
    stake["commentorPositionAnswerId"] = answer_id
    if market.mechanism == "cpmm-1":
        stake["commentorPositionProb"] = market.pool.prob
    return {**stake, **_recent_bet(world, market, me, bets)}


def _recent_bet(world: World, market: Market, me: Account, bets: list[Bet]) -> dict[str, Any]:
    """The author's last bet of the past five minutes that no earlier comment of theirs has shown."""
    comments = [row for row in world.state.comments.where("contract_id", market.id) if row.user_id == me.id]
    told = [row.created_time for row in comments if (row.stake or {}).get("betId")]
    since = max([world.now - RECENT_MS, *told])
    recent = [bet for bet in bets if since < bet.created_time and not bet.is_redemption]
    if not recent:
        return {}
    bet = max(recent, key=lambda each: each.created_time)
    return defined(
        {
            "betAmount": bet.mana,
            "betOutcome": bet.side,
            "betAnswerId": bet.answer_id,
            "bettorName": me.name,
            "bettorUsername": me.username,
            "betOrderAmount": bet.order_mana,
            "betLimitProb": bet.limit,
            "betId": bet.id,
        }
    )


def _content(props: dict[str, Any]) -> Any:
    content = props.get("content") or described(
        {"descriptionHtml": props.get("html"), "descriptionMarkdown": props.get("markdown")}
    )
    if not content:
        raise Refusal(400, "No comment content provided.")
    if utf16_length(json.dumps(content, separators=(",", ":"), ensure_ascii=False)) > LONGEST_COMMENT:
        raise Refusal(400, f"Comment is too long; should be less than {LONGEST_COMMENT} as a JSON string.")
    return content


def _parent(world: World, market: Market, comment_id: str | None) -> str | None:
    if comment_id is None:
        return None
    parent = world.state.comments.get(comment_id)
    if parent is None or parent.contract_id != market.id:
        raise Refusal(404, "Comment to reply to not found")
    if parent.reply_to is not None:
        raise Refusal(400, "Can only reply to top-level comments")
    return parent.id
