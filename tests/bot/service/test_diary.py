"""Guards: the log tells what happened, one line an act, by names and figures that a person knows; idle runs are not."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from crux_builders import Crux, body, day, harm
from service_builders import Scene, until

from bot.jobs import Job
from bot.review.desk import cards, vote
from bot.review.pausing import pause, resume
from bot.review.people import Actor, issue_code, redeem
from bot.service.diary import Diary
from bot.service.logs import handler_for
from bot.service.timetable import Timetable, by_name
from bot.store import audit
from bot.store.evidence import Given, take_down

REVIEWERS = ("ann", "ben", "cat")
BOARD = "https://sandbox.localhost/creator/"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG, "crux")
    yield caplog


def lines(told: pytest.LogCaptureFixture, *loggers: str, level: int = logging.INFO) -> list[str]:
    """What these loggers said since last asked, from that level on."""
    found = [one.message for one in told.records if one.name in loggers and one.levelno >= level]
    told.clear()
    return found


async def diary(there: Scene) -> Diary:
    made = Diary(there.store, there.service.around.threads)
    await made.catch_up()
    return made


async def proposed(there: Scene) -> None:
    await there.once("collect", "plan", "judge")
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect", "judge")
    await there.at(9).once("collect", "judge")


async def test_looks_tell_what_they_brought_and_what_was_opened_is_told_with_its_address(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    reader = await diary(there)
    await there.once("collect", "plan")
    await reader.catch_up()
    found = lines(told, "crux.record")
    assert set(found[:2]) == {
        "crux looked at board: 2 new rows: base (score 10.0, lab south), one (score 70.5, lab south)",
        "crux looked at labs: 2 new rows: north (country Norway), south (country Chile)",
    }
    assert "1200 mana: create leader: MULTIPLE_CHOICE" in found[2]
    assert "costs 1200 mana, within auto_apply: 2000" in found[3]
    assert f"crux opened reach-85 on Manifold: {BOARD}will-a-row-reach-85, with 200 mana of subsidy" in found
    assert len(found) == 9  # two looks; a plan made, approved, applied; four openings
    there.publisher.how["/board"] = "fails"
    await there.at(1).once("collect")
    there.publisher.how.clear()
    await there.at(2).once("collect")
    there.at(3).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await reader.catch_up()
    assert lines(told, "crux.record") == [
        "crux looked at board in vain: HTTP 500 Internal Server Error",
        "crux looked at board: 1 new row: two (score 88.5, lab north)",
    ]  # and of the look that brought nothing, nothing


async def test_a_resolution_is_told_from_the_verdict_to_its_end_with_market_outcome_and_reason(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    await proposed(there)
    verdicts = lines(told, "crux.verdicts")
    assert any(one.startswith("reach-85: was pending, leaning YES, is now decided YES: ") for one in verdicts), verdicts
    reader = await diary(there)
    for person in ("ann", "ben"):
        seen = next(one for one in cards(there.store) if one.market.slug == "reach-85")
        vote(there.store, seen, person=person, said="approve", because="the board shows it", reviewers=REVIEWERS)
    await there.once("resolve")
    await there.at(12).once("collect", "resolve")
    await reader.catch_up()
    of_reach = [one for one in lines(told, "crux.record") if "reach-85" in one]
    what = "proposal 1 (reach-85 → YES)"
    assert of_reach[:2] == [
        f"ann approved {what}: the board shows it",
        f"ben approved {what}: the board shows it",
    ]
    assert of_reach[-1] == f"crux resolved {what}: resolved on Manifold, read back"
    assert any(one.startswith(f"crux posted the notice to traders of {what}: ") for one in of_reach), of_reach


async def test_a_pause_and_its_end_are_told_at_once_whoever_made_them(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    living = asyncio.create_task(there.service.live())
    await until(lambda: there.service.last_run is not None, "it runs")
    pause(there.store, "ann", "lunch")
    await until(lambda: "ann paused everything: lunch" in told.messages, "told while it runs")
    resume(there.store, "ann")
    there.service.stop.set()
    await living
    assert told.messages.count("ann paused everything: lunch") == told.messages.count("ann ended the pause") == 1


async def test_each_act_is_told_once_and_none_from_before_the_service_began(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    await there.once("collect")
    reader = await diary(there)
    pause(there.store, "ann", "lunch")
    for _ in range(3):
        await asyncio.gather(reader.catch_up(), reader.catch_up())
    assert lines(told, "crux.record") == ["ann paused everything: lunch"]


async def test_a_run_with_nothing_to_do_is_told_at_debug_alone_and_a_failure_once(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    async def idle() -> dict[str, object]:
        return {"open": 4, "due": 0}

    async def broken() -> dict[str, object]:
        raise RuntimeError("nobody foresaw this")

    ran: list[str] = []
    jobs = by_name([Job("judge", 3600, idle, 60), Job("plan", 3600, broken, 60)])
    table = Timetable(there.store, there.service.around.threads, jobs, seen=lambda job, *_: ran.append(job))
    table.start()
    await until(lambda: len(ran) == 2, "both ran")
    await table.close(5)
    of_jobs = ("crux.timetable", "crux.jobs")
    assert [one.message for one in told.records if one.name in of_jobs and one.levelno == logging.INFO] == []
    (fault,) = [one.message for one in told.records if one.name in of_jobs and one.levelno > logging.INFO]
    assert fault.startswith("job plan failed by a fault of Crux, reference ")
    assert "job judge: nothing to do" in told.messages


def test_an_act_is_a_sentence_in_text_and_its_parts_in_json_and_hides_secrets_in_both() -> None:
    about = {"by": "ann", "act": "approve", "market": "reach-85", "because": "my s3cr3t-token", "outcome": None}
    found = {}
    for form in ("text", "json"):
        stream = io.StringIO()
        logger = logging.getLogger(f"a.diary.{form}")
        logger.propagate, logger.handlers[:] = False, [handler_for(["s3cr3t-token"], form, stream)]
        logger.warning("ann approved proposal 1 (reach-85 → YES): my s3cr3t-token\x1b[2J", extra={"about": about})
        found[form] = stream.getvalue()
    assert found["text"].partition(" ")[2] == (
        "warning a.diary.text: ann approved proposal 1 (reach-85 → YES): my [hidden]�[2J\n"
    )
    row = json.loads(found["json"])
    assert (row["by"], row["market"], row["because"], "outcome" in row) == ("ann", "reach-85", "my [hidden]", False)
    assert row["level"] == "warning"


async def test_crux_log_tells_the_record_in_words_of_all_or_of_one_market(there: Scene, crux: Crux) -> None:
    await proposed(there)
    seen = cards(there.store)[0]
    vote(there.store, seen, person="cat", said="dispute", because="look again", reviewers=REVIEWERS)
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    shown = (await asyncio.to_thread(crux, "log", "reach-85")).out.splitlines()
    assert [one[20:].partition(":")[0] for one in shown] == [
        "crux opened reach-85 on Manifold",
        "crux proposed reach-85 → YES (proposal 1)",
        "cat disputed proposal 1 (reach-85 → YES)",
    ]
    assert shown[-1].startswith("2020-01-15 00:00:00 cat disputed ")
    rows = (await asyncio.to_thread(crux, "log", "--all", "--limit", "1000", "--json")).json
    with there.store.reading() as connection:
        assert [row["row"] for row in rows] == [act.id for act in audit.acts(connection)]
    assert (rows[-1]["by"], rows[-1]["market"], rows[-1]["outcome"], rows[-1]["because"]) == (
        "cat", "reach-85", "YES", "look again",
    )  # fmt: skip


async def test_every_act_of_a_whole_life_has_words_of_its_own(there: Scene) -> None:
    """None is told by its bare names: a new kind of act is given words where it is made."""
    from bot.store.acts_told import lately

    await proposed(there)
    for person, said in (("ann", "ask"), ("ann", "dispute")):
        vote(there.store, cards(there.store)[0], person=person, said=said, because="why?", reviewers=REVIEWERS)
    there.clock.at = day(9) + timedelta(hours=2)
    pause(there.store, "ann", "lunch")
    with there.store.reading() as connection:
        bare = [one.words for one in lately(connection, 1000, steps=True) if one.words.startswith(one.act.act + " ")]
    assert bare == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("outcome", "5"), ("outcome", "no JSON"), ("outcome", "{}"), ("verdict", "{}"), ("created_at", 10**18)],
)
async def test_an_act_that_cannot_be_told_keeps_no_other_from_the_log(
    there: Scene, crux: Crux, told: pytest.LogCaptureFixture, column: str, value: object
) -> None:
    reader = await diary(there)
    await proposed(there)
    harm(there.path / "crux.sqlite", "proposals", (f"UPDATE proposals SET {column} = ? WHERE id = 1", (value,)))
    await reader.catch_up()
    pause(there.store, "ann", "lunch")
    await reader.catch_up()
    found = lines(told, "crux.record", "crux.jobs")
    assert "crux propose proposal 1 (what that was cannot be read: `crux verify`)" in found
    assert any("proposed when-80 → " in one for one in found)
    assert found[-1] == "ann paused everything: lunch"
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    shown = await asyncio.to_thread(crux, "log")
    assert (shown.code, shown.err) == (0, "")
    assert "crux propose proposal 1 (what that was cannot be read: `crux verify`)" in shown.out


async def test_an_act_whose_own_text_cannot_be_read_is_told_by_its_bare_names(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    reader = await diary(there)
    pause(there.store, "ann", "lunch")
    harm(there.path / "crux.sqlite", "audit", ("UPDATE audit SET payload = ? WHERE actor = 'ann'", ("[",)))
    resume(there.store, "ann")
    await reader.catch_up()
    assert lines(told, "crux.record") == [
        "ann switch switch pause (what that was cannot be read: `crux verify`)",
        "ann ended the pause",
    ]


def paused_behind_an_unread_look(there: Scene) -> None:
    """A new body is kept, nobody has read it yet, and ann pauses everything."""
    source = there.service.around.loaded().sources["board"]
    with there.store.transaction() as connection:
        take_down(connection, there.store, source, Given(body({"new": ("1.0", "north")}), there.clock.at), "fetch")
    pause(there.store, "ann", "lunch")


async def test_at_the_end_acts_behind_a_look_that_was_not_read_yet_are_told_all_the_same(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    await there.once("collect")
    reader = await diary(there)
    paused_behind_an_unread_look(there)
    await reader.catch_up()
    assert lines(told, "crux.record") == []
    await reader.catch_up(ending=True)
    assert lines(told, "crux.record") == ["crux looked at board: it has changed", "ann paused everything: lunch"]


async def test_a_look_that_is_not_read_holds_up_what_came_after_it_for_half_a_minute_and_no_longer(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    await there.once("collect")
    reader = await diary(there)
    paused_behind_an_unread_look(there)
    there.clock.at += timedelta(seconds=30)
    await reader.catch_up()
    assert lines(told, "crux.record") == []
    there.clock.at += timedelta(seconds=1)
    await reader.catch_up()
    assert lines(told, "crux.record") == ["crux looked at board: it has changed", "ann paused everything: lunch"]


async def test_a_service_that_ends_tells_what_stands_behind_a_look_that_nobody_reads_any_more(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    await there.once("collect")
    living = asyncio.create_task(there.service.live())
    await until(lambda: there.service.last_run is not None and not there.service.timetable.running, "it is idle")
    paused_behind_an_unread_look(there)
    there.service.stop.set()
    await living
    told_last = lines(told, "crux.record")[-2:]
    assert told_last == ["crux looked at board: it has changed", "ann paused everything: lunch"]


async def test_a_look_with_many_news_tells_two_of_them_and_how_many_more(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    await there.once("collect")
    reader = await diary(there)
    there.at(1).publisher.rows |= {f"row{number}": (f"{number}.5", "north") for number in range(7)}
    await there.once("collect")
    await reader.catch_up()
    assert lines(told, "crux.record") == [
        "crux looked at board: 7 new rows: row0 (score 0.5, lab north), row1 (score 1.5, lab north) and 5 more"
    ]


async def test_a_look_tells_the_figure_that_changed_from_what_to_what_and_the_row_that_is_gone(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    there.publisher.rows |= {"two": ("70.54182739105562", "north"), "old": ("5.0", "west")}
    await there.once("collect")
    reader = await diary(there)
    there.at(1).publisher.rows["two"] = ("88.49182739105591", "north")
    await there.once("collect")
    there.at(2).publisher.rows["two"] = ("88.49182739105583", "north-lab")
    del there.publisher.rows["old"]
    await there.once("collect")
    await reader.catch_up()
    assert lines(told, "crux.record") == [
        "crux looked at board: 1 row changed: two (score 70.54 → 88.49)",
        "crux looked at board: 1 row changed: two (score 88.4918273910559 → 88.4918273910558, lab north → north-lab); "
        "1 row is gone: old",
    ]


async def test_crux_log_of_a_market_that_nobody_knows_is_refused_with_the_nearest_name(
    there: Scene, crux: Crux
) -> None:
    await there.once("collect", "plan")
    there.edit("markets/reach-99.yaml", (there.path / "debate/markets/reach-95.yaml").read_text())
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    ran = await asyncio.to_thread(crux, "log", "leadr")
    assert (ran.code, ran.out) == (1, "")
    assert "there is no market 'leadr' here; crux status names all; did you mean 'leader'?" in ran.err
    defined = await asyncio.to_thread(crux, "log", "reach-99")
    assert (defined.code, defined.out) == (0, "nothing has been done to reach-99 yet\n")


async def test_the_log_tells_times_to_the_minute_people_by_their_names_and_figures_no_longer_than_it_takes(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    await there.once("collect", "plan")
    there.at(5).publisher.rows["two"] = ("88.49182739105591", "north")
    await there.once("collect", "judge")
    reader = await diary(there)
    code = issue_code(there.store, "small", "ann", "discord")
    redeem(there.store, "small", Actor("discord", "1573726485536047104", "annie"), code)
    lines(told)
    await there.at(9).once("collect", "judge")
    verdicts = lines(told, "crux.verdicts")
    for person in ("ann", "ben"):
        seen = next(one for one in cards(there.store) if one.market.slug == "when-80")
        vote(there.store, seen, person=person, said="approve", because="0.123456789 it is", reviewers=REVIEWERS)
    await there.once("resolve")
    await reader.catch_up()
    true = "True from 2020-01-11 00:00 UTC: the largest score among the rows of board was 88.49%, against"
    assert f"reach-85: was pending, leaning YES, is now decided YES: {true} 85%" in verdicts
    said = lines(told, "crux.record")
    assert "annie on Discord is ann from now on" in said
    what = "proposal 2 (when-80 → before 2020-02-05)"
    assert f"crux proposed when-80 → before 2020-02-05 (proposal 2): {true} 80%" in said
    assert f"ann approved {what}: 0.123456789 it is" in said
    assert f"ben gave the last approval that was missing to {what}" in said
    until = "enough have agreed; traders may object until 2020-01-17 00:00 UTC"
    assert f"crux posted the notice to traders of {what}: {until}" in said


async def test_a_revision_that_turns_a_market_is_told_with_each_figure_that_it_was_and_is(
    there: Scene, told: pytest.LogCaptureFixture
) -> None:
    await there.once("collect", "plan")
    there.at(5).publisher.rows["two"] = ("88.49182739105591", "north")
    await there.once("collect", "judge")
    reader = await diary(there)
    there.at(6).publisher.rows["two"] = ("62.0", "north")
    await there.once("collect", "judge")
    await reader.catch_up()
    assert "crux found that a revision turns leader from North to South: board: two, score was 88.49, is 62.0" in lines(
        told, "crux.record", level=logging.WARNING
    )
