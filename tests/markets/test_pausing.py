"""Guards: what stays for long is put out of the collector's sight; a pause brings nothing back and adds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from markets.pausing import bring_back, let_go, put_out_of_sight, without_collecting


@pytest.fixture(autouse=True)
def _seen_again() -> Iterator[None]:
    bring_back()
    yield
    bring_back()


def test_a_pause_leaves_nothing_out_of_sight_where_nothing_was() -> None:
    with without_collecting():
        assert not gc.isenabled()
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)


def test_what_is_out_of_sight_stays_so_through_a_pause_until_it_is_brought_back() -> None:
    put_out_of_sight()
    with without_collecting():
        pass
    assert gc.get_freeze_count() > 0
    bring_back()
    with without_collecting():
        pass
    assert gc.get_freeze_count() == 0


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


def test_what_is_let_go_of_is_freed_one_after_the_other() -> None:
    freed: list[int] = []

    class Told:
        def __init__(self, number: int) -> None:
            self.number = number

        def __del__(self) -> None:
            freed.append(len(kept))

    kept: dict[int, Told] | list[Told]
    kept = {number: Told(number) for number in range(3)}
    let_go(kept)
    kept = [Told(number) for number in range(3)]
    let_go(kept)
    assert freed == [2, 1, 0, 2, 1, 0]
