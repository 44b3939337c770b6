"""The scoreboard in words and tables, two places shown."""

from __future__ import annotations

from collections.abc import Sequence

from bot import say
from bot.scoring import Awaited, Standing
from markets.score import ENOUGH
from markets.score_board import AxisScore, Board
from markets.score_claims import ClaimCredit
from markets.score_markets import Evidence
from markets.score_voices import Column, Row, VoiceScore

MOST_ROWS = 40


def tell(title: str, found: Standing, waits: Sequence[Awaited] = ()) -> None:
    """All of it: first as frozen at the opening; where files were edited since, then as edited.

    While no market has resolved, `waits` says what is awaited.
    """
    one = found.frozen
    counts = f"{len(one.resolved)} resolved, {len(one.not_applicable)} N/A (counted, not scored), "
    counts += f"{len(one.neutral)} neutral (counted, no evidence), " if one.neutral else ""
    counts += f"{len(one.open)} open"
    say.line(f"{title}: {counts}")
    if found.unfrozen:
        say.line(f"not frozen when they opened, shown as first put on record: {', '.join(found.unfrozen)}")
    for gone in found.rewritten:
        say.line(
            f"rewritten: {gone} is on record and no longer in stances.yaml; put it back and add a dated row instead"
        )
    if not (one.resolved or one.neutral):
        _tell_awaited(one, waits)
    if found.edited is None:
        _tell_board(one)
        return
    edited = ", ".join([*found.changed, *found.argued])
    say.line(f"edited since they opened: {edited}; both versions follow")
    say.line("=== as frozen at the opening ===")
    _tell_board(one)
    say.line("=== as edited since ===")
    _tell_board(found.edited)


def _tell_awaited(one: Board, waits: Sequence[Awaited]) -> None:
    """Why there is nothing to score yet, and what would change that."""
    so_far = "what has resolved so far was N/A" if one.not_applicable else "nothing has resolved yet"
    say.line(f"{so_far}: no score and no evidence; everybody's position stands as it was")
    opened = [each for each in waits if each.opened]
    if opened:
        first = opened[0]
        last = f"{first.slug} on {say.day(first.decides)} at the latest, the others then or later"
        say.line(f"awaited: {say.many(len(opened), 'open market')}: {last}; YES, or a date, once it has come true")
    elif waits:
        crux = say.program()
        say.line(f"awaited: of {say.many(len(waits), 'market')} none has opened; {crux} check --ready says what each")
        say.line(f"  waits for, {crux} plan and {crux} apply open them")


def number(value: float) -> str:
    """`+1.10`, `-0.44`; what rounds to nothing is `0.00`."""
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text


def _tell_board(one: Board) -> None:
    told = bool(one.resolved or one.neutral)
    _tell_axes(one.axes, told)
    if told:
        _tell_voices(one.voices, "given")
        _tell_voices(one.voices, "imputed")
        _tell_rows(one.rows)
        _tell_claims(one.claims)
        _tell_priors(one)


def _tell_axes(axes: Sequence[AxisScore], resolved: bool) -> None:
    columns = ("axis", "W", "verdict", "effective n", "markets: ln LR x weight")
    speaking = [each for each in axes if each.resolved.terms]
    if speaking:
        _head("Who was right about the world", "resolved markets alone, from even odds; W in nats")
        say.table("", columns, [(each.axis, *_evidence(each.resolved)) for each in speaking])
        _tell_poles(speaking)
    elif resolved:
        say.line("no resolved market speaks on an axis")
    expected = [(each.axis, each.nowcast) for each in axes if each.nowcast]
    if expected:
        _head(
            "Nowcast, apart",
            "with open markets (o) at what today's prices expect; YES resolves early, so both are shown",
        )
        say.table("", columns, [(axis, *_evidence(nowcast)) for axis, nowcast in expected])


def _head(what: str, how: str) -> None:
    say.line(f"{what}: {how}")


def _tell_poles(axes: Sequence[AxisScore]) -> None:
    for each in axes:
        if each.poles:
            say.line(f"  {each.axis}+ {each.poles.plus}")
            say.line(f"  {each.axis}- {each.poles.minus}")
    say.line()


def _evidence(found: Evidence) -> tuple[str, str, str, str]:
    terms = [
        f"{term.market} {number(term.log_ratio)} x {term.weight:.2f}{'' if term.resolved else ' (o)'}"
        for term in found.terms
    ]
    return number(found.total), found.verdict, f"{found.effective:.1f}", ", ".join(terms)


def _tell_voices(voices: Sequence[VoiceScore], column: Column) -> None:
    """One column: given numbers with their ranks, or what was read out of words, which has none."""
    mine = [each for each in voices if each.column == column]
    if column == "given" and not mine:
        say.line("no voice has given a number that a resolved market tests\n")
    elif column == "given":
        _head(
            "Voices, given probabilities",
            f"ranked by log score over the price, from an effective number of {ENOUGH:g} on",
        )
        columns = ["voice", "rank", "markets", "effective n", "log", "over price", "Brier", "over price", ""]
        say.table("", columns, [(each.voice, each.rank or "-", *_scores(each), each.because) for each in mine])
    elif mine:
        _head("Voices, imputed", "numbers read out of words, with the range over c ± 0.1; never ranked with given ones")
        columns = ["voice", "markets", "effective n", "log", "log from..to", "Brier", "Brier from..to", ""]
        say.table("", columns, [(each.voice, *_imputed(each)) for each in mine])


def _scores(each: VoiceScore) -> tuple[object, ...]:
    log, brier = (number(part) for part in each.over_price) if each.over_price else ("no price", "no price")
    return each.markets, f"{each.effective:.1f}", number(each.log), log, f"{each.brier:.2f}", brier


def _imputed(each: VoiceScore) -> tuple[object, ...]:
    logs, briers = each.log_range or (each.log, each.log), each.brier_range or (each.brier, each.brier)
    spread = f"{number(logs[0])}..{number(logs[1])}"
    hearsay = "second-hand" if each.hearsay else ""
    worth = f"{each.effective:.1f}"
    return (
        each.markets,
        worth,
        number(each.log),
        spread,
        f"{each.brier:.2f}",
        f"{briers[0]:.2f}..{briers[1]:.2f}",
        hearsay,
    )


def _tell_rows(rows: Sequence[Row]) -> None:
    if not rows:
        say.line("nobody's stance is about a market that has resolved: none is scored\n")
        return
    columns = ("voice", "on", "market: event", "came true", "c", "p", "log", "Brier")
    left = f" (the first {MOST_ROWS} of {len(rows)}; --json has all)" if len(rows) > MOST_ROWS else ""
    _head("Stance by stance", f"p = c·p1 + (1-c)·p0 and its scores; Brier: lower is better{left}")
    say.table("", columns, [_row(each) for each in rows[:MOST_ROWS]])


def _row(each: Row) -> tuple[str, ...]:
    on = each.stance.claim or "the market itself"
    credence = "" if each.credence is None else f"{each.credence:.2f}"
    if each.column == "imputed":
        credence = f"{credence} ({each.stance.word})".strip()
    came_true = "neutral" if each.came_true is None else f"{100 * each.came_true:.4g}%"
    told = (each.stance.voice, on, f"{each.market}: {each.event}", came_true, credence)
    if each.score is None:
        return (*told, "", "not scored", each.because)
    return (*told, f"{each.score.p:.3f}", number(each.score.log), f"{each.score.brier:.2f}")


def _tell_claims(claims: Sequence[ClaimCredit]) -> None:
    if claims:
        _head("Claim by claim", "ln of how much likelier the outcomes were if it is true than if not")
        say.table("", ("claim", "credit", "indirect", "from"), [_claim(each) for each in claims])


def _claim(each: ClaimCredit) -> tuple[str, str, str, str]:
    if not each.scored:
        return each.claim, "not scored", "", each.because
    indirect = number(each.indirect.total) if each.indirect.terms else ""
    credit = number(each.direct.total) if each.direct.terms else ""
    lent = [f"{term.market} (indirect)" for term in each.indirect.terms]
    return each.claim, credit, indirect, ", ".join([*(term.market for term in each.direct.terms), *lent])


def _tell_priors(one: Board) -> None:
    speaking = {each.axis for each in one.axes if each.resolved.terms}
    rows = [
        (prior.voice, prior.axis, prior.rests_on, f"{100 * prior.prior:.0f}%", f"{100 * prior.now:.0f}%")
        for prior in one.priors
        if prior.axis in speaking
    ]
    if rows:
        _head("Each voice's own credence in the plus side", "before, and moved by W")
        say.table("", ("voice", "axis", "from its", "before", "after"), rows)
