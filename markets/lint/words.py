"""D: words that mean different things to different traders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from markets.lint.code import Case, code
from markets.lint.subject import Found, Loc, Subject, keyed, opening
from resolvers.rules.filters import columns_of
from resolvers.rules.nodes import Rows

VAGUE = re.compile(
    r"\b(significant(?:ly)?|substantial(?:ly)?|major|widely|widespread|considerabl[ey]|meaningful(?:ly)?|credible|serious(?:ly)?"
    r"|reasonabl[ey]|notabl[ey]|dramatic(?:ally)?|state[- ]of[- ]the[- ]art|human[- ]level|superhuman|AGI|TAI|ASI"
    r"|agents?|agentic|frontier|leading lab|mainstream|popular|successful(?:ly)?"
    r"|reputable|materially|roughly|about half|most experts)\b",
    re.IGNORECASE,
)
TERM = re.compile(
    r"\b(?:(?P<class>P0|P1d|P1|P2|R1|R2)|(?P<group>conditioned predictors?|raw predictors?|RL-built(?: agents?)?"
    r"|(?:trained|built) without RL|training class(?:es)?)"
    r"|(?P<listed>Labs-\d+|listed labs?|labs? on (?:our|the) list))(?!\w)"
)
TECHNICAL = re.compile(
    r"\b(?:user[- ]agents?|major (?:versions?|releases?|numbers?)|(?:free|estate) agents?)\b", re.IGNORECASE
)
OPEN_SET = re.compile(
    r"\b(such as|for example|for instance|and so on|and the like|or similar|among others"
    r"|including(?!\s+(?:[a-z]+ly\s+)?(?:all|any|every|both|those|hidden|the\s+(?:ends?|last|first))\b))\b|\betc\b\.?|\be\.g\.",
    re.IGNORECASE,
)
UTTERED = re.compile(
    r"\b(says?|said|announc(?:es?|ed|ement)|admit(?:s|ted)?|claim(?:s|ed)|stat(?:es|ed)|declar(?:es?|ed)|acknowledg(?:es?|ed)"
    r"|(?<!panel )(?<!panel has )confirm(?:s|ed)(?!\s+by\s+(?:the|a|its)\s+panel)"
    r"|describ(?:es?|ed) (?:it|them|itself))\b",
    re.IGNORECASE,
)
NO_MATTER = re.compile(
    r"[^.;:]{0,60}\b(?:(?:does|do|did|will|shall)\s+not\s+(?:count|matter)|is\s+no\s+matter|counts?\s+for\s+nothing)\b",
    re.IGNORECASE,
)
"""What is said and does not count is no words that the market hangs on."""

AND_OR = re.compile(r"\band/or\b", re.IGNORECASE)
DOUBLE_NO = re.compile(
    r"\bnot\s+un\w+|\bnot\s+(?:\w+\s+){0,3}(?:without|never|no|fail(?:s|ed)? to)\b|\bnever\s+(?:\w+\s+){0,3}not\b"
    r"|\bno\s+\w+\s+(?:has|have|is|are|does|do)\s+not\b",
    re.IGNORECASE,
)
UNLESS = re.compile(r"\bunless\b", re.IGNORECASE)
CLASSED = {
    "from: board}": "from: board, label: {class: labs}, where: {class: [P0]}}",
    "a row of the board": "a raw predictor on the board",
}
VAGUE_WORDS = opening(
    "significant", "significantly", "substantial", "substantially", "major", "widely", "widespread", "considerable",
    "considerably", "meaningful", "meaningfully", "credible", "serious", "seriously", "reasonable", "reasonably",
    "notable", "notably", "dramatic", "dramatically", "superhuman", "agi", "tai", "asi", "agent", "agents", "agentic",
    "frontier", "mainstream", "popular", "successful", "successfully", "reputable", "materially", "roughly",
    state="state", human="human", leading="leading lab", about="about half", most="most experts",
)  # fmt: skip
TERM_WORDS = opening(
    "p0", "p1", "p1d", "p2", "r1", "r2", predictor=("conditioned p", "raw p"), predictors=("conditioned p", "raw p"),
    rl=("rl-", "trained without", "built without"), training="training class", labs=("labs", "listed labs"),
    lab=("lab on", "listed lab"),
)  # fmt: skip
OPEN_WORDS = opening(
    "including", "etc", such="such as", example="for example", instance="for instance", so="and so on",
    like="and the like", e="e.g.", among="among others", similar="or similar",
)  # fmt: skip
UTTERED_WORDS = opening(
    "say", "says", "said", "announces", "announced", "announcement", "announce", "admit", "admits", "admitted",
    "claims", "claimed", "states", "stated", "declare", "declares", "declared", "acknowledge", "acknowledges",
    "acknowledged", "confirms", "confirmed", "describes", "described", "describe",
)  # fmt: skip
DENYING_WORDS = opening("not", "never", "no")
UNLESS_WORDS = opening("unless")


@code(
    "D01",
    "warning",
    "Vague word without definition: {word}.",
    by="passage",
    fires=Case({"whoever ran it.": "whoever ran it, on major hardware."}),
    quiet=Case({"whoever ran it.": "whoever ran it, on major hardware. Major means that the board lists it."}),
)
def vague(it: Subject) -> Iterator[Found]:
    """Significant, major, widely, AGI, agent, human-level: each trader has another bar in mind. Say what it means here
    ("major means …", "a major lab is one that …"), or name the measure instead. A word that is part of a name in the
    rule's sources is no matter.
    """
    said: set[str] = set()
    known: frozenset[str] | None = None
    for match in it.opened(VAGUE, VAGUE_WORDS):
        word = match.group().lower().removesuffix("s")
        known = _names(it) if known is None else known
        if word in said or word in known or _technical(word, it.text, match) or _defined(word, it.text):
            continue
        said.add(word)
        loc, offset = it.at(match.start())
        yield Found(
            f"{match.group()!r} has no definition: write `{match.group()} means …`, or what is measured", loc, offset
        )


def _technical(word: str, text: str, match: re.Match[str]) -> bool:
    """Whether the word belongs to a technical term: `user agent`, `major version`."""
    if word not in ("agent", "major"):
        return False
    return any(found.start() <= match.start() < found.end() for found in TECHNICAL.finditer(text))


def _defined(word: str, text: str) -> bool:
    return _definition(word).search(text) is not None


@lru_cache(maxsize=256)
def _definition(word: str) -> re.Pattern[str]:
    plain = rf"\b{re.escape(word)}s?[\"”*]*\s*(?:\([^)]*\)\s*)?(?:means?|is|are|:|=)\s"
    of_a_thing = (
        rf"\b{re.escape(word)}s?(?:\s+[\w-]+){{1,2}}\s+(?:means?|is\s+(?:an?|one|any|every)|are\s+(?:those|all))\b"
    )
    return re.compile(f"{plain}|{of_a_thing}", re.IGNORECASE)


def _names(it: Subject) -> frozenset[str]:
    """The single words of the names in the rule and its sources."""
    return frozenset().union(*map(_words_of, it.stated.texts))


@lru_cache(maxsize=8192)
def _words_of(name: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in re.findall(r"[a-z]+", name.lower()))


@code(
    "D02",
    "error",
    "Glossary term {term} used with no class or list behind it.",
    by="passage",
    fires=Case({"a row of the board": "a raw predictor"}),
    quiet=Case({**CLASSED}),
)
def term_without_list(it: Subject) -> Iterator[Found]:
    """Training classes (P0 to R2, raw or conditioned predictor, RL-built) and lists of labs mean something only where
    the rule reads them: a registry column by `label`, a filter or an answer that names them, or a panel's limb.
    """
    matches = list(it.opened(TERM, TERM_WORDS))
    if not matches or _behind(it):
        return
    texts = it.stated.texts
    said: set[str] = set()
    for match in matches:
        if match.group() in said or match.group() in texts:
            continue
        said.add(match.group())
        loc, offset = it.at(match.start())
        told = f"{match.group()!r} stands in the text, but the rule reads no class or list of it"
        yield Found(f"{told}: join a registry with `label`, or filter by it", loc, offset)


def _behind(it: Subject) -> bool:
    """Whether anything in the rule can tell classes apart."""
    for rows in it.of(Rows):
        if rows.labels or any("class" in name for name in columns_of(rows.where)):
            return True
    return any(source.fetch.file is not None for source in it.sources)


@code(
    "D03",
    "warning",
    'Lists "such as" or "etc." in criteria: open set.',
    by="prose",
    fires=Case({"whoever ran it.": "whoever ran it, such as a lab."}),
    quiet=Case({"whoever ran it.": "whoever ran it: a lab, a firm or a person."}),
)
def open_set(it: Subject) -> Iterator[Found]:
    """Examples leave open what else belongs: list all that counts, or say what they have in common."""
    for match in it.opened(OPEN_SET, OPEN_WORDS):
        loc, offset = it.at(match.start())
        yield Found(f"{match.group()!r} leaves the list open: name all that counts, or what decides", loc, offset)


@code(
    "D04",
    "warning",
    "Hangs on someone uttering particular words.",
    by="prose",
    fires=Case({"whoever ran it.": "if its author announces it."}),
    quiet=Case({"whoever ran it.": "if its author submitted it."}),
)
def uttered(it: Subject) -> Iterator[Found]:
    """Whether somebody said, announced or admitted a thing depends on the words they chose: name the act, or them."""
    for match in it.opened(UTTERED, UTTERED_WORDS):
        if NO_MATTER.match(it.text, match.end()):
            continue
        loc, offset = it.at(match.start())
        yield Found(f"{match.group()!r} hangs on words: name the act, or the words that count", loc, offset)


def tangled_at_all(it: Subject) -> Iterator[Found]:
    """What the code below sees, and a first `unless` besides."""
    yield from tangled(it)
    for match in it.opened(UNLESS, UNLESS_WORDS):
        yield Found("an `unless`", *it.at(match.start()))


@code(
    "D05",
    "warning",
    '"And/or", double negative, or more than one unless.',
    by="prose",
    first=tangled_at_all,
    fires=Case({"whoever ran it.": "by a lab and/or a person."}),
    quiet=Case({"whoever ran it.": "by a lab, or a person, or both, unless it is hidden."}),
)
def tangled(it: Subject) -> Iterator[Found]:
    """Readers of a tangled sentence untangle it differently."""
    for match in AND_OR.finditer(it.text) if "and/or" in it.low else ():
        yield Found('"and/or" is two questions: write "or", or "both"', *it.at(match.start()))
    for match in it.opened(DOUBLE_NO, DENYING_WORDS):
        yield Found(f"{match.group()!r} denies twice: say it the other way round", *it.at(match.start()))
    for match in list(it.opened(UNLESS, UNLESS_WORDS))[1:]:
        yield Found("a second `unless`: write the exceptions as a list", *it.at(match.start()))


ASKED_OF_THE_ROW = """yes:
    all:
      - best >= 85%
      - panel:
          question: Is the row that leads the work of a major lab?
          limbs: {{{limbs}}}"""


def vague_asked_at_all(it: Subject) -> Iterator[Found]:
    """What the code below sees, and words that are defined besides."""
    if any(_loose(text) for text in it.asked):
        yield Found("a word in what a panel is asked", ("resolve",))


@code(
    "D06",
    "warning",
    "Vague or open word in what a panel is asked: {word}.",
    by="rule",
    first=vague_asked_at_all,
    fires=Case({"yes: best >= 85%": ASKED_OF_THE_ROW.format(limbs="lab: One lab wrote all of it.")}),
    quiet=Case({"yes: best >= 85%": ASKED_OF_THE_ROW.format(limbs="lab: A major lab is one with a name of its own.")}),
)
def vague_question(it: Subject) -> Iterator[Found]:
    """People on a panel decide by its question and its limbs alone: a word that each reads differently (major, agent,
    such as) makes them disagree, or agree on something that traders did not bet on. Say in a limb, or in the fine
    print, what the word means here.
    """
    asked = _asked(it) if any(_loose(text) for text in it.asked) else []
    told = "\n\n".join([it.text, *it.asked]) if asked else ""
    said: set[str] = set()
    for loc, text in asked:
        for match in _loose(text):
            word = match.group().lower().removesuffix("s")
            if word in said or _technical(word, text, match) or _defined(word, told) or word in _names(it):
                continue
            said.add(word)
            open_end = OPEN_SET.fullmatch(match.group()) is not None
            remedy = "name all that counts" if open_end else f"write `{match.group()} means …` in a limb"
            yield Found(f"{match.group()!r} leaves it to each of the panel what counts: {remedy}", loc)


@lru_cache(maxsize=4096)
def _loose(text: str) -> tuple[re.Match[str], ...]:
    """Every vague word in a text, and every one that leaves a list open; many markets ask panels the same."""
    return (*VAGUE.finditer(text), *OPEN_SET.finditer(text))


def _asked(it: Subject) -> list[tuple[Loc, str]]:
    """The questions and limbs of the file's panels, each with its place."""
    found: list[tuple[Loc, str]] = []
    for loc, panel in keyed(it.value, ("panel",)) if it.panels else ():
        if isinstance(panel, Mapping) and isinstance(panel.get("question"), str):
            found.append(((*loc, "question"), panel["question"]))
            limbs = panel.get("limbs")
            texts = limbs.items() if isinstance(limbs, Mapping) else ()
            found += [((*loc, "limbs", name), text) for name, text in texts if isinstance(text, str)]
    return found
