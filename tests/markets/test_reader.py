"""A reader that is kept between loads: what it gives is what a fresh load gives, and only what changed is parsed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from market_builders import DEBATE, MARKET, REPLAY, SOURCE, folder

from markets.load import Loaded, Reader, load_debate

EDGES = MARKET.replace("yes: best >= 85%", "number: best\n  edges: [60%, 70%]\n  round: 1")
ROWS = "rows:\n  north: {from: board, where: {lab: LAB}}\nvalues:\n  best: {max: score, of: north}\n"


def over(lab: str) -> str:
    """A market over the rows of one lab, which all of these call `north`."""
    return MARKET.replace("values:\n  best: {max: score, from: board}\n", ROWS.replace("LAB", lab))


TEXTS: dict[str, list[str | None]] = {
    "debate.yaml": [
        DEBATE,
        DEBATE.replace("small\n", "other\n"),
        DEBATE + "defaults: {max_age: 3 days}\n",
        "debate: [",
    ],
    "sources/board.yaml": [SOURCE, SOURCE.replace("score:", "points:"), SOURCE + "  settle: 3 days\n", "a: b: c", None],
    "sources/mirror.yaml": [SOURCE, SOURCE.replace("percent", "fraction"), None],
    "claims.yaml": ["claims: {}\n", "claims: 1\n", None],
    "markets/reach-85.yaml": [MARKET, MARKET.replace("85", "90"), MARKET.replace("from: board", "from: mirror"), None],
    "markets/reach-{n}.yaml": [
        "each: [{n: 85}, {n: 95}]\n" + MARKET.replace("85", "{n}"),
        "each: [{n: 95}, {n: 96}]\n" + MARKET.replace("85", "{n}").replace("from: board", "from: nowhere"),
        None,
    ],
    "markets/best.yaml": [EDGES, EDGES + "max_age: 3 days\n", EDGES.replace("max:", "maximum:"), "", None],
    "markets/of-north.yaml": [over(lab) for lab in "NS"],
    "markets/of-both.yaml": [
        over(lab)
        .replace("values:\n", "values:\n  all: {max: score, from: board}\n")
        .replace("best >= 85%", "best >= all - 5 points")
        for lab in "NS"
    ],
}
EDITS = st.lists(
    st.sampled_from([(name, text) for name, texts in TEXTS.items() for text in texts]), min_size=1, max_size=6
)


def write(home: Path, name: str, text: str | None) -> None:
    target = home / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        target.unlink(missing_ok=True)
    else:
        target.write_text(text, encoding="utf-8")


def said(found: Loaded) -> tuple[object, ...]:
    """All that was loaded, rules by their canonical form and texts as they would be posted."""
    markets = {slug: (spec.frozen(), spec.description, spec) for slug, spec in found.markets.items()}
    return found.debate, markets, found.sources, found.faults, found.written, found.arguments


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rounds=st.lists(EDITS, min_size=1, max_size=4))
def test_a_reader_after_any_edits_gives_what_a_fresh_load_gives(rounds: list[list[tuple[str, str | None]]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        home, reader = folder(Path(place)), Reader()
        for edits in rounds:
            for name, text in edits:
                write(home, name, text)
            assert said(reader.load(home)) == said(load_debate(home))
            chosen = [home / "markets" / "reach-85.yaml"]
            assert said(reader.load(home, chosen)) == said(load_debate(home, chosen))


def test_what_has_not_changed_is_not_parsed_again(tmp_path: Path) -> None:
    home = tmp_path / "replay"
    shutil.copytree(REPLAY, home, ignore=shutil.ignore_patterns("bodies"))
    files = [*home.glob("*.yaml"), *home.glob("markets/*.yaml"), *home.glob("sources/*.yaml")]
    reader = Reader()
    first = reader.load(home)
    parsed = [reader.parsed]
    assert reader.load(home) == first
    parsed.append(reader.parsed)
    one = home / "markets" / "aider-polyglot-85-2025.yaml"
    one.write_text(one.read_text(encoding="utf-8").replace("subsidy: 300", "subsidy: 301"), encoding="utf-8")
    changed = reader.load(home)
    parsed.append(reader.parsed)
    assert parsed == [len(files), len(files), len(files) + 1]
    assert [slug for slug in first.markets if changed.markets[slug] is not first.markets[slug]] == [one.stem]
    assert changed.markets[one.stem].subsidy_mana == 301


def test_an_edit_of_the_same_length_in_the_same_instant_is_seen(tmp_path: Path) -> None:
    home, reader = folder(tmp_path), Reader()
    reader.load(home)
    file = home / "markets" / "reach-85.yaml"
    before = file.stat()
    file.write_text(MARKET.replace("subsidy: 200", "subsidy: 300"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert reader.load(home).markets["reach-85"].subsidy_mana == 300


def test_markets_that_use_the_same_words_share_what_they_mean_and_no_more(tmp_path: Path) -> None:
    """The same value over row sets of one name that differ is not one value."""
    files = {f"markets/of-{lab.lower()}.yaml": over(lab) for lab in ("North", "South", "East")}
    files["markets/of-north-again.yaml"] = files["markets/of-north.yaml"].replace("85", "86")
    found = load_debate(folder(tmp_path, files)).markets
    alone = {
        slug: load_debate(folder(tmp_path, files), [tmp_path / "markets" / f"{slug}.yaml"]).markets[slug]
        for slug in found
    }
    assert {slug: spec.version for slug, spec in found.items()} == {slug: spec.version for slug, spec in alone.items()}
