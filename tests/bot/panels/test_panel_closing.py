"""When a panel closes: where nothing can change any more, at the end of its time, drawn anew, and never twice."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from crux_builders import verified
from panel_builders import LIMBS, PEOPLE, QUESTION, SLUG, Sitting, debate, market, sitting

from bot.review.panel_words import unvoted
from bot.review.panels import close_due, open_due
from bot.review.reminding import due
from bot.store import audit, open_store, schema
from bot.store.acts_told import lately
from bot.store.panels import get
from resolvers.outcome import No

MIXED = {"data": "yes", "free": "unclear"}


def looks(hall: Sitting) -> list[int]:
    with hall.world.store.reading() as connection:
        at = schema.snapshots.c
        return list(
            connection.execute(schema.snapshots.select().where(at.via == "panel").with_only_columns(at.id)).scalars()
        )


async def test_a_draw_goes_on_while_a_missing_vote_could_still_bring_agreement(hall: Sitting) -> None:
    await hall.tend()
    one, two, three = hall.card.seats
    hall.agree("base", "no")
    hall.vote(one, "one", "yes")
    hall.vote(two, "one", "no")
    assert (await hall.tend(), hall.card.panel.state) == ([], "open")
    assert hall.vote(three, "one", "no").panel.state == "answered"


async def test_one_limb_that_they_agree_is_not_met_answers_no_without_the_others(hall: Sitting) -> None:
    await hall.tend()
    one, two, _ = hall.card.seats
    hall.vote(one, "one", limbs={"data": "yes", "free": "no"})
    hall.vote(two, "one", limbs={"data": "unclear", "free": "no"})
    hall.agree("base", "no")
    [_, answer] = hall.card.answers
    assert (answer.key, answer.said, answer.limbs, answer.votes) == ("one", "no", {"free": "no"}, "2 of 3")
    assert hall.card.panel.state == "answered"


async def test_without_agreement_other_people_are_drawn_and_the_first_votes_stay_hidden(tmp_path: Path) -> None:
    async with sitting(tmp_path, people=(*PEOPLE, "ines"), redraw="1") as hall:
        await hall.tend()
        first = hall.card.seats
        hall.agree("base", "no")
        for person, said in zip(first, ("yes", "no", "unclear"), strict=True):
            hall.vote(person, "one", said)
        assert (hall.card.panel.state, hall.card.panel.until, hall.card.panel.keys) == ("open", None, ("one",))
        assert len(looks(hall)) == 1, "what was agreed on is evidence at once"
        await hall.tend()
        assert set(hall.card.seats) == {*PEOPLE, "ines"} - set(first)
        assert (hall.card.panel.draw, hall.card.votes, hall.card.panel.keys) == (2, (), ("one",))
        with hall.world.store.reading() as connection:
            record = repr(audit.acts(connection, subject="panel 1"))
        assert ("read of base" in record, "read of one" in record) == (True, False)
        closed = hall.agree("one", "no")
        assert (closed.panel.state, len(closed.votes), len(looks(hall))) == ("answered", 7, 2)
        assert [answer.key for answer in closed.answers] == ["base", "one"]
        assert verified(hall.world.database).whole


async def test_where_the_list_has_no_other_people_the_same_are_drawn_again(tmp_path: Path) -> None:
    async with sitting(tmp_path, people=("fred", "gina", "hugo"), redraw="1") as hall:
        await hall.tend()
        hall.later(10)
        await hall.tend()
        panel = hall.card.panel
        assert (panel.draw, sorted(hall.card.seats), panel.state) == (2, ["fred", "gina", "hugo"], "open")


async def test_after_the_last_draw_a_panel_lapses_and_is_not_asked_again(hall: Sitting) -> None:
    await hall.tend()
    for person, said in zip(hall.card.seats, ("yes", "no", "unclear"), strict=True):
        for key in ("base", "one"):
            hall.vote(person, key, said)
    asks = [ask.keys for ask in hall.verdict.asks]
    for _ in range(3):
        await hall.tend()
        hall.later(1)
    assert [(one.state, one.because) for one in hall.panels()] == [
        ("lapsed", "no agreement on base, one; the answer stays open")
    ]
    assert (asks, looks(hall), len(hall.card.votes)) == ([("base", "one")], [], 6)


async def test_a_draw_whose_time_is_over_counts_the_votes_it_has(hall: Sitting) -> None:
    await hall.tend()
    until = hall.card.panel.until
    hall.agree("one", "no")
    hall.vote(hall.card.seats[0], "base", "no")
    assert until is not None
    assert [(one.panel, tuple(one.left), one.until) for one in unvoted(hall.world.store, "small")] == [
        (1, hall.card.seats[1:], until)
    ]
    hall.later(9.99)
    assert await hall.tend() == []
    hall.world.clock.at = until
    [closed] = await hall.tend()
    assert (closed.panel.state, [answer.key for answer in closed.answers]) == ("answered", ["one"])
    assert closed.panel.because == "one: no, 2 of 3; no agreement on base; the answer stays open"
    assert unvoted(hall.world.store, "small") == []


async def test_a_reminder_names_the_seats_that_have_not_voted_and_nobody_who_has(hall: Sitting) -> None:
    await hall.tend()
    until, world = hall.card.panel.until, hall.world
    assert until is not None
    for key in ("base", "one"):
        hall.vote(hall.card.seats[0], key, "no")
    halfway = hall.card.panel.opened_at + (until - hall.card.panel.opened_at) * 0.6
    found = [one for one in due(world.store, world.loaded, halfway) if one.panel is not None]
    assert [(one.key, one.people) for one in found] == [("panel/1/1/half", tuple(hall.card.seats[1:]))]


async def test_a_reminder_of_a_new_draw_counts_from_that_draw_and_not_from_the_opening(tmp_path: Path) -> None:
    async with sitting(tmp_path, redraw="1") as hall:
        await hall.tend()
        hall.later(10.5)
        await hall.tend()
        [waiting] = unvoted(hall.world.store, "small")
        assert (hall.card.panel.draw, waiting.since) == (2, hall.world.clock.at)
        at_once = due(hall.world.store, hall.world.loaded, hall.world.clock.at)
        assert [one.key for one in at_once if one.panel is not None] == []


@pytest.mark.parametrize("default", ["no", "unknown"])
async def test_the_default_is_the_rules_own_and_no_snapshot_says_it(tmp_path: Path, default: str) -> None:
    async with sitting(tmp_path, default=default) as hall:
        await hall.tend()
        hall.later(11)
        [closed] = await hall.tend()
        assert (closed.panel.state, looks(hall)) == ("lapsed", [])
        said = "the rule takes no for it" if default == "no" else "the answer stays open"
        assert closed.panel.because == f"no agreement on base, one; {said}"
        hall.later(66)
        verdict = hall.verdict
        assert (verdict.state, verdict.outcome) == (("decided", No()) if default == "no" else ("unknown", None))


async def test_a_row_with_a_default_is_asked_about_no_longer_than_the_rule_counts_answers(tmp_path: Path) -> None:
    """Seen on day 0 with 10 days for an answer and opened on day 3: seven days are left, less an hour for counting."""
    async with sitting(tmp_path, default="no") as hall:
        await hall.tend()
        panel = hall.card.panel
        assert panel.last == hall.world.clock.at + timedelta(days=7)
        assert panel.until == panel.last - timedelta(hours=1)


async def test_a_panel_that_no_market_asks_any_more_is_withdrawn_and_its_votes_are_shown(hall: Sitting) -> None:
    await hall.tend()
    hall.vote(hall.card.seats[0], "one", limbs=MIXED)
    hall.later(1)
    hall.world.rows = {"base": ("10.0", "south"), "one": ("20.0", "south")}
    gone = [one.model_copy(update={"asks": ()}) for one in hall.verdicts()]
    hall.verdicts = lambda: gone  # type: ignore[method-assign]
    await hall.tend()
    assert (hall.card.panel.state, hall.card.panel.because) == ("withdrawn", "no market asks this any more")
    assert [vote.limbs for vote in hall.card.votes] == [MIXED]
    assert (looks(hall), verified(hall.world.database).whole) == ([], True)


async def test_a_verdict_from_before_the_answer_opens_nothing(hall: Sitting) -> None:
    await hall.tend()
    stale = hall.verdicts()
    for key in ("base", "one"):
        hall.agree(key)
    assert open_due(hall.world.store, hall.world.loaded, stale) == []


async def test_rows_asked_while_it_is_open_go_to_its_next_draw(tmp_path: Path) -> None:
    async with sitting(tmp_path, redraw="1") as hall:
        await hall.tend()
        hall.later(1).world.see(two=("80.0", "north"))
        await hall.tend()
        assert (len(hall.panels()), hall.card.panel.later, hall.card.draws[0].keys) == (1, ("two",), ("base", "one"))
        hall.agree("base", "no")
        hall.later(10)
        await hall.tend()
        assert (hall.card.panel.keys, hall.card.panel.later, hall.card.panel.draw) == (("one", "two"), (), 2)
        assert [one.key for one in hall.card.pack] == ["base", "one", "two"]


async def test_a_question_that_two_markets_ask_is_one_panel_and_one_answer_serves_both(tmp_path: Path) -> None:
    other = {"markets/reward-free-70.yaml": market({}).replace("60%", "70%"), "debate.yaml": debate()}
    async with sitting(tmp_path, files=other) as hall:

        def verdicts() -> list[object]:
            return hall.world.judge(SLUG, "reward-free-70")

        hall.verdicts = verdicts  # type: ignore[method-assign, assignment]
        await hall.tend()
        assert [market.slug for market in hall.card.markets] == [SLUG, "reward-free-70"]
        assert len(hall.panels()) == 1
        hall.agree("base", "no")
        hall.agree("one")
        hall.later(10)
        assert [(one.state, one.asks) for one in hall.verdicts()] == [("decided", ()), ("decided", ())]


KILLED = """
import os, sys
from datetime import datetime
from bot.review import panel_closing
from bot.review.panel_seating import Look
from bot.review.panels import answer
from bot.store import open_store, panels

database, at, person, point = sys.argv[1:]
when, _, what = point.partition("-")
room, name = (panel_closing, "take_down") if what == "body" else (panels, "end_draw")
act = getattr(room, name)

def dies(*given, **named):
    if when == "after":
        act(*given, **named)
    os._exit(9)

setattr(room, name, dies)
answer(open_store(database, now=lambda: datetime.fromisoformat(at)), 1, person=person, key="one", because="so",
       limbs={"data": "yes", "free": "yes"}, revision=None, looked=Look(False, ""))
"""
"""The last vote in a process of its own, which ends at one point of what follows from it."""


@pytest.mark.parametrize("point", ["before-body", "after-body", "before-end", "after-end"])
async def test_killed_between_the_last_vote_and_its_snapshot_there_is_exactly_one(hall: Sitting, point: str) -> None:
    await hall.tend()
    hall.agree("base", "no")
    one, two, _ = hall.card.seats
    hall.vote(one, "one")
    told = [sys.executable, "-c", KILLED, str(hall.world.database), hall.world.clock.at.isoformat(), two, point]
    done = await asyncio.to_thread(subprocess.run, told, env={**os.environ}, check=False)
    assert (done.returncode, looks(hall), hall.card.panel.state) == (9, [], "open")
    assert (hall.vote(two, "one").panel.state, len(looks(hall))) == ("answered", 1)
    assert verified(hall.world.database).whole


async def test_two_processes_that_close_at_once_make_one_snapshot(hall: Sitting) -> None:
    await hall.tend()
    hall.agree("one", "no")
    hall.later(10)
    other = open_store(hall.world.database, now=hall.world.clock)
    now, loaded = hall.world.clock.at, hall.world.loaded
    both = [asyncio.to_thread(close_due, store, loaded, now) for store in (hall.world.store, other)]
    done = await asyncio.gather(*both)
    other.close()
    assert sorted(len(one) for one in done) == [0, 1]
    assert len(looks(hall)) == 1


async def test_a_panels_row_says_which_snapshot_its_answer_is(hall: Sitting) -> None:
    await hall.tend()
    hall.agree("base", "no")
    hall.agree("one")
    with hall.world.store.reading() as connection:
        row = connection.execute(schema.snapshots.select().where(schema.snapshots.c.via == "panel")).one()
        panel = get(connection, 1)
    assert (row.id, row.because, row.source) == (panel.snapshot, "panel 1, draw 1", panel.source)
    assert json.loads(json.dumps(dict.fromkeys(LIMBS, "yes"))) == hall.card.answers[-1].limbs


async def test_the_log_tells_what_a_panel_is_asked_and_answered_by_its_number(hall: Sitting) -> None:
    await hall.tend()
    hall.agree("base", "no")
    hall.agree("one", "no")
    await hall.tend()
    with hall.world.store.reading() as connection:
        told = [one.line for one in lately(connection, 50, steps=True)]
    assert f"crux opened panel 1 on {SLUG}, which is asked about 2 rows: “{QUESTION}”" in told
    answered = [line for line in told if line.startswith("crux took down what panel 1 answered: ")]
    assert len(answered) == 1, told
