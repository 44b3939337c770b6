"""The debate's own files: the catalogue's claims, its twenty-two markets as asked, and its registries."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from definition_builders import FOLDER, at, debate, market

from markets.lint.run import lint_all
from markets.spec import MarketSpec
from resolvers.sources.reading import read_body

ASKED = {
    "top-agent-recipe-2028": ("MULTIPLE_CHOICE", "2028-07-01", "2028-07-01", 2500),
    "small-swe-class-2027": ("MULTIPLE_CHOICE", "2028-01-01", "2028-01-01", 1000),
    "tau3-conditioned-gap": ("BINARY", "2029-01-01", "2029-01-01", 1500),
    "lab-head-to-head": ("BINARY", "2029-01-01", "2029-01-01", 3000),
    "control-token-flagship": ("BINARY", "2029-01-01", "2029-01-01", 1000),
    "steering-api-date": ("DATE", "2030-01-01", "2030-01-01", 1500),
    "steering-arxiv-2027": ("MULTI_NUMERIC", "2028-01-01", "2028-02-01", 500),
    "agentic-share-trend": ("BINARY", "2028-07-01", "2028-08-01", 300),
    "lab-agent-posts-2027": ("BINARY", "2028-01-01", "2028-01-15", 300),
    "lab-forecaster-product": ("BINARY", "2029-01-01", "2029-01-01", 1000),
    "forecastbench-baseline-parity": ("DATE", "2030-01-01", "2030-01-01", 1500),
    "rl-compute-majority": ("BINARY", "2028-01-01", "2028-01-01", 1500),
    "scratch-rl-arc3": ("BINARY", "2029-01-01", "2029-01-01", 500),
    "arc3-85-date": ("DATE", "2030-01-01", "2030-01-01", 2000),
    "osworld2-best-2027": ("MULTI_NUMERIC", "2028-01-01", "2028-01-01", 1000),
    "open-base-100b-2027": ("MULTI_NUMERIC", "2028-01-01", "2028-01-15", 300),
    "shutdown-resist-2027": ("BINARY", "2028-07-01", "2028-07-01", 1500),
    "predictor-only-deception": ("BINARY", "2029-12-31", "2029-12-31", 1000),
    "wild-covert-sabotage": ("BINARY", "2029-01-01", "2029-01-01", 2500),
    "universal-jailbreak-holdout": ("BINARY", "2029-01-01", "2029-01-01", 1000),
    "persona-drift-ratio": ("BINARY", "2028-07-01", "2028-07-01", 500),
    "reward-hack-10pct": ("BINARY", "2028-07-01", "2028-07-01", 500),
}
"""Slug -> type, close, T and added subsidy, in the catalogue's order (M01 to M22)."""

CLAIMS_ON = {"R": 17, "G": 18, "L": 4, "K": 14, "T": 3}
CLASSES = {"P0", "P1", "P1d", "M", "P2", "R1", "R2", "U"}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / "registries" / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def asks_people(spec: MarketSpec) -> bool:
    return any(source.id.startswith("panel.") for source in spec.sources)


# the files


def test_every_file_of_the_debate_loads_without_a_fault() -> None:
    assert debate().faults == ()


def test_no_market_has_an_error_and_none_is_waived() -> None:
    errors = [f"{fault.path}: {fault.code} {fault.message}" for fault in lint_all(debate()) if fault.level == "error"]
    assert (errors, [slug for slug, spec in debate().markets.items() if spec.allow]) == ([], [])


def test_the_twenty_two_markets_are_asked_with_the_catalogues_dates_and_subsidies() -> None:
    found = {
        slug: (spec.market_type, f"{spec.closes:%Y-%m-%d}", f"{spec.decides:%Y-%m-%d}", int(spec.subsidy_mana))
        for slug, spec in debate().markets.items()
    }
    assert found == ASKED
    assert {spec.opens for spec in debate().markets.values()} == {at("2026-12-05")}


def test_the_subsidies_add_up_to_the_catalogues_budget() -> None:
    assert sum(spec.subsidy_mana for spec in debate().markets.values()) == Decimal(26_400)


def test_all_fifty_six_claims_lie_on_an_axis_and_point_to_where_they_were_made() -> None:
    arguments = debate().arguments
    assert arguments is not None
    on_axes = {axis: sum(claim.axis == axis for claim in arguments.claims.values()) for axis in arguments.axes}
    lines = {"000": 27, "001": 286, "003": 47, "004": 51}
    wrong = [
        (name, origin)
        for name, claim in arguments.claims.items()
        for origin in claim.origin
        if not 1 <= origin.line <= lines[origin.thread]
    ]
    assert (len(arguments.claims), on_axes, wrong) == (56, CLAIMS_ON, [])


def test_every_claim_is_held_or_opposed_by_somebody_and_two_read_each_stance() -> None:
    arguments = debate().arguments
    assert arguments is not None
    held = {stance.claim for stance in arguments.stances}
    assert (set(arguments.claims) - held, {stance.readers for stance in arguments.stances}) == (
        set(),
        {("reader-1", "reader-2")},
    )


def test_every_market_answers_what_its_author_can_tell_and_leaves_the_rest_to_others() -> None:
    open_ones = {
        slug: {"Q1", "Q6", "Q7", "Q10"} - set(debate().written[slug].value.get("answered", {})) for slug in ASKED
    }
    assert {slug: left for slug, left in open_ones.items() if left} == {}


def test_every_market_bears_on_a_claim_and_every_link_is_on_one_the_debate_has() -> None:
    arguments = debate().arguments
    assert arguments is not None
    links = {slug: {link.claim for link in spec.bears_on} for slug, spec in debate().markets.items()}
    assert [slug for slug, claims in links.items() if not claims or claims - set(arguments.claims)] == []


@pytest.mark.parametrize("slug", ASKED)
def test_claims_of_one_pole_get_the_same_likelihoods_and_those_of_the_other_the_swapped_ones(slug: str) -> None:
    arguments = debate().arguments
    assert arguments is not None
    pairs: dict[tuple[str, str], set[tuple[Decimal, Decimal]]] = {}
    for link in market(slug).bears_on:
        claim = arguments.claims[link.claim]
        right = (link.if_true, link.if_false) if claim.pole == "plus" else (link.if_false, link.if_true)
        pairs.setdefault((claim.axis, link.event), set()).add(right)
    assert [key for key, found in pairs.items() if len(found) > 1] == []


@pytest.mark.parametrize("axis", ["R", "L"])
def test_both_roads_and_the_labs_are_tested_by_data_alone_and_by_what_a_panel_reads(axis: str) -> None:
    arguments = debate().arguments
    assert arguments is not None
    touching = [
        spec
        for spec in debate().markets.values()
        if any(arguments.claims[link.claim].axis == axis for link in spec.bears_on)
    ]
    assert {asks_people(spec) for spec in touching} == {True, False}


# the registries


def test_every_registry_reads_as_it_stands_or_says_that_it_is_still_empty() -> None:
    odd = []
    for name, source in debate().sources.items():
        if source.fetch.file is not None and source.fetch.file.startswith("registries/"):
            reading = read_body((FOLDER / source.fetch.file).read_bytes(), name, source.read)
            empty = reading.because == "there is a header but no row under it"
            odd += [] if reading.state == "good" or empty else [(name, reading.because)]
            odd += [(name, note.text) for note in reading.notes if note.kind != "missing-column"]
    assert odd == []


def test_no_file_of_the_folder_is_read_by_nobody() -> None:
    used = {source.fetch.file for source in debate().sources.values()}
    assert {f"registries/{path.name}" for path in (FOLDER / "registries").iterdir()} - used == set()


def test_every_training_class_is_one_of_the_eight_or_still_blank_and_has_its_evidence() -> None:
    rows = table("systems")
    known = {*CLASSES, ""}
    bad = [row["key"] for row in rows if row["class"] not in known or not row["evidence"].startswith("https://")]
    assert (bad, len(rows)) == ([], len({row["key"] for row in rows}))


def test_every_classified_submission_is_one_that_the_board_has() -> None:
    board = {row["key"] for row in table("tau3_submissions")}
    assert {row["key"] for row in table("systems") if row["board"] == "tau3"} == board


def test_the_lists_in_the_criteria_are_those_of_the_registries() -> None:
    five = [row["lab"] for row in table("labs") if row["five"] == "true"]
    twelve = [row["lab"] for row in table("labs")]
    orgs = [row["org"] for row in table("hf_orgs20")]
    written = {slug: debate().written[slug].value["rows"] for slug in ASKED if "rows" in debate().written[slug].value}
    assert written["steering-api-date"]["offers"]["where"]["lab"] == five
    assert written["lab-forecaster-product"]["products"]["where"]["lab"] == five
    for slug, rows in (
        ("lab-head-to-head", "contests"),
        ("rl-compute-majority", "flagships"),
        ("shutdown-resist-2027", "tests"),
    ):
        assert written[slug][rows]["where"]["lab"] == twelve
    assert written["wild-covert-sabotage"]["accounts"]["where"]["publisher"][:12] == twelve
    assert written["open-base-100b-2027"]["published"]["where"]["org"] == orgs
    assert (len(five), len(twelve), len(orgs)) == (5, 12, 20)
