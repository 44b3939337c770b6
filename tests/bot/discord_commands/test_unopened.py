"""Guards: what a market that has not opened waits for is told of that market and of no other."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from crux_builders import living

from bot.chat.store_tools import StoreTools, titles_of
from bot.discord.commands.unopened import waits_for
from bot.store import plan_cards
from markets.load import load_debate


async def test_a_plan_that_opens_another_market_with_a_longer_name_is_not_what_a_market_waits_for(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as world:
        world.see()
        there = world.folder / "markets"
        longer = (there / "reach-85.yaml").read_text("utf-8")
        (there / "reach.yaml").write_text(longer.replace("Will a row reach 85%", "Will any row reach 85%"), "utf-8")
        loaded = load_debate(world.folder)
        assert "reach" in loaded.markets
        tools = StoreTools(world.store, loaded, world.clock.at, titles_of(loaded))

        told = {}
        for line in ("create reach-85: binary, 200 mana", "create reach: binary, 200 mana"):
            with world.store.transaction() as connection:
                at, summary = world.clock.at, {"lines": [line], "refusals": []}
                plan = plan_cards.put(connection, "small", "c" * 64, summary=summary, cost_mana=Decimal(200), at=at)
            told[line.partition(":")[0]] = waits_for(tools, "reach", may_write=True)
            with world.store.transaction() as connection:
                plan_cards.move(connection, plan, "stale", by="crux", because="a newer one", at=at)
        assert told == {
            "create reach-85": "the next plan",
            "create reach": "a reviewer's word on plan cccccccccccc",
        }
