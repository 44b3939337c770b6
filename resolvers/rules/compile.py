"""From a market file's blocks to a frozen rule, or every fault of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from resolvers.durations import Duration
from resolvers.errors import Fault
from resolvers.rules.compile_outcome import Outcomes, duration
from resolvers.rules.compile_panel import same_question_twice
from resolvers.rules.compile_values import Values
from resolvers.rules.defaults import HouseDefaults, Settlement
from resolvers.rules.faults import Faults, known_keys, mapping, nearest, once
from resolvers.rules.known import Known, settling
from resolvers.rules.nodes import row_sets
from resolvers.rules.outcomes import OutcomeNode
from resolvers.rules.rule import Rule
from resolvers.rules.scope import Scope
from resolvers.sources.spec import SourceSpec


@dataclass(frozen=True, slots=True)
class RuleBlocks:
    """What a market file says, block by block, as plain YAML values; instants are aware UTC."""

    opens: datetime
    closes: datetime
    resolve: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Any] = field(default_factory=dict)
    decides: datetime | None = None
    na: Mapping[str, Any] | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)


def compile_rule(
    blocks: RuleBlocks, *, sources: Mapping[str, SourceSpec], defaults: HouseDefaults, known: Known | None = None
) -> tuple[Rule | None, list[Fault]]:
    """The rule of a market, and every fault of its blocks; no rule where one of them is an error.

    `known` is what markets with the same sources and defaults have come to before.
    """
    faults = Faults()
    decides = blocks.decides or blocks.closes
    if decides <= blocks.opens:
        faults.add(
            "window", "T (decides, else closes) has to come after opens", ("decides" if blocks.decides else "closes",)
        )
    kept = _overridden(blocks.overrides, defaults, faults)
    rows = mapping(blocks.rows or {}, ("rows",), faults, "rows") or {}
    values = mapping(blocks.values or {}, ("values",), faults, "values") or {}
    resolve = mapping(blocks.resolve, ("resolve",), faults, "resolve")
    scope = Scope(
        sources, kept, decides, rows, values, faults,
        runs=bool({"yes", "first_date"} & {*(resolve or ())}), known=known if kept is defaults else None,
    )  # fmt: skip
    for name in rows:
        if name in values:
            faults.add("shape", f"{name!r} names a row set and a value", ("values", name))
    rule = _rule(blocks, scope, resolve) if resolve is not None else None
    _leftovers(scope)
    same_question_twice(scope.panels, scope)
    return (None if faults.stopping else rule), once(faults.found)


def _rule(blocks: RuleBlocks, scope: Scope, resolve: Mapping[str, Any]) -> Rule | None:
    values = Values(scope)
    outcomes = Outcomes(scope, values, blocks.opens)
    outcome = outcomes.outcome(resolve)
    na = outcomes.na(blocks.na, outcome) if blocks.na is not None else None
    settlement = _settlement(resolve.get("settle"), blocks, scope)
    if outcome is None or settlement is None or scope.faults.stopping:
        return None
    kept = scope.defaults
    if settlement.how == "final_after":
        kept = settling(kept, settlement.after, scope.known)
    return Rule(
        opens=blocks.opens,
        closes=blocks.closes,
        decides=scope.decides,
        defaults=kept,
        settlement=settlement,
        outcome=OutcomeNode(how=outcome),
        na=na,
    )


def _settlement(block: Any, blocks: RuleBlocks, scope: Scope) -> Settlement | None:
    """`settle:` of the market, else the longest its sources ask for, else the house's."""
    place = ("resolve", "settle")
    if block is None:
        return Settlement(after=_usual_settle(blocks, scope))
    if block in ("first_release", "as_known_at"):
        return Settlement(how=block, after=Duration.of_days(0))
    if isinstance(block, str) and not block[:1].isdigit():
        ways = ("first_release", "as_known_at", "7 days")
        scope.faults.add("shape", f"{block!r:.40} is no way to settle{nearest(block[:40], ways)}", place)
        return None
    if isinstance(block, str):
        after = duration(block, place, scope)
        return Settlement(after=after) if after is not None else None
    found = mapping(block, place, scope.faults, "settle")
    if found is None or len(found) != 1:
        scope.faults.add("shape", "settle is `7 days`, first_release, {as_known_at: T} or {final_after: 7 days}", place)
        return None
    known_keys(found, ("as_known_at", "final_after"), place, scope.faults)
    if not found.keys() & {"as_known_at", "final_after"}:
        return None
    if "as_known_at" in found:
        if found["as_known_at"] != "T":
            scope.faults.add("shape", "as_known_at takes `T`, the instant that is judged", (*place, "as_known_at"))
        return Settlement(how="as_known_at", after=Duration.of_days(0))
    after = duration(found.get("final_after"), (*place, "final_after"), scope)
    return Settlement(after=after) if after is not None else None


def _usual_settle(blocks: RuleBlocks, scope: Scope) -> Duration:
    """The market's own override, else the longest `settle` of the sources it reads, else the house's."""
    if "settle" in blocks.overrides:
        return scope.defaults.settle
    if all(source.read.settle is None for source in scope.sources.values()):
        return scope.defaults.settle
    named = [scope.sources[name].read.settle for name in _sources_read(scope) if name in scope.sources]
    asked = [settle for settle in named if settle is not None]
    return max(asked) if asked else scope.defaults.settle


def _sources_read(scope: Scope) -> set[str]:
    sets = [rows for node in scope.compiled.values() if node is not None for rows in row_sets(node)]
    return {use.source for rows in sets for use in rows.sources}


def _overridden(overrides: Mapping[str, Any], defaults: HouseDefaults, faults: Faults) -> HouseDefaults:
    """The house defaults with what the market changes of them; the very same where it changes nothing."""
    if not overrides:
        return defaults
    known = HouseDefaults.model_fields
    known_keys(overrides, known, (), faults)
    given = {key: value for key, value in overrides.items() if key in known}
    if isinstance(given.get("panel"), Mapping):
        given["panel"] = {**defaults.panel.model_dump(), **given["panel"]}
    try:
        return HouseDefaults.model_validate({**defaults.model_dump(), **given})
    except ValidationError as error:
        # A field that takes two forms tells of both; the last is the one that people write.
        wrong = {str(problem["loc"][0]): str(problem["msg"]) for problem in error.errors()}
        for key, message in wrong.items():
            faults.add("shape", message.removeprefix("Value error, "), (key,))
        return defaults


def _leftovers(scope: Scope) -> None:
    """Compile what nothing used, so that its faults show too, and say that it is unused.

    Not while a part of the rule cannot be read: it may be what uses it.
    """
    values, unread = None, scope.faults.stopping
    for block, names in (("values", scope.values_block), ("rows", scope.rows_block)):
        for name in names:
            if name not in scope.used:
                values = values or Values(scope)
                values.value(name, (block, name))
                if not unread:
                    message = f"{name!r} is used nowhere; use it or take it out"
                    scope.faults.add("unused", message, (block, name), level="warning")
