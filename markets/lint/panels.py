"""J: where people judge."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markets.lint.code import Case, code
from markets.lint.subject import Found, Subject

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
    """A panel has seats, a quorum, a deadline and a default by construction, and reviewers a quorum and a window. What
    can still slip in is prose that hands the decision to somebody without any of them: "at our discretion".
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
