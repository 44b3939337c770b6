"""Guards: the way to something is told with its command, a word of ours is explained, mana comes from the ledger."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import typer
from asking_builders import asked, said_to
from crux_builders import SOURCE, World, body, living
from discord.app_commands import Group

from bot.chat import meanings, ways
from bot.chat.sourcing import ranked
from bot.chat.store_tools import StoreTools
from bot.chat.wording import read
from bot.cli import app
from bot.discord.commands import SINGLE, admin, evidence, fund, market, people, review
from resolvers.freshness import State
from resolvers.rules.judging import WAYS as WAYS_TO_KNOW
from resolvers.verdict import VerdictState

WAYS = {
    "how do i dispute": "/dispute",
    "what can i do if i do not agree with a resolution": "/dispute",
    "i found a paper to hand in, how goes that": "/evidence add",
    "how can I object as a trader?": "replying on Manifold",
    "how do I link my account": "/link code",
    "how do i add evidence": "/evidence add",
    "where do I submit a paper I found?": "/evidence add",
    "how do i get subsidy": "/fund market",
    "how do i write a market": "crux new market",
    "how do i become a reviewer": "debate.yaml",
    "what is the command to follow a market": "/market follow",
    "how do i stop the notifications": "/market unfollow",
    "how do i vote": "/review queue",
    "how can I verify a resolution": "crux verify",
    "how do i resolve a market": "/review propose",
    "how do i pause the bot": "/admin pause",
}
BEST = "what is the best score on GPQA now?"
NOT_WAYS = (
    "how close is arc3-85-date?",
    "how do you know?",
    "how much mana did we spend?",
    "how do I withdraw money from my bank",
    "how many votes are there?",
    "how does it resolve?",
)
WORDS = {
    "what does settle mean?": ("Settle",),
    "what does 'bridge' mean": ("Bridge",),
    "whats a quarantine": ("Quarantine",),
    "what does N/A mean?": ("N/A",),
    "define vintage": ("Vintage",),
    "what is a panel?": ("Panel",),
    "quorum?? what is that": ("Quorum",),
    "what do you mean by stale": ("Stale",),
    "what do you understand under a quorum?": ("Quorum",),
    "whats the difference between a dispute and an objection": ("Dispute", "Objection"),
    "i dont know what a backfill is": ("Back-fill",),
}


@pytest.mark.parametrize(("said", "told"), WAYS.items())
def test_the_way_is_said_with_its_command(predictors: StoreTools, said: str, told: str) -> None:
    reply = said_to(predictors, said)
    assert (reply.intent, reply.confident) == ("how-to", True)
    assert told in " ".join(reply.lines)
    assert len(reply.lines) <= 2


@pytest.mark.parametrize("said", NOT_WAYS)
def test_a_question_that_asks_for_no_way_is_answered_otherwise(predictors: StoreTools, said: str) -> None:
    reply = said_to(predictors, said)
    assert reply.intent != "how-to" or not reply.confident


async def test_the_way_has_its_button_where_a_market_is_meant(world: World) -> None:
    named = asked(world, "how do i add evidence to reach-85?")
    assert [(offer.verb, offer.slug) for offer in named.offers] == [("evidence", "reach-85")]
    assert asked(world, "how do i add evidence?").offers == ()
    assert asked(world, "and how do i dispute that?", last_slug="reach-95").slug == "reach-95"


def on_discord() -> set[str]:
    """`market list` and the like, of every command that Discord is given."""
    rooms = (admin, evidence, fund, market, people, review)
    groups = [
        each() for room in rooms for each in vars(room).values() if isinstance(each, type) and issubclass(each, Group)
    ]
    below = {each.qualified_name for group in groups for each in group.commands}
    return below | {each.qualified_name for each in SINGLE}


def test_every_command_that_a_way_names_is_there() -> None:
    told = " ".join(line for _, way in ways.table().ways for line in way.says)
    in_terminal = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group has commands
    named, typed = re.findall(r"`/(\w+(?: \w+)?)`", told), re.findall(r"`crux (\w+)", told)
    assert named and typed
    assert [name for name in named if name not in on_discord()] == []
    assert [name for name in typed if name not in in_terminal] == []


@pytest.mark.parametrize(("said", "words"), WORDS.items())
def test_a_word_of_ours_is_explained(predictors: StoreTools, said: str, words: tuple[str, ...]) -> None:
    reply = said_to(predictors, said)
    assert (reply.intent, reply.confident) == ("meaning", True)
    assert tuple(line.partition(":")[0] for line in reply.lines) == words


async def test_what_a_word_means_for_a_market_is_asked_of_its_rules(world: World) -> None:
    assert asked(world, "what does N/A mean for reach-85?").intent == "rules"


def test_every_state_that_an_answer_may_name_is_in_the_glossary() -> None:
    known = meanings.glossary().words
    states = {*get_args(State), *get_args(VerdictState)} - {"never"}
    assert [word for word in (*states, *WAYS_TO_KNOW) if word.replace("_", " ") not in known] == []


def test_what_stands_in_a_rule_is_told_by_the_engines_own_words() -> None:
    told = meanings.asked_for(read("what does literal mean"))
    assert meanings.told(told).lines[0].startswith("Literal: A number with its unit")


async def test_mana_is_told_from_the_ledger(world: World) -> None:
    assert asked(world, "how much mana is left?").lines == (
        "0 mana were spent, of a budget of 9000: 9000 mana are left.",
    )
    world.see()
    await world.at(1).open_markets()
    told = asked(world, "how much mana did we spend?")
    spent = re.search(r"(\d+) mana were spent, of a budget of 9000: (\d+) mana are left", told.lines[0])
    assert spent is not None and int(spent[1]) + int(spent[2]) == 9000 and int(spent[1]) >= 4 * 200
    of_one = asked(world, "how much subsidy is left for reach-85?")
    assert of_one.slug == "reach-85"
    assert of_one.lines[1].startswith("Into reach-85 went 2")


async def test_the_best_figure_of_a_source_that_no_market_reads_is_told_with_who_when_and_where(tmp_path: Path) -> None:
    extra = SOURCE.replace("http://127.0.0.1:9/scores.csv", "https://example.org/gpqa.csv")
    async with living(tmp_path, {"sources/gpqa.yaml": extra}) as world:
        never = asked(world, BEST)
        assert never.lines == (
            "I don't know the best figure of gpqa: gpqa was never read: never looked at. https://example.org/gpqa.csv",
        )
        source = world.loaded.sources["gpqa"]
        world.at(1).see_bytes(body({"base": ("10.0", "x"), "one": ("70.5", "x"), "two": ("88.5", "y")}), "gpqa")
        world.at(2).see_bytes(body({"base": ("10.0", "x"), "one": ("70.5", "x"), "two": ("88.5", "y")}), "gpqa")
        told = asked(world, BEST)
        assert source.fetch.url is not None
        assert (told.intent, told.slug, told.confident) == ("value", None, True)
        assert told.lines[0] == f"Best of gpqa: 88.5% by two (score), seen since 2020-01-07. {source.fetch.url}"
        assert told.lines[1].startswith("gpqa is live, last seen well 2020-01-08")
        assert told.lines[2] == "No open market reads it."
        world.at(3).see_bytes(body({"base": ("10.0", "x"), "two": ("101", "y"), "one": ("70.5", "x")}), "gpqa")
        assert "88.5%" in asked(world, BEST).lines[0], "a figure out of bounds is no best"


def test_a_source_without_figures_has_no_best(predictors: StoreTools) -> None:
    assert [ranked(predictors, name) for name in ("labs", "lmarena-text")] == [False, True]


FALSE_FRIENDS = (
    "how do I link my bank account to paypal",
    "how do I vote in the us election",
    "where can I follow the premier league",
    "what is a bridge loan",
    "how much money does a plumber earn",
    "how do I propose to my girlfriend",
    "what happened in 1945",
    "what is the record for the marathon",
    "what did my boss say last friday",
    "can I bet on horses",
)


@pytest.mark.parametrize("said", FALSE_FRIENDS)
def test_words_of_ours_about_something_else_get_no_sure_answer(predictors: StoreTools, said: str) -> None:
    reply = said_to(predictors, said)
    assert reply.intent == "unknown" or not reply.confident, reply.lines


def test_what_is_not_understood_is_met_with_what_could_be_asked_by_its_own_words(predictors: StoreTools) -> None:
    told = said_to(predictors, "evidence submitting whatsit quarantine zzz")
    assert (told.intent, told.confident) != ("how-to", True)
    offered = said_to(predictors, "blargh quarantine blubb snort")
    assert offered.intent == "unknown"
    assert offered.suggestions[0] == "what does “quarantine” mean?"
    assert said_to(predictors, offered.suggestions[0]).intent == "meaning"


def test_every_way_is_found_by_the_question_that_is_offered_for_it(predictors: StoreTools) -> None:
    for _, way in ways.table().ways:
        assert said_to(predictors, f"how do I {way.title}?").lines == way.says, way.title
