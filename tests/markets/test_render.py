"""Law 5: the description says what the rule does, number for number, and survives Manifold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_builders import DEBATE, MARKET, REPLAY, SOURCE, loaded, spec

from markets.load import load_debate
from markets.render import NO_AI, address, escaped, length, text_tag
from markets.spec import DESCRIPTION_CHARS, MarketSpec

BUNDLED = load_debate(REPLAY).markets
OPT_OUT = "there will be no AI clarifications added to this market's description"


@pytest.mark.parametrize("market", BUNDLED.values(), ids=BUNDLED)
def test_every_figure_of_the_rule_stands_in_the_description(market: MarketSpec) -> None:
    plain = re.sub(r"\\(.)", r"\1", market.description)
    figures = {figure for phrase in market.rule.phrases() for figure in phrase.figures}
    assert figures
    assert {figure for figure in figures if figure not in plain} == set()


@pytest.mark.parametrize("market", BUNDLED.values(), ids=BUNDLED)
def test_a_description_has_what_traders_need_on_one_page(market: MarketSpec) -> None:
    text = market.description
    house = market.rule.defaults
    assert OPT_OUT.lower() in text.lower()
    assert {str(house.bridge), str(house.max_age), str(house.lost_after), str(market.review.window)} <= set(
        re.findall(r"\d+ (?:day|hour|week)s?", text)
    )
    for source in market.sources:
        assert source.publisher in text
        assert source.licence in text
    assert text.splitlines()[-1].endswith(f"text {text_tag(text)[1]}. A bot proposes, people decide.")  # type: ignore[index]
    assert text_tag(text)[0] == market.version  # type: ignore[index]  # None fails the test as it should
    assert len(text) == length(market) <= DESCRIPTION_CHARS
    assert "|" not in text.replace("\\|", "")


@pytest.mark.parametrize("market", BUNDLED.values(), ids=BUNDLED)
def test_fine_print_stands_verbatim(market: MarketSpec) -> None:
    assert market.fine_print.strip() in market.description


def test_a_view_is_explained_where_it_is_named(tmp_path: Path) -> None:
    files = {
        "sources/board.yaml": SOURCE + "  views: {open: {where: {lab: [One, Two]}}}\n",
        "markets/reach-85.yaml": MARKET.replace("from: board", "from: board.open"),
    }
    text = loaded(tmp_path, files).markets["reach-85"].description
    line = next(line for line in text.splitlines() if line.startswith("- The name board.open stands for "))
    assert "One" in line
    assert "Two" in line


def test_one_interested_person_is_declared(tmp_path: Path) -> None:
    text = spec(tmp_path, MARKET + "review: {quorum: 1, declare: true}\n").description
    assert "One interested person resolves this market" in text
    assert "7 days" in text


def test_who_may_sit_on_a_panel_and_what_its_silence_means_is_told_wherever_one_is_asked(tmp_path: Path) -> None:
    asked = MARKET.replace("from: board}", "from: board, panel: {question: Is it new?, limbs: {new: Nobody had it.}}}")
    told = asked.replace("question: Is it new?,", "question: Is it new?, redraw: 1, default: NO,")
    text = spec(tmp_path / "asked", told).description
    rule, people = text.split("## Who decides")[0], text.split("## Who decides")[1].split("## ")[0]
    for words in ("published list", "holds a position in this market", "the question is about", "post their reasons"):
        assert words in people
    assert "within 14 days (drawn anew at most once)" in rule
    assert re.search("without agreement .*no is taken for the answer", rule)
    assert "anel" not in spec(tmp_path / "plain").description


def test_na_is_written_with_its_refused_form(tmp_path: Path) -> None:
    text = spec(tmp_path, MARKET + "na: {when: removed(board), if_refused: 40%}\n").description
    assert re.search(r"N/A.*40%", text)


def test_text_from_outside_cannot_mark_up_or_link(tmp_path: Path) -> None:
    hostile = '"A <b>board</b> [x](javascript:alert(1)) | @mods *y*"'
    files = {"sources/board.yaml": SOURCE.replace("A board", hostile)}
    found = loaded(tmp_path, files)
    line = next(line for line in found.markets["reach-85"].description.splitlines() if line.startswith("- board:"))
    assert line.startswith(r"- board: A \<b\>board\</b\> \[x\](javascript:alert(1)) \| \@mods \*y\*, licence")


def test_an_address_keeps_its_underscores_and_loses_its_traps() -> None:
    assert address("https://x.example/_data/a_b.yml?q=<a> (b)") == "https://x.example/_data/a_b.yml?q=%3Ca%3E%20%28b%29"


def test_the_version_does_not_depend_on_the_part_that_may_change(tmp_path: Path) -> None:
    one = loaded(tmp_path / "a").markets["reach-85"]
    two = loaded(tmp_path / "b", {"debate.yaml": DEBATE.replace("second-reader", "another-reader")}).markets["reach-85"]
    assert one.version == two.version
    assert one.description != two.description


@given(st.text(max_size=80))
def test_escaped_text_is_one_line_that_reads_back_as_itself(text: str) -> None:
    shown = escaped(text)
    assert "\n" not in shown
    assert re.sub(r"\\([\\`*_{}\[\]<>#|~@+=.)-]|\d)", r"\1", shown).replace("\\", "") == " ".join(text.split()).replace(
        "\\", ""
    )


def test_the_opt_out_is_the_sentence_manifold_looks_for() -> None:
    assert OPT_OUT.lower() in NO_AI.lower()
