"""Guards: a card tells what the market gives its outcome now, gave it a day before and when it was proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from crux_builders import World, day

from bot.discord.cards import render
from bot.discord.posts import view_of
from bot.discord.price_course import MOST_POINTS, course, drawn, of_card
from bot.store import prices
from bot.store.prices import Sample


def sampled(world: World, shares: Mapping[float, str]) -> None:
    """Day -> what YES on reach-85 cost."""
    market = world.market("reach-85").id
    with world.store.transaction() as connection:
        prices.keep(
            connection, [Sample(market, day(at), {"YES": Decimal(share)}, None) for at, share in shares.items()]
        )


def told(world: World) -> list[tuple[str, Decimal]]:
    with world.store.reading() as connection:
        return [(one.words, one.share) for one in course(connection, world.card().proposal)]


def line_of(world: World, start: str) -> str:
    """The line of the card that begins so."""
    text: str = render(view_of(world.store, world.card(), world.clock.at)).embed["description"]
    return next(one for one in text.splitlines() if one.startswith(start))


async def test_the_price_now_a_day_before_and_when_it_was_proposed_stand_on_the_card(world: World) -> None:
    await world.decided()  # on day 9
    sampled(world, {2: "0.30", 8.9: "0.45", 12: "0.80", 13: "0.91"})
    world.at(13.1)
    assert told(world) == [("", Decimal("0.91")), ("a day before", Decimal("0.80")),
                           ("when it was proposed", Decimal("0.45"))]  # fmt: skip
    now, before, then = (int(day(each).timestamp()) for each in (13, 12, 8.9))
    assert line_of(world, "Price") == (
        f"Price: the market gives this outcome 91% (<t:{now}:R>); 80% a day before (<t:{before}:d>), "
        f"45% when it was proposed (<t:{then}:d>); it agrees"
    )


async def test_a_price_that_is_too_old_to_disagree_is_told_with_its_date(world: World) -> None:
    await world.decided()
    sampled(world, {8: "0.45"})
    world.at(13)
    assert line_of(world, "Price").startswith("Price: the market gave this outcome 45% when last read, <t:")


async def test_moments_of_which_no_sample_tells_are_left_out(world: World) -> None:
    await world.decided()
    assert told(world) == []
    sampled(world, {2: "0.30", 13: "0.91"})
    assert told(world) == [("", Decimal("0.91"))]


async def test_the_picture_of_a_card_shows_the_price_until_it_was_proposed_and_its_words_say_both_ends(
    world: World,
) -> None:
    await world.decided()
    sampled(world, {each / 4: f"0.{30 + each}" for each in range(4, 37)} | {10: "0.99"})
    proposal = world.card().proposal
    line = drawn(world.store, proposal)
    assert line is not None
    assert (line.words, line.steps[0], line.steps[-1]) == (
        "what the market gave YES",
        (day(1), "34.0"),
        (day(9), "66.0"),
    )
    with world.store.reading() as connection:
        assert of_card(connection, proposal) == line
    alt = render(view_of(world.store, world.card(), world.clock.at + timedelta(days=3))).alt
    assert "What the market gave YES: 34.0 percent on 2020-01-07, 66.0 percent on 2020-01-15." in alt


async def test_the_words_of_a_picture_tell_of_the_price_wherever_the_picture_shows_it(world: World) -> None:
    """The oldest sample here tells nothing of the outcome, so the line begins with the next."""
    await world.decided()
    with world.store.transaction() as connection:
        prices.keep(connection, [Sample(world.market("reach-85").id, day(1), {}, None)])
    sampled(world, {2: "0.20", 5: "0.40"})
    line = drawn(world.store, world.card().proposal)
    assert line is not None and line.steps == ((day(2), "20.0"), (day(5), "40.0"))
    alt = render(view_of(world.store, world.card(), world.clock.at)).alt
    assert "What the market gave YES: 20.0 percent on 2020-01-08, 40.0 percent on 2020-01-11." in alt


async def test_of_a_long_history_the_first_some_and_the_last_sample_are_read(world: World) -> None:
    await world.decided()
    sampled(world, {each / 120: f"0.{100 + each % 800}" for each in range(120 * 8)})
    with world.store.reading() as connection:
        read = prices.spread(connection, world.market("reach-85").id, MOST_POINTS, until=day(7))
        few = prices.spread(connection, world.market("reach-85").id, MOST_POINTS, until=day(1))
    assert (read[0].at, read[-1].at, len(read)) == (day(0), day(7), 281)
    assert len({later.at - sooner.at for sooner, later in pairwise(read)}) <= 3
    assert len(few) == 121
