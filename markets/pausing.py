"""Making very many objects at once without Python's cycle collector walking them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Keep Python's cycle collector still while a debate is loaded or linted; nearly nothing made then is in a cycle.

    It would walk all of it again and again: a third of the time of loading 1,000 definitions (2026-11-21). What was
    made is kept for long, so that it goes where the collector looks last, without a first walk over all of it: freezing
    and unfreezing moves it there at once (https://docs.python.org/3.11/library/gc.html#gc.freeze, as of 2026-11-21).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # what somebody else has frozen stays so
                gc.freeze()
                gc.unfreeze()
            gc.enable()
