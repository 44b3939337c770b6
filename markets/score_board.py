"""The scoreboard: what resolved markets say about each axis and claim, and how well each voice foresaw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Literal

from markets.debate import Arguments
from markets.debate_spec import AxisSpec, Stance
from markets.score import log_odds, moved, prior_of, verdict
from markets.score_arguments import ScoredArguments, ScoredClaim, scored_arguments
from markets.score_claims import ClaimCredit, claim_credits
from markets.score_markets import Evidence, Played, axis_evidence
from markets.score_voices import Row, VoiceScore, rows, voice_scores


@dataclass(frozen=True, slots=True)
class AxisScore:
    """One axis: `resolved` markets alone, and `nowcast` with the open ones at what their prices expect.

    YES resolves early, so that resolved markets alone are a biased sample; the nowcast (None without an open market
    whose price is known) is drawn apart.
    """

    axis: str
    poles: AxisSpec | None
    resolved: Evidence
    nowcast: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Prior:
    """A voice's own credence in the plus side of an axis, and where the evidence of resolved markets moves it.

    `rests_on` is `numbers` where the voice had given any for claims of the axis before the answer of its first market
    was known (the mean of their log odds, each towards the plus side), else its `position` (a step is odds of 3 to 1).
    """

    voice: str
    axis: str
    prior: float
    now: float
    rests_on: Literal["numbers", "position"]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything there is to show; `not_applicable` and `neutral` markets are counted and say nothing."""

    axes: tuple[AxisScore, ...]
    claims: tuple[ClaimCredit, ...]
    voices: tuple[VoiceScore, ...]
    rows: tuple[Row, ...]
    priors: tuple[Prior, ...]
    resolved: tuple[str, ...]
    not_applicable: tuple[str, ...]
    open: tuple[str, ...]
    neutral: tuple[str, ...] = ()


def board(
    arguments: Arguments | ScoredArguments | None,
    played: Sequence[Played],
    on_record: Mapping[str, datetime] | None = None,
) -> Board:
    """The scoreboard of a debate from its markets; pure.

    `on_record` says when each number that a prior may rest on was first put on record; without it their dates count.
    """
    argued = arguments if isinstance(arguments, ScoredArguments) else scored_arguments(arguments)
    found = rows(played)
    names = dict.fromkeys([*argued.axes, *(link.axis for each in played for link in each.inputs.links if link.axis)])
    axes = tuple(_axis(name, argued.axes.get(name), played) for name in names)
    return Board(
        axes=axes,
        claims=claim_credits(argued.claims, played),
        voices=voice_scores(found, argued.voices, played),
        rows=found,
        priors=tuple(prior for axis in axes for prior in _priors(axis, argued, played, on_record)),
        resolved=tuple(each.slug for each in played if each.resolved and not (each.not_applicable or each.neutral)),
        not_applicable=tuple(each.slug for each in played if each.not_applicable),
        open=tuple(each.slug for each in played if not each.resolved),
        neutral=tuple(each.slug for each in played if each.resolved and each.neutral),
    )


def _axis(name: str, poles: AxisSpec | None, played: Sequence[Played]) -> AxisScore:
    resolved = axis_evidence(name, [each for each in played if each.resolved])
    with_open = axis_evidence(name, played)
    return AxisScore(name, poles, resolved, None if with_open.terms == resolved.terms else with_open)


def _priors(
    axis: AxisScore, argued: ScoredArguments, played: Sequence[Played], on_record: Mapping[str, datetime] | None
) -> list[Prior]:
    """The priors of every voice that takes a side on the axis, or gives numbers about it."""
    given = argued.given_before(_first(axis, played), on_record)
    found = []
    for name, voice in argued.voices.items():
        mine = [each for each in given if each.voice == name]
        numbers = [odds for each in mine if (odds := _odds(each, axis.axis, argued.claims)) is not None]
        if numbers:
            prior = moved(0.5, fmean(numbers))
        elif axis.axis in voice.positions:
            prior = prior_of(voice.positions[axis.axis])
        else:
            continue
        now = moved(prior, axis.resolved.total)
        found.append(Prior(name, axis.axis, prior, now, "numbers" if numbers else "position"))
    return found


def _first(axis: AxisScore, played: Sequence[Played]) -> datetime | None:
    """When the answer of the first market that speaks on the axis was known; None while none has resolved."""
    speaking = {term.market for term in axis.resolved.terms}
    known = [each.known_at or each.resolved_at for each in played if each.slug in speaking]
    return min((at for at in known if at), default=None)


def _odds(stance: Stance, axis: str, claims: Mapping[str, ScoredClaim]) -> float | None:
    """A given number as log odds of the plus side; None where it says nothing about the axis."""
    claim = claims.get(stance.claim or "")
    if stance.credence is None or claim is None or claim.axis != axis or claim.pole is None:
        return None
    odds = log_odds(float(stance.credence))
    return odds if claim.pole == "plus" else -odds


__all__ = ["AxisScore", "Board", "Evidence", "Prior", "board", "verdict"]
