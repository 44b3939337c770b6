"""Who sits on a panel: a draw that anyone can make again, without those who hold a position or made the proposal."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from crux_builders import DEBATE
from hypothesis import given
from hypothesis import strategies as st
from panel_builders import PEOPLE, SLUG, Sitting, sitting

from bot.review.panel_asking import waiting
from bot.review.panel_holding import UNKNOWN
from bot.review.panel_seating import NOT_NEEDED, Look, drawn, lot, misdrawn
from bot.store import proposals
from markets.manifold import Manifold
from resolvers.errors import Outside
from resolvers.rules.panels import Limb, Panel, question_hash

TERMS = Panel.model_validate(
    {"question": "Is it so?", "limbs": [Limb(name="so", text="It is.")], "seats": 3, "agree": 2, "time": "10 days",
     "until": "2020-03-16T00:00:00Z"}
)  # fmt: skip


async def test_the_draw_is_by_a_hash_of_question_draw_and_name(hall: Sitting) -> None:
    await hall.tend()
    terms = hall.card.panel.terms
    question = question_hash(terms.question, {limb.name: limb.text for limb in terms.limbs})
    lots = {name: hashlib.sha256(f"{question}:1:{name}".encode()).hexdigest() for name in PEOPLE}
    by_lot = sorted(PEOPLE, key=lots.__getitem__)
    [draw] = hall.card.draws
    assert [(one.person, one.hash) for one in draw.placed] == [(name, lots[name]) for name in by_lot]
    assert draw.seats == tuple(by_lot[:3])
    assert [one.because for one in draw.placed[3:]] == [NOT_NEEDED] * 2


async def test_nobody_sits_who_holds_a_position_in_a_market_that_asks(tmp_path: Path) -> None:
    async with sitting(tmp_path, people=("dora", "emil", "fred")) as hall:
        await hall.world.bet("trader1", SLUG)
        hall.later(1)
        await hall.tend()
        told = {one.person: (one.seated, one.because) for one in hall.card.draws[0].placed}
    assert told == {
        "dora": (False, f"holds a position in {SLUG}"), "emil": (True, ""), "fred": (True, UNKNOWN),
    }  # fmt: skip


async def test_a_position_in_a_market_that_does_not_ask_keeps_nobody_off(tmp_path: Path) -> None:
    async with sitting(tmp_path, people=("dora", "emil", "fred")) as hall:
        await hall.world.bet("trader1", "reach-85")
        hall.later(1)
        await hall.tend()
        assert sorted(hall.card.seats) == ["dora", "emil", "fred"]


async def test_nobody_sits_who_made_a_proposal_on_a_market_that_asks(hall: Sitting) -> None:
    await hall.tend()
    for key in ("base", "one"):
        hall.agree(key)
    verdict, there = hall.later(10).verdict, hall.world.market(SLUG)
    with hall.world.store.transaction() as connection:
        proposals.propose(
            connection, market=there.id, version=there.version, verdict=verdict, last_snapshot=1,
            at=hall.world.clock.at, actor="gina",
        )  # fmt: skip
        assert waiting(connection, hall.card.panel).proposers == {"gina": f"made proposal 1 on {SLUG}"}


async def test_where_too_few_may_sit_nobody_does_and_it_is_told_once(tmp_path: Path) -> None:
    async with sitting(tmp_path, people=("dora", "emil")) as hall:
        for trader in ("trader1", "trader2"):
            await hall.world.bet(trader, SLUG)
        hall.later(1)
        for _ in range(2):
            await hall.tend()
        panel = hall.card.panel
        assert (panel.state, panel.draw, panel.until, hall.card.seats, panel.revision) == ("open", 0, None, (), 1)
        assert panel.because.startswith("0 of 2 people on the list may sit, and 2 must agree (")
        assert "name more under `panelists:` in debate.yaml" in panel.because


async def test_without_panelists_the_reviewers_sit(tmp_path: Path) -> None:
    async with sitting(tmp_path, files={"debate.yaml": DEBATE}) as hall:
        await hall.tend()
        assert sorted(hall.card.seats) == ["ann", "ben", "cat"]


async def test_nobody_is_seated_while_manifold_cannot_say_what_they_hold(hall: Sitting) -> None:
    async with Manifold("http://127.0.0.1:9", None, sleep=lambda _: asyncio.sleep(0)) as nowhere:
        hall.client = nowhere
        with pytest.raises(Outside, match="nobody can see now whether"):
            await hall.tend()
    assert (hall.card.panel.draw, hall.card.seats) == (0, ())
    hall.client = None
    await hall.tend()
    assert len(hall.card.seats) == 3


@given(people=st.sets(st.text("abc", min_size=1, max_size=4)), barred=st.sets(st.text("abc", min_size=1, max_size=4)),
       sat=st.sets(st.text("abc", min_size=1, max_size=4)), draw=st.integers(1, 9))  # fmt: skip
def test_a_draw_seats_the_first_who_may_and_says_why_of_everybody_else(
    people: set[str], barred: set[str], sat: set[str], draw: int
) -> None:
    async def interests(person: str) -> Look:
        return Look(person in barred, "no" if person in barred else "")

    made = asyncio.run(drawn(TERMS, draw, people, sat, interests))
    may = sorted(people - barred, key=lambda name: (name in sat, lot(TERMS, draw, name), name))
    assert made.seats == tuple(may[:3])
    assert bool(made.short) == (len(may) < 2)
    assert all(one.seated or one.because for one in made.placed)
    assert misdrawn(TERMS, draw, made.placed, sat) is None
    if len(made.placed) > 1:
        assert misdrawn(TERMS, draw, made.placed[::-1], sat) is not None
