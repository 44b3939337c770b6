"""Guards: a clock set forward or back by hours under a running service; midnight, a leap day, a year's end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crux_builders import definitions
from many_builders import LIST, watched
from service_builders import Scene, scene

from bot.review.desk import Card, cards, vote
from bot.service.copies import copies
from bot.store import markets
from bot.store.last_looks import last_looks
from bot.verifying import verify

HOURS = timedelta(hours=9)
REVIEWERS = ("ann", "ben", "cat")


async def test_after_the_clock_was_set_back_everything_is_looked_at_at_once_and_then_at_its_pace(there: Scene) -> None:
    """Guards: nothing waits until the clock is as late again as it once was."""
    await there.once("collect", "plan", "judge", "prices", "backup")
    there.clock.at += HOURS
    await there.once("collect", "plan", "judge", "prices")
    looked = there.publisher.asked["/board"]
    there.clock.at -= HOURS - timedelta(hours=2)
    requests = watched(there.sandbox)
    await there.once("collect", "plan")
    assert (there.publisher.asked["/board"], requests.counted()[LIST]) == (looked + 1, 1)
    assert (await there.once("judge"))["due"] == 4
    assert (await there.once("prices"))["sampled"] == 4
    assert last_looks(there.store)["board"].at == there.clock.at
    for _ in range(3):
        there.clock.at += timedelta(minutes=1)
        await there.once("collect", "plan")
        assert (await there.once("judge"))["due"] == 0
    assert (there.publisher.asked["/board"], requests.counted()[LIST]) == (looked + 1, 0)
    assert verify(there.store).whole


async def test_after_the_clock_was_set_back_a_copy_is_made_once_a_day_and_no_older_one_goes_for_it(
    there: Scene,
) -> None:
    for _ in range(3):
        await there.once("backup")
        there.clock.at += timedelta(days=1)
    there.clock.at -= timedelta(days=2)
    for _ in range(5):
        await there.once("backup")
        there.clock.at += timedelta(hours=1)
    assert len(copies(there.path / "crux.sqlite")) == 3


def decided(there: Scene) -> Card:
    return next(one for one in cards(there.store, living=False) if one.market.slug == "reach-85")


async def test_a_window_holds_though_the_clock_is_set_back_while_it_is_open(there: Scene) -> None:
    await there.once("collect", "plan")
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await there.at(9).once("collect", "judge")
    for person in ("ann", "ben"):
        vote(there.store, decided(there), person=person, said="approve", because="yes", reviewers=REVIEWERS)
    await there.once("resolve")
    until = decided(there).proposal.window_until
    assert until is not None
    there.clock.at -= HOURS
    for _ in range(3):
        await there.once("collect", "judge", "resolve")
        assert decided(there).proposal.state == "agreed"
        there.clock.at += timedelta(hours=4)
    there.clock.at = until + timedelta(hours=1)
    assert "reach-85" in (await there.once("resolve"))["resolved"]
    assert verify(there.store).whole


@pytest.mark.parametrize(
    "midnight",
    [datetime(2024, 2, 29, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)],
    ids=["a leap day begins", "a leap day ends", "a year ends"],
)
async def test_markets_open_at_midnight_and_not_before_whatever_day_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, midnight: datetime
) -> None:
    files = definitions(midnight, midnight + timedelta(days=60))
    del files["debate.yaml"], files["sources/board.yaml"]
    async with scene(tmp_path, monkeypatch, files) as there:
        there.clock.at = midnight - timedelta(seconds=1)
        await there.once("collect", "plan")
        assert opened(there) == []
        there.clock.at = midnight
        await there.once("plan", "judge")
        assert opened(there) == [midnight] * 4


def opened(there: Scene) -> list[datetime]:
    with there.store.reading() as connection:
        return [one.opened_at for one in markets.every(connection, "small")]
