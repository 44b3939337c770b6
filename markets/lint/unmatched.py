"""Values that a filter or an answer names and that no row on record has: a slip of the pen, or yet to come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from markets.lint.subject import Subject
from resolvers.evidence import CellColumns, SourceEvidence, Span, SpanColumns
from resolvers.rules.filters import AllOf, AnyOf, Filter, ListedIn, Not, OneOf
from resolvers.rules.nodes import FieldOf, Rows, base_rows, walk
from resolvers.rules.nodes_many import Among
from resolvers.rules.outcomes import ChoiceOutcome

LIKE = 0.8
"""How like two texts are for one to be a misspelt other (`vocie`, `voice`)."""
SLIP = 2
"""Characters more or less: what is longer by a word (`-preview`) is another thing."""
FEW = 12
"""A column of no more different texts is a list of kinds, on which a new one is rare."""
ROWS = 20
"""Of fewer rows nobody can tell what the kinds are."""
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Strange:
    """A value that no row of these sources has in the column; `near` is one that rows have, or `known` all of them."""

    sources: tuple[str, ...]
    column: str
    value: str
    near: str
    known: tuple[str, ...]


def strange_values(it: Subject) -> Iterator[Strange]:
    """Every value of the rule's filters and answers that is like one on record, which is not named beside it, and is
    not on record itself; and of a column of few kinds those that are none of them, where not one of the filter is.
    """
    said: set[tuple[str, str]] = set()
    for asked in dict.fromkeys(_asked(it)):
        known, rows = _known(it, asked)
        alone = rows >= ROWS and len(known) <= FEW and known.isdisjoint(asked.part.values) and not asked.only_near
        strange = [value for value in asked.part.values if value not in known] if known else []
        others = known.difference(asked.part.values) if strange else known
        for value in strange:
            kept = ("near", asked, value)  # many markets have one filter, and there may be many texts
            near = it.shared[kept] if kept in it.shared else it.shared.setdefault(kept, _near(value, others))
            if (near or alone) and (asked.part.column, value) not in said:
                said.add((asked.part.column, value))
                yield Strange(asked.sources, asked.part.column, value, near, tuple(sorted(known)))


def _near(value: str, known: frozenset[str]) -> str:
    """The text on record that is meant, or empty: other numbers in it make it another thing (`GPT-5`, `GPT-6`)."""
    long = [each for each in known if abs(len(each.strip()) - len(value.strip())) <= SLIP]
    same = sorted(each for each in long if DIGITS.findall(each) == DIGITS.findall(value))
    meant = [each for each in same if each.strip().casefold() == value.strip().casefold()]
    return next(iter(meant or get_close_matches(value, same, 1, LIKE)), "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A plain filter, or the texts of the answers, the sources whose rows it is held against, the list its column is
    joined from, if any; `only_near` where a value that is like none on record harms nothing.
    """

    sources: tuple[str, ...]
    part: OneOf
    registry: str | None
    only_near: bool


def _asked(it: Subject) -> Iterator[Asked]:
    for node in it.nodes:
        if not isinstance(node, Rows | Among):
            continue
        base = base_rows(node)
        labels = {label.column: label.registry for label in base.labels}
        yield from _plain(node.where, tuple(use.source for use in base.sources), labels)
        for use in base.sources if isinstance(node, Rows) else ():
            yield from _plain(use.where, (use.source,), {})
    yield from _answered(it)


def _answered(it: Subject) -> Iterator[Asked]:
    """The texts that lead to an answer: a row whose text is another one falls to the answer that takes all others."""
    how = it.spec.rule.outcome.how
    if not isinstance(how, ChoiceOutcome):
        return
    texts = tuple(text for answer in how.choices for text in answer.values)
    for field in walk(how.of):
        if isinstance(field, FieldOf):
            base = base_rows(field.of)
            labels = {label.column: label.registry for label in base.labels}
            sources = tuple(use.source for use in base.sources)
            yield Asked(sources, OneOf(column=field.column, values=texts), labels.get(field.column), only_near=True)


def _plain(
    part: Filter | None, sources: tuple[str, ...], labels: Mapping[str, str], denied: bool = False
) -> Iterator[Asked]:
    if isinstance(part, OneOf):
        yield Asked(sources, part, labels.get(part.column), denied)
    elif isinstance(part, AllOf | AnyOf):
        for inner in part.parts:
            yield from _plain(inner, sources, labels, denied)
    elif isinstance(part, Not):
        yield from _plain(part.part, sources, labels, not denied)
    elif isinstance(part, ListedIn):
        yield from _plain(part.where, (part.source,), {}, denied)


def _known(it: Subject, asked: Asked) -> tuple[frozenset[str], int]:
    """Every text of the column on record, and in how many rows of others; nothing of columns that hold no texts."""
    texts: set[str] = set()
    rows = 0
    for name in (asked.registry,) if asked.registry else asked.sources:
        spec = next((each for each in it.sources if each.id == name), None)
        column = spec.read.columns.get(asked.part.column) if spec else None
        plain = asked.part.column == "key" if column is None else column.kind == "text"
        if it.seen is None or spec is None or not plain:
            return frozenset(), 0
        found, number = _cells(it, it.seen.evidence.source(name), asked.part.column if column else None)
        texts |= found
        rows += 0 if spec.fetch.file is not None else number  # our own lists are filled as we go
    return frozenset(texts), rows


def _cells(it: Subject, evidence: SourceEvidence, column: str | None) -> tuple[frozenset[str], int]:
    """The different texts of a column (None: of the key) in all that was ever seen, and how many rows that was."""
    kept = ("texts on record", evidence.spec.id, column)
    found: tuple[frozenset[str], int] | None = it.shared.get(kept)
    if found is None:
        found = it.shared[kept] = (_texts(evidence.spans, column), _rows(evidence.spans))
    return found


def _rows(spans: Sequence[Span]) -> int:
    return len(set(spans.row if isinstance(spans, SpanColumns) else [span.row for span in spans]))


def _texts(spans: Sequence[Span], column: str | None) -> frozenset[str]:
    if column is None:
        return frozenset(spans.key if isinstance(spans, SpanColumns) else [span.key for span in spans])
    cells = spans.cells if isinstance(spans, SpanColumns) else [span.cells for span in spans]
    every = cells.columns.get(column, ()) if isinstance(cells, CellColumns) else [row.get(column) for row in cells]
    return frozenset(text for text in every if isinstance(text, str))
