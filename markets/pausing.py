"""Making very many objects at once without Python's cycle collector walking them again and again."""

from __future__ import annotations

import gc
import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FEW = 20_000
"""Objects made since the collector last looked that it may well walk: that takes some hundredths of a second."""

GROWN_MIB = 256
"""After growing by so much, everything is looked at: what was put out of sight may have been dropped since."""

SETTLED = 24
"""So often is put out of sight, by whichever pause, what a process makes while it finds its size; then it may grow."""


@dataclass
class _Pauses:
    """How many pauses there are now, over all threads: the collector goes on when the last of them ends."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    was_on: bool = False
    kept: int = 0
    sweep_at_mib: int = 0
    frozen: bool = False
    """Whether anything stays out of the collector's sight; asked of Python, it would count them one by one."""

    def begin(self) -> None:
        with self.lock:
            if not self.number:
                self.was_on = gc.isenabled()
                gc.disable()
            self.number += 1

    def end(self) -> None:
        with self.lock:
            self.number -= 1
            if self.number or not self.was_on:
                return
            self.frozen = self.frozen or gc.get_freeze_count() > 0
            if not self.frozen:
                gc.freeze()
                gc.unfreeze()
            elif gc.get_count()[0] > FEW:  # what somebody else has frozen stays so, and this with it
                self._freeze()
            gc.enable()

    def keep(self) -> None:
        with self.lock:
            if gc.get_count()[0] <= FEW:
                gc.collect(1)  # so that nothing that is over already stays for good
            self._freeze()
            self.frozen = True

    def _freeze(self) -> None:
        """Put all out of sight, what is over already included; looked at first only where the process has grown."""
        self.kept, peak = self.kept + 1, peak_mib()
        if self.kept > SETTLED and peak > self.sweep_at_mib:
            gc.unfreeze()
            gc.collect()
        if self.kept <= SETTLED or peak > self.sweep_at_mib:
            self.sweep_at_mib = peak + GROWN_MIB
        gc.freeze()


def peak_mib() -> int:
    """The most memory that this process ever had at once."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> (20 if sys.platform == "darwin" else 10)


_pauses = _Pauses()


@contextmanager
def without_collecting() -> Iterator[None]:
    """Keep Python's cycle collector still while very many objects are made, of which nearly none is in a cycle.

    It would walk all of them again and again: a third of the time of loading 1,000 definitions, half of that of loading
    100,000 spans (2026-11-21). What stays goes where the collector looks last, without a first walk over it: freezing
    and unfreezing moves it there at once (https://docs.python.org/3.11/library/gc.html#gc.freeze, as of 2026-11-21).
    """
    _pauses.begin()
    try:
        yield
    finally:
        _pauses.end()


def put_out_of_sight() -> None:
    """What is there now stays for long: the collector looks at it no more. Nearly at once.

    Of what is dropped later, only cycles stay behind. A few thousand objects each time at most, they are not worth a
    walk over everything, which stops every thread (0.3 s of processor time with 10,000 definitions, 2026-11-21): that
    comes only after the process has grown by `GROWN_MIB`.
    """
    _pauses.keep()
