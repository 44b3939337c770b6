"""Guards: a fault with its place, quickly, never a stack trace."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from market_builders import MARKET, folder

from markets.lint.run import lint_all
from markets.load import load_debate

SLOWEST_S = 2.0
RESOLVE = "  yes: best >= 85%"
VALUE = "  best: {max: score, from: board}"
NUMBER = "  number: best\n  round: 1\n  edges: [{edges}]"
DEEP = 10_000

BAD: dict[str, tuple[str, str, str, str]] = {
    "an unknown value": (RESOLVE, "  yes: bset >= 85%", "R-UNKNOWN-NAME", "did you mean 'best'"),
    "an unknown source": ("from: board", "from: bord", "S-UNKNOWN-SOURCE", "did you mean 'board'"),
    "an unknown column": ("max: score", "max: scor", "S-UNKNOWN-COLUMN", "did you mean 'score'"),
    "an unknown key": (RESOLVE, f"{RESOLVE}\n  hodl: 7 days", "R-UNKNOWN-KEY", "did you mean 'hold'"),
    "values in a circle": (VALUE, "  best: other + 1\n  other: best + 1", "R-CIRCULAR", "needs itself"),
    "a value of itself": (VALUE, "  best: best", "R-CIRCULAR", "needs itself"),
    "an edge beyond the column": (RESOLVE, NUMBER.format(edges="50%, 120%"), "N05", "120%"),
    "an edge below the column": (RESOLVE, NUMBER.format(edges="0%, 50%"), "N05", "0%"),
    "edges out of order": (RESOLVE, NUMBER.format(edges="50%, 40%"), "N05", "does not come after"),
    "a date edge after T": (RESOLVE, "  first_date: best >= 85%\n  edges: [2030-01-01]", "N05", "between opening"),
    "a threshold out of reach": ("best >= 85%", "best >= 101%", "N07", "it can never be"),
    "a threshold that cannot be missed": ("best >= 85%", "best >= 0%", "N07", "it is always so"),
    "a window the wrong way round": (
        "from: board}",
        "from: board, within: {from: 2025-06-01, before: 2025-02-01}}",
        "R-WINDOW",
        "ends before it begins",
    ),
    "a hold longer than the market": (RESOLVE, f"{RESOLVE}\n  hold: 400 days", "R-WINDOW", "does not fit"),
    "closing before opening": ("closes: 2025-07-01", "closes: 2024-07-01", "T04", "not after opens"),
    "a pattern that would run away": (
        "from: board}",
        'from: board, where: {lab: {matching: "(a+)+$"}}}',
        "R-PATTERN",
        "a repeat inside a repeat",
    ),
    "NaN as a threshold": ("best >= 85%", "best >= nan%", "R-FORMULA", ""),
    "infinity as a threshold": (RESOLVE, "  yes: best >= inf", "R-UNKNOWN-NAME", "inf"),
    "a YAML infinity": (RESOLVE, "  yes: .inf", "R-FORMULA", ""),
    "NaN mana": ("subsidy: 200", "subsidy: .nan", "F-VALUE", "subsidy"),
    "infinite mana": ("subsidy: 200", "subsidy: .inf", "F-VALUE", "subsidy"),
    "a number beyond all": ("subsidy: 200", "subsidy: 1e999", "Y-NUMBER", "beyond"),
    "NaN as an edge": (RESOLVE, NUMBER.format(edges=".nan"), "R-FORMULA", ""),
    "a probability that is none": (
        "subsidy: 200",
        "bears_on: [{claim: one, event: YES, if_true: .nan, if_false: 0.5}]",
        "F-VALUE",
        "if_true",
    ),
    "lists 10,000 deep": (RESOLVE, f"  yes: {'[' * DEEP}{']' * DEEP}", "Y-DEPTH", "flatter"),
    "mappings 10,000 deep": (RESOLVE, f"  yes: {'{a: ' * DEEP}1{'}' * DEEP}", "Y-DEPTH", "flatter"),
    "dashes 10,000 deep": (RESOLVE, f"  yes: {'- ' * DEEP}1", "Y-", ""),
    "unclosed lists": (RESOLVE, f"  yes: {'[' * DEEP}", "Y-", ""),
    "a formula of 501 characters": (RESOLVE, f"  yes: best >= {'1 + ' * 120}{'1' * 12}%  ", "R-FORMULA", "500"),
    "brackets in brackets": (RESOLVE, f"  yes: {'(' * 200}best{')' * 200} >= 85%", "R-FORMULA", ""),
    "minus upon minus": (RESOLVE, f"  yes: best >= {'-' * 400}1%", "R-FORMULA", ""),
    "a sum of 230 terms": (RESOLVE, f"  yes: best >= {'+'.join(['1'] * 230)} point", "R-FORMULA", "more than 60 steps"),
    "a value named twice in the next, forty times": (
        VALUE,
        "\n".join([VALUE, *(f"  v{n}: max({v}, {v})" for n, v in enumerate(["best", *(f"v{n}" for n in range(40))]))]),
        "R-SIZE",
        "at most 2,000 are read",
    ),
    "four hundred values, each upon the one before": (
        VALUE,
        "\n".join([VALUE, *(f"  v{n}: {v} + 1 point" for n, v in enumerate(["best", *(f"v{n}" for n in range(399))]))]),
        "R-DEPTH",
        "at most 60 is read",
    ),
    "a definition of 5 MB": ("subsidy: 200", "fine_print: " + "x" * 5_000_000, "Y-SIZE", "1,000,000"),
    "a file of nothing but figures": ("subsidy: 200", "fine_print: " + "1,1 " * 2_500, "O06", "occurs nowhere"),
    "a waiver of an error": ("subsidy: 200", "allow: {S02: it lives}", "F-WAIVER", "cannot be waived"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_gets_a_fault_with_its_place_quickly(tmp_path: Path, kind: str) -> None:
    old, new, code, words = BAD[kind]
    assert old in MARKET
    path = folder(tmp_path, {"markets/reach-85.yaml": MARKET.replace(old, new, 1)})
    start = time.perf_counter()
    loaded = load_debate(path)
    found = [*loaded.faults, *lint_all(loaded)]
    assert time.perf_counter() - start < SLOWEST_S
    fitting = [fault for fault in found if fault.code.startswith(code) and words in fault.message]
    assert fitting, [str(fault)[:300] for fault in found]
    assert all(fault.line > 0 and fault.column > 0 and fault.path.endswith("reach-85.yaml") for fault in found)


SELF = [
    "https://api.manifold.markets/v0/slug/will-a-row-reach-85-before-july-2025",
    "https://manifold.markets/somebody/will-a-row-reach-85-before-july-202",
    "https://api.manifold.markets/v0/slug/reach-85",
]


@pytest.mark.parametrize("url", SELF)
def test_a_market_that_reads_itself_is_an_error_where_it_names_the_source(tmp_path: Path, url: str) -> None:
    path = folder(tmp_path)
    source = path / "sources" / "board.yaml"
    source.write_text(source.read_text(encoding="utf-8").replace("https://board.example/scores.csv", url))
    (fault,) = [each for each in lint_all(load_debate(path)) if each.code == "S09"]
    line = MARKET.splitlines().index("  best: {max: score, from: board}") + 1
    assert (fault.level, fault.line, fault.column > 20) == ("error", line, True)


def test_a_debate_of_bad_files_names_all_of_them_at_once(tmp_path: Path) -> None:
    texts = {f"markets/bad-{n}.yaml": MARKET.replace(old, new, 1) for n, (old, new, _, _) in enumerate(BAD.values())}
    texts = {name: text for name, text in texts.items() if len(text) < 100_000}
    loaded = load_debate(folder(tmp_path, texts))
    found = [*loaded.faults, *lint_all(loaded)]
    assert {Path(fault.path).name for fault in found if fault.level != "warning"} >= {Path(name).name for name in texts}
