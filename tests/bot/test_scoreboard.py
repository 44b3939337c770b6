"""`crux scoreboard`: from the store, on inputs frozen at the opening, with later edits beside them, in every form."""

from __future__ import annotations

import json
import shutil
from http.server import BaseHTTPRequestHandler, HTTPServer
from math import log
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from crux_builders import Crux, Ran, World, copied, harm, living
from score_builders import CLAIMS, STANCES, argued

from bot import charts
from bot.scoreboard_chart import alt_text, draw, png
from bot.scoreboard_text import tell
from bot.scoring import Standing, keep_edits, standing
from bot.store import audit
from markets.load import load_debate
from markets.score import log_score
from markets.score_board import AxisScore, Board
from markets.score_markets import Evidence

GIVEN = "  - {voice: signer, claim: demo-tips, credence: 0.95, as_of: 2020-01-08, kind: given}\n"


async def resolved(world: World) -> None:
    """As far as YES on reach-85, day 11; reach-95, leader and when-80 are open."""
    await world.agreed()
    world.at(11.001)
    assert "resolved" in [one.did for one in await world.carry_on()]


def edited(world: World, name: str, old: str, new: str) -> World:
    """The same world after somebody edited one of its files."""
    path = world.folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    world.loaded = load_debate(world.folder)
    assert world.loaded.usable, world.loaded.faults
    return world


def total(found: Standing) -> float:
    return next(each.resolved.total for each in found.frozen.axes if each.axis == "R")


def logs(found: Any) -> dict[str, float | None]:
    """voice -> its log score on reach-85."""
    return {row.stance.voice: row.score.log if row.score else None for row in found.rows if row.market == "reach-85"}


async def test_resolutions_are_scored_from_the_store(tmp_path: Path) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        found = standing(world.store, world.loaded)
    assert (found.frozen.resolved, found.frozen.open) == (("reach-85",), ("leader", "reach-95", "when-80"))
    assert total(found) == pytest.approx(log(3))
    assert logs(found.frozen) == pytest.approx({"opener": log(0.345), "signer": log(0.225)})
    assert (found.edited, found.changed, found.unfrozen) == (None, (), ())


async def test_a_later_edit_of_probabilities_lexicon_or_cluster_leaves_the_frozen_scores_as_they_were(
    tmp_path: Path,
) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        before = standing(world.store, world.loaded).frozen
        edited(world, "markets/reach-85.yaml", "if_false: 0.15", "if_false: 0.40")
        edited(world, "markets/reach-85.yaml", "cluster: board", "cluster: other")
        edited(world, "debate.yaml", "guesses: 0.65", "guesses: 0.60")
        found = standing(world.store, world.loaded)
    assert found.frozen == before
    assert found.changed == ("leader", "reach-85", "reach-95")
    assert found.edited is not None
    assert logs(found.edited)["opener"] == pytest.approx(log(0.6 * 0.45 + 0.4 * 0.40))
    assert [each.resolved.total for each in found.edited.axes if each.axis == "R"] == [pytest.approx(log(0.45 / 0.4))]


async def test_what_is_frozen_is_what_stood_at_the_opening_not_what_was_put_on_record_since(tmp_path: Path) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        edited(world, "markets/reach-85.yaml", "if_true: 0.45", "if_true: 0.90")
        assert keep_edits(world.store, world.loaded) == ("reach-85",)
        assert keep_edits(world.store, world.loaded) == ()
        assert total(standing(world.store, world.loaded)) == pytest.approx(log(3))


async def test_a_number_given_while_the_market_was_open_counts_as_edited_and_has_no_price(tmp_path: Path) -> None:
    async with living(tmp_path, argued()) as world:
        world.see()
        await world.at(1).open_markets()
        edited(world.at(3), "stances.yaml", STANCES, STANCES + GIVEN)
        keep_edits(world.store, world.loaded)
        world.at(5).see(two=("88.5", "north"))
        world.at(9).see()
        world.propose()
        world.approve()
        await world.carry_on()
        world.at(11.001)
        await world.carry_on()
        found = standing(world.store, world.loaded)
    assert logs(found.frozen)["signer"] == pytest.approx(log(0.225))
    assert found.edited is not None
    (row,) = [row for row in found.edited.rows if row.stance.voice == "signer"]
    assert row.score is not None
    assert (row.score.log, row.score.over_price) == (pytest.approx(log_score(0.95 * 0.45 + 0.05 * 0.15, 1)), None)


async def test_a_number_that_comes_after_the_resolution_never_counts_however_it_is_dated(tmp_path: Path) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        edited(world, "stances.yaml", STANCES, STANCES + GIVEN)
        keep_edits(world.store, world.loaded)
        found = standing(world.store, world.loaded)
    assert found.edited is not None
    (row,) = [row for row in found.edited.rows if row.stance.voice == "signer"]
    assert (row.score, row.because) == (None, "this number was first put on record after the answer was known")


async def resolved_with(world: World, day_given: float, row: str) -> Standing:
    """Seen from day 5 on, proposed on 9, resolved on 11; `row` is put on record on `day_given`."""

    def give() -> None:
        edited(world.at(day_given), "stances.yaml", STANCES, STANCES + row)
        keep_edits(world.store, world.loaded)

    world.see()
    await world.at(1).open_markets()
    if day_given < 5:
        give()
    world.at(5).see(two=("88.5", "north"))
    if 5 <= day_given < 9:
        give()
    world.at(9).see()
    world.propose()
    world.approve()
    await world.carry_on()
    if day_given >= 9:
        give()
    world.at(11.001)
    await world.carry_on()
    return standing(world.store, world.loaded)


@pytest.mark.parametrize(
    ("day_given", "late"), [(3, False), (6, True), (10, True)], ids=["before", "after it was seen", "after proposing"]
)
@pytest.mark.parametrize(("firmly", "what"), [("credence: 0.95", "number"), ("word: sure", "word")])
async def test_what_somebody_gives_once_the_answer_is_known_does_not_count(
    tmp_path: Path, day_given: float, late: bool, firmly: str, what: str
) -> None:
    row = GIVEN.replace("credence: 0.95", firmly)
    async with living(tmp_path, argued()) as world:
        found = await resolved_with(world, day_given, row)
    assert found.edited is not None
    (mine,) = [each for each in found.edited.rows if each.stance.voice == "signer"]
    because = f"this {what} was first put on record after the answer was known" if late else ""
    assert (mine.score is None, mine.because) == (late, because)


@pytest.mark.parametrize(("day_given", "prior"), [(3, 0.95), (6, 0.25), (10, 0.25)])
async def test_a_prior_rests_on_what_was_on_record_before_the_answer_was_known(
    tmp_path: Path, day_given: float, prior: float
) -> None:
    async with living(tmp_path, argued()) as world:
        found = await resolved_with(world, day_given, GIVEN)
    assert priors(found.frozen)["signer"] == ("numbers", pytest.approx(prior))


def priors(found: Any) -> dict[str, tuple[str, float]]:
    """voice -> on what its prior on axis R rests, and what it is."""
    return {each.voice: (each.rests_on, each.prior) for each in found.priors if each.axis == "R"}


@pytest.mark.parametrize("on_record", [True, False])
async def test_a_number_dated_back_after_the_resolution_moves_no_prior(tmp_path: Path, on_record: bool) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        before = priors(standing(world.store, world.loaded).frozen)
        edited(world, "stances.yaml", STANCES, STANCES + GIVEN)
        if on_record:
            keep_edits(world.store, world.loaded)
        found = standing(world.store, world.loaded)
    assert before == {"opener": ("position", pytest.approx(0.9)), "signer": ("numbers", pytest.approx(0.25))}
    assert found.edited is not None
    assert (priors(found.frozen), priors(found.edited)) == (before, before)


async def test_a_number_on_a_claim_that_no_market_tests_is_on_record_from_the_opening_on(tmp_path: Path) -> None:
    claims = CLAIMS + '  untested: {axis: R, pole: plus, text: Nobody asks., origin: [{thread: "001", line: 3}]}\n'
    row = GIVEN.replace("demo-tips", "untested").replace("0.95", "0.25")
    async with living(tmp_path, argued({"claims.yaml": claims, "stances.yaml": STANCES + row})) as world:
        await resolved(world)
        edited(world, "stances.yaml", row, row + row.replace("0.25", "0.99").replace("01-08", "01-09"))
        keep_edits(world.store, world.loaded)
        found = standing(world.store, world.loaded).frozen
    assert priors(found)["signer"] == ("numbers", pytest.approx(0.25))


@pytest.mark.parametrize("on_record", [True, False])
async def test_claims_voices_and_axes_stand_as_they_did_at_the_opening_and_edits_are_shown(
    tmp_path: Path, on_record: bool
) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        before = standing(world.store, world.loaded)
        edited(world, "debate.yaml", "positions: {R: 2}", "positions: {R: -2}")
        edited(world, "debate.yaml", "attribution: unsigned,", "attribution: second-hand, by: signer,")
        edited(world, "debate.yaml", "minus: agency built by reward is", "minus: nobody knows")
        edited(world, "claims.yaml", "line: 1}]", "line: 1}], presupposes: [goals-grow], supports: [goals-grow]")
        if on_record:
            assert keep_edits(world.store, world.loaded) == ("small",)
        found = standing(world.store, world.loaded)
    assert (before.argued, before.edited) == ((), None)
    assert (found.frozen, found.changed) == (before.frozen, ())
    assert found.argued == ("axis R", "claim demo-tips", "voice opener")
    assert found.edited is not None
    assert [(each.claim, each.scored) for each in found.frozen.claims] == [("demo-tips", True)]
    assert [(each.claim, each.scored) for each in found.edited.claims] == [("demo-tips", False)]
    assert (priors(found.frozen)["opener"][1], priors(found.edited)["opener"][1]) == (
        pytest.approx(0.9),
        pytest.approx(0.1),
    )
    assert {each.voice: each.hearsay for each in found.frozen.voices} == {"signer": False, "opener": False}
    assert {each.voice: each.hearsay for each in found.edited.voices} == {"signer": False, "opener": True}


async def test_a_market_opened_later_does_not_thaw_what_stood_when_the_first_one_did(tmp_path: Path) -> None:
    early = argued()
    late = early.pop("markets/reach-95.yaml")
    async with living(tmp_path, early) as world:
        (world.folder / "markets" / "reach-95.yaml").unlink()
        world.loaded = load_debate(world.folder)
        await resolved(world)
        before = priors(standing(world.store, world.loaded).frozen)
        (world.folder / "markets" / "reach-95.yaml").write_text(late)
        edited(world, "debate.yaml", "positions: {R: 2}", "positions: {R: -2}")
        await world.open_markets()
        found = standing(world.store, world.loaded)
    assert "reach-95" in found.frozen.open
    assert (priors(found.frozen), found.argued) == (before, ("voice opener",))


async def test_a_market_that_said_nothing_is_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = argued()["markets/reach-85.yaml"].replace("event: YES", "event: NO")
    async with living(tmp_path, argued({"markets/reach-85.yaml": f"{plain}neutral: [YES]\n"})) as world:
        await resolved(world)
        found = standing(world.store, world.loaded)
    tell("A title", found)
    told = " ".join(capsys.readouterr().out.split())
    assert "A title: 0 resolved, 0 N/A (counted, not scored), 1 neutral (counted, no evidence), 3 open" in told
    assert "no resolved market speaks on an axis" in told
    assert "reach-85: NO neutral 0.65 (guesses) not scored the outcome is neutral: it says nothing here" in told


async def test_a_neutral_answer_is_frozen_with_the_inputs(tmp_path: Path) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        edited(world, "markets/reach-85.yaml", "bears_on:", "neutral: [NO]\nbears_on:")
        found = standing(world.store, world.loaded)
        assert keep_edits(world.store, world.loaded) == ("reach-85",)
    assert (found.changed, total(found)) == (("reach-85",), pytest.approx(log(3)))


async def test_what_was_read_from_a_thread_is_not_rewritten_unseen(tmp_path: Path) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        edited(world, "stances.yaml", "word: guesses", "word: sure")
        found = standing(world.store, world.loaded)
    assert found.rewritten == ("opener on demo-tips: guesses",)
    assert logs(found.frozen)["opener"] == pytest.approx(log(0.345))


async def test_the_inputs_are_on_the_record_before_the_market_opens(tmp_path: Path) -> None:
    async with living(tmp_path, argued()) as world:
        world.see()
        await world.at(1).open_markets()
        with world.store.reading() as connection:
            acts = audit.acts(connection, subject="small/reach-85")
            assert audit.broken_links(connection) == ()
    assert [act.act for act in acts if not act.act.startswith("outbox")] == ["score-inputs", "open"]
    assert acts[0].act == "score-inputs"
    assert json.loads(acts[0].payload)["inputs"]["links"][0]["if_true"] == "0.45"


async def test_a_debate_without_claims_still_credits_the_claims_that_its_links_name(tmp_path: Path) -> None:
    link = "bears_on:\n  - {claim: far-claim, event: YES, if_true: 0.45, if_false: 0.15, cluster: board}\n"
    plain = argued()["markets/reach-85.yaml"].split("bears_on:")[0]
    async with living(tmp_path, {"markets/reach-85.yaml": plain + link}) as world:
        await resolved(world)
        found = standing(world.store, world.loaded).frozen
    assert (found.axes, [(each.claim, each.direct.total) for each in found.claims]) == (
        (),
        [("far-claim", pytest.approx(log(3)))],
    )


class Nonsense(BaseHTTPRequestHandler):
    """Answers whatever it is asked with something that is no account and no market."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which reach-85 has resolved YES and three markets are open."""
    import asyncio

    path = tmp_path_factory.mktemp("scored")

    async def live() -> None:
        async with living(path, argued()) as world:
            await resolved(world)

    asyncio.run(live())
    return path


def run(crux: Crux, lived: Path, *arguments: object) -> Ran:
    return crux.on(lived / "debate", copied(lived / "crux.sqlite", crux.path / "crux.sqlite"))("scoreboard", *arguments)


def test_the_command_tells_the_axes_the_voices_and_that_no_price_was_read(crux: Crux, lived: Path) -> None:
    ran = run(crux, lived)
    assert ran.code == 0
    assert "A small debate: 1 resolved, 0 N/A (counted, not scored), 3 open" in ran.out
    assert "no nowcast: prices of open markets are read with CRUX_MANIFOLD_KEY set" in ran.err
    for words in ("R       +1.10   leans +   1.0", "-1.06", "-1.49", "effective number 1.0, under 5: not ranked"):
        assert " ".join(words.split()) in " ".join(ran.out.split()), ran.out


def test_what_was_edited_is_shown_beside_what_was_frozen_and_goes_on_record(crux: Crux, lived: Path) -> None:
    files = crux.path / "debate"
    shutil.copytree(lived / "debate", files)
    market = files / "markets" / "reach-85.yaml"
    market.write_text(market.read_text().replace("if_true: 0.45", "if_true: 0.90"))
    there = crux.on(files, copied(lived / "crux.sqlite", crux.path / "crux.sqlite"))
    ran = there("scoreboard")
    assert "reach-85: its scoring inputs were edited; the new version is on record from now on" in ran.err
    assert "edited since they opened: reach-85; both versions follow" in ran.out
    frozen, edited = ran.out.split("=== as edited since ===")
    assert ("+1.10" in frozen, "+1.79" in frozen, "+1.10" in edited, "+1.79" in edited) == (True, False, False, True)
    assert "on record from now on" not in there("scoreboard").err


def test_a_market_opened_before_inputs_were_kept_is_named_and_no_number_counts_for_it(crux: Crux, lived: Path) -> None:
    store = copied(lived / "crux.sqlite", crux.path / "crux.sqlite")
    harm(store, "audit", ("DELETE FROM audit WHERE act = ?", ("score-inputs",)))
    told = crux.on(lived / "debate", store)("scoreboard", "--json").json
    assert told["unfrozen"] == ["leader", "reach-85", "reach-95", "when-80"]
    late = "this number was first put on record after the answer was known"
    assert {row["voice"]: row["because"] for row in told["frozen"]["scores"]} == {"opener": "", "signer": late}


def test_prices_that_cannot_be_read_leave_the_nowcast_out_and_the_rest_stands(crux: Crux, lived: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), Nonsense) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        crux.set(manifold_key="a-key", manifold_url=f"http://127.0.0.1:{server.server_port}")
        ran = run(crux, lived)
        server.shutdown()
    assert (ran.code, "no nowcast: the prices of open markets could not be read" in ran.err) == (0, True)
    assert "+1.10 leans +" in " ".join(ran.out.split())


def test_json_is_one_document_with_whole_figures(crux: Crux, lived: Path) -> None:
    told = run(crux, lived, "--json").json
    (r, _) = told["frozen"]["axes"]
    assert (r["axis"], r["resolved"]["w"], r["resolved"]["verdict"]) == (
        "R",
        pytest.approx(log(3), abs=1e-15),
        "leans +",
    )
    assert told["edited"] is None
    scores = {row["voice"]: (row["column"], row["log"]) for row in told["frozen"]["scores"]}
    assert scores == {
        "opener": ("imputed", pytest.approx(log(0.345), abs=1e-15)),
        "signer": ("given", pytest.approx(log(0.225), abs=1e-15)),
    }


def test_the_nowcast_reads_prices_of_open_markets(crux: Crux, lived: Path) -> None:
    sandbox = crux.path / "sandbox.jsonl"
    sandbox.write_bytes((lived / "sandbox.jsonl").read_bytes())
    told = run(crux, lived, "--json", "--sandbox", sandbox).json
    goals = next(each for each in told["frozen"]["axes"] if each["axis"] == "G")
    assert goals["resolved"]["markets"] == []
    expected = {row["market"]: row["ln_lr"] for row in goals["nowcast"]["markets"]}
    assert expected["reach-95"] == pytest.approx(0.5 * log(3) + 0.5 * log(0.4 / 0.8))
    assert expected["leader"] == pytest.approx(log(2.5) / 3 + 2 / 3 * log(0.5 / 0.8))


def test_with_nothing_resolved_it_says_so(crux: Crux, tmp_path: Path) -> None:
    from crux_builders import folder

    ran = crux.on(folder(tmp_path / "debate", argued()), tmp_path / "new.sqlite")("scoreboard")
    assert (ran.code, ran.err) == (0, "")
    assert "nothing has resolved yet: no score and no evidence" in ran.out


@pytest.mark.parametrize("dark", [False, True])
def test_the_chart_is_1200_by_675_and_says_the_same_in_words(crux: Crux, lived: Path, dark: bool) -> None:
    path = crux.path / "board.png"
    ran = run(crux, lived, "--chart", path, *(["--dark"] if dark else []))
    assert ran.code == 0
    raw = path.read_bytes()
    assert (int.from_bytes(raw[16:20], "big"), int.from_bytes(raw[20:24], "big")) == (1200, 675)
    words = path.with_suffix(".txt").read_text()
    assert words == "Axis R: +1.10 nats from resolved markets, leans +. Axis G: nothing resolved.\n"


async def test_the_chart_marks_ln_2_ln_5_and_ln_20_and_its_bars_are_the_totals(tmp_path: Path) -> None:
    async with living(tmp_path, argued()) as world:
        await resolved(world)
        found = standing(world.store, world.loaded).frozen
    with charts._lock:
        (axes,) = draw(found, "A title", charts.LIGHT).axes
    marks = sorted({round(line.get_xdata()[0], 9) for line in axes.get_lines()})
    bounds = [round(log(n), 9) for n in (2, 5, 20)]
    assert marks == [*(-bound for bound in reversed(bounds)), 0, *bounds]
    assert [patch.get_width() for patch in axes.patches] == [pytest.approx(log(3))]
    assert alt_text(found).startswith("Axis R: +1.10 nats")
    assert png(found, "A title")[:8] == b"\x89PNG\r\n\x1a\n"


async def test_while_nothing_has_resolved_it_is_said_what_is_awaited_and_no_table_is_empty(
    tmp_path: Path, crux: Crux
) -> None:
    async with living(tmp_path, argued()) as world:
        here = crux.on(world.folder, world.database)
        closed = here("scoreboard").out
        assert "awaited: of 4 markets none has opened; crux check --ready says what each" in closed
        world.see()
        await world.at(1).open_markets()
        ran = here("scoreboard")
        assert "nothing has resolved yet: no score and no evidence" in ran.out
        assert "awaited: 4 open markets: leader on 2020-03-06 at the latest, the others then or later" in ran.out
        assert "─" not in closed + ran.out, "the rule under the head of a table"
        left = here("scoreboard", "--json").json["awaited"]
    assert [(each["slug"], each["opened"]) for each in left] == [
        ("leader", True), ("reach-85", True), ("reach-95", True), ("when-80", True)
    ]  # fmt: skip


async def test_a_resolved_market_that_nobody_took_a_stand_on_gives_no_empty_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with living(tmp_path, {**argued(), "stances.yaml": "stances: []\n"}) as world:
        await resolved(world)
        tell("A debate", standing(world.store, world.loaded))
    told = capsys.readouterr().out
    assert "nobody's stance is about a market that has resolved: none is scored" in told
    assert "Stance by stance" not in told and "awaited" not in told


def test_a_picture_under_another_ending_is_refused_before_anything_is_written(crux: Crux, lived: Path) -> None:
    ran = run(crux, lived, "--chart", crux.path / "board.txt")
    assert (ran.code, "name it board.png" in ran.err, (crux.path / "board.txt").exists()) == (1, True, False)


def test_a_picture_of_no_axes_says_so_and_not_that_nothing_has_resolved() -> None:
    found = Board((), (), (), (), (), ("over",), (), ())
    (axes,) = draw(found, "A title", charts.LIGHT).axes
    assert "this debate has no axes: see the scores of voices and claims" in [text.get_text() for text in axes.texts]
    assert (axes.get_xlabel(), alt_text(found)) == (
        "W: weighted log likelihood ratio (nats), from even odds",
        "No market speaks on an axis.",
    )


def test_where_markets_have_resolved_that_speak_on_no_axis_it_is_not_said_that_none_has() -> None:
    found = Board((AxisScore("R", None, Evidence()),), (), (), (), (), ("over",), (), ())
    (axes,) = draw(found, "A title", charts.LIGHT).axes
    assert axes.get_xlabel().startswith("no market that has resolved speaks on an axis · W")
