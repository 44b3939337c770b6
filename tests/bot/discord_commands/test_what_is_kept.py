"""Guards: what is kept of talk and of links is bounded, for each person and in all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from crux_builders import World

from bot.store import phrases, submissions
from bot.store.submissions import Offered
from resolvers.errors import Refusal


def offer(world: World, number: int, account: str = "7") -> bool:
    url = f"https://example.org/{number}"
    with world.store.transaction() as connection:
        offered = Offered("small", "reach-85", account, "sue", url, "look", "for")
        return submissions.put(connection, offered, world.clock.at)[1]


@pytest.mark.parametrize(
    ("apart", "many", "wait"),
    [
        (timedelta(seconds=6), 5, timedelta(minutes=5)),
        (timedelta(minutes=2), 15, timedelta(hours=1)),
        (timedelta(minutes=5), 40, timedelta(days=1)),
    ],
)
def test_a_person_may_put_forward_so_many_links_in_a_time_and_others_are_not_kept_waiting_by_it(
    world: World, apart: timedelta, many: int, wait: timedelta
) -> None:
    for number in range(many):
        assert offer(world, number)
        world.clock.at += apart
    with pytest.raises(Refusal, match=f"more than {many} within"):
        offer(world, many)
    assert offer(world, many, account="8")
    world.clock.at += wait
    assert offer(world, many + 1)


def test_a_link_that_is_there_already_is_no_new_one_and_counts_against_nobody(world: World) -> None:
    assert [offer(world, 1), offer(world, 1, "8"), offer(world, 1, "8")] == [True, False, False]
    assert offer(world, 2, "8")


def test_of_what_was_not_understood_only_the_newest_are_kept_and_each_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phrases, "MOST_KEPT", 3)
    for said in ("one", "two", "two", "three  four", "five", "six" * 200):
        phrases.keep(world.store, said, "unknown", world.clock.at)
    assert [one.said for one in phrases.every(world.store)] == ["three four", "five", ("six" * 200)[:300]]
