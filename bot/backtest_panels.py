"""What a backtest cannot know of panels: nobody was asked in its history, or not about the rows of a moved number."""

from __future__ import annotations

from collections.abc import Sequence

from resolvers.backtest.moving import Number
from resolvers.evidence import EvidenceInMemory
from resolvers.rules.filters import Met, asking_of
from resolvers.rules.nodes import Rows
from resolvers.rules.panels import Panel
from resolvers.rules.rule import Rule

OF_ROWS = ("filter", "number in a filter", "time to be listed", "passed over after")
"""How the names of numbers begin that decide which rows there are, and so about which a panel is asked."""


def notes(rule: Rule, evidence: EvidenceInMemory, moved: Sequence[Number]) -> tuple[str, ...]:
    """A sentence for each panel of a rule of which a backtest with these numbers moved cannot say all."""
    about = {
        part.panel.source
        for rows in rule.nodes()
        if isinstance(rows, Rows)
        for part in asking_of(rows.where)
        if isinstance(part, Met)
    }
    chosen = any(number.what.startswith(OF_ROWS) for number in moved)
    told = [_note(panel, evidence, rows=panel.source in about, chosen=chosen) for panel in rule.panels()]
    return tuple(dict.fromkeys(note for note in told if note))


def _note(panel: Panel, evidence: EvidenceInMemory, *, rows: bool, chosen: bool) -> str:
    asked = f"the panel on “{panel.question}”"
    source = evidence.sources.get(panel.source)
    if source is None or not source.spans:
        it = _unanswered(panel, "a row without one") if rows else "it stays open"
        return f"{asked} gave no answer in this history: {it}, and no backtest tells what people would say"
    if rows and chosen:
        it = _unanswered(panel, "one that a moved number lets in")
        return f"{asked} answered about the rows of the rule as it is: {it}"
    return ""


def _unanswered(panel: Panel, row: str) -> str:
    return f"{row} counts as {panel.default} once its time is over" if panel.default else f"{row} stays open"
