"""The errors of Crux, by what the reader does next.

CruxError
├── InputFault       fix the file or the argument (exit 1); carries every fault found, each with its place
├── Refusal          the act is not allowed as things stand: decide, or change something first (exit 1)
├── Outside          something outside failed: wait and try again (exit 3)
└── StateUnknown     a write may or may not have happened: read back before anything else (exit 3)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "not-ready", "warning"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what somebody wrote: where, which, what was wanted and what to do.

    `loc` is the way through the document (keys and indices); `offset` counts characters inside the text found
    there (a formula). `path`, `line` and `column` (from 1) are filled in by whoever read the file.
    """

    code: str
    message: str
    loc: tuple[str | int, ...] = ()
    offset: int | None = None
    level: Level = "error"
    path: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.code}: {self.message}"


class CruxError(Exception):
    """Anything Crux tells a person in one sentence, without a stack trace."""


@dataclass
class InputFault(CruxError):
    """What was given cannot be used; `faults` holds every fault, not the first."""

    faults: Sequence[Fault] = field(default_factory=tuple)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class Refusal(CruxError):
    """Understood and well-formed, but not allowed as things stand; the text names the remedy."""


class Outside(CruxError):
    """The network, Manifold or the disk failed; nothing was changed by us."""


class StateUnknown(Outside):
    """A write was sent and its answer never came, or was a 500: only a read-back can tell what happened."""
