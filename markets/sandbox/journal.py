"""The state file: one JSON line for each request that changed something, written before the answer is sent.

A line holds all changes of its request, so a process killed at any moment leaves either the whole request or none of
it; a last line without its end is dropped. At start the file is rewritten without what has been superseded.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from markets.sandbox.entities import from_json, to_json
from markets.sandbox.state import State, Table

if sys.platform != "win32":
    import fcntl

ROWS_A_LINE = 500  # of the compacted file


class StateFileError(RuntimeError):
    """The state file cannot be used: another sandbox serves it, or it holds something else."""


class Journal:
    """The open state file; with no path it remembers nothing."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: TextIO | None = None
        self._lock: TextIO | None = None

    def load(self, state: State) -> None:
        """Read the file into an empty state."""
        if self.path is None or not self.path.exists():
            return
        tables = {table.name: table for table in state.tables}
        self._refuse_foreign(tables)
        try:
            for line in self._whole_lines():
                for name, row in json.loads(line):
                    table = tables[name]
                    table.restore(row["id"], from_json(table.kind, row))
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            told = f"{self.path} is no sandbox's state: {type(error).__name__}; choose another file"
            raise StateFileError(told) from error

    def _refuse_foreign(self, tables: Iterable[str]) -> None:
        """A file that does not begin as ours does is somebody's, and would be written over."""
        assert self.path is not None
        with self.path.open("rb") as file:
            start = file.read(40)
        ours = [f'[["{name}",'.encode() for name in tables]
        if start and not any(start.startswith(each) or each.startswith(start) for each in ours):
            raise StateFileError(f"{self.path} is no sandbox's state; choose another file")

    def _whole_lines(self) -> Iterable[str]:
        assert self.path is not None
        with self.path.open(encoding="utf-8", newline="\n", errors="replace") as file:
            yield from (line for line in file if line.endswith("\n"))

    def open(self, state: State) -> None:
        """Rewrite the file from the state and keep it open for appending."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.path.with_name(self.path.name + ".lock"))
        fresh = self.path.with_name(self.path.name + ".new")
        with fresh.open("w", encoding="utf-8", newline="\n") as file:
            for table in state.tables:
                rows = [(table, row) for row in table]
                for start in range(0, len(rows), ROWS_A_LINE):
                    file.write(_line(rows[start : start + ROWS_A_LINE]))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        self._file = self.path.open("a", encoding="utf-8", newline="\n")

    def write(self, changed: list[tuple[Table[Any], Any]]) -> None:
        """Append the changes of one request and hand them to the operating system."""
        if self._file is not None and changed:
            self._file.write(_line(changed))
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        for file in (self._file, self._lock):
            if file is not None:
                file.close()
        self._file = self._lock = None


def _locked(path: Path) -> TextIO:
    """Hold a lock that dies with the process, so that two sandboxes never write one file."""
    file = path.open("w", encoding="utf-8")
    if sys.platform == "win32":  # which has no such lock
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise StateFileError(f"{path}: another sandbox is serving this state file; stop it or choose another") from None
    return file


def _line(changed: list[tuple[Table[Any], Any]]) -> str:
    return json.dumps([[table.name, to_json(row)] for table, row in changed], separators=(",", ":")) + "\n"
