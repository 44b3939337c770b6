"""Guards: a changed plan becomes one card; applied when approved, or by itself within `auto_apply`, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from crux_builders import DEBATE, REVIEWERS
from many_builders import LIST, WHOLE, watched
from service_builders import Scene, scene, until

from bot.review.plans import decide_plan
from bot.store import audit, markets, plan_cards, schema_talk
from bot.store.plan_cards import PlanCard
from markets.changes import Create
from markets.outbox import write_of
from resolvers.errors import Refusal

COST = Decimal(4 * (100 + 200))
ALLOWED = "budget: 9000, auto_apply: {{max_mana: {}}},"


@pytest.fixture
async def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """A debate without auto_apply, its board seen: every plan needs people."""
    async with scene(tmp_path, monkeypatch, {"debate.yaml": DEBATE}) as there:
        await there.once("collect")
        yield there


def card(there: Scene) -> PlanCard:
    with there.store.reading() as connection:
        found = plan_cards.living(connection, "small")
    assert found is not None
    return found


def decide(there: Scene, said: str = "approve", person: str = "ann", revision: int | None = None) -> PlanCard:
    seen = card(there)
    return decide_plan(there.store, seen.checksum, revision, person, said, "I read it", reviewers=REVIEWERS)


def opened(there: Scene) -> int:
    with there.store.reading() as connection:
        return len(markets.every(connection, "small"))


def every_card(there: Scene) -> list[str]:
    with there.store.reading() as connection:
        found, number = [], 1
        while True:
            try:
                found.append(plan_cards.get(connection, number).state)
            except Refusal:
                return list(found)
            number += 1


async def test_a_plan_becomes_one_card_and_stays_that_one_while_nothing_changes(asked: Scene) -> None:
    for _ in range(3):
        await asked.once("plan")
        asked.clock.at = asked.clock.at.replace(hour=asked.clock.at.hour + 2)
    seen = card(asked)
    assert (seen.state, seen.cost_mana, len(seen.lines), seen.refusals) == ("open", COST, 4, ())
    assert seen.lines[0] == "create leader: MULTIPLE_CHOICE, 300 mana, 200 of it subsidy"
    assert every_card(asked) == ["open"]
    assert opened(asked) == 0


async def test_an_approved_plan_is_carried_out_once_and_its_card_closes(asked: Scene) -> None:
    await asked.once("plan")
    assert decide(asked).state == "approved"
    assert (await asked.once("plan"))["card"] == "applied"
    await asked.once("plan")
    assert (opened(asked), every_card(asked)) == (4, ["applied"])
    with asked.store.reading() as connection:
        acts = [(act.actor, act.act) for act in audit.acts(connection, subject="plan 1")]
    assert acts == [("crux", "plan"), ("ann", "plan-approved"), ("crux", "plan-applied")]


async def test_a_refused_plan_is_not_put_to_people_again_until_it_changes(asked: Scene) -> None:
    await asked.once("plan")
    decide(asked, "refuse")
    await asked.once("plan")
    assert (every_card(asked), opened(asked)) == (["refused"], 0)
    asked.edit("markets/reach-95.yaml", asked_text(asked, "reach-95").replace("subsidy: 200", "subsidy: 100"))
    await asked.once("plan")
    assert every_card(asked) == ["stale", "open"]


async def test_a_newer_plan_makes_the_older_stale_and_its_approval_worthless(asked: Scene) -> None:
    await asked.once("plan")
    old = decide(asked)
    asked.edit("markets/reach-95.yaml", asked_text(asked, "reach-95").replace("subsidy: 200", "subsidy: 100"))
    await asked.once("plan")
    assert (every_card(asked), opened(asked)) == (["stale", "open"], 0)
    with pytest.raises(Refusal, match="is stale already"):
        decide_plan(asked.store, old.checksum, None, "ben", "approve", "too late", reviewers=REVIEWERS)


async def test_only_reviewers_decide_each_once_on_what_they_saw(asked: Scene) -> None:
    await asked.once("plan")
    for person, said, because, revision, told in (
        ("dan", "approve", "x", None, "'dan' is no reviewer"),
        ("ann", "aprove", "x", None, "did you mean 'approve'"),
        ("ann", "approve", " ", None, "say why"),
        ("ann", "approve", "x", 7, "has changed since you looked"),
    ):
        with pytest.raises(Refusal, match=told):
            decide_plan(asked.store, card(asked).checksum, revision, person, said, because, reviewers=REVIEWERS)
    first = decide(asked, revision=0)
    again = decide_plan(asked.store, first.checksum, 0, "ann", "approve", "twice", "press-1", reviewers=REVIEWERS)
    assert again == first
    with pytest.raises(Refusal, match="is approved already by ann"):
        decide_plan(asked.store, first.checksum, 0, "ben", "refuse", "no", reviewers=REVIEWERS)


@pytest.mark.parametrize(
    ("allowed", "operator", "by_itself"), [(1200, None, True), (1199, None, False), (5000, 10, False)]
)
async def test_a_plan_within_auto_apply_needs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int, operator: int | None, by_itself: bool
) -> None:
    text = DEBATE.replace("budget: 9000,", ALLOWED.format(allowed))
    variables = {} if operator is None else {"service_auto_apply_max_mana": operator}
    async with scene(tmp_path, monkeypatch, {"debate.yaml": text}, variables=variables) as there:
        await there.once("collect", "plan")
        assert (opened(there) == 4, every_card(there)) == (by_itself, ["applied" if by_itself else "open"])


async def test_a_plan_over_a_limit_is_neither_applied_by_itself_nor_approved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = DEBATE.replace("max_mana: 5000", "max_mana: 1000").replace("budget: 9000,", ALLOWED.format(5000))
    async with scene(tmp_path, monkeypatch, {"debate.yaml": text}) as there:
        await there.once("collect", "plan")
        with pytest.raises(Refusal, match="cannot be approved: the plan costs 1200 mana, over the limit of 1000"):
            decide(there)
        assert opened(there) == 0


async def test_what_manifold_or_the_budget_refuses_is_not_tried_by_itself_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 mana of budget for four markets of 300: one opens, the rest is tried once more, then goes to people."""
    text = DEBATE.replace("budget: 9000,", "budget: 500, auto_apply: {max_mana: 5000},")
    async with scene(tmp_path, monkeypatch, {"debate.yaml": text}) as there:
        await there.once("collect")
        for _ in range(5):
            await there.once("plan")
            there.clock.at = there.clock.at.replace(hour=there.clock.at.hour + 2)
        assert (opened(there), every_card(there)) == (1, ["applied", "applied", "open"])
        with there.store.reading() as connection:
            came = plan_cards.get(connection, 2).came
        assert came[0] == "0 done"
        assert "refused: budget small: 300 mana more" in came[1]


async def test_markets_that_are_not_ready_are_not_opened_by_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, monkeypatch) as there:
        told = await there.once("plan")  # the board was never seen
        assert (told["changes"], told["waiting"], opened(there)) == (0, 4, 0)
        await there.once("collect", "plan")
        assert opened(there) == 4


async def test_a_broken_folder_leaves_the_last_good_one_in_use_and_is_told(asked: Scene) -> None:
    await asked.once("plan")
    good = asked_text(asked, "reach-95")
    asked.edit("markets/reach-95.yaml", "question: [\n")
    told = await asked.once("plan")
    assert len(told["faults"]) == 1
    assert "reach-95.yaml:2:1: Y-" in told["faults"][0]
    assert card(asked).faults == tuple(told["faults"])
    assert await asked.once("plan")
    (alert,) = alerts(asked)
    assert told["faults"][0] in alert
    assert len(asked.service.around.loaded().markets) == 4
    decide(asked)
    await asked.once("plan")
    assert opened(asked) == 4
    asked.edit("markets/reach-95.yaml", good)
    assert "faults" not in await asked.once("plan")


def alerts(there: Scene) -> list[str]:
    with there.store.reading() as connection:
        rows = connection.execute(schema_talk.posts.select().order_by(schema_talk.posts.c.id))
        return [row.wanted["text"] for row in rows if row.kind == "alert"]


async def test_whoever_was_told_that_the_folder_is_broken_is_told_that_it_is_mended_and_broken_again(
    asked: Scene,
) -> None:
    good = asked_text(asked, "reach-95")
    for text in (good, "question: [\n", "question: [\n", good, good, "question: [\n"):
        asked.clock.at += timedelta(minutes=1)
        asked.edit("markets/reach-95.yaml", text)
        await asked.once("plan")
    assert [one.partition(".")[0] for one in alerts(asked)] == [
        "The debate's files cannot be used; the last good ones stay in use",
        "The debate's files can be used again, and are in use",
        "The debate's files cannot be used; the last good ones stay in use",
    ]


async def test_a_process_that_died_after_applying_is_followed_without_a_second_card(asked: Scene) -> None:
    """Approved, begun, and everything created: only the card's last step is missing."""
    await asked.once("plan")
    decide(asked)
    around, exchange = asked.service.around, asked.service.exchange
    async with exchange.writing() as there:
        from bot.opening import Planner
        from markets.changes import Limits

        planner = Planner(around.store, around.loaded(), there, gated=True)
        made = await planner.plan(Limits())
        assert all(isinstance(change, Create) and write_of(change).kind == "create" for change in made.changes)
        await planner.apply(made)
    await asked.once("plan")
    assert (every_card(asked), opened(asked)) == (["applied"], 4)


async def test_what_a_stranger_changed_is_told_with_the_next_plan_and_once_in_the_audit_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, monkeypatch, variables={"discord_token": "no-token-of-anybody"}) as there:
        await there.once("collect", "plan")
        ids = markets_by_slug(there)
        there.clock.at += timedelta(hours=1)
        rows = there.sandbox.state.markets
        rows.restore(ids["leader"], replace(rows[ids["leader"]], question="@everyone?"))
        for _ in range(2):
            told = await there.once("plan")
            there.clock.at += timedelta(hours=2)
        assert told["drifts"] == ["drift leader: question is '@everyone?', we posted 'Whose row will lead?'"]
        with there.store.reading() as connection:
            posts = connection.execute(sa.select(schema_talk.posts).where(schema_talk.posts.c.kind == "alert")).all()
        assert [(one.place, one.wanted["text"].partition(". ")[0]) for one in posts] == [
            ("channel:audit", "Others changed our markets on Manifold: leader (question)")
        ]


async def test_resolving_gets_its_turn_while_a_plan_still_reads(there: Scene) -> None:
    await there.once("collect", "plan")
    requests = watched(there.sandbox)
    requests.add(LIST, "slow", times=None, ms=600_000)
    there.clock.at += timedelta(hours=2)
    planning = asyncio.create_task(there.ran("plan"))
    await until(lambda: LIST in {route for route, _ in requests.asked}, "the plan reads")
    assert await there.once("resolve") == {}
    assert not planning.done()
    planning.cancel()
    await asyncio.wait([planning])


@pytest.mark.parametrize("between", [False, True])
async def test_what_is_applied_rests_on_a_whole_read_of_that_turn(there: Scene, between: bool) -> None:
    """Guards: no change is carried out by a line of a list, an old read, or one of before the turn."""
    await there.once("collect", "plan")
    leader = markets_by_slug(there)["leader"]
    there.edit("markets/leader.yaml", asked_text(there, "leader").replace("subsidy: 200", "subsidy: 250"))
    there.clock.at += timedelta(hours=1)
    requests = watched(there.sandbox)
    whole = f"/v0/market/{leader}"

    def then(route: str, path: str) -> None:
        row = there.sandbox.state.markets[leader]
        if between and path == whole and len([one for _, one in requests.asked if one == whole]) == 2:
            closed = replace(row, is_resolved=True, resolution="CANCEL", resolution_time=there.clock.ms())
            there.sandbox.state.markets.restore(leader, closed)

    requests.then = then
    told = await there.once("plan")
    routes = [route for route, path in requests.asked if path.startswith(whole)]
    paid = [n for n, route in enumerate(routes) if route.startswith("POST")]
    if between:
        assert (told["changes"], told["card"], paid) == (0, None, [])
    else:
        assert (told["applied"], len(paid)) == (1, 1)
        assert routes[: paid[0]].count(WHOLE) >= 2, "once for the plan, once more before it is carried out"


def markets_by_slug(there: Scene) -> dict[str, str]:
    with there.store.reading() as connection:
        return {one.slug: one.market_id for one in markets.every(connection, "small")}


def asked_text(there: Scene, slug: str) -> str:
    return (there.path / f"debate/markets/{slug}.yaml").read_text(encoding="utf-8")


async def test_an_approved_plan_of_a_market_that_cannot_be_read_waits_and_is_carried_out_later(asked: Scene) -> None:
    """Nothing was carried out, and nobody knows that nothing is left: the card says neither."""
    await asked.once("plan")
    decide(asked)
    await asked.once("plan")
    with asked.store.reading() as connection:
        (number,) = [one.market_id for one in markets.every(connection, "small") if one.slug == "leader"]
    file = asked.path / "debate/markets/leader.yaml"
    asked.edit("markets/leader.yaml", file.read_text().replace("subsidy: 200", "subsidy: 250"))
    asked.clock.at += timedelta(hours=1)
    await asked.once("plan")
    assert decide(asked).lines == ("fund leader: 50 mana, 250 in all",)
    object.__setattr__(asked.sandbox.state.markets[number], "visibility", "unlisted")
    faults = watched(asked.sandbox)
    faults.add(f"GET /v0/market/{number}", "500", times=None)
    told = await asked.once("plan")
    assert (told["card"], every_card(asked)) == ("approved", ["applied", "approved"])
    assert told["held"] == "the plan before people stays as it is: leader cannot be read from Manifold just now"
    faults.clear()
    assert (await asked.once("plan"))["applied"] == 1
    with asked.store.reading() as connection:
        there = markets.find(connection, "small", "leader")
    assert there is not None
    assert (there.subsidy_mana, every_card(asked)) == (Decimal(250), ["applied", "applied"])
