"""Votes on a panel: one a person and row, by who is seated and holds nothing, and hidden until they are counted."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crux_builders import Crux
from panel_builders import LIMBS, SLUG, Sitting, sitting

from bot.commands.panels import card_row
from bot.discord.panel_card import render
from bot.review.panel_seating import Look
from bot.review.panel_words import asking_text, closing_text, unvoted
from resolvers.errors import Refusal

SECRET = "Xyzzy: their page names no reward at all"


def refused(hall: Sitting, person: str, key: str = "one", **more: Any) -> str:
    with pytest.raises(Refusal) as told:
        hall.vote(person, key, **more)
    return str(told.value)


def everything(hall: Sitting) -> str:
    """All that anyone is shown, and all tables but the one in which votes wait."""
    cards = [hall.card, hall.again(hall.card.panel.id)]
    shown = [repr(cards), *(json.dumps(card_row(card), default=str) for card in cards), *map(asking_text, cards)]
    shown += [repr(unvoted(hall.world.store, "small")), hall.verdict.model_dump_json()]
    with sqlite3.connect(hall.world.database) as there:
        names = [name for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        shown += [repr(there.execute(f"SELECT * FROM {name}").fetchall()) for name in names if name != "panel_votes"]
    there.close()
    return "\n".join(shown)


async def test_while_a_panel_is_open_no_payload_and_no_record_tells_a_vote(hall: Sitting) -> None:
    await hall.tend()
    first = hall.card.seats[0]
    hall.vote(first, "one", limbs={"data": "unclear", "free": "no"}, because=SECRET)
    after = everything(hall)
    assert (SECRET in after, "unclear" in after) == (False, False)
    assert (hall.card.votes, hall.card.voted, hall.card.left[first]) == ((), (), ("base",))
    hall.vote(first, "base", because=SECRET)
    assert SECRET not in everything(hall)
    assert (hall.card.voted, hall.card.missing, f"{first} (has voted)" in asking_text(hall.card)) == ((first,), 2, True)


async def test_everybody_sees_who_was_asked_when_and_who_has_answered_and_never_how(hall: Sitting, crux: Crux) -> None:
    await hall.tend()
    card = hall.card
    asked = f"{hall.world.clock.at:%Y-%m-%d %H:%M} UTC"
    assert card.asked_at == hall.world.clock.at
    assert f"Drawn by lot {asked}: {', '.join(card.seats)}; 3 to vote." in asking_text(card)
    assert card_row(card)["asked_at"] == hall.world.clock.at
    shown = render(card).embed["description"]
    assert f"Asked <t:{int(hall.world.clock.at.timestamp())}:F>" in shown
    first = card.seats[0]
    for key in ("base", "one"):
        hall.vote(first, key, limbs={"data": "unclear", "free": "no"}, because=SECRET)
    crux.on(hall.world.folder, hall.world.database)
    ran = await asyncio.to_thread(crux, "status")
    others = " and ".join(card.seats[1:])
    until = f"{card.panel.until:%Y-%m-%d %H:%M}"
    line = f"panel {card.panel.id} on {SLUG}: asked {asked[:-4]}, until {until}; {first} has voted, {others} have not"
    assert line in ran.out.splitlines(), ran.out
    told = await asyncio.to_thread(crux, "status", "--json")
    assert [(one["seats"], one["voted"]) for one in told.json["panels"]] == [(list(card.seats), [first])]
    assert (SECRET in ran.out + told.out, "unclear" in ran.out + told.out) == (False, False)


async def test_the_record_has_a_salted_hash_of_a_vote_at_once_and_the_vote_at_closing(hall: Sitting) -> None:
    await hall.tend()
    for key in ("base", "one"):
        hall.agree(key)
    card = hall.card
    with sqlite3.connect(hall.world.database) as there:
        acts = there.execute("SELECT act, payload FROM audit WHERE act LIKE 'panel-%' ORDER BY id").fetchall()
    there.close()
    told = [json.loads(payload) for act, payload in acts if act == "panel-vote"]
    [end] = [json.loads(payload) for act, payload in acts if act == "panel-end"]
    assert [one["commitment"] for one in told] == [vote.commitment for vote in card.votes]
    assert len({vote.salt for vote in card.votes}) == 4
    assert end["votes"] == [{"vote": vote.id, **vote.told()} for vote in card.votes]
    assert not [payload for act, payload in acts if act != "panel-end" and "read of" in payload]


async def test_after_closing_every_vote_is_shown_with_its_reason(hall: Sitting) -> None:
    await hall.tend()
    hall.agree("base", "no")
    hall.agree("one")
    card = hall.card
    assert [(vote.person, vote.key, vote.because) for vote in card.votes] == [
        (person, key, f"{person} read of {key}") for key in ("base", "one") for person in card.seats[:2]
    ]
    text = closing_text(card)
    assert all(f"{person} read of {key}" in text for key in ("base", "one") for person in card.seats[:2])
    assert ", draw" not in text
    again = closing_text(replace(card, draws=(*card.draws, *card.draws)))  # as where seats had to be drawn twice
    assert all(f"- {vote.key}, {vote.person}, draw 1: " in again for vote in card.votes)
    assert json.loads(json.dumps(card_row(card), default=str))["votes"][0]["limbs"] == dict.fromkeys(LIMBS, "no")


async def test_a_person_answers_a_row_once(hall: Sitting) -> None:
    await hall.tend()
    first = hall.card.seats[0]
    hall.vote(first, "one")
    assert refused(hall, first, said="no") == f"{first} has answered 'one' already: one person, one vote"


async def test_only_who_is_seated_answers_and_only_what_is_asked(hall: Sitting) -> None:
    await hall.tend()
    [outside, *_] = sorted({"dora", "emil", "fred", "gina", "hugo"} - set(hall.card.seats))
    first = hall.card.seats[0]
    assert "has no seat on panel 1" in refused(hall, outside)
    assert "does not ask about 'ones'" in refused(hall, first, "ones")
    told = refused(hall, first, limbs={"data": "maybe", "fre": "yes"}, because=" ")
    assert all(part in told for part in ("'fre' is no limb", "free is not answered", "data is 'maybe'", "say why"))


async def test_a_vote_on_what_has_changed_since_it_was_seen_is_refused(hall: Sitting) -> None:
    await hall.tend()
    seen = hall.card
    hall.later(1).world.see(two=("80.0", "north"))
    await hall.tend()
    assert "changed since you looked" in refused(hall, seen.seats[0], revision=seen.panel.revision)
    assert hall.vote(seen.seats[0], "one", revision=hall.card.panel.revision).panel.later == ("two",)


async def test_two_people_who_vote_at_once_both_count_and_the_panel_closes_once(hall: Sitting) -> None:
    await hall.tend()
    seats, revision = hall.card.seats, hall.card.panel.revision
    hall.agree("base", "no")
    votes = [asyncio.to_thread(hall.vote, person, "one", revision=revision) for person in seats[:2]]
    await asyncio.gather(*votes)
    assert (hall.card.panel.state, len(hall.card.votes), hall.card.panel.snapshot is not None) == ("answered", 4, True)
    assert "is answered" in refused(hall, seats[2], revision=revision)


async def test_the_same_press_twice_at_once_is_one_vote(hall: Sitting) -> None:
    await hall.tend()
    first = hall.card.seats[0]
    presses = [asyncio.to_thread(hall.vote, first, "one") for _ in range(2)]
    done = await asyncio.gather(*presses, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["PanelCard", "Refusal"]


async def test_a_vote_after_the_time_of_the_draw_is_refused(hall: Sitting) -> None:
    await hall.tend()
    first = hall.card.seats[0]
    hall.later(10)
    assert "the time of this draw was over" in refused(hall, first)


async def test_who_bought_after_being_seated_may_not_vote(tmp_path: Path) -> None:
    async with sitting(tmp_path, people=("dora", "fred", "gina")) as hall:
        await hall.tend()
        told = {"key": "one", "limbs": dict.fromkeys(LIMBS, "yes"), "because": "so", "revision": None}
        await hall.world.bet("trader1", SLUG)
        hall.world.clock.at = hall.world.clock.at.replace(hour=1)
        with pytest.raises(Refusal, match=f"dora may not vote on panel 1: holds a position in {SLUG}"):
            await hall.asking.vote(1, person="dora", **told)
        assert (await hall.asking.vote(1, person="fred", **told)).left["fred"] == ("base",)


async def test_a_look_at_positions_that_bars_a_person_refuses_the_vote(hall: Sitting) -> None:
    await hall.tend()
    assert "holds" in refused(hall, hall.card.seats[0], looked=Look(True, "holds a position in x"))
