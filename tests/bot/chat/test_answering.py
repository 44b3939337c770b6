"""Guards: an answer gives the figure, its distance, source and day, or says why it does not know."""

from __future__ import annotations

from crux_builders import World
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.answering import answer
from bot.chat.matching import MOST_TYPED, Title, Titles
from bot.chat.replies import Context, Reply
from bot.chat.store_tools import StoreTools, titles_of
from bot.chat.times import moment
from bot.chat.wording import read


def ask(world: World, said: str, **told: object) -> Reply:
    now = world.store.now()
    tools = StoreTools(world.store, world.loaded, now, titles_of(world.loaded))
    return answer(tools, said, Context("asker", now, **told))  # type: ignore[arg-type]  # as the tests spell them


async def test_how_close_is_answered_with_both_sides_the_distance_the_row_and_the_day(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    world.at(2)
    reply = ask(world, "how close is reach-85?")
    assert reply.lines[0].endswith("71% (south in board, seen 2020-01-07), against 85%: 14 points short.")
    assert (reply.slug, reply.intent, reply.chart) == ("reach-85", "value", "reach-85")


async def test_what_was_never_seen_is_not_known_and_says_why(world: World) -> None:
    world.at(2)
    reply = ask(world, "how close is reach-85?")
    assert reply.lines[0].startswith("I don't know, because ")


async def test_what_changed_tells_what_reviewers_said(world: World) -> None:
    await world.decided()
    world.approve()
    assert any("ann approved proposal 1" in line for line in ask(world, "what changed about reach-85?").lines)


async def test_what_it_takes_for_no_is_not_what_it_takes_for_yes(world: World) -> None:
    world.at(0).see(south=("71.0", "x"))
    world.at(1).see()
    told = ask(world, "what would it take for reach-85 to resolve NO?")
    assert told.lines[0].startswith("NO unless this comes true before 2020-03-")
    assert told.lines[1].startswith("Nothing has to happen for that: if nothing new is seen, it is NO on ")
    assert ask(world, "what would it take for reach-85 to resolve YES?").lines[0].startswith("It needs: ")


async def test_a_source_is_asked_about_by_its_name(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    told = ask(world, "is board still live?")
    assert (told.intent, told.lines[0]) == ("status", f"board is live, last seen well {moment(world.store.now())}.")
    assert "reach-85" in told.lines[1]


async def test_a_follow_up_keeps_its_subject_and_turns_with_a_new_one(world: World) -> None:
    world.at(2)
    assert ask(world, "and when do we know?", last_slug="reach-85").slug == "reach-85"
    assert ask(world, "why?", slug="reach-85", proposal=1).slug == "reach-85"


async def test_a_question_without_a_subject_asks_which(world: World) -> None:
    reply = ask(world, "what does it need?")
    assert (reply.slug, reply.confident) == (None, False)


async def test_what_changed_tells_the_figures_that_came_in_within_the_week_and_nothing_older(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    world.at(9).see(south=("84.0", "x"))
    world.at(10)
    for said in ("what changed this week?", "what changed about reach-85?"):
        lines = ask(world, said).lines
        assert any("was 71%, is 84% (south in board, seen 2020-01-15), against 85%" in line for line in lines), lines
    world.at(30)
    assert ask(world, "what changed this week?").lines[0].startswith("Nothing since")


def test_a_misspelt_half_remembered_title_is_found_among_ten_thousand() -> None:
    names = [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliett",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
    ]
    made = [
        Title(f"m-{number}", f"Will {names[number % 16]} beat {names[number // 16 % 16]} on board {number}?")
        for number in range(9_999)
    ]
    titles = Titles([*made, Title("swe-class", "Which training class leads SWE-bench Verified?")])
    assert [hit.slug for hit in titles.find(read("the swebench verifed one").words, 1)] == ["swe-class"]
    assert titles.suggest("swe-bench ver")[0][0] == "swe-class"
    assert len(titles.suggest("board")) == 25


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=3000))
def test_whatever_is_typed_gets_an_answer_of_one_to_four_lines(text: str) -> None:
    titles = Titles([Title("a-b", "Will alpha beat bravo?")])
    found = titles.find(read(text).words)
    assert all(0 <= hit.share <= 1 for hit in found)
    assert isinstance(titles.suggest(text), list)


async def test_a_sentence_that_resembles_a_command_only_gets_a_button(world: World) -> None:
    reply = ask(world, "approve reach-85 please")
    assert [(offer.verb, offer.slug) for offer in reply.offers] == [("approve", "reach-85")]


async def test_a_number_that_need_not_be_a_proposals_does_not_change_the_market_that_is_named(world: World) -> None:
    await world.decided()
    assert ask(world, "how close is proposal 1?").slug == "reach-85"
    assert ask(world, "why is P1 waiting?").slug == "reach-85"
    assert ask(world, "why is #1 waiting?").slug == "reach-85"
    for said in ("who is #1 on reach-95?", "what is the p1 figure of reach-95?", "is #1 close on the 95% row?"):
        assert ask(world, said).slug in ("reach-95", None), said
    assert ask(world, "who is #1 at chess?").slug is None


async def test_an_address_says_which_market_is_meant_whatever_numbers_stand_beside_it(world: World) -> None:
    await world.decided()
    said = "how close is #1? https://manifold.markets/market/reach-95"
    assert ask(world, said).slug == "reach-95"


async def test_a_proposal_of_which_traders_were_not_told_is_not_known_by_its_number(world: World) -> None:
    await world.decided()
    now = world.store.now()
    tools = StoreTools(world.store, world.loaded, now, titles_of(world.loaded), lambda number: False)
    reply = answer(tools, "how close is proposal 1?", Context("asker", now))
    assert (reply.slug, reply.confident) == (None, False)
    assert "proposal" not in " ".join(answer(tools, "why is reach-85 as it is?", Context("asker", now)).lines).lower()


def test_a_wall_of_unknown_words_costs_no_more_than_a_few_looks_at_the_vocabulary() -> None:
    titles = Titles([Title("one", "Will alpha beat bravo?")])
    assert titles.suggest(" ".join([*["zzzqx"] * MOST_TYPED, "alpha"])) == []
    assert titles.suggest(" ".join(["alpha", *["zzzqx"] * MOST_TYPED])) == [("one", "Will alpha beat bravo?")]
