"""claims.yaml and stances.yaml: every fault at once, each at its place; and how events of markets are read."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from debate_builders import CHOICE, CLAIMS, DATE, DEBATE, M04, NUMBER, STANCES, argued, number, said, stance
from jsonschema import Draft202012Validator
from market_builders import as_json
from market_builders import loaded as load_plain

from markets.debate_events import event_fault, event_outcomes, shares_of
from markets.schema import schemas
from markets.score_markets import share_of
from markets.yaml12 import read_yaml
from resolvers.outcome import Answers, NotApplicable, Outcome, Probability, Yes


def faults(path: Path, **files: str) -> list[str]:
    named = {name.replace("_", ".", 1): text for name, text in files.items()}
    return said(argued(path, named), path)


def test_a_debate_with_claims_brings_its_arguments(tmp_path: Path) -> None:
    loaded = argued(tmp_path)
    assert (loaded.faults, loaded.arguments is not None) == ((), True)
    assert loaded.arguments is not None
    assert list(loaded.arguments.claims) == [
        "one-good-demo", "metatokens-beat-rlhf", "prompting-superseded", "no-inner-actress"
    ]  # fmt: skip
    assert [each.voice for each in loaded.arguments.stances] == ["t001-conditioner", "t001-homunculist"]


def test_a_debate_without_axes_and_claims_has_none_and_its_links_are_not_checked(tmp_path: Path) -> None:
    link = "bears_on:\n  - {claim: nobody-knows, event: YES, if_true: 0.6, if_false: 0.3}\n"
    plain = load_plain(tmp_path)
    text = (tmp_path / "markets" / "reach-85.yaml").read_text() + link
    assert (plain.arguments, load_plain(tmp_path, {"markets/reach-85.yaml": text}).faults) == (None, ())


def test_a_link_to_an_unknown_claim_is_an_error_at_its_place(tmp_path: Path) -> None:
    text = M04.replace("claim: one-good-demo", "claim: one-god-demo")
    line = text[: text.index("one-god-demo")].count("\n") + 1
    found = said(argued(tmp_path, {"markets/lab-head-to-head.yaml": text}), tmp_path)
    wanted = "L01: there is no claim 'one-god-demo'; did you mean 'one-good-demo'?"
    assert found == [f"markets/lab-head-to-head.yaml:{line}:13: {wanted}"]


def test_unknown_names_come_with_the_nearest_known_all_at_once(tmp_path: Path) -> None:
    claims = CLAIMS.replace("axis: G", "axis: GG").replace("supports: [prompting-superseded]", "supports: [prompting]")
    stances = STANCES.replace("voice: t001-homunculist", "voice: t001-homunculus").replace(
        "word: guesses", "word: guess"
    )
    found = faults(
        tmp_path, claims_yaml=claims, stances_yaml=stances + stance("nora", "one-good", second_reading="sur")
    )
    assert found == [
        "claims.yaml:13:16: A-CLAIM: there is no claim 'prompting'; did you mean 'prompting-superseded'?",
        "claims.yaml:20:11: A-AXIS: there is no axis 'GG'; did you mean 'G'?",
        "stances.yaml:2:59: A-WORD: there is no word of the lexicon 'guess'; did you mean 'guesses'?",
        "stances.yaml:3:13: A-VOICE: there is no voice 't001-homunculus'; did you mean 't001-homunculist'?",
        "stances.yaml:4:26: A-CLAIM: there is no claim 'one-good'; did you mean 'one-good-demo'?",
        "stances.yaml:4:138: A-WORD: there is no word of the lexicon 'sur'; did you mean 'sure'?",
    ]


def test_claims_that_presuppose_one_another_in_a_circle_are_told_once(tmp_path: Path) -> None:
    claims = CLAIMS.replace("supports: [prompting-superseded]", "presupposes: [one-good-demo]")
    circle = "one-good-demo presupposes metatokens-beat-rlhf presupposes one-good-demo"
    assert faults(tmp_path, claims_yaml=claims) == [
        f"claims.yaml:7:18: A-CIRCLE: {circle}: none of them could ever count, take one out"
    ]


def test_a_pole_is_plus_or_minus(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, claims_yaml=CLAIMS.replace("pole: minus", "pole: negative"))
    assert found == (
        "claims.yaml:21:11: F-VALUE: claims.no-inner-actress.pole: 'negative' is none of 'plus' or 'minus'"
    )


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("", "F-MISSING: `origin` is missing: add it"),
        (
            "    origin: []\n",
            "F-VALUE: claims.no-inner-actress.origin: tuple should have at least 1 item after validation",
        ),
    ],
)
def test_a_claim_has_an_origin(tmp_path: Path, origin: str, told: str) -> None:
    claims = CLAIMS.replace('    origin: [{thread: "000", line: 5}]\n', origin)
    (found,) = faults(tmp_path, claims_yaml=claims)
    assert told in found


@pytest.mark.parametrize("credence", ["0", "1", "1.2", "-0.1"])
def test_a_credence_lies_inside_0_and_1(tmp_path: Path, credence: str) -> None:
    line = f"  - {{voice: quintin-pope, claim: one-good-demo, credence: {credence}, as_of: 2026-12-01, kind: given}}\n"
    (found,) = faults(tmp_path, stances_yaml=STANCES + line)
    assert found.startswith(f"stances.yaml:4:59: F-VALUE: stances.2.credence: {credence} is not inside (0, 1)")


def test_a_second_hand_voice_names_whose_description_it_is(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, debate_yaml=DEBATE.replace(", by: quintin-pope", ""))
    assert found.startswith(
        "debate.yaml:11:9: F-VALUE: voices.nora: a second-hand voice is known from somebody: add `by:`"
    )


def test_voices_use_known_names(tmp_path: Path) -> None:
    debate = DEBATE.replace("by: quintin-pope", "by: quintin-poe").replace("positions: {R: 1}", "positions: {Q: 1}")
    assert faults(tmp_path, debate_yaml=debate) == [
        "debate.yaml:10:69: A-AXIS: there is no axis 'Q'; known: G, R",
        "debate.yaml:11:55: A-VOICE: there is no voice 'quintin-poe'; did you mean 'quintin-pope'?",
    ]


def test_the_same_stance_twice_is_a_fault(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, stances_yaml=STANCES + stance("t001-conditioner", "one-good-demo"))
    assert found == (
        "stances.yaml:4:5: A-TWICE: t001-conditioner on one-good-demo stands here twice, both undated "
        "(first as stance 1): keep one, or date a change of mind"
    )


def test_a_stance_is_dated_later_than_the_one_it_replaces(tmp_path: Path) -> None:
    lines = number("quintin-pope", "one-good-demo", 0.4, "2026-12-03") + number("quintin-pope", "one-good-demo", 0.5)
    (found,) = faults(tmp_path, stances_yaml="stances:\n" + lines)
    assert found == (
        "stances.yaml:3:5: A-ORDER: quintin-pope on one-good-demo is dated 2026-12-01, not later than stance 1 which "
        "it replaces: rows are only ever added, newest last"
    )


def test_a_change_of_mind_is_a_new_row(tmp_path: Path) -> None:
    lines = STANCES + number("t001-conditioner", "one-good-demo", 0.4)
    loaded = argued(tmp_path, {"stances.yaml": lines})
    assert loaded.faults == ()
    assert loaded.arguments is not None
    assert [str(each.credence) for each in loaded.arguments.in_force() if each.voice == "t001-conditioner"] == ["0.4"]


def test_only_a_claimed_voice_gives_numbers_and_hearsay_never_does(tmp_path: Path) -> None:
    lines = number("t001-homunculist", "one-good-demo", 0.2) + number("nora", "one-good-demo", 0.2)
    assert [each.split(": ", 2)[1:] for each in faults(tmp_path, stances_yaml="stances:\n" + lines)] == [
        ["A-VOICE", "nobody has claimed t001-homunculist: fill in its `claimed_by` in debate.yaml first"],
        ["A-HEARSAY", "nora is known second-hand and gives nothing: write read_from_thread"],
    ]


def test_what_is_given_has_its_day(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, stances_yaml=STANCES + number("quintin-pope", "one-good-demo", 0.4, "undated"))
    assert found.endswith("F-VALUE: stances.2: what is given has its day: add `as_of: 2026-12-01`")


def test_a_stance_on_a_market_needs_that_market_and_its_event(tmp_path: Path) -> None:
    line = "  - {{voice: quintin-pope, market: {}, event: {}, credence: 0.4, as_of: 2026-12-01, kind: given}}\n"
    lines = line.format("lab-head-to-tail", "YES") + line.format("lab-head-to-head", "MAYBE")
    assert [each.split(": ", 1)[1] for each in faults(tmp_path, stances_yaml="stances:\n" + lines)] == [
        "A-MARKET: there is no market 'lab-head-to-tail'; did you mean 'lab-head-to-head'?",
        "A-EVENT: event: 'MAYBE' is no outcome of a yes-or-no question; write YES or NO",
    ]


def all_of(answer: str) -> Answers:
    return Answers(weights={answer: Decimal(100)})


@pytest.mark.parametrize(
    ("text", "event", "outcome", "holds"),
    [
        (M04, "YES", Yes(), Fraction(1)),
        (M04, "NO", Yes(), Fraction(0)),
        (M04, "YES", Probability(percent=Decimal("12.5")), Fraction(1, 8)),
        (M04, "YES", NotApplicable(), None),
        (CHOICE, "North", Answers(weights={"North": Decimal(50), "South": Decimal(50)}), Fraction(1, 2)),
        (DATE, "before 2028-01-01", all_of("from 2027-07-01, before 2028-01-01"), Fraction(1)),
        (DATE, "before 2028-01-01", all_of("from 2028-01-01, before 2029-01-01"), Fraction(0)),
        (DATE, "not before 2029", all_of("not before 2029"), Fraction(1)),
        (NUMBER, "at least 70%", all_of("70% to under 90%"), Fraction(1)),
        (NUMBER, "at least 70.0 %", all_of("40% to under 70%"), Fraction(0)),
        (NUMBER, "under 40%", all_of("under 40%"), Fraction(1)),
        (NUMBER, "under 70%", all_of("90% or more"), Fraction(0)),
    ],
)
def test_an_event_holds_under_its_outcomes(
    tmp_path: Path, text: str, event: str, outcome: Outcome, holds: Fraction | None
) -> None:
    spec = argued(tmp_path, {"markets/asked.yaml": text}).markets["asked"]
    shares, under = shares_of(outcome), event_outcomes(spec, event)
    assert under is not None
    assert (None if shares is None else share_of(shares, under)) == (None if holds is None else float(holds))
    assert event_fault(spec, event) is None


@pytest.mark.parametrize(
    ("text", "event", "told"),
    [
        (M04, "yes", "event: 'yes' is no outcome of a yes-or-no question; write YES or NO"),
        (CHOICE, "Noth", "event: 'Noth' is no outcome of this market; did you mean 'North'?"),
        (
            DATE,
            "before 2028-03-01",
            "or begin at one of its edges (2027-07-01, 2028-01-01, 2029-01-01), as `before 2027-07-01`",
        ),
        (NUMBER, "at least 75%", "or begin at one of its edges (40%, 70%, 90%), as `at least 40%`"),
        (NUMBER, "before 70%", "is no outcome of this market"),
        (NUMBER, "at least 0.7", "is no outcome of this market"),
    ],
)
def test_what_is_no_outcome_is_told_with_what_to_write(tmp_path: Path, text: str, event: str, told: str) -> None:
    spec = argued(tmp_path, {"markets/asked.yaml": text}).markets["asked"]
    assert told in (event_fault(spec, event) or "")
    assert event_outcomes(spec, event) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "claims: []\n",
        "claims: {A: 3}\n",
        "- claims\n",
        "claims: {aa: {axis: [R]}}\n",
        "stances: 4\n",
        "claims: {aa\n",
    ],
)
@pytest.mark.parametrize("name", ["claims.yaml", "stances.yaml"])
def test_files_of_another_form_are_faults_with_places(tmp_path: Path, name: str, text: str) -> None:
    found = argued(tmp_path, {name: text})
    assert found.faults
    assert not found.usable
    assert all(fault.path.endswith(name) and fault.line and fault.column for fault in found.faults)


def test_thousands_of_claims_in_a_row_are_walked_without_depth(tmp_path: Path) -> None:
    line = '  c{}: {{axis: R, text: T, origin: [{{thread: "1", line: 1}}], presupposes: [c{}]}}\n'
    chain = "".join(line.format(n, n + 1) for n in range(3_000))
    end = '  c3000: {axis: R, text: T, origin: [{thread: "1", line: 1}]}\n'
    files = {"claims.yaml": f"claims:\n{chain}{end}", "stances.yaml": "stances: []\n"}
    assert {fault.code for fault in argued(tmp_path, files).faults} == {"L01"}


@pytest.mark.parametrize(
    ("kind", "text", "typo"),
    [
        ("claims", CLAIMS, ("pole: minus", "pole: negative")),
        ("claims", CLAIMS, ("supports:", "suports:")),
        ("stances", STANCES, ("kind: read_from_thread", "kind: guessed")),
        ("stances", STANCES, ("credence: null", "credence: 1.5")),
        ("debate", DEBATE, ("attribution: signed", "attribution: known")),
    ],
)
def test_editors_know_the_form_of_the_arguments(kind: str, text: str, typo: tuple[str, str]) -> None:
    validator = Draft202012Validator(schemas()[kind])
    good, bad = (read_yaml(each.encode()).value for each in (text, text.replace(*typo)))
    assert [error.message for error in validator.iter_errors(as_json(good))] == []
    assert [error.message for error in validator.iter_errors(as_json(bad))]
