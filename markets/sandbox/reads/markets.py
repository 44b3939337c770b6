"""Markets and answers as the API shows them.

Which field appears when: manifold.md section 2, looked at 2026-11-21.
"""

from __future__ import annotations

import math
from typing import Any

from markets.sandbox.entities import Answer, Market
from markets.sandbox.errors import Refusal
from markets.sandbox.text.plain import plain_text
from markets.sandbox.wire.numbers import defined
from markets.sandbox.world import World

PRICED = ("BINARY", "PSEUDO_NUMERIC")


def lite_market(world: World, market: Market) -> dict[str, Any]:
    """A market without its description and answers."""
    creator = world.state.accounts[market.creator_id]
    single = market.mechanism == "cpmm-1"
    return defined(
        {
            "id": market.id,
            "creatorId": creator.id,
            "creatorUsername": creator.username,
            "creatorName": creator.name,
            "createdTime": market.created_time,
            "creatorAvatarUrl": "",
            "closeTime": _close_time(market),
            "question": market.question,
            "slug": market.slug,
            "url": world.url(market),
            "pool": {"YES": market.pool_yes, "NO": market.pool_no} if single else None,
            "probability": market.pool.prob if market.outcome_type in PRICED else None,
            "p": market.p if single else None,
            "totalLiquidity": market.total_liquidity,
            "outcomeType": market.outcome_type,
            "mechanism": market.mechanism,
            "volume": market.volume,
            "volume24Hours": 0,
            "isResolved": market.is_resolved,
            "resolution": market.resolution,
            "resolutionTime": market.resolution_time,
            "resolutionProbability": market.resolution_probability,
            "resolverId": market.resolver_id,
            "uniqueBettorCount": len(market.traders),
            "lastUpdatedTime": market.last_updated_time,
            "lastBetTime": market.last_bet_time,
            "lastCommentTime": market.last_comment_time,
            **_numeric(market),
            "token": "MANA",
        }
    )


def _close_time(market: Market) -> int | None:
    if market.close_time is None or market.resolution_time is None:
        return market.close_time
    return min(market.close_time, market.resolution_time)


def _numeric(market: Market) -> dict[str, Any]:
    """The value fields of a PSEUDO_NUMERIC market; the value maps the resolved or present probability."""
    if market.minimum is None or market.maximum is None:
        return {}
    prob = market.pool.prob if market.resolution_probability is None else market.resolution_probability
    span = market.maximum - market.minimum
    value = prob * span + market.minimum
    if market.log_scale:
        value = 10 ** (prob * math.log10(span + 1)) + market.minimum - 1
    return {"value": value, "min": market.minimum, "max": market.maximum, "isLogScale": market.log_scale}


def full_market(world: World, market: Market) -> dict[str, Any]:
    """A market with its description, answers and topics."""
    answers = world.state.answers_of(market.id)
    options = None if market.options is None else [{"text": text, "votes": 0} for text in market.options]
    multi: dict[str, Any] = {}
    if market.is_multi:
        multi = {
            "shouldAnswersSumToOne": market.sum_to_one,
            "addAnswersMode": market.add_answers_mode,
            "answers": [answer_in_market(market, answer) for answer in answers],
        }
    return {
        **lite_market(world, market),
        **multi,
        **defined(
            {
                "options": options,
                "totalBounty": market.total_bounty,
                "bountyLeft": market.total_bounty,
                "description": market.description,
                "coverImageUrl": market.cover_image_url,
                "groupSlugs": None if market.group_slugs is None else list(market.group_slugs),
            }
        ),
        "textDescription": plain_text(market.description),
    }


def answer_in_market(market: Market, answer: Answer) -> dict[str, Any]:
    """An answer inside a market: its pool, and the pool's price unless it was resolved on its own."""
    prob = answer.prob if market.independent else answer.pool.prob
    pool = {"YES": answer.pool_yes, "NO": answer.pool_no}
    return {**_answer(answer), "pool": pool, "probability": prob}


def answer_row(answer: Answer) -> dict[str, Any]:
    """An answer as the database has it, with the resolved weight in `prob`."""
    return {**_answer(answer), "poolYes": answer.pool_yes, "poolNo": answer.pool_no, "prob": answer.prob}


def _answer(answer: Answer) -> dict[str, Any]:
    return defined(
        {
            "id": answer.id,
            "index": answer.index,
            "contractId": answer.contract_id,
            "userId": answer.user_id,
            "text": answer.text,
            "createdTime": answer.created_time,
            "color": answer.color,
            "shortText": answer.short_text,
            "imageUrl": answer.image_url,
            "totalLiquidity": answer.total_liquidity,
            "subsidyPool": answer.subsidy_pool,
            "isOther": answer.is_other,
            "resolution": answer.resolution,
            "resolutionTime": answer.resolution_time,
            "resolutionProbability": answer.resolution_probability,
            "resolverId": answer.resolver_id,
            "probChanges": {"day": 0, "week": 0, "month": 0},
            "midpoint": answer.midpoint,
            "volume": answer.volume,
        }
    )


def get_market(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/market/{id}."""
    market = world.market(props["id"])
    return lite_market(world, market) if props.get("lite") else full_market(world, market)


def get_slug(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/slug/{slug}."""
    found = world.state.markets.where("slug", props["slug"])
    if not found:
        raise Refusal(404, "Contract not found")
    return get_market(world, {**props, "id": found[0].id})


def prob(world: World, market: Market) -> dict[str, Any]:
    """The price of a market, or of each of its answers."""
    if market.mechanism == "cpmm-1":
        return {"prob": market.pool.prob}
    return {"answerProbs": {answer.id: answer.prob for answer in world.state.answers_of(market.id)}}


def get_prob(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/market/{id}/prob."""
    return prob(world, world.market(props["id"]))


def get_probs(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/market-probs; ids that do not exist are left out."""
    known = [world.state.markets.get(market_id) for market_id in props["ids"]]
    return {market.id: prob(world, market) for market in known if market}


def get_answers(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/market/{id}/answers."""
    return [answer_row(answer) for answer in world.state.answers_of(props["contractId"])]


def get_groups(world: World, props: dict[str, Any]) -> Any:
    """GET /v0/market/{id}/groups."""
    market = world.state.markets.get(props["contractId"])
    slugs = (market.group_slugs or ()) if market else ()
    topics = [topic for slug in slugs for topic in world.state.topics.where("slug", slug)]
    return [
        {
            "id": topic.id,
            "slug": topic.slug,
            "name": topic.name,
            "createdTime": None,
            "totalMembers": 0,
            "privacyStatus": topic.privacy,
            "importanceScore": 0,
        }
        for topic in topics
    ]
