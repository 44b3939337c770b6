"""One file of a debate on its way from bytes to a spec: its document, and the faults found so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from markets.faults import AT_KEY, faults_of
from markets.places import placed
from markets.yaml12 import MAX_BYTES, Document, read_yaml
from resolvers.errors import Fault

M = TypeVar("M", bound=BaseModel)


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

    def _placed(self) -> list[Fault]:
        if self.document.value is None and not self.document.text.strip():
            return [replace(fault, line=1, column=1) for fault in self.faults]
        return placed(self.document.text, self.faults, AT_KEY)


def open_file(path: Path) -> File:
    """Read and parse; whatever is wrong with it becomes a fault."""
    if path.exists() and not path.is_file():
        fault = Fault("F-FILE", "is no plain file: put the definition's text here", line=1, column=1)
        return File(path, Document("", None, (fault,)))
    try:
        with path.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except OSError as error:
        fault = Fault("F-FILE", f"cannot be read: {error.strerror}", line=1, column=1)
        return File(path, Document("", None, (fault,)))
    file = File(path, read_yaml(raw))
    value = file.document.value
    if not isinstance(value, dict) and not file.document.faults:
        file.add("F-VALUE", "the file is empty" if value is None else "a block of `key: value` lines is wanted here")
    return file


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
    room = {"unit": "U", "unknown-source": "S", "unknown-view": "S", "unknown-column": "S"}.get(fault.code, "R")
    return replace(fault, code=f"{room}-{fault.code.upper()}")
