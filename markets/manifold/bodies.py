"""What we say to Manifold: the bodies of a creation and of a resolution, their key, their cost."""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from markets.live import LiveMarket, ms_of
from resolvers.errors import Refusal
from resolvers.outcome import Answers, No, NotApplicable, Outcome, Probability, Yes

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
KEY_LENGTH = 10
TIERS_MANA = (100_000, 10_000, 1_000)
ANSWER_COSTS_MANA = (10_000, 1_000, 100)
SMALLEST_ANSWER_COST_MANA = 25
WEIGHT_PLACES = Decimal("0.000001")
CLOSE_ENOUGH = 1e-6
"""Weights and probabilities travel as binary floats."""


@dataclass(frozen=True, slots=True)
class Creation:
    """A market to be made, in our words; midpoints (of dates in unix ms) go by the answers' order."""

    key: str
    question: str
    market_type: str
    description: str
    closes: datetime
    tier_mana: Decimal
    subsidy_mana: Decimal = Decimal(0)
    initial_pct: Decimal | None = None
    answers: tuple[str, ...] = ()
    midpoints: tuple[Decimal, ...] = ()
    unit: str = ""

    @property
    def cost_mana(self) -> Decimal:
        """What Manifold takes for it, subsidy included."""
        return creation_cost(self.market_type, len(self.answers), self.tier_mana) + self.subsidy_mana


def creation_key(account_id: str, debate: str, slug: str, opening: int) -> str:
    """The ten characters that make a creation idempotent and become the market's id.

    sha256 over the UTF-8 bytes of the JSON array `["account","debate","slug",opening]` (no spaces, non-ASCII characters
    as they are), read as one big-endian number; its ten lowest digits in base 62, most significant first, with the
    digits 0-9, A-Z, a-z.
    """
    text = json.dumps([account_id, debate, slug, opening], separators=(",", ":"), ensure_ascii=False)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    digits = []
    for _ in range(KEY_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits.append(BASE62[digit])
    return "".join(reversed(digits))


def creation_cost(market_type: str, answers: int, tier_mana: Decimal, *, with_other: bool = False) -> Decimal:
    """Mana that a creation costs: the tier, or so much per answer where that is more (subsidy not included).

    `with_other`: Manifold adds an answer of its own where people may add answers later.
    """
    if market_type == "BINARY":
        return tier_mana
    costs = zip(TIERS_MANA, ANSWER_COSTS_MANA, strict=True)
    each = next((cost for tier, cost in costs if tier_mana >= tier), SMALLEST_ANSWER_COST_MANA)
    return max(Decimal((answers + with_other) * each), tier_mana)


def creation(wanted: Creation) -> dict[str, Any]:
    """The body of POST /v0/market."""
    body: dict[str, Any] = {
        "question": wanted.question,
        "outcomeType": wanted.market_type,
        "descriptionMarkdown": wanted.description,
        "closeTime": ms_of(wanted.closes),
        "liquidityTier": wanted.tier_mana,
        "visibility": "public",
        "idempotencyKey": wanted.key,
    }
    if wanted.subsidy_mana:
        body["extraLiquidity"] = wanted.subsidy_mana
    if wanted.market_type == "BINARY":
        return body | ({"initialProb": wanted.initial_pct} if wanted.initial_pct is not None else {})
    body |= {"answers": list(wanted.answers), "shouldAnswersSumToOne": True}
    if wanted.market_type == "MULTIPLE_CHOICE":
        return body | {"addAnswersMode": "DISABLED"}
    named = {"timezone": "UTC"} if wanted.market_type == "DATE" else {"unit": wanted.unit}
    return body | {"midpoints": list(wanted.midpoints)} | named


def resolution(market: LiveMarket, outcome: Outcome) -> dict[str, Any]:
    """The body of POST /v0/market/{id}/resolve for an outcome; Refusal where it does not fit the market.

    Answer ids are checked here: the server takes any id for CHOOSE_ONE and pays everybody's NO.
    """
    if isinstance(outcome, NotApplicable):
        return {"outcome": "CANCEL"}
    if isinstance(outcome, Answers):
        return _many(market, outcome)
    if market.market_type != "BINARY":
        raise Refusal(f"{market.id}: {outcome.words()} fits a yes-or-no question, this is {market.market_type}")
    if isinstance(outcome, Probability):
        return {"outcome": "MKT", "probabilityInt": outcome.percent}
    return {"outcome": "YES" if isinstance(outcome, Yes) else "NO"}


def _many(market: LiveMarket, outcome: Answers) -> dict[str, Any]:
    if market.market_type == "BINARY" or not market.sums_to_one:
        raise Refusal(f"{market.id}: {outcome.words()} needs a market of answers that exclude one another")
    weights = _weights(market, outcome)
    if len(weights) == 1:
        return {"outcome": "CHOOSE_ONE", "answerId": next(iter(weights))}
    shares = [{"answerId": answer, "pct": share} for answer, share in weights.items()]
    return {"outcome": "CHOOSE_MULTIPLE", "resolutions": shares}


def _weights(market: LiveMarket, outcome: Answers) -> dict[str, Decimal]:
    """Answer id -> percent, only those above zero; exact to the sixth place and adding up to 100."""
    found: dict[str, Decimal] = {}
    for text, weight in outcome.weights.items():
        answer = market.answer_id(text)
        if answer is None:
            raise Refusal(
                f"{market.id} has not exactly one answer {text!r}: resolve it by hand or check the definition"
            )
        if weight > 0:
            found[answer] = weight.quantize(WEIGHT_PLACES, ROUND_HALF_EVEN)
    if not found or abs(sum(outcome.weights.values(), Decimal(-100))) > WEIGHT_PLACES * len(outcome.weights):
        raise Refusal(f"{market.id}: the weights of {outcome.words()} do not add up to 100 percent")
    last = next(reversed(found))
    found[last] += 100 - sum(found.values(), Decimal(0))
    return found


def is_as_intended(market: LiveMarket, outcome: Outcome, weights: Mapping[str, float] | None = None) -> bool | None:
    """Whether a resolved market paid what was intended; None where only `weights` (from /prob) could tell.

    Weights in which an intended answer is missing tell nothing.
    `resolutionProbability` speaks of the payout only for MKT; shares of many answers show nowhere but in /prob.
    """
    if isinstance(outcome, NotApplicable):
        return market.resolution == "CANCEL"
    if isinstance(outcome, (Yes, No)):
        return market.resolution == ("YES" if isinstance(outcome, Yes) else "NO")
    if isinstance(outcome, Probability):
        paid = market.resolution_probability
        return (
            market.resolution == "MKT" and paid is not None and abs(paid * 100 - float(outcome.percent)) < CLOSE_ENOUGH
        )
    intended = _weights(market, outcome)
    if len(intended) == 1:
        return market.resolution == next(iter(intended))
    if market.resolution != "CHOOSE_MULTIPLE":
        return False
    if weights is None:
        return None
    if any(abs(share * 100 - float(intended.get(answer, 0))) >= CLOSE_ENOUGH for answer, share in weights.items()):
        return False
    return True if intended.keys() <= weights.keys() else None
