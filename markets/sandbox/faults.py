"""Telling the sandbox to misbehave: which requests fail, in which way, and how often."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

WHATS = ("work_then_500", "500", "503", "drop", "drop_after_work", "stale_reads", "slow")
STALE_MS = 15_000  # how old a stale read is (manifold.md section 1.1, caching)


@dataclass(slots=True)
class Rule:
    """One way to misbehave.

    Route is "METHOD /path" with * for anything, matched against the real path and against the path as documented
    ("POST /v0/market/{contractId}/resolve"). The first `after` matching requests are spared, then `times` are hit
    (None for all), each with the given probability. Slow waits `ms` before the work.
    """

    route: str = "*"
    what: str = "503"
    times: int | None = 1
    after: int = 0
    probability: float = 1.0
    ms: int = 2_000

    def __post_init__(self) -> None:
        if self.what not in WHATS:
            raise ValueError(f"what: {self.what!r} is unknown; write one of {', '.join(WHATS)}")

    def matches(self, method: str, *paths: str) -> bool:
        """Whether a request, by its real or documented path, is meant."""
        return any(fnmatchcase(f"{method} {path}", self.route) or self.route == f"{method} {path}" for path in paths)


@dataclass(slots=True)
class Faults:
    """The rules in force; the first that hits a request decides it, and its counts go down."""

    rules: list[Rule] = field(default_factory=list)
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # repeatable on purpose

    def add(self, route: str, what: str, **options: Any) -> Rule:
        """Add a rule."""
        rule = Rule(route, what, **options)
        self.rules.append(rule)
        return rule

    def set(self, rows: Iterable[dict[str, Any]]) -> None:
        """Replace all rules."""
        self.rules = [Rule(**row) for row in rows]

    def clear(self) -> None:
        """Behave."""
        self.rules = []

    def rows(self) -> list[dict[str, Any]]:
        """The rules as JSON."""
        return [asdict(rule) for rule in self.rules]

    def pick(self, method: str, *paths: str) -> Rule | None:
        """The rule that hits this request, used up by one."""
        for rule in self.rules:
            if rule.matches(method, *paths) and rule.times != 0 and self._hits(rule):
                return rule
        return None

    def _hits(self, rule: Rule) -> bool:
        if rule.after > 0:
            rule.after -= 1
            return False
        if rule.probability < 1 and self.rng.random() >= rule.probability:
            return False
        if rule.times is not None:
            rule.times -= 1
        return True
