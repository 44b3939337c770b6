"""Which side a question about what is needed asks for: YES, NO, or neither plainly, and then both are told."""

from __future__ import annotations

import re
from typing import Literal

from bot.chat.wording import Said

Side = Literal["yes", "no", "both"]

_AFTER = (
    r"(?=$| (?:win|wins|to|by|on|before|instead|rather|now|then|here|please|pls|again|side|holders?|and|or|but|outcome"
    r"|the (?:outcome|answer|result))\b)"
)
_BEFORE = (
    r"(?:(?<!there )(?:to|for|be|is|a|as|on|into|turn|get|say|resolves?|becomes?|goes?|makes?|or|and|than|of|not|it"
    r"|from))"
)
NAMED = re.compile(
    rf"\b(?P<yes>yes|true)\b|{_BEFORE} (?:an? )?(?P<no>no){_AFTER}|\b(?P<last>no)$|\bno (?P<side>win|holders?|side)\b"
    r"|\b(?P<false>false)\b"
)
"""The outcomes, as they are called; `no longer`, `there is no new row` and `no tricks` call none."""
FAILING = re.compile(
    r"\b(?P<no>fails?|failing|loses?|losing|flops?|falls? through|(?:breaks?|kills?|sinks?|stops?|prevents?|blocks?)"
    r"(?= (?:it|this|that)(?:$| (?:from|now|still|then)\b)|$)"
    r"|opposite|other way|other outcome)\b|\b(?P<yes>succeeds?|win|wins|prevails?|pass|passes)\b"
)
"""What stands for them where neither is called by its name."""
TURNS = re.compile(
    r"\b(?:not|never|dont|doesnt|wont|isnt|cant|cannot|without|rather than|instead of|fails? to|avoids?"
    r"|opposite(?: of)?|stop|stops|stopping|prevents?|blocks?|keeps?(?= (?:it|this|that) from))\b"
)
"""What turns the outcome that is called after it into the other."""
LEFT = re.compile(r"\bfrom (?:an? )?(?:yes|no)(?= (?:in)?to\b)")
"""The side that something turns from."""
NEITHER = re.compile(r"\b(?:n a|and a$|na|void|voided|cancell?ed|annulled)\b")
"""`N/A`, however it was taken apart."""
ANSWERS = frozenset((("no",), ("yes",), ("nope",), ("nah",), ("yep",), ("yeah",), ("well",)))
"""What a sentence may begin with that answers the one before it."""
BEGUN = re.compile(r"^(?:yes|no|yeah|nope|ok) (?=(?:but|i|so|and|what|how|sorry)\b)")
NUMBER = re.compile(r"\bno(?=\n\d)")
"""`no. 1`"""
BARE = re.compile(r"^(?:and|or|what about|how about|the|a|for| )*\b(?P<side>yes|no)(?: side)?$")


def side(said: Said, slug: str) -> Side:
    """The outcome whose needs are asked for; YES where none is spoken of, both where it is neither or both of them."""
    clauses = [[("it" if word == slug else word) for word in clause] for clause in said.clauses]
    while len(clauses) > 1 and tuple(clauses[0]) in ANSWERS:
        clauses = clauses[1:]
    lines = [BEGUN.sub("", line) for line in NUMBER.sub(r"number", "\n".join(map(" ".join, clauses))).split("\n")]
    if any(NEITHER.search(line) for line in lines):
        return "both"
    bare = BARE.match(lines[0]) if len(lines) == 1 else None
    if bare is not None:
        return "no" if bare["side"] == "no" else "yes"
    called = {found for line in lines for found in _called(NAMED, LEFT.sub(" ", line))}
    called = called or {found for line in lines for found in _called(FAILING, line)}
    if not called:
        return "yes"
    return "both" if len(called) > 1 else called.pop()


def _called(outcomes: re.Pattern[str], line: str) -> list[Side]:
    """Each outcome that is called, turned as often as a word before it turns it."""
    found: list[Side] = []
    begun = 0
    for match in outcomes.finditer(line):
        no = any(value for name, value in match.groupdict().items() if name != "yes")
        turned = len(TURNS.findall(line, begun, match.start(match.lastgroup or 0))) % 2 == 1
        found.append("no" if no != turned else "yes")
        begun = match.end()
    return found
