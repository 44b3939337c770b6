"""Guards: what was judged a while ago is put to people only where nothing has overtaken it meanwhile."""

from __future__ import annotations

from crux_builders import World

from bot.judging import Judged, asked, judge_all
from bot.proposing import propose_all


def judged(world: World, slug: str = "reach-85") -> Judged:
    """As a pass does that takes its time before it proposes."""
    return judge_all(world.store, asked(world.store, world.loaded, [slug]), world.clock.at)


async def test_a_market_that_was_resolved_while_it_was_judged_is_not_proposed_again(world: World) -> None:
    await world.agreed()
    world.at(12).see()
    before = judged(world)
    assert "resolved" in [one.did for one in await world.everything()]
    assert propose_all(world.store, before) == []


async def test_a_verdict_that_knew_less_ends_no_proposal_that_knew_more(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.at(4).see()
    before = judged(world)
    world.at(5).see(two=("88.5", "north"))
    world.at(9).see()
    assert world.propose("reach-85")[0] == ("reach-85", "proposed")
    assert propose_all(world.store, before) == []
    assert world.card().proposal.state == "proposed"
