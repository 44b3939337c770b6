"""Codes of what is wrong with a rule, or with a source that it reads, as it is put together."""

from __future__ import annotations

from markets.lint.code import Case, read
from markets.lint.examples import LABS, SOURCE

BEST = "best: {max: score, from: board}"
YES = "yes: best >= 85%"
ASKED = "question: Will a row of the board reach 85% before July 2027?"
CHOICE = {
    ASKED: "question: Whose row of the board leads on June 30, 2027?",
    BEST: "top: {argmax: score, from: board, ties: share}",
    YES: "choice: top.lab\n  answers: {North: north, South: south, Another: else}",
    "if_refused: NO": "if_refused: Another",
    "event: YES": "event: North",
}
"""The small market as a choice."""

read(
    "R-ANSWERS",
    """The answers do not fit together: two have one name, one text leads to two, or `if_refused` is none of them.""",
    fires=Case({**CHOICE, "if_refused: NO": "if_refused: Nobody"}),
    quiet=Case(CHOICE),
)
read(
    "R-CIRCULAR",
    """A value needs itself, by whatever way round: the message shows the circle.""",
    fires=Case({BEST: "best: other + 1 point\n  other: best - 1 point"}),
    quiet=Case({BEST: "best: {max: score, from: board}", YES: "yes: max(best, best) >= 85%"}),
)
read(
    "R-DATE",
    """A date cannot be read: write 2027-07-01 for 00:00 UTC that day, or 2027-07-01T12:00Z.""",
    fires=Case({BEST: "best: {max: score, from: board, at: June 2027}"}),
    quiet=Case(
        {BEST: "best: {max: score, from: board, at: 2027-06-01}", "whoever ran it": "whoever ran it, as of 2027-06-01"}
    ),
)
read(
    "R-DEPTH",
    """A rule's parts lie too deep inside one another: name some of them under `values`, and name fewer.""",
    fires=Case({YES: f"yes: {'{not: ' * 22}best >= 85%{'}' * 22}"}),
    quiet=Case({YES: "yes: {not: {not: best >= 85%}}"}),
)
read(
    "R-DURATION",
    """A time that something lasts is a whole number and a unit: `7 days`, `48 hours`.""",
    fires=Case({YES: f"{YES}\n  hold: a week"}),
    quiet=Case({YES: f"{YES}\n  hold: 5 days", "whoever ran it": "whoever ran it, if it stands for 5 days"}),
)
read(
    "R-FORMULA",
    """A formula cannot be read at the character that is shown: a sign is missing or too many, a bracket or a quote is
    not closed, or a word of another language joins its parts.

    A formula has numbers with their units, names of values, + - * / and >= > <= < == !=, `and`, `or`, `not`, brackets,
    min(), max(), abs() and the states of a source; `crux rules formula` tells more.""",
    fires=Case({YES: "yes: best >= 85% und live(board)"}),
    quiet=Case({YES: "yes: best >= 85% and live(board)"}),
)
read(
    "R-MISSING",
    """Something is not said that a rule needs: one way to resolve, the condition of `na`, an end of a window.""",
    fires=Case({BEST: "best: {max: score, from: board, within: {}}"}),
    quiet=Case({BEST: "best: {max: score, from: board, within: {before: T}}"}),
)
read(
    "R-PANEL",
    """A panel cannot sit as it is written: its question and limbs are sentences, its seats and votes leave no tie.""",
    fires=Case({YES: f"{YES} and asked", BEST: f"{BEST}\n  asked: {{panel: {{question: Is it so?, limbs: {{}}}}}}"}),
    quiet=Case(
        {
            YES: f"{YES} and asked",
            BEST: f"{BEST}\n  asked: {{panel: {{question: Is it so?, limbs: {{so: It is so.}}}}}}",
        }
    ),
)
read(
    "R-PATTERN",
    """A pattern might run for ever, or is none: no repeat inside a repeat, nothing that looks ahead or back.""",
    fires=Case({BEST: 'best: {max: score, from: board, where: {lab: {matching: "(n+)+$"}}}'}),
    quiet=Case({BEST: 'best: {max: score, from: board, where: {lab: {matching: "^no+rth$"}}}'}),
)
read(
    "R-SHAPE",
    """What stands here has another shape than is wanted: a list for a mapping, a word for a list.

    Quotes of a word processor (`“north”`) are letters to YAML: write north, or "north".""",
    fires=Case({BEST: "best: {max: score, of: [board]}"}),
    quiet=Case({BEST: "best: {max: score, from: [board]}"}),
)
DOUBLED = "\n  ".join(["v0: max(best, best)", *(f"v{n}: max(v{n - 1}, v{n - 1})" for n in range(1, 12))])
read(
    "R-SIZE",
    """A rule has more than 2,000 parts: a value that is named twice counts twice, with all that it rests on.""",
    fires=Case({BEST: f"{BEST}\n  {DOUBLED}", YES: "yes: v11 >= 85%"}),
    quiet=Case({BEST: f"{BEST}\n  v0: max(best, best)", YES: "yes: v0 >= 85%"}),
)
read(
    "R-UNKNOWN-KEY",
    """A key means nothing in this block: the message has the nearest that does, or how the same is written.

    What is reckoned from other values is a formula on one line: `gap: best - 5 points`.""",
    fires=Case({YES: f"{YES}\n  holt: 5 days"}),
    quiet=Case({YES: f"{YES}\n  hold: 5 days", "whoever ran it": "whoever ran it, if it stands for 5 days"}),
)
read(
    "R-UNKNOWN-NAME",
    """A formula names something that is not under `values`: the message has the nearest that is.""",
    fires=Case({YES: "yes: bset >= 85%", "values:\n  best: {max: score, from: board}\n": f"values:\n  {BEST}\n"}),
    quiet=Case(),
)
read(
    "R-UNUSED",
    """A value or a row set is named and used nowhere: use it, or take it out.""",
    level="warning",
    fires=Case({BEST: f"{BEST}\n  idle: {{count: rows, from: board}}"}),
    quiet=Case(),
)
read(
    "R-WINDOW",
    """A stretch of time is empty, out of reach, or of no use: it ends before it begins, or lies beyond T.""",
    fires=Case({BEST: "best: {max: score, from: board, within: {from: 2027-03-01, before: 2027-02-01}}"}),
    quiet=Case({
        BEST: "best: {max: score, from: board, within: {from: 2027-02-01, before: 2027-03-01}}",
        "whoever ran it": "whoever ran it, if first seen from 2027-02-01 to before 2027-03-01",
    }),
)  # fmt: skip
read(
    "S-BROKEN",
    """A source that the rule reads has faults in its own file: mend those first, they are told where they stand.""",
    fires=Case(source={"licence: CC0 1.0\n": ""}),
    quiet=Case(),
)
SIZED = LABS.replace("{class: text}", "{class: text, size: {unit: count}}")
LISTED = "registries/labs.csv"
read(
    "S-CELL",
    """A list of your own has a row that is set aside, or a cell that nobody can read: mend it before it decides.""",
    level="warning",
    fires=Case(files={"sources/labs.yaml": SIZED, LISTED: "key,class,size\nbase,P0,12\none,R2,many\n"}),
    quiet=Case(files={"sources/labs.yaml": SIZED, LISTED: "key,class,size\nbase,P0,12\none,R2,90\n"}),
)
read(
    "S-REGISTRY",
    """A list of your own cannot be used as it stands: a column of its source is not there, or it is no table.""",
    level="warning",
    fires=Case(files={LISTED: "key,klass\nbase,P0\n"}),
    quiet=Case(files={LISTED: "key,class\nbase,P0\n"}),
)
TOWNS = SOURCE.replace('url: "https://board.example/scores.csv"', "file: registries/towns.csv")
read(
    "S-FILE",
    """A source's address is a file that is not there, or that lies outside the debate's folder.""",
    fires=Case(files={"sources/towns.yaml": TOWNS}),
    quiet=Case(files={
        "sources/towns.yaml": TOWNS,
        "registries/towns.csv": "name,score,lab\n",
    }),
)  # fmt: skip
read(
    "S-ID",
    """A source file's name is no id: a-z, 0-9, dot, dash and underscore; `panel.` begins the names of panels.""",
    fires=Case(files={"sources/Second Board.yaml": SOURCE}),
    quiet=Case(files={"sources/second-board.yaml": SOURCE}),
)
read(
    "S-UNKNOWN-COLUMN",
    """A source has no column of that name: the message has the nearest.""",
    fires=Case({BEST: "best: {max: socre, from: board}"}),
    quiet=Case(),
)
read(
    "S-UNKNOWN-SOURCE",
    """No source file has that name: the message has the nearest.""",
    fires=Case({"when: removed(board)": "when: removed(baord)"}),
    quiet=Case(),
)
read(
    "S-UNKNOWN-VIEW",
    """A source has no view of that name under `views:`.""",
    fires=Case({BEST: "best: {max: score, from: board.main}"}),
    quiet=Case(
        {BEST: "best: {max: score, from: board.main}"},
        source={"  columns:": "  views: {main: {where: {lab: south}}}\n  columns:"},
    ),
)
