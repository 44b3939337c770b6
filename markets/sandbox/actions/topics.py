"""Tagging markets with topics.

Who may: manifold.md sections 1.2 and 1.3, looked at 2026-11-21.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markets.sandbox.entities import Account
from markets.sandbox.errors import Refusal
from markets.sandbox.world import World

MOST_TOPICS = 5


def tagged_at_creation(world: World, group_ids: list[str] | None) -> list[str] | None:
    """The slugs of the topics a new market asks for; unknown ids are refused before their number is counted."""
    if group_ids is None:
        return None
    slugs = []
    for group_id in group_ids:
        topic = world.state.topics.get(group_id)
        if topic is None:
            raise Refusal(404, "No group exists with the given group ID.")
        slugs.append(topic.slug)
    if len(group_ids) > MOST_TOPICS:
        raise Refusal(400, f"You may only tag up to {MOST_TOPICS} topics on a question")
    return list(dict.fromkeys(slugs)) or None


def tag_market(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market/{id}/group: add or remove a topic."""
    market = world.market(props["contractId"], "Contract cannot be found")
    topic = world.state.topics.get(props["groupId"])
    if topic is None:
        raise Refusal(404, "Group cannot be found")
    if me.id != market.creator_id and not me.moderator:
        raise Refusal(403, "Permission denied")
    slugs = [slug for slug in market.group_slugs or () if slug != topic.slug]
    if not props["remove"]:
        if len(slugs) >= MOST_TOPICS:
            raise Refusal(403, f"A question can only have up to {MOST_TOPICS} topic tags.")
        slugs.append(topic.slug)
    world.state.markets.put(replace(market, group_slugs=tuple(slugs)))
    return {"success": True}
