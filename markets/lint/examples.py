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
    parts = [f"# {path}\n{text}" for path, text in made.items() if path == MARKET_PATH or text != plain.get(path)]
    parts += [f"# seen {day}\n{csv}" for day, csv in case.looks]
    if case.looks:
        parts.append(f"# today is {case.today}\n")
    return "\n".join(parts)
