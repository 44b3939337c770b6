"""Guards: an answer tells how far a figure is on the right side, the market's own terms, and what waits for whom."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from asking_builders import NOW, argued, asked, tools_of
from crux_builders import World, living

from bot.chat.answering import answer
from bot.chat.claiming import named
from bot.chat.replies import Context
from bot.chat.wording import read
from bot.debates import BUNDLED
from bot.store import proposals, schema
from bot.store.identities import link
from markets.load import Loaded, load_debate


def written(world: World, old: str, new: str) -> Loaded:
    """The debate with other words in the file of reach-85."""
    file = world.folder / "markets/reach-85.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    loaded = load_debate(world.folder)
    assert loaded.usable, loaded.faults
    return loaded


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("best >= 85%", "14 points short."),
        ("best <= 85%", "14 points below."),
        ("best <= 60%", "11 points above."),
        ("best >= 60%", "11 points above."),
        ("best >= 71%", "the very same."),
    ],
)
async def test_a_figure_is_short_only_of_what_does_not_hold(tmp_path: Path, rule: str, told: str) -> None:
    async with living(tmp_path) as world:
        loaded = written(world, "yes: best >= 85%", f"yes: {rule}")
        world.at(1).see(south=("71.0", "x"))
        world.at(2)
        assert asked(world, "how close is reach-85?", loaded).lines[0].endswith(f": {told}")


async def test_who_decides_a_market_is_told_with_the_markets_own_window(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        file = world.folder / "markets/reach-85.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "review: {window: 120 hours}\n", encoding="utf-8")
        loaded = load_debate(world.folder)
        assert "then traders have 5 days to object" in asked(world, "who decides reach-85?", loaded).lines[0]
        assert "5 days" not in asked(world, "who decides reach-95?", loaded).lines[0]


async def test_a_question_is_no_vote_and_the_proposal_waits_for_it_still(world: World) -> None:
    await world.decided()
    with world.store.transaction() as connection:
        who = {"debate": "small", "person": "ann", "platform": "discord", "account": "7", "name": "Ann"}
        link(connection, **who, at=world.store.now(), by="test")  # type: ignore[arg-type]  # as the tests spell them
    world.vote("ann", "ask", because="why is that so?")
    said = "do i have anything to vote on?"
    assert "Without your vote, ann: P1, P2." in asked(world, said, asker="7").lines
    world.vote("ann", "reject", because="row two was edited")
    assert "Without your vote, ann: P2." in asked(world, said, asker="7").lines


async def test_what_a_person_put_forward_does_not_wait_for_them(world: World) -> None:
    await world.decided()
    there = world.card()
    with world.store.transaction() as connection:
        made = proposals.propose(
            connection, market=there.market.id, version=there.proposal.version, verdict=there.proposal.verdict,
            last_snapshot=there.proposal.last_snapshot, at=world.clock.at, actor="ann", supersedes=there.proposal,
        )  # fmt: skip
        who = {"debate": "small", "person": "ann", "platform": "discord", "account": "7", "name": "Ann"}
        link(connection, **who, at=world.store.now(), by="test")  # type: ignore[arg-type]  # as the tests spell them
    told = asked(world, "do i have anything to vote on?", asker="7").lines
    assert "Without your vote, ann: P2." in told
    assert f"P{made.id}," not in " ".join(told[2:])


async def test_an_opened_market_is_told_by_what_was_frozen_whatever_its_file_says_by_now(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.at(2).see()
    asks = [f"what {each}?" for each in ("are the rules of reach-85", "does reach-85 need", "would make reach-85 NO")]
    before = [asked(world, said).lines for said in asks]
    loaded = written(world, "yes: best >= 85%", "yes: best >= 90%")
    assert [asked(world, said, loaded).lines for said in asks] == before
    (world.folder / "markets/reach-85.yaml").unlink()
    tools = tools_of(world, load_debate(world.folder))
    assert tools.market("reach-85") == tools_of(world).market("reach-85")


def resolved_again(world: World, times: int) -> None:
    """So many more markets beside reach-85, resolved as it was."""
    rows = {schema.markets: schema.markets.c.slug == "reach-85", schema.proposals: schema.proposals.c.id == 1}
    with world.store.transaction() as connection:
        market, done = (
            connection.execute(sa.select(table).where(which)).one()._asdict() for table, which in rows.items()
        )
        assert done["state"] == "resolved"
        for number in range(1000, 1000 + times):
            told = {"id": number, "slug": f"also-{number}", "market_id": f"x{number}"}
            connection.execute(sa.insert(schema.markets).values(market | told))
            connection.execute(sa.insert(schema.proposals).values(done | {"id": number, "market": number}))


def asks_of_the_store(world: World, said: str) -> int:
    """How often the store is asked for one answer."""
    tools, asks = tools_of(world), list[str]()
    sa.event.listen(world.store.engine, "before_cursor_execute", lambda *told: asks.append(told[2]))
    assert answer(tools, said, Context("asker", tools.now)).lines
    return len(asks)


@pytest.mark.parametrize("said", ["what changed since it opened?", "which markets are there?", "best score of board?"])
async def test_however_many_have_resolved_the_store_is_asked_no_more_often(world: World, said: str) -> None:
    await world.agreed()
    world.at(12).see()
    await world.carry_on()
    asked(world, said)  # what is judged for the first time is read for it
    few = asks_of_the_store(world, said)
    resolved_again(world, 30)
    assert asks_of_the_store(world, said) == few


async def test_a_market_whose_file_is_gone_bears_on_nothing_that_is_known(tmp_path: Path) -> None:
    loaded = load_debate(BUNDLED / "predictors-vs-agents")
    slug = "agentic-share-trend"
    left = replace(loaded, markets={name: spec for name, spec in loaded.markets.items() if name != slug})
    tools = argued(tmp_path, loaded=left)
    told = answer(tools, f"which claims does {slug} bear on?", Context("asker", NOW, chosen=slug))
    assert told.lines == (f"{slug} is no longer in the debate's files, so what it bears on is not known.",)


def test_a_claim_called_by_its_name_is_told_whatever_is_asked_around_it(tmp_path: Path) -> None:
    tools = argued(tmp_path)
    for name in ("generality-needs-goals", "no-homunculi-today", "sparse-rl-underperforms"):
        told = answer(tools, f"what exactly does {name} claim?", Context("asker", NOW))
        assert told.intent == "claim"
        assert told.lines[0].startswith(f"{name}: ")


def test_a_plain_word_is_nobodys_name_for_short(tmp_path: Path) -> None:
    tools = argued(tmp_path)
    assert [named(tools, read(said)) for said in ("what does carlsmith think", "and the conditioners?")] == [True, True]
    assert [named(tools, read(said)) for said in ("open", "what is the update", "the link")] == [False] * 3


def test_a_stance_of_a_later_day_is_not_held_yet(tmp_path: Path) -> None:
    loaded = load_debate(BUNDLED / "predictors-vs-agents")
    arguments = loaded.arguments
    assert arguments is not None
    held = next(one for one in arguments.in_force(NOW) if one.voice == "joe-carlsmith" and one.claim is not None)
    sure = {"credence": Decimal("0.999"), "word": None, "as_of": NOW.replace(year=2027)}
    later = held.model_copy(update=sure)
    ahead = replace(loaded, arguments=replace(arguments, stances=(*arguments.stances, later)))
    said = "what does carlsmith think?"
    tools = argued(tmp_path, loaded=ahead)
    assert answer(tools, said, Context("asker", NOW)) == answer(
        replace(tools, loaded=loaded), said, Context("asker", NOW)
    )
