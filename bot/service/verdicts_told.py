"""A verdict that is another than before, as one line of the log: what a night's evidence did to a market."""

from __future__ import annotations

import logging

from bot.told_short import answer, shortened
from resolvers.verdict import Verdict

log = logging.getLogger("crux.verdicts")


def tell_change(before: Verdict | None, now: Verdict) -> None:
    """One line where the answer has turned; where only its reason has, or none is remembered, at debug."""
    if before is not None and before.because == now.because and _stand(before) == _stand(now):
        return
    turned = before is not None and _stand(before) != _stand(now)
    was = f"was {_stand(before)}, is now " if turned and before is not None else ""
    told = f"{now.slug}: {was}{_stand(now)}: {shortened(now.because)}"
    about = {"market": now.slug, "was": _stand(before) if before else None, "now": _stand(now), "because": now.because}
    log.log(logging.INFO if turned else logging.DEBUG, told, extra={"about": about})


def _stand(verdict: Verdict) -> str:
    """`decided YES`, `pending, leaning NO`."""
    if verdict.outcome is not None:
        return f"{verdict.state} {answer(verdict.outcome)}"
    return f"{verdict.state}, leaning {answer(verdict.leaning)}" if verdict.leaning else verdict.state
