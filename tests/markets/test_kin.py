"""Guards: markets that have blocks in common share what these mean, and no market is told anything of another."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from market_builders import MARKET, folder, loaded, said

from markets.lint.passages import part_of, passages
from markets.lint.run import lint_all
from markets.lint.subject import Subject
from markets.load import Loaded, load_debate

QUESTIONS = (
    "Will a row reach 85% before July 2025?",
    "Will a row reach 86% before July 2025?",
    "When? Once more, NO?",
    "Will a row reach 85% for a month before July 2025?",
)
OPENINGS = ("2025-01-01", "2025-02-01T12:30Z", "2025-06-20", "2025-07-02")
RESOLVES = (
    "  yes: best >= 85%\n",
    "  yes: best >= 85%\n  hold: 30 days\n",
    "  number: best\n  edges: [60%, 70%]\n  round: 1\n",
    "  first_date: best >= 85%\n  edges: [2025-03-01, 2025-05-01]\n  never: not before July 2025\n",
    "  yes: beset >= 85%\n",
)
MORE = ("", "na: {when: removed(board), before: 2025-06-01, if_refused: NO}\n", "max_age: 3 days\n", "topics: []\n")
SENTENCES = (
    *("Any row counts, whoever ran it.", "It has to reach 85% before July 2025.", "If it has not, it is N/A.", "Soon."),
    *("At least 3 of five, or 12 times as many.", "T is 2025-07-01.", "It stays so for 30 days.", "Unless it is lost."),
    *("The edges are 60% and 70%; not more than 85%.", "From 2025-01-01\nto before 2025-02-01.", "The top\n5 rows."),
    *("Resolves NO as soon as it falls.", "Before 2025-06-01 nothing counts.", "Labels, twice 3", "the major ones."),
    *("On 5 Sept.", "And 6 Sept. as well.", "P0: one thing. P1: another.", 'The answer "under 61%" is meant.'),
    *("In section 4 it says so.", "Otherwise 90% is enough.", "Unless it is not.", "More than\n85%.", "See a.b/c."),
)  # fmt: skip
BREAKS = (" ", "\n", "\n\n")


@st.composite
def fine_prints(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(st.sampled_from(SENTENCES), st.sampled_from(BREAKS)), max_size=7))
    return "".join(f"{sentence}{end}" for sentence, end in parts).strip()


@st.composite
def markets(draw: st.DrawFn) -> str:
    """A market's file of a few blocks that others have as well."""
    prose = draw(fine_prints()).replace("\n", "\n  ")
    text = MARKET.replace("Will a row reach 85% before July 2025?", draw(st.sampled_from(QUESTIONS)))
    text = text.replace("opens: 2025-01-01", f"opens: {draw(st.sampled_from(OPENINGS))}")
    text = text.replace("  yes: best >= 85%\n", draw(st.sampled_from(RESOLVES)))
    return f"{text}{draw(st.sampled_from(MORE))}" + (f"fine_print: |\n  {prose}\n" if prose else "")


def told(found: Loaded, slug: str, path: Path) -> object:
    """All that is known of one market: as it would be posted and judged, and every fault of its file."""
    faults = [str(fault) for fault in (*found.faults, *lint_all(found)) if fault.path == str(path)]
    spec = found.markets.get(slug)
    return faults, spec and (spec, spec.frozen(), spec.description, spec.rule.canonical(), found.written[slug])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(markets(), min_size=2, max_size=6))
def test_markets_read_together_are_what_each_is_alone(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        home = folder(Path(place), {f"markets/m-{number:02}.yaml": text for number, text in enumerate(texts)})
        (home / "markets" / "reach-85.yaml").unlink()
        together, files = load_debate(home), sorted((home / "markets").iterdir())
        alone = [told(load_debate(home, [file]), file.stem, file) for file in files]
        assert [told(together, file.stem, file) for file in files] == alone


@settings(max_examples=200, deadline=None)
@given(prose=fine_prints(), question=st.sampled_from(QUESTIONS))
def test_the_figures_of_a_text_are_those_of_its_passages(prose: str, question: str) -> None:
    whole = small(question, prose)
    apart = passages(whole)
    found = [
        (loc, figure.at + (at if loc == ("fine_print",) else 0), figure.text, figure.readings)
        for passage, at in apart
        for loc, figure in part_of(whole, passage).figures
    ]
    assert "".join(text for passage, _ in apart for _, text in passage.prose) == question + prose
    assert found == [(loc, figure.at, figure.text, figure.readings) for loc, figure in whole.figures]


@cache
def one() -> Loaded:
    with tempfile.TemporaryDirectory() as place:
        return loaded(Path(place))


def small(question: str, prose: str) -> Subject:
    """A market with nothing told of it but this."""
    found = one()
    assert found.debate is not None
    spec = found.markets["reach-85"].model_copy(update={"question": question, "fine_print": prose})
    return Subject(spec, found.written["reach-85"], found.debate)


@pytest.mark.parametrize(
    "block", ["max_age: 3 days\n", "review: {window: 3 days}\n", "settle: 3 days\n", "decides: 2025-08-01\n", MORE[1]]
)
def test_a_market_with_one_block_more_than_its_neighbours_is_none_of_their_kin(tmp_path: Path, block: str) -> None:
    files = {"markets/first.yaml": MARKET, "markets/second.yaml": MARKET + block, "markets/third.yaml": MARKET}
    home = folder(tmp_path, files)
    together = load_debate(home)
    for name in ("first", "second", "third"):
        file = home / "markets" / f"{name}.yaml"
        assert told(together, name, file) == told(load_debate(home, [file]), name, file)
    kin = [together.written[name].kin for name in ("first", "second", "third")]
    assert kin[0] is kin[2] and kin[1] is not kin[0] and None not in kin


@pytest.mark.parametrize(
    ("block", "wanted"),
    [
        ("  yes: best >= 85%\n  hold: 30 days\n", "markets/second.yaml:9:9: R-WINDOW"),
        ("  first_date: best >= 85%\n  edges: [2025-03-01, 2025-05-01]\n", "markets/second.yaml:9:11: N05"),
    ],
)
def test_a_market_that_opens_too_late_for_the_rule_of_its_kin_is_told_so(
    tmp_path: Path, block: str, wanted: str
) -> None:
    early = MARKET.replace("  yes: best >= 85%\n", block)
    late = early.replace("opens: 2025-01-01", "opens: 2025-06-15")
    found = loaded(tmp_path, {"markets/first.yaml": early, "markets/second.yaml": late})
    lines = said(found, tmp_path)
    assert lines and lines[0].startswith(wanted) and all("second" in line for line in lines)


def test_what_two_sentences_say_together_is_seen_in_a_market_with_kin_as_well(tmp_path: Path) -> None:
    """The 85% of the outcome stands in a sentence that the next one makes one about N/A."""
    plain = MARKET + MORE[1] + "fine_print: |\n  A row reaches 85% then.\n"
    third = plain + "  If it does not, it is N/A.\n"
    files = {"markets/first.yaml": plain, "markets/second.yaml": plain, "markets/third.yaml": third}
    found = [fault for fault in lint_all(loaded(tmp_path, files)) if fault.code == "O06" and "85%" in fault.message]
    assert [(Path(fault.path).stem, fault.line, fault.column) for fault in found] == [("third", 11, 17)]


def test_a_fault_in_a_block_that_two_files_share_stands_in_each_at_its_own_line(tmp_path: Path) -> None:
    wrong = MARKET.replace("max: score", "max: scores")
    found = loaded(tmp_path, {"markets/first.yaml": wrong, "markets/second.yaml": f"# One line more.\n{wrong}"})
    places = [(Path(fault.path).stem, fault.line) for fault in found.faults]
    assert list(dict.fromkeys(places)) == [("first", 6), ("second", 7)]
