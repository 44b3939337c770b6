"""Guards: who asks too much is told once when to try again, and is answered then."""

from __future__ import annotations

import pytest

from bot.discord.pace import PersonalPace, too_fast
from resolvers.errors import Refusal

LIMITS = ((10.0, 2), (60.0, 3))


class Seconds:
    """A clock that is told the time."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_are_let_through_and_the_next_is_told_how_long_to_wait() -> None:
    clock = Seconds()
    pace = PersonalPace(clock, LIMITS)
    assert [pace.wait_s("ann") for _ in range(3)] == [0, 0, 10]
    clock.now += 4
    assert pace.wait_s("ann") == 6
    assert pace.wait_s("bob") == 0


def test_what_was_refused_does_not_count_so_nobody_is_kept_silent_for_asking() -> None:
    clock = Seconds()
    pace = PersonalPace(clock, LIMITS)
    for _ in range(50):
        pace.wait_s("ann")
    clock.now += 10
    assert pace.wait_s("ann") == 0
    assert pace.wait_s("ann") == 50  # the longer limit
    clock.now += 50
    assert pace.wait_s("ann") == 0


def test_the_wait_is_told_once_until_it_is_over() -> None:
    clock = Seconds()
    pace = PersonalPace(clock, LIMITS)
    assert [pace.tells("ann", 10), pace.tells("ann", 10)] == [True, False]
    clock.now += 11
    assert pace.tells("ann", 10)


def test_a_command_is_refused_with_when_to_try_again() -> None:
    pace = PersonalPace(Seconds(), LIMITS)
    pace.require("ann")
    pace.require("ann")
    with pytest.raises(Refusal, match=r"ask again in 10 s, and you are answered"):
        pace.require("ann")
    assert too_fast(421.0) == "That was a lot at once: ask again in 8 minutes, and you are answered."
