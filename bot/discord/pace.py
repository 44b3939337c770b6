"""How much one person may ask for in a while; who asks too much is told once when to try again, and answered then."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from resolvers.errors import Refusal

MOST_REMEMBERED = 1000
"""People who are kept in mind at once; whoever asked longest ago is forgotten first."""

Limits = Sequence[tuple[float, int]]
"""(seconds, how many within them), the longest time last."""


class PersonalPace:
    """Counts what each account asked for and got; `clock` counts seconds of the machine's own."""

    def __init__(self, clock: Callable[[], float], limits: Limits) -> None:
        self._clock, self._limits = clock, limits
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._told: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, account: str) -> float:
        """0 where this may be done, and then it counts; else how long until the next may, and nothing is counted."""
        now = self._clock()
        times = self._times.pop(account, deque())
        self._times[account] = times
        while len(self._times) > MOST_REMEMBERED:
            self._times.popitem(last=False)
        while times and now - times[0] >= self._limits[-1][0]:
            times.popleft()
        waits = [times[-most] + within - now for within, most in self._limits if len(times) >= most]
        wait = max([0.0, *waits])
        if wait <= 0:
            times.append(now)
        return wait

    def tells(self, account: str, wait_s: float) -> bool:
        """Whether this wait is still to be told: once until it is over."""
        now = self._clock()
        if self._told.get(account, now) > now:
            return False
        self._told[account] = now + wait_s
        self._told.move_to_end(account)
        while len(self._told) > MOST_REMEMBERED:
            self._told.popitem(last=False)
        return True

    def require(self, account: str) -> None:
        """Refusal, which names when to try again, where this may not be done yet."""
        wait = self.wait_s(account)
        if wait > 0:
            raise Refusal(too_fast(wait))


def too_fast(wait_s: float) -> str:
    """What whoever asks too much is told."""
    seconds = math.ceil(wait_s)
    again = f"{seconds} s" if seconds < 100 else f"{math.ceil(seconds / 60)} minutes"
    return f"That was a lot at once: ask again in {again}, and you are answered."
