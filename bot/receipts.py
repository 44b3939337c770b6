"""What a resolution owes to its traders: answers to their objections, its receipt, and that it was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.review import notices
from bot.review.desk import Card
from bot.store import proposals
from markets import outbox as writes


def owed(seen: Card) -> list[writes.Write]:
    """Every comment that a proposal's course so far owes to its traders, after the first notice."""
    slug, market_id = seen.market.slug, seen.market.market_id
    found = [
        writes.comment(
            slug,
            market_id,
            f"objection/{one.id}/answer",
            notices.answer_comment(one.answered_by, one.answer),
            seen.proposal.comment_id,
        )
        for one in seen.objections
        if one.answered_by and one.answer
    ]
    if seen.receipt:
        text = notices.receipt_comment(
            seen.proposal.verdict, seen.proposal.outcome.words(), str(seen.receipt["audit_head"])
        )
        found.append(writes.comment(slug, market_id, f"proposal/{seen.proposal.id}/receipt", text))
    if seen.undone is not None:
        text = notices.undone_comment(seen.proposal.outcome.words(), *seen.undone)
        found.append(writes.comment(slug, market_id, f"proposal/{seen.proposal.id}/undone", text))
    return found


def last_key(market_id: str, proposal: proposals.Proposal) -> str:
    """The outbox key of the last word that is owed to traders."""
    if proposal.state == "undone":
        return f"comment/{market_id}/proposal/{proposal.id}/undone"
    return receipt_key(market_id, proposal.id)


def receipt_key(market_id: str, proposal: int) -> str:
    """The outbox key of a proposal's receipt."""
    return f"comment/{market_id}/proposal/{proposal}/receipt"


def receipt(seen: Card, proposal: proposals.Proposal, found: Mapping[str, Any], before: str) -> dict[str, Any]:
    """The public account of a resolution: what, on which definition and bytes, by whose word."""
    verdict = proposal.verdict
    cites = verdict.citations()
    return {
        "slug": seen.market.slug,
        "market": seen.market.url,
        "outcome": proposal.outcome.model_dump(mode="json"),
        "because": verdict.because,
        "definition": proposal.version,
        "semantics": proposal.semantics,
        "as_of": proposal.as_of.isoformat(),
        "last_snapshot": proposal.last_snapshot,
        "bodies": [
            {"source": source, "sha256": body} for source, body in sorted({(cite.source, cite.body) for cite in cites})
        ],
        "cells": [cite.model_dump(mode="json") for cite in cites],
        "reviews": [
            {"person": one.person, "vote": one.vote, "because": one.because}
            | ({"category": one.category} if one.category else {})
            | ({"via": one.via} if one.via else {})
            for one in seen.reviews
        ],
        "quorum": {"needed": seen.quorum.needed, "because": list(seen.quorum.because)},
        "objections": [{"by": one.by, "text": one.text, "answer": one.answer} for one in seen.objections],
        "manifold": dict(found),
        "record_before": before,
    }
