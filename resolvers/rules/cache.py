"""What one judging pass shares: tables, lines and step functions, each made once however many rules ask for it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from resolvers.evidence import Evidence, Instant, SourceEvidence
from resolvers.freeing import let_go
from resolvers.rules.columns import Table
from resolvers.sources.spec import SourceSpec
from resolvers.verdict import Citation

MOST_STEPS = 4000
"""Step functions kept, of some hundred values each: about 100 MiB."""


class Cache:
    """Shared by the rules that are judged on the same evidence as of the same instant; anything else empties it.

    `evaluations` counts the step functions that were really computed.
    """

    def __init__(self) -> None:
        self.evaluations = 0
        self.rules = 0
        self._evidence: Evidence | None = None
        self._as_of: Instant | None = None
        self.tables: dict[str, Table] = {}
        self.numbered: list[Table] = []
        self.made: dict[Hashable, Any] = {}
        self.cites: dict[tuple[tuple[int, int], str], Citation] = {}
        self.steps: dict[Hashable, Any] = {}
        """Step functions, which are many and long; so they are let go of from time to time, between two rules."""

    def turn_to(self, evidence: Evidence, as_of: Instant) -> None:
        """Keep what is held only where evidence and instant are those it was made for."""
        if evidence is not self._evidence or as_of != self._as_of:
            self._evidence, self._as_of = evidence, as_of
            self.tables.clear()
            self.numbered.clear()
            self.close()
        if len(self.steps) > MOST_STEPS:
            let_go(self.steps)

    def close(self) -> None:
        """Nothing more is judged with it."""
        for kept in (self.steps, self.made, self.cites):
            let_go(kept)

    def earlier(self, as_of: Instant) -> Cache:
        """The same evidence as of another instant."""
        assert self._evidence is not None
        found = Cache()
        found.turn_to(self._evidence, as_of)
        return found

    def table(self, source: str) -> Table:
        """A source laid out for judging; one that was never collected is empty."""
        found = self.tables.get(source)
        if found is None:
            assert self._evidence is not None and self._as_of is not None
            evidence = self._source(source)
            found = self.tables[source] = Table(len(self.tables), evidence, self._as_of)
            self.numbered.append(found)
        return found

    def _source(self, source: str) -> SourceEvidence:
        assert self._evidence is not None
        try:
            return self._evidence.source(source)
        except KeyError:
            return SourceEvidence(_unknown(source), (), ())

    def by_number(self, number: int) -> Table:
        """The table behind a citation."""
        return self.numbered[number]


def _unknown(source: str) -> SourceSpec:
    """A stand-in for a source of which there is no evidence at all."""
    return SourceSpec.model_validate(
        {
            "id": source,
            "publisher": "unknown",
            "licence": "unknown",
            "fetch": {"file": "unknown"},
            "read": {"format": "json", "key": "key", "columns": {"key": "text"}},
        }
    )
