"""One file of a debate on its way from bytes to a spec: its document, and the faults found so far."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from markets.faults import AT_KEY, faults_of
from markets.places import placed
from markets.yaml12 import MAX_BYTES, Document, read_yaml
from resolvers.errors import Fault

M = TypeVar("M", bound=BaseModel)
Parse = Callable[[Path, bytes], Document]
"""From a file's bytes to its document; who keeps documents gives the one it has."""

USUAL_BYTES = 32_768
"""Asked for first: room for the largest file that may be would be made, and given back, for each."""

LINTED = (
    ("unit", "", "N01"),
    ("edges", "", "N05"),
    ("missing", "name the rows: ", "S01"),
    ("missing", "`from:` names no source", "S01"),
    ("answers", "exactly one answer takes every other text (`Other: else`); found none", "O02"),
    ("date", " names no zone; ", "T01"),
)
"""Faults of a rule that are codes of the lint (its code, words of its message): `crux explain` tells of them."""


@dataclass(frozen=True, slots=True)
class Written:
    """A definition as its author wrote it: the file, its text, and the value that was read of it."""

    path: str
    text: str
    value: Mapping[str, Any]
    kin: object = field(default=None, compare=False, repr=False)
    """The same object for markets whose rule, sources and review are the very same, but for when they open."""


@dataclass
class File:
    """One file on its way: the faults found so far, still without places."""

    path: Path
    document: Document
    faults: list[Fault] = field(default_factory=list)

    @property
    def value(self) -> dict[str, Any]:
        return self.document.value if isinstance(self.document.value, dict) else {}

    def add(self, code: str, message: str, *loc: str | int) -> None:
        self.faults.append(Fault(code, message, loc=loc))

    def all_faults(self) -> list[Fault]:
        found = [*self.document.faults, *self._placed()]
        return [replace(fault, path=str(self.path)) for fault in found]

    def also(self, faults: Iterable[Fault]) -> list[Fault]:
        """Further faults of this file, found when others had been read: each with its place."""
        placed_ = placed(self.document.text, faults, AT_KEY)
        return [replace(fault, path=str(self.path)) for fault in placed_]

    def _placed(self) -> list[Fault]:
        if self.document.value is None and not self.document.text.strip():
            return [replace(fault, line=1, column=1) for fault in self.faults]
        return placed(self.document.text, self.faults, AT_KEY)


def parsed(path: Path, raw: bytes) -> Document:
    """The document in the bytes of one file."""
    return read_yaml(raw)


def open_file(path: Path, parse: Parse = parsed) -> File:
    """Read and parse; whatever is wrong with it becomes a fault."""
    try:
        plain = stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        plain = True  # opening it tells what is wrong
    if not plain:
        fault = Fault("F-FILE", "is no plain file: put the definition's text here", line=1, column=1)
        return File(path, Document("", None, (fault,)))
    try:
        raw = _bytes_of(path)
    except OSError as error:
        fault = Fault("F-FILE", f"cannot be read: {error.strerror}", line=1, column=1)
        return File(path, Document("", None, (fault,)))
    file = File(path, parse(path, raw))
    value = file.document.value
    if not isinstance(value, dict) and not file.document.faults:
        file.add("F-VALUE", "the file is empty" if value is None else "a block of `key: value` lines is wanted here")
    return file


def _bytes_of(path: Path) -> bytes:
    """What a file holds, or the first of it where that is too much; without the layers of `open`, as there are many."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        raw = os.read(opened, USUAL_BYTES)
        while USUAL_BYTES <= len(raw) <= MAX_BYTES:
            more = os.read(opened, MAX_BYTES + 1 - len(raw))
            if not more:
                break
            raw += more
    finally:
        os.close(opened)
    return raw


def validated(file: File, model: type[M], value: Mapping[str, Any]) -> M | None:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        file.faults += faults_of(error, model, value)
        return None


def coded(fault: Fault, broken: Iterable[str]) -> Fault:
    """A rule's fault under its full code; one about a source whose own file has faults says only that."""
    if fault.code == "unknown-source":
        for name in broken:
            if re.search(rf"^no source '{re.escape(name)}[.']", fault.message):
                return replace(
                    fault, code="S-BROKEN", message=f"the source {name} has faults of its own: mend them first"
                )
    for code, words, known in LINTED:
        if fault.code == code and words in fault.message:
            return replace(fault, code=known)
    room = {"unknown-source": "S", "unknown-view": "S", "unknown-column": "S"}.get(fault.code, "R")
    return replace(fault, code=f"{room}-{fault.code.upper()}")
