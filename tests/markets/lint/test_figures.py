"""Guards: every figure of the prose occurs in the rule and the other way round."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lint_cases import faults

from markets.lint.agreeing import compared
from markets.lint.code import Case
from markets.lint.figure_forms import FIGURE
from markets.lint.figures import Amount, At, Figure, Span, figures
from markets.lint.numbers import strict_or_not
from markets.lint.run import lint, lint_all
from markets.lint.subject import Subject
from markets.load import load_debate
from markets.spec import MarketSpec

DEFINITIONS = Path(__file__).parents[3] / "markets" / "definitions"
LOADED = {path.name: load_debate(path) for path in sorted(DEFINITIONS.iterdir()) if (path / "debate.yaml").is_file()}
MARKETS = [(debate, slug) for debate, loaded in LOADED.items() for slug in loaded.markets]
NUMBER = re.compile(r"\d+")


def changed(text: str) -> Iterator[str]:
    """The text with any one of its numbers changed, up and down."""
    for found in NUMBER.finditer(text):
        number = int(found.group())
        for other in (number + 1, number - 1, number * 10 + 7):
            if other >= 0:
                shown = str(other).rjust(len(found.group()), "0")
                yield text[: found.start()] + shown + text[found.end() :]


def said(debate: str, spec: MarketSpec) -> list[str]:
    """What the lint says of a market as changed, beside the debate's others."""
    loaded = LOADED[debate]
    assert loaded.debate is not None
    others = tuple(loaded.markets.values())
    it = Subject(spec, loaded.written[spec.slug], loaded.debate, others, loaded.arguments)
    return [str(fault) for fault in lint(it) if fault.level == "error"]


@pytest.mark.parametrize(("debate", "slug"), MARKETS)
def test_any_one_number_of_the_prose_changed_is_a_fault(debate: str, slug: str) -> None:
    spec = LOADED[debate].markets[slug]
    assert said(debate, spec) == []
    tried = 0
    for field in ("question", "fine_print"):
        for text in changed(getattr(spec, field)):
            assert said(debate, spec.model_copy(update={field: text})), f"{field}: {text}"
            tried += 1
    assert tried or not NUMBER.search(spec.question + spec.fine_print)


DEFAULTS = ("1", "2", "3", "7", "14", "30", "180")
"""The house's own numbers: how many agree, how long it waits. None of them may stand for a market's figure."""

DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
TRULY_ALIKE: frozenset[tuple[str, str, str]] = frozenset({
    # "find 2 whose …": no noun follows that would tell a number of labs from one of tokens.
    ("persona-drift-ratio", "2", "8000"),
    ("persona-drift-ratio", "2", "100000"),
})  # fmt: skip


def swapped(it: Subject, field: str) -> Iterator[tuple[str, str, str]]:
    """(old, new, text) with a figure replaced by every other of the market, half and twice it, and the defaults.

    A date is replaced by the market's other dates; what reads as the very same instant is no change.
    """
    text = getattr(it.spec, field)
    numbers, dates = _figures_of(it)
    for figure in figures(text, it.names):
        found = DIGITS.search(figure.text)
        if figure.soft or figure.name or found is None:
            continue
        begin, end, others = figure.at, figure.at + len(figure.text), dates
        if not _dated(figure):
            begin, end = figure.at + found.start(), figure.at + found.end()
            value = Decimal(found.group().replace(",", ""))
            others = numbers | {f"{(value / 2).normalize():f}", f"{(value * 2).normalize():f}"}
        for other in sorted(others - {text[begin:end]}):
            made = text[:begin] + other + text[end:]
            again = next((each for each in figures(made, it.names) if each.at == figure.at), None)
            if again is None or not set(again.readings) & set(figure.readings):
                yield text[begin:end], other, made


def _figures_of(it: Subject) -> tuple[set[str], set[str]]:
    every = [(text, readings) for _, text, readings in it.figures_written]
    every += [(each.text, each.readings) for _, each in it.figures if each.readings and not each.soft]
    dates = {text for text, readings in every if any(isinstance(each, At | Span) for each in readings)}
    found = (DIGITS.search(text) for text, _ in every if text not in dates)
    return {each.group() for each in found if each} | set(DEFAULTS), dates


def _dated(figure: Figure) -> bool:
    return any(isinstance(each, At | Span) for each in figure.readings)


def unsaid(it: Subject, change: dict[str, str]) -> bool:
    """Whether figures and relations of a market so changed pass."""
    other = replace(it, spec=it.spec.model_copy(update=change))
    return not any(True for _ in compared(other)) and not any(True for _ in strict_or_not(other))


@pytest.mark.parametrize(("debate", "slug"), MARKETS)
def test_a_figure_replaced_by_another_of_the_market_or_the_house_is_a_fault(debate: str, slug: str) -> None:
    loaded = LOADED[debate]
    assert loaded.debate is not None
    it = Subject(loaded.markets[slug], loaded.written[slug], loaded.debate, tuple(loaded.markets.values()))
    for field in ("question", "fine_print"):
        for old, new, text in swapped(it, field):
            if (slug, old, new) not in TRULY_ALIKE:
                assert not unsaid(it, {field: text}), f"{field}: {old} -> {new}: {text}"


@pytest.mark.parametrize(("debate", "slug"), MARKETS)
def test_the_deadline_replaced_everywhere_by_another_date_of_the_market_is_a_fault(debate: str, slug: str) -> None:
    loaded = LOADED[debate]
    assert loaded.debate is not None
    it = Subject(loaded.markets[slug], loaded.written[slug], loaded.debate, tuple(loaded.markets.values()))
    spec = it.spec
    for old, new, question in swapped(it, "question"):
        if DIGITS.fullmatch(old) and len(old) == 4:
            fine_print = re.sub(rf"(?<=before ){re.escape(old)}(?![\d-])", new, spec.fine_print)
            assert not unsaid(it, {"question": question, "fine_print": fine_print}), f"{old} -> {new}"


def test_the_number_of_a_name_replaced_by_a_figure_of_the_market_is_a_fault() -> None:
    loaded = LOADED["predictors-vs-agents"]
    for slug in ("osworld2-best-2027", "top-agent-recipe-2028"):
        spec = loaded.markets[slug]
        for other in ("5", "500", "40", "90"):
            question = spec.question.replace("OSWorld 2.0", f"OSWorld {other}")
            assert question != spec.question
            assert said("predictors-vs-agents", spec.model_copy(update={"question": question})), question


def test_how_long_until_a_source_counts_as_frozen_has_to_be_told(tmp_path: Path) -> None:
    folder = tmp_path / "debate"
    shutil.copytree(DEFINITIONS / "predictors-vs-agents", folder)
    path = folder / "markets" / "small-swe-class-2027.yaml"
    path.write_text(path.read_text().replace("unless_frozen: 180 days", "unless_frozen: 90 days"), encoding="utf-8")
    loaded = load_debate(folder, [path])
    assert "O06" in {fault.code for fault in lint_all(loaded)}


@pytest.mark.parametrize(("debate", "slug"), MARKETS)
def test_any_one_figure_of_the_rule_changed_is_a_fault(debate: str, slug: str, tmp_path: Path) -> None:
    """Thresholds, holds, windows, edges, T: in the file itself, one after the other."""
    folder = tmp_path / "debate"
    shutil.copytree(DEFINITIONS / debate, folder, ignore=shutil.ignore_patterns("bodies", "*.md"))
    (file,) = [Path(LOADED[debate].written[slug].path).name]
    target = folder / "markets" / file
    text = target.read_text(encoding="utf-8")
    for start, end in _rule_figures(text):
        number = text[start:end]
        target.write_text(text[:start] + _other(number) + text[end:], encoding="utf-8")
        loaded = load_debate(folder, [target])
        assert [*loaded.faults, *lint_all(loaded)], f"{number} at {start}: {text[start - 30 : end + 10]!r}"


def _rule_figures(text: str) -> Iterator[tuple[int, int]]:
    """Where the numbers of a file's formulas, holds and edges stand, and that of T."""
    inside = False
    offset = 0
    for line in text.splitlines(keepends=True):
        if line[:1].strip():
            inside = line.startswith(("values:", "resolve:", "closes:"))
        wanted = re.search(r"(?:yes|number|first_date|hold|edges|round|closes):(.*)", line) if inside else None
        if wanted and "#" not in line:
            for found in re.finditer(r"(?<![\w.-])\d+(?:\.\d+)?(?=[%\]\s,]|$)|\d{4}-\d{2}-\d{2}", wanted[1]):
                yield offset + wanted.start(1) + found.start(), offset + wanted.start(1) + found.end()
        offset += len(line)


def _other(number: str) -> str:
    if "-" in number:
        year, _, rest = number.partition("-")
        return f"{int(year) + 1}-{rest}"
    return str(Decimal(number) + 1)


SAME = [
    ("before July 2027", "before the end of June 2027"),
    ("before July 2027", "before 1 July 2027"),
    ("before July 2027", "through the board before Q3 2027"),
    ("before July 2027", "before 2027 H2"),
    ("reach 85%", "reach 85 percent"),
    ("reach 85%", "reach 85.0%"),
    ("whoever ran it.", "whoever ran it, from 2026-12-05 on."),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_the_same_figure_in_other_words_is_no_fault(tmp_path: Path, old: str, new: str) -> None:
    assert [str(fault) for fault in faults(tmp_path, Case({old: new}))] == []


OTHER = [
    ("before July 2027", "before June 2027"),
    ("before July 2027", "before the end of July 2027"),
    ("before July 2027", "before July 2028"),
    ("before July 2027", "in 2027"),
    ("reach 85%", "reach 85 points"),
    ("reach 85%", "reach 85"),
    ("reach 85%", "reach 85.1%"),
    ("whoever ran it.", "whoever ran it, of three days or more."),
    ("whoever ran it.", "whoever ran it with GPT-5."),
]


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_another_figure_is_a_fault(tmp_path: Path, old: str, new: str) -> None:
    assert "O06" in {fault.code for fault in faults(tmp_path, Case({old: new}))}


def test_a_number_is_part_of_a_name_only_where_the_rule_reads_that_very_name() -> None:
    names = frozenset({("gpt", "5"), ("v", "4"), ("pass", "1"), ("tau", "2"), ("osworld", "2")})
    text = "GPT-5 on version 4 of tau2-bench by `pass_1` of OSWorld 2.0"
    assert figures(text, names) == []
    assert [each.name for each in figures(text, frozenset())] == [True, True, True, True, False]


def test_a_number_with_a_unit_or_alone_is_never_a_name() -> None:
    names = frozenset({("reach", "5"), ("of", "5")})
    assert [each.text for each in figures("reach 5% of 7", names)] == ["5%", "7"]


def test_large_numbers_lists_and_percentage_points_are_read() -> None:
    found = {
        (reading.value, reading.unit)
        for each in figures("10B, 3.5 million, 1,500 rows; 5, 10 and 20 points; 2 percentage points", frozenset())
        for reading in each.readings
        if isinstance(reading, Amount)
    }
    wanted = {(10**10, ""), (3_500_000, ""), (1500, ""), (5, "points"), (10, "points"), (20, "points"), (2, "points")}
    assert wanted <= found


def test_the_pattern_of_figures_takes_hostile_text_quickly() -> None:
    for text in ("1" * 20_000, "1," * 10_000, "jan " * 5_000, "a " * 10_000, "-" * 20_000, "1.1" * 7_000):
        assert len(list(FIGURE.finditer(text))) >= 0


def test_digits_that_only_begin_like_a_year_are_a_number_and_no_year() -> None:
    (figure,) = figures("Entry 019999 counts.", frozenset())
    assert figure.readings == (Amount(Decimal(19999), ""),)


SPELLINGS = {
    "points right behind": ("other - {n}points", 5, "come within {n} points of the least"),
    "points below nought": ("other + -{n}points", 5, "come within {n} points of the least"),
    "a percent sign far off": ("{n}   %", 85, "reach {n}%"),
    "percent right behind": ("{n}percent", 85, "reach {n}%"),
    "a fraction": ("0.{n} fraction", 85, "reach {n}%"),
    "a fraction right behind": ("0.{n}fraction", 85, "reach {n}%"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("more", [0, 1, 4])
def test_a_figure_of_a_formula_is_the_proses_however_it_is_spaced(tmp_path: Path, spelling: str, more: int) -> None:
    formula, number, told = SPELLINGS[spelling]
    changes = {
        "best >= 85%": f"best >= {formula.format(n=number)}",
        "reach 85%": told.format(n=number + more),
    }
    if "other" in formula:
        changes["values:\n"] = "values:\n  other: {min: score, from: board}\n"
    assert {fault.code for fault in faults(tmp_path, Case(changes))} == ({"O06"} if more else set())


@pytest.mark.parametrize(("told", "fires"), [("2,000", False), ("2000", False), ("3,000", True), ("20,000", True)])
def test_digits_set_apart_in_a_formula_are_one_number(tmp_path: Path, told: str, fires: bool) -> None:
    changes = {
        "best: {max: score, from: board}": "runs: {total: trials, from: board}",
        "best >= 85%": "runs >= 2_000",
        "Will a row of the board reach 85%": f"Will the trials of all rows reach {told}",
    }
    assert ("O06" in {fault.code for fault in faults(tmp_path, Case(changes))}) is fires
