"""The part of Manifold's answers that we rely on, parsed tolerantly: what we do not know is passed over.

Shapes as of manifoldmarkets/manifold commit 1e3ad3be7 (2026-08-21) and transcripts recorded on 2026-11-21. Times come
as unix milliseconds and leave as aware UTC datetimes; numbers stay floats, for none of them decides anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from resolvers.errors import Outside

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = 253_402_300_799_000
"""The last millisecond a datetime can hold is in the year 9999; Manifold takes later ones."""


def moment_of(ms: object) -> datetime | None:
    """Unix milliseconds -> an aware datetime; None for anything else."""
    if isinstance(ms, bool) or not isinstance(ms, (int, float)) or abs(ms) > FAR:
        return None
    return EPOCH + timedelta(milliseconds=ms)


def ms_of(moment: datetime) -> int:
    """An aware datetime -> unix milliseconds."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """One answer of a market of many."""

    id: str
    text: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class LiveMarket:
    """A market as Manifold shows it now. `fingerprint` is the sha256 of its description's document.

    `whole`: its description (and answers, where it has any) came along; a line of a list has neither, and nothing that
    is written may rest on one. `updated_at` moves with every change, bets and comments included, which also say when
    themselves (their contract.ts: "updated on any change to the market", looked at 2026-11-21).
    """

    id: str
    slug: str
    url: str
    creator_id: str
    question: str
    market_type: str
    closes: datetime | None
    resolved: bool
    created_at: datetime | None = None
    resolution: str | None = None
    resolution_probability: float | None = None
    resolved_at: datetime | None = None
    resolver_id: str | None = None
    probability: float | None = None
    liquidity_mana: float | None = None
    answers: tuple[LiveAnswer, ...] = ()
    text: str = ""
    fingerprint: str = ""
    sums_to_one: bool = True
    whole: bool = True
    updated_at: datetime | None = None
    bet_at: datetime | None = None
    commented_at: datetime | None = None

    def answer_id(self, text: str) -> str | None:
        """The id of the one answer with that text; None where there is none or more than one."""
        found = [answer.id for answer in self.answers if answer.text == text]
        return found[0] if len(found) == 1 else None

    @classmethod
    def parse(cls, body: object) -> LiveMarket:
        """A FullMarket or LiteMarket; Outside if what identifies a market is not there."""
        market = _mapping(body, "market")
        return cls(
            id=_text(market, "id"),
            slug=str(market.get("slug", "")),
            url=str(market.get("url", "")),
            creator_id=_text(market, "creatorId"),
            question=_text(market, "question"),
            market_type=_text(market, "outcomeType"),
            closes=moment_of(market.get("closeTime")),
            resolved=market.get("isResolved") is True,
            created_at=moment_of(market.get("createdTime")),
            resolution=_maybe_text(market.get("resolution")),
            resolution_probability=_maybe_float(market.get("resolutionProbability")),
            resolved_at=moment_of(market.get("resolutionTime")),
            resolver_id=_maybe_text(market.get("resolverId")),
            probability=_maybe_float(market.get("probability")),
            liquidity_mana=_maybe_float(market.get("totalLiquidity")),
            answers=_answers(market.get("answers")),
            text=str(market.get("textDescription") or ""),
            fingerprint=fingerprint(market.get("description")),
            sums_to_one=market.get("shouldAnswersSumToOne") is not False,
            whole="description" in market,
            updated_at=moment_of(market.get("lastUpdatedTime")),
            bet_at=moment_of(market.get("lastBetTime")),
            commented_at=moment_of(market.get("lastCommentTime")),
        )


@dataclass(frozen=True, slots=True)
class Account:
    """Who a key belongs to, and what is left of their mana."""

    id: str
    username: str
    balance_mana: float

    @classmethod
    def parse(cls, body: object) -> Account:
        user = _mapping(body, "user")
        return cls(_text(user, "id"), _text(user, "username"), _maybe_float(user.get("balance")) or 0.0)


@dataclass(frozen=True, slots=True)
class LiveComment:
    """A comment as it stands under a market; `text` is all its words, `reply_to` the comment it answers."""

    id: str
    user_id: str
    username: str
    text: str
    created_at: datetime | None
    reply_to: str | None = None

    @classmethod
    def parse(cls, body: object) -> LiveComment:
        comment = _mapping(body, "comment")
        content = comment.get("content")
        return cls(
            id=_text(comment, "id"),
            user_id=_text(comment, "userId"),
            username=str(comment.get("userUsername", "")),
            text=words_of(content) if content is not None else str(comment.get("text", "")),
            created_at=moment_of(comment.get("createdTime")),
            reply_to=_maybe_text(comment.get("replyToCommentId")),
        )


@dataclass(frozen=True, slots=True)
class Transfer:
    """One row of Manifold's ledger."""

    id: str
    amount_mana: float
    category: str
    from_id: str
    to_id: str

    @classmethod
    def parse(cls, body: object) -> Transfer:
        row = _mapping(body, "txn")
        return cls(
            _text(row, "id"),
            _maybe_float(row.get("amount")) or 0.0,
            str(row.get("category", "")),
            str(row.get("fromId", "")),
            str(row.get("toId", "")),
        )


@dataclass(frozen=True, slots=True)
class Position:
    """What one account holds in a market (`answer_id` None: all of it together)."""

    user_id: str
    answer_id: str | None
    has_shares: bool

    @classmethod
    def parse(cls, body: object) -> Position:
        row = _mapping(body, "position")
        return cls(
            _text(row, "userId"),
            _maybe_text(row.get("answerId")),
            row.get("hasShares") is True,
        )


@dataclass(frozen=True, slots=True)
class Bet:
    """One trade, or an order that may have got nothing yet (no shares); a sale has negative shares."""

    id: str
    user_id: str
    shares: float

    @classmethod
    def parse(cls, body: object) -> Bet:
        row = _mapping(body, "bet")
        return cls(_text(row, "id"), _text(row, "userId"), _maybe_float(row.get("shares")) or 0.0)


def fingerprint(document: object) -> str:
    """sha256 of a description's document as canonical JSON: changes whenever anyone edits it."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def words_of(document: object) -> str:
    """All text inside a TipTap document, blocks apart by line breaks; unknown nodes are walked through."""
    if isinstance(document, str):
        return document
    parts: list[str] = []
    pending: list[object] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(reversed(node))
        elif isinstance(node, dict):
            if isinstance(node.get("text"), str):
                parts.append(node["text"])
            elif parts and node.get("type") in ("paragraph", "heading", "listItem", "hardBreak"):
                parts.append("\n")
            if isinstance(node.get("attrs"), dict) and node.get("type") == "mention":
                parts.append(f"@{node['attrs'].get('label', '')}")
            pending.append(node.get("content"))
    return "".join(parts)


def _answers(rows: object) -> tuple[LiveAnswer, ...]:
    if not isinstance(rows, list):
        return ()
    found = [_mapping(row, "answer") for row in rows]
    return tuple(
        LiveAnswer(_text(row, "id"), _text(row, "text"), _maybe_float(row.get("probability"))) for row in found
    )


def _mapping(body: object, what: str) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise Outside(f"Manifold answered with {type(body).__name__} where a {what} was wanted: try again later")
    return body


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise Outside(f"Manifold's answer has no {key}: its API may have changed, compare with manifold's docs")
    return value


def _maybe_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _maybe_float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
