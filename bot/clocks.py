"""What can be said of time where this machine's clock may be wrong: nobody's time gets shorter by it.

Manifold's clock comes with each of its answers; where the two are apart, whoever waits for the end of a time waits for
the later of both ends.
"""

from __future__ import annotations

from datetime import datetime, timedelta

ASTRAY = timedelta(days=1)
"""What lies further ahead of us was written down by a clock that was wrong, not by one that was set back an hour."""
TOLD_TO = timedelta(seconds=1)
"""How finely Manifold's answers tell the time: it may be nearly so much later there."""


def is_astray(moment: datetime, now: datetime) -> bool:
    """Whether what is said to have happened then cannot have: it says nothing of what came before or after."""
    return moment > now + ASTRAY


def both_past(now: datetime, theirs: datetime | None) -> datetime:
    """The moment that has come by both clocks; ours where Manifold's is not known, or tells the same second."""
    return now if theirs is None else min(now, theirs + TOLD_TO)


def either_past(now: datetime, theirs: datetime | None) -> datetime:
    """The moment that has come by one of the clocks at least."""
    return now if theirs is None else max(now, theirs)
