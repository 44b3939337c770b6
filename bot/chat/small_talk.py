"""Answers to what is no question about a market: greetings, and what becomes of what people write."""

from __future__ import annotations

import re

from bot.chat.replies import Reply
from bot.chat.tools import Tools
from bot.chat.wording import Said

THANKING = re.compile(
    r"\b(?:thank\w*|cheers|appreciated?|helped|helpful|great|good (?:bot|job)|nice|well done|perfect)\b"
)
BYE = re.compile(r"\b(?:bye|goodbye|good night|see you|later|ciao)\b")
GREETING = re.compile(r"\b(?:h(?:i|ello|ey|iya|owdy)|yo|sup|(?:good )?(?:morning|evening|afternoon)|gm|greetings)\b")
_KEEP = r"(?:keep|log|store|save|record|remember|track|collect)"
PERMITTING = re.compile(
    rf"\b(?:(?:you|u) (?:may|can|could) (?:\w+ )?{_KEEP}|{_KEEP} (?:me|my \w+|\w+ i (?:say|write|type)|\w+ of mine)"
    rf"(?: \w+)? again|keep my (?:messages|sentences)|opt (?:me )?(?:back )?in)\b"
)
"""Leave to keep what is written, where nothing in the sentence refuses it."""
REFUSING = re.compile(
    r"\b(?:not|dont|never|no|none|nothing|stop\w*|without|quit|cease|cant|cannot|wont|shouldnt|mustnt|didnt|doesnt"
    r"|neither|nor|refuse|object|withdraw|revoke|delet\w+|eras\w+|remov\w+|wip\w+|forget|clear|out|longer)\b"
)
ASKING = re.compile(r"^(?:do(?! not\b)|does|did|are|is|what(?! i\b)|how|who|where|why|when|which|can anyone|for how)\b")
REFUSED = re.compile(
    rf"\b(?:dont|not|never|stop|quit|no longer)\b.*\b(?:{_KEEP}|(?:keep|logg?|stor|sav|record|collect)ing)\b"
    r".*\b(?:me|my|mine|i (?:say|said|write|wrote|type|typed))\b"
)
"""What refuses it in so many words."""
THANKED = re.compile(
    r"^(?:(?:ok|okay|oh|ah|wow|great|nice|cool|perfect|awesome|yes|no|many|big|so|very|much) )*"
    r"(?:thank you|thanks|thank|thankyou|cheers|appreciated?)\b"
)
MOST_THANKS = 8
"""Words of thanks; who says more says something else as well."""
KEPT = "I keep only sentences that I did not understand, without who wrote them, so that I learn to."


def thanks(said: Said) -> bool:
    """Whether it thanks, and in a few words says no more than what for."""
    return len(said.words) <= MOST_THANKS and THANKED.match(" ".join(said.words)) is not None


def refuses(said: Said) -> bool:
    """Whether it plainly asks that nothing of theirs be kept."""
    line = " ".join(said.words)
    return REFUSED.search(line) is not None and ASKING.match(line) is None


def social(said: Said) -> Reply:
    """One short line, and nothing made up."""
    line = " ".join(said.words)
    if THANKING.search(line):
        return Reply(("You're welcome.",), "social")
    if BYE.search(line):
        return Reply(("Until next time.",), "social")
    if GREETING.search(line):
        return Reply(("Hello. Ask me about a market, or say “help”.",), "social")
    return Reply(("All right.",), "social")


def keeping(tools: Tools, asker: str, said: Said, sure: bool) -> Reply:
    """What is kept of what people write; and, where it was said plainly, that nothing more is kept of this person."""
    line = " ".join(said.words)
    kept = tools.keeps(asker)
    if sure and PERMITTING.search(line) and not (REFUSING.search(line) or ASKING.match(line)):
        return Reply(
            ("From now on I may keep sentences of yours that I do not understand, without your name.",),
            "keeping",
            keep=True,
        )
    now = "" if kept else " Nothing of yours is kept."
    if not sure or ASKING.match(line):
        how = "Say “don't keep what I write” and I keep nothing of yours from then on."
        votes = "Votes, reasons and evidence that people put on the record stay there with their names."
        return Reply((f"{KEPT}{now}", how, votes), "keeping", confident=sure)
    lines = (
        "From now on I keep nothing of what you write to me; say “you may keep my messages again” to change that.",
        f"{KEPT} So I cannot tell which of them were yours, and have none to delete by your name.",
        "Votes, reasons and evidence that you put on the record stay there: resolutions rest on them.",
    )
    return Reply(lines, "keeping", keep=False)
