"""Guards: an answer says where people are with a market today, and never more than is known of tomorrow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from asking_builders import argued, asked, said_to, tools_of
from crux_builders import World

from bot.chat.store_tools import StoreTools
from bot.chat.telling_all import status
from bot.debates import BUNDLED
from bot.discord.errors import SafeItem
from bot.discord.talk_buttons import view_of_reply
from markets.load import load_debate


@pytest.mark.parametrize("said", ["how close is reach-85?", "when is reach-85 decided?", "who decides reach-85?"])
async def test_what_was_agreed_and_then_disputed_is_not_told_as_agreed(world: World, said: str) -> None:
    await world.agreed()
    agreed = " ".join(asked(world, said).lines)
    assert "may object until 2020-01-17" in agreed
    world.vote("cat", "dispute", because="row two was edited")
    told = " ".join(asked(world, said).lines)
    assert "may object until" not in told
    assert "disputed" in told


@pytest.mark.parametrize("said", ["how close is reach-85?", "when is reach-85 decided?"])
async def test_nobody_is_told_to_object_when_the_time_is_over(world: World, said: str) -> None:
    await world.agreed()
    world.at(12)
    told = " ".join(asked(world, said).lines)
    assert "may object" not in told
    assert "the time to object is over" in told


async def test_what_the_rule_has_decided_already_is_told_when_it_is_asked_when(world: World) -> None:
    await world.decided()
    told = asked(world, "when is reach-85 decided?").lines
    assert told[0] == "Opened 2020-01-07 00:00 UTC; trading closes 2020-03-06 00:00 UTC."
    assert told[1].startswith("By the rule it is YES, as of 2020-01-15; proposal 1 waits for 2 more approvals")


async def test_what_is_pending_is_not_said_to_be_known_at_the_latest_on_a_day_that_may_still_move(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.at(5).see(two=("88.5", "north"))
    world.at(6)
    told = asked(world, "when is reach-85 decided?").lines
    assert told[-1].startswith("If nothing else is seen it is YES, known 2020-01-13")
    world.see(two=("60.0", "north"))
    world.at(9).see()
    assert asked(world, "when is reach-85 decided?").lines[-1].startswith("If nothing else is seen it is NO, known ")


async def test_trading_that_has_ended_is_told_as_over(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.weekly(60.5)
    told = asked(world, "when does reach-85 close?").lines[0]
    assert told.startswith("Opened 2020-01-07 00:00 UTC; trading closed 2020-03-06 00:00 UTC; it is decided by ")
    listed = asked(world, "which markets are there?").lines[0]
    assert listed == "0 are open, 4 have closed and are not resolved, 0 have not opened, 0 have resolved."


async def test_who_decides_is_told_with_the_approvals_that_this_proposal_needs(world: World) -> None:
    await world.decided()
    world.vote("cat", "dispute", because="row two was edited")
    world.at(10).see()
    world.propose("reach-85")
    seen = world.card()
    assert seen.quorum.needed == 3
    assert asked(world, "who decides reach-85?").lines[0].startswith("3 of ann, ben, cat have to agree")


async def test_what_is_left_out_of_what_changed_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.decided()
    world.vote("ann", "ask", because="is row two right?")
    world.vote("ann", "approve")
    world.vote("ben", "approve")
    one = asked(world, "what changed about reach-85?").lines
    assert one[0].startswith(
        "In the week since 2020-01-08, the last 3 and 1 more before them: 2020-01-15: ann asked about"
    )
    assert [line.rpartition(": ")[2] for line in one[1:3]] == ["ann approved proposal 1.", "ben approved proposal 1."]
    whole = asked(world, "what changed this week?").lines
    assert whole[0].startswith("In the week since 2020-01-08, the last 2 and 3 more before them: ")
    few = asked(world, "what changed about when-80?").lines
    assert few[0].startswith("In the week since 2020-01-08: 2020-01-15: ")
    for module in ("bot.chat.store_tools", "bot.chat.moving"):
        monkeypatch.setattr(f"{module}.MOST_HAPPENINGS", 4)
    assert " and at least 1 more before them: " in asked(world, "what changed about reach-85?").lines[0]


def test_one_source_beyond_those_shown_is_no_others(tmp_path: Path) -> None:
    loaded = load_debate(BUNDLED / "predictors-vs-agents")
    five = dict(list(loaded.sources.items())[:5])
    told = status(argued(tmp_path, loaded=replace(loaded, sources=five))).lines[1]
    assert told.startswith("5 of 5 sources not live: ") and told.endswith(" and 1 more.")


def test_a_source_that_was_never_read_is_told_so(predictors: StoreTools) -> None:
    told = [*said_to(predictors, "which sources are stale?").lines, *said_to(predictors, "is arc3 live?").lines]
    assert any("arc3 was never read" in line for line in told)
    assert not any("is never" in line for line in told)


@pytest.mark.parametrize(
    "said",
    [
        "which market pays most",
        "which markets are decided next year",
        "which markets close in 2027",
        "how many people bet on arc3-85-date",
    ],
)
def test_what_is_not_known_here_gets_no_sure_answer_by_a_word_of_a_title(predictors: StoreTools, said: str) -> None:
    assert not said_to(predictors, said).confident


def test_when_a_market_opens_is_told_with_when_it_closes(predictors: StoreTools) -> None:
    told = said_to(predictors, "when does arc3-85-date open?")
    assert (told.intent, told.confident) == ("when", True)
    assert told.lines[0].startswith("Opens 2026-12-05 00:00 UTC; trading closes 2030-01-01 00:00 UTC; ")


TURNED = "and the other lab one, the product one?"


def test_what_only_names_another_market_asks_the_same_of_it(predictors: StoreTools) -> None:
    before = {"last_slug": "lab-agent-posts-2027", "last_intent": "when"}
    told = said_to(predictors, TURNED, **before)
    assert (told.intent, told.slug) == ("when", "lab-forecaster-product")
    assert said_to(predictors, "and the other lab one, does the product one lead?", **before).intent != "when"


QUESTION = "> Will a model that was never trained with RL be shown to deceive\n"


def test_what_is_quoted_tells_which_market_is_meant(predictors: StoreTools) -> None:
    assert (told := said_to(predictors, f"{QUESTION}why?")).slug == "predictor-only-deception"
    assert (told.intent, told.confident) == ("why", True)
    assert said_to(predictors, f"{QUESTION}when does arc3-85-date close?").slug == "arc3-85-date"
    assert said_to(predictors, f"{QUESTION}why?", slug="arc3-85-date").slug == "arc3-85-date"
    for other in ("> lol nice\nwhy?", "> i think osworld is dumb\nwhy?", "> it is the best\nwhy?"):
        assert said_to(predictors, other).slug is None


async def test_who_took_an_approval_back_is_asked_for_a_vote_again_and_the_week_tells_it(world: World) -> None:
    await world.decided()
    world.vote("ann")
    assert "Not heard yet: ben, cat." in asked(world, "who has not voted on reach-85?").lines
    view = view_of_reply(world.store, tools_of(world), asked(world, "retract my approval of reach-85"))
    assert view is not None
    assert [each.item.custom_id for each in view.children if isinstance(each, SafeItem)] == ["r1:retract:1:0"]
    world.vote("ann", "retract", because="that was the wrong button")
    assert "Not heard yet: ann, ben, cat." in asked(world, "who has not voted on reach-85?").lines
    told = asked(world, "what changed about reach-85?").lines
    assert any(line.endswith("ann took back the approval of proposal 1.") for line in told)
