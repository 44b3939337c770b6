"""Accounts and topics as the API shows them."""

from __future__ import annotations

from typing import Any

from markets.sandbox.entities import Account, Topic
from markets.sandbox.errors import Refusal
from markets.sandbox.wire.numbers import defined
from markets.sandbox.world import World

NO_PERIODS = {"daily": 0, "weekly": 0, "monthly": 0, "allTime": 0}


def full_user(world: World, account: Account) -> dict[str, Any]:
    """An account with its balance in mana and the marks of its standing."""
    return defined(
        {
            "id": account.id,
            "createdTime": account.created_time,
            "name": account.name,
            "username": account.username,
            "url": f"{world.site}/{account.username}",
            "avatarUrl": "",
            "balance": account.balance,
            "cashBalance": 0,
            "spiceBalance": 0,
            "totalDeposits": account.balance,
            "totalCashDeposits": 0,
            "profitCached": NO_PERIODS,
            "creatorTraders": NO_PERIODS,
            "nextLoanCached": 0,
            "followerCountCached": 0,
            "lastBetTime": account.last_bet_time,
            "currentBettingStreak": 1 if account.last_bet_time else None,
            "bonusEligibility": "grandfathered" if account.trusted else None,
            "isAdvancedTrader": True,
            "isBannedFromPosting": False,
            "isBot": False,
            "isAdmin": False,
            "isTrustworthy": account.moderator,
            "entitlements": [],
            "blockedUserIds": [],
            "blockedByUserIds": [],
            "blockedContractIds": [],
            "blockedGroupSlugs": [],
        }
    )


def get_me(world: World, props: dict[str, Any], me: Account) -> Any:
    """GET /v0/me."""
    return full_user(world, me)


def get_user(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/user/{username}."""
    found = world.state.accounts.where("username", props["username"])
    return _found(world, found[0] if found else None)


def get_user_by_id(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/user/by-id/{id}."""
    return _found(world, world.state.accounts.get(props["id"]))


def _found(world: World, account: Account | None) -> dict[str, Any]:
    if account is None:
        raise Refusal(404, "User not found")
    return full_user(world, account)


def get_balances(world: World, props: dict[str, Any]) -> Any:
    """GET /users/by-id/balance."""
    known = [world.state.accounts.get(user_id) for user_id in props["ids"]]
    return [{"id": account.id, "balance": account.balance} for account in known if account]


def topic_row(topic: Topic) -> dict[str, Any]:
    """A topic."""
    return {
        "id": topic.id,
        "slug": topic.slug,
        "name": topic.name,
        "about": None,
        "creatorId": "",
        "createdTime": topic.created_time,
        "totalMembers": 0,
        "privacyStatus": topic.privacy,
        "importanceScore": 0,
    }


def get_group(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/group/{slug}."""
    found = world.state.topics.where("slug", props["slug"])
    if not found:
        raise Refusal(404, "Group not found")
    return topic_row(found[0])


def list_groups(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/groups."""
    return [topic_row(topic) for topic in world.state.topics]
