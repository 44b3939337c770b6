"""What commands and cards tell people, as plain rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.app import App
from bot.review.desk import Card
from bot.store import Store, by_source, load_evidence
from bot.store import markets as opened
from bot.store.counting import newest_notes
from bot.verifying import Verified
from markets.spec import MarketSpec
from resolvers.evidence import instant, moment
from resolvers.freshness import state_of


def source_rows(app: App) -> list[dict[str, Any]]:
    """`id, state, since, because, snapshots, observations, newest` of every source of the debate.

    `panel` has the question, and the markets that ask it, where a source holds the answers of one.
    """
    now = app.store.now()
    evidence = load_evidence(app.store, app.loaded.sources, now)
    counted, notes, panels = by_source(app.store), newest_notes(app.store), _panels(app.loaded.markets)
    rows = []
    for name in sorted(app.loaded.sources):
        state = state_of(evidence.source(name), instant(now), app.debate.defaults.lost_after)
        count = counted.get(name)
        rows.append(
            {
                "id": name,
                "state": state.state,
                "since": moment(state.since) if state.since is not None else None,
                "because": state.because,
                "snapshots": count.snapshots if count else 0,
                "observations": count.observations if count else 0,
                "newest": moment(state.newest) if state.newest is not None else None,
                "quarantined": count.quarantined if count else 0,
                "notes": notes.get(name, []),
                "vanished": sorted({span.key for span in evidence.source(name).spans if span.ended == "vanished"}),
                "panel": panels.get(name),
            }
        )
    return rows


def _panels(defined: Mapping[str, MarketSpec]) -> dict[str, dict[str, Any]]:
    """By source: what a panel is asked, and by which markets."""
    found: dict[str, dict[str, Any]] = {}
    for slug, spec in sorted(defined.items()):
        for panel in spec.rule.panels():
            told = found.setdefault(panel.source, {"question": panel.question, "markets": []})
            told["markets"] += [] if slug in told["markets"] else [slug]
    return found


def card_row(card: Card, entries: Sequence[str] = ()) -> dict[str, Any]:
    """One proposal as data, everything a reviewer needs; `entries` say who entered the rows of own lists it cites."""
    proposal, verdict = card.proposal, card.proposal.verdict
    return {
        "id": proposal.id,
        "slug": card.market.slug,
        "question": card.frozen.question,
        "url": card.market.url,
        "state": proposal.state,
        "round": proposal.round,
        "outcome": proposal.outcome.model_dump(mode="json"),
        "because": verdict.because,
        "as_of": proposal.as_of,
        "definition": proposal.version,
        "window_until": proposal.window_until,
        "approvals_wanted": card.wanted,
        "quorum": {"needed": card.quorum.needed, "because": list(card.quorum.because)},
        "taken_by": card.taken_by,
        "reviews": [
            {"person": one.person, "vote": one.vote, "because": one.because, "category": one.category, "via": one.via}
            for one in card.reviews
        ],
        "objections": [
            {"id": one.id, "by": one.by, "text": one.text, "answer": one.answer, "answered_by": one.answered_by}
            for one in card.objections
        ],
        "cells": [cite.model_dump(mode="json") for cite in verdict.citations()],
        "entered": list(entries),
        "supersedes": proposal.supersedes,
        "earlier": card.earlier.words() if card.earlier else None,
    }


def verified_row(found: Verified) -> dict[str, Any]:
    """What `crux verify` found."""
    return {
        "resolutions": found.resolutions,
        "verified": found.verified,
        "proposals": found.proposals,
        "broken": [
            {"proposal": one.proposal, "slug": one.slug, "resolved": one.resolved, "because": one.because}
            for one in found.broken
        ],
        "bodies": [{"sha256": one.sha256, "source": one.source, "because": one.because} for one in found.bodies],
        "record": [{"row": one.id, "because": one.because} for one in found.record],
    }


def market_rows(store: Store, debate: str | None, defined: Mapping[str, MarketSpec]) -> list[dict[str, Any]]:
    """Every market of the debate, opened or only defined; with no debate named, all that the store knows."""
    with store.reading() as connection:
        there = {(one.debate, one.slug): one for one in opened.every(connection, debate)}
    rows = []
    for of, slug in sorted({*there, *((debate or "", slug) for slug in defined)}):
        market, spec = there.get((of, slug)), defined.get(slug)
        rows.append(
            {
                "slug": slug,
                "debate": of,
                "type": market.type if market else spec.market_type if spec else "",
                "state": market.state if market else "defined",
                "stands": opened.state_now(market, store.now()) if market else "defined",
                "closes": market.closes_at if market else spec.closes if spec else None,
                "url": market.url if market else None,
            }
        )
    return rows
