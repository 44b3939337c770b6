"""Guards: what is dropped is freed one after the other, so that no other thread waits for all of it."""

from __future__ import annotations

from resolvers.freeing import let_go


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
