"""One file, several markets: rows put in for names in braces, and faults at what was written."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest
from market_builders import MARKET, loaded, said

FAMILY = """\
question: Will a row reach {n}% before July 2025?
opens: 2025-01-01
closes: 2025-07-01
subsidy: "{mana}"
each: [{n: 70, mana: 100}, {n: 80.5, mana: 200}]
values:
  best: {max: score, from: board}
resolve:
  yes: best >= {n}%
fine_print: A score of {n}% or more counts.
"""


def family(path: Path, text: str = FAMILY, name: str = "reach-{mana}") -> object:
    return loaded(path, {f"markets/{name}.yaml": text, "markets/reach-85.yaml": MARKET})


def test_a_family_makes_one_market_a_row_with_its_values_put_in(tmp_path: Path) -> None:
    found = family(tmp_path)
    assert not found.faults
    assert sorted(found.markets) == ["reach-100", "reach-200", "reach-85"]
    one, other = found.markets["reach-100"], found.markets["reach-200"]
    assert (one.question, one.subsidy_mana) == ("Will a row reach 70% before July 2025?", Decimal(100))
    assert (other.question, other.fine_print) == (
        "Will a row reach 80.5% before July 2025?", "A score of 80.5% or more counts.",
    )  # fmt: skip
    assert one.rule.phrases()[0].figures == ("70%",)
    assert one.version != other.version


def test_a_name_in_braces_without_quotes_is_put_in_as_well(tmp_path: Path) -> None:
    found = family(tmp_path, FAMILY.replace('"{mana}"', "{mana}"))
    assert not found.faults
    assert found.markets["reach-200"].subsidy_mana == Decimal(200)


def test_a_block_whose_one_key_is_called_as_a_value_of_the_row_stays_what_it_is(tmp_path: Path) -> None:
    text = FAMILY.replace("from: board}", "from: board, where: {lab: north}}")
    text = text.replace("{n: 70, mana: 100}", "{n: 70, mana: 100, lab: south}")
    text = text.replace("{n: 80.5, mana: 200}", "{n: 80.5, mana: 200, lab: west}")
    text = text.replace("counts.", "counts; the market is about {lab}.")
    found = family(tmp_path, text)
    assert not found.faults, said(found, tmp_path)
    assert all("lab is north" in found.markets[slug].description for slug in ("reach-100", "reach-200"))


def test_answers_may_be_named_by_the_rows(tmp_path: Path) -> None:
    text = FAMILY.replace("  yes: best >= {n}%\n", "  choice: top.lab\n  answers: {'{lab}': '{lab}', other: else}\n")
    text = text.replace("best: {max: score", "top: {argmax: score").replace(
        "{n: 70, mana: 100}", "{n: 70, mana: 100, lab: ABC}"
    )
    text = text.replace("{n: 80.5, mana: 200}", "{n: 80.5, mana: 200, lab: XYZ}")
    found = family(tmp_path, text)
    assert not found.faults, said(found, tmp_path)
    assert found.markets["reach-200"].answers == ("XYZ", "other")


def test_a_fault_points_at_the_place_that_was_written_and_is_said_once(tmp_path: Path) -> None:
    found = family(tmp_path, FAMILY.replace("best >= {n}%", "best >= {n}% and bets >= 1%"))
    assert said(found, tmp_path) == [
        "markets/reach-{mana}.yaml:9:25: R-UNKNOWN-NAME: no value is called 'bets'; did you mean 'best'?"
    ]
    assert sorted(found.markets) == ["reach-85"]


def test_a_fault_of_one_row_names_its_market(tmp_path: Path) -> None:
    found = family(tmp_path, FAMILY.replace("mana: 200", "mana: few"), "reach-{mana}-x")
    assert [line for line in said(found, tmp_path) if "(in reach-few-x)" in line]


FAULTS = {
    "a name that no row gives": ("best >= {n}%", "best >= {m}%", "{m} is given by no row of each:"),
    "rows with other names": (
        "{n: 80.5, mana: 200}",
        "{n: 80.5, mama: 200}",
        "every row of each: gives values to the same names",
    ),
    "no rows": ("each: [{n: 70, mana: 100}, {n: 80.5, mana: 200}]", "each: []", "each: is a list of rows"),
    "rows that are none": (
        "[{n: 70, mana: 100}, {n: 80.5, mana: 200}]",
        "[70, 80]",
        "a row of each: gives names their values",
    ),
    "a value that is none": ("n: 80.5", "n: [1]", "n: a text or a number is wanted here"),
    "a name in a value": ("n: 80.5", "n: '{n}'", "no names in braces"),
    "a name that is none": ("{n: 70,", "{N: 70,", "is no name"),
    "one slug twice": ("mana: 200", "mana: 100", "two markets of this family are called 'reach-100'"),
    "a name used nowhere": ("mana: 100}, {n: 80.5,", "mana: 100, k: 1}, {n: 80.5, k: 2,", "{k} is used nowhere"),
    "no slug": ("mana: 200", "mana: Two hundred", "is no slug"),
}


@pytest.mark.parametrize(("before", "after", "told"), FAULTS.values(), ids=FAULTS)
def test_a_family_that_is_not_clear_is_refused_at_its_place(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert before in FAMILY
    found = family(tmp_path, FAMILY.replace(before, after))
    assert any(told in fault.message for fault in found.faults), said(found, tmp_path)
    assert all(fault.path.endswith("reach-{mana}.yaml") and fault.line for fault in found.faults)


def test_a_family_needs_a_name_in_its_file_name_and_the_other_way_round(tmp_path: Path) -> None:
    named = family(tmp_path / "a", name="reach")
    assert any("call the file reach-{n}.yaml" in fault.message for fault in named.faults)
    rowless = family(tmp_path / "b", "".join(line for line in FAMILY.splitlines(True) if not line.startswith("each")))
    assert any("there is no `each:`" in fault.message for fault in rowless.faults)


def test_two_files_that_make_one_slug_are_refused(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"markets/reach-{mana}.yaml": FAMILY, "markets/reach-100.yaml": MARKET})
    assert [fault.message for fault in found.faults] == [
        "another file makes a market called 'reach-100' too: rename one of them"
    ]


def test_a_family_of_ten_thousand_is_refused_at_once(tmp_path: Path) -> None:
    rows = ", ".join(f"{{n: {n}, mana: {n}}}" for n in range(10_000))
    text = FAMILY.replace("[{n: 70, mana: 100}, {n: 80.5, mana: 200}]", f"[{rows}]")
    begun = time.perf_counter()
    found = family(tmp_path, text)
    assert [fault.message for fault in found.faults] == ["each: has 10,000 rows; a family has at most 100 markets"]
    assert time.perf_counter() - begun < 5


def test_a_family_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    rows = ", ".join(f"{{n: {n}, mana: {n}}}" for n in range(100))
    text = FAMILY.replace("[{n: 70, mana: 100}, {n: 80.5, mana: 200}]", f"[{rows}]") + "  {n}" * 100_000
    assert any("the file is too long for so many markets" in fault.message for fault in family(tmp_path, text).faults)
