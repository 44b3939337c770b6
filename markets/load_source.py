"""Source files: each a publisher, where to look, and how to read what is there."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from markets.file import File, Parse, coded, open_file, parsed, validated
from markets.load_empty import check_filters
from resolvers.errors import Fault
from resolvers.rules.compile_where import compile_where
from resolvers.rules.faults import Faults, nearest
from resolvers.rules.panels import is_panel
from resolvers.sources.spec import SOURCE_ID, Column, SourceSpec
from resolvers.units import KNOWN


def load_source(path: Path, folder: Path, parse: Parse = parsed) -> tuple[SourceSpec | None, list[Fault]]:
    """One source file of the debate in `folder`; its id is the file's name."""
    file = open_file(path, parse)
    spec = None
    if not re.match(SOURCE_ID, path.stem):
        file.add("S-ID", f"{path.stem!r} is no id: name the file with a-z, 0-9, dot, dash or underscore")
    elif is_panel(path.stem):
        file.add("S-ID", f"{path.stem!r} is the name of a panel's answers: name the file otherwise")
    elif isinstance(file.document.value, dict):
        if "id" in file.value:
            file.add("F-UNKNOWN", "`id` is no key here: the file's name is the id", "id")
        rest = {key: value for key, value in file.value.items() if key != "id"}
        spec = validated(file, SourceSpec, {**_texts(rest), "id": path.stem})
        if spec is not None and _strange_units(file, spec):
            spec = None
        if spec is not None:
            _check_views(file, spec)
            if spec.fetch.file is not None:
                _check_registry(file, folder, spec.fetch.file)
    return spec, file.all_faults()


def _strange_units(file: File, spec: SourceSpec) -> bool:
    """Whether a column has a unit that nobody knows; says so where it stands."""
    strange = {name: column.unit for name, column in spec.read.columns.items() if (column.unit or "") not in KNOWN}
    for name, unit in strange.items():
        said = f"{unit!r} is no unit{nearest(str(unit), [each for each in KNOWN if each and each != 'date'])}"
        file.add("F-VALUE", f"read.columns.{name}.unit: {said}", "read", "columns", name, "unit")
    return bool(strange)


def _texts(value: dict[str, Any]) -> dict[str, Any]:
    """Numbers in `anchor` and `require` as the text they were written in: they are compared exactly."""
    read = value.get("read")
    if not isinstance(read, dict):
        return value
    blocks = {name: read[name] for name in ("anchor", "require") if isinstance(read.get(name), dict)}
    changed = {name: {key: _as_text(each) for key, each in block.items()} for name, block in blocks.items()}
    return {**value, "read": {**read, **changed}}


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, Decimal)) else value


def _check_views(file: File, spec: SourceSpec) -> None:
    """A view is checked where it stands, not only once a market uses it."""

    def column_of(name: str, loc: tuple[str | int, ...], offset: int | None) -> Column | None:
        column = spec.read.columns.get(name)
        if column is None:
            said = f"the source has no column {name!r}; it has {', '.join(sorted(spec.read.columns))}"
            file.faults.append(Fault("S-UNKNOWN-COLUMN", said, loc, offset))
        return column

    found = Faults()
    for name, view in spec.read.views.items():
        compile_where(view.where, column_of, ("read", "views", name, "where"), found)
        check_filters(file, {"where": view.where}, ("read", "views", name))
    file.faults += [coded(fault, ()) for fault in found.found]


def _check_registry(file: File, folder: Path, name: str) -> None:
    try:
        home = folder.resolve()
        target = (folder / name).resolve()
        inside, there = target.is_relative_to(home), target.is_file()
    except (OSError, ValueError):  # a name too long, or with a NUL in it
        file.add("S-FILE", f"{name[:80]!r} is no name of a file: mend the address", "fetch", "file")
        return
    if not inside:
        file.add("S-FILE", f"{name} lies outside the debate's folder: keep registries in registries/", "fetch", "file")
    elif not there:
        file.add("S-FILE", f"{name} is not there: add it, or mend the address", "fetch", "file")
