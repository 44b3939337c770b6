"""A file read block by block: a top-level block that stands word for word in many files is parsed once.

    question: …        <- a block begins where a line begins with a word and a colon
    rows:
      board: {…}
    answered: …

The debates that are large are written in families, whose files say most things in the same words. What is read is what
the whole file would give: a block has a meaning of its own only where the parser itself begins a key of the outermost
mapping at its first line, and wherever that is not certain the whole file is read instead. What was read of a block is
the same object in each file that has it, so that whoever comes after can tell by that alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from markets.yaml12 import MAX_BRACKETS, MAX_BYTES, Document, OddKeys, pairs_of, printable, read_yaml, simple

BREAK = re.compile(r"\n(?=[a-z_]+:(?:[ \n]|\Z))")
BEGINS = re.compile(r"([a-z_]+):(?:[ \n]|\Z)")
COMMENTS = re.compile(r"(?: *(?:#[^\n]*)?(?:\n|\Z))*")
KEPT = re.compile(r"([a-z_]+): \|\n((?:  (?=[^ \n]))[^\n]*(?:\n(?:  [^\n]*)?)*)")
"""Text whose lines are kept, indented by two: it means what it shows."""


@dataclass(frozen=True, slots=True)
class Block:
    """One key with all that stands under it; `brackets` are how many are opened in it, which a file has few of."""

    key: str
    value: Any
    brackets: int


@dataclass
class Blocks:
    """The blocks that were read so far, by their text."""

    known: dict[str, Block] = field(default_factory=dict)

    def read(self, raw: bytes) -> Document:
        """Bytes of one file -> its value and faults, as by `read_yaml`."""
        text = _text(raw)
        found = self._read(text) if text is not None else None
        return read_yaml(raw) if found is None or text is None else Document(text, found, ())

    def _read(self, text: str) -> dict[str, Any] | None:
        """The outermost mapping; None where the blocks cannot be told apart with certainty."""
        parts = BREAK.split(text[:-1])
        if not BEGINS.match(parts[0]) and COMMENTS.fullmatch(parts.pop(0)) is None:
            return None
        known = self.known
        new = [part for part in parts if part not in known and not self._kept(part)]
        if new and not self._parse(new):
            return None
        found, brackets = {}, 0
        for part in parts:
            block = known[part]
            found[block.key] = block.value
            brackets += block.brackets
        return found if len(found) == len(parts) and parts and brackets <= MAX_BRACKETS else None

    def _kept(self, part: str) -> bool:
        """Read a block of text whose lines are kept, which needs no parser; whether it was one."""
        found = KEPT.fullmatch(part)
        if found is None or not printable(part):
            return False
        lines = f"\n{found[2]}".replace("\n  ", "\n").strip("\n")
        self.known[part] = Block(found[1], f"{lines}\n", 0)
        return True

    def _parse(self, parts: list[str]) -> bool:
        """Read some blocks, one after another as one document; whether each is a key of it, and its own."""
        text = "\n".join(parts) + "\n"
        if not simple(text) or text.count("[") + text.count("{") > MAX_BRACKETS:
            return False
        try:
            pairs = pairs_of(text)
        except (OddKeys, yaml.YAMLError):
            return False
        line, begins = 0, []
        for part in parts:
            begins.append((line, 0))
            line += part.count("\n") + 1
        if [(key.start_mark.line, key.start_mark.column) for key, _ in pairs] != begins:
            return False
        for part, (key, value) in zip(parts, pairs, strict=True):
            self.known[part] = Block(key.value, value, part.count("[") + part.count("{"))
        return True


def _text(raw: bytes) -> str | None:
    """The text of a file that ends with its line; None for one that `read_yaml` has something to say of."""
    if len(raw) > MAX_BYTES or not raw.endswith(b"\n"):
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
