"""How the markets of predictors-vs-agents come out when their sources and panels show this or that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from definition_builders import ANCHOR, FOLDER, debate, found, games, market, outcome, rows, seen

from resolvers.sources.reading import read_body

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
        outcome(seen("persona-drift-ratio", {**apart, "panel": [("2027-01-20", asked)]}, "2028-09-01")) == "decided: NO"
    )
    joined = {"persona-studies": [none, ("2027-01-01", rows("persona-studies", one, other, both))]}
    assert (
        outcome(seen("persona-drift-ratio", {**joined, "panel": [("2027-01-20", asked)]}, "2027-06-01"))
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
    asked = {"year": 2027, "dump_age": 0, "evidence": "e", "by": "us"}
    trial = {**asked, "steering": 40, "agentic": 1000, "read_on": "2027-07-01"}
    last = {**asked, "steering": 96, "agentic": 2000, "read_on": "2028-01-30"}
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


PAPER = {
    "url": "https://example.org/p", "topic": "head-to-head", "kind": "paper", "publisher": "Mistral",
    "lab": "Mistral", "model": "M", "title": "T", "published": "2027-05-01", "retracted": "false",
    "params": 10000000000, "compute_ratio": "1.2", "benchmarks": 3, "wins": 2, "evidence": "e", "by": "us",
}  # fmt: skip
KEY_OF_PAPER = "https://example.org/p | head-to-head | M"
DOCUMENTS = {
    "lab-head-to-head", "control-token-flagship", "rl-compute-majority", "shutdown-resist-2027",
    "predictor-only-deception", "wild-covert-sabotage", "universal-jailbreak-holdout", "persona-drift-ratio",
    "reward-hack-10pct",
}  # fmt: skip
"""The markets that a document decides."""


def test_a_document_that_nobody_has_read_yet_is_put_to_the_panel_and_decides_nothing() -> None:
    shown = {"documents": [("2027-05-03", rows("documents", PAPER))]}
    open_still = seen("lab-head-to-head", shown, "2027-05-20")
    assert (open_still.outcome, [ask.keys for ask in open_still.asks]) == (None, [(KEY_OF_PAPER,)])
    read = {**shown, "panel": [("2027-05-30", found("lab-head-to-head", KEY_OF_PAPER))]}
    assert outcome(seen("lab-head-to-head", read, "2027-07-01")) == "decided: YES"


def test_silence_of_two_draws_of_seats_is_a_no_to_a_document_and_a_late_yes_does_not_undo_it() -> None:
    bodies = [("2026-12-01", rows("documents")), ("2027-05-03", rows("documents", PAPER))]
    assert seen("lab-head-to-head", {"documents": bodies}, "2027-06-03").asks == ()
    late = [("2027-06-03", found("lab-head-to-head", KEY_OF_PAPER))]
    assert outcome(seen("lab-head-to-head", {"documents": bodies, "panel": late}, "2029-03-15")) == "decided: NO"


@pytest.mark.parametrize("slug", sorted(DOCUMENTS))
def test_no_document_from_before_opening_can_decide_a_question(slug: str) -> None:
    first = market(slug).opens.date().isoformat()
    text = market(slug).description
    assert any(words in text for words in (f"published is on or after {first}", "released is on or after 20"))


def test_a_document_published_on_the_last_day_before_opening_is_not_put_to_the_panel() -> None:
    asked = []
    for day in ("2026-12-04", "2026-12-05"):
        shown = {"documents": [("2026-12-06", rows("documents", {**PAPER, "published": day}))]}
        asked.append([ask.keys for ask in seen("lab-head-to-head", shown, "2026-12-20").asks])
    assert asked == [[], [(KEY_OF_PAPER,)]]


def test_a_dump_older_than_sixty_days_is_no_reading() -> None:
    dump = {"year": 2027, "steering": 96, "agentic": 2000, "read_on": "2028-01-28", "read_from": "dump",
            "evidence": "e", "by": "us"}  # fmt: skip
    states = []
    for age in (60, 61):
        shown = {"arxiv-yearly": [("2028-01-30", rows("arxiv-yearly", {**dump, "dump_age": age}))]}
        states.append(seen("steering-arxiv-2027", shown, "2028-03-15").state)
    assert states == ["decided", "unknown"]


def test_a_leader_whose_developers_document_nobody_has_read_has_no_class_and_is_not_taken_for_undisclosed() -> None:
    line = {"steps": 500, "read_on": "2028-06-01", "evidence": "e", "by": "us"}
    best = rows("epoch-osworld2", *({**line, "key": f"S{i}", "binary_accuracy": f"{40 + i}%"} for i in range(5)))
    classes = (FOLDER / "registries" / "systems.csv").read_text(encoding="utf-8")
    outcomes = []
    for known in ("", "U"):
        label = f"S4,osworld2,S4,{known},,pretrained,,2028-06-01,https://example.org,us,\n"
        shown = {"epoch-osworld2": [("2028-06-01", best)], "systems": [("2028-06-01", classes + label)]}
        outcomes.append(outcome(seen("top-agent-recipe-2028", shown, "2028-10-15")))
    assert outcomes[1] == "decided: U undisclosed (U)"
    assert "no label yet (class): S4" in outcomes[0]


def test_a_list_of_ours_that_is_whole_may_be_empty_and_says_so_by_being_read() -> None:
    documents = debate().sources["documents"]
    assert read_body(rows("documents").encode(), "documents", documents.read).state == "good"


def test_an_entry_from_scratch_leads_only_once_the_panel_has_confirmed_it() -> None:
    board = games({"us": 0.5, "them": 0.4})
    classes = (FOLDER / "registries" / "systems.csv").read_text(encoding="utf-8")
    for name, origin in (("us", "scratch"), ("them", "pretrained"), (ANCHOR["modelId"], "pretrained")):
        classes += f"v3_Semi_Private | {name},arc3,{name},,,{origin},,2026-12-01,https://example.org,us,\n"
    shown = {"arc3": [("2026-12-01", board)], "systems": [("2026-12-01", classes)]}
    yes = {**shown, "panel": [("2026-12-16", found("scratch-rl-arc3", "v3_Semi_Private | us"))]}
    assert outcome(seen("scratch-rl-arc3", yes, "2027-03-01")) == "decided: YES"
    assert seen("scratch-rl-arc3", shown, "2027-03-01").outcome is None


SHARES = {"2026-10-01": 50, "2027-01-01": 55, "2027-04-01": 54, "2027-07-01": 60, "2027-10-01": 66, "2028-01-01": 70,
          "2028-04-01": 71}  # fmt: skip
"""First day of a quarter -> abstracts with the word of a thousand: five rises in six changes."""


def quarters(shares: Mapping[str, int]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Each quarter entered in the month after its end."""
    given: list[Mapping[str, object]] = []
    bodies: list[tuple[str, str]] = []
    for first, agentic in {"2026-07-01": 49, **shares}.items():
        begun = date.fromisoformat(first)
        read = f"{begun.year + (begun.month == 10)}-{(begun.month + 3) % 12 or 12:02d}-20"
        given.append({"quarter": first, "first_day": first, "agentic": agentic, "papers": 1000, "read_on": read,
                      "read_from": "api", "dump_age": 0, "evidence": "e", "by": "us"})  # fmt: skip
        bodies.append((read, rows("arxiv-quarterly", *given)))
    return {"arxiv-quarterly": bodies}


def test_a_quarter_that_is_entered_as_level_is_no_rise_and_with_one_that_is_missing_nobody_is_favoured() -> None:
    at_last = "2028-10-01"
    assert outcome(seen("agentic-share-trend", quarters(SHARES), at_last)).startswith("decided: YES")
    level = quarters({**SHARES, "2027-10-01": 60})
    assert outcome(seen("agentic-share-trend", level, at_last)) == "decided: NO"
    for first in SHARES:
        missing = quarters({day: share for day, share in SHARES.items() if day != first})
        assert outcome(seen("agentic-share-trend", missing, at_last)) == "decided: N/A"


def test_where_epochs_file_is_lost_the_projects_own_board_has_to_have_the_five_entries() -> None:
    classes = (FOLDER / "registries" / "systems.csv").read_text(encoding="utf-8")
    label = "m{0},osworld2,System,R2,,pretrained,their report,2027-01-01,https://example.org,us,them\n"
    named = classes + "".join(label.format(number) for number in range(6))

    def read(entries: int) -> str:
        shown = [{"key": f"m{number}", "binary_accuracy": f"{30 + number}%", "steps": 500, "evidence": "e", "by": "us"}
                 for number in range(entries)]  # fmt: skip
        both = {"xlang-osworld2": [("2026-12-01", rows("xlang-osworld2", *shown))], "systems": [("2026-12-01", named)]}
        lost = {"epoch-osworld2": [("2026-12-01", (FOLDER / "registries" / "epoch_osworld2.csv").read_text("utf-8")),
                                   ("2028-05-01", "moved\n")]}  # fmt: skip
        return outcome(seen("top-agent-recipe-2028", {**both, **lost}, "2028-10-01"))

    assert (read(4), read(6)) == ("decided: N/A", "decided: R2 (RL-built agent) (R2)")


def test_a_post_on_permitted_shutdown_is_no_paper_report_or_system_card() -> None:
    told = {
        "url": "https://example.org/s", "topic": "shutdown", "publisher": "OpenAI", "lab": "OpenAI", "model": "M",
        "title": "T", "published": "2027-05-01", "released": "2027-03-01", "retracted": "false", "trials": 100,
        "rate": "10%", "evidence": "e", "by": "us",
    }  # fmt: skip
    asked = {}
    for kind in ("paper", "report", "system_card", "post", "statement"):
        shown = {"documents": [("2027-05-03", rows("documents", {**told, "kind": kind}))]}
        asked[kind] = bool(seen("shutdown-resist-2027", shown, "2027-05-20").asks)
    assert asked == {"paper": True, "report": True, "system_card": True, "post": False, "statement": False}
