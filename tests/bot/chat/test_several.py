"""Guards: whoever asks several things of one market in one sentence is told each, in the order in which they ask."""

from __future__ import annotations

import pytest
from asking_builders import asked, said_to
from crux_builders import World

from bot.chat.store_tools import StoreTools


@pytest.mark.parametrize(
    ("said", "first", "then"),
    [
        ("what is the price of reach-85 and when does it close?", "price", "when"),
        ("when does reach-85 close and what is its price?", "when", "price"),
        ("reach-85: who decides it? and what does it need?", "reviewers", "needs"),
        ("what changed on reach-85, and why is it not resolved", "changed", "why"),
    ],
)
async def test_two_questions_about_a_market_are_both_answered(world: World, said: str, first: str, then: str) -> None:
    world.see()
    await world.at(1).open_markets()
    alone = {
        "price": asked(world, "what is the price of reach-85?"),
        "when": asked(world, "when does reach-85 close?"),
        "reviewers": asked(world, "who decides reach-85?"),
        "needs": asked(world, "what does reach-85 need?"),
        "changed": asked(world, "what changed on reach-85?"),
        "why": asked(world, "why is reach-85 not resolved?"),
    }
    assert {name: one.intent for name, one in alone.items()} == {name: name for name in alone}
    told = asked(world, said)
    assert (told.slug, told.confident) == ("reach-85", True)
    assert told.lines == (*alone[first].lines[:2], *alone[then].lines[:2])


@pytest.mark.parametrize(
    "said",
    [
        "when does reach-85 close and settle?",
        "does it count that row and column two differ, and is that fair? reach-85",
        "why did reach-85 stall and why is it not resolved?",
    ],
)
async def test_one_question_with_an_and_in_it_is_answered_as_one(world: World, said: str) -> None:
    world.see()
    await world.at(1).open_markets()
    told = asked(world, said)
    assert told.slug == "reach-85"
    assert told.lines[-1] == asked(world, said, chosen="reach-85", wanted=told.intent).lines[-1]


@pytest.mark.parametrize(
    "said",
    [
        "why is reach-85 not resolved and how close is it?",
        "when does reach-85 close and why is it not resolved?",
        "how close is reach-85 and when is it decided?",
    ],
)
async def test_what_both_answers_say_is_said_once(world: World, said: str) -> None:
    await world.agreed()
    told = asked(world, said)
    stands = [line for line in told.lines if line.startswith("By the rule it is YES")]
    assert (told.confident, len(stands), len(told.lines)) == (True, 1, 3)


def test_a_second_question_about_something_else_is_not_answered_of_this_market(predictors: StoreTools) -> None:
    told = said_to(predictors, "when does arc3-85-date close and what is the weather in munich?")
    assert not told.confident or told.lines == said_to(predictors, "when does arc3-85-date close?").lines


def test_of_two_markets_that_are_named_neither_is_taken_surely_and_the_other_is_offered(predictors: StoreTools) -> None:
    told = said_to(predictors, "when does arc3-85-date close and what is the price of osworld2-best-2027?")
    assert (told.slug, told.confident) == ("arc3-85-date", False)
    assert [slug for slug, _ in told.choices] == ["osworld2-best-2027"]
