"""How late a loop comes back while others work, and how much of that was the machine's doing and not ours.

Linux tells of every thread how long it ran and how long it was ready to run while the machine ran something else
(/proc/<pid>/task/<tid>/schedstat, in ns; https://docs.kernel.org/scheduler/sched-stats.html, looked at 2026-11-21).
"""

from __future__ import annotations

import asyncio
import os
import statistics
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STALL_S = 0.1
TICK_S = 0.005
TASKS = Path("/proc/self/task")
MOST_TOLD = 20
NONE = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Late:
    """One tick, in seconds: how late it was, and what the threads did meanwhile.

    `loop_waited` and `other_waited` are the loop's own wait for a processor and the longest of another thread, which
    may have held the interpreter then; `ran` is the longest that one other thread was on a processor.
    """

    late: float
    loop_waited: float
    other_waited: float
    ran: float

    @property
    def ours(self) -> float:
        """What the machine does not account for.

        Whatever holds the interpreter on a processor runs as long as the loop waits for it: so much is always ours.
        """
        left = self.late - self.loop_waited
        return max(0.0, left - self.other_waited, min(left, self.ran))


@dataclass
class Stalls:
    """Every tick of one loop, from `watched`."""

    ticks: list[Late] = field(default_factory=list)

    def told(self, name: str = "loop") -> dict[str, Any]:
        """The figures. Every stall counts first; of those, the ones that the machine does not account for."""
        late = [each.late for each in self.ticks]
        stalls = [each for each in self.ticks if each.late > STALL_S]
        return {
            f"{name}_ticks": len(late),
            f"{name}_late_p99_ms": _ms(statistics.quantiles(late, n=100)[98]),
            f"{name}_late_most_ms": _ms(max(late)),
            f"{name}_late_by_us_most_ms": _ms(max(each.ours for each in self.ticks)),
            f"{name}_stalls_over_100_ms": len(stalls),
            f"{name}_stalls_over_100_ms_by_us": sum(each.ours > STALL_S for each in stalls),
            **({f"{name}_stalls": [_words(each) for each in stalls[:MOST_TOLD]]} if stalls else {}),
        }


@asynccontextmanager
async def watched() -> AsyncIterator[Stalls]:
    """Tick while what is inside goes on."""
    stalls = Stalls()
    ticking = asyncio.create_task(_tick(stalls))
    await asyncio.sleep(2 * TICK_S)
    try:
        yield stalls
    finally:
        ticking.cancel()
        await asyncio.wait([ticking])


async def _tick(stalls: Stalls) -> None:
    loop = str(threading.get_native_id())
    before = _threads()
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(TICK_S)
        late = max(0.0, time.perf_counter() - begun - TICK_S)
        now = _threads()
        spent = {name: _since(before.get(name, NONE), told) for name, told in now.items()}
        mine = spent.pop(loop, NONE)
        others = spent.values() or [NONE]
        stalls.ticks.append(Late(late, mine[1], max(each[1] for each in others), max(each[0] for each in others)))
        before = now


def _since(before: tuple[float, float], now: tuple[float, float]) -> tuple[float, float]:
    return now[0] - before[0], now[1] - before[1]


def _threads() -> dict[str, tuple[float, float]]:
    """Of every thread of this process: seconds on a processor, seconds ready but waiting for one."""
    found = {}
    for name in os.listdir(TASKS):
        try:
            ran, waited, _ = (TASKS / name / "schedstat").read_text().split()
        except (OSError, ValueError):  # it has ended, or this system does not tell
            continue
        found[name] = (int(ran) / 1e9, int(waited) / 1e9)
    return found


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)


def _words(each: Late) -> str:
    return (
        f"{_ms(each.late)} ms late, {_ms(each.ours)} of it by us: the loop waited {_ms(each.loop_waited)} for a "
        f"processor, another thread {_ms(each.other_waited)}; one ran {_ms(each.ran)}"
    )
