"""Guards: people are told in what an edited file differs from what its market opened with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from market_builders import DEBATE, MARKET, SOURCE, loaded

from markets.edits import differing
from markets.render import NO_AI

WHOLE = MARKET + "baseline: The best stands at 70%.\nfine_print: A row that is gone does not count.\n"
RULE = "the rule (rows, values, resolve)"


def frozen(path: Path, market: str = WHOLE, debate: str = DEBATE, source: str = SOURCE) -> str:
    files = {"markets/reach-85.yaml": market, "debate.yaml": debate, "sources/board.yaml": source}
    found = loaded(path, files)
    assert not [fault for fault in found.faults if fault.level == "error"], found.faults
    return found.markets["reach-85"].frozen()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Will a row reach", "Does a row reach", ("question",)),
        ("opens: 2025-01-01", "opens: 2025-01-02", ("opens (2025-01-01, now 2025-01-02)",)),
        ("closes: 2025-07-01", "closes: 2025-07-02", ("closes (2025-07-01, now 2025-07-02)",)),
        ("subsidy: 200", "decides: 2025-07-05", ("decides (2025-07-01, now 2025-07-05)",)),
        ("yes: best >= 85%", "yes: best >= 86%", (RULE,)),
        ("yes: best >= 85%", "yes: best >= 85%\n  settle: 9 days", ("settle",)),
        ("subsidy: 200", "na: {when: removed(board), if_refused: NO}", ("na",)),
        ("subsidy: 200", "bridge: 3 days", ("bridge",)),
        ("subsidy: 200", "review: {quorum: 1, declare: true}", ("review",)),
        ("stands at 70%", "stands at 71%", ("baseline",)),
        ("baseline: The best stands at 70%.\n", "", ("baseline",)),
        ("A row that is gone", "A row that has gone", ("fine_print",)),
        ("fine_print: A row that is gone does not count.\n", "", ("fine_print",)),
        ("subsidy: 200", "subsidy: 900", ()),
    ],
)
def test_each_part_of_a_market_file_is_named_as_its_author_knows_it(
    tmp_path: Path, old: str, new: str, told: tuple[str, ...]
) -> None:
    assert old in WHOLE
    before, after = frozen(tmp_path / "one"), frozen(tmp_path / "two", WHOLE.replace(old, new))
    assert differing(before, after) == told
    assert len(differing(after, before)) == len(told)


def test_another_way_of_reading_a_source_is_named_and_another_name_of_its_publisher_is_text(tmp_path: Path) -> None:
    before = frozen(tmp_path / "one")
    narrower = frozen(tmp_path / "two", source=SOURCE.replace("[0, 100]", "[0, 90]"))
    renamed = frozen(tmp_path / "three", source=SOURCE.replace("A board", "The board"))
    assert differing(before, narrower) == ("how board is read",)
    assert differing(before, renamed) == ("the text composed from it",)


def test_another_kind_of_question_differs_in_its_answers_too(tmp_path: Path) -> None:
    dated = WHOLE.replace("yes: best >= 85%", "first_date: best >= 85%\n  edges: [2025-04-01]\n  never: not by then")
    assert differing(frozen(tmp_path / "one"), frozen(tmp_path / "two", dated)) == (
        "the kind of outcome",
        "the answers",
        RULE,
    )


def test_what_a_new_crux_takes_rules_to_mean_is_no_edit_of_the_author(tmp_path: Path) -> None:
    before = json.loads(frozen(tmp_path))
    after = before | {"semantics": before["semantics"] + 1}
    assert differing(json.dumps(before), json.dumps(after)) == ("what this version of Crux takes rules to mean",)


def test_fine_print_may_have_headings_of_its_own() -> None:
    def text(own: str) -> str:
        return json.dumps({"text": f"## Where things stood\n\n70%.\n\n## Fine print\n\n{own}\n\n{NO_AI}"})

    assert differing(text("## Where things stood\n\nold"), text("## Where things stood\n\nnew")) == ("fine_print",)
