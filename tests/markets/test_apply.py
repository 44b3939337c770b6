"""Law 8: exactly once, whatever dies when; against a Manifold on a real socket."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from market_builders import MARKET, REPLAY, spec
from outbox_builders import OutboxInMemory, apply_plan

from markets.apply import Applied, Carrier, finish, opened_after, perform
from markets.changes import Limits, Plan
from markets.live import LiveMarket, ms_of
from markets.load import load_debate
from markets.manifold import Manifold, creation_key
from markets.outbox import Write, comment, resolve, unresolve, write_of
from markets.plan import plan
from markets.render import NO_AI, text_tag
from markets.sandbox.server import Sandbox
from markets.spec import MarketSpec
from resolvers.errors import Refusal
from resolvers.outcome import Answers, No, NotApplicable, Probability, Yes

NOW = datetime(2025, 3, 1, tzinfo=UTC)
WIDE = Limits(max_mana=Decimal(100_000), yes_many=True)
BUNDLED = load_debate(REPLAY).markets


class Killed(BaseException):
    """The process died here."""


@dataclass
class World:
    """A sandbox, a client of its creator, an outbox, and a clock that only sleeping moves."""

    sandbox: Sandbox
    client: Manifold
    carrier: Carrier
    url: str
    outbox: OutboxInMemory = field(default_factory=OutboxInMemory)
    now: datetime = NOW
    slept_s: float = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self.now += timedelta(seconds=seconds)

    async def plan(self, *specs: MarketSpec, **more: Any) -> Plan:
        known = opened_after(self.outbox.rows)
        live = {each.market_id: await self.client.market(each.market_id) for each in known.values()}
        return plan(specs, known, live, WIDE, self.now, account_id=self.carrier.account_id, **more)

    async def apply(self, *specs: MarketSpec, **more: Any) -> Applied:
        return await apply_plan(await self.plan(*specs, **more), self.outbox, self.carrier)

    async def market(self, slug: str) -> LiveMarket:
        shown = await self.client.market(opened_after(self.outbox.rows)[slug].market_id)
        assert shown is not None
        return shown

    async def spent(self) -> float:
        return 1_000_000 - (await self.client.me()).balance_mana

    def markets(self) -> list[str]:
        return [each.question for each in self.sandbox.state.markets]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    moved: list[World] = []
    sandbox = Sandbox(None, now=lambda: ms_of(moved[0].now if moved else NOW), rng=random.Random(1))
    url = await sandbox.start()

    async def sleep(seconds: float) -> None:
        await moved[0].sleep(seconds)

    async with Manifold(url, sandbox.accounts["creator"].key, sleep=sleep) as client:
        moved.append(World(sandbox, client, Carrier(client, (await client.me()).id, sleep), url))
        yield moved[0]
    await sandbox.stop()


@pytest.fixture
def market(tmp_path: Path) -> MarketSpec:
    return spec(tmp_path)


async def test_all_four_types_are_created_at_their_cost_and_then_nothing_is_to_do(world: World) -> None:
    world.now = datetime(2025, 9, 2, tzinfo=UTC)
    first = await world.plan(*BUNDLED.values())
    applied = await apply_plan(first, world.outbox, world.carrier, checksum=first.checksum)
    assert applied.refused == []
    assert {BUNDLED[write.slug].market_type for write, _ in applied.done} == {
        "BINARY", "MULTIPLE_CHOICE", "MULTI_NUMERIC", "DATE",
    }  # fmt: skip
    assert await world.spent() == float(first.cost_mana)
    again = await world.plan(*BUNDLED.values())
    assert (again.changes, again.drifts) == ((), ())


async def test_every_figure_survives_the_way_to_manifold_and_back(world: World) -> None:
    for spec_of in BUNDLED.values():
        world.now = max(world.now, spec_of.opens)
        if world.now < spec_of.closes:
            await world.apply(spec_of)
            shown = (await world.market(spec_of.slug)).text
            figures = {figure for phrase in spec_of.rule.phrases() for figure in phrase.figures}
            assert {figure for figure in figures if figure not in shown} == set()
            assert text_tag(shown) == text_tag(spec_of.description)
            assert NO_AI in shown


async def test_another_checksum_or_a_plan_over_its_limits_is_not_begun(world: World, market: MarketSpec) -> None:
    found = await world.plan(market)
    with pytest.raises(Refusal, match="look at"):
        await apply_plan(found, world.outbox, world.carrier, checksum="0" * 64)
    with pytest.raises(Refusal, match="too much"):
        await apply_plan(Plan(found.changes, refusals=("too much",)), world.outbox, world.carrier)
    assert world.markets() == []


FAULTS = ["work_then_500", "500", "503", "drop", "drop_after_work"]


@pytest.mark.parametrize("what", FAULTS)
@pytest.mark.parametrize("times", [1, 2])
async def test_a_creation_happens_once_whatever_answers(
    world: World, market: MarketSpec, what: str, times: int
) -> None:
    world.sandbox.faults.add("POST /v0/market", what, times=times)
    assert len((await world.apply(market)).done) == 1
    assert world.markets() == [market.question]
    assert await world.spent() == 300


@pytest.mark.parametrize("what", FAULTS)
async def test_a_subsidy_is_paid_once_whatever_answers(
    world: World, market: MarketSpec, tmp_path: Path, what: str
) -> None:
    await world.apply(market)
    more = spec(tmp_path, MARKET.replace("subsidy: 200", "subsidy: 250"))
    world.sandbox.faults.add("POST /v0/market/*/add-liquidity", what)
    assert len((await world.apply(more)).done) == 1
    assert await world.spent() == 350
    assert (await world.plan(more)).changes == ()


@pytest.mark.parametrize("what", FAULTS)
async def test_a_comment_is_posted_once_whatever_answers(world: World, market: MarketSpec, what: str) -> None:
    await world.apply(market)
    shown = await world.market(market.slug)
    write = comment(market.slug, shown.id, "proposal/1", "Proposed: **YES**. Reply to object.")
    world.sandbox.faults.add("POST /v0/comment", what)
    found = await perform(write, world.outbox, world.carrier)
    assert await perform(write, world.outbox, world.carrier) == found
    assert [each.id for each in await world.client.comments(shown.id)] == [found["comment_id"]]


@pytest.mark.parametrize("what", FAULTS)
async def test_a_resolution_happens_once_whatever_answers(world: World, market: MarketSpec, what: str) -> None:
    await world.apply(market)
    shown = await world.market(market.slug)
    world.sandbox.faults.add("POST /v0/market/*/resolve", what)
    found = await perform(resolve(market.slug, shown.id, "proposal/1", Yes()), world.outbox, world.carrier)
    assert (found["resolution"], found["resolver_id"]) == ("YES", world.carrier.account_id)


@pytest.mark.parametrize("outcome", [Yes(), No(), Probability(percent=Decimal("33.3")), NotApplicable()])
async def test_yes_or_no_markets_resolve_to_each_outcome(world: World, market: MarketSpec, outcome: Any) -> None:
    await world.apply(market)
    shown = await world.market(market.slug)
    await perform(resolve(market.slug, shown.id, "p", outcome), world.outbox, world.carrier)
    assert (await world.market(market.slug)).resolved


@pytest.mark.parametrize("slug", ["bfcl-v4-leader-2026", "gso-best-2025", "aider-polyglot-80-date"])
@pytest.mark.parametrize("shares", [("100",), ("60", "40"), ("33.333333", "33.333333", "33.333334")])
async def test_markets_of_many_answers_resolve_to_one_or_to_shares(
    world: World, slug: str, shares: tuple[str, ...]
) -> None:
    world.now = datetime(2025, 9, 2, tzinfo=UTC)
    await world.apply(BUNDLED[slug])
    weights = {text: Decimal(share) for text, share in zip(BUNDLED[slug].answers, shares, strict=False)}
    shown = await world.market(slug)
    await perform(resolve(slug, shown.id, "p", Answers(weights=weights)), world.outbox, world.carrier)
    paid = await world.client.weights(shown.id)
    ids = {answer.text: answer.id for answer in shown.answers}
    assert {text: round(paid[ids[text]] * 100, 6) for text in weights} == {
        text: float(each) for text, each in weights.items()
    }


async def test_a_market_that_stands_resolved_otherwise_is_not_touched(world: World, market: MarketSpec) -> None:
    await world.apply(market)
    shown = await world.market(market.slug)
    await perform(resolve(market.slug, shown.id, "one", No()), world.outbox, world.carrier)
    with pytest.raises(Refusal, match="resolved to NO"):
        await perform(resolve(market.slug, shown.id, "two", Yes()), world.outbox, world.carrier)
    assert (await world.market(market.slug)).resolution == "NO"


async def test_a_resolution_can_be_taken_back_and_made_anew(world: World, market: MarketSpec) -> None:
    await world.apply(market)
    shown = await world.market(market.slug)
    await perform(resolve(market.slug, shown.id, "one", No()), world.outbox, world.carrier)
    await perform(unresolve(market.slug, shown.id, "one"), world.outbox, world.carrier)
    await perform(resolve(market.slug, shown.id, "two", Yes()), world.outbox, world.carrier)
    assert (await world.market(market.slug)).resolution == "YES"


async def test_what_another_client_changed_is_shown_and_put_back_on_request(world: World, market: MarketSpec) -> None:
    await world.apply(market)
    shown = await world.market(market.slug)
    for _ in range(2):
        await world.client.update(
            shown.id, question="Changed?", closes=market.closes + timedelta(days=1), description="Changed."
        )
        assert [each.field for each in (await world.plan(market)).drifts] == ["question", "closes", "description"]
        await world.apply(market, restore=frozenset({market.slug}))
        assert await world.plan(market) == Plan()


async def test_a_foreign_market_under_our_key_is_not_adopted(world: World, market: MarketSpec) -> None:
    key = creation_key(world.carrier.account_id, market.debate, market.slug, 1)
    async with Manifold(world.url, world.sandbox.accounts["trader1"].key, sleep=world.sleep) as other:
        change = (await world.plan(market)).changes[0]
        await other.create(change.creation)  # type: ignore[union-attr]  # a Create
    applied = await world.apply(market)
    assert applied.done == []
    assert "belongs to another account" in applied.refused[0][1]
    assert opened_after(world.outbox.rows) == {}
    assert (await world.client.market(key)) is not None


async def test_a_market_of_ours_that_asks_something_else_is_not_adopted(
    world: World, market: MarketSpec, tmp_path: Path
) -> None:
    await world.apply(market)
    world.outbox = OutboxInMemory()
    other = spec(tmp_path, MARKET.replace("Will a row reach", "Will any row reach"))
    assert "asks something else" in (await world.apply(other)).refused[0][1]


async def test_a_market_of_ours_that_was_edited_before_it_was_read_back_keeps_its_mana_and_its_row(
    world: World, market: MarketSpec
) -> None:
    write = write_of((await world.plan(market)).changes[0])
    with pytest.raises(Killed):
        await _dying(world, write, "in flight")
    key = creation_key(world.carrier.account_id, market.debate, market.slug, 1)
    await world.client.update(key, question="Edited?")
    recovered = await finish(world.outbox, world.carrier)
    assert (recovered.done, recovered.refused) == ([], [])
    assert "asks something else: nothing foreign is adopted. It is 'Edited?'" in recovered.open[0][1]
    assert [entry.write.mana for entry in world.outbox.open_entries()] == [Decimal(300)]
    await world.client.update(key, question=market.question)
    assert len((await finish(world.outbox, world.carrier)).done) == 1
    assert await world.spent() == 300
    assert await world.plan(market) == Plan()


async def test_an_older_store_that_was_put_back_pays_no_subsidy_twice(
    world: World, market: MarketSpec, tmp_path: Path
) -> None:
    await world.apply(market)
    older = list(world.outbox.rows)
    await world.apply(spec(tmp_path / "a", MARKET.replace("subsidy: 200", "subsidy: 250")))
    await world.sleep(60)
    world.outbox = OutboxInMemory(older[:])
    await world.apply(spec(tmp_path / "b", MARKET.replace("subsidy: 200", "subsidy: 250")))
    assert await world.spent() == 350
    world.outbox = OutboxInMemory(older[:])
    more = spec(tmp_path / "c", MARKET.replace("subsidy: 200", "subsidy: 300"))
    await world.apply(more)
    assert await world.spent() == 400
    assert await world.plan(more) == Plan()


async def test_an_older_store_that_was_put_back_posts_no_comment_twice(world: World, market: MarketSpec) -> None:
    await world.apply(market)
    shown = await world.market(market.slug)
    older = list(world.outbox.rows)
    write = comment(market.slug, shown.id, "proposal/1/1/window", "Proposed: **YES**.")
    found = await perform(write, world.outbox, world.carrier)
    await world.sleep(60)
    world.outbox = OutboxInMemory(older)
    assert await perform(write, world.outbox, world.carrier) == found
    assert len(await world.client.comments(shown.id)) == 1


async def test_a_store_that_was_lost_finds_its_markets_again_by_their_keys(world: World, market: MarketSpec) -> None:
    await world.apply(market)
    world.outbox = OutboxInMemory()
    assert len((await world.apply(market)).done) == 1
    assert await world.spent() == 300
    assert await world.plan(market) == Plan()


async def test_a_refused_change_is_told_and_does_not_stop_the_others(world: World, tmp_path: Path) -> None:
    dear = spec(tmp_path / "a", MARKET.replace("subsidy: 200", "subsidy: 9000000"), "too-dear")
    cheap = spec(tmp_path / "b", MARKET.replace("Will a row reach", "Will any row reach"), "cheap")
    found = plan([dear, cheap], {}, {}, Limits(Decimal(10**8), yes_many=True), NOW, account_id=world.carrier.account_id)
    applied = await apply_plan(found, world.outbox, world.carrier)
    assert [write.slug for write, _ in applied.done] == ["cheap"]
    assert "Balance must be at least" in applied.refused[0][1]
    assert world.outbox.open_entries() == []


async def test_what_manifold_never_answers_stays_open_for_the_next_process(world: World, market: MarketSpec) -> None:
    world.sandbox.faults.add("POST /v0/market", "500", times=None)
    applied = await world.apply(market)
    assert (applied.done, applied.refused) == ([], [])
    ((write, because),) = applied.open
    assert (write.kind, because.partition(": ")[0]) == ("create", "POST /v0/market was answered with 500")
    assert len(world.outbox.open_entries()) == 1
    world.sandbox.faults.clear()
    assert len((await finish(world.outbox, world.carrier)).done) == 1
    assert world.markets() == [market.question]


async def test_nothing_is_sent_blindly_where_manifold_cannot_be_reached(world: World, market: MarketSpec) -> None:
    found = await world.plan(market)
    await world.sandbox.stop()
    applied = await apply_plan(found, world.outbox, world.carrier)
    assert (applied.done, applied.refused) == ([], [])
    assert [(write.kind, because) for write, because in applied.open] == [
        ("create", "Manifold cannot be reached (ConnectError): nothing was sent, try again")
    ]
    assert len(world.outbox.open_entries()) == 1


class DyingOutbox(OutboxInMemory):
    """Dies at its n-th step: before or after the row is written, before or after it is closed."""

    def __init__(self, rows: OutboxInMemory, at: str) -> None:
        super().__init__(rows.rows, rows.dropped)
        self.at = at

    def begin(self, write: Write) -> Any:
        return self._around("begin", lambda: super(DyingOutbox, self).begin(write))

    def settle(self, entry: Any, found: Any) -> None:
        self._around("settle", lambda: super(DyingOutbox, self).settle(entry, found))

    def _around(self, name: str, work: Callable[[], Any]) -> Any:
        if self.at == f"before {name}":
            raise Killed
        done = work()
        if self.at == f"after {name}":
            raise Killed
        return done


async def writes_of(world: World, market: MarketSpec, tmp_path: Path) -> dict[str, Write]:
    """One write of each kind; all but the creation need the market to be there."""
    await world.apply(market)
    shown = await world.market(market.slug)
    more = spec(tmp_path / "more", MARKET.replace("subsidy: 200", "subsidy: 260"))
    again = spec(tmp_path / "again", MARKET.replace("Will a row reach", "Will any row reach"), "again")
    return {
        "create": write_of((await world.plan(market, again)).changes[0]),
        "fund": write_of((await world.plan(more)).changes[0]),
        "comment": comment(market.slug, shown.id, "p", "words"),
        "resolve": resolve(market.slug, shown.id, "p", Yes()),
    }


@pytest.mark.parametrize("kind", ["create", "fund", "comment", "resolve"])
@pytest.mark.parametrize(
    "at", ["before begin", "after begin", "in flight", "while reading back", "before settle", "after settle"]
)
async def test_a_process_that_dies_anywhere_does_everything_once(
    world: World, market: MarketSpec, tmp_path: Path, kind: str, at: str
) -> None:
    write = (await writes_of(world, market, tmp_path))[kind]
    before = await world.spent()
    with pytest.raises(Killed):
        await _dying(world, write, at)
    await finish(world.outbox, world.carrier)
    await perform(write, world.outbox, world.carrier)
    assert await world.spent() - before == {"create": 300, "fund": 60, "comment": 1, "resolve": -300}[kind]
    assert len(world.markets()) == (2 if kind == "create" else 1)
    assert world.outbox.open_entries() == []


async def _dying(world: World, write: Write, at: str) -> None:
    routes = {
        "create": ("POST /v0/market", "GET /v0/txns"),
        "fund": ("POST /v0/market/*/add-liquidity", "GET /v0/txns"),
        "comment": ("POST /v0/comment", "GET /v0/comments"),
        "resolve": ("POST /v0/market/*/resolve", "GET /v0/market/*"),
    }
    before_sending = {"create": 0, "fund": 2, "comment": 1, "resolve": 2}[write.kind]  # reads
    carrier = world.carrier

    async def die(seconds: float) -> None:
        raise Killed

    if at == "in flight":
        world.sandbox.faults.add(routes[write.kind][0], "drop_after_work")
        world.sandbox.faults.add(routes[write.kind][1], "503", times=1, after=before_sending)
    elif at == "while reading back":
        world.sandbox.faults.add(routes[write.kind][1], "503", times=1, after=before_sending)
    if at in ("in flight", "while reading back"):
        async with Manifold(world.url, world.sandbox.accounts["creator"].key, sleep=die) as client:
            carrier = Carrier(client, world.carrier.account_id, die)
            try:
                await perform(write, world.outbox, carrier)
            finally:
                world.sandbox.faults.clear()
    else:
        await perform(write, DyingOutbox(world.outbox, at), carrier)


@pytest.mark.parametrize("kind", ["create", "fund", "comment", "resolve"])
async def test_stale_reads_make_nothing_happen_twice(
    world: World, market: MarketSpec, tmp_path: Path, kind: str
) -> None:
    write = (await writes_of(world, market, tmp_path))[kind]
    await world.sleep(60)
    before = await world.spent()
    world.sandbox.faults.add("GET *", "stale_reads", times=None)
    world.sandbox.faults.add("POST *", "work_then_500", times=1)
    await perform(write, world.outbox, world.carrier)
    world.sandbox.faults.clear()
    assert await world.spent() - before == {"create": 300, "fund": 60, "comment": 1, "resolve": -300}[kind]
