"""Guards: `crux new market` drafts a sound file, says at once what will not do, and shows the history."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from crux_builders import DEBATE, Crux, Ran, World, day

from markets.yaml12 import read_yaml

GOOD = {
    "slug": "reach-87",
    "question": "Will a row of the board reach 87% before 2030?",
    "source": "board",
    "metric": "score",
    "threshold": "87%",
    "closes": "2030-01-01",
    "hold": "3 days",
}


def drafted(crux: Crux, *more: str, **changes: str) -> Ran:
    """`crux new market` with the good answers, some of them changed; an empty one is left out."""
    answers = {**GOOD, **changes}
    options = [part for name, text in answers.items() if text for part in (f"--{name.replace('_', '-')}", text)]
    return crux("new", "market", *options, *more)


class Terminal(io.StringIO):
    """Answers that are typed, one a line."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def live(crux: Crux, world: World) -> World:
    """The small debate with ten days of history: 70.5%, then 88.5% from day 5 on."""
    world.see()
    world.at(5).see(two=("88.5", "north"))
    for number in (6, 7, 8, 9, 10, 11):
        world.at(number).see()
    crux.on(world.folder, world.database)
    return world


def test_the_draft_passes_the_check_and_says_what_was_typed(crux: Crux, live: World) -> None:
    ran = drafted(crux)
    assert ran.code == 0, ran.err
    path = live.folder / "markets" / "reach-87.yaml"
    checked = crux("check", path, "--json")
    assert (checked.code, checked.json["faults"]) == (0, [])
    value = read_yaml(path.read_bytes()).value
    assert (value["question"], value["closes"]) == (GOOD["question"], GOOD["closes"])
    assert value["values"] == {"best": {"max": "score", "from": "board"}}
    assert value["resolve"] == {"yes": "best >= 87%", "hold": "3 days"}
    assert value["na"] == {"when": "removed(board)", "if_refused": "NO"}
    assert "88.5%" in value["baseline"]


def test_it_shows_the_figure_with_its_age_and_how_the_draft_would_have_behaved(crux: Crux, live: World) -> None:
    told = drafted(crux, "--json").json
    assert sorted(told) == ["backtest", "current", "faults", "path"]
    assert told["path"] == str(live.folder / "markets" / "reach-87.yaml")
    assert told["current"]["value"] == "88.5%"
    assert told["current"]["seen_at"].startswith(f"{day(11):%Y-%m-%d}")
    lived = told["backtest"]
    assert lived["first_decision"]["words"] == "YES"
    assert lived["first_decision"]["at"].startswith(f"{day(10):%Y-%m-%d}"), "day 5, held for 3 days, settled for 2"
    assert lived["as_if_opened"] is not None
    assert {fault["level"] for fault in told["faults"]} <= {"not-ready"}


def test_in_words_it_says_the_same(crux: Crux, live: World) -> None:
    ran = drafted(crux)
    assert f"its figure now: 88.5%, as seen on {day(11):%Y-%m-%d} 00:00 UTC" in ran.out
    assert f"YES on {day(10):%Y-%m-%d}" in ran.out
    assert "backtest reach-87" in ran.err


def test_where_nothing_was_collected_it_says_so(crux: Crux, world: World) -> None:
    crux.on(world.folder, world.database)
    told = drafted(crux, "--json").json
    assert (told["current"], told["backtest"]) == (None, None)
    assert "nothing was collected yet; `crux collect` looks now" in drafted(crux, slug="reach-88").out


def test_what_is_wrong_with_the_answers_given_is_told_beside_what_is_missing(crux: Crux, live: World) -> None:
    ran = drafted(crux, question="", slug="reach-85", metric="skore", closes="soon", subsidy="-4")
    assert (ran.code, ran.out) == (2, "")
    assert "missing: --question;" in ran.err
    assert "--slug: there is a market called reach-85 already" in ran.err
    for option, said in (("--metric", "did you mean 'score'?"), ("--closes", "'soon'"), ("--subsidy", "'-4'")):
        assert any(line.startswith(f"{option}: ") and said in line for line in ran.err.splitlines()), ran.err


def test_what_hangs_on_a_missing_answer_is_not_called_wrong(crux: Crux, live: World) -> None:
    ran = drafted(crux, source="")
    assert ran.err.splitlines() == [
        "crux new market: missing: --source; give them, or type the command in a terminal to be asked",
        "sources: board, labs",
    ]


def test_a_panel_is_not_offered_as_a_source(crux: Crux, live: World) -> None:
    asks = "panel: {question: Is it built so?, limbs: {built: it was}, seats: 3, agree: 2, for: 10 days}"
    path = live.folder / "markets" / "reach-95.yaml"
    path.write_text(path.read_text().replace("{max: score, from: board}", f"{{max: score, from: board, {asks}}}"))
    debate = live.folder / "debate.yaml"
    debate.write_text(debate.read_text() + "panelists: {dot: {}, eve: {}, fay: {}}\n")
    assert "sources: board, labs" in drafted(crux, source="").err.splitlines()


def test_a_debate_that_only_asks_panels_has_no_source_to_draft_from(crux: Crux, live: World) -> None:
    for path in [*(live.folder / "markets").iterdir(), *(live.folder / "sources").iterdir()]:
        path.unlink()
    (live.folder / "markets" / "fact.yaml").write_text(
        "question: Has a lab of the north opened?\nopens: 2020-01-06\ncloses: 2020-03-06\nsubsidy: 200\nresolve:\n"
        "  yes:\n    panel: {question: Has it?, limbs: {north: It lies there.}, seats: 3, agree: 2, for: 10 days}\n"
        "baseline: none\nfine_print: What was so before 2020-03-06 counts.\n"
    )
    debate = live.folder / "debate.yaml"
    debate.write_text(debate.read_text() + "panelists: {dot: {}, eve: {}, fay: {}}\n")
    ran = drafted(crux, source="")
    assert (ran.code, ran.err.startswith("crux: this debate has no source to read yet: write one")) == (1, True), (
        ran.err
    )


def test_without_a_terminal_all_that_is_missing_is_named_at_once(crux: Crux, live: World) -> None:
    ran = crux("new", "market", "--metric", "score")
    assert (ran.code, ran.out) == (2, "")
    assert "missing: --source, --threshold, --closes, --question, --slug;" in ran.err
    assert "sources: board, labs" in ran.err


def test_every_wrong_answer_is_told_at_once_and_nothing_is_written(crux: Crux, live: World) -> None:
    before = sorted((live.folder / "markets").iterdir())
    ran = drafted(crux, "--json", threshold="85", closes="soon", hold="a week", slug="No", subsidy="much")
    assert ran.code == 1
    found = {fault["option"]: (fault["code"], fault["message"]) for fault in ran.json["faults"]}
    assert {option: code for option, (code, _) in found.items()} == {
        "--subsidy": "F-VALUE",
        "--threshold": "N01",
        "--closes": "F-VALUE",
        "--hold": "R-DURATION",
        "--slug": "F-SLUG",
    }
    assert "write 85%" in found["--threshold"][1]
    assert (ran.json["path"], sorted((live.folder / "markets").iterdir())) == (None, before)


@pytest.mark.parametrize(
    ("change", "option", "said"),
    [
        ({"metric": "skore"}, "--metric: S-UNKNOWN-COLUMN", "did you mean 'score'?"),
        ({"source": "bord"}, "--source: S-UNKNOWN-SOURCE", "did you mean 'board'?"),
        ({"question": "Will a row reach 86% before 2030?"}, "--question: O06", "'86%'"),
        ({"question": "Will a row reach 87% by 2030?"}, "--question: T02", "before 2030"),
        ({"opens": "2031-01-01"}, "--closes: T04", "not after opens"),
        ({"threshold": "120%"}, "--threshold: N07", "can never be"),
        ({"how": "medain"}, "--how: R-UNKNOWN-NAME", "did you mean 'median'?"),
        ({"how": "quantile"}, "--how: R-UNKNOWN-NAME", "can be drafted"),
        ({"claim": "a-claim", "if_true": "2", "if_false": "0.3"}, "--if-true: F-VALUE", "over 1"),
        ({"subsidy": "-5"}, "--subsidy: F-VALUE", ""),
    ],
)
def test_an_answer_that_will_not_do_is_named_with_its_remedy(
    crux: Crux, live: World, change: dict[str, str], option: str, said: str
) -> None:
    ran = drafted(crux, **change)
    assert ran.code == 1
    line = next((line for line in ran.out.splitlines() if line.startswith(option)), "")
    assert line, ran.out
    assert said in line


@pytest.mark.parametrize(
    ("change", "options"),
    [
        ({"how": "mx", "subsidy": "-5"}, ["--how: R-UNKNOWN-NAME", "--subsidy: F-VALUE"]),
        ({"threshold": "NaN%", "subsidy": "1e99"}, ["--subsidy: Y-NUMBER", "--threshold: R-FORMULA"]),
        ({"threshold": "~90%", "subsidy": "-5"}, ["--subsidy: F-VALUE", "--threshold: "]),
        ({"how": "mx", "threshold": "~90%", "subsidy": "-5", "closes": "soon"}, ["--closes", "--how", "--subsidy"]),
    ],
)
def test_two_wrong_answers_are_both_told_and_it_ends(
    crux: Crux, live: World, change: dict[str, str], options: list[str]
) -> None:
    before = sorted((live.folder / "markets").iterdir())
    ran = drafted(crux, **change)
    assert ran.code == 1
    lines = sorted(set(ran.out.splitlines()))
    for option in options:
        assert any(line.startswith(option) for line in lines), (option, ran.out)
    assert sorted((live.folder / "markets").iterdir()) == before


@pytest.mark.parametrize("asked", ["Will {x} reach 90%?", 'Will "a" #1 reach 90% #now?', "{a: [90%]} & 'b': #c"])
@pytest.mark.parametrize("threshold", ["> 87%", ">= 87%"])
def test_a_question_with_braces_quotes_and_hashes_is_still_held_against_the_rule(
    crux: Crux, live: World, asked: str, threshold: str
) -> None:
    ran = drafted(crux, question=asked, threshold=threshold)
    told = [line for line in ran.out.splitlines() if line.startswith("--question: O06")]
    assert (ran.code, bool(told)) == (1, True), ran.out + ran.err
    assert any("90%" in line for line in told), told


def test_a_file_that_is_there_is_never_written_over(crux: Crux, live: World) -> None:
    path = live.folder / "markets" / "reach-85.yaml"
    before = path.read_bytes()
    ran = drafted(crux, slug="reach-85")
    assert (ran.code, "there is a market called reach-85 already" in ran.err) == (1, True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", ["max", "min", "count", "distinct", "mean", "median", "first", "last"])
def test_each_way_of_reducing_gives_a_file_without_a_fault(crux: Crux, live: World, how: str) -> None:
    bare = how in ("count", "distinct")
    figure = "5" if bare else "1%" if how == "min" else "93%"
    changes = {"metric": "" if how == "count" else "lab" if how == "distinct" else "score", "threshold": figure}
    ran = drafted(crux, how=how, question=f"Will it be {figure} before 2030?", **changes)
    assert ran.code == 0, ran.out
    assert crux("check", live.folder / "markets" / "reach-87.yaml", "--json").json["faults"] == []


@pytest.mark.parametrize("slug", ["../evil", "a{n}", "a" * 300, "Ünï", "con:", "a b"])
def test_a_slug_that_is_none_writes_nothing_anywhere(crux: Crux, live: World, slug: str) -> None:
    before = sorted(live.path.rglob("*.yaml"))
    ran = drafted(crux, slug=slug)
    assert (ran.code, "--slug: F-SLUG" in ran.out) == (1, True), ran.out + ran.err
    assert sorted(live.path.rglob("*.yaml")) == before


@pytest.mark.parametrize("name", ["question", "source", "metric", "threshold", "closes", "hold", "slug", "subsidy"])
@pytest.mark.parametrize("text", ["a\nb: c", "\udce9", "\x1b[2J", "}: {", "- x", "&a *a", "%", "9" * 600, "''" + '"'])
def test_no_answer_is_met_with_a_stack_trace(crux: Crux, live: World, name: str, text: str) -> None:
    ran = drafted(crux, **{name: text})
    assert ran.code == 1 or (ran.code == 0 and name == "question"), ran.out
    assert "Traceback" not in ran.err
    assert ran.out or ran.err


def test_odd_text_in_a_question_is_kept_as_typed(crux: Crux, live: World) -> None:
    asked = 'Will "a: row" #1 of [the] board reach 87% before 2030? \\o/ {x} & *y*'
    ran = drafted(crux, question=asked)
    path = live.folder / "markets" / "reach-87.yaml"
    if ran.code == 0:
        assert read_yaml(path.read_bytes()).value["question"] == asked
    else:
        assert ran.out.startswith("--question: ")


def test_a_terminal_is_asked_answer_by_answer_until_each_will_do(
    crux: Crux, live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["bord", "board", "", "skore", "score", "87", "87%", "2030", "2030-01-01", "", "-", "", "reach-85", "", ""]
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(typed) + "\n"))
    ran = crux("new", "market")
    assert ran.code == 0, ran.err
    for told in (
        "did you mean 'board'?",
        "columns: lab (text), score (percent)",
        "now: 88.5%",
        "write 87%",
        "is no moment",
    ):
        assert told in ran.err, told
    assert "already: choose another name" in ran.err
    (path,) = [each for each in (live.folder / "markets").iterdir() if "87" in each.name]
    assert crux("check", path, "--json").json["faults"] == []


def test_a_debate_without_a_source_or_a_claim_says_what_to_write_first(crux: Crux, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "debate.yaml").write_text(DEBATE, encoding="utf-8")
    crux.on(bare, tmp_path / "crux.sqlite")
    assert "no source to read yet: write one under sources/" in drafted(crux).err
    crux("init", tmp_path / "mine")
    for file in ("claims.yaml", "stances.yaml"):
        (tmp_path / "mine" / file).unlink()
    for market in (tmp_path / "mine" / "markets").iterdir():
        market.unlink()
    crux.on(tmp_path / "mine", tmp_path / "other.sqlite")
    assert "no claim to test yet: write one into claims.yaml" in drafted(crux).err


def test_a_debate_with_claims_wants_one_named_with_both_probabilities(crux: Crux, tmp_path: Path) -> None:
    crux("init", tmp_path / "mine")
    crux.on(tmp_path / "mine", tmp_path / "crux.sqlite")
    ran = crux("new", "market", "--source", "mine-scores", "--metric", "score")
    assert (ran.code, "--claim, --if-true, --if-false" in ran.err) == (2, True)
    bearing = {"claim": "open-models-catch-up", "if_true": "0.6", "if_false": "0.3", "source": "mine-scores"}
    asked = "Will a model of the list score 93% before 2030?"
    ran = drafted(crux, "--json", question=asked, threshold="93%", **bearing)
    assert ran.code == 0, ran.out
    value = read_yaml(Path(ran.json["path"]).read_bytes()).value
    assert json.loads(json.dumps(value["bears_on"], default=str)) == [
        {"claim": "open-models-catch-up", "event": "YES", "if_true": "0.6", "if_false": "0.3", "cluster": "mine-scores"}
    ]


def test_an_answer_that_cannot_be_left_out_is_asked_for_again_with_the_reason(
    crux: Crux, live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["", "board", "", "", "score", "", "87%", "", "2030-01-01", "", "-", "", "", ""]
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(typed) + "\n"))
    ran = crux("new", "market")
    assert ran.code == 0, ran.err
    for told in (
        "it cannot be left out: a market is decided by what some source shows; one of: board, labs",
        "it cannot be left out: it says which figure of the source counts; one of: lab, score",
        "it cannot be left out: without it there is nothing to reach; end with Ctrl-C, and nothing is written",
        "it cannot be left out: there is no market without an end",
    ):
        assert told in ran.err, told


def test_another_market_of_the_folder_that_is_broken_is_warned_of_and_stops_no_draft(crux: Crux, live: World) -> None:
    other = live.folder / "markets" / "reach-95.yaml"
    other.write_text(other.read_text(encoding="utf-8").replace("best >= 95%", "bist >= 95%"), encoding="utf-8")
    (live.folder / "sources" / "labs.yaml").write_text("publisher: nobody\n", encoding="utf-8")
    ran = drafted(crux)
    assert ran.code == 0, ran.err
    assert "broken, and passed over here: " in ran.err and "did you mean 'best'?" in ran.err
    assert crux("check", live.folder / "markets" / "reach-87.yaml", "--json").json["faults"] == []
    taken = drafted(crux, slug="reach-95")
    assert (taken.code, "there is a market called reach-95 already" in taken.err) == (1, True)


def test_claims_that_cannot_be_read_stop_a_draft_because_it_has_to_test_one(crux: Crux, tmp_path: Path) -> None:
    crux("init", tmp_path / "mine")
    claims = tmp_path / "mine" / "claims.yaml"
    claims.write_text(claims.read_text(encoding="utf-8").replace("pole: plus", "pole: up"), encoding="utf-8")
    crux.on(tmp_path / "mine", tmp_path / "crux.sqlite")
    ran = drafted(crux, source="mine-scores")
    assert (ran.code, "claims.yaml:" in ran.err, list((tmp_path / "mine").glob("markets/reach-87.yaml"))) == (
        1,
        True,
        [],
    )
