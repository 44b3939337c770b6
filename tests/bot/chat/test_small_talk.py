"""Guards: nobody who refuses to be kept is kept; thanks are thanks; what is no matter of ours is said to be so."""

from __future__ import annotations

import pytest
from asking_builders import asked
from crux_builders import World


@pytest.mark.parametrize(
    "said",
    [
        "please do not keep my messages",
        "I don't want you to store my messages again",
        "do not keep what I write",
        "do not store my messages",
        "don't ever store my stuff again",
        "i no longer want you to keep what i write",
    ],
)
async def test_who_refuses_to_be_kept_is_kept_no_more_however_it_is_put(world: World, said: str) -> None:
    told = asked(world, said)
    assert (told.intent, told.keep) == ("keeping", False)


@pytest.mark.parametrize("said", ["you may keep my messages again", "you can log me again", "keep my messages again"])
async def test_leave_to_be_kept_is_taken_only_where_nothing_refuses_it(world: World, said: str) -> None:
    assert asked(world, said).keep is True
    assert asked(world, f"no, not that: {said}").keep is not True


@pytest.mark.parametrize("said", ["do you keep my messages?", "are my messages kept?", "what do you store about me"])
async def test_who_asks_what_is_kept_changes_nothing_by_it(world: World, said: str) -> None:
    told = asked(world, said)
    assert (told.intent, told.keep) == ("keeping", None)


@pytest.mark.parametrize("said", ["thank you, very useful!", "thanks, this was really informative", "much appreciated"])
async def test_thanks_with_a_word_more_are_thanks_still(world: World, said: str) -> None:
    told = asked(world, said)
    assert (told.intent, told.lines) == ("social", ("You're welcome.",))


async def test_thanks_before_a_question_do_not_hide_it(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    assert asked(world, "thank you, and how close is reach-85?").intent == "value"


@pytest.mark.parametrize(
    "said", ["17*23", "what is 17 * 23?", "2+2", "change my nickname", "can you change your avatar"]
)
async def test_sums_and_settings_of_the_server_are_no_matter_of_ours(world: World, said: str) -> None:
    told = asked(world, said)
    assert (told.intent, told.slug, told.offers) == ("unknown", None, ())
