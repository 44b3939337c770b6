"""The debate's own files: the catalogue's claims, its twenty-two markets as asked, and how some of them come out."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from markets.lint.run import lint_all
from markets.load import Loaded, load_debate
from markets.spec import MarketSpec
from resolvers.evidence import EvidenceInMemory, Sighting, SourceEvidence, instant
from resolvers.rules.judge import judge
from resolvers.sources.reading import Reading, read_body
from resolvers.sources.spec import SourceSpec
from resolvers.timeline import source_evidence
from resolvers.verdict import Verdict

FOLDER = Path(__file__).parents[2] / "markets" / "definitions" / "predictors-vs-agents"

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


@cache
def debate() -> Loaded:
    return load_debate(FOLDER)


def market(slug: str) -> MarketSpec:
    return debate().markets[slug]


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / "registries" / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def asks_people(spec: MarketSpec) -> bool:
    return any(source.id.startswith("panel.") for source in spec.sources)


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


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


def test_every_training_class_is_one_of_the_eight_and_has_its_evidence() -> None:
    rows = table("systems")
    bad = [row["key"] for row in rows if row["class"] not in CLASSES or not row["evidence"].startswith("https://")]
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


# how they come out


def lived(source: SourceSpec, bodies: Sequence[tuple[str, str]], until: datetime) -> SourceEvidence:
    """A source looked at every third day, showing each body from its day on."""
    looks: list[Sighting] = []
    readings: dict[str, Reading] = {}
    now, number = at(bodies[0][0]), 0
    while now <= until:
        raw = [text for day, text in bodies if at(day) <= now][-1].encode()
        body, number = hashlib.sha256(raw).hexdigest(), number + 1
        reading = readings.setdefault(body, read_body(raw, source.id, source.read))
        looks.append(Sighting(number, instant(now), instant(now), reading.state, body, reading.because))
        now += timedelta(days=3)
    return source_evidence(source, looks, readings)


def seen(slug: str, bodies: Mapping[str, Sequence[tuple[str, str]]], until: str) -> Verdict:
    """The verdict on what was shown from which day on; a name that begins with `panel` is the market's only panel."""
    spec, now = market(slug), at(until)
    named = {("panel" if source.id.startswith("panel.") else source.id): source for source in spec.sources}
    evidence = EvidenceInMemory.of([lived(named[name], shown, now) for name, shown in bodies.items()])
    return judge(slug, spec.rule, evidence, now)


def outcome(verdict: Verdict) -> str:
    return f"{verdict.state}: {verdict.outcome.words()}" if verdict.outcome else f"{verdict.state}: {verdict.because}"


def rows(source: str, *given: Mapping[str, object]) -> str:
    """A registry's text with these rows; cells that are not given are blank."""
    name = debate().sources[source].fetch.file
    assert name is not None
    header = (FOLDER / name).read_text(encoding="utf-8").splitlines()[0].split(",")
    assert not {key for row in given for key in row} - set(header)
    return "\n".join([",".join(header), *(",".join(str(row.get(key, "")) for key in header) for row in given)]) + "\n"


def found(slug: str, *keys: str) -> str:
    """A panel that met every limb for these rows."""
    value = debate().written[slug].value
    blocks = [*value.get("rows", {}).values(), *value.get("values", {}).values()]
    panel = next(block["panel"] for block in blocks if isinstance(block, dict) and "panel" in block)
    limbs = dict.fromkeys(panel["limbs"], "yes")
    answers = [{"key": key, "limbs": limbs, "votes": "3 of 3"} for key in keys]
    return json.dumps({"question": panel["question"], "answers": answers})


STUDY = {
    "title": "T", "published": "2027-03-01", "retracted": "false", "labs_tested": 3, "short_tokens": 8000,
    "long_tokens": 100000, "lab_1": "OpenAI", "lab_2": "Google", "lab_3": "xAI", "short_trials_1": 100,
    "short_trials_2": 100, "short_trials_3": 100, "short_rate_1": "0%", "short_rate_2": "2%", "short_rate_3": "3%",
    "long_rate_1": "1%", "long_rate_2": "3.9%", "long_rate_3": "3%", "evidence": "https://example.org/a", "by": "us",
}  # fmt: skip
"""The first lab drifts (a zero short rate counts as half of one event in a hundred), the others do not."""


def test_two_labs_have_to_drift_in_one_study_and_not_one_each_in_two() -> None:
    one = {**STUDY, "url": "https://example.org/a"}
    other = {**STUDY, "url": "https://example.org/b", "long_rate_1": "0.9%", "long_rate_2": "4%"}
    both = {**STUDY, "url": "https://example.org/c", "long_rate_2": "4%"}
    none = ("2026-12-01", rows("persona-studies"))
    apart = {"persona-studies": [none, ("2027-01-01", rows("persona-studies", one, other))]}
    asked = found("persona-drift-ratio", "https://example.org/a", "https://example.org/b", "https://example.org/c")
    assert (
        outcome(seen("persona-drift-ratio", {**apart, "panel": [("2027-04-01", asked)]}, "2028-09-01")) == "decided: NO"
    )
    joined = {"persona-studies": [none, ("2027-01-01", rows("persona-studies", one, other, both))]}
    assert (
        outcome(seen("persona-drift-ratio", {**joined, "panel": [("2027-04-01", asked)]}, "2027-06-01"))
        == "decided: YES"
    )


def test_a_conditioned_system_within_ten_points_for_thirty_days_is_a_yes() -> None:
    board = (FOLDER / "registries" / "tau3_submissions.csv").read_text(encoding="utf-8")
    classes = (FOLDER / "registries" / "systems.csv").read_text(encoding="utf-8")
    near = "base_us_2027-01-01,Base,Us,standard,text,27.37%,1.0.1,2027-01-01,https://example.org,us\n"
    label = "base_us_2027-01-01,tau3,Base,P0,,pretrained,prediction only,2027-01-01,https://example.org,us,them\n"
    shown = {
        "tau3": [("2026-12-01", board), ("2027-01-03", board + near)],
        "systems": [("2026-12-01", classes + label)],
    }
    assert outcome(seen("tau3-conditioned-gap", shown, "2027-04-01")) == "decided: YES"
    late = {**shown, "tau3": [("2026-12-01", board), ("2027-01-03", board + near), ("2027-01-27", board)]}
    assert seen("tau3-conditioned-gap", late, "2027-04-01").outcome is None


def test_the_last_reading_of_the_year_gives_the_bucket_of_steering_per_agentic() -> None:
    trial = {"year": 2027, "steering": 40, "agentic": 1000, "read_on": "2027-07-01", "evidence": "e", "by": "us"}
    last = {"year": 2027, "steering": 96, "agentic": 2000, "read_on": "2028-01-30", "evidence": "e", "by": "us"}
    shown = {
        "arxiv-yearly": [("2027-07-03", rows("arxiv-yearly", trial)), ("2028-01-30", rows("arxiv-yearly", trial, last))]
    }
    assert outcome(seen("steering-arxiv-2027", shown, "2028-03-15")) == "decided: 3 to under 5 (4.8)"


def posts(agents: int, forecasts: int) -> str:
    told = [*["We built an agent"] * agents, *["Forecasting elections"] * forecasts]
    given = [
        {"url": f"https://example.org/{i}", "lab": "OpenAI", "text": text, "published": "2027-05-01", "by": "us"}
        for i, text in enumerate(told)
    ]
    return rows("lab-posts", *given)


FEEDS = (
    "lab,state,feed,index,since,by\n"
    "Anthropic,live,,i,2026-11-21,us\n"
    "Google DeepMind,{0},,i,2026-11-21,us\n"
    "OpenAI,{0},,i,2026-11-21,us\n"
)


def test_posts_on_agents_need_to_be_ten_times_those_that_the_panel_finds_on_forecasting() -> None:
    asked = found("lab-agent-posts-2027", *(f"https://example.org/{i}" for i in range(70, 77)))
    feeds = [("2027-06-01", FEEDS.format("live"))]
    shown = {"lab-posts": [("2027-06-01", posts(70, 7))], "lab-feeds": feeds, "panel": [("2027-12-30", asked)]}
    assert outcome(seen("lab-agent-posts-2027", shown, "2028-03-15")) == "decided: YES"
    fewer = {
        **shown,
        "lab-posts": [
            ("2027-06-01", posts(70, 7).replace("/0,", "/zero,").replace("We built an agent", "We built it", 1))
        ],
    }
    assert outcome(seen("lab-agent-posts-2027", fewer, "2028-03-15")) == "decided: NO"


def test_two_lost_feeds_make_the_count_of_posts_worth_nothing() -> None:
    shown = {
        "lab-posts": [("2027-06-01", posts(10, 0))],
        "lab-feeds": [("2027-06-01", FEEDS.format("live")), ("2027-11-01", FEEDS.format("lost"))],
    }
    assert outcome(seen("lab-agent-posts-2027", shown, "2028-03-15")) == "decided: N/A"


def test_without_any_institutes_test_the_question_of_jailbreaks_is_not_asked() -> None:
    assert (
        outcome(seen("universal-jailbreak-holdout", {"documents": [("2026-12-01", rows("documents"))]}, "2029-03-15"))
        == "decided: N/A"
    )
    tested = {
        "url": "https://example.org/t", "topic": "safeguard-test", "kind": "report", "publisher": "UK AISI",
        "model": "M", "title": "T", "published": "2027-05-01", "retracted": "false", "hours": 39,
        "effort_statements": 3, "evidence": "e", "by": "us",
    }  # fmt: skip
    shown = {"documents": [("2026-12-01", rows("documents")), ("2027-05-03", rows("documents", tested))]}
    assert outcome(seen("universal-jailbreak-holdout", shown, "2029-03-15")) == "decided: NO"


def test_a_document_that_nobody_has_read_yet_is_put_to_the_panel_and_decides_nothing() -> None:
    paper = {
        "url": "https://example.org/p", "topic": "head-to-head", "kind": "paper", "publisher": "Mistral",
        "lab": "Mistral", "model": "M", "title": "T", "published": "2027-05-01", "retracted": "false",
        "params": 10000000000, "compute_ratio": "1.2", "benchmarks": 3, "wins": 2, "evidence": "e", "by": "us",
    }  # fmt: skip
    key = "https://example.org/p | head-to-head | M"
    shown = {"documents": [("2027-05-03", rows("documents", paper))]}
    open_still = seen("lab-head-to-head", shown, "2027-06-01")
    assert (open_still.outcome, [ask.keys for ask in open_still.asks]) == (None, [(key,)])
    read = {**shown, "panel": [("2027-05-30", found("lab-head-to-head", key))]}
    assert outcome(seen("lab-head-to-head", read, "2027-07-01")) == "decided: YES"


def test_a_list_of_ours_that_is_whole_may_be_empty_and_says_so_by_being_read() -> None:
    documents = debate().sources["documents"]
    assert read_body(rows("documents").encode(), "documents", documents.read).state == "good"
