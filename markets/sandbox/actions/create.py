"""Making a market.

Costs, defaults and refusals: manifold.md section 1.2, looked at 2026-11-21.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from typing import Any

from markets.sandbox.actions.topics import tagged_at_creation
from markets.sandbox.economics.pool import Pool
from markets.sandbox.economics.pools import opening_pools
from markets.sandbox.economics.tiers import POLL_COST, multi_cost
from markets.sandbox.entities import Account, Answer, Market, Provision
from markets.sandbox.errors import Refusal
from markets.sandbox.ledger import record
from markets.sandbox.reads.markets import lite_market
from markets.sandbox.text.describe import described
from markets.sandbox.text.tiptap import EMPTY
from markets.sandbox.wire.numbers import js_number
from markets.sandbox.world import World

WEEK_MS = 7 * 86_400_000
LONGEST_SLUG = 35
SLUG_TAIL = 10
TWO_COLOURS = ("#4e46dc", "#e9a23b")
MULTI_TYPES = ("MULTIPLE_CHOICE", "MULTI_NUMERIC", "DATE")
WITHOUT_CLOSE = ("POLL", "BOUNTIED_QUESTION", "STONK")
MIN_SPAN = 0.01


def create_market(world: World, props: dict[str, Any], me: Account) -> Any:
    """POST /v0/market."""
    refuse_used_key(world, props)
    kind = props["outcomeType"]
    _refuse_by_type(props)
    if props["visibility"] == "unlisted" and not me.trusted:
        raise Refusal(403, "Please verify your identity to create unlisted markets.")
    slugs = tagged_at_creation(world, props.get("groupIds"))
    cost = cost_of(props)
    extra = props.get("extraLiquidity", 0.0)
    if me.balance < cost + extra:
        raise Refusal(403, f"Balance must be at least {js_number(cost + extra)}.")
    market = _market(world, props, me, cost, slugs)
    world.state.markets.put(market)
    if kind in MULTI_TYPES:
        _answers(world, market, props, cost)
    _pay(world, market, me, cost, extra)
    shown = lite_market(world, market)
    if extra:
        _subsidise(world, market, extra)
    return shown


def refuse_used_key(world: World, props: dict[str, Any]) -> None:
    """Refuse an idempotency key that already is a market's id."""
    known = world.state.markets.get(props.get("idempotencyKey"))
    if known:
        raise Refusal(400, f"Contract has already been created at {world.url(known)}")


def _refuse_by_type(props: dict[str, Any]) -> None:
    kind = props["outcomeType"]
    if kind == "NUMBER":
        raise Refusal(400, "Creating numeric markets is not currently enabled.")
    if kind == "MULTIPLE_CHOICE":
        _refuse_choices(props)
    if kind in ("MULTI_NUMERIC", "DATE"):
        _refuse_buckets(props)
    if kind == "PSEUDO_NUMERIC":
        _refuse_range(props)
    if kind == "POLL" and props.get("maxSelections", 0) > len(props["answers"]):
        raise Refusal(400, "maxSelections cannot be greater than the number of options")


def _refuse_choices(props: dict[str, Any]) -> None:
    count = answer_count(props)
    if count == 0:
        raise Refusal(400, "Multiple choice markets must have at least 1 answer.")
    if count < 2 and props["addAnswersMode"] == "DISABLED":
        raise Refusal(400, "Multiple choice markets must have at least 2 answers if adding answers is disabled.")


def _refuse_buckets(props: dict[str, Any]) -> None:
    if len(props["answers"]) < 2:
        raise Refusal(400, "Numeric markets must have at least 2 answer buckets.")
    if len(props["answers"]) != len(props["midpoints"]):
        raise Refusal(400, "Number of answers must match number of midpoints.")


def _refuse_range(props: dict[str, Any]) -> None:
    low, high, start = props["min"], props["max"], props["initialValue"]
    if high - low <= MIN_SPAN:
        raise Refusal(400, "Max must be greater than min by more than 0.01")
    if not low < start < high:
        raise Refusal(400, "Invalid range.")
    percent = _mapped(props) * 100
    if percent < 1:
        raise Refusal(400, "Initial value is too low")
    if percent > 99:
        raise Refusal(400, "Initial value is too high")


def _mapped(props: dict[str, Any]) -> float:
    """The probability that stands for the initial value of a numeric market."""
    span, step = props["max"] - props["min"], props["initialValue"] - props["min"]
    if props.get("isLogScale"):
        return math.log10(step + 1) / math.log10(span + 1)
    return float(step / span)


def has_other(props: dict[str, Any]) -> bool:
    """Whether the market gets an automatic "Other" answer: only when the sum flag is given in so many words."""
    return props.get("addAnswersMode", "DISABLED") != "DISABLED" and props.get("shouldAnswersSumToOne") is True


def answer_count(props: dict[str, Any]) -> int:
    """How many answers the market starts with."""
    return len(props["answers"]) + has_other(props)


def cost_of(props: dict[str, Any]) -> float:
    """What the market costs in mana, without extra liquidity."""
    kind = props["outcomeType"]
    if kind == "POLL":
        return POLL_COST
    if kind == "BOUNTIED_QUESTION":
        return float(props["totalBounty"])
    if kind in MULTI_TYPES:
        return multi_cost(props["liquidityTier"], answer_count(props))
    return float(props["liquidityTier"])


def slugged(world: World, question: str) -> str:
    """A slug from the question, with a random tail when it is taken."""
    plain = "".join(c for c in unicodedata.normalize("NFD", question) if not "\u0300" <= c <= "\u036f").lower().strip()
    slug = re.sub(r"\s+", "-", re.sub(r"[^a-z0-9\s]", "", plain).strip())[:LONGEST_SLUG]
    taken = world.state.markets.where("slug", slug)
    return f"{slug}-{world.state.random_text(SLUG_TAIL)}" if taken else slug


def _market(world: World, props: dict[str, Any], me: Account, cost: float, slugs: list[str] | None) -> Market:
    kind = props["outcomeType"]
    question = props["question"].strip()
    default_close = None if kind in WITHOUT_CLOSE else world.now + WEEK_MS
    return Market(
        id=props.get("idempotencyKey") or world.state.new_id(world.state.markets),
        creator_id=me.id,
        question=question,
        slug=slugged(world, question),
        outcome_type=kind,
        mechanism=_mechanism(kind),
        created_time=world.now,
        description=described(props) or EMPTY,
        visibility=props["visibility"],
        close_time=props.get("closeTime", default_close),
        last_updated_time=world.now,
        last_drizzle_time=world.now,
        group_slugs=None if slugs is None else tuple(slugs),
        **_by_type(props, cost),
    )


def _mechanism(kind: str) -> str:
    if kind in MULTI_TYPES:
        return "cpmm-multi-1"
    return "none" if kind in ("POLL", "BOUNTIED_QUESTION") else "cpmm-1"


def _by_type(props: dict[str, Any], cost: float) -> dict[str, Any]:
    kind = props["outcomeType"]
    if kind == "POLL":
        return {"options": tuple(props["answers"])}
    if kind == "BOUNTIED_QUESTION":
        return {"total_bounty": cost}
    if kind in MULTI_TYPES:
        return {
            "total_liquidity": cost,
            "sum_to_one": props.get("shouldAnswersSumToOne", True),
            "add_answers_mode": props.get("addAnswersMode", "DISABLED"),
            "unit": props.get("unit"),
            "timezone": props.get("timezone"),
        }
    pool: dict[str, Any] = {"pool_yes": cost, "pool_no": cost, "total_liquidity": cost}
    if kind == "PSEUDO_NUMERIC":
        bounds = {"minimum": props["min"], "maximum": props["max"], "log_scale": bool(props.get("isLogScale"))}
        return {**pool, **bounds, "p": _mapped(props)}
    return {**pool, "p": props.get("initialProb", 50) / 100 if kind == "BINARY" else 0.5}


def _answers(world: World, market: Market, props: dict[str, Any], cost: float) -> None:
    texts = [*props["answers"], *(["Other"] if has_other(props) else [])]
    pools = opening_pools(cost, len(texts), sum_to_one=bool(market.sum_to_one))
    coloured = (
        market.outcome_type == "MULTIPLE_CHOICE"
        and market.sum_to_one
        and market.add_answers_mode == "DISABLED"
        and len(texts) == 2
    )
    for index, (text, pool) in enumerate(zip(texts, pools, strict=True)):
        answer = new_answer(world, market, market.creator_id, index, text, pool)
        world.state.answers.put(
            replace(
                answer,
                color=TWO_COLOURS[index] if coloured else None,
                is_other=has_other(props) and index == len(texts) - 1,
                midpoint=_at(props, "midpoints", index),
                short_text=_at(props, "answerShortTexts", index),
                image_url=_at(props, "answerImageUrls", index),
            )
        )


def _at(props: dict[str, Any], key: str, index: int) -> Any:
    values = props.get(key) or []
    return values[index] if index < len(values) else None


def new_answer(world: World, market: Market, user_id: str, index: int, text: str, pool: Pool) -> Answer:
    """A new open answer with that pool."""
    return Answer(
        id=world.state.new_id(world.state.answers),
        contract_id=market.id,
        user_id=user_id,
        index=index,
        text=text,
        created_time=world.now,
        pool_yes=pool.yes,
        pool_no=pool.no,
        prob=pool.prob,
        total_liquidity=math.sqrt(pool.yes * pool.no),
    )


def _pay(world: World, market: Market, me: Account, cost: float, extra: float) -> None:
    record(world.state, world.now, "CREATE_CONTRACT_ANTE", cost, me.id, market.id)
    provide(world, market, me.id, cost)
    if extra:
        record(world.state, world.now, "ADD_SUBSIDY", extra, me.id, market.id)
        provide(world, market, me.id, extra)


def provide(world: World, market: Market, user_id: str, amount: float) -> Provision:
    """Note who gave (or, negative, took back) how much liquidity."""
    return world.state.provisions.put(
        Provision(
            id=world.state.new_id(world.state.provisions),
            contract_id=market.id,
            user_id=user_id,
            amount=amount,
            created_time=world.now,
        )
    )


def _subsidise(world: World, market: Market, extra: float) -> None:
    total = (market.total_liquidity or 0) + extra
    world.state.markets.put(replace(market, subsidy_pool=market.subsidy_pool + extra, total_liquidity=total))
