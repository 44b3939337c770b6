"""A scoreboard as one JSON document: every figure whole, scores and log ratios in nats."""

from __future__ import annotations

from typing import Any

from markets.score_board import AxisScore, Board
from markets.score_claims import ClaimCredit
from markets.score_markets import Evidence
from markets.score_voices import Row, VoiceScore


def as_document(found: Board) -> dict[str, Any]:
    """The board's parts under their names."""
    return {
        "resolved": list(found.resolved),
        "not_applicable": list(found.not_applicable),
        "neutral": list(found.neutral),
        "open": list(found.open),
        "axes": [_axis(each) for each in found.axes],
        "voices": [_voice(each) for each in found.voices],
        "claims": [_claim(each) for each in found.claims],
        "priors": [
            {"voice": one.voice, "axis": one.axis, "prior": one.prior, "now": one.now, "rests_on": one.rests_on}
            for one in found.priors
        ],
        "scores": [_row(each) for each in found.rows],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "w": evidence.total,
        "verdict": evidence.verdict,
        "effective": evidence.effective,
        "markets": [
            {"market": term.market, "ln_lr": term.log_ratio, "weight": term.weight, "resolved": term.resolved}
            for term in evidence.terms
        ],
    }


def _axis(each: AxisScore) -> dict[str, Any]:
    poles = {"plus": each.poles.plus, "minus": each.poles.minus} if each.poles else {}
    nowcast = _evidence(each.nowcast) if each.nowcast else None
    return {"axis": each.axis, **poles, "resolved": _evidence(each.resolved), "nowcast": nowcast}


def _claim(each: ClaimCredit) -> dict[str, Any]:
    return {
        "claim": each.claim,
        "scored": each.scored,
        "because": each.because,
        "direct": _evidence(each.direct) if each.scored else None,
        "indirect": [{"from": term.market, "adds": term.adds} for term in each.indirect.terms] if each.scored else [],
    }


def _over(pair: tuple[float, float] | None) -> dict[str, float] | None:
    return None if pair is None else {"log": pair[0], "brier": pair[1]}


def _voice(each: VoiceScore) -> dict[str, Any]:
    return {
        "voice": each.voice,
        "column": each.column,
        "rank": each.rank,
        "because": each.because,
        "hearsay": each.hearsay,
        "markets": each.markets,
        "effective": each.effective,
        "log": each.log,
        "brier": each.brier,
        "over_price": _over(each.over_price),
        "log_range": each.log_range,
        "brier_range": each.brier_range,
    }


def _row(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = {
        "market": row.market,
        "voice": row.stance.voice,
        "claim": row.stance.claim,
        "event": row.event,
        "came_true": row.came_true,
        "column": row.column,
        "word": row.stance.word,
        "credence": row.credence,
        "because": row.because,
    }
    score = row.score
    if score is not None:
        told |= {"p": score.p, "log": score.log, "brier": score.brier, "over_price": _over(score.over_price)}
        told |= {"log_range": score.log_range, "brier_range": score.brier_range}
    return told
