"""The files of a small debate to start from: every kind of file once, with comments, sound as it stands.

Dates are made from now: its markets open within half an hour, which leaves time for the first look that a window has to
begin with, and end in one or two years. One source is a registry of ours in
a file beside it, which can be collected without a network; the other is a publisher's address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from itertools import count

NAME_CHARS = 30
"""Of a debate's name that is made from a folder's; its sources are called by it too."""

TO_LOOK = timedelta(minutes=10)
"""Left at least between writing the files and the opening of their markets."""

DEBATE = """\
# What this debate is called, who reviews its markets, and what holds in every market unless its file says otherwise.
# Everything in this folder is an example: replace it piece by piece, and let `crux check` look over your shoulder.
debate: {name}
title: Will models that anyone can download catch up with those that are sold?
about: |
  One side expects that what is published for all stays a year behind what is sold; the other expects the gap to close.
reviewers:                              # who approves a resolution; name people who hold no position
  first-reader: {{}}
  second-reader: {{}}
  third-reader: {{}}                      # after a dispute, or against the price, three must agree
review: {{quorum: 2, window: 48 hours}}   # two must agree, then traders have two days to object
defaults: {{settle: 7 days}}              # how long corrections count after the deciding moment
limits: {{max_mana: 2000, budget: 5000}}  # what one `crux apply` may spend, and the whole debate

axes:                                   # what divides the debate, and what each side of it holds
  G: {{plus: the gap closes, minus: the gap stays}}
voices:                                 # who argues; positions run from -2 (the minus side) to 2
  hopeful-reader: {{attribution: signed, positions: {{G: 1}}}}
  doubtful-reader: {{attribution: signed, positions: {{G: -1}}}}
lexicon: {{expects: 0.8, unsure: 0.5, doubts: 0.2}}   # what probability a word stands for
"""

CLAIMS = """\
# What was said, in your own words, with a pointer to where. Markets say under `bears_on` how they test a claim.
claims:
  open-models-catch-up:
    axis: G
    pole: plus
    text: Models with published weights soon do whatever the best sold ones do.
    origin: [{thread: "first", line: 1}]
"""

STANCES = """\
# Who holds which claim, how firmly and since when. Rows are only ever added: a change of mind is a new row.
stances:
  - {{voice: hopeful-reader, claim: open-models-catch-up, word: expects, as_of: {today}, kind: given}}
  - {{voice: doubtful-reader, claim: open-models-catch-up, credence: 0.3, as_of: {today}, kind: given}}
"""

BOARD = """\
# A publisher's page as a source: where to look, and how its bytes become rows. `read:` freezes when a market opens.
publisher: Aider AI
licence: Apache-2.0
attribution: aider polyglot leaderboard, Aider-AI/aider, Apache-2.0
fetch:                                  # may change later, on the record
  url: https://raw.githubusercontent.com/Aider-AI/aider/main/aider/website/_data/polyglot_leaderboard.yml
  every: 1 day
  late: 3 days
  stale: 14 days
read:
  format: yaml                          # yaml, json or csv
  key: dirname                          # what the publisher tells its rows apart by
  columns:                              # ours: published; a number has its unit and its bounds
    model: text
    score: {from: pass_rate_2, unit: percent, between: [0, 100]}
    date: {type: date, is: published}   # when the run was made, not when we saw it
  anchor: {key: 2024-12-21-18-41-18--polyglot-gpt-4o-mini, score: 3.6%}   # a row known for good: proves it is this page
"""

SCORES = """\
# A registry: a list that you keep yourselves, in registries/scores.csv, with the evidence for each row.
publisher: {name}
licence: CC0 1.0
attribution: scores as shown on the aider polyglot leaderboard, Aider-AI/aider, Apache-2.0
fetch: {{file: registries/scores.csv, every: 1 day, late: 3 days, stale: 14 days}}
read:
  format: csv
  key: key
  columns:
    weights: text                       # open or closed
    score: {{unit: percent, between: [0, 100]}}
    valid_from: {{type: date, is: published}}
    evidence: text
    by: text
  anchor: {{key: gpt-5 (high), score: 88.0%}}
  complete: true                        # a row taken out is taken back, not lost
"""

ROWS = """\
key,weights,score,valid_from,evidence,by
gpt-5 (high),closed,88.0,2025-08-23,https://aider.chat/docs/leaderboards/,first-reader
o3-pro (high),closed,84.9,2025-06-28,https://aider.chat/docs/leaderboards/,first-reader
DeepSeek-V3.2-Exp (Reasoner),open,74.2,2025-10-03,https://aider.chat/docs/leaderboards/,first-reader
DeepSeek R1 (0528),open,71.4,2025-06-06,https://aider.chat/docs/leaderboards/,first-reader
Qwen3 235B A22B,open,59.6,2025-05-09,https://aider.chat/docs/leaderboards/,first-reader
"""

REGISTRY_MARKET = """\
# The file's name is the market's name, for life. A date is 00:00 UTC; `closes` is also when it is decided.
question: Will an open model come within 5 points of the best closed one on our list before {year}?
opens: {opens}                # when its window begins; its sources must have been looked at before
closes: {closes}
subsidy: 200                            # mana we add; `crux plan` shows what the whole costs
topics: [ai]
baseline: On {today} the best open model on our list stood at 74.2%, the best closed one at 88%.
values:                                 # what is read, of which source; a name for each
  open:   {{max: score, from: {name}-scores, where: {{weights: open}}}}
  closed: {{max: score, from: {name}-scores, where: {{weights: closed}}}}
  rivals: {{count: rows, from: {name}-scores, where: {{weights: closed}}}}
resolve:                                # yes, choice, number or first_date; `crux rules` lists all that can stand here
  yes: rivals >= 1 and open >= closed - 5 points
  hold: 30 days                         # it has to stay true this long without a break
bears_on:                               # how likely the event is if the claim is true, and if it is not
  - {{claim: open-models-catch-up, event: YES, if_true: 0.70, if_false: 0.20, cluster: gap}}
fine_print: |
  "Open" and "closed" are the marks in our list's column weights; the list has to hold at least 1 closed model. A gap of
  exactly 5 points is near enough, and it has to last 30 days in a row before {year}.
"""

BOARD_MARKET = """\
# A market on a publisher's page. `crux collect` looks there; until it did, `crux check --ready` holds this one back.
question: When will aider's polyglot leaderboard first show 95% or more?
opens: {opens}
closes: {closes}
subsidy: 200
topics: [ai]
baseline: On 2025-10-04 the best row stood at 88%. Write it anew before this opens.
values:
  best: {{max: score, from: {name}-polyglot}}
resolve:
  first_date: best >= 95%               # a % is a unit; a bare 95 would be a fault
  hold: 7 days
  edges: [{edges}]
  never: not before {year}
na: {{when: removed({name}-polyglot), if_refused: not before {year}}}
bears_on:
  - {{claim: open-models-catch-up, event: before {first}, if_true: 0.40, if_false: 0.30, cluster: board}}
fine_print: |
  Any row of the board counts, whoever made the model; 95% has to stand for 7 days without a break. The answers are
  divided at {edges_said}.
"""


def debate_name(folder: str, taken: Collection[str] = ()) -> str:
    """A debate's name made from its folder's: `My Debate!` -> `my-debate`.

    The store tells debates apart by their names: one that is `taken`, by a debate that comes with Crux, gets a number.
    """
    name = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:NAME_CHARS].rstrip("-")
    name = name if len(name) > 1 else "my-debate"
    numbered = (f"{name}-{number}" for number in count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def _opening(now: datetime) -> datetime:
    """The next full quarter of an hour that leaves time for a first look at the sources."""
    soon = now + TO_LOOK
    whole = soon.replace(minute=soon.minute - soon.minute % 15, second=0, microsecond=0)
    return whole if whole == soon else whole + timedelta(minutes=15)


def starting_files(name: str, now: datetime) -> Mapping[str, str]:
    """path inside the folder -> text. `name` is the debate's, as `debate_name` makes it."""
    today = now.date()
    year = today.year + 2
    edges = [date(today.year + 1, 4, 1), date(today.year + 1, 7, 1), date(today.year + 1, 10, 1)]
    given = {
        "name": name,
        "today": today.isoformat(),
        "opens": f"{_opening(now):%Y-%m-%dT%H:%MZ}",
        "closes": date(year, 1, 1).isoformat(),
        "year": str(year),
        "first": edges[0].isoformat(),
        "edges": ", ".join(edge.isoformat() for edge in edges),
        "edges_said": f"{edges[0]}, {edges[1]} and {edges[2]}",
    }
    return {
        "debate.yaml": DEBATE.format(**given),
        "claims.yaml": CLAIMS,
        "stances.yaml": STANCES.format(**given),
        f"sources/{name}-polyglot.yaml": BOARD,
        f"sources/{name}-scores.yaml": SCORES.format(**given),
        "registries/scores.csv": ROWS,
        "markets/open-within-5-points.yaml": REGISTRY_MARKET.format(**given),
        "markets/polyglot-95-date.yaml": BOARD_MARKET.format(**given),
    }
