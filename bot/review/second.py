"""What a second source says: where a rule reads the first that answers of a list, the next one is heard as well."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.judging import Asked
from bot.store import Store, rederive
from resolvers.evidence import Evidence
from resolvers.outcome import Outcome, same_answer
from resolvers.rules.judge import judge
from resolvers.rules.rule import Rule
from resolvers.verdict import Verdict


def second_of(store: Store, question: Asked, verdict: Verdict, last_snapshot: int) -> str | None:
    """What a live second source says otherwise of a decided verdict, on the very evidence that decided it.

    None where there is no second source, it is silent (then the first answers for it), or it says the same.
    """
    if verdict.outcome is None or turned(question.rule) is None:
        return None
    evidence = rederive(store, question.sources, last_snapshot, verdict.as_of).evidence
    return second_opinion(question.slug, question.rule, evidence, verdict.as_of, verdict.outcome)


def second_opinion(slug: str, rule: Rule, evidence: Evidence, as_of: datetime, outcome: Outcome) -> str | None:
    """The same, given the evidence; a verdict of the other order that only leans counts as what it leans to."""
    other = turned(rule)
    if other is None:
        return None
    heard = judge(slug, other[0], evidence, as_of)
    said = heard.outcome if heard.outcome is not None else heard.leaning
    if said is None or same_answer(said, outcome):
        return None
    return f"{other[1]} says {said.words()}{'' if heard.outcome is not None else ' so far'}"


def turned(rule: Rule) -> tuple[Rule, str] | None:
    """The rule with the second source of each list first, and the names of those; None where it reads no list."""
    names: dict[str, None] = {}
    told = _turned(rule.model_dump(mode="json"), names)
    return (Rule.model_validate(told), " and ".join(names)) if names else None


def _turned(node: Any, names: dict[str, None]) -> Any:
    if isinstance(node, list):
        return [_turned(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: _turned(value, names) for key, value in node.items()}
    sources = made.get("sources")
    if made.get("kind") == "rows" and isinstance(sources, list) and len(sources) > 1:
        names[str(sources[1]["source"])] = None
        made["sources"] = [*sources[1:], sources[0]]
    return made
