"""Guards: what keeps a market from opening, the dry run, the questions, the explanations."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from crux_builders import FAR, Crux, World, day, folder, living, seen_now
from test_plan_and_apply import MARKETS

from bot.debates import BUNDLED
from markets.lint.code import READING
from markets.lint.questions import QUESTIONS
from markets.lint.run import ALL
from markets.load import load_debate
from resolvers.rules.panels import is_panel

READY = "reach-85: if it were decided today: NO because now the largest score among "


@pytest.fixture
def unseen(crux: Crux, tmp_path: Path) -> Crux:
    """A debate whose markets could open now, and a store that has seen nothing."""
    return crux.on(folder(tmp_path / "debate", opens=FAR["opens"], closes=FAR["closes"]), tmp_path / "crux.sqlite")


@pytest.fixture
def seen(unseen: Crux, tmp_path: Path) -> Crux:
    seen_now(tmp_path / "debate", tmp_path / "crux.sqlite")
    return unseen


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_market_whose_source_was_never_read_is_not_ready_and_is_not_opened(unseen: Crux, tmp_path: Path) -> None:
    ran = unseen("check", "--ready", "--json")
    assert (ran.code, ran.json["clean"], ran.json["ready"], ran.json["markets"]) == (1, 4, 0, 4)
    waits = [(row["slug"], row["waits"]) for row in ran.json["dry_run"]]
    assert waits == [(slug, ["S04"]) for slug in ("leader", "reach-85", "reach-95", "when-80")]
    planned = unseen("plan", "--sandbox", tmp_path / "sandbox.jsonl")
    assert "create" not in planned.out
    assert "waiting reach-85: not ready: S04: board has never been read" in planned.out
    assert unseen("check").code == 0, "what is not ready passes the check of the files"


def test_a_ready_market_shows_what_it_would_say_today_and_opens(seen: Crux, tmp_path: Path) -> None:
    ran = seen("check", "--ready")
    assert (ran.code, ran.err) == (0, "clean 4 of 4, ready 4 of 4\n")
    assert READY in ran.out
    assert "create reach-85" in seen("plan", "--sandbox", tmp_path / "sandbox.jsonl").out


def test_a_cost_over_the_debates_limits_is_told_before_it_is_planned(seen: Crux, tmp_path: Path) -> None:
    change(tmp_path / "debate" / "markets" / "reach-85.yaml", "subsidy: 200", "subsidy: 9500")
    ran = seen("check", "--ready")
    assert (ran.code, ran.err) == (1, "clean 4 of 4, ready 4 of 4, over the debate's limits 1\n")
    assert (
        "reach-85: to open it costs 9600 mana, 9500 of it subsidy, over the 5000 that one plan may cost "
        "(limits.max_mana in debate.yaml): lower its subsidy, or open it with `crux apply --max-mana 9600`; "
        "to open it costs 9600 mana, 9500 of it subsidy, over the 9000 left of this debate's 9000 "
        "(limits.budget in debate.yaml): lower its subsidy, or raise the budget\n"
    ) in ran.out
    told = {row["slug"]: row["over"] for row in seen("check", "--ready", "--json").json["dry_run"]}
    assert [slug for slug, over in told.items() if over] == ["reach-85"]


def test_markets_that_the_budget_holds_one_by_one_but_not_together_are_told(seen: Crux, tmp_path: Path) -> None:
    change(tmp_path / "debate" / "debate.yaml", "budget: 9000", "budget: 1000")
    ran = seen("check", "--ready")
    assert "to open all of these 4 markets costs 1200 mana, over the 1000 left of this debate's 1000" in ran.out
    assert ran.code == 0
    assert seen("apply", "--sandbox", tmp_path / "sandbox.jsonl", "--only", "reach-85").code == 0
    left = seen("check", "--ready").out
    assert "to open all of these 3 markets costs 900 mana, over the 700 left of this debate's 1000" in left


def test_the_cost_of_a_market_that_closed_before_it_was_opened_is_not_told(crux: Crux, tmp_path: Path) -> None:
    late = crux.on(folder(tmp_path / "debate"), tmp_path / "crux.sqlite")
    change(tmp_path / "debate" / "debate.yaml", "max_mana: 5000, budget: 9000", "max_mana: 60, budget: 350")
    assert [row["over"] for row in late("check", "--ready", "--json").json["dry_run"]] == [""] * 4
    assert "to open" not in late("check", "--ready").out


def test_nobody_is_told_to_lower_a_subsidy_that_is_not_there(seen: Crux, tmp_path: Path) -> None:
    change(tmp_path / "debate" / "markets" / "reach-85.yaml", "subsidy: 200", "subsidy: 0")
    change(tmp_path / "debate" / "debate.yaml", "max_mana: 5000, budget: 9000", "max_mana: 60, budget: 50")
    told = {row["slug"]: row["over"] for row in seen("check", "--ready", "--json").json["dry_run"]}
    assert told["reach-85"] == (
        "to open it costs 100 mana, over the 60 that one plan may cost (limits.max_mana in debate.yaml): "
        "open it with `crux apply --max-mana 100`; "
        "to open it costs 100 mana, over the 50 left of this debate's 50 (limits.budget in debate.yaml): "
        "raise the budget"
    )


def test_a_market_that_is_true_already_is_not_opened(seen: Crux, tmp_path: Path) -> None:
    path = tmp_path / "debate" / "markets" / "reach-85.yaml"
    change(path, "85%", "60%")
    (row,) = [row for row in seen("check", "--ready", "--json").json["dry_run"] if row["slug"] == "reach-85"]
    assert (row["ready"], row["waits"], row["today"].startswith("YES because")) == (False, ["N07"], True)
    assert "create reach-85" not in seen("plan", "--sandbox", tmp_path / "sandbox.jsonl").out


def test_a_market_with_an_error_of_the_lint_is_not_opened(seen: Crux, tmp_path: Path) -> None:
    change(tmp_path / "debate" / "markets" / "reach-85.yaml", "reach 85%", "reach 86%")
    assert seen("check").code == 1
    planned = seen("plan", "--sandbox", tmp_path / "sandbox.jsonl").out
    assert "waiting reach-85: not ready: O06" in planned
    assert "create reach-95" in planned


def test_status_says_how_many_are_clean_and_ready_and_what_the_others_wait_for(seen: Crux, tmp_path: Path) -> None:
    change(tmp_path / "debate" / "markets" / "reach-85.yaml", "70.5%", "69.5%")
    ran = seen("status")
    assert "clean 4 of 4, ready 3 of 4" in ran.out
    assert "reach-85 waits: N08 the description does not say where things stand (70.5%)" in ran.out
    told = seen("status", "--json").json
    assert (told["clean"], told["ready"], told["waits"]) == (4, 3, {"reach-85": ["N08"]})


@pytest.mark.parametrize("looked", [False, True])
def test_a_threshold_out_of_reach_counts_against_ready_and_not_against_clean(
    unseen: Crux, tmp_path: Path, looked: bool
) -> None:
    if looked:
        seen_now(tmp_path / "debate", tmp_path / "crux.sqlite")
    change(tmp_path / "debate" / "markets" / "reach-95.yaml", "95%", "105%")
    change(tmp_path / "debate" / "markets" / "reach-85.yaml", "85%", "65%")
    told = unseen("status", "--json").json
    unread = {**{slug: ["S04"] for slug in MARKETS}, "reach-95": ["S04", "N07"]}
    read = {"reach-85": ["N07"], "reach-95": ["N07"]}
    assert (told["clean"], told["ready"], told["waits"]) == ((4, 2, read) if looked else (4, 0, unread))


def test_an_unwaived_warning_counts_against_clean_and_not_against_ready(seen: Crux, tmp_path: Path) -> None:
    path = tmp_path / "debate" / "markets" / "reach-85.yaml"
    change(path, "Rows shown", "Rows really shown")
    assert "clean 3 of 4, ready 4 of 4" in seen("status").out
    change(path, "subsidy: 200", "subsidy: 200\nallow: {S05: it is meant so}")
    assert "clean 4 of 4, ready 4 of 4" in seen("status").out


def test_what_has_opened_waits_for_nothing(seen: Crux, tmp_path: Path) -> None:
    seen("apply", "--sandbox", tmp_path / "sandbox.jsonl")
    change(tmp_path / "debate" / "markets" / "reach-85.yaml", "70.5%", "69.5%")
    assert seen("status", "--json").json["waits"] == {}
    assert seen("check", "--ready").code == 0


def test_the_questions_for_people_are_asked_until_the_file_answers_them(seen: Crux, tmp_path: Path) -> None:
    ran = seen("check", "--questions")
    assert ran.code == 0
    assert all(text in ran.out for text in QUESTIONS.values())
    assert f"reach-85: open {' '.join(QUESTIONS)}" in ran.out
    path = tmp_path / "debate" / "markets" / "reach-85.yaml"
    change(path, "subsidy: 200", "subsidy: 200\nanswered: {Q1: yes it would, Q12: there is none}")
    told = seen("check", "--questions", "--json").json
    assert told["open"]["reach-85"] == [name for name in QUESTIONS if name not in ("Q1", "Q12")]
    change(path, "Q12", "Q13")
    assert seen("check").code == 1


def test_every_code_is_explained_with_a_file_that_fires_it_and_one_that_does_not(crux: Crux) -> None:
    for name, code in {**ALL, **READING}.items():
        ran = crux("explain", name)
        assert (ran.code, ran.err) == (0, ""), name
        assert ran.out.startswith(f"{name} ({code.level}): ")
        assert f"--- fires {name} ---" in ran.out
        assert ran.out.count("question: ") >= 2, name
    listed = crux("explain").out
    assert all(f"{name} " in listed for name in (*ALL, *READING))


def test_a_code_that_is_not_there_is_answered_with_the_nearest(crux: Crux) -> None:
    ran = crux("explain", "T20")
    assert (ran.code, ran.out) == (1, "")
    assert "there is no code 'T20'; did you mean" in ran.err
    assert crux("explain", "R-WINDOW").code == 0


def test_the_dry_run_says_the_figures_and_not_that_it_can_still_come_true(seen: Crux) -> None:
    """Why it would be NO today is where things stand, against what is wanted."""
    told = {row["slug"]: row["today"] for row in seen("check", "--ready", "--json").json["dry_run"]}
    assert not [today for today in told.values() if "can come true until" in today]
    assert "70.5%" in told["reach-85"] and "85%" in told["reach-85"]


def test_the_questions_and_the_readiness_are_told_together(seen: Crux) -> None:
    ran = seen("check", "--ready", "--questions")
    assert (ran.code, "clean 4 of 4" in ran.err) == (0, True)
    assert f"reach-85: open {' '.join(QUESTIONS)}" in ran.out
    assert "reach-85: if it were decided today" in ran.out
    both = seen("check", "--ready", "--questions", "--json").json
    assert (both["ready"], both["open"]["reach-85"]) == (4, list(QUESTIONS))


def test_a_family_is_listed_with_what_the_lint_and_what_reading_a_file_finds(crux: Crux) -> None:
    def codes(family: str) -> set[str]:
        return {line.split()[0] for line in crux("explain", family).out.splitlines()[2:] if line}

    assert codes("S") == {name for name in (*ALL, *READING) if name[0] == "S"}
    assert codes("r-") == {name for name in READING if name[0] == "R"}
    assert codes("T") == {name for name in ALL if name[0] == "T"}
    ran = crux("explain", "R-NOPE")
    assert (ran.code, "there is no code 'R-NOPE'; did you mean" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("explain", "hold"), "'hold' is a word of the rule language, no code: `crux rules hold` tells of it"),
        (("rules", "s04"), "S04 is the code of a fault: `crux explain S04` tells of it"),
        (("rules", "subsidy"), "'subsidy' is a key of a market's file, neither a code nor a part of its rule"),
        (("explain", "Closes"), "'closes' is a key of a market's file, neither a code nor a part of its rule"),
        (("rules", "medain"), "the rule language has no 'medain'; did you mean 'median'?"),
    ],
)
def test_what_another_command_tells_of_is_pointed_there(crux: Crux, asked: tuple[str, str], said: str) -> None:
    ran = crux(*asked)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


def test_the_key_of_a_files_rule_leads_to_what_stands_under_it(crux: Crux) -> None:
    assert crux("rules", "resolve").out == crux("rules", "outcome").out


def test_a_code_is_explained_with_spaces_around_it(crux: Crux) -> None:
    assert crux("explain", " O06 ").out == crux("explain", "O06").out


async def test_a_market_that_is_live_is_told_as_its_verdict_has_it_and_not_as_if_it_opened_now(
    tmp_path: Path, crux: Crux
) -> None:
    """Its first run lies behind it; nothing is said of what would have kept it from opening."""
    async with living(tmp_path) as world:
        await world.decided()
        here = crux.on(world.folder, world.database)
    ran = await asyncio.to_thread(here, "check", "--ready", "--json")
    (row,) = [row for row in ran.json["dry_run"] if row["slug"] == "reach-85"]
    assert (row["ready"], row["today"].split(":")[0]) == (True, "YES because True from 2020-01-11 00")
    assert not [fault for fault in ran.json["faults"] if fault["level"] == "not-ready"]


def test_what_nobody_knows_now_is_no_answer_whichever_way_it_leans(unseen: Crux) -> None:
    told = {row["slug"]: row["today"] for row in unseen("check", "--ready", "--json").json["dry_run"]}
    assert told["reach-85"].startswith("unknown because now the largest score")


def test_readiness_is_told_of_the_named_files_alone(seen: Crux, tmp_path: Path) -> None:
    ran = seen("check", "--ready", "--json", str(tmp_path / "debate" / "markets" / "reach-85.yaml"))
    assert (ran.code, [row["slug"] for row in ran.json["dry_run"]]) == (0, ["reach-85"])


async def test_an_edit_of_an_opened_market_is_told_by_the_check_and_by_the_status_and_changes_nothing(
    world: World, crux: Crux
) -> None:
    world.see()
    await world.at(1).open_markets()
    here = crux.on(world.folder, world.database)
    assert not any(row["edited"] for row in here("check", "--ready", "--json").json["dry_run"])
    assert here("status", "--json").json["edited"] == {}
    change(world.folder / "markets" / "reach-85.yaml", "85%", "86%")
    kept = f"its file was edited since it opened on {day(1):%Y-%m-%d}: the market keeps the text and the rule"
    checked = here("check", "--ready", "--json").json["dry_run"]
    assert [row["slug"] for row in checked if row["edited"].startswith(kept)] == ["reach-85"]
    told = here("check", "--ready").out
    assert f"reach-85: {kept}" in told and "reach-85: by the file as it is now, if it were decided today" in told
    assert "and is judged by them; they differ in question, the rule (rows, values, resolve); undo the edit" in told
    assert f"reach-85: {kept}" in here("status").out


def test_a_market_whose_dates_have_passed_is_ready_neither_by_the_check_nor_by_the_status(
    seen: Crux, tmp_path: Path
) -> None:
    path = tmp_path / "debate" / "markets" / "reach-85.yaml"
    change(path, "2090-01-01", f"{FAR['opens'] + timedelta(days=1):%Y-%m-%d}")
    (row,) = [row for row in seen("check", "--ready", "--json").json["dry_run"] if row["slug"] == "reach-85"]
    assert (row["ready"], "T08" in row["waits"]) == (False, True)
    assert "T08" in seen("status", "--json").json["waits"]["reach-85"]
    planned = seen("plan", "--sandbox", tmp_path / "sandbox.jsonl").out
    assert "create reach-85" not in planned and "before it was ever opened" in planned


def test_the_debates_own_markets_are_all_clean_and_each_is_told_what_it_waits_for(crux: Crux, tmp_path: Path) -> None:
    told = crux.on(Path("predictors-vs-agents"), tmp_path / "crux.sqlite")("status").out
    assert "clean 22 of 22, ready 0 of 22" in told
    assert len([line for line in told.splitlines() if " waits: S04 " in line]) == 22


def test_with_what_is_bundled_collected_they_are_still_clean_and_some_are_ready(crux: Crux, tmp_path: Path) -> None:
    """Guards: today's figures lie well within the answers, and nothing that is on record warns of a market."""
    here = crux.on(Path("predictors-vs-agents"), tmp_path / "crux.sqlite")
    sources = load_debate(BUNDLED / "predictors-vs-agents").sources
    here("collect", *(name for name, source in sources.items() if source.fetch.file and not is_panel(name)))
    told = here("status", "--json").json
    assert (told["clean"], told["ready"] > 5) == (22, True)


def test_a_renamed_file_whose_market_is_open_already_is_not_ready(seen: Crux, tmp_path: Path) -> None:
    """Guards: what `crux plan` holds back is told before, with the same words: nobody pays for one question twice."""
    sandbox = tmp_path / "sandbox.jsonl"
    assert seen("apply", "--sandbox", sandbox, "--only", "reach-85").code == 0
    there = tmp_path / "debate" / "markets"
    (there / "reach-85.yaml").rename(there / "hits-85.yaml")
    held = "the same question is open as reach-85, whose file is gone: if this is that file renamed, name it "
    assert f"waiting hits-85: {held}" in seen("plan", "--sandbox", sandbox).out
    ran = seen("check", "--ready")
    assert (ran.code, ran.err) == (1, "clean 4 of 4, ready 3 of 4\n")
    assert f"hits-85: {held}reach-85.yaml again; if not, word the question" in ran.out
    told = {
        row["slug"]: (row["ready"], row.get("twin", "")) for row in seen("check", "--ready", "--json").json["dry_run"]
    }
    assert [slug for slug, (ready, _) in told.items() if not ready] == ["hits-85"]
    assert told["hits-85"][1].startswith(held)
    shown = seen("status").out
    assert "ready 3 of 4" in shown
    assert f"hits-85 waits: {held}" in shown
    twice = [line for line in seen("plan", "--sandbox", sandbox).out.splitlines() if "waiting hits-85" in line]
    assert len(twice) == 1
    assert twice[0].count("the same question") == 1, "told once"


def test_a_file_that_asks_what_an_open_market_asks_is_not_ready_whatever_was_edited_since(
    seen: Crux, tmp_path: Path
) -> None:
    assert seen("apply", "--sandbox", tmp_path / "sandbox.jsonl", "--only", "reach-85").code == 0
    there = tmp_path / "debate" / "markets"
    text = (there / "reach-85.yaml").read_text(encoding="utf-8")
    (there / "again.yaml").write_text(text.replace("Will a row", "WILL  a row"), encoding="utf-8")
    change(there / "reach-85.yaml", "Will a row reach 85%?", "Will any row reach 85%?")
    ran = seen("check", "--ready")
    assert "again: reach-85 asks the same question: word one of them so that traders can tell them apart" in ran.out
    assert "ready 4 of 5" in ran.err
