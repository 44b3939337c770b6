"""A market's file from an author's answers: a threshold on one figure of one source, with comments.

What the author typed stands in the file as typed; the fine print says every figure of the rule again, so that text and
rule agree from the first line on. Nothing is read or written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from textwrap import wrap

from markets.fields import in_words, read_moment
from resolvers.errors import Fault
from resolvers.sources.spec import SourceSpec

VALUES = {
    "max": ("best", "the largest {metric} among the rows of {source}"),
    "min": ("lowest", "the smallest {metric} among the rows of {source}"),
    "count": ("counted", "the number of rows of {source}"),
    "distinct": ("kinds", "the number of different values of {metric} among the rows of {source}"),
    "sum": ("summed", "the sum of {metric} over the rows of {source}"),
    "mean": ("average", "the mean {metric} of the rows of {source}"),
    "median": ("middle", "the median {metric} of the rows of {source}"),
    "first": ("earliest", "the earliest {metric} among the rows of {source}"),
    "last": ("latest", "the latest {metric} among the rows of {source}"),
    "total": ("whole", "the published total of {metric} in {source}"),
}
"""Way of reducing -> what the value is called in the file, and how it is said."""

RELATION = re.compile(r"^\s*(>=|<=|>|<|≥|≤)?\s*(.*?)\s*$", re.DOTALL)
SAID = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}
IN_BRACES = re.compile(r"^[A-Za-z0-9(][^\n\t#:{}\[\],\"\\]*$")
IN_LINE = re.compile(r"^[A-Za-z0-9(](?:[^\n\t#:\\]|:(?=\S)|(?<=\S)#)*$")
"""Texts that YAML reads as they stand, inside {braces} and on a line of their own."""
KEY = re.compile(r"^( *)([a-z_]+):")
WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "~"})

ONE = {"percent": "1%", "fraction": "1%", "count": "1", "date": "2100-01-01"}
"""A threshold in a unit that is not written as a word after the number."""

REQUIRED = ("source", "metric", "threshold", "closes", "question", "slug")
WITH_CLAIMS = ("claim", "if_true", "if_false")
WIDTH = 116
"""Characters of a line of fine print."""
COMMENT = 44
"""The column at which comments stand."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, as typed; "" where nothing was. `threshold` may begin with a relation (`> 85%`)."""

    source: str = ""
    how: str = "max"
    metric: str = ""
    threshold: str = ""
    closes: str = ""
    opens: str = ""
    hold: str = ""
    question: str = ""
    slug: str = ""
    subsidy: str = "200"
    claim: str = ""
    if_true: str = ""
    if_false: str = ""

    def missing(self, *, claims: bool) -> tuple[str, ...]:
        """What has to be answered yet; `claims` says that the debate has some, so that a market bears on one."""
        wanted = [*REQUIRED, *(WITH_CLAIMS if claims or self.claim else ())]
        return tuple(name for name in wanted if not getattr(self, name) and (name != "metric" or self.how != "count"))

    @property
    def relation(self) -> str:
        """As typed before the threshold, else `>=` (`<=` for a smallest one)."""
        found = RELATION.match(self.threshold)
        typed = (found[1] or "") if found else ""
        return {"≥": ">=", "≤": "<="}.get(typed, typed) or ("<=" if self.how == "min" else ">=")

    @property
    def figure(self) -> str:
        """The threshold without its relation."""
        found = RELATION.match(self.threshold)
        return found[2] if found else self.threshold


NAMES = tuple(field.name for field in fields(Answers))


def filled(answers: Answers, today: datetime, sources: Mapping[str, SourceSpec]) -> Answers:
    """The same with something that stands for each answer that is not there yet, so that the rest can be checked."""
    source = answers.source or next(iter(sources), "none")
    spec = source_of(source, sources)
    columns = spec.read.columns if spec is not None else {}
    metric = answers.metric or next((name for name, each in columns.items() if each.kind == "number"), "none")
    column = columns.get(metric)
    unit = "date" if column is not None and column.kind == "date" else column.unit if column is not None else None
    stand_in = {
        "source": source,
        "metric": metric,
        "threshold": "1" if answers.how in ("count", "distinct") else ONE.get(unit or "", f"1 {unit or ''}".strip()),
        "closes": f"{today.year + 2}-01-01",
        "question": "Will it?",
        "slug": "unnamed",
        **({"if_true": "0.6", "if_false": "0.3"} if answers.claim else {}),
    }
    return replace(answers, **{name: text for name, text in stand_in.items() if not getattr(answers, name)})


def source_of(named: str, sources: Mapping[str, SourceSpec]) -> SourceSpec | None:
    """The source of that name, or the one of which it names a view."""
    return sources.get(named) or sources.get(named.rpartition(".")[0])


def said_of(answers: Answers) -> str:
    """The figure in words: `the largest score among the rows of board`."""
    return VALUES.get(answers.how, VALUES["max"])[1].format(metric=answers.metric, source=answers.source)


def suggested_question(answers: Answers) -> str:
    """A question that says what the answers do."""
    return f"Will {said_of(answers)} be {SAID[answers.relation]} {answers.figure} before {_day(answers.closes)}?"


def suggested_slug(answers: Answers) -> str:
    """A short name made of the figure and the threshold: `board-score-85`."""
    words = f"{answers.source}-{answers.metric or 'rows'}-{answers.figure}"
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:60].rstrip("-")


def written(answers: Answers, today: datetime, *, board: str = "", standing: str = "") -> str:
    """The file. `board` is the source where it is at an address, which can go; `standing` is where things stand."""
    name = VALUES.get(answers.how, VALUES["max"])[0]
    column = "rows" if answers.how == "count" else answers.metric
    lines = [
        f"# Drafted on {in_words(today)}. The file's name is the market's, for life; dates are 00:00 UTC.",
        f"question: {_scalar(answers.question)}",
        f"opens: {_scalar(answers.opens or in_words(today + timedelta(days=1)))}",
        _commented(f"closes: {_scalar(answers.closes)}", "trading ends, and it is decided"),
        _commented(f"subsidy: {_scalar(answers.subsidy)}", "mana we add; `crux plan` shows what the whole costs"),
        f"baseline: {_scalar(standing)}" if standing else "# baseline: where things stand as it opens, in a sentence",
        "values:",
        f"  {name}: {{{answers.how}: {_inside(column)}, from: {_inside(answers.source)}}}",
        "resolve:",
        _yes(f"{name} {answers.relation} {answers.figure}"),
    ]
    if answers.hold:
        lines.append(_commented(f"  hold: {_scalar(answers.hold)}", "it has to stay so without a break"))
    if board:
        lines.append(f"na: {{when: removed({board}), if_refused: NO}}")
    if answers.claim:
        lines += _bearing(answers)
    return "\n".join([*lines, "fine_print: |", *_fine_print(answers, board), ""])


def _yes(condition: str) -> str:
    line = f"  yes: {_scalar(condition)}"
    return _commented(line, "% is a unit: a bare number would be a fault") if "%" in condition else line


def _bearing(answers: Answers) -> list[str]:
    shares = f"if_true: {_inside(answers.if_true)}, if_false: {_inside(answers.if_false)}"
    return [
        _commented("bears_on:", "how likely YES is if the claim is true, and if it is not"),
        f"  - {{claim: {_inside(answers.claim)}, event: YES, {shares}, cluster: {_inside(answers.source)}}}",
    ]


def _fine_print(answers: Answers, board: str) -> list[str]:
    stays = f", and stay so for {answers.hold} in a row," if answers.hold else ""
    said = said_of(answers)
    text = [
        f"{said[:1].upper()}{said[1:]} has to be {SAID[answers.relation]} {answers.figure}{stays} before "
        f"{_day(answers.closes)}. What counts is what the source shows."
    ]
    if board:
        text.append(f"If {board} has been taken down at T and nothing is decided: N/A, and NO where N/A is refused.")
    return [f"  {line}" for line in wrap(" ".join(text), WIDTH, break_on_hyphens=False)]


def _day(typed: str) -> str:
    """A date as it stands in prose; `2028` for the first instant of a year."""
    try:
        at = read_moment(typed).astimezone(UTC)
    except ValueError:
        return typed
    return str(at.year) if (at.month, at.day, at.hour, at.minute, at.second) == (1, 1, 0, 0, 0) else in_words(at)


def _commented(line: str, comment: str) -> str:
    return f"{line.ljust(COMMENT - 1)} # {comment}"


def _scalar(text: str, plain: re.Pattern[str] = IN_LINE) -> str:
    """A text as YAML, in quotes only where it would otherwise be read as something else."""
    bare = text.lower() not in WORDS and plain.match(text) and text == text.strip()
    return text if bare else json.dumps(text, ensure_ascii=False)


def _inside(text: str) -> str:
    """The same inside {braces}."""
    return _scalar(text, IN_BRACES)


def placed(fault: Fault, text: str) -> Fault:
    """A fault of the drafted text that has a line alone, as what YAML cannot read has, with the key it is about."""
    if fault.loc or not fault.line:
        return fault
    keys: dict[int, str] = {}
    for line in text.splitlines()[: fault.line]:
        found = KEY.match(line)
        if found is not None:
            keys = {indent: key for indent, key in keys.items() if indent < len(found[1])} | {len(found[1]): found[2]}
    return replace(fault, loc=tuple(keys.values()))


def option_of(fault: Fault, answers: Answers) -> str:
    """Which answer a fault of the draft is about; "" where it is about none alone."""
    loc: tuple[str | int, ...] = (*fault.loc, "", "", "")
    if fault.code == "F-SLUG":
        return "slug"
    if fault.code == "L01" and loc[0] == "question":
        return "claim"
    if loc[0] == "values":
        return {"from": "source", answers.how: "metric"}.get(str(loc[2]), "how" if not loc[2] else "metric")
    if loc[0] == "resolve":
        return "hold" if loc[1] == "hold" else "threshold"
    if loc[0] == "bears_on":
        return str(loc[2]) if loc[2] in WITH_CLAIMS else "claim"
    return {"decides": "closes", "na": "source"}.get(str(loc[0]), str(loc[0]) if hasattr(answers, str(loc[0])) else "")


def by_option(faults: list[Fault], answers: Answers) -> Mapping[str, list[Fault]]:
    """The faults by the answer that they are about."""
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        found.setdefault(option_of(fault, answers), []).append(fault)
    return found
