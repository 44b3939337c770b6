"""Codes of what is wrong with a file before anything in it is understood: its YAML, its fields, its name."""

from __future__ import annotations

from markets.lint.code import Case, read
from markets.lint.examples import MARKET

TOO_LONG = "x" * 1_000_000
DEEP = "[" * 60 + "]" * 60
WAIVED = "baseline:"

read(
    "Y-ALIAS",
    """A star before a word stands for something written elsewhere: write that out, or quote the text.

    A definition is read aloud from top to bottom, so nothing in it stands for anything else.""",
    fires=Case({"question: Will a row": "question: *Will a row"}),
    quiet=Case({"question: Will a row of the board reach 85% before July 2027?":
                "question: 'Will a row of the board* reach 85% before July 2027?'"}),
)  # fmt: skip
read(
    "Y-ANCHOR",
    """An ampersand before a word names this place for reuse: take it out, and write what is reused again.""",
    fires=Case({"subsidy: 200": "subsidy: &mana 200"}),
    quiet=Case({"whoever ran it": "R&D or whoever else ran it"}),
)
read(
    "Y-CHARACTER",
    """A character that nobody can see, as a zero byte: take it out.""",
    fires=Case({"whoever ran it": "whoever\x07 ran it"}),
    quiet=Case({"whoever ran it": "whoever ran it – “anyone”"}),
)
read(
    "Y-DEPTH",
    """Blocks lie more than 50 deep: write it flatter, with names under `values`.""",
    fires=Case({"yes: best >= 85%": f"yes: {DEEP}"}),
    quiet=Case({"yes: best >= 85%": "yes: {all: [best >= 85%]}"}),
)
read(
    "Y-DOCUMENTS",
    """A second document begins with `---`: one file holds one market.""",
    fires=Case({"fine_print:": "---\nfine_print:"}),
    quiet=Case({"question:": "---\nquestion:"}),
)
read(
    "Y-DUPLICATE",
    """A key stands twice in one block: keep one of them, for the second would silently undo the first.""",
    fires=Case({"subsidy: 200": "subsidy: 200\nsubsidy: 300"}),
    quiet=Case({"subsidy: 200": "subsidy: 300"}),
)
read(
    "Y-ENCODING",
    """A file is no UTF-8 text: save it as UTF-8.""",
    fires=Case({"whoever ran it": "whoever ran it in Malm\udcf6"}),
    quiet=Case({"whoever ran it": "whoever ran it in Malmö"}),
)
read(
    "Y-KEY",
    """A key is no text but a number or a truth value: put it into quotes.

    A comma ends a value inside braces, so that of `0,70` the 70 is taken for a key: a decimal has a point.""",
    fires=Case(debate={"second-reader: {}": "second-reader: {}, 10: {}"}),
    quiet=Case(debate={"second-reader: {}": 'second-reader: {}, "10": {}'}),
)
read(
    "Y-NUMBER",
    """A number has over 60 digits or an exponent beyond 30: quote it if it is a name.""",
    fires=Case({"subsidy: 200": "subsidy: 2e200"}),
    quiet=Case({"subsidy: 200": "subsidy: 2e2"}),
)
read(
    "Y-SIZE",
    """A file is over 1,000,000 bytes: a definition is smaller, data belong into sources and registries.""",
    fires=Case({"whoever ran it": f"whoever ran it {TOO_LONG}"}),
    quiet=Case({"whoever ran it": "whoever ran it, as long as it ran"}),
)
read(
    "Y-SYNTAX",
    """A text is no YAML: a quote or bracket never closed, a second colon in a line, a line out of its column.

    The place is where to mend it, which may be far above the line that could not be read.""",
    fires=Case({"question: Will a row": 'question: "Will a row'}),
    quiet=Case({"question: Will a row of the board reach 85% before July 2027?":
                'question: "Will a row of the board reach 85% before July 2027?"'}),
)  # fmt: skip
read(
    "Y-TAB",
    """A tab stands where blanks are wanted: write blanks.""",
    fires=Case({"  best: {max": "\tbest: {max"}),
    quiet=Case({"  best: {max": "    best: {max"}),
)
read(
    "Y-TAG",
    """An exclamation mark before a word is a tag: take it out, or quote the text.""",
    fires=Case({"subsidy: 200": "subsidy: !int 200"}),
    quiet=Case({"whoever ran it.": "whoever ran it!"}),
)
read(
    "F-FAMILY",
    """A family's `each:` and the names in braces do not fit: every name in braces is given by every row, every row
    makes a slug of its own, and a family has at most 100 markets.""",
    fires=Case(files={"markets/reach-{n}.yaml": f"each: [{{m: 90}}]\n{MARKET}"}),
    quiet=Case(files={"markets/reach-{n}.yaml": f"each: [{{n: 90}}]\n{MARKET.replace('85%', '{n}%')}"}),
)
read(
    "F-FILE",
    """A path cannot be read as a file: it is a folder, or may not be opened.""",
    fires=Case(files={"markets/drafts.yaml/notes.txt": "to be written\n"}),
    quiet=Case(files={"markets/drafts/notes.txt": "to be written\n"}),
)
read(
    "F-FOLDER",
    """A folder is no debate's, or holds a file that nobody would read: files end in `.yaml`.""",
    fires=Case(files={"markets/reach-90.yml": MARKET.replace("85%", "90%")}),
    quiet=Case(files={"markets/reach-90.yaml": MARKET.replace("85%", "90%")}),
)
read(
    "F-MANA",
    """An amount of mana is under the least there is: a subsidy is 0 or at least 1, a tier what Manifold sells.""",
    fires=Case({"subsidy: 200": "subsidy: 0.2"}),
    quiet=Case({"subsidy: 200": "subsidy: 2"}),
)
read(
    "F-MISSING",
    """A key that every file of this kind has is not there: add it.""",
    fires=Case({"opens: 2026-12-05\n": ""}),
    quiet=Case({"opens: 2026-12-05\n": "opens: 2026-12-06\n"}),
)
read(
    "F-QUESTION",
    """The question cannot be posted as it stands: it is empty, or has a line break or another mark that is lost.""",
    fires=Case({"question: Will a row of the board reach 85% before July 2027?": 'question: "  "'}),
    quiet=Case({"question: Will a row": "question: Will any row"}),
)
read(
    "F-SLUG",
    """A file's name is no slug: 3 to 60 of a-z, 0-9 and dash; two markets never share one.""",
    fires=Case(files={"markets/Reach_90.yaml": MARKET.replace("85%", "90%")}),
    quiet=Case(files={"markets/reach-90.yaml": MARKET.replace("85%", "90%")}),
)
read(
    "F-UNKNOWN",
    """A key means nothing here: the message has the nearest that does. Nothing unknown is passed over in silence.""",
    fires=Case({"bears_on:": "subsidi: 300\nbears_on:"}),
    quiet=Case({"bears_on:": "topics: [benchmarks]\nbears_on:"}),
)
read(
    "F-VALUE",
    """What stands behind a key has the wrong form or lies out of bounds: the message says what is wanted.""",
    fires=Case({"subsidy: 200": "subsidy: many"}),
    quiet=Case({"subsidy: 200": "subsidy: 250"}),
)
read(
    "F-WAIVER",
    """A waiver waives nothing: only a warning that is really there can be waived, by its code and with a reason.""",
    fires=Case({WAIVED: f"allow: {{D01: the word is plain}}\n{WAIVED}"}),
    quiet=Case(
        {WAIVED: f"allow: {{D01: the word is plain}}\n{WAIVED}", "whoever ran it": "whoever ran it, major or not"}
    ),
)
