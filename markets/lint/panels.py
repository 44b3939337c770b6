"""J: where people judge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from markets.lint.code import Case, code
from markets.lint.subject import Found, Subject, keyed

DISCRETION = re.compile(
    r"\b(?:(?:at|in) (?:my|our|the (?:creator|author|resolver)['’]s) (?:sole )?discretion"
    r"|my (?:own )?judge?ment|our (?:own )?judge?ment"
    r"|I (?:will )?decide|we (?:will )?decide|(?:the )?(?:creator|author|resolver|moderators?) "
    r"(?:will )?(?:decides?|judges?|determines?))\b",
    re.IGNORECASE,
)
ASKED = """yes:
    all:
      - best >= 85%
      - panel:
          question: Has the best row's author opened the system to everybody?
          limbs: {{first: It has a name, second: It has a page, third: Anyone can sign up,
            fourth: It costs no fee, fifth: It answers in English, sixth: It answers in a minute{more}}}"""
NA = "na: {when: removed(board), if_refused: NO}\n"
LOST = "ran it. If the board is lost, archived copies count once reviewers have accepted them."
MOST_LIMBS = 6
READ_IN_15_MINUTES = 3000
"""Characters of question and limbs that a careful reader gets through, with the row beside them, in a quarter hour."""
DISCRETION_WORDS = frozenset({
    "discretion", "judgement", "judgment", "decide", "decides", "judge", "judges", "determine", "determines",
})  # fmt: skip


@code(
    "J01",
    "error",
    "Human step without quorum, deadline, conflict rule or default.",
    by="prose",
    fires=Case({"whoever ran it.": "whoever ran it. In doubt we will decide."}),
    quiet=Case({"whoever ran it.": "whoever ran it. In doubt the reviewers named below agree."}),
)
def discretion(it: Subject) -> Iterator[Found]:
    """A panel has seats, a quorum and a deadline by construction, and reviewers a quorum and a window. A panel's
    `default:` is yours to write: without one, what it does not agree on stays open. What can still slip in is prose
    that hands the decision to somebody without any of them: "at our discretion".
    """
    if it.words.isdisjoint(DISCRETION_WORDS):
        return
    for match in DISCRETION.finditer(it.text):
        said = f'"{match.group()}" is a decision without quorum, deadline or default'
        yield Found(f"{said}: ask a panel in the rule, or take it out", *it.at(match.start()))


@code(
    "J02",
    "warning",
    "More than 6 limbs, or expected effort over 15 minutes per reading.",
    by="rule",
    fires=Case({"yes: best >= 85%": ASKED.format(more=", seventh: It works on a desktop.")}),
    quiet=Case({"yes: best >= 85%": ASKED.format(more="")}),
)
def long_panel(it: Subject) -> Iterator[Found]:
    """A panel that has to find seven things, or to read for longer than a quarter of an hour, guesses. Split it."""
    for panel in it.panels:
        length = len(panel.question) + sum(len(limb.text) for limb in panel.limbs)
        if len(panel.limbs) > MOST_LIMBS:
            said = f"a panel has {len(panel.limbs)} limbs; at most {MOST_LIMBS}"
            yield Found(f"{said}: split it", it.block_of("limbs", "panel"))
        elif length > READ_IN_15_MINUTES:
            yield Found("this panel takes over 15 minutes a reading: shorten it", it.block_of("limbs", "panel"))


@code(
    "J03",
    "warning",
    "Resolver holds or may hold a position.",
    by="rule",
    fires=Case(
        {"subsidy: 200": "subsidy: 200\nreview: {quorum: 1, declare: true}", "ran it.": "ran it. 1 person reviews."}
    ),
    quiet=Case({"subsidy: 200": "subsidy: 200\nreview: {quorum: 2}", "ran it.": "ran it. At least 2 people review."}),
)
def interested(it: Subject) -> Iterator[Found]:
    """One interested person may resolve, but only openly (`declare: true`); and nobody reviews under the account that
    asks. Two who hold no position are better.
    """
    if it.spec.review.declare:
        yield Found("one interested person resolves this: name two reviewers without a position", ("review",))
    account = it.debate.account
    for name, reviewer in it.debate.reviewers.items():
        if account and reviewer is not None and reviewer.manifold == account:
            yield Found(f"{name} reviews under the account that asks: name somebody else", ("question",))


@code(
    "J04",
    "warning",
    "Nothing says what stands where a panel never agrees: the market may never resolve.",
    by="rule",
    fires=Case({"yes: best >= 85%": ASKED.format(more=""), NA: "", "ran it.": LOST}),
    quiet=Case({"yes: best >= 85%": ASKED.format(more="") + "\n          default: NO", NA: "", "ran it.": LOST}),
)
def never_answered(it: Subject) -> Iterator[Found]:
    """Where too few people answer, or they do not agree, a panel's answer stays open, and with it a market that hangs
    on it, for ever. Write `default: NO` (or YES) into the panel, which then stands for the answer, and say the same in
    the text; or `default: unknown`, if it is to stay open until somebody settles it by hand.
    """
    if it.spec.rule.na is not None or all(panel.default is not None for panel in it.panels):
        return
    for loc, block in keyed(it.value, ("panel", "confirm")):
        asked = isinstance(block, Mapping) and "limbs" in block if loc[-1] == "panel" else loc == ("resolve", "confirm")
        if asked and (block == "panel" or "default" not in block):
            said = "without agreement this panel's answer stays open, and the market may never resolve"
            yield Found(f"{said}: write `default: NO` or YES; `default: unknown` if that is meant", loc)
