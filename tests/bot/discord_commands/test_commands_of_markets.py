"""Guards: what anybody can ask about markets, from the command to the answer, over the real protocol."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from commands_builders import Town
from crux_builders import World, day, living
from discord_builders import put_up

from bot.chat.store_tools import StoreTools, titles_of
from bot.chat.tools import MarketNow
from bot.discord.commands.market import listed
from bot.discord.commands.market_words import Shown, embed, line, looked
from bot.discord.pace import PersonalPace
from bot.discord.pager import Turned
from bot.store import follows
from markets.spec import MarketSpec


async def test_a_market_is_shown_to_all_with_its_figures_dates_and_chart(town: Town) -> None:
    shown = await town.slash(town.bob, "market show", market="reach-85")
    (message,) = shown.messages
    assert not message.ephemeral
    assert "Will a row reach 85%?" in message.text
    assert "State: OPEN, trading closes <t:" in message.text
    assert "The rule says: decided **YES**" in message.text
    assert "88.5: two, score (board, seen <t:" in message.text
    assert message.buttons == ["Why?", "Evidence", "Rules", "Follow", "Market"]
    assert len(message.files) == 1
    assert "88.5" in next(iter(message.alt_texts.values()))


async def test_why_names_each_condition_its_distance_and_the_proposal_and_only_the_asker_reads_it(town: Town) -> None:
    shown = await town.slash(town.bob, "market why", market="reach-85")
    (message,) = shown.messages
    assert message.ephemeral
    assert "3.5 points over" in message.text
    assert "Proposal 1: **YES**, WAITING FOR REVIEWERS" in message.text


async def test_a_chart_comes_as_a_picture_whose_words_have_its_numbers(town: Town) -> None:
    shown = await town.slash(town.bob, "market chart", market="reach-85")
    (message,) = shown.messages
    assert [name.startswith("reach-85-") for name in message.files] == [True]
    assert "88.5" in next(iter(message.alt_texts.values()))


async def test_a_chart_shows_where_the_answers_part_and_who_led_when(town: Town) -> None:
    (dated,) = (await town.slash(town.bob, "market chart", market="when-80")).messages
    assert "The answers part at 2020-02-05, 2020-03-06." in next(iter(dated.alt_texts.values()))
    (leading,) = (await town.slash(town.bob, "market chart", market="leader")).messages
    told = "The lab of that row was south from 2020-01-06, north from 2020-01-11."
    assert told in next(iter(leading.alt_texts.values()))


async def test_the_list_says_every_market_with_its_state_or_those_that_a_few_words_mean(town: Town) -> None:
    whole = (await town.slash(town.bob, "market list")).text
    assert [slug in whole for slug in ("reach-85", "reach-95", "leader", "when-80")] == [True] * 4
    some = (await town.slash(town.bob, "market list", query="whose row leads")).text
    assert "`leader` OPEN" in some and "reach-95" not in some
    assert "None." in (await town.slash(town.bob, "market list", state="resolved")).text


async def test_the_list_begins_with_what_needs_somebody_goes_on_with_the_soonest_and_ends_with_what_is_resolved(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as world:
        await world.decided()
        world.approve("when-80")
        await world.carry_on()
        first = world.card().proposal.id
        tools = StoreTools(world.store, world.loaded, world.clock.at, titles_of(world.loaded))

        def shown() -> list[tuple[str, bool]]:
            made = listed(tools, Turned("markets", 1, 0))
            return [(each, f"**P{first} needs reviewers**" in made.line(each)) for each in made.things]

        unknown = ["when-80", "leader", "reach-85", "reach-95"]  # nobody knows of P1 before its card is up
        assert shown() == [(slug, False) for slug in unknown]
        put_up(world)
        assert shown() == [("reach-85", True), ("when-80", False), ("leader", False), ("reach-95", False)]
        await world.at(11.1).carry_on()
        assert shown() == [("reach-85", True), ("leader", False), ("reach-95", False), ("when-80", False)]
        for person in ("ann", "ben"):
            world.vote(person, "reject", because="a typo")
        made = listed(tools, Turned("markets", 1, 0))
        assert made.things == ["reach-85", "leader", "reach-95", "when-80"]
        assert made.line("reach-85").endswith("; **P1 was rejected, and nothing else is proposed**")
        later = replace(tools, now=day(61))
        assert "State: CLOSED, not resolved yet, trading closed <t:" in embed(looked(later, "leader"))["description"]
        assert " CLOSED, not resolved yet, trading closed <t:" in listed(later, Turned("markets", 1, 0)).line("leader")
        assert listed(later, Turned("markets", 1, 0, "closed")).things == ["reach-85", "leader", "reach-95"]
        assert made.line("when-80").endswith(f" RESOLVED <t:{int(day(11.1).timestamp())}:R>")


def test_a_market_that_may_not_open_says_what_its_definition_lacks_with_commands_in_code() -> None:
    waits = "its definition to be ready: N04: write `round: 1`"
    late = MarketNow("late", "Q?", "defined", None, day(1), None, None, "", ())
    told = embed(Shown(late, None, None, None, day(2), waits=waits))["description"]
    opens = int(day(1).timestamp())
    assert f"it was to open on <t:{opens}:d> and waits for its definition to be ready: N04: write `round: 1`" in told


async def test_the_buttons_below_a_market_answer_as_the_commands_do(town: Town) -> None:
    shown = await town.slash(town.bob, "market show", market="reach-85")
    assert "3.5 points over" in (await town.press(town.ann, shown, "Why?")).text
    assert "Evidence of reach-85" in (await town.press(town.ann, shown, "Evidence")).text
    assert "Decided by: board" in (await town.press(town.ann, shown, "Rules")).text
    assert "You follow `reach-85` from now on" in (await town.press(town.ann, shown, "Follow")).text


async def test_whoever_follows_a_market_stands_in_the_store_until_they_end_it(town: Town) -> None:
    def following() -> list[tuple[str, str]]:
        with town.bot.world.store.reading() as connection:
            return [(one.slug, one.account) for one in follows.every(connection, "small")]

    await town.slash(town.bob, "market follow", market="reach-95")
    again = await town.slash(town.bob, "market follow", market="reach-95")
    assert following() == [("reach-95", str(town.bob.id))]
    assert "already" in again.text
    assert "`reach-95`" in (await town.slash(town.bob, "market list", state="followed")).text
    gone = await town.slash(town.bob, "market unfollow", market="reach-95")
    assert (following(), "no longer follow" in gone.text) == ([], True)


async def test_a_market_may_be_named_by_number_link_or_words_and_what_is_unclear_is_asked_back(town: Town) -> None:
    url = town.bot.world.market("reach-85").url
    for named in ("reach-85", "#1", "P1", url, "whether some row will reach 85%"):
        shown = await town.slash(town.bob, "market why", market=named)
        assert "Will a row reach 85%?" in shown.text, named
    unclear = await town.slash(town.bob, "market why", market="will a row reach")
    assert "Several markets could be meant" in unclear.text
    assert "No market is called" in (await town.slash(town.bob, "market why", market="weather in Oslo")).text


async def test_the_evidence_of_a_market_is_listed_cell_by_cell_with_its_bytes(town: Town) -> None:
    shown = await town.slash(town.bob, "evidence list", market="reach-85")
    assert "88.5: two, score (board, seen <t:" in shown.text
    assert "bytes `" in shown.text


async def test_one_person_is_drawn_so_many_charts_and_no_more_and_others_still_are(town: Town) -> None:
    client: Any = town.bot.client
    client.charts = PersonalPace(lambda: 100.0, ((10.0, 2),))
    for command in ("market chart", "market show"):
        assert "at once" not in (await town.slash(town.bob, command, market="reach-85")).text
    (refused,) = (await town.slash(town.bob, "market chart", market="reach-85")).messages
    assert (refused.ephemeral, "ask again in 10 s" in refused.text) == (True, True)
    assert "at once" not in (await town.slash(town.ann, "market chart", market="reach-85")).text


async def test_a_market_whose_opening_day_has_passed_says_what_it_waits_for(town: Town) -> None:
    world = town.bot.world
    late = replace(world.loaded, markets={**world.loaded.markets, "late": _late(world)})
    tools = StoreTools(world.store, late, world.clock.at, titles_of(late))
    opens = late.markets["late"].opens
    opened = int(opens.timestamp())
    text = embed(looked(tools, "late", may_write=False))["description"]
    assert f"State: NOT ON MANIFOLD YET: it was to open on <t:{opened}:d> and waits for the operator" in text
    assert "By today's evidence its rule would say: decided **YES**" in text
    assert "Price" not in text
    listed = line("late", "Q?", "defined", opens, world.clock.at)
    assert listed == f"• Q? — `late` NOT ON MANIFOLD YET, was to open <t:{opened}:d>"
    assert "opens <t:" in line("late", "Q?", "defined", world.clock.at + timedelta(days=1), world.clock.at)


def _late(world: World) -> MarketSpec:
    """A market that should have opened with the others."""
    return world.loaded.markets["reach-85"].model_copy(update={"slug": "late"})
