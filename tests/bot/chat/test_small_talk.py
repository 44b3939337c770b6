"""Guards: nobody who refuses to be kept is kept; thanks are thanks; what is no matter of ours is said to be so."""

from __future__ import annotations

import pytest
from asking_builders import asked, said_to
from crux_builders import World

from bot.chat.small_talk import permits
from bot.chat.spelling import evened, marked
from bot.chat.store_tools import StoreTools
from bot.chat.wording import read, respoken


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
def test_who_refuses_to_be_kept_is_kept_no_more_however_it_is_put(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said)
    assert (told.intent, told.keep) == ("keeping", False)


@pytest.mark.parametrize("said", ["you may keep my messages again", "you can log me again", "keep my messages again"])
def test_leave_to_be_kept_is_taken_only_where_nothing_refuses_it(predictors: StoreTools, said: str) -> None:
    assert said_to(predictors, said).keep is True
    assert said_to(predictors, f"no, not that: {said}").keep is not True


@pytest.mark.parametrize("said", ["do you keep my messages?", "are my messages kept?", "what do you store about me"])
def test_who_asks_what_is_kept_changes_nothing_by_it(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said)
    assert (told.intent, told.keep) == ("keeping", None)


@pytest.mark.parametrize("said", ["thank you, very useful!", "thanks, this was really informative", "much appreciated"])
def test_thanks_with_a_word_more_are_thanks_still(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said)
    assert (told.intent, told.lines) == ("social", ("You're welcome.",))


async def test_thanks_before_a_question_do_not_hide_it(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    assert asked(world, "thank you, and how close is reach-85?").intent == "value"


@pytest.mark.parametrize(
    "said", ["17*23", "what is 17 * 23?", "2+2", "change my nickname", "can you change your avatar"]
)
def test_sums_and_settings_of_the_server_are_no_matter_of_ours(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said)
    assert (told.intent, told.slug, told.offers) == ("unknown", None, ())


LEAVE = (
    "you may keep my sentences",
    "ok you may keep what I write",
    "fine, you can save my questions again",
    "keep my sentences",
    "I changed my mind, keep my messages",
    "I allow you to store what I say",
    "opt me back in",
    "go ahead and keep my messages",
    "fine, go ahead, you can keep my messages",
)
REFUSING = (
    "not",
    "never",
    "no",
    "don't think",
    "nobody said",
    "unless I say so",
    "I doubt that",
    "who said that",
    "as if",
    "over my dead body",
    "stop saying",
    "lol",
)


@pytest.mark.parametrize("said", LEAVE)
def test_plain_leave_to_keep_what_is_written_is_taken(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said)
    assert (told.intent, told.keep) == ("keeping", True)
    assert told.lines[0].startswith("From now on I may keep sentences of yours")


@pytest.mark.parametrize("said", LEAVE)
def test_any_word_besides_keeps_leave_from_being_taken(predictors: StoreTools, said: str) -> None:
    for word in REFUSING:
        for told in (f"{word} {said}", f"{said} {word}", f"{word}, {said}", f"{said}, {word}"):
            assert not permits(respoken(read(marked(told)), evened), asking=False), told
    assert said_to(predictors, f"I never said {said}").keep is not True


@pytest.mark.parametrize(
    "said",
    [
        "keep the question",
        "save the original text",
        "store these lines",
        "keep my sister's messages",
        "you can keep the market text",
        "you may keep my last message",
        "keep what I said",
        "you could keep my messages",
        "crux can store my messages",
        "so you can store everything I say",
        "but you can log what I type",
        "you can scarcely keep my messages",
        "you may illegally keep my messages",
        "you once could save my questions",
        "remember me again",
        "track the question again",
        "you can remember what I asked",
        "opt in",
    ],
)
def test_what_speaks_of_other_texts_or_states_what_can_be_is_no_leave(predictors: StoreTools, said: str) -> None:
    assert said_to(predictors, said).keep is not True


@pytest.mark.parametrize("word", ["go ahead and", "i changed my mind", "if you like to", "ok then", "all right so now"])
def test_however_often_a_word_before_leave_is_repeated_it_is_read_at_once(predictors: StoreTools, word: str) -> None:
    assert said_to(predictors, f"{word} " * 200).keep is None


@pytest.mark.parametrize("said", LEAVE)
def test_leave_that_is_asked_about_is_not_given(predictors: StoreTools, said: str) -> None:
    for told in (f"{said}?", f"{said}？", f"~~{said}~~", f"> {said}", f"```{said}```"):
        assert said_to(predictors, told).keep is None, told


def test_who_asks_about_privacy_is_told_what_is_kept_and_changes_nothing(predictors: StoreTools) -> None:
    told = said_to(predictors, "privacy policy")
    assert (told.intent, told.keep) == ("keeping", None)
    assert told.lines[0].startswith("I keep only sentences that I did not understand")
