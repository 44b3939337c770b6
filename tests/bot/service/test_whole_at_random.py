"""Guards: a running service, killed at any moment while everybody acts and everything fails, does all of it once.

A real `crux run`, Manifold, Discord and a publisher on sockets, and one clock for all of them.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from whole_books import held_against_one_another, on_discord_once
from whole_builders import LEASE_S, Mother, Whole, mothering, whole
from whole_play import Play

from bot.review.desk import Card, cards

pytestmark = pytest.mark.long(60)

STEPS = 12
"""Accidents of one seed; then nothing fails any more, and everything has to come to its end. The seeds are two whose
accidents are of many kinds."""


@pytest.fixture(scope="module")
def mother() -> Iterator[Mother]:
    with mothering() as made:
        yield made


@pytest.mark.parametrize("seed", [1228, 2282])
async def test_whatever_dies_and_fails_everything_is_done_once(
    tmp_path: Path, mother: Mother, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async with whole(tmp_path, mother, seed) as there:
        play = Play(there, random.Random(seed))
        await play.some(STEPS)
        await play.to_the_end()
        held_against_one_another(there)
    with capsys.disabled():
        told = ", ".join(f"{what} {many}" for what, many in sorted(there.met.items()))
        print(f"\nseed {seed}: {told}")


def of(there: Whole, slug: str) -> list[Card]:
    return [one for one in cards(there.store, living=False) if one.market.slug == slug]


async def test_a_process_asleep_across_the_deadline_proposes_the_settled_value_once(
    tmp_path: Path, mother: Mother
) -> None:
    """96.5% was shown before T and corrected after it, inside settling, while the machine slept."""
    async with whole(tmp_path, mother, 7) as there:
        play = Play(there, random.Random(7))
        await play.it_begins()
        await there.until(lambda: of(there, "reach-85"), "one is proposed")
        deadline = of(there, "reach-85")[0].market.closes_at
        assert deadline is not None
        while deadline - there.clock.now() > timedelta(hours=30):
            await there.later(hours=26)
        there.publisher.rows["two"] = ("96.5", "north")
        await there.later(hours=2)
        assert of(there, "reach-95") == []
        left = deadline - there.clock.now()
        assert there.service is not None
        os.kill(there.service, signal.SIGSTOP)
        there.clock.add(left.total_seconds() + 6 * 3600)
        there.publisher.rows["two"] = ("84.0", "north")
        os.kill(there.service, signal.SIGCONT)
        await there.later(hours=3)
        await there.later(hours=49)
        await there.until(lambda: of(there, "reach-95"), "it is proposed")
        await there.later(hours=3)
        (found,) = of(there, "reach-95")
        assert (found.proposal.outcome.words(), found.proposal.state) == ("NO", "proposed")
        assert found.proposal.verdict.instant == deadline
        await there.end()


async def test_discord_gone_for_a_day_and_more_delays_nothing_else_and_gets_everything_once(
    tmp_path: Path, mother: Mother
) -> None:
    async with whole(tmp_path, mother, 8) as there:
        play = Play(there, random.Random(8))
        await there.up()
        there.discord.faults.rest_down()
        there.discord.faults.gateway_down()
        await there.until(lambda: not there.discord.ready, "Discord is gone")
        await play.it_opens_and_is_decided()
        await there.until(lambda: len(play.living()) == 2, "two are proposed")
        for number in (1, 2):
            for name in ("ann", "ben"):
                code, said = await there.crux("review", str(number), "approve", "--as", name, "--because", "I read it")
                assert code == 0, said
        await there.until(lambda: all(one.proposal.state == "agreed" for one in play.living()), "traders are told")
        assert there.discord.channels["review"].messages == []
        there.discord.faults.heal()
        await there.until(lambda: there.card(1) and there.card(2), "both cards stand")
        await there.until(play.all_said, "everything that is to stand does")
        there.clock.add(LEASE_S)
        on_discord_once(there)
        await there.end()
