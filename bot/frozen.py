"""A definition as it was frozen when its market opened: what is judged and verified, whatever the file says now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.store import Store, schema
from bot.store.markets import Spec
from markets.spec import ReviewSpec
from resolvers.rules.rule import MarketType, Rule
from resolvers.sources.spec import FetchSpec, ReadSpec, SourceSpec

COMPARED = 200
"""Edited files of which is said in what they differ from what their markets opened with: as many as a card shows."""

NOWHERE = FetchSpec(url="https://frozen.invalid/")
"""Stands in for an address where only stored bytes are read."""


def as_opened(store: Store, versions: Sequence[str]) -> dict[str, str]:
    """version -> the definition of that version as it was kept, canonical JSON; of the first `COMPARED` of them."""
    if not versions:
        return {}
    table = schema.specs.c
    asked = sa.select(table.version, table.canonical).where(table.version.in_(versions[:COMPARED]))
    with store.reading() as connection:
        return {row.version: row.canonical for row in connection.execute(asked)}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen definition taken out of the store; `reads` holds each source's read block as it was."""

    slug: str
    version: str
    question: str
    market_type: MarketType
    rule: Rule
    reads: Mapping[str, ReadSpec]
    review: ReviewSpec
    semantics: int

    @classmethod
    def of(cls, spec: Spec) -> Frozen:
        told = json.loads(spec.canonical)
        return cls(
            slug=spec.slug,
            version=spec.version,
            question=told["question"],
            market_type=told["type"],
            rule=Rule.model_validate(told["rule"]),
            reads={name: ReadSpec.model_validate(block) for name, block in told["reads"].items()},
            review=ReviewSpec.model_validate(told["review"]),
            semantics=told["semantics"],
        )

    def sources(self, current: Mapping[str, SourceSpec] | None = None) -> dict[str, SourceSpec]:
        """The sources it reads: read blocks as frozen, addresses and names as in `current` where they are there."""
        known = current or {}
        return {
            name: known[name].model_copy(update={"read": read})
            if name in known
            else SourceSpec(id=name, publisher="", licence="", fetch=NOWHERE, read=read)
            for name, read in self.reads.items()
        }
