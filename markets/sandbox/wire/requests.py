"""The request schema of every route.

Fields, bounds and defaults: the endpoints of the contract and manifold.md sections 1.2 to 1.6, looked at 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markets.sandbox.wire.schema import (
    Check,
    anything,
    array,
    boolean,
    both,
    flag,
    nullable,
    number,
    one_of,
    optional,
    record,
    refined,
    text,
    union,
)

LONGEST_QUESTION = 120  # UTF-16 units
LONGEST_ANSWER = 240
MOST_ANSWERS = 100
LEAST_BOUNTY = 1000  # mana
BINARY_OUTCOMES = ("YES", "NO", "MKT", "CANCEL")

some_text = optional(text())
some_number = optional(number(coerce=True))
some_flag = optional(flag())
percent = number(least=0, most=100)

DOCUMENT = both(
    record(
        {
            "type": some_text,
            "attrs": optional(record({})),
            "content": optional(array(anything())),
            "marks": optional(array(anything())),
            "text": some_text,
        }
    ),
    record({}),
)


def document(value: Any, path: tuple[str, ...]) -> Any:
    """A TipTap document, kept exactly as it came."""
    result = DOCUMENT(value, path)
    result.value = value
    return result


DESCRIPTIONS = {"descriptionHtml": some_text, "descriptionMarkdown": some_text, "descriptionJson": some_text}
EXTRA = {"extraLiquidity": optional(number(least=1))}
ANSWER_TEXTS = array(text(least=1, trim=True), most=MOST_ANSWERS)

_safe = number()
_type = one_of
CREATE_TYPES = union(
    record(
        {
            "outcomeType": _type("MULTIPLE_CHOICE"),
            "answers": ANSWER_TEXTS,
            "answerShortTexts": optional(array(text())),
            "answerImageUrls": optional(array(text())),
            "addAnswersMode": optional(one_of("DISABLED", "ONLY_CREATOR", "ANYONE"), "DISABLED"),
            "shouldAnswersSumToOne": optional(boolean()),
            **EXTRA,
        }
    ),
    record(
        {
            "outcomeType": _type("PSEUDO_NUMERIC"),
            "min": _safe,
            "max": _safe,
            "initialValue": _safe,
            "isLogScale": optional(boolean()),
            **EXTRA,
        }
    ),
    record(
        {
            "outcomeType": _type("BOUNTIED_QUESTION"),
            "totalBounty": number(least=LEAST_BOUNTY),
            "isAutoBounty": optional(boolean()),
        }
    ),
    record(
        {
            "outcomeType": _type("POLL"),
            "answers": array(text(least=1, trim=True), least=2, most=MOST_ANSWERS),
            "voterVisibility": optional(one_of("creator", "everyone")),
            "pollType": optional(one_of("single", "multi-select", "ranked-choice")),
            "maxSelections": optional(number(least=1)),
        }
    ),
    record(
        {"outcomeType": _type("BINARY", "STONK"), "initialProb": optional(number(least=1, most=99)), **EXTRA},
    ),
    record({"outcomeType": _type("NUMBER"), "min": _safe, "max": _safe, "precision": number(above=0)}),
    record(
        {
            "outcomeType": _type("MULTI_NUMERIC"),
            "answers": ANSWER_TEXTS,
            "midpoints": array(number()),
            "shouldAnswersSumToOne": boolean(),
            "addAnswersMode": optional(one_of("DISABLED"), "DISABLED"),
            "unit": text(),
            **EXTRA,
        }
    ),
    record(
        {
            "outcomeType": _type("DATE"),
            "answers": ANSWER_TEXTS,
            "midpoints": array(number()),
            "shouldAnswersSumToOne": boolean(),
            "addAnswersMode": optional(one_of("DISABLED"), "DISABLED"),
            "timezone": text(),
            **EXTRA,
        }
    ),
)


def create(now: Callable[[], int]) -> Check:
    """POST /v0/market; the close time must be after now (unix ms)."""
    base = record(
        {
            "question": text(least=1, most=LONGEST_QUESTION),
            "description": optional(union(document, text())),
            **DESCRIPTIONS,
            "closeTime": optional(
                refined(union(number()), lambda at: at > now(), "Close time must be in the future."),
            ),
            "groupIds": optional(array(text(least=1, most=60))),
            "visibility": optional(one_of("public", "unlisted"), "public"),
            "isTwitchContract": optional(boolean()),
            "utcOffset": optional(number()),
            "liquidityTier": number(least=100),
            "idempotencyKey": optional(text(exactly=10, pattern="[A-Za-z0-9]*")),
            "takerAPIOrdersDisabled": optional(boolean()),
            "sportsStartTimestamp": some_text,
            "sportsEventId": some_text,
            "sportsLeague": some_text,
        }
    )
    return both(base, CREATE_TYPES)


RESOLVE_BINARY = record(
    {"outcome": one_of(*BINARY_OUTCOMES), "probabilityInt": optional(percent), "answerId": some_text},
)
RESOLVE_NUMERIC = union(
    record({"outcome": one_of("CANCEL")}),
    record({"outcome": one_of("MKT"), "value": number(), "probabilityInt": percent}),
)
RESOLVE_MULTI = union(
    record({"outcome": one_of("CANCEL")}),
    record({"outcome": one_of("CHOOSE_ONE"), "answerId": text()}),
    record(
        {
            "outcome": one_of("CHOOSE_MULTIPLE"),
            "resolutions": array(record({"answerId": text(), "pct": percent})),
        }
    ),
)


def _kept(check: Check) -> Check:
    """A check whose value is the request as it came, for a second check later."""

    def kept(value: Any, path: tuple[str, ...]) -> Any:
        result = check(value, path)
        result.value = value
        return result

    return kept


RESOLVE = _kept(union(RESOLVE_BINARY, RESOLVE_MULTI, RESOLVE_NUMERIC))

UPDATE = record(
    {
        "contractId": text(),
        "question": optional(text(least=1, most=LONGEST_QUESTION)),
        "visibility": optional(one_of("unlisted", "public")),
        "closeTime": optional(number()),
        "addAnswersMode": optional(one_of("ONLY_CREATOR", "ANYONE")),
        "coverImageUrl": optional(nullable(text())),
        "sort": some_text,
        "description": some_text,
        **DESCRIPTIONS,
        "display": optional(one_of("clock", "default")),
        "creatorBannedFromBetting": optional(boolean()),
        "homePageScoreAdjustment": optional(nullable(number(least=-1, most=1))),
        "homePageScoreAdjustmentDays": optional(number(whole=True, least=1)),
    },
    strict=True,
)
CLOSE = record({"contractId": text(), "closeTime": optional(number(whole=True, least=0))}, strict=True)
UNRESOLVE = record({"contractId": text(), "answerId": some_text}, strict=True)
LIQUIDITY = record({"contractId": text(), "amount": number(above=0, finite=True)}, strict=True)
ADD_ANSWER = record({"contractId": text(), "text": text(least=1, most=LONGEST_ANSWER)}, strict=True)
TAG = record({"contractId": text(), "groupId": text(), "remove": optional(boolean(), False)}, strict=True)
COMMENT = record(
    {
        "contractId": text(),
        "content": optional(document),
        "html": some_text,
        "markdown": some_text,
        "replyToCommentId": some_text,
        "replyToAnswerId": some_text,
        "replyToBetId": some_text,
    },
    strict=True,
)
BET = record(
    {
        "contractId": text(),
        "amount": number(least=1),
        "outcome": optional(one_of("YES", "NO"), "YES"),
        "answerId": some_text,
        "limitProb": optional(number(least=0.01, most=0.99)),
        "expiresAt": optional(number()),
        "expiresMillisAfter": optional(number()),
        "dryRun": optional(boolean()),
        "silent": optional(boolean()),
        "replyToCommentId": some_text,
        "deterministic": optional(boolean()),
    },
    strict=True,
)
SELL = record(
    {
        "contractId": text(),
        "outcome": one_of("YES", "NO"),
        "shares": optional(number(above=0)),
        "answerId": some_text,
        "deterministic": optional(boolean()),
    },
    strict=True,
)
CANCEL_BET = record({"betId": text()}, strict=True)

ONE_MARKET = record({"id": text(), "lite": some_flag})
ONE_SLUG = record({"slug": text(), "lite": some_flag})
PROB = record({"id": text()}, strict=True)
PROBS = record({"ids": array(text(), most=100)}, strict=True)
OF_CONTRACT = record({"contractId": text()}, strict=True)
COMMENTS = record(
    {
        "contractId": some_text,
        "contractSlug": some_text,
        "afterTime": some_number,
        "limit": optional(number(coerce=True, least=0, most=1000), 1000),
        "page": optional(number(coerce=True, least=0), 0),
        "userId": some_text,
        "order": optional(one_of("likes", "newest", "oldest")),
    },
    strict=True,
)
BETS = record(
    {
        "id": some_text,
        "userId": some_text,
        "username": some_text,
        "contractId": optional(union(text(), array(text()))),
        "contractSlug": some_text,
        "answerId": some_text,
        "limit": optional(number(coerce=True, least=0, most=50_000), 10_000),
        "before": some_text,
        "after": some_text,
        "beforeTime": some_number,
        "afterTime": some_number,
        "order": optional(one_of("asc", "desc")),
        "kinds": optional(one_of("open-limit")),
        "minAmount": some_number,
        "filterRedemptions": some_flag,
        "includeZeroShareRedemptions": some_flag,
        "excludeApi": some_flag,
        "points": some_flag,
        "count": some_flag,
    },
    strict=True,
)
BET_POINTS = record(
    {
        "contractId": text(),
        "answerId": some_text,
        "beforeTime": number(coerce=True),
        "afterTime": number(coerce=True),
        "limit": optional(number(coerce=True, least=0, most=50_000), 5_000),
        "filterRedemptions": some_flag,
        "includeZeroShareRedemptions": some_flag,
    },
    strict=True,
)
POSITIONS = record(
    {
        "id": text(),
        "userId": some_text,
        "answerId": some_text,
        "top": some_number,
        "bottom": some_number,
        "order": optional(one_of("shares", "profit")),
        "summaryOnly": optional(boolean()),
    },
    strict=True,
)
MARKETS = record(
    {
        "limit": optional(number(coerce=True, least=0, most=1000), 500),
        "sort": optional(one_of("created-time", "updated-time", "last-bet-time", "last-comment-time")),
        "order": optional(one_of("asc", "desc")),
        "before": some_text,
        "userId": some_text,
        "groupId": some_text,
    },
    strict=True,
)
FILTERS = (
    "open", "closing-90-days", "closing-week", "closing-month", "closing-day", "closed", "resolved", "all", "news",
    "uncertain",
)  # fmt: skip
SORTS = (
    "newest", "score", "daily-score", "freshness-score", "24-hour-vol", "most-popular", "liquidity", "subsidy",
    "last-updated", "close-date", "start-time", "resolve-date", "random", "bounty-amount", "prob-descending",
    "prob-ascending", "prob-50",
)  # fmt: skip
CONTRACT_TYPES = (
    "ALL", "BINARY", "MULTIPLE_CHOICE", "DEPENDENT_MULTIPLE_CHOICE", "INDEPENDENT_MULTIPLE_CHOICE", "FREE_RESPONSE",
    "PSEUDO_NUMERIC", "BOUNTIED_QUESTION", "STONK", "POLL", "NUMBER", "MULTI_NUMERIC", "DATE", "PERP",
)  # fmt: skip
SEARCH = record(
    {
        "term": optional(text(), ""),
        "filter": optional(union(one_of(*FILTERS)), "all"),
        "sort": optional(union(one_of(*SORTS)), "score"),
        "contractType": optional(union(one_of(*CONTRACT_TYPES)), "ALL"),
        "limit": optional(number(coerce=True, above=0, most=1000), 100),
        "offset": optional(number(coerce=True, least=0), 0),
        "beforeTime": some_number,
        "topicSlug": some_text,
        "creatorId": some_text,
        "liquidity": some_number,
        "includeLiteAnswers": some_flag,
        "token": optional(union(one_of("MANA", "CASH", "ALL", "CASH_AND_MANA"))),
    },
    strict=True,
)
TXNS = record(
    {
        "token": some_text,
        "offset": optional(number(coerce=True, least=0), 0),
        "limit": optional(number(coerce=True, least=0, most=100), 100),
        "before": some_number,
        "after": some_number,
        "toId": some_text,
        "fromId": some_text,
        "category": some_text,
    },
    strict=True,
)
NOTHING = record({})
USERNAME = record({"username": text()}, strict=True)
USER_ID = record({"id": text()}, strict=True)
USER_IDS = record({"ids": array(text())}, strict=True)
GROUP_SLUG = record({"slug": text()})
GROUPS = record({"beforeTime": some_number, "availableToUserId": some_text})
