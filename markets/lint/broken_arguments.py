"""Codes of what is wrong with a debate's arguments: axes, claims, voices and their stances."""

from __future__ import annotations

from markets.lint.code import Case, read

AXES = """\
reviewers: {first-reader: {}, second-reader: {}}
axes:
  R: {plus: rows rise, minus: rows stay}
voices:
  t001-riser: {attribution: unsigned, thread: "001", positions: {R: 1}}
  nora: {attribution: second-hand, thread: "001", by: t001-riser, positions: {R: -1}}
lexicon: {sure: 0.92, doubts: 0.25}
"""
REVIEWERS = "reviewers: {first-reader: {}, second-reader: {}}\n"
CLAIMS = """\
claims:
  rows-improve:
    axis: R
    pole: plus
    text: Rows go on rising.
    origin: [{thread: "001", line: 12}]
  rows-matter:
    axis: R
    text: What rows show matters.
    origin: [{thread: "001", line: 30}]
    presupposes: [rows-improve]
"""
READ = "kind: read_from_thread, readers: [reader-1, reader-2]"
STANCE = f"  - {{voice: t001-riser, claim: rows-improve, word: sure, as_of: 2026-11-01, {READ}}}\n"
STANCES = f"stances:\n{STANCE}"


def argued(claims: str = CLAIMS, stances: str = STANCES, axes: str = AXES) -> Case:
    """The small debate with arguments."""
    return Case(debate={REVIEWERS: axes}, files={"claims.yaml": claims, "stances.yaml": stances})


SOUND = argued()

read(
    "A-AXIS",
    """A claim or a voice names an axis that debate.yaml does not have.""",
    fires=argued(CLAIMS.replace("axis: R", "axis: Q", 1)),
    quiet=SOUND,
)
read(
    "A-CIRCLE",
    """Claims presuppose one another in a circle: none of them could ever count, take one out.""",
    fires=argued(CLAIMS.replace("line: 12}]\n", "line: 12}]\n    presupposes: [rows-matter]\n")),
    quiet=SOUND,
)
read(
    "A-CLAIM",
    """A claim is named that claims.yaml does not have, or twice, or under itself.""",
    fires=argued(stances=STANCES.replace("rows-improve", "rows-improv")),
    quiet=SOUND,
)
read(
    "A-EVENT",
    """A stance is on an event that its market does not have.""",
    fires=argued(stances=STANCES.replace("claim: rows-improve", "market: reach-85, event: North")),
    quiet=argued(stances=STANCES.replace("claim: rows-improve", "market: reach-85, event: YES")),
)
read(
    "A-HEARSAY",
    """A voice known only second-hand gives nothing of its own: write read_from_thread.""",
    fires=argued(stances=STANCES.replace("t001-riser", "nora").replace(READ, "kind: given")),
    quiet=argued(stances=STANCES.replace("t001-riser", "nora")),
)
read(
    "A-MARKET",
    """A stance is on a market that the debate does not have.""",
    fires=argued(stances=STANCES.replace("claim: rows-improve", "market: reach-95")),
    quiet=argued(stances=STANCES.replace("claim: rows-improve", "market: reach-85")),
)
read(
    "A-ORDER",
    """A stance is dated before the one it replaces: rows are only ever added, newest last.""",
    fires=argued(stances=STANCES + STANCE.replace("2026-11-01", "2026-10-01").replace("sure", "doubts")),
    quiet=argued(stances=STANCES + STANCE.replace("2026-11-01", "2026-11-20").replace("sure", "doubts")),
)
read(
    "A-TWICE",
    """A voice stands twice on one thing with one date: keep one, or date a change of mind.""",
    fires=argued(stances=STANCES + STANCE.replace("sure", "doubts")),
    quiet=argued(stances=STANCES + STANCE.replace("2026-11-01", "2026-11-20").replace("sure", "doubts")),
)
read(
    "A-VOICE",
    """A voice is not in debate.yaml, or gives what is not its own to give: nobody has claimed it, or it signed.""",
    fires=argued(stances=STANCES.replace("t001-riser", "t001-rizer")),
    quiet=SOUND,
)
read(
    "A-WORD",
    """A word that says how firmly is not in the lexicon of debate.yaml.""",
    fires=argued(stances=STANCES.replace("word: sure", "word: certain")),
    quiet=argued(stances=STANCES.replace("word: sure", "word: doubts")),
)
