"""Worlds in which a trader with a grudge would once have been paid against the text, or never paid at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import pytest
from debate_builders import scored
from definition_builders import FOLDER, debate, found, games, market, outcome, rows, seen
from test_outcomes_predictors_vs_agents import FEEDS, KEY_OF_PAPER, PAPER, SHARES, posts, quarters

from markets.load import Loaded
from resolvers.outcome import Answers, No, Yes

READ_BY_PANELS = (
    "lab-head-to-head", "control-token-flagship", "rl-compute-majority", "shutdown-resist-2027",
    "predictor-only-deception", "wild-covert-sabotage", "universal-jailbreak-holdout", "persona-drift-ratio",
    "reward-hack-10pct",
)  # fmt: skip
"""The markets that a document or a study decides."""


# what is withdrawn


@pytest.mark.parametrize(("withdrawn", "comes_to"), [("2027-05-12", "NO"), ("2027-06-01", "NO"), ("2027-06-10", "YES")])
def test_a_document_withdrawn_while_the_panel_reads_it_or_soon_after_does_not_count(
    withdrawn: str, comes_to: str
) -> None:
    told = [
        ("2026-12-01", rows("documents")),
        ("2027-05-03", rows("documents", PAPER)),
        (withdrawn, rows("documents", {**PAPER, "retracted": "true"})),
    ]
    shown = {"documents": told, "panel": [("2027-05-20", found("lab-head-to-head", KEY_OF_PAPER))]}
    assert outcome(seen("lab-head-to-head", shown, "2029-03-15")) == f"decided: {comes_to}"


@pytest.mark.parametrize("slug", READ_BY_PANELS)
def test_every_question_that_documents_decide_says_how_long_a_withdrawal_counts(slug: str) -> None:
    text = market(slug).description
    assert "counts as corrected up to 30 days after" in text
    assert "withdrawn within 30 days of its own entry does not count" in " ".join(text.split())


# rows that panels refused


PAGES = {
    "lab-forecaster-product": ("product-pages", {"url": "https://x.ai/f", "lab": "xAI", "product": "Oracle"}),
    "steering-api-date": ("api-docs", {"url": "https://x.ai/f", "lab": "xAI", "parameter": "steer", "models": "g"}),
}
"""Market -> its list of pages, and a row of it."""


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_that_the_panel_refused_is_asked_about_anew_once_it_has_changed(slug: str) -> None:
    source, page = PAGES[slug]
    first, later = (
        {**page, "offered": "true", "first_seen": day, "evidence": "e", "by": "us"}
        for day in ("2027-01-10", "2028-01-10")
    )
    told = [
        ("2026-12-01", rows(source)),
        ("2027-01-10", rows(source, first)),
        ("2028-01-10", rows(source, first, later)),
    ]
    early, late = (" | ".join(str(row[name]) for name in debate().sources[source].read.key) for row in (first, later))
    refused = json.loads(found(slug, early))
    refused["answers"][0]["limbs"] = dict.fromkeys(refused["answers"][0]["limbs"], "no")
    accepted = json.loads(found(slug, late))
    both = json.dumps({**refused, "answers": [*refused["answers"], *accepted["answers"]]})
    shown = {source: told, "panel": [("2027-01-16", json.dumps(refused)), ("2028-01-16", both)]}
    assert outcome(seen(slug, shown, "2028-04-01")).startswith(("decided: YES", "decided: from 2028-01-01"))


def test_posts_that_the_panel_strikes_when_it_is_asked_are_struck_however_early_they_came() -> None:
    weather = [f"https://example.org/{number}" for number in range(65, 72)]
    told = {"lab-posts": [("2027-06-01", posts(65, 7))], "lab-feeds": [("2027-06-01", FEEDS.format("live"))]}
    assert [ask.keys for ask in seen("lab-agent-posts-2027", told, "2028-01-18").asks] == [tuple(weather)]
    refused = json.loads(found("lab-agent-posts-2027", *weather))
    for answer in refused["answers"]:
        answer["limbs"] = {"events": "no"}
    struck = {**told, "panel": [("2028-01-20", json.dumps(refused))]}
    outcomes = [outcome(seen("lab-agent-posts-2027", shown, "2028-03-15")) for shown in (told, struck)]
    assert outcomes == ["decided: NO", "decided: YES"]


@pytest.mark.parametrize("slug", sorted({*READ_BY_PANELS, *PAGES, "scratch-rl-arc3"}))
def test_the_text_says_that_the_time_for_an_answer_runs_from_when_its_row_was_first_seen(slug: str) -> None:
    told = " (about a row only those in that time from when the row was first seen)"
    asked = market(slug).description.count("answers given before ")
    assert (asked > 0, market(slug).description.count(told)) == (True, asked)


# rows that are not what they seem


def forecasts(organization: str) -> str:
    return (
        "Team,Model Organization,Model,N,Overall\n"
        f"ForecastBench,{organization},Superforecaster median forecast,100,68.1\n"
        f"ForecastBench,{organization},Public median forecast,100,60\n"
        "ForecastBench,OpenAI,GPT-6,100,62.0\n"
        "ForecastBench,ForecastBench,Always 0.5,100,50.0\n"
    )


def test_the_superforecasters_are_no_model_even_if_the_board_puts_them_under_another_organisation() -> None:
    told = [("2026-12-01", forecasts("ForecastBench")), ("2027-02-01", forecasts("Human"))]
    assert seen("forecastbench-baseline-parity", {"fbench": told}, "2027-06-01").state == "pending"


@pytest.mark.parametrize("name", ["2026_Human_Panel", "HUMAN", "x-Provider-Adapter"])
def test_people_and_runs_through_an_adapter_are_left_out_however_their_names_are_written(name: str) -> None:
    told = [("2026-12-01", games({"a": 0.3})), ("2027-02-01", games({"a": 0.3, name: 0.99}))]
    assert seen("arc3-85-date", {"arc3": told}, "2027-04-20").state == "pending"


def test_a_file_that_turns_from_fractions_to_percent_is_refused_and_does_not_reach_85() -> None:
    told = [("2026-12-01", games({"a": 0.009})), ("2027-02-01", games({"a": 0.9}, "10.366279223923121"))]
    assert seen("arc3-85-date", {"arc3": told}, "2027-04-20").outcome is None


def test_an_entry_at_85_that_is_gone_after_four_days_does_not_leave_the_question_open_for_good() -> None:
    told = [("2026-12-01", games({"a": 0.3})), ("2027-02-01", games({"a": 0.3, "x": 0.9}))]
    gone = {"arc3": [*told, ("2027-02-05", games({"a": 0.3}))]}
    assert outcome(seen("arc3-85-date", gone, "2030-03-01")) == "decided: not before 2030"


def test_a_best_that_was_taken_off_the_board_is_not_on_it_at_the_end() -> None:
    line = {"steps": 500, "read_on": "2027-06-01", "evidence": "e", "by": "us"}
    best, other = ({**line, "key": f"S{share}", "binary_accuracy": f"{share}%"} for share in (95, 60))
    told = [("2027-06-01", rows("epoch-osworld2", best, other)), ("2027-09-01", rows("epoch-osworld2", other))]
    assert outcome(seen("osworld2-best-2027", {"epoch-osworld2": told}, "2028-03-01")).endswith("(60%)")


def verified(*folders: tuple[str, float]) -> str:
    """SWE-bench's file: its anchor, and open models with a single attempt and public runs."""
    board = [
        {"folder": "20231010_rag_claude2", "name": "RAG", "resolved": 4.4, "date": "2023-10-10", "os_model": False}
    ]
    tagged = {"os_model": True, "tags": ["System: Attempts - 1"], "trajs": "s3://runs", "date": "2027-08-01"}
    board += [{**tagged, "folder": name, "name": name.upper(), "resolved": share} for name, share in folders]
    return json.dumps({"leaderboards": [{"name": "Verified", "results": board}]})


def test_a_leader_that_was_withdrawn_before_the_end_leaves_the_lead_to_the_next() -> None:
    known = (FOLDER / "registries" / "systems.csv").read_text(encoding="utf-8")
    for name, of_class in (("a", "P1"), ("b", "R2"), ("c", "R2"), ("d", "R2")):
        known += f"{name},swebench,{name},{of_class},30000000000,pretrained,,2027-08-01,https://example.org,us,them\n"
    others = (("b", 50.0), ("c", 40.0), ("d", 30.0))
    told = [("2027-08-03", verified(("a", 60.0), *others)), ("2027-10-01", verified(*others))]
    shown = {
        "swebench": told,
        "hf-swe-cards": [("2027-08-03", rows("hf-swe-cards"))],
        "systems": [("2027-08-01", known)],
    }
    assert outcome(seen("small-swe-class-2027", shown, "2028-04-15")) == "decided: R1 or R2 (R2)"


# lists that end early, late or empty


def test_where_arxivs_search_is_lost_a_later_count_over_a_dump_goes_before_an_earlier_trial() -> None:
    asked = {"year": 2027, "evidence": "e", "by": "us"}
    trial = {**asked, "steering": 40, "agentic": 2000, "read_on": "2027-07-01", "read_from": "api", "dump_age": 0}
    dump = {**asked, "steering": 96, "agentic": 2000, "read_on": "2028-01-28", "read_from": "dump", "dump_age": 30}
    told = [("2027-07-03", rows("arxiv-yearly", trial)), ("2028-01-28", rows("arxiv-yearly", trial, dump))]
    assert outcome(seen("steering-arxiv-2027", {"arxiv-yearly": told}, "2028-03-15")) == "decided: 3 to under 5 (4.8)"


def test_a_quarter_entered_after_its_thirty_days_is_missing_and_not_a_riddle() -> None:
    in_time: Sequence[tuple[str, str]] = quarters(SHARES)["arxiv-quarterly"]
    late = {"arxiv-quarterly": [*in_time[:4], *in_time[5:]]}  # that row comes with the next quarter's
    assert outcome(seen("agentic-share-trend", late, "2028-10-01")) == "decided: N/A"


def test_a_list_of_quarters_in_which_nobody_entered_anything_has_fewer_than_seven() -> None:
    empty = {"arxiv-quarterly": [("2026-12-01", rows("arxiv-quarterly"))]}
    assert outcome(seen("agentic-share-trend", empty, "2028-10-01")) == "decided: N/A"


def test_a_board_that_froze_before_anybody_found_a_model_card_has_no_contest() -> None:
    classes = (FOLDER / "registries" / "systems.csv").read_text(encoding="utf-8")
    shown = {
        "swebench": [("2026-12-01", verified())],
        "hf-swe-cards": [("2026-12-01", rows("hf-swe-cards"))],
        "systems": [("2026-12-01", classes)],
    }
    assert outcome(seen("small-swe-class-2027", shown, "2028-04-15")) == "decided: N/A"


# the scoreboard


def axes_moved(loaded: Loaded, slug: str, *, came_true: bool) -> dict[str, float]:
    outcomes = {slug.replace("-", "_"): Yes() if came_true else No()}
    return {each.axis: each.resolved.total for each in scored(loaded, **outcomes).axes if each.resolved.terms}


RIGHT_WAY = {
    "tau3-conditioned-gap": {"R": 1}, "lab-head-to-head": {"R": 1}, "control-token-flagship": {"R": 1},
    "agentic-share-trend": {"L": 1}, "lab-agent-posts-2027": {"L": 1}, "lab-forecaster-product": {"L": -1},
    "rl-compute-majority": {"R": -1}, "scratch-rl-arc3": {"R": -1}, "shutdown-resist-2027": {"G": 1},
    "predictor-only-deception": {"G": 1}, "wild-covert-sabotage": {"G": 1}, "universal-jailbreak-holdout": {"K": 1},
    "persona-drift-ratio": {"K": -1}, "reward-hack-10pct": {"R": 1, "G": 1},
}  # fmt: skip
"""Yes-or-no market -> axis -> to which pole a YES moves it; written down from the catalogue, not from the files."""


@pytest.mark.parametrize("slug", RIGHT_WAY)
def test_a_yes_moves_the_needle_towards_the_side_that_foresaw_it_and_a_no_away_from_it(slug: str) -> None:
    yes = {axis: total > 0 for axis, total in axes_moved(debate(), slug, came_true=True).items()}
    no = {axis: total > 0 for axis, total in axes_moved(debate(), slug, came_true=False).items()}
    wanted = {axis: pole > 0 for axis, pole in RIGHT_WAY[slug].items()}
    assert (yes, no) == (wanted, {axis: not plus for axis, plus in wanted.items()})


ANSWERS = {
    "top-agent-recipe-2028": {"P0, P1 or P1d": {"R": 1}, "M": {"R": 1}, "R2 (RL-built agent)": {"R": -1},
                              "U undisclosed": {}},
    "small-swe-class-2027": {"P0, P1 or P1d": {"R": 1}, "R1 or R2": {"R": -1}, "U undisclosed": {}},
    "steering-api-date": {"before 2027-07-01": {"R": 1, "L": -1}, "not before 2030": {"R": -1, "L": 1}},
    "steering-arxiv-2027": {"under 1": {"L": 1}, "20 or more": {"L": -1}},
    "forecastbench-baseline-parity": {"before 2027-07-01": {"R": 1}, "not before 2030": {"R": -1}},
    "arc3-85-date": {"before 2027-04-01": {"T": 1}, "not before 2030": {"T": -1}},
    "osworld2-best-2027": {"under 20%": {"T": -1}, "90% or more": {"T": 1}},
    "open-base-100b-2027": {"under 3": {"L": 1}, "18 or more": {"L": -1}},
}  # fmt: skip
"""The other markets: answer -> axis -> to which pole it moves it."""


@pytest.mark.parametrize("slug", ANSWERS)
def test_each_end_of_a_question_with_more_answers_than_two_moves_the_needle_its_own_way(slug: str) -> None:
    moved = {}
    for answer in ANSWERS[slug]:
        found = scored(debate(), **{slug.replace("-", "_"): Answers(weights={answer: Decimal(100)})})
        moved[answer] = {each.axis: 1 if each.resolved.total > 0 else -1 for each in found.axes if each.resolved.terms}
    assert (moved, set(RIGHT_WAY) | set(ANSWERS)) == (ANSWERS[slug], set(debate().markets))


@pytest.mark.parametrize("slug", RIGHT_WAY)
def test_a_yes_or_no_question_opens_where_the_catalogue_stands_and_not_at_even_odds_for_whoever_is_first(
    slug: str,
) -> None:
    spec = market(slug)
    middles = {(link.if_true + link.if_false) / 2 * 100 for link in spec.bears_on}
    assert spec.initial_pct in {middle.quantize(Decimal(1), ROUND_HALF_UP) for middle in middles}
    assert len(middles) == 1


def test_that_flips_in_short_chats_are_rare_is_not_held_against_whoever_said_so_when_long_ones_flip() -> None:
    links = {link.claim: (link.if_true, link.if_false) for link in market("persona-drift-ratio").bears_on}
    assert "short-flips-cherry-picked" not in links
