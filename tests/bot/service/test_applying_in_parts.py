"""Guards: a plan of many changes keeps nobody from writing for long, and is still carried out once and as approved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from crux_builders import DEBATE, MARKETS, REVIEWERS, day, definitions
from many_builders import watched
from service_builders import Scene, scene, until

from bot.discord.plan_card import confirmation, render
from bot.opening import PART
from bot.platform import Platform
from bot.review.pausing import pause, resume
from bot.review.plans import decide_plan
from bot.service.planning import Planning
from bot.store import markets, plan_cards
from bot.store.plan_cards import PlanCard
from bot.store.plan_cards import living as living_plan
from resolvers.errors import Refusal

PERCENTS = [number for number in range(71, 97) if number not in (85, 95)]
"""Of which no other market asks: one question is opened once."""
ALL = len(PERCENTS) + len(MARKETS)
MUCH = DEBATE.replace("max_mana: 5000, budget: 9000", "max_mana: 50000, budget: 90000")
CREATING = "POST /v0/market"


def files() -> dict[str, str]:
    """Two dozen markets more, each of another percentage."""
    one = definitions()["markets/reach-95.yaml"]
    return {"debate.yaml": MUCH} | {f"markets/at-{n}.yaml": one.replace("95%", f"{n}%") for n in PERCENTS}


@pytest.fixture
async def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """A plan of many markets has been approved, and nothing of it is carried out yet."""
    async with scene(tmp_path, monkeypatch, files()) as there:
        await there.once("collect", "plan")
        with there.store.reading() as connection:
            card = living_plan(connection, "small")
        assert card is not None
        decide_plan(there.store, card.checksum, None, "ann", "approve", "I read it", reviewers=REVIEWERS)
        yield there


def opened(there: Scene) -> int:
    with there.store.reading() as connection:
        return len(markets.every(connection, "small"))


def states(there: Scene) -> list[str]:
    """The state of each plan card, first to last."""
    found = list[str]()
    with there.store.reading() as connection:
        while True:
            try:
                found.append(plan_cards.get(connection, len(found) + 1).state)
            except Refusal:
                return found


def told_on_card(there: Scene) -> str:
    """How much the first card says was done."""
    with there.store.reading() as connection:
        return plan_cards.get(connection, 1).came[0]


def planning(there: Scene) -> Planning:
    found = getattr(there.service.jobs["plan"].act, "__self__", None)
    assert isinstance(found, Planning)
    return found


def slow(there: Scene) -> None:
    """Whenever it looks, the time of a run is over: a run carries out one part."""
    planning(there).elapsed = iter(range(0, 100_000, 100)).__next__


async def writes(there: Scene) -> int:
    """Somebody else gets the turn of writing: how many markets had been created by then."""

    async def act(_: Platform) -> int:
        return len(list(there.sandbox.state.markets))

    return await there.service.exchange.carry(act)


async def test_others_write_between_the_parts_of_a_plan(asked: Scene) -> None:
    requests, others = watched(asked.sandbox), list[asyncio.Task[int]]()

    def then(route: str, _: str) -> None:
        if route == CREATING and not others:
            others.append(asyncio.create_task(writes(asked)))

    requests.then = then
    told = await asked.once("plan")
    assert (told["card"], told["applied"], opened(asked), states(asked)) == ("applied", ALL, ALL, ["applied"])
    assert await others[0] <= PART


async def test_another_process_gets_its_turn_between_the_parts_of_a_plan(asked: Scene) -> None:
    """Guards: `crux apply`, `crux resolve` by hand wait for seconds, not for the end of the plan."""
    running = asyncio.create_task(asked.ran("plan"))

    def by_hand() -> int:
        with asked.store.alone("manifold", wait_s=60):
            return len(list(asked.sandbox.state.markets))

    asked.service.exchange.sleep = asyncio.sleep  # between parts it really lets others look
    await until(lambda: opened(asked) > 0, "the first part is carried out")
    assert await asyncio.to_thread(by_hand) < ALL
    assert (await running).told["card"] == "applied"
    assert opened(asked) == ALL


async def test_a_plan_that_takes_longer_than_a_run_goes_on_in_the_next_under_the_same_approval(asked: Scene) -> None:
    slow(asked)
    told = [await asked.once("plan") for _ in range(3)]
    assert [one["applied"] for one in told] == [PART, PART, ALL - 2 * PART]
    assert [one["card"] for one in told] == ["approved", "approved", "applied"]
    assert (opened(asked), states(asked)) == (ALL, ["applied"])
    assert told_on_card(asked) == f"{ALL} done"


async def test_a_process_that_died_between_two_parts_is_followed_under_the_same_approval(asked: Scene) -> None:
    slow(asked)
    await asked.once("plan")
    planning(asked)._came.clear()  # the next process knows nothing of it
    planning(asked).elapsed = time.monotonic
    assert (await asked.once("plan"))["applied"] == ALL - PART
    assert (opened(asked), states(asked)) == (ALL, ["applied"])
    assert told_on_card(asked) == f"{ALL} done"


async def test_a_file_edited_between_two_parts_makes_the_rest_another_plan_that_people_read(asked: Scene) -> None:
    slow(asked)
    await asked.once("plan")
    name = "markets/reach-95.yaml"
    asked.edit(name, (asked.path / "debate" / name).read_text().replace("subsidy: 200", "subsidy: 250"))
    told = await asked.once("plan")
    assert (told["card"], opened(asked), states(asked)) == ("open", PART, ["stale", "open"])
    assert told["changes"] == ALL - PART


async def test_a_market_withdrawn_between_two_parts_makes_the_rest_another_plan(asked: Scene) -> None:
    slow(asked)
    await asked.once("plan")
    (asked.path / "debate/markets/reach-95.yaml").unlink()
    await asked.once("plan")
    assert (opened(asked), states(asked)) == (PART, ["stale", "open"])


async def test_what_another_process_did_meanwhile_is_not_done_again_and_is_noticed(asked: Scene) -> None:
    """While the first part is carried out, somebody creates a market of a later part by hand."""
    requests, hand = watched(asked.sandbox), list[asyncio.Task[None]]()

    async def by_hand() -> None:
        around = asked.service.around
        from bot.opening import Planner
        from markets.changes import Limits

        async def act(platform: Platform) -> None:
            planner = Planner(around.store, around.loaded(), platform, gated=True)
            await planner.apply(await planner.plan(Limits(), only=["when-80"]))

        await asked.service.exchange.carry(act)

    def then(route: str, _: str) -> None:
        if route == CREATING and not hand:
            hand.append(asyncio.create_task(by_hand()))

    requests.then = then
    told = await asked.once("plan")
    await hand[0]
    assert (told["stale"], told["applied"], opened(asked)) == (1, ALL - 1, ALL)
    assert len(list(asked.sandbox.state.markets)) == ALL
    await asked.once("plan")
    assert states(asked) == ["applied"]


async def test_a_pause_stops_it_at_the_next_change_and_the_end_of_the_pause_goes_on(asked: Scene) -> None:
    requests = watched(asked.sandbox)

    def then(route: str, _: str) -> None:
        if route == CREATING and len(list(asked.sandbox.state.markets)) == PART:
            pause(asked.store, "ann", "these texts are wrong")

    requests.then = then
    ended = await asked.ran("plan")
    assert (ended.state, "paused by ann" in ended.because) == ("failed", True)
    assert opened(asked) == PART + 1
    requests.then = lambda route, path: None
    resume(asked.store, "ann")
    assert (await asked.once("plan"))["card"] == "applied"
    assert (opened(asked), states(asked)) == (ALL, ["applied"])
    assert told_on_card(asked) == f"{ALL} done"


def test_a_large_plan_says_how_many_changes_it_makes_and_not_how_many_lines_are_kept() -> None:
    """Guards: nobody approves a thousand changes that call themselves two hundred."""
    summary = {"lines": [f"create at-{n}" for n in range(200)], "changes": 1_000}
    card = PlanCard(1, "small", "c" * 64, summary, Decimal(5), "open", None, "", day(1), None, None, 0)
    shown = render(card)
    assert "1,000 changes" in shown.content or "1000 changes" in shown.content
    assert "960 more" in str(shown.embed)
    assert "1,000 changes" in confirmation(card) or "1000 changes" in confirmation(card)
