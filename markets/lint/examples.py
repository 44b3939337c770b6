"""The small debate that every example of the lint is a change of, and how a change is made."""

from __future__ import annotations

from collections.abc import Mapping

from markets.lint.code import Case

MARKET_PATH = "markets/reach-85.yaml"
SOURCE_PATH = "sources/board.yaml"

DEBATE = """\
debate: small
title: A small debate
reviewers: {first-reader: {}, second-reader: {}}
"""
SOURCE = """\
publisher: A board
licence: CC0 1.0
fetch: {url: "https://board.example/scores.csv"}
read:
  format: csv
  key: name
  columns:
    score: {unit: percent, between: [0, 100]}
    lab: text
    trials: {unit: count, optional: true}
    date: {type: date, is: published, optional: true}
"""
LABS = """\
publisher: This debate
licence: CC0 1.0
fetch: {file: registries/labs.csv}
read:
  format: csv
  key: key
  columns: {class: text}
"""
MARKET = """\
question: Will a row of the board reach 85% before July 2027?
opens: 2026-12-05
closes: 2027-07-01
subsidy: 200
baseline: The best row stood at 70.5% on 2026-11-30.
values:
  best: {max: score, from: board}
resolve:
  yes: best >= 85%
na: {when: removed(board), if_refused: NO}
bears_on:
  - {claim: rows-improve, event: YES, if_true: 0.60, if_false: 0.30, cluster: board}
fine_print: |
  Any row of the board counts, whoever ran it.
"""
LONGEST = 3_000
"""Characters of a file that are shown."""
SEEN = "name,score,lab,trials,date\nbase,10.0,south,,\none,70.5,south,,\n"


def files_of(case: Case) -> dict[str, str]:
    """path inside the debate's folder -> text, with the case's changes made."""
    found = {
        "debate.yaml": _changed(DEBATE, case.debate),
        SOURCE_PATH: _changed(SOURCE, case.source),
        "sources/labs.yaml": LABS,
        "registries/labs.csv": "key,class\nbase,P0\none,R2\n",
        MARKET_PATH: _changed(MARKET, case.market),
    }
    return found | dict(case.files)


def _changed(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"the example changes {old!r}, which is not there")
        text = text.replace(old, new, 1)
    return text


def shown(case: Case) -> str:
    """The case's market file, and every other file that differs from the small debate's."""
    plain, made = files_of(Case()), files_of(case)
    other = {path: text for path, text in made.items() if path == MARKET_PATH or text != plain.get(path)}
    parts = [f"# {path}\n{_printable(text)}" for path, text in other.items()]
    parts += [f"# seen {day}\n{csv}" for day, csv in case.looks]
    if case.looks:
        parts.append(f"# today is {case.today}\n")
    return "\n".join(parts)


def _printable(text: str) -> str:
    """A file's text as a terminal can show it: what cannot be seen as `\\x07`, what is far too long cut short."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}… and {len(text) - LONGEST:,} characters more\n"
    return "".join(char if char.isprintable() or char in "\n\t" else _escaped(char) for char in cut).replace(
        "\t", "<tab>"
    )


def _escaped(char: str) -> str:
    """`\\x07`; a byte that is no UTF-8 as that byte."""
    return f"\\x{ord(char) - 0xDC00 if ord(char) >= 0xDC80 else ord(char):02x}"
