"""Guards: an answer tells how far a figure is on the right side, the market's own terms, and what waits for whom."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from asking_builders import NOW, argued, asked
from crux_builders import World, living

from bot.chat.answering import answer
from bot.chat.claiming import named
from bot.chat.replies import Context
from bot.chat.wording import read
from bot.debates import BUNDLED
from bot.store import proposals
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
