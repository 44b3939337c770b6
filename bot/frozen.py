"""A definition as it was frozen when its market opened: what is judged and verified, whatever the file says now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.store.markets import Spec
from markets.spec import ReviewSpec
from resolvers.rules.rule import MarketType, Rule
from resolvers.sources.spec import FetchSpec, ReadSpec, SourceSpec

NOWHERE = FetchSpec(url="https://frozen.invalid/")
"""Stands in for an address where only stored bytes are read."""


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
