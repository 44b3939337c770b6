"""Guards: a file that is read block by block, with others before it, means what the whole file means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from markets.blocks import Blocks
from markets.yaml12 import Document, read_yaml

DEFINITIONS = Path(__file__).parents[2] / "markets" / "definitions"
PIECES = (
    *("a: 1", "b: NO", "c: [1,", "d: 2]", 'e: "x', 'f: y"', "'", '"g": 3', "h:", "  i: 1.50", "  j: [x, y]", "- k"),
    *("a: |", "b: |-", "c: |+", "d: >", "e: |2", "  kept", "   kept: more", "  # none", " one", "", "  ", "# no"),
    *("---", "...", "%YAML 1.2", "a: &x 1", "b: *x", "c: !t 1", "d:\t1", "e: 1e99", "f: {", "}", "? z", ": z", "1: x"),
    *("a_b: plain", "  and more", "c: 'it''s'", "d: {e: 1, e: 2}", "Ab: 1", "a:b", "f: x # said", "g: é\u00a0"),
    *("a: 1\r", "b: 1\u2028c: 2", "d: " + "[" * 41 + "]" * 41, "e: |", "  The end.", "~: 1", "null: 2", "\ufeffa: 1"),
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).map("\n".join)
FILES = st.lists(st.one_of(TEXTS.map(lambda text: f"{text}\n"), TEXTS, st.text(max_size=20)), min_size=1, max_size=5)


def shown(documents: Sequence[Document]) -> list[str]:
    """Texts, values and faults to the letter: 1 and 1.0 are told apart."""
    return [repr(document) for document in documents]


@settings(max_examples=600, deadline=None)
@given(texts=FILES)
def test_files_read_block_by_block_mean_what_each_means_alone(texts: list[str]) -> None:
    raws, blocks = [text.encode("utf-8", "replace") for text in texts], Blocks()
    assert shown([blocks.read(raw) for raw in raws]) == shown([read_yaml(raw) for raw in raws])


def test_every_file_of_ours_means_block_by_block_what_it_means_whole() -> None:
    raws, blocks = [file.read_bytes() for file in sorted(DEFINITIONS.rglob("*.yaml"))], Blocks()
    assert shown([blocks.read(raw) for raw in raws]) == shown([read_yaml(raw) for raw in raws])


def test_a_block_that_two_files_have_word_for_word_is_read_once() -> None:
    blocks = Blocks()
    first, second = (blocks.read(f"question: {each}\nrows:\n  best: {{from: x}}\n".encode()).value for each in "ab")
    assert first["rows"] is second["rows"]


def test_what_another_file_has_within_a_text_is_not_taken_for_its_block() -> None:
    """The second line is a key in some, and part of a text in quotes in the others."""
    blocks = Blocks()
    texts = [
        'a: "x\nb: y"\n"b": 3\n',
        'a: "x\nb: 2\n',
        'a: 1\nb: "x"\n',
        'a: "1\nb: "x"\n',
        'a: "1\nb: x"\nc: 2\n',
        'a: 1\nb: x"\nc: 2\n',
    ]
    raws = [text.encode() for text in texts]
    assert shown([blocks.read(raw) for raw in raws]) == shown([read_yaml(raw) for raw in raws])
