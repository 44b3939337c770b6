"""Guards: what stays for long is put out of the collector's sight; a pause brings nothing back and adds nothing."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from markets import pausing
from markets.pausing import FEW, GROWN_MIB, SETTLED, put_out_of_sight, without_collecting


class Kept:
    """Something that may be in a cycle, and says when it is gone."""

    def __init__(self) -> None:
        self.other: Kept | None = None


def cycle() -> weakref.ref[Kept]:
    """Two that hold one another, and that nobody else holds."""
    one, two = Kept(), Kept()
    one.other, two.other = two, one
    return weakref.ref(one)


def walked() -> list[int]:
    """The generations that the collector walks from now on; `gc.callbacks` is cleared after each test."""
    found = list[int]()

    def told(phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            found.append(about["generation"])

    gc.callbacks.append(told)
    return found


@pytest.fixture(autouse=True)
def _seen_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins as a process does: nothing is out of sight, and nothing was."""
    monkeypatch.setattr(pausing, "_pauses", pausing._Pauses())
    gc.unfreeze()
    before = [*gc.callbacks]
    yield
    gc.callbacks[:] = before
    gc.unfreeze()


def test_a_pause_leaves_nothing_out_of_sight_where_nothing_was() -> None:
    with without_collecting():
        assert not gc.isenabled()
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)


def test_what_is_out_of_sight_stays_so_through_a_pause() -> None:
    put_out_of_sight()
    with without_collecting():
        pass
    assert gc.get_freeze_count() > 0


def test_what_others_have_put_out_of_sight_stays_so_too() -> None:
    gc.freeze()
    with without_collecting():
        pass
    assert gc.get_freeze_count() > 0


def test_the_collector_goes_on_only_when_the_last_of_several_pauses_ends() -> None:
    with without_collecting():
        with without_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_is_over_already_is_not_put_out_of_sight() -> None:
    """Guards: a service that puts something out of sight hourly does not grow by what each hour left behind."""
    gc.collect()
    over = cycle()
    put_out_of_sight()
    assert over() is None


def test_a_short_pause_puts_nothing_out_of_sight_for_good() -> None:
    put_out_of_sight()
    gc.collect()
    with without_collecting():
        over = cycle()
    gc.collect()
    assert over() is None


def test_a_long_pause_is_not_followed_by_a_walk_over_what_was_made_in_it() -> None:
    put_out_of_sight()
    seen = walked()
    with without_collecting():
        made = [[number] for number in range(10 * FEW)]
    assert gc.get_count()[0] < FEW
    assert (len(made), seen) == (10 * FEW, [])


def test_everything_is_walked_only_after_the_process_has_grown_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards: no daily walk over all definitions, which stops every thread."""
    peak = 1_000
    monkeypatch.setattr(pausing, "peak_mib", lambda: peak)
    put_out_of_sight()
    seen = walked()
    for _ in range(2 * SETTLED):
        put_out_of_sight()
    assert 2 not in seen
    over, peak = cycle(), peak + GROWN_MIB + 1
    gc.freeze()  # alive then, and dropped since
    put_out_of_sight()
    assert (over(), seen.count(2)) == (None, 1)
    put_out_of_sight()
    assert seen.count(2) == 1


def test_pauses_alone_let_a_process_grow_no_further_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards: a service of few markets, which puts nothing out of sight hourly, and whose long pauses freeze all."""
    peak = 1_000
    monkeypatch.setattr(pausing, "peak_mib", lambda: peak)
    put_out_of_sight()

    def long_pause() -> list[list[int]]:
        with without_collecting():
            return [[number] for number in range(2 * FEW)]

    for _ in range(SETTLED + 1):
        long_pause()
    alive = Kept()
    over = weakref.ref(alive)
    alive.other = alive
    long_pause()
    del alive  # it was alive when all was put out of sight
    gc.collect()
    assert over() is not None
    peak += GROWN_MIB + 1
    long_pause()
    assert over() is None
