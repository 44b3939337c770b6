"""The debate's model of scoring: proper scores, axis evidence, the nowcast, credit by claim, and its guards."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import log
from pathlib import Path

import pytest
from debate_builders import (
    CHOICE,
    CLAIMS,
    DATE,
    DEBATE,
    M04,
    NUMBER,
    OPENED,
    RESOLVED,
    STANCES,
    argued,
    market,
    number,
    played,
    scored,
    stance,
)

from markets.debate_events import shares_of
from markets.load import load_debate
from markets.score import brier, log_score, pushed
from markets.score_board import AxisScore, Board, board
from markets.score_claims import ClaimCredit
from markets.score_inputs import inputs_of
from markets.score_markets import Played
from markets.score_voices import Row, VoiceScore
from resolvers.outcome import Answers, No, NotApplicable, Outcome, Probability, Yes

YES, NO = Yes(), No()
BUNDLED = Path(__file__).parents[2] / "markets" / "definitions" / "predictors-vs-agents"
DEMO = "one-good-demo"


def axis(found: Board, name: str = "R") -> AxisScore:
    return next(each for each in found.axes if each.axis == name)


def voice(found: Board, name: str) -> VoiceScore:
    return next(each for each in found.voices if each.voice == name)


def row(found: Board, name: str) -> Row:
    return next(each for each in found.rows if each.stance.voice == name)


def claim(found: Board, name: str) -> ClaimCredit:
    return next(each for each in found.claims if each.claim == name)


def ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


def two(value: float) -> float:
    return round(value, 2)


@pytest.mark.parametrize(
    ("outcome", "conditioner", "homunculist", "w", "verdict"),
    [(YES, -1.06, -1.49, 1.10, "leans +"), (NO, -0.42, -0.25, -0.44, "no verdict")],
)
def test_the_worked_line_comes_out_of_files(
    tmp_path: Path, outcome: Outcome, conditioner: float, homunculist: float, w: float, verdict: str
) -> None:
    found = scored(argued(tmp_path), lab_head_to_head=outcome)
    logs = {each.stance.voice: two(each.score.log) for each in found.rows if each.score}
    assert logs == {"t001-conditioner": conditioner, "t001-homunculist": homunculist}
    assert {each.column for each in found.rows} == {"imputed"}
    assert (two(axis(found).resolved.total), axis(found).resolved.verdict) == (w, verdict)


def test_the_bundled_debate_gives_the_worked_line_too() -> None:
    found = scored(load_debate(BUNDLED), lab_head_to_head=YES)
    logs = {each.stance.voice: two(each.score.log) for each in found.rows if each.stance.claim == DEMO and each.score}
    assert logs == {"t001-conditioner": -1.06, "t001-homunculist": -1.49}
    assert (two(axis(found).resolved.total), axis(found).resolved.verdict) == (1.10, "leans +")


def test_the_probabilities_of_the_worked_line_are_pushed_through_the_link(tmp_path: Path) -> None:
    found = scored(argued(tmp_path), lab_head_to_head=YES)
    assert [each.score.p for each in found.rows if each.score] == pytest.approx([0.345, 0.225])


def test_a_given_number_is_scored_against_the_price_it_was_frozen_at(tmp_path: Path) -> None:
    files = {"stances.yaml": STANCES + number("quintin-pope", "one-good-demo", 0.8)}
    files["markets/lab-head-to-head.yaml"] = M04.replace("subsidy: 200", "subsidy: 200\ninitial: 30%")
    mine = voice(scored(argued(tmp_path, files), lab_head_to_head=YES), "quintin-pope")
    p = 0.8 * 0.45 + 0.2 * 0.15
    assert (mine.column, mine.log, mine.brier) == ("given", pytest.approx(log(p)), pytest.approx((1 - p) ** 2))
    assert mine.over_price == pytest.approx((log(p) - log(0.3), (1 - p) ** 2 - 0.7**2))


def test_a_number_given_on_the_market_itself_is_taken_as_it_is(tmp_path: Path) -> None:
    line = "  - {voice: quintin-pope, market: lab-head-to-head, credence: 0.4, as_of: 2026-12-01, kind: given}\n"
    found = scored(argued(tmp_path, {"stances.yaml": STANCES + line}), lab_head_to_head=NO)
    mine = row(found, "quintin-pope").score
    assert mine is not None
    assert (mine.p, mine.log) == (pytest.approx(0.4), pytest.approx(log(0.6)))


def test_a_number_dated_after_the_opening_is_not_among_the_frozen(tmp_path: Path) -> None:
    late = STANCES + number("quintin-pope", "one-good-demo", 0.99, "2026-12-06")
    found = scored(argued(tmp_path, {"stances.yaml": late}), lab_head_to_head=YES)
    assert {each.stance.voice for each in found.rows} == {"t001-conditioner", "t001-homunculist"}


def test_a_market_resolved_in_part_scores_by_its_parts(tmp_path: Path) -> None:
    found = scored(argued(tmp_path), lab_head_to_head=Probability(percent=Decimal(25)))
    mine = row(found, "t001-conditioner").score
    assert mine is not None
    assert mine.log == pytest.approx(0.25 * log(0.345) + 0.75 * log(0.655))
    assert mine.brier == pytest.approx(0.25 * 0.655**2 + 0.75 * 0.345**2)
    assert axis(found).resolved.total == pytest.approx(0.25 * log(3) + 0.75 * log(0.55 / 0.85))


def test_a_market_that_is_not_applicable_is_counted_and_scores_nothing(tmp_path: Path) -> None:
    found = scored(argued(tmp_path), lab_head_to_head=NotApplicable())
    assert (found.not_applicable, found.resolved, found.rows, found.voices) == (("lab-head-to-head",), (), (), ())
    assert axis(found).resolved.terms == ()


def test_imputed_numbers_carry_the_range_over_a_tenth_either_way(tmp_path: Path) -> None:
    mine = voice(scored(argued(tmp_path), lab_head_to_head=YES), "t001-conditioner")
    assert mine.log_range == pytest.approx((log(0.55 * 0.45 + 0.45 * 0.15), log(0.75 * 0.45 + 0.25 * 0.15)))
    assert mine.brier_range == pytest.approx((0.625**2, 0.685**2))


@pytest.mark.parametrize("percent", ["0", "20", "32", "34.5", "37", "100"])
@pytest.mark.parametrize("sure", ["0.65", "0.995", "0.004"])
def test_the_range_of_an_imputed_score_holds_the_score_and_every_score_within_a_tenth(
    tmp_path: Path, percent: str, sure: str
) -> None:
    files = {"debate.yaml": DEBATE.replace("guesses: 0.65", f"guesses: {sure}")}
    found = scored(argued(tmp_path, files), lab_head_to_head=Probability(percent=Decimal(percent)))
    mine, came_true, middle = row(found, "t001-conditioner").score, float(percent) / 100, float(sure)
    assert mine is not None and mine.log_range is not None and mine.brier_range is not None
    near = [min(max(middle + step / 1000, 0.01), 0.99) for step in range(-100, 101)]
    ps = [mine.p, *(pushed(each, 0.45, 0.15) for each in near)]
    assert mine.log_range == pytest.approx(ends([log_score(p, came_true) for p in ps]), abs=1e-6)
    assert mine.brier_range == pytest.approx(ends([brier(p, came_true) for p in ps]), abs=1e-6)


def test_imputed_numbers_have_no_rank_however_many_there_are(tmp_path: Path) -> None:
    files = {f"markets/test-{n}.yaml": market(f"test {n}", f"cluster-{n}") for n in range(8)}
    found = scored(argued(tmp_path, files), **{f"test_{n}": YES for n in range(8)})
    assert {(each.column, each.rank, each.effective) for each in found.voices} == {("imputed", None, 8.0)}


@pytest.mark.parametrize(("markets", "ranks"), [(4, [None, None]), (5, [1, 2])])
def test_nobody_is_ranked_below_an_effective_number_of_5(tmp_path: Path, markets: int, ranks: list[int | None]) -> None:
    files = {f"markets/test-{n}.yaml": market(f"test {n}", f"cluster-{n}") for n in range(markets)}
    lines = number("quintin-pope", "one-good-demo", 0.2) + number("t001-conditioner", "one-good-demo", 0.9)
    files["stances.yaml"] = "stances:\n" + lines
    found = scored(argued(tmp_path, files), **{f"test_{n}": YES for n in range(markets)})
    names = ["t001-conditioner", "quintin-pope"] if markets == 5 else ["quintin-pope", "t001-conditioner"]
    assert [(each.voice, each.rank) for each in found.voices] == list(zip(names, ranks, strict=True))


def test_six_markets_of_one_cluster_are_too_few_for_a_rank(tmp_path: Path) -> None:
    files = {f"markets/test-{n}.yaml": market(f"test {n}", "together") for n in range(6)}
    files["stances.yaml"] = "stances:\n" + number("quintin-pope", "one-good-demo", 0.9)
    mine = voice(scored(argued(tmp_path, files), **{f"test_{n}": YES for n in range(6)}), "quintin-pope")
    assert (mine.effective, mine.rank) == (pytest.approx(6 / 3.5), None)


def test_hearsay_is_never_ranked(tmp_path: Path) -> None:
    files = {f"markets/test-{n}.yaml": market(f"test {n}", f"cluster-{n}") for n in range(6)}
    files["stances.yaml"] = "stances:\n" + stance("nora", "one-good-demo", credence=0.9)
    mine = voice(scored(argued(tmp_path, files), **{f"test_{n}": YES for n in range(6)}), "nora")
    assert (mine.column, mine.rank, mine.because) == ("given", None, "second-hand: never ranked")


def test_hearsay_is_shown_apart_after_all_others(tmp_path: Path) -> None:
    lines = stance("nora", "one-good-demo") + stance("quintin-pope", "one-good-demo")
    found = scored(argued(tmp_path, {"stances.yaml": "stances:\n" + lines}), lab_head_to_head=YES)
    assert [(each.voice, each.hearsay) for each in found.voices] == [("quintin-pope", False), ("nora", True)]


@pytest.mark.parametrize(
    ("second", "because"),
    [("plausible", ""), ("expects", ""), ("unsure", "its readers disagree: guesses or unsure")],
)
def test_two_readers_over_one_step_apart_leave_no_score(tmp_path: Path, second: str, because: str) -> None:
    line = stance("t001-conditioner", "one-good-demo", second_reading=second)
    found = scored(argued(tmp_path, {"stances.yaml": "stances:\n" + line}), lab_head_to_head=YES)
    mine = row(found, "t001-conditioner")
    assert (mine.because, mine.score is None) == (because, bool(because))


def test_a_word_that_one_person_alone_read_leaves_no_score(tmp_path: Path) -> None:
    line = stance("t001-conditioner", "one-good-demo", readers="[reader-1]")
    found = scored(argued(tmp_path, {"stances.yaml": "stances:\n" + line}), lab_head_to_head=YES)
    assert row(found, "t001-conditioner").because == "read by one person only"


def test_markets_of_a_cluster_share_their_weight(tmp_path: Path) -> None:
    files = {f"markets/test-{n}.yaml": market(f"test {n}", "together") for n in range(3)}
    found = axis(scored(argued(tmp_path, files), test_0=YES, test_1=YES, test_2=NO)).resolved
    assert [term.weight for term in found.terms] == [0.5, 0.5, 0.5]
    assert found.effective == 1.5
    assert found.total == pytest.approx(0.5 * (2 * log(3) + log(0.55 / 0.85)))


def test_a_market_speaks_once_on_an_axis_however_many_links_it_has(tmp_path: Path) -> None:
    more = (
        M04
        + "  - {claim: metatokens-beat-rlhf, event: YES, if_true: 0.45, if_false: 0.15, cluster: direct-comparison}\n"
    )
    found = scored(argued(tmp_path, {"markets/lab-head-to-head.yaml": more}), lab_head_to_head=YES)
    assert axis(found).resolved.total == pytest.approx(log(3))


def test_a_claim_of_the_minus_side_moves_its_axis_the_other_way(tmp_path: Path) -> None:
    files = {"markets/actress.yaml": market("an actress", "acting", "no-inner-actress", 0.03, 0.15)}
    found = scored(argued(tmp_path, files), actress=YES)
    assert (two(axis(found, "G").resolved.total), axis(found, "G").resolved.verdict) == (1.61, "favours +")


def test_an_outcome_is_judged_by_the_link_that_names_it(tmp_path: Path) -> None:
    loaded = argued(tmp_path, {"markets/leader.yaml": CHOICE})
    w = {
        answer: axis(scored(loaded, leader=Answers(weights={answer: Decimal(100)}))).resolved.total
        for answer in ("North", "South", "Another")
    }
    neither = (log(0.70 / 0.40) + log(0.88 / 0.98)) / 2
    assert w == pytest.approx({"North": log(0.5), "South": log(6), "Another": neither})


NEUTRAL = f"{CHOICE}neutral: [Another]\n"


def test_a_neutral_outcome_is_no_evidence_and_is_counted_apart(tmp_path: Path) -> None:
    found = scored(
        argued(tmp_path, {"markets/leader.yaml": NEUTRAL}), leader=Answers(weights={"Another": Decimal(100)})
    )
    assert (found.resolved, found.not_applicable, found.neutral) == ((), (), ("leader",))
    assert (axis(found).resolved.terms, found.claims, found.voices) == ((), (), ())
    told = {(each.came_true, each.score, each.because) for each in found.rows}
    assert told == {(None, None, "the outcome is neutral: it says nothing here")}
    assert [each.now for each in found.priors] == pytest.approx([each.prior for each in found.priors])


def test_the_other_outcomes_of_a_market_with_a_neutral_one_speak_as_ever(tmp_path: Path) -> None:
    loaded = argued(tmp_path, {"markets/leader.yaml": NEUTRAL})
    south = scored(loaded, leader=Answers(weights={"South": Decimal(100)}))
    assert (axis(south).resolved.total, south.resolved) == (pytest.approx(log(6)), ("leader",))


def test_an_outcome_that_is_neutral_in_part_speaks_and_scores_by_the_rest(tmp_path: Path) -> None:
    half = Answers(weights={"North": Decimal(50), "Another": Decimal(50)})
    found = scored(argued(tmp_path, {"markets/leader.yaml": NEUTRAL}), leader=half)
    assert axis(found).resolved.total == pytest.approx(log(0.5) / 2)
    mine = row(found, "t001-conditioner")
    assert mine.score is not None
    assert (mine.came_true, mine.score.log) == (1.0, pytest.approx(log(0.65 * 0.30 + 0.35 * 0.60)))


def test_the_nowcast_expects_nothing_of_a_neutral_outcome(tmp_path: Path) -> None:
    loaded = argued(tmp_path, {"markets/leader.yaml": NEUTRAL})
    prices = {"North": Fraction(1, 4), "South": Fraction(1, 4), "Another": Fraction(1, 2)}
    found = axis(board(loaded.arguments, [played(loaded, "leader", prices=prices)]))
    assert found.nowcast is not None
    assert found.nowcast.total == pytest.approx((log(0.5) + log(6)) / 4)


def test_a_number_on_the_market_itself_is_scored_on_a_neutral_outcome_too(tmp_path: Path) -> None:
    line = "  - {voice: quintin-pope, market: leader, event: Another, credence: 0.7, as_of: 2026-12-01, kind: given}\n"
    files = {"markets/leader.yaml": NEUTRAL, "stances.yaml": STANCES + line}
    mine = row(scored(argued(tmp_path, files), leader=Answers(weights={"Another": Decimal(100)})), "quintin-pope")
    assert mine.score is not None
    assert (mine.came_true, mine.score.log) == (1.0, pytest.approx(log(0.7)))


@pytest.mark.parametrize("slug", ["top-agent-recipe-2028", "small-swe-class-2027"])
def test_an_undisclosed_class_is_evidence_for_nobody(slug: str) -> None:
    loaded = load_debate(BUNDLED)
    inputs = inputs_of(loaded.markets[slug], loaded.arguments)
    assert inputs.neutral == ("U undisclosed",)
    resolved = Played(inputs, OPENED, RESOLVED, shares_of(Answers(weights={"U undisclosed": Decimal(100)})))
    found = board(loaded.arguments, [resolved])
    assert (found.neutral, [each.resolved.terms for each in found.axes if each.resolved.terms]) == ((slug,), [])


@pytest.mark.parametrize(
    ("neutral", "said"),
    [
        ("[Anothr]", "'Anothr' is no answer of this market; did you mean 'Another'?"),
        ("[Another, Another]", "'Another' stands here twice: keep one"),
        ("[North]", "'North' belongs to the event 'North', by which it speaks of one-good-demo"),
        ("[North, South, Another]", "every answer is neutral"),
    ],
)
def test_what_cannot_be_neutral_is_told(tmp_path: Path, neutral: str, said: str) -> None:
    found = argued(tmp_path, {"markets/leader.yaml": f"{CHOICE}neutral: {neutral}\n"}).faults
    assert found
    assert {fault.code for fault in found} == {"L01"}
    assert any(said in fault.message and fault.line == CHOICE.count("\n") + 1 for fault in found), found


def test_an_answer_inside_the_range_that_a_link_names_cannot_be_neutral(tmp_path: Path) -> None:
    found = argued(tmp_path, {"markets/high.yaml": f"{NUMBER}neutral: [90% or more]\n"}).faults
    assert ["belongs to the event 'at least 70%'" in fault.message for fault in found] == [True]


def test_a_shared_answer_counts_by_its_share(tmp_path: Path) -> None:
    half = Answers(weights={"North": Decimal(50), "South": Decimal(50)})
    found = scored(argued(tmp_path, {"markets/leader.yaml": CHOICE}), leader=half)
    assert axis(found).resolved.total == pytest.approx((log(0.5) + log(6)) / 2)


@pytest.mark.parametrize(
    ("slug", "text", "answer"), [("high", NUMBER, "90% or more"), ("when", DATE, "before 2027-07-01")]
)
def test_dates_and_numbers_are_events_by_their_edges(tmp_path: Path, slug: str, text: str, answer: str) -> None:
    loaded = argued(tmp_path, {f"markets/{slug}.yaml": text})
    found = scored(loaded, **{slug: Answers(weights={answer: Decimal(100)})})
    assert axis(found).resolved.total == pytest.approx(log(2))


def test_the_nowcast_is_apart_and_takes_open_markets_at_what_their_price_expects(tmp_path: Path) -> None:
    loaded = argued(tmp_path, {"markets/second.yaml": market("a second", "other")})
    open_ = played(loaded, "second", prices={"YES": Fraction(1, 4), "NO": Fraction(3, 4)})
    found = axis(board(loaded.arguments, [played(loaded, outcome=YES), open_]))
    assert found.resolved.total == pytest.approx(log(3))
    assert found.nowcast is not None
    assert found.nowcast.total == pytest.approx(log(3) + 0.25 * log(3) + 0.75 * log(0.55 / 0.85))
    assert [term.resolved for term in found.nowcast.terms] == [True, False]


def test_without_a_price_there_is_no_nowcast(tmp_path: Path) -> None:
    loaded = argued(tmp_path)
    assert axis(board(loaded.arguments, [played(loaded)])).nowcast is None


def test_a_claim_waits_until_what_it_presupposes_has_come_true(tmp_path: Path) -> None:
    files = {"markets/tokens.yaml": market("tokens", "tokens", "metatokens-beat-rlhf")}
    loaded = argued(tmp_path, files)
    waits = claim(scored(loaded, lab_head_to_head=YES), "one-good-demo")
    assert (waits.scored, waits.because) == (False, "presupposes metatokens-beat-rlhf (unresolved)")
    counts = claim(scored(loaded, lab_head_to_head=YES, tokens=YES), "one-good-demo")
    assert (counts.scored, counts.direct.total) == (True, pytest.approx(log(3)))


def test_a_claim_is_not_scored_once_its_presupposition_has_failed(tmp_path: Path) -> None:
    files = {"markets/tokens.yaml": market("tokens", "tokens", "metatokens-beat-rlhf", 0.9, 0.4)}
    found = claim(scored(argued(tmp_path, files), lab_head_to_head=YES, tokens=NO), "one-good-demo")
    assert (found.scored, found.because) == (False, "presupposes metatokens-beat-rlhf (failed)")


def test_a_presupposition_that_waits_itself_holds_nothing_up_and_lends_nothing(tmp_path: Path) -> None:
    waiting = CLAIMS.replace(
        "    supports: [prompting-superseded]\n",
        "    supports: [prompting-superseded]\n    presupposes: [no-inner-actress]\n",
    )
    files = {"claims.yaml": waiting, "markets/tokens.yaml": market("tokens", "tokens", "metatokens-beat-rlhf")}
    found = scored(argued(tmp_path, files), lab_head_to_head=YES, tokens=YES)
    assert {each.claim: each.because for each in found.claims} == {
        "one-good-demo": "presupposes metatokens-beat-rlhf (unresolved)",
        "metatokens-beat-rlhf": "presupposes no-inner-actress (unresolved)",
    }


def test_of_several_presuppositions_one_that_holds_will_do(tmp_path: Path) -> None:
    either = CLAIMS.replace("[metatokens-beat-rlhf]", "[no-inner-actress, metatokens-beat-rlhf]")
    files = {"claims.yaml": either, "markets/tokens.yaml": market("tokens", "tokens", "metatokens-beat-rlhf")}
    assert claim(scored(argued(tmp_path, files), lab_head_to_head=YES, tokens=YES), "one-good-demo").scored


def test_credit_flows_one_step_along_what_a_claim_supports_at_half_strength(tmp_path: Path) -> None:
    chain = CLAIMS.replace("    supports: [prompting-superseded]\n", "    supports: [prompting-superseded]\n").replace(
        "    text: Better handles than prompts are coming.\n",
        "    text: Better handles than prompts are coming.\n    supports: [no-inner-actress]\n",
    )
    files = {"claims.yaml": chain, "markets/tokens.yaml": market("tokens", "tokens", "metatokens-beat-rlhf")}
    found = scored(argued(tmp_path, files), tokens=YES)
    lent = claim(found, "prompting-superseded")
    assert (lent.direct.terms, lent.indirect.total) == ((), pytest.approx(log(3) / 2))
    assert "no-inner-actress" not in [each.claim for each in found.claims]


def test_each_voice_sees_its_own_prior_moved(tmp_path: Path) -> None:
    found = scored(argued(tmp_path), lab_head_to_head=YES)
    moved = {each.voice: (each.rests_on, two(each.prior), two(each.now)) for each in found.priors if each.axis == "R"}
    assert moved == {
        "t001-conditioner": ("position", 0.9, 0.96),
        "t001-homunculist": ("position", 0.25, 0.5),
        "quintin-pope": ("position", 0.75, 0.9),
    }


def test_a_prior_rests_on_numbers_where_a_voice_gave_them_before_anything_resolved(tmp_path: Path) -> None:
    early = number("quintin-pope", "one-good-demo", 0.6) + number("quintin-pope", "one-good-demo", 0.99, "2028-07-01")
    found = scored(argued(tmp_path, {"stances.yaml": "stances:\n" + early}), lab_head_to_head=YES)
    mine = next(each for each in found.priors if each.voice == "quintin-pope")
    assert (mine.rests_on, two(mine.prior), two(mine.now)) == ("numbers", 0.6, two(4.5 / 5.5))


def test_several_stances_that_one_market_tests_count_once_by_their_mean(tmp_path: Path) -> None:
    more = (
        M04 + "  - {claim: metatokens-beat-rlhf, event: YES, if_true: 0.8, if_false: 0.2, cluster: direct-comparison}\n"
    )
    lines = number("quintin-pope", "one-good-demo", 0.5) + number("quintin-pope", "metatokens-beat-rlhf", 0.5)
    files = {"markets/lab-head-to-head.yaml": more, "stances.yaml": "stances:\n" + lines}
    mine = voice(scored(argued(tmp_path, files), lab_head_to_head=YES), "quintin-pope")
    assert (mine.markets, mine.effective) == (1, 1.0)
    assert mine.log == pytest.approx((log_score(0.3, 1) + log_score(0.5, 1)) / 2)
    assert mine.brier == pytest.approx((brier(0.3, 1) + brier(0.5, 1)) / 2)
