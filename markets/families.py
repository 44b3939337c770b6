"""One file, several markets: `each:` gives the rows, and `{n}` in braces stands for the row's value of that name.

    markets/arc3-{n}.yaml         each: [{n: 70}, {n: 80}]        question: Will a row reach {n}% before 2028?

Values are put in before anything is checked, in keys and in texts; where a name in braces is all there is, a number
stays a number. Faults point at the family's own file, at the place that was written, each said once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from markets.fields import plain
from markets.file import File
from resolvers.errors import Fault
from resolvers.rules.faults import nearest

PLACE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
"""A name in braces; no pattern of a rule looks so, for their braces hold numbers."""
NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")
MOST = 100
"""Markets of one family."""
MOST_CHARS = 5_000_000
"""Characters of all markets of a family together: their files are read one by one."""
LONGEST_VALUE = 500

Row = Mapping[str, int | Decimal | str]
Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class Member:
    """One market of a file: its slug, its file with the values put in, and the row they came from (None: no family)."""

    slug: str
    file: File
    row: Row | None = None


def members(file: File) -> list[Member]:
    """The markets of a file: itself, or one for each row of its family; none where the family has faults."""
    stem = file.path.stem
    rows = file.value.get("each")
    if "each" not in file.value:
        if PLACE.search(stem):
            message = f"{stem!r} is the name of a family, but there is no `each:`; write each: [{{n: 70}}, {{n: 80}}]"
            file.add("F-FAMILY", message)
            return []
        return [Member(stem, file)]
    named = _rows(file, rows)
    template = {key: value for key, value in file.value.items() if key != "each"}
    if named is None or not _fits(file, template, named):
        return []
    return _made(file, template, named)


def _made(file: File, template: Mapping[str, Any], rows: Sequence[Row]) -> list[Member]:
    made: dict[str, Member] = {}
    for place, row in enumerate(rows):
        slug = str(filled(file.path.stem, row))
        if slug in made:
            file.add("F-SLUG", f"two markets of this family are called {slug!r}: give each row its own", "each", place)
            continue
        twice = next(_same_keys(template, row, ()), None)
        if twice is not None:
            file.add("F-FAMILY", f"in {slug} this key stands twice once the values are put in", *twice)
            continue
        document = replace(file.document, value=_put(template, row), faults=())
        made[slug] = Member(slug, File(file.path, document), row)
    return list(made.values())


def _rows(file: File, rows: Any) -> list[Row] | None:
    """The rows of `each:`, or faults: a list of 1 to 100 mappings of the same names to texts and numbers."""
    before = len(file.faults)
    if not isinstance(rows, list) or not rows:
        file.add("F-FAMILY", "each: is a list of rows, as [{n: 70}, {n: 80}]", "each")
        return None
    if len(rows) > MOST:
        file.add("F-FAMILY", f"each: has {len(rows):,} rows; a family has at most {MOST} markets", "each")
        return None
    names = list(rows[0]) if isinstance(rows[0], dict) else []
    for place, row in enumerate(rows):
        if not isinstance(row, dict) or not row:
            file.add("F-FAMILY", "a row of each: gives names their values, as {n: 70}", "each", place)
            continue
        if list(row) != names and set(row) != set(names):
            listed = ", ".join(str(name) for name in names)
            file.add("F-FAMILY", f"every row of each: gives values to the same names; the first has {listed}",
                     "each", place)  # fmt: skip
        for name, value in row.items():
            _check_value(file, place, name, value)
    return rows if len(file.faults) == before else None


def _check_value(file: File, place: int, name: str, value: Any) -> None:
    if not NAME.fullmatch(name):
        file.add("F-FAMILY", f"{name[:40]!r} is no name: write a-z, 0-9 and _", "each", place, name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        file.add("F-FAMILY", f"{name}: a text or a number is wanted here", "each", place, name)
    elif len(str(value)) > LONGEST_VALUE or PLACE.search(str(value)):
        file.add("F-FAMILY", f"{name}: at most {LONGEST_VALUE} characters, and no names in braces", "each", place, name)


def _fits(file: File, template: Mapping[str, Any], rows: Sequence[Row]) -> bool:
    """Whether names in braces are those of the rows, the file's name holds what tells the markets apart, and all that
    can be read."""
    before, known = len(file.faults), list(rows[0])
    if not PLACE.search(file.path.stem):
        shown = f"{file.path.stem}-{{{known[0]}}}.yaml"
        file.add("F-FAMILY", f"each: makes several markets, so each needs its own slug: call the file {shown}", "each")
    for name in PLACE.findall(file.path.stem):
        if name not in known:
            file.add("F-FAMILY", f"{{{name}}} in the file's name is given by no row{nearest(name, known)}", "each")
    used = set(PLACE.findall(file.path.stem))
    places = 0
    for loc, text, offset in _texts(template, (), known):
        places += text.count("{")
        for found in PLACE.finditer(text):
            used.add(found[1])
            if found[1] not in known:
                fault = f"{{{found[1]}}} is given by no row of each:{nearest(found[1], known)}"
                file.faults.append(Fault("F-FAMILY", fault, loc=loc, offset=found.start() if offset else None))
    for name in known:
        if name not in used:
            file.add("F-FAMILY", f"{{{name}}} is used nowhere; use it or take it out", "each", 0, name)
    if (len(file.document.text) + places * LONGEST_VALUE) * len(rows) > MOST_CHARS:
        file.add("F-FAMILY", "the file is too long for so many markets: make it shorter, or the family smaller", "each")
    return len(file.faults) == before


def _texts(value: Any, loc: Loc, known: Sequence[str]) -> list[tuple[Loc, str, bool]]:
    """Every text of a document with its place: keys (False) and values (True)."""
    if isinstance(value, str):
        return [(loc, value, True)]
    if isinstance(value, dict):
        alone = _alone(value)
        if alone in known:
            return [(loc, f"{{{alone}}}", True)]
        keys = [((*loc, key), key, False) for key in value]
        return [*keys, *(found for key, inner in value.items() for found in _texts(inner, (*loc, key), known))]
    if isinstance(value, list):
        return [found for place, inner in enumerate(value) for found in _texts(inner, (*loc, place), known)]
    return []


def _alone(value: Mapping[str, Any]) -> str | None:
    """The name of `{n}` written without quotes, which YAML takes for a mapping."""
    if len(value) != 1:
        return None
    ((name, inner),) = value.items()
    return name if inner is None and NAME.fullmatch(name) else None


def _put(value: Any, row: Row) -> Any:
    """A document with the row's values in the places of their names."""
    if isinstance(value, str):
        return filled(value, row)
    if isinstance(value, dict):
        alone = _alone(value)
        if alone is not None and alone in row:
            return row[alone]
        return {str(filled(key, row)): _put(inner, row) for key, inner in value.items()}
    return [_put(inner, row) for inner in value] if isinstance(value, list) else value


def _same_keys(value: Any, row: Row, loc: Loc) -> Iterator[Loc]:
    """The places of keys that become the same as another."""
    if isinstance(value, dict):
        seen: set[str] = set()
        for key, inner in value.items():
            name = str(filled(key, row))
            if name in seen:
                yield (*loc, key)
            seen.add(name)
            yield from _same_keys(inner, row, (*loc, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _same_keys(inner, row, (*loc, place))


def filled(text: str, row: Row) -> int | Decimal | str:
    """A text with the row's values put in; where a name in braces is all of it, the value itself."""
    whole = PLACE.fullmatch(text)
    if whole and whole[1] in row:
        return row[whole[1]]
    return PLACE.sub(lambda found: _shown(row[found[1]]) if found[1] in row else found[0], text)


def _shown(value: int | Decimal | str) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def gathered(file: File, made: Sequence[Member]) -> None:
    """The faults of a family's markets as those of its file: each once, at the place that was written."""
    found: dict[tuple[str, Loc], list[tuple[Member, Fault]]] = {}
    for member in made:
        for fault in member.file.faults:
            if member.row is None:
                continue
            loc, offset = written(file.value, fault.loc, fault.offset, member.row)
            found.setdefault((fault.code, loc), []).append((member, replace(fault, loc=loc, offset=offset)))
    for alike in found.values():
        member, fault = alike[0]
        slugs = list(dict.fromkeys(one.slug for one, _ in alike))
        more = "" if len(slugs) == 1 else f" and {len(slugs) - 1} more"
        message = fault.message if len(slugs) == len(made) else f"{fault.message} (in {member.slug}{more})"
        file.faults.append(replace(fault, message=message))


def written(template: Any, loc: Loc, offset: int | None, row: Row) -> tuple[Loc, int | None]:
    """The place in the family's file that a place in one of its markets comes from."""
    kept: list[str | int] = []
    for part in loc:
        if isinstance(template, dict):
            key = next((key for key in template if key == part or str(filled(key, row)) == part), None)
            template = template.get(key) if key is not None else None
            kept.append(part if key is None else key)
        else:
            there = isinstance(template, list) and isinstance(part, int) and part < len(template)
            template = template[part] if there else None
            kept.append(part)
    if offset is None or not isinstance(template, str):
        return tuple(kept), offset
    return tuple(kept), _offset(template, offset, row)


def _offset(text: str, offset: int, row: Row) -> int:
    """A character's place before the values were put in; inside a value, where its name stands."""
    grown = 0
    for found in PLACE.finditer(text):
        start = found.start() + grown
        if offset < start:
            break
        length = len(_shown(row[found[1]])) if found[1] in row else len(found[0])
        if offset < start + length:
            return found.start()
        grown += length - len(found[0])
    return offset - grown
