"""How well each voice foresaw what happened: given numbers in one column, numbers read out of words in another.

A stance on a claim is pushed through the market's link, and unscored where the outcome is neutral (where it is so in
part, by the rest of it); one on the market itself counts as it is. Several stances of a
voice that one market tests count once, by their mean. Of two readers one step apart the first one's word counts. Given
and imputed are never ranked together; a rank takes a voice that speaks for itself, with numbers that can be held
against the price, and an effective number that is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Literal

from markets.debate_events import Shares
from markets.debate_spec import Stance
from markets.score import ENOUGH, band, brier, log_score, pushed, weights
from markets.score_arguments import ScoredVoice
from markets.score_inputs import ScoreInputs, Stand
from markets.score_markets import Played, share_of

Column = Literal["given", "imputed"]
READERS = 2


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An event that a stance foresees: its outcomes, and how likely it is if the claim is true, and if not.

    `neutral` outcomes say nothing about it; of a stance on the market itself none is.
    """

    event: str
    holds: tuple[str, ...]
    if_true: float = 1.0
    if_false: float = 0.0
    neutral: tuple[str, ...] = ()

    def came_true(self, shares: Shares) -> float | None:
        """How far it came true in what of the outcome speaks of it, 0 to 1; None where nothing does."""
        speaks = share_of(shares, set(shares) - set(self.neutral))
        return share_of(shares, set(self.holds) - set(self.neutral)) / speaks if speaks else None


@dataclass(frozen=True, slots=True)
class Score:
    """One stance against one event: the probability `p` it amounts to, and its scores.

    `log` is at best 0, `brier` too (lower is better). `over_price` are both minus those of the market price when the
    stance was frozen, None where that price is not known. `ranges` are the scores over c ± 0.1 of an imputed one.
    """

    p: float
    log: float
    brier: float
    over_price: tuple[float, float] | None = None
    log_range: tuple[float, float] | None = None
    brier_range: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One stance that a resolved market tests; without a score, `because` says why.

    `came_true` is None where the outcome is neutral.
    """

    market: str
    stance: Stance
    column: Column
    event: str
    came_true: float | None
    credence: float | None
    score: Score | None
    because: str = ""


@dataclass(frozen=True, slots=True)
class VoiceScore:
    """A voice's weighted means in one column; a rank rests on the log score over the price, `because` says why none."""

    voice: str
    column: Column
    markets: int
    effective: float
    log: float
    brier: float
    over_price: tuple[float, float] | None = None
    log_range: tuple[float, float] | None = None
    brier_range: tuple[float, float] | None = None
    rank: int | None = None
    because: str = ""
    hearsay: bool = False


def rows(played: Iterable[Played]) -> tuple[Row, ...]:
    """Every stance against every event of the resolved markets that test it; N/A tests nothing."""
    return tuple(
        _row(each, stand, foreseen, each.shares)
        for each in played
        if each.resolved and each.shares is not None
        for stand in each.stands
        for foreseen in _foreseen(each.inputs, stand.stance)
    )


def _foreseen(inputs: ScoreInputs, stance: Stance) -> Iterator[Foreseen]:
    """The events by which a market tests a stance."""
    if stance.market is not None:
        event = stance.event or "YES"
        yield Foreseen(event, inputs.events.get(event, ()))
    for link in inputs.links:
        if link.claim == stance.claim:
            yield Foreseen(link.event, link.holds, float(link.if_true), float(link.if_false), inputs.neutral)


def _row(each: Played, stand: Stand, foreseen: Foreseen, shares: Shares) -> Row:
    stance, came_true = stand.stance, foreseen.came_true(shares)
    column: Column = "imputed" if stance.credence is None else "given"
    credence = _credence(stance, each.inputs)
    because = stand.because or _unscored(stance, each.inputs)
    row = Row(each.slug, stance, column, foreseen.event, came_true, credence, None, because)
    if came_true is None:
        return replace(row, because=because or "the outcome is neutral: it says nothing here")
    if because or credence is None:
        return row
    return replace(row, score=_score(credence, column, stand, foreseen, came_true))


def _credence(stance: Stance, inputs: ScoreInputs) -> float | None:
    if stance.credence is not None:
        return float(stance.credence)
    return float(inputs.lexicon[stance.word]) if stance.word in inputs.lexicon else None


def _unscored(stance: Stance, inputs: ScoreInputs) -> str:
    """Why a stance has no score: a word nobody knows, one reader alone, or two who disagree over one step."""
    if stance.credence is not None:
        return ""
    if stance.word not in inputs.lexicon:
        return f"the lexicon has no {stance.word!r}"
    if stance.kind == "read_from_thread" and len(set(stance.readers)) < READERS:
        return "read by one person only"
    if stance.second_reading is None:
        return ""
    steps = sorted(inputs.lexicon, key=lambda word: inputs.lexicon[word])
    if stance.second_reading not in steps:
        return f"the lexicon has no {stance.second_reading!r}"
    apart = abs(steps.index(stance.word) - steps.index(stance.second_reading))
    return f"its readers disagree: {stance.word} or {stance.second_reading}" if apart > 1 else ""


def _score(credence: float, column: Column, stand: Stand, foreseen: Foreseen, came_true: float) -> Score:
    p = pushed(credence, foreseen.if_true, foreseen.if_false)
    made = Score(p, log_score(p, came_true), brier(p, came_true), _over_price(p, stand.prices, foreseen, came_true))
    if column == "given":
        return made
    low, high = sorted(pushed(end, foreseen.if_true, foreseen.if_false) for end in band(credence))
    best = [came_true] if low < came_true < high else []  # both scores are best at what happened, if it is inside
    tried = [low, p, high, *best]
    logs, briers = [log_score(each, came_true) for each in tried], [brier(each, came_true) for each in tried]
    return replace(made, log_range=(min(logs), max(logs)), brier_range=(min(briers), max(briers)))


def _over_price(p: float, prices: Shares | None, foreseen: Foreseen, came_true: float) -> tuple[float, float] | None:
    price = share_of(prices, foreseen.holds) if prices is not None else 0.0
    if not 0 < price < 1:
        return None
    return log_score(p, came_true) - log_score(price, came_true), brier(p, came_true) - brier(price, came_true)


def voice_scores(
    found: Sequence[Row], voices: Mapping[str, ScoredVoice], played: Sequence[Played]
) -> tuple[VoiceScore, ...]:
    """Each voice's means: the ranked ones, then those without a rank (given before imputed), hearsay last."""
    clusters = {each.slug: each.inputs.clusters for each in played}
    made = [
        _voice(name, column, scored, clusters, voices.get(name))
        for column in ("given", "imputed")
        for name in dict.fromkeys(row.stance.voice for row in found)
        if (scored := [row for row in found if (row.stance.voice, row.column) == (name, column) and row.score])
    ]
    ranked = sorted((one for one in made if not one.because), key=_skill, reverse=True)
    return (*_numbered(ranked), *sorted((one for one in made if one.because), key=lambda one: one.hearsay))


def _voice(
    name: str,
    column: Column,
    scored: Sequence[Row],
    clusters: Mapping[str, frozenset[str]],
    voice: ScoredVoice | None,
) -> VoiceScore:
    by_market: dict[str, list[Score]] = {}
    for row in scored:
        if row.score is not None:
            by_market.setdefault(row.market, []).append(row.score)
    weighed = weights({market: clusters[market] for market in by_market})
    means = _Means(by_market, weighed)
    priced = {market: some for market, some in by_market.items() if all(one.over_price for one in some)}
    reweighed = weights({market: clusters[market] for market in priced})
    over = _Means(priced, reweighed).pair("over_price") if priced else None
    return VoiceScore(
        name,
        column,
        len(by_market),
        sum(weighed.values()),
        means.mean("log"),
        means.mean("brier"),
        over,
        means.pair("log_range") if column == "imputed" else None,
        means.pair("brier_range") if column == "imputed" else None,
        because=_unranked(column, voice, sum(reweighed.values())),
        hearsay=voice is not None and voice.hearsay,
    )


def _unranked(column: Column, voice: ScoredVoice | None, effective: float) -> str:
    if voice is not None and voice.hearsay:
        return "second-hand: never ranked"
    if column == "imputed":
        return "read out of words: not ranked"
    return f"effective number {effective:.1f}, under {ENOUGH:g}: not ranked" if effective < ENOUGH else ""


@dataclass(frozen=True, slots=True)
class _Means:
    """Weighted means over markets of the plain means inside each."""

    scores: Mapping[str, Sequence[Score]]
    weighed: Mapping[str, float]

    def mean(self, name: str) -> float:
        return self._weighted({key: [getattr(one, name) for one in some] for key, some in self.scores.items()})

    def pair(self, name: str) -> tuple[float, float]:
        pairs = {key: [getattr(one, name) for one in some] for key, some in self.scores.items()}
        first, second = ({key: [pair[n] for pair in some] for key, some in pairs.items()} for n in (0, 1))
        return self._weighted(first), self._weighted(second)

    def _weighted(self, values: Mapping[str, Sequence[float]]) -> float:
        return sum(self.weighed[key] * fmean(some) for key, some in values.items()) / sum(self.weighed.values())


def _numbered(ranked: Sequence[VoiceScore]) -> Iterator[VoiceScore]:
    """Ranks from 1; equal scores share one."""
    rank, last = 0, float("nan")
    for place, one in enumerate(ranked, start=1):
        if _skill(one) != last:
            rank, last = place, _skill(one)
        yield replace(one, rank=rank)


def _skill(one: VoiceScore) -> float:
    """The log score over the price: what a rank rests on."""
    return one.over_price[0] if one.over_price else float("-inf")
