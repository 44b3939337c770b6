"""Guards: asked how it stood, an answer is judged as of then, says so, and knows nothing that was seen later."""

from __future__ import annotations

from decimal import Decimal

import pytest
from asking_builders import asked, tools_of
from crux_builders import World, day

from bot.chat.looking_back import NOW
from bot.discord.errors import SafeItem
from bot.discord.talk_buttons import view_of_reply
from bot.store import markets, prices


async def test_how_close_it_was_is_told_by_what_had_been_seen_by_then(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    world.at(9).see(south=("84.0", "x"))
    world.at(12)
    told = asked(world, "how close was reach-85 on 10 January?")
    assert (told.intent, told.slug, told.chart) == ("value", "reach-85", None)
    assert told.lines[0] == "As of 2020-01-10 23:59 UTC, before it opened, by what had been seen by then:"
    assert told.lines[1].endswith("71% (south in board, seen 2020-01-07), against 85%: 14 points short.")
    assert "84%" in asked(world, "how close is reach-85?").lines[0]


async def test_a_day_on_which_nothing_had_been_seen_is_said_to_be_unknown(world: World) -> None:
    world.at(5).see(south=("71.0", "x"))
    told = asked(world, "how close was reach-85 on 7 January?")
    assert told.lines[1].startswith("I don't know, because ")


async def test_the_price_of_a_day_is_that_of_the_day_and_no_price_is_rounded_to_certainty(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    with world.store.transaction() as connection:
        market = markets.find(connection, "small", "reach-85")
        assert market is not None
        for number, share in ((3, "0.4"), (6, "0.996")):
            shares = {"YES": Decimal(share), "NO": 1 - Decimal(share)}
            prices.keep(connection, [prices.Sample(market.id, day(number), shares, Decimal(200))])
    world.at(12)
    assert asked(world, "what was the price of reach-85 on 10 January?").lines[1] == (
        "Manifold had it at NO 60%, YES 40% on 2020-01-09 00:00 UTC."
    )
    now = asked(world, "what is the price of reach-85?").lines
    assert now == ("Manifold had it at YES over 99%, NO under 1% on 2020-01-12 00:00 UTC.",)


async def test_the_evidence_of_a_day_is_that_of_the_day(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    world.at(9).see(south=("84.0", "x"))
    world.at(12)
    told = asked(world, "what did the evidence show for reach-85 on 10 January?")
    assert told.intent == "evidence"
    assert any("71" in line for line in told.lines) and not any("84" in line for line in told.lines)
    assert told.offers == ()


async def test_a_resolved_market_is_told_of_a_day_before_as_it_stood_then(world: World) -> None:
    await world.agreed()
    world.at(12).see()
    assert "resolved" in [one.did for one in await world.carry_on()]
    assert asked(world, "how close is reach-85?").lines[-1].startswith("Resolved YES")
    told = asked(world, "what would reach-85 have said on 8 January?")
    assert told.lines[0].startswith("As of 2020-01-08 23:59 UTC, by what")
    assert not any("Resolved" in line for line in told.lines)
    decided = asked(world, "how close was reach-85 on 16 January?")
    assert any("By the rule it was YES" in line for line in decided.lines), decided.lines


async def test_what_came_onto_the_record_later_is_told_apart_from_what_had_been_seen(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.at(9).see()
    world.back_fill(5, two=("88.5", "north"))
    world.at(10)
    told = asked(world, "what would reach-85 have said on 14 January?")
    assert "88.5%" in told.lines[1], told.lines
    assert told.lines[-1].startswith("By what stood on our own record by then it was ")


@pytest.mark.parametrize(
    "said",
    [
        "what was the best score of board on 10 January?",
        "how much mana had been spent on 6 January?",
        "who was ahead on 8 January",
        "which markets were open on 6 January",
        "were there proposals waiting on 6 January",
        "what was the status of board on 8 January",
        "who had to approve reach-85 on 8 January",
    ],
)
async def test_what_is_told_as_it_is_now_is_not_passed_off_as_of_a_day_gone_by(world: World, said: str) -> None:
    await world.decided()
    world.at(12)
    told = asked(world, said)
    assert told.lines[0] == NOW
    assert told.lines[1:] == asked(world, said.partition(" on ")[0]).lines[:3]


async def test_a_market_that_is_chosen_after_the_question_is_told_of_the_same_day(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    world.at(9).see(south=("84.0", "x"))
    world.at(12)
    said = "how close was the row on 10 January?"
    which = asked(world, said)
    assert (which.slug, which.anew) == (None, True)
    assert which.lines == ("Which of these do you mean? Choose one and I can tell how close it is.",)
    view = view_of_reply(world.store, tools_of(world), which)
    assert view is not None
    assert {each.item.custom_id for each in view.children if isinstance(each, SafeItem)} >= {"m1:which:reach-85"}
    told = asked(world, said, chosen="reach-85")
    assert told.lines[0].startswith("As of 2020-01-10 23:59 UTC")
    assert "71%" in told.lines[1]
