"""A compiled rule: all that is needed to judge, frozen, by hash, and the criteria in words."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property, lru_cache
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from resolvers.outcome import Answers, No, Probability, Yes
from resolvers.rules.defaults import HouseDefaults, Settlement
from resolvers.rules.filters import Filter, ListedIn, Met, asking_of
from resolvers.rules.making import built
from resolvers.rules.nodes import Node, PanelFact, Pick, Reduce, Rows, State, Window, date_words, walk
from resolvers.rules.nodes_many import Among
from resolvers.rules.outcomes import ChoiceOutcome, FirstDateOutcome, NumberOutcome, OutcomeNode, YesOutcome
from resolvers.rules.panels import Panel
from resolvers.rules.phrase import Phrase

MarketType = Literal["BINARY", "MULTIPLE_CHOICE", "MULTI_NUMERIC", "DATE"]
TYPES: dict[str, MarketType] = {
    "yes": "BINARY",
    "choice": "MULTIPLE_CHOICE",
    "number": "MULTI_NUMERIC",
    "first_date": "DATE",
}


class NaClause(BaseModel):
    """When the question is N/A: a condition read at one instant, and what is used where N/A is not granted.

    Example:
        values:
          best: {max: score, from: board}
        resolve:
          yes: best >= 85%
        na: {when: removed(board), before: 2027-03-01, if_refused: NO}
    """

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


OF_TREES = ("_nodes", "_panels", "_sources")
"""What a rule keeps that its trees alone decide."""

FILTERED = (Rows, Among)


def _filters(node: Node) -> tuple[Filter | None, ...]:
    """The filters of a node that holds rows."""
    return (node.where,) if isinstance(node, FILTERED) else ()


def _asks_when_seen(node: Node) -> bool:
    """Whether a node hangs on when rows were first seen."""
    if isinstance(node, Window):
        return node.at is None and node.clock == "seen"
    if isinstance(node, Rows):
        return any(use.unless_frozen is not None for use in node.sources)
    return isinstance(node, State) and node.after is not None


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

    @property
    def opens_before(self) -> AwareDatetime:
        """The instant that its opening has to lie before: T, the first edge of a date, when N/A is read, and so early
        that what has to hold for a while can.
        """
        ends = [self.decides, *([self.na.at] if self.na is not None else [])]
        how = self.outcome.how
        if isinstance(how, FirstDateOutcome):
            ends.append(how.edges[0])
        if isinstance(how, YesOutcome | FirstDateOutcome):
            ends.append(self.decides - how.when.length + self.decides.resolution)
        return min(ends)

    def opening_at(self, opens: AwareDatetime) -> Rule:
        """The same rule for a market that opens at another instant before `opens_before`.

        What hangs on its trees alone is not worked out again.
        """
        known = self.__dict__
        made = built(Rule, **{name: known[name] for name in Rule.model_fields} | {"opens": opens})
        made.__dict__.update({name: known[name] for name in OF_TREES if name in known})
        return made

    def roots(self) -> tuple[Node, ...]:
        """The trees of the rule: the outcome's, then that of N/A."""
        return (self.outcome.how.root(), *((self.na.when,) if self.na else ()))

    @cached_property
    def _nodes(self) -> tuple[Node, ...]:
        return tuple(node for root in self.roots() for node in walk(root))

    def nodes(self) -> tuple[Node, ...]:
        """Every node but the outcome itself."""
        return self._nodes

    def sources(self) -> tuple[str, ...]:
        """The ids of every source that is read, registries included, each once."""
        return self._sources

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for node in self.nodes():
            if isinstance(node, Rows):
                for use in node.sources:
                    found[use.source] = None
                for label in node.labels:
                    found[label.registry] = None
                for where in _filters(node):
                    for part in asking_of(where):
                        if isinstance(part, ListedIn):
                            found[part.source] = None
            elif isinstance(node, State):
                found[node.source] = None
        found.update(dict.fromkeys(panel.source for panel in self.panels()))
        return tuple(found)

    def panels(self) -> tuple[Panel, ...]:
        """The panels that are asked, each once: about rows, about the fact itself, or to confirm a choice.

        One that is asked for N/A and for the outcome stands here twice, with the time that it has for each.
        """
        return self._panels

    @cached_property
    def _panels(self) -> tuple[Panel, ...]:
        asked: list[Panel] = []
        for node in self.nodes():
            if isinstance(node, PanelFact):
                asked.append(node.panel)
            for where in _filters(node):
                asked += [part.panel for part in asking_of(where) if isinstance(part, Met)]
        how = self.outcome.how
        if isinstance(how, ChoiceOutcome) and how.confirm is not None:
            asked.append(how.confirm)
        found: dict[tuple[str, AwareDatetime], Panel] = {}
        for panel in asked:
            found.setdefault((panel.source, panel.until), panel)
        return tuple(found.values())

    def listings(self) -> tuple[ListedIn, ...]:
        """What is asked of other sources about single rows."""
        parts = (part for node in self.nodes() for where in _filters(node) for part in asking_of(where))
        return tuple(dict.fromkeys(part for part in parts if isinstance(part, ListedIn)))

    def phrases(self) -> tuple[Phrase, ...]:
        """The criteria, sentence by sentence; every figure of the rule stands in one of them."""
        opens, decides, closes = date_words(self.opens), date_words(self.decides), date_words(self.closes)
        times = Phrase(
            f"Opens {opens}, trading closes {closes}, T is {decides}.", tuple(dict.fromkeys((opens, closes, decides)))
        )
        outcome = Phrase.of("{}.", self.outcome.words())
        return (outcome, times, *map(_sentence, self._rest()))

    def _rest(self) -> tuple[Phrase, ...]:
        parts = [self.na.words()] if self.na else []
        parts += self._named()
        parts += [panel.words() for panel in self.panels()]
        parts += dict.fromkeys(node.last_word() for node in self.nodes() if isinstance(node, PanelFact))
        parts += dict.fromkeys(part.waiting() for part in self.listings())
        parts.append(self._settling())
        runs = self._runs()
        if runs is not None:
            parts.append(runs)
        d = self.defaults
        parts.append(_lasting(str(d.bridge), str(d.max_age), str(d.lost_after)))
        parts += dict.fromkeys(aside for node in self.nodes() for aside in node.asides())
        parts.append(Phrase("; ".join([*self._counting(), *self._tied()])))
        return tuple(parts)

    def _counting(self) -> list[str]:
        """When a row counts: from when it was first seen, and by which clock rows stand in order or in a window."""
        told = ["Rows count from when they are first seen by us"]
        if any(_asks_when_seen(node) for node in self.nodes()):
            told.append("one first seen after a longer gap may have come at any time in the gap")
        clocks = {node.clock for node in self.nodes() if isinstance(node, Reduce) and node.how in ("first", "last")}
        order = {"seen": "when rows were first seen", "published": "the dates that rows give of themselves"}
        return [*told, *(f"earliest and latest go by {order[clock]}" for clock in sorted(clocks))]

    def _tied(self) -> list[str]:
        """What becomes of rows that tie, where any are picked."""
        found: dict[str, None] = {}
        shared = set(walk(self.outcome.how.root())) if isinstance(self.outcome.how, ChoiceOutcome) else set()
        for pick in (node for node in self.nodes() if isinstance(node, Pick)):
            tie = "rows that tie" if pick.ties == "share" else "rows that tie even so"
            if pick.how == "top":
                found[f"{tie} for the last place of a top are all in it"] = None
            elif pick in shared:
                found[f"{tie} share equally"] = None
            else:
                found[f"of {tie} all have to say the same"] = None
        return list(found)

    def _named(self) -> list[Phrase]:
        """What is meant by each view that is named, and where each label comes from."""
        sets = [node for node in self.nodes() if isinstance(node, Rows)]
        kept = [use.kept() for rows in sets for use in rows.sources]
        labels = [label.words() for rows in sets for label in rows.labels]
        return list(dict.fromkeys(part for part in (*kept, *labels) if part is not None))

    def _runs(self) -> Phrase | None:
        """How corrections bear on a condition that has to hold for a while."""
        how = self.outcome.how
        if not isinstance(how, YesOutcome | FirstDateOutcome) or not how.when.length.us:
            return None
        if self.settlement.how != "final_after":
            return None
        figure = str(self.settlement.after)
        return Phrase.of(
            "The time without a break begins when it was first seen to have begun, not earlier by a later correction; "
            "what was shown wrongly meanwhile breaks it only if it was not corrected within {}",
            figure,
            figures=[figure],
        )

    def _settling(self) -> Phrase:
        uses_labels = any(isinstance(node, Rows) and node.labels for node in self.nodes())
        label = str(self.defaults.label_settle) if uses_labels else ""
        return _settled(self.settlement.how, str(self.settlement.after), label)


@lru_cache(maxsize=1024)
def _sentence(part: Phrase) -> Phrase:
    """One part with its full stop; many markets have it alike."""
    return Phrase.of("{}.", part)


@lru_cache(maxsize=256)
def _lasting(*figures: str) -> Phrase:
    """How long a state lasts, by `bridge`, `max_age` and `lost_after`."""
    return Phrase(
        f"A state lasts from one good sighting of a source to the next, over gaps of at most {figures[0]}; "
        f"of several sources the first sighted within {figures[1]} answers; where a value is read at one "
        f"instant, the first good sighting within {figures[2]} after it may still serve",
        figures,
    )


@lru_cache(maxsize=256)
def _settled(how: str, after: str, label: str) -> Phrase:
    """Which knowledge counts; `label` is how late a label of ours may come, empty where there are none."""
    tail = f"; a label of ours that comes at most {label} after it still counts" if label else ""
    figures = [label] if label else []
    if how == "final_after":
        text = (
            "What the sources show counts as corrected up to {} after the deciding instant, and no later; "
            "where nobody could look in that time, up to the first good sighting after it{}"
        )
        return Phrase.of(text, after, tail, figures=[after, *figures])
    if how == "first_release":
        return Phrase.of(
            "A row counts with the value it first showed, whatever is corrected later{}", tail, figures=figures
        )
    return Phrase.of(
        "What the sources show counts as known at the deciding instant, not as corrected later{}",
        tail,
        figures=figures,
    )
