"""The rule language from its own docstrings: what `crux rules` shows.

Every entry is a class of the engine; its docstring is the text, its first sentence the line in the table, and what
stands under `Example:` the piece of a market file that shows it. Nothing is written here a second time.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent
from types import ModuleType

from resolvers.errors import Refusal
from resolvers.rules import defaults, filters, formula, nodes, nodes_many, outcomes, rule
from resolvers.rules.faults import nearest

GROUPS = ("nodes", "formulas", "filters", "outcomes", "settling", "defaults")
HEADINGS = {
    "nodes": "Nodes: what `rows`, `values` and conditions are made of",
    "formulas": "Formulas: how a condition or a number is written in one line",
    "filters": "Filters: what `where` takes",
    "outcomes": "Outcomes: what `resolve` and `na` take",
    "settling": "Settling: what `resolve.settle` takes",
    "defaults": "House defaults: in debate.yaml, or in a market's own file",
}
_TOLD: Mapping[str, Mapping[str, type | ModuleType]] = {
    "nodes": {
        "rows": nodes.Rows,
        "reduce": nodes.Reduce,
        "pick": nodes.Pick,
        "among": nodes_many.Among,
        "field": nodes.FieldOf,
        "window": nodes.Window,
        "literal": nodes.Literal_,
        "calc": nodes.Calc,
        "compare": nodes.Compare,
        "logic": nodes.Logic,
        "at_least": nodes_many.AtLeast,
        "series": nodes_many.Series,
        "along": nodes_many.Along,
        "agree": nodes_many.Agree,
        "hold": nodes.Hold,
        "state": nodes.State,
        "panel": nodes.PanelFact,
        "outcome": outcomes.OutcomeNode,
    },
    "formulas": {"formula": formula},
    "filters": {
        "one_of": filters.OneOf,
        "matching": filters.Matching,
        "has": filters.Has,
        "present": filters.Present,
        "measured": filters.Measured,
        "reckoned": filters.Reckoned,
        "met": filters.Met,
        "listed_in": filters.ListedIn,
        "where-all": filters.AllOf,
        "where-any": filters.AnyOf,
        "where-not": filters.Not,
    },
    "outcomes": {
        "yes": outcomes.YesOutcome,
        "choice": outcomes.ChoiceOutcome,
        "number": outcomes.NumberOutcome,
        "first_date": outcomes.FirstDateOutcome,
        "na": rule.NaClause,
    },
    "settling": {"settle": defaults.Settlement},
    "defaults": {"house": defaults.HouseDefaults, "panels": defaults.PanelDefaults},
}
SPELLED: Mapping[str, tuple[str, ...]] = {
    "rows": ("from", "where", "label", "registry", "unless_frozen"),
    "reduce": (
        *("max", "min", "first", "last", "count", "distinct", "total", "sum", "mean", "median", "quantile", "slope"),
        *("q", "carry"),
    ),
    "pick": ("argmax", "argmin", "top", "ties", "earliest", "latest"),
    "window": ("at", "within", "before", "clock"),
    "calc": ("abs", "+", "-", "*", "/"),
    "compare": (">=", ">", "<=", "<", "==", "!="),
    "logic": ("all", "any", "not", "and", "or"),
    "series": ("per", "read", "month", "quarter", "year"),
    "along": ("rises", "falls", "each"),
    "state": ("live", "late", "stale", "frozen", "removed", "lost"),
    "panel": ("question", "limbs", "over"),
    "choice": ("answers", "confirm", "else"),
    "number": ("edges", "round", "unit"),
    "first_date": ("never",),
    "na": ("if_refused", "when"),
    "settle": ("final_after", "first_release", "as_known_at"),
    "house": ("max_age", "bridge", "label_settle", "lost_after", "frozen_after"),
    "panels": ("seats", "redraw", "default"),
    "outcome": ("resolve",),
}
"""What authors write in a file, by the entry that tells of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the language: `says` is a line, `text` all of it, `example` YAML of a market file."""

    name: str
    group: str
    says: str
    text: str
    example: str
    spelled: tuple[str, ...]


def entries() -> Mapping[str, Entry]:
    """Every entry by name, group by group."""
    return {name: _entry(name, group, kind) for group in GROUPS for name, kind in _TOLD[group].items()}


def entry(name: str) -> Entry:
    """The entry of that name, or the one that tells of this word of a file; Refusal with the nearest for others."""
    known = entries()
    wanted = name.strip().lower()
    found = known.get(wanted) or next((known[each] for each, words in SPELLED.items() if wanted in words), None)
    if found is None:
        raise Refusal(
            f"the rule language has no {name!r}{nearest(wanted, words(), 0.5)} (`crux rules` lists all of it)"
        )
    return found


def words() -> Sequence[str]:
    """Every name by which something of the language can be asked for."""
    names = [name for group in GROUPS for name in _TOLD[group]]
    return (*names, *(word for each in SPELLED.values() for word in each))


def house_values() -> Mapping[str, str]:
    """What each house default is where debate.yaml says nothing."""
    shown = {}
    for name, value in defaults.HouseDefaults().model_dump(mode="json").items():
        inside = ", ".join(f"{key}: {each}" for key, each in value.items()) if isinstance(value, dict) else ""
        shown[name] = f"{{{inside}}}" if inside else str(value)
    return shown


def _entry(name: str, group: str, kind: type | ModuleType) -> Entry:
    text, _, example = (inspect.getdoc(kind) or "").partition("\n\nExample:\n")
    return Entry(name, group, _first_sentence(text), text.strip(), dedent(example).strip("\n"), SPELLED.get(name, ()))


def _first_sentence(text: str) -> str:
    paragraph = " ".join(text.partition("\n\n")[0].split())
    found = re.match(r".*?\.(?=\s+[A-Z`(]|$)", paragraph)
    return found.group() if found else paragraph
