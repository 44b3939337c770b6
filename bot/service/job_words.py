"""What a run of a job came to, in words: the figures and names it put down, without those that say nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.say import many
from bot.store.job_runs import Run

NOTHING = "nothing to do"

BACKGROUND = {
    "plan": ("markets", "waiting", "card"),
    "judge": ("open", "due"),
    "backup": ("newest",),
}
"""Figures of how much there is, not of what was done: a run that tells no others had nothing to do."""

COUNTED = {
    ("plan", "changes"): "{} planned:change",
    ("plan", "applied"): "{} carried out:change",
    ("plan", "refused"): "{} refused by Manifold:change",
    ("plan", "open"): "{} whose end is not known yet:change",
    ("collect", "looked"): "{} looked at:source",
    ("panels", "opened"): "{} opened:panel",
    ("panels", "closed"): "{} closed:panel",
    ("panels", "withdrawn"): "{} withdrawn:panel",
    ("panels", "seated"): "{} seated:panel",
    ("remind", "reminded"): "{} sent:reminder",
    ("prices", "sampled"): "{} sampled:price",
    ("backup", "thinned"): "{} thinned:old row",
    ("backup", "gone"): "{} deleted:old copy",
}
"""How a figure is told; behind the colon what is counted."""

SHOWN = 5
"""Names of a kind in one line."""


def came_of(job: str, told: Mapping[str, Any]) -> str:
    """`3 sources looked at; not good: far (no answer)`; empty where there was nothing to do."""
    silent = BACKGROUND.get(job, ())
    said = {name: value for name, value in told.items() if name not in silent and value not in (0, None)}
    parts = [_part(job, name, said[name]) for name in sorted(said, key=lambda name: _place(job, name))]
    return "; ".join(part for part in parts if part)


def outcome(run: Run) -> str:
    """What came of a run, or why nothing did."""
    if run.state == "running":
        return "is running"
    told = "; ".join(part for part in (came_of(run.job, run.told), run.because) if part)
    return told or (NOTHING if run.state == "done" else run.state)


def is_idle(run: Run) -> bool:
    """Whether it ended well and had nothing to do."""
    return run.state == "done" and not came_of(run.job, {**run.told, "skipped": None})


def _place(job: str, name: str) -> int:
    """Figures first, in the order of the table above."""
    places = list(COUNTED)
    return places.index((job, name)) if (job, name) in COUNTED else len(places)


def _part(job: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, int) and (job, name) in COUNTED:
        words, thing = COUNTED[job, name].split(":")
        return words.format(many(value, thing))
    if name == "made":
        return f"copied to {value}"
    if name == "skipped":
        return f"left out: {value}"
    if name == "faults":
        return f"the debate folder cannot be used, {many(len(value), 'fault')}: {value[0]}" if value else ""
    return f"{name}: {_listed(value)}" if value or value == 0 else ""


def _listed(value: Any) -> str:
    if isinstance(value, Mapping):
        return _few([f"{name} ({why})" for name, why in value.items()])
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _few([str(each) for each in value])
    return str(value)


def _few(named: Sequence[str]) -> str:
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more
