"""CSV bodies (RFC 4180 with either line ending, UTF-8 with or without a byte order mark)."""

from __future__ import annotations

import csv
import io

from resolvers.sources.spec import ReadSpec
from resolvers.sources.table import Refused, Table, Unreadable


def read(text: str, spec: ReadSpec) -> Table:
    """The table under one header line; a line that is longer or shorter than its header refuses the whole document.

    A header that does not fit its lines shifts every value by a column, so no single line can be trusted then.
    """
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise Unreadable(f"not CSV: {error}") from error
    if not lines:
        raise Unreadable("not CSV: there is no header line")
    header, body = lines[0], lines[1:]
    _check_header(header, spec)
    for number, line in enumerate(body, start=1):
        if len(line) != len(header):
            cells = f"record {number} has {len(line)} cells under a header of {len(header)}"
            raise Refused(f"{cells}: the columns are shifted")
    records = [dict(zip(header, line, strict=True)) for line in body]
    return Table(tuple(dict.fromkeys(header)), records)


def _check_header(header: list[str], spec: ReadSpec) -> None:
    used = [*spec.key_fields(), *(spec.published(name) for name in spec.columns), *spec.require]
    doubled = sorted({name for name in used if header.count(name) > 1})
    if doubled:
        raise Refused(f"the header names {', '.join(map(repr, doubled))} more than once")
