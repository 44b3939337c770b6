"""Places left empty in a rule, which would otherwise be taken for the word None."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from markets.file import File

Loc = tuple[str | int, ...]

NO_PATTERN = (
    "an answer lists whole texts, no pattern: write them as [one, two]; or give the rows a column of a list of yours "
    "by `label: {class: LIST}` and choose by that"
)


def check_answers(file: File, answers: Any) -> None:
    """Every answer of a `choice` names a text, or several, that lead to it."""
    for label, texts in answers.items() if isinstance(answers, dict) else ():
        listed = texts if isinstance(texts, list) else [texts]
        if any(isinstance(text, dict) for text in listed):
            file.add("R-ANSWERS", f"{label}: {NO_PATTERN}", "resolve", "answers", label)
        elif any(not isinstance(text, (str, int, Decimal)) for text in listed):
            said = f"{label}: write the text that leads to this answer, in quotes if it is `null`"
            file.add("R-ANSWERS", said, "resolve", "answers", label)


def check_filters(file: File, value: Any, loc: Loc) -> None:
    """No entry of a `where:` anywhere under `loc` is empty, but where a fault stands there already."""
    if value is None or not _has_empty(value):
        return
    said = {fault.loc for fault in file.faults}
    for place in _empty(value, loc, within=False):
        if place not in said:
            file.add("R-SHAPE", "this is empty: write what is wanted, in quotes if it is the word null", *place)


def _has_empty(value: Any) -> bool:
    """Whether anything at all is empty: seldom, and quicker to ask than where."""
    ahead = [value]
    while ahead:
        part = ahead.pop()
        if part is None:
            return True
        if isinstance(part, dict):
            ahead += part.values()
        elif isinstance(part, list):
            ahead += part
    return False


def _empty(value: Any, loc: Loc, *, within: bool) -> Iterator[Loc]:
    if value is None and within and loc[-1] != "where":
        yield loc
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from _empty(inner, (*loc, step), within=within or step == "where")
