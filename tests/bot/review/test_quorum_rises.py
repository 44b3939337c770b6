"""Guards: how many must agree rises with disputes, a contrary price, a large pool, a second source."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from crux_builders import DEBATE, copied, definitions, folder, harm, verified
from desk_builders import FIVE, Desk, desk_in
from pydantic import ValidationError

from bot.review.desk import vote
from bot.review.quorum import Doubts, even_share, quorum_for, share_of
from bot.store import markets, prices, proposals, reviews
from bot.verifying import verify
from markets.load import load_debate
from markets.spec import DebateSpec, ReviewSpec
from resolvers.outcome import Answers, No, NotApplicable, Yes

HOUSE = ReviewSpec()
CHEAP = Doubts(share=Decimal("0.19"), open=True)
LARGE = Doubts(pool_mana=Decimal(10_000))


@pytest.mark.parametrize(("disputes", "needed"), [(0, 2), (1, 3), (2, 5), (7, 5)])
def test_two_three_then_five_must_agree_as_disputes_come(disputes: int, needed: int) -> None:
    assert quorum_for(Doubts(disputes=disputes), HOUSE).needed == needed


def test_a_definition_names_its_own_ladder() -> None:
    own = ReviewSpec(quorum=3, rising=(3, 3, 4, 7))
    assert [quorum_for(Doubts(disputes=number), own).needed for number in range(5)] == [3, 3, 4, 7, 7]
    assert ReviewSpec(quorum=3).ladder == (3, 4, 6)


@pytest.mark.parametrize(
    ("doubts", "because"),
    [
        (CHEAP, "the open market gives this outcome only 19%"),
        (LARGE, "the pool is large: 10,000 mana, 10,000 or more ask for another pair of eyes"),
        (Doubts(second="mirror says NO"), "a second source says otherwise: mirror says NO"),
        (Doubts(disputes=1), "disputed 1 time"),
    ],
)
def test_each_doubt_asks_for_one_step_more_and_says_why(doubts: Doubts, because: str) -> None:
    asked = quorum_for(doubts, HOUSE)
    assert (asked.needed, asked.because) == (3, (because,))


def test_doubts_add_up() -> None:
    assert quorum_for(replace(CHEAP, disputes=1), HOUSE).needed == 5


@pytest.mark.parametrize(
    "calm",
    [
        Doubts(share=Decimal("0.20"), open=True),
        Doubts(share=Decimal("0.19"), open=False),  # nobody could trade on what they know
        Doubts(share=Decimal("0.12"), even=Decimal(1) / 8, open=True),  # one of eight answers, as likely as any
        Doubts(pool_mana=Decimal("9999.99")),
        Doubts(),
    ],
)
def test_what_is_no_doubt_asks_for_nobody_more(calm: Doubts) -> None:
    assert quorum_for(calm, HOUSE) == quorum_for(Doubts(), HOUSE)


def test_a_large_pool_can_be_turned_off_and_one_who_decides_alone_stays_alone() -> None:
    assert quorum_for(LARGE, ReviewSpec(large_pool_mana=0)).needed == 2
    assert quorum_for(replace(CHEAP, disputes=3), ReviewSpec.model_validate({"quorum": 1, "declare": True})).needed == 1


def test_what_the_market_gives_an_outcome() -> None:
    shares = {"YES": Decimal("0.7"), "a": Decimal("0.1"), "b": Decimal("0.2")}
    both = Answers(weights={"a": Decimal(50), "b": Decimal(50), "c": Decimal(0)})
    assert [share_of(one, shares) for one in (Yes(), No(), both)] == [Decimal("0.7"), Decimal("0.3"), Decimal("0.3")]
    assert share_of(NotApplicable(), shares) is None
    assert share_of(Answers(weights={"z": Decimal(100)}), shares) is None
    assert even_share(both, 8) == Decimal("0.25")


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"rising": (3, 4)}, "rising begins with the quorum"),
        ({"rising": (2, 5, 3)}, "never falls"),
        ({"quorum": 1, "declare": True, "auto_after": "7 days"}, "silence decides nothing"),
        ({"quorum": 3, "rising": (2, 3)}, "rising begins with the quorum"),
        ({"auto_after": "1 hour"}, "leave reviewers at least 2 days"),
    ],
)
def test_a_review_that_cannot_be_is_refused(told: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        ReviewSpec.model_validate(told)


def test_two_reviewers_may_not_be_one_account() -> None:
    told = {
        "debate": "small",
        "title": "x",
        "reviewers": {"ann": {"manifold": "Trader"}, "ben": {"manifold": "trader"}},
    }
    with pytest.raises(ValidationError, match="name the same Manifold account: one person, one vote"):
        DebateSpec.model_validate(told)


def test_a_ladder_over_the_number_of_reviewers_is_refused_for_a_debate_and_for_a_market(tmp_path: Path) -> None:
    high = "{quorum: 2, window: 48 hours, rising: [2, 3, 4]}"
    changed = {"debate.yaml": DEBATE.replace("{quorum: 2, window: 48 hours}", high)}
    (fault, *_) = load_debate(folder(tmp_path / "debate", changed)).faults
    assert "review.rising asks for 4 people, but 3 reviewers are named: name more" in str(fault)
    market = definitions()["markets/reach-85.yaml"] + "review: {rising: [2, 4]}\n"
    faults = load_debate(folder(tmp_path / "market", {"markets/reach-85.yaml": market})).faults
    assert "review.rising: 4 must agree, 3 are named" in str(faults)


def test_what_is_frozen_of_a_review_is_as_before_where_nothing_new_is_said() -> None:
    assert HOUSE.frozen() == {"quorum": 2, "window": "2 days", "declare": False}
    own = ReviewSpec.model_validate({"rising": (2, 4), "on_proposed": "close", "auto_after": "7 days"})
    assert own.frozen() == HOUSE.frozen() | {"rising": [2, 4], "on_proposed": "close", "auto_after": "7 days"}
    assert ReviewSpec.model_validate(own.frozen()) == own


def test_what_a_definition_asks_beyond_the_quorum_stands_in_its_text(tmp_path: Path) -> None:
    more = "{quorum: 2, window: 48 hours, rising: [2, 3], on_proposed: close, auto_after: 7 days}"
    changed = {"debate.yaml": DEBATE.replace("{quorum: 2, window: 48 hours}", more)}
    loaded = load_debate(folder(tmp_path, changed))
    assert loaded.usable, loaded.faults
    text = loaded.markets["reach-85"].description
    assert "With each dispute, and where the price or a second source contradicts, 3 must agree." in text
    assert "Trading is closed while a proposal stands before the reviewers." in text
    assert "A proposal to which nobody says anything for 7 days goes on by itself." in text


async def test_after_a_dispute_three_must_agree_and_the_card_says_why(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("cat", "dispute")
    desk.world.at(10).see()
    desk.world.propose()
    asked = desk.world.card().quorum
    assert (asked.needed, asked.because) == (3, ("disputed 1 time",))
    await desk.approve("ann", "ben")
    assert desk.world.card().proposal.state == "proposed"
    assert (await desk.say("dan")).card.proposal.state == "approved"
    assert verify(desk.world.store).whole


async def test_where_the_open_market_contradicts_three_must_agree_by_the_price_of_that_moment(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await world.say("trader1", "/v0/bet", contractId=world.market("reach-85").market_id, amount=3000, outcome="NO")
    await desk.approve("ann", "ben")
    there = world.card()
    assert (there.proposal.state, there.quorum.needed) == ("proposed", 3)
    assert "the open market gives this outcome only" in there.quorum.because[0]
    assert (await desk.say("cat")).card.proposal.state == "approved"
    assert verify(world.store).whole


async def test_what_was_approved_keeps_its_number_though_the_price_falls_later(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await desk.approve("ann", "ben")
    with world.store.transaction() as connection:
        late = prices.Sample(world.market("reach-85").id, world.clock.at, {"YES": Decimal("0.01")}, None)
        prices.keep(connection, [replace(late, at=world.clock.at.replace(minute=1))])
    world.clock.at = world.clock.at.replace(minute=2)
    assert (world.card().wanted, world.card().quorum.needed) == (0, 2)
    await world.carry_on()
    world.at(11.01)
    assert [one.did for one in await world.carry_on()] == ["resolved"]
    assert verify(world.store).whole


async def test_rejections_end_a_proposal_by_the_definition_s_own_number(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("cat", "dispute")
    desk.world.at(10).see()
    desk.world.propose()
    await desk.say("ann", "reject", category="too early")
    assert (await desk.say("ben", "reject", category="ambiguous")).card.proposal.state == "rejected"


# What `crux verify` makes of it ------------------------------------------------------------------------------------


async def _approved_at_a_low_price(path: Path) -> Path:
    async with desk_in(path, {"debate.yaml": FIVE}) as desk:
        world = desk.world
        await world.decided()
        await world.say("trader1", "/v0/bet", contractId=world.market("reach-85").market_id, amount=3000, outcome="NO")
        await desk.approve("ann", "ben", "cat")
        assert world.card().proposal.state == "approved"
        return copied(world.database, path / "copy.sqlite")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            """UPDATE price_samples SET shares = '{"YES":"0.9"}'""",
            "approved at another price than the one that was kept",
        ),
        ("UPDATE price_samples SET liquidity_mana = '99'", "approved at another price than the one that was kept"),
        ("DELETE FROM price_samples", "is gone from the samples"),
    ],
)
async def test_a_price_that_is_not_what_an_approval_rested_on_is_found(tmp_path: Path, change: str, said: str) -> None:
    copy = await _approved_at_a_low_price(tmp_path)
    assert verified(copy).whole
    harm(copy, "price_samples", (change, ()))
    (broken,) = verified(copy).broken
    assert said in broken.because


async def test_an_approval_by_fewer_than_the_facts_on_record_demand_is_found(desk: Desk) -> None:
    """As a program would leave it that looks away: two votes, and the facts of a low price beside them."""
    world = desk.world
    await world.decided()
    there = world.card()
    facts = {"doubts": replace(there.doubts, share=None, second=None).told(), "needed": 2, "because": []}
    sample = prices.Sample(there.market.id, world.clock.at, {"YES": Decimal("0.05")}, None)
    facts["doubts"] |= {"share": "0.05", "sampled_at": world.clock.at.isoformat()}
    with world.store.transaction() as connection:
        prices.keep(connection, [sample])
        for person in ("ann", "ben"):
            reviews.review(connection, there.proposal, person=person, vote="approve", because="x", at=world.clock.at)
        proposals.move(connection, there.proposal, "approved", actor="ben", at=world.clock.at, because="x", facts=facts)
        assert markets.market(connection, there.market.id).state == "open"
    (broken,) = verify(world.store).broken
    assert broken.because == "by the facts on record 3 had to agree, and it was said to be 2"


async def test_once_the_price_has_come_round_those_who_agreed_are_enough(desk: Desk) -> None:
    """Both had spoken while it took three: nobody else would have to press for what is agreed on by now."""
    world = desk.world
    await world.decided()
    await world.everything()
    keep_price(desk, "0.05")
    for person in ("ann", "ben"):
        vote(world.store, world.card(), person=person, said="approve", because="I read it", reviewers=[person])
    await world.everything()
    assert (world.card().proposal.state, world.card().wanted) == ("proposed", 1)
    world.at(9.5).see()
    keep_price(desk, "0.90")
    assert "approved" in [one.did for one in await world.carry_on()]
    assert (world.card().proposal.state, world.card().quorum.needed) == ("agreed", 2)
    assert verify(world.store).whole


async def test_that_no_price_is_known_any_more_takes_no_doubt_away(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await world.everything()
    keep_price(desk, "0.05")
    for person in ("ann", "ben"):
        vote(world.store, world.card(), person=person, said="approve", because="I read it", reviewers=[person])
    world.at(12).see()
    await world.everything()
    assert (world.card().doubts.sampled_at, world.card().proposal.state) == (None, "proposed")


def keep_price(desk: Desk, share: str) -> None:
    world = desk.world
    sample = prices.Sample(world.market("reach-85").id, world.clock.at, {"YES": Decimal(share)}, None)
    with world.store.transaction() as connection:
        prices.keep(connection, [sample])
