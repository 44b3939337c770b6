"""Guards: whoever asks what YES needs is not told what makes it NO, nor the other way round."""

from __future__ import annotations

import pytest
from asking_builders import asked
from crux_builders import World

from bot.chat.sides import side
from bot.chat.spelling import evened, marked
from bot.chat.wording import read, respoken

FOR_YES = (
    "what would it take for reach-85 to break 85%?",
    "what does reach-85 need to get to YES, no tricks",
    "no, I meant what does reach-85 need to resolve YES?",
    "what would it take for reach-85 to not fail?",
    "what would turn reach-85 from no to yes",
    "what does reach-85 need to resolve YES and not NO",
    "what would reach-85 need to no longer be pending",
    "if there is no new row what does reach-85 need",
    "what does no. 1 need for reach-85",
    "what does reach-85 need",
)
FOR_NO = (
    "what would make reach-85 NO?",
    "what would it take for reach-85 to fail?",
    "what would it take for reach-85 not to resolve yes?",
    "what could stop reach-85 from resolving yes?",
    "what must happen so that reach-85 does not resolve YES",
    "what would turn reach-85 from yes to no",
    "what would make the opposite of reach-85 true",
    "yes but what does reach-85 need to be no",
    "what has to happen for NO on reach-85?",
    "how does reach-85 lose?",
    "and for no?",
    "no?",
)
NEITHER = ("what does reach-85 need to resolve N/A?", "what would it take for reach-85 to be yes or no?")


def side_of(said: str) -> str:
    return side(respoken(read(marked(said)), evened), "reach-85")


@pytest.mark.parametrize("said", FOR_YES)
def test_what_yes_needs_is_taken_for_yes(said: str) -> None:
    assert side_of(said) == "yes"


@pytest.mark.parametrize("said", FOR_NO)
def test_what_makes_it_no_is_taken_for_no(said: str) -> None:
    assert side_of(said) == "no"


@pytest.mark.parametrize("said", NEITHER)
def test_what_is_neither_plainly_yes_nor_plainly_no_is_taken_for_both(said: str) -> None:
    assert side_of(said) == "both"


async def test_an_answer_on_needs_is_about_the_side_that_was_asked_for(world: World) -> None:
    world.at(0).see(south=("71.0", "x"))
    world.at(1).see()
    for said in FOR_YES[:3]:
        assert asked(world, said).lines[0].startswith("It needs: "), said
    for said in FOR_NO[:3]:
        assert asked(world, said).lines[0].startswith("NO unless this comes true before "), said


async def test_where_the_side_is_not_plain_both_are_told_and_not_surely(world: World) -> None:
    world.at(0).see(south=("71.0", "x"))
    world.at(1).see()
    told = asked(world, NEITHER[0])
    assert (told.intent, told.slug, told.confident) == ("needs", "reach-85", False)
    assert any(line.startswith("It needs: YES if") for line in told.lines)
    assert any(line.startswith("NO if that does not come true before 2020-03-06") for line in told.lines)


async def test_a_button_reads_no_side_out_of_what_was_said_before(world: World) -> None:
    world.at(0).see(south=("71.0", "x"))
    world.at(1).see()
    said = "what would make the row that will reach NO?"
    told = asked(world, said, chosen="reach-85", wanted="needs")
    assert told == asked(world, "anything else", chosen="reach-85", wanted="needs")
    assert (told.slug, told.lines[0].split(":")[0], told.confident) == ("reach-85", "It needs", True)
