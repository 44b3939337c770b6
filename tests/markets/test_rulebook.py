"""Guards: `crux rules` documents the whole language, and every example in it really loads."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from market_builders import DEBATE, SOURCE

from markets.load import load_debate
from markets.rulebook import GROUPS, SPELLED, entries, entry, house_values
from resolvers.errors import Refusal
from resolvers.rules import defaults, filters, nodes, outcomes
from resolvers.rules.formula import FUNCTIONS, STATES

COLUMNS = """\
    first_score: {unit: percent, between: [0, 100]}
    lab: text
    model: text
    class: text
    checked: bool
    trials: {unit: count}
    released: {type: date}
    date: {type: date, is: published}
"""
BOARD = SOURCE.partition("    share:")[0].replace("  key: name\n", "  key: key\n") + COLUMNS
SYSTEMS = """\
publisher: This debate
licence: CC0 1.0
fetch: {file: registries/systems.csv}
read: {format: csv, key: key, columns: {class: text}}
"""
HEAD = "question: Will it?\nopens: 2026-12-05\ncloses: 2027-07-01\n"
EXAMPLES = {name: each.example for name, each in entries().items()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_loads_without_a_fault(name: str, tmp_path: Path) -> None:
    files = {
        "debate.yaml": DEBATE,
        "sources/board.yaml": BOARD.replace("class: text", "kind: text") if "label:" in EXAMPLES[name] else BOARD,
        "sources/mirror.yaml": BOARD,
        "sources/systems.yaml": SYSTEMS,
        "registries/systems.csv": "key,class\n",
        "markets/example.yaml": HEAD + EXAMPLES[name] + "\n",
    }
    for path, text in files.items():
        target = tmp_path / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    found = load_debate(tmp_path)
    assert [str(fault) for fault in found.faults] == []
    assert list(found.markets) == ["example"]


def test_every_kind_of_node_filter_and_outcome_is_told_of() -> None:
    told = {each.text for each in entries().values()}
    kinds = [*get_args(get_args(nodes.Node)[0]), *get_args(get_args(filters.Filter)[0])]
    kinds += [*get_args(get_args(outcomes.OutcomeType)[0]), outcomes.OutcomeNode, defaults.Settlement]
    for kind in kinds:
        said = (kind.__doc__ or "").split("Example:")[0].split("\n")[0].strip()
        assert any(text.startswith(said) for text in told), kind


def test_every_word_of_a_formula_and_every_way_of_reducing_leads_to_its_entry() -> None:
    hows = get_args(nodes.How)
    for word in (*FUNCTIONS, *STATES, *hows, "argmax", "argmin", "top", "and", "or", "not"):
        assert entry(word).example
    assert (entry("quantile").name, entry("ROWS").name, entry("frozen").name) == ("reduce", "rows", "state")


def test_every_house_default_is_listed_with_its_value() -> None:
    assert set(house_values()) == set(defaults.HouseDefaults.model_fields)
    assert house_values()["panel"] == "{seats: 3, agree: 2, for: 14 days}"


def test_a_typo_is_answered_with_the_nearest_word() -> None:
    with pytest.raises(Refusal, match="'medain'; did you mean 'median'"):
        entry("medain")


def test_each_entry_has_a_line_a_text_and_an_example() -> None:
    for name, each in entries().items():
        assert each.group in GROUPS
        assert each.says.endswith("."), name
        assert "\n" not in each.says
        assert each.example, name
    assert set(SPELLED) <= set(entries())
