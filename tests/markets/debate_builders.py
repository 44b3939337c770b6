"""Plain builders: a small debate that is argued about, on disk, and its markets as the scoreboard sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from market_builders import SOURCE

from markets.debate import Arguments
from markets.debate_events import shares_of
from markets.load import Loaded, load_debate
from markets.score_board import Board, board
from markets.score_inputs import inputs_of, stands_when_frozen
from markets.score_markets import Played
from resolvers.outcome import Outcome

OPENED = datetime(2026, 12, 5, tzinfo=UTC)
RESOLVED = datetime(2028, 6, 1, tzinfo=UTC)

DEBATE = """\
debate: argued
title: A small debate that is argued about
reviewers: {first-reader: {}, second-reader: {}}
axes:
  R: {plus: conditioning of predictors, minus: RL-built agency}
  G: {plus: own goals emerge, minus: they do not}
voices:
  t001-conditioner: {attribution: unsigned, thread: "001", claimed_by: a-reader, positions: {R: 2, G: -1}}
  t001-homunculist: {attribution: unsigned, thread: "001", positions: {R: -1}}
  quintin-pope: {attribution: signed, thread: "003", positions: {R: 1}}
  nora: {attribution: second-hand, thread: "003", by: quintin-pope, positions: {G: -1}}
lexicon: {near_certain: 0.97, sure: 0.92, strong: 0.85, expects: 0.75, guesses: 0.65, plausible: 0.55, unsure: 0.50,
          doubts: 0.25, rejects: 0.10}
"""
CLAIMS = """\
claims:
  one-good-demo:
    axis: R
    pole: plus
    text: One large comparison would turn the field towards conditioning.
    origin: [{thread: "001", line: 134}]
    presupposes: [metatokens-beat-rlhf]
  metatokens-beat-rlhf:
    axis: R
    pole: plus
    text: Graded training text beats the preference tuning of the day.
    origin: [{thread: "001", line: 109}]
    supports: [prompting-superseded]
  prompting-superseded:
    axis: R
    pole: plus
    text: Better handles than prompts are coming.
    origin: [{thread: "001", line: 76}]
  no-inner-actress:
    axis: G
    pole: minus
    text: There is no second planner behind the persona.
    origin: [{thread: "000", line: 5}]
"""
ROW = "as_of: undated, kind: read_from_thread, readers: [reader-1, reader-2]"
STANCES = f"""\
stances:
  - {{voice: t001-conditioner, claim: one-good-demo, word: guesses, credence: null, {ROW}}}
  - {{voice: t001-homunculist, claim: one-good-demo, word: doubts, credence: null, {ROW}}}
"""
HEAD = "opens: 2026-12-05\ncloses: 2029-01-01\nsubsidy: 200\nvalues:\n  best: {max: score, from: board}\n"
M04 = (
    f"question: Will conditioning win a head to head?\n{HEAD}resolve:\n  yes: best >= 85%\nbears_on:\n"
    "  - {claim: one-good-demo, event: YES, if_true: 0.45, if_false: 0.15, cluster: direct-comparison}\n"
)
NUMBER = (
    f"question: How high will the best row stand?\n{HEAD}resolve:\n  number: best\n  edges: [40%, 70%, 90%]\n"
    "bears_on:\n  - {claim: one-good-demo, event: at least 70%, if_true: 0.6, if_false: 0.3, cluster: best}\n"
)
DATE = (
    f"question: When will a row first reach 80%?\n{HEAD}resolve:\n  first_date: best >= 80%\n"
    "  edges: [2027-07-01, 2028-01-01, 2029-01-01]\n  never: not before 2029\n"
    "bears_on:\n  - {claim: one-good-demo, event: before 2028-01-01, if_true: 0.6, if_false: 0.3, cluster: best}\n"
)
CHOICE = (
    f"question: Whose row will lead?\n{HEAD.replace('best: {max: score', 'top: {argmax: score')}"
    "resolve:\n  choice: top.lab\n  answers: {North: north, South: south, Another: else}\n"
    "bears_on:\n  - {claim: one-good-demo, event: North, if_true: 0.30, if_false: 0.60, cluster: top}\n"
    "  - {claim: metatokens-beat-rlhf, event: South, if_true: 0.12, if_false: 0.02, cluster: top}\n"
)
FILES = {
    "debate.yaml": DEBATE,
    "claims.yaml": CLAIMS,
    "stances.yaml": STANCES,
    "sources/board.yaml": SOURCE,
    "markets/lab-head-to-head.yaml": M04,
}


def argued(path: Path, changes: Mapping[str, str] | None = None) -> Loaded:
    """The debate from files, with what `changes` (path inside -> text) adds or replaces."""
    for name, text in {**FILES, **(changes or {})}.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return load_debate(path)


def said(found: Loaded, path: Path) -> list[str]:
    """The faults as lines, their paths from the debate's folder on."""
    return [str(replace(fault, path=str(Path(fault.path).relative_to(path)))) for fault in found.faults]


def stance(voice: str, claim: str, *, word: str = "guesses", **more: object) -> str:
    """One line of stances.yaml."""
    told = {"as_of": "undated", "kind": "read_from_thread", "readers": "[reader-1, reader-2]", **more}
    rest = ", ".join(f"{key}: {value}" for key, value in told.items() if value is not None)
    return f"  - {{voice: {voice}, claim: {claim}, word: {word}, {rest}}}\n"


def number(voice: str, claim: str, credence: float, day: str = "2026-12-01") -> str:
    """A number that somebody gave."""
    return f"  - {{voice: {voice}, claim: {claim}, credence: {credence}, as_of: {day}, kind: given}}\n"


def market(name: str, cluster: str, claim: str = "one-good-demo", if_true: float = 0.45, if_false: float = 0.15) -> str:
    """A yes-or-no market with one link."""
    link = f"claim: {claim}, event: YES, if_true: {if_true}, if_false: {if_false}, cluster: {cluster}"
    return f"question: Will {name} come?\n{HEAD}resolve:\n  yes: best >= 85%\nbears_on:\n  - {{{link}}}\n"


def played(
    loaded: Loaded,
    slug: str = "lab-head-to-head",
    outcome: Outcome | None = None,
    prices: Mapping[str, Fraction] | None = None,
) -> Played:
    """A market resolved to an outcome, or open at prices."""
    assert not loaded.faults, loaded.faults
    inputs = inputs_of(loaded.markets[slug], loaded.arguments)
    return Played(
        inputs,
        OPENED,
        RESOLVED if outcome else None,
        shares_of(outcome) if outcome else None,
        prices,
        stands_when_frozen(inputs, OPENED),
    )


def scored(loaded: Loaded, **outcomes: Outcome) -> Board:
    """The board once the named markets (dashes as underscores) have resolved."""
    assert isinstance(loaded.arguments, Arguments)
    return board(loaded.arguments, [played(loaded, slug.replace("_", "-"), one) for slug, one in outcomes.items()])
