"""Closing and reopening, and changing what a market says about itself.

Refusals: manifold.md section 1.3, looked at 2026-11-21.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markets.sandbox.entities import Account, Market
from markets.sandbox.errors import Refusal
from markets.sandbox.text.describe import described
from markets.sandbox.world import World, require_owner_or_moderator

NOT_PAST = "Close time must be in the future. Alternatively, do not provide a close time to close immediately."


def close_market(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market/{id}/close: now, or at a time that may also reopen it; moderators may not."""
    market = world.market(props["contractId"])
    if me.id != market.creator_id:
        raise Refusal(403, "User is not creator of contract")
    at = props.get("closeTime")
    if at is not None and at <= world.now:
        raise Refusal(400, NOT_PAST)
    if at is None and market.close_time is not None and market.close_time <= world.now:
        raise Refusal(403, "Contract already closed")
    close_time = world.now if at is None else int(at)
    world.state.markets.put(replace(market, close_time=close_time, last_updated_time=world.now))
    return {"success": True}


FIELDS = {
    "question": "question",
    "visibility": "visibility",
    "closeTime": "close_time",
    "addAnswersMode": "add_answers_mode",
    "coverImageUrl": "cover_image_url",
    "creatorBannedFromBetting": "creator_banned",
}


def update_market(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market/{id}/update: replace some of its fields."""
    changes = {key: value for key, value in props.items() if key != "contractId"}
    if not changes:
        raise Refusal(400, "Must provide some change to the contract")
    doc = described(changes)
    market = world.market(props["contractId"], f"Contract {props['contractId']} not found")
    require_owner_or_moderator(market, me)
    _refuse_update(market, changes, me)
    values = {FIELDS[key]: value for key, value in changes.items() if key in FIELDS}
    if values.get("cover_image_url") == "":
        del values["cover_image_url"]
    if doc is not None:
        values["description"] = doc
    world.state.markets.put(replace(market, **values, last_updated_time=world.now))
    if values.get("creator_banned"):
        _cancel_orders(world, market)
    return {"success": True}


def _refuse_update(market: Market, changes: dict[str, Any], me: Account) -> None:
    if not me.moderator and ("homePageScoreAdjustment" in changes or "homePageScoreAdjustmentDays" in changes):
        raise Refusal(403, "Only admins or mods can update the home page score adjustment")
    if changes.get("creatorBannedFromBetting") is False and not me.moderator:
        raise Refusal(403, "Only a moderator or admin can reverse the creator betting ban")
    if "closeTime" in changes and market.is_resolved:
        raise Refusal(403, "Cannot update closeTime for resolved contracts")


def _cancel_orders(world: World, market: Market) -> None:
    """Cancel the limit orders of a creator who may no longer bet."""
    for bet in world.state.bets.where("contract_id", market.id):
        if bet.user_id == market.creator_id and bet.rests(world.now):
            world.state.bets.put(replace(bet, is_cancelled=True, updated_time=world.now))
