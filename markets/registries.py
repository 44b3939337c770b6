"""What is odd in a debate's own lists, before they are collected: cells that nobody can read, rows that are set aside.

A publisher's page can only be complained of; a list of one's own can be mended before it decides anything.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from resolvers.errors import Fault
from resolvers.sources.reading import KEY_JOINT, MAX_BYTES, Note, read_body
from resolvers.sources.spec import SourceSpec

MENDABLE = ("unknown-cell", "quarantined", "duplicate-key")
"""Kinds of notes that an author can do something about: what stands in a row, and no column without a figure."""


def registry_faults(folder: Path, sources: Mapping[str, SourceSpec]) -> list[Fault]:
    """Warnings on every list of a debate that is a file in its folder, at the line of the row; pure but for reading."""
    return [fault for name in sorted(sources) for fault in _of_source(folder, sources[name])]


def mendable(notes: Iterable[Mapping[str, str]]) -> list[str]:
    """Notes as they are stored -> `dubois, score: not a number: this cell is unknown` for each that can be mended."""
    return [_told(Note(**note)) for note in notes if note["kind"] in MENDABLE]  # type: ignore[arg-type]  # a kind that was stored


def _of_source(folder: Path, source: SourceSpec) -> list[Fault]:
    if source.fetch.file is None:
        return []
    path = folder / source.fetch.file
    try:
        if not path.is_file():  # that is said where its address stands; a panel's answers come later
            return []
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        said = f"{source.id} cannot be read: {error.strerror}"
        return [Fault("S-REGISTRY", said, level="warning", path=str(path), line=1, column=1)]
    reading = read_body(raw, source.id, source.read)
    lines = _lines(raw, source)
    if reading.state != "good":
        if reading.state == "refused" and lines == {}:
            return []  # a list that waits for its first row
        said = f"{source.id} cannot be used as it stands: {reading.because}"
        return [Fault("S-REGISTRY", said, level="warning", path=str(path), line=1, column=1)]
    found = [note for note in reading.notes if note.kind in MENDABLE]
    places = [((lines or {}).get(note.key, 1), note) for note in found]
    return [
        Fault("S-CELL", f"{_told(note)}; mend it here", level="warning", path=str(path), line=line, column=1)
        for line, note in sorted(places, key=lambda each: each[0])
    ]


def _told(note: Note) -> str:
    where = ", ".join(part for part in (note.key, note.column) if part)
    shown = f"{note.text!r} is " if note.kind == "unknown-cell" else ""
    return f"{where}: {shown}{note.because}"


def _lines(raw: bytes, source: SourceSpec) -> dict[str, int] | None:
    """Key -> the line on which its row begins, for a CSV; None where lines are not rows, or cannot be told."""
    if source.read.format != "csv":
        return None
    found: dict[str, int] = {}
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        header, begins = next(reader, []), reader.line_num + 1
        for cells in reader:
            record = dict(zip(header, cells, strict=False))
            if cells:
                found.setdefault(KEY_JOINT.join(record.get(name, "") for name in source.read.key_fields()), begins)
            begins = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error):
        return None
    return found
