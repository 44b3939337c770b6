"""Panels through the store and the commands: declared by the market, answered by an import, asked for until then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from crux_builders import BASE, START, Crux, World, body, folder, living, verified

from bot.collecting import look_at_all
from bot.judging import asked, judge_all
from bot.store import by_source, record
from markets.load import load_debate
from resolvers.fetch import Limits
from resolvers.outcome import No, Yes

QUESTION = "Was the row's system built without reward?"
STRUCK = f"""\
question: Will a system built without reward reach 60%?
opens: {BASE:%Y-%m-%d}
closes: 2020-03-06
subsidy: 200
rows:
  good: {{from: board, where: {{score: present}}}}
values:
  built:
    max: score
    of: good
    panel:
      question: {QUESTION}
      limbs: {{data: Its maker says what it was trained on., free: No reward is named among it.}}
      seats: 5
      agree: 4
      for: 20 days
resolve:
  yes: built >= 60%
fine_print: |
  Rows shown from 2020-01-06 on and before 2020-03-06 count, at 60% or more, if 4 of 5 people agree within 20 days.
"""
FILES = {"markets/reward-free-60.yaml": STRUCK}
LIMITS = Limits(private_ok=True, attempts=1, total_s=20)


def answers(**said: str) -> bytes:
    rows = [{"key": key, "limbs": {"data": "yes", "free": text}, "votes": "4 of 5"} for key, text in said.items()]
    return json.dumps({"question": QUESTION, "answers": rows}).encode()


@pytest.fixture
def panel(tmp_path: Path) -> str:
    """The id of the panel's source."""
    [name] = [name for name in load_debate(folder(tmp_path / "peek", FILES)).sources if name.startswith("panel.")]
    return name


def test_a_market_declares_its_panel_as_a_source(tmp_path: Path, panel: str) -> None:
    loaded = load_debate(folder(tmp_path / "debate", FILES))
    assert not [fault for fault in loaded.faults if fault.level == "error"], loaded.faults
    spec = loaded.markets["reward-free-60"]
    assert [source.id for source in spec.sources] == ["board", panel]
    assert loaded.sources[panel].fetch.file == f"panels/{panel.removeprefix('panel.')}.json"
    assert panel in json.loads(spec.frozen())["reads"]


def test_the_description_has_the_question_the_limbs_and_the_seats(tmp_path: Path, panel: str) -> None:
    text = load_debate(folder(tmp_path / "debate", FILES)).markets["reward-free-60"].description
    assert f"a panel answers yes to “{QUESTION}”" in text
    assert "data: Its maker says what it was trained on; free: No reward is named among it" in text
    assert "5 seats; 4 of 5 must agree within 20 days" in text


async def judged(world: World, number: float) -> Any:
    at = world.at(number).clock.at
    return judge_all(world.store, asked(world.store, world.loaded, ["reward-free-60"]), at).verdicts[0]


async def test_the_last_answer_changes_the_verdict_and_its_snapshot_is_cited(tmp_path: Path, panel: str) -> None:
    async with living(tmp_path / "lived", FILES) as world:
        source = world.loaded.sources[panel]
        for number in range(0, 64, 3):
            world.at(number).see(**START)
            if number == 12:
                some = record(world.store, source, answers(base="no"), seen_at=world.clock.at, via="import")
                waiting = await judged(world, 12)
                kept = await judged(world, 12)
            if number == 21:
                last = record(world.store, source, answers(base="no", one="yes"), seen_at=world.clock.at, via="import")
        found = await judged(world, 63)
        again = await judged(world, 63)
    assert (some.state, last.state) == ("good", "good")
    assert kept == waiting
    assert (waiting.state, [ask.keys for ask in waiting.asks]) == ("pending", [("one",)])
    assert (found.state, found.outcome, again) == ("decided", Yes(), found)
    assert {(cite.snapshot, cite.text) for cite in found.citations() if cite.source == panel} == {
        (last.snapshot, "yes"), (last.snapshot, "4 of 5"),
    }  # fmt: skip


async def test_a_no_to_every_row_decides_no(tmp_path: Path, panel: str) -> None:
    async with living(tmp_path / "lived", FILES) as world:
        for number in range(0, 66, 3):
            world.at(number).see(**START)
        said = record(world.store, world.loaded.sources[panel], answers(base="no", one="no"),
                      seen_at=world.clock.at, via="import")  # fmt: skip
        found = await judged(world, 65)
    assert (said.state, found.state, found.outcome) == ("good", "decided", No())


async def test_a_panel_that_nobody_has_answered_is_no_failed_look(tmp_path: Path, panel: str) -> None:
    async with living(tmp_path / "lived", FILES) as world:
        source = world.loaded.sources[panel]
        none = await look_at_all(None, world.store, [source], base=world.folder, limits=LIMITS, sleep=world.clock.sleep)  # type: ignore[arg-type]
        assert (none, by_source(world.store).get(panel)) == ([], None)
        (world.folder / "panels").mkdir()
        (world.folder / str(source.fetch.file)).write_bytes(answers(one="yes"))
        [(_, came)] = await look_at_all(
            None, world.store, [source], base=world.folder, limits=LIMITS, sleep=world.clock.sleep  # type: ignore[arg-type]
        )  # fmt: skip
        assert (came.state, came.new_observations) == ("good", 1)


def test_the_commands_show_who_is_asked_and_take_the_answers(crux: Crux, tmp_path: Path, panel: str) -> None:
    here = crux.on(folder(tmp_path / "debate", FILES), tmp_path / "crux.sqlite")
    board, told = tmp_path / "board.csv", tmp_path / "answers.json"
    board.write_bytes(body(START))
    told.write_bytes(answers(base="no", one="yes"))
    assert here("import", "board", board, "--seen-at", "2020-01-07").code == 0
    asks = here("verdict", "reward-free-60", "--as-of", "2020-01-08")
    assert f"asks {panel}, 4 of 5: “{QUESTION}” of base, one" in asks.out
    document: Mapping[str, Any] = here("verdict", "reward-free-60", "--as-of", "2020-01-08", "--json").json[0]
    assert [(ask["source"], ask["keys"]) for ask in document["asks"]] == [(panel, ["base", "one"])]
    assert here("import", panel, told, "--seen-at", "2020-01-08").code == 0
    assert here("verdict", "reward-free-60", "--as-of", "2020-01-08T12:00Z", "--json").json[0].get("asks") is None
    assert panel in here("sources").out
    assert verified(tmp_path / "crux.sqlite").bodies == ()


def test_the_sources_name_a_panel_by_its_market_and_its_question(crux: Crux, tmp_path: Path, panel: str) -> None:
    here = crux.on(folder(tmp_path / "debate", FILES), tmp_path / "crux.sqlite")
    (row,) = [row for row in here("sources", "--json").json if row["panel"] is not None]
    assert (row["id"], row["panel"]) == (panel, {"question": QUESTION, "markets": ["reward-free-60"]})
    table = " ".join(here("sources").out.partition("Panels")[2].split())
    assert f"reward-free-60 {QUESTION.partition(' reward')[0]}" in table and "not answered yet" in table
    twice = json.loads(answers(one="yes"))
    (tmp_path / "answers.json").write_text(json.dumps(twice | {"answers": twice["answers"] * 2}), encoding="utf-8")
    assert here("import", panel, tmp_path / "answers.json", "--seen-at", "2020-01-08").code == 0
    last = here("sources").out.rstrip().splitlines()[-1]
    assert last.startswith(f"the panel of reward-free-60, “{QUESTION}”: duplicate-key: one: "), last
