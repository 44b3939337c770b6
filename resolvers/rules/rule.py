"""A compiled rule: all that is needed to judge, frozen, by hash, and the criteria in words."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from resolvers.outcome import Answers, No, Probability, Yes
from resolvers.rules.defaults import HouseDefaults, Settlement
from resolvers.rules.nodes import Node, Rows, State, date_words, walk
from resolvers.rules.outcomes import FirstDateOutcome, NumberOutcome, OutcomeNode
from resolvers.rules.phrase import Phrase

MarketType = Literal["BINARY", "MULTIPLE_CHOICE", "MULTI_NUMERIC", "DATE"]
TYPES: dict[str, MarketType] = {
    "yes": "BINARY",
    "choice": "MULTIPLE_CHOICE",
    "number": "MULTI_NUMERIC",
    "first_date": "DATE",
}


class NaClause(BaseModel):
    """When the question is N/A: a condition read at one instant, and what is used where N/A is not granted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Node
    at: AwareDatetime
    if_refused: Yes | No | Probability | Answers | None = None

    def words(self) -> Phrase:
        figure = date_words(self.at)
        whole = Phrase.of("N/A if, read at {} and not decided by then, {}", figure, self.when.words(), figures=[figure])
        if self.if_refused is None:
            return whole
        text = self.if_refused.words()
        figures = [text] if isinstance(self.if_refused, Probability) else []
        return Phrase.of("{}; where N/A is not granted: {}", whole, text, figures=figures)


class Rule(BaseModel):
    """A market's machine-readable criteria. `decides` is T; instants are aware UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opens: AwareDatetime
    closes: AwareDatetime
    decides: AwareDatetime
    defaults: HouseDefaults
    settlement: Settlement
    outcome: OutcomeNode
    na: NaClause | None = None

    def canonical(self) -> str:
        """The rule as canonical JSON (sorted keys, no spaces): what is hashed and stored."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def _hash(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def hash(self) -> str:
        return self._hash

    @property
    def type(self) -> Literal["yes", "choice", "number", "first_date"]:
        return self.outcome.how.type

    @property
    def market_type(self) -> MarketType:
        return TYPES[self.type]

    @property
    def unit(self) -> str:
        """The unit of a number question; empty for the others."""
        return self.outcome.how.unit if isinstance(self.outcome.how, NumberOutcome) else ""

    def answers(self) -> tuple[str, ...]:
        """The answers in order; empty for yes."""
        return self.outcome.how.answers()

    def midpoints(self) -> tuple[str, ...]:
        """One point for each bucket as text: numbers as decimals, first_date in milliseconds; else empty."""
        how = self.outcome.how
        if isinstance(how, NumberOutcome):
            return tuple(f"{point.normalize():f}" for point in how.midpoints())
        if isinstance(how, FirstDateOutcome):
            return tuple(str(point) for point in how.midpoints(self.opens))
        return ()

    def roots(self) -> tuple[Node, ...]:
        """The trees of the rule: the outcome's, then that of N/A."""
        return (self.outcome.how.root(), *((self.na.when,) if self.na else ()))

    def nodes(self) -> tuple[Node, ...]:
        """Every node but the outcome itself."""
        return tuple(node for root in self.roots() for node in walk(root))

    def sources(self) -> tuple[str, ...]:
        """The ids of every source that is read, registries included, each once."""
        found: dict[str, None] = {}
        for node in self.nodes():
            if isinstance(node, Rows):
                found.update(dict.fromkeys(use.source for use in node.sources))
                found.update(dict.fromkeys(label.registry for label in node.labels))
            if isinstance(node, State):
                found[node.source] = None
        return tuple(found)

    def phrases(self) -> tuple[Phrase, ...]:
        """The criteria, sentence by sentence; every figure of the rule stands in one of them."""
        opens, decides, closes = date_words(self.opens), date_words(self.decides), date_words(self.closes)
        times = Phrase(
            f"Opens {opens}, trading closes {closes}, T is {decides}.", tuple(dict.fromkeys((opens, closes, decides)))
        )
        outcome = Phrase.of("{}.", self.outcome.words())
        return (outcome, times, *(Phrase.of("{}.", part) for part in self._rest()))

    def _rest(self) -> tuple[Phrase, ...]:
        parts = [self.na.words()] if self.na else []
        parts.append(self._settling())
        d = self.defaults
        figures = (str(d.bridge), str(d.max_age), str(d.lost_after))
        parts.append(
            Phrase(
                f"A state lasts from one good sighting of a source to the next, over gaps of at most {figures[0]}; "
                f"of several sources the first sighted within {figures[1]} answers; at T the first good sighting "
                f"within {figures[2]} after it may still serve",
                figures,
            )
        )
        clock = "first seen by us" if d.clock == "seen" else "dated by their publisher"
        ties = {"share": "share equally", "first": "go to the one seen first", "last": "go to the one seen last"}[
            d.ties
        ]
        parts.append(Phrase(f"Rows count from when they are {clock}; ties {ties}"))
        return tuple(parts)

    def _settling(self) -> Phrase:
        label = str(self.defaults.label_settle)
        tail = f"; a label of ours that comes at most {label} after it still counts"
        uses_labels = any(isinstance(node, Rows) and node.labels for node in self.nodes())
        tail, figures = (tail, [label]) if uses_labels else ("", [])
        if self.settlement.how == "final_after":
            figure = str(self.settlement.after)
            text = (
                "What the sources show counts as corrected up to {} after the deciding instant, and no later; "
                "where nobody could look in that time, up to the first good sighting after it{}"
            )
            return Phrase.of(text, figure, tail, figures=[figure, *figures])
        if self.settlement.how == "first_release":
            return Phrase.of(
                "A row counts with the value it first showed, whatever is corrected later{}", tail, figures=figures
            )
        return Phrase.of(
            "What the sources show counts as known at the deciding instant, not as corrected later{}",
            tail,
            figures=figures,
        )
