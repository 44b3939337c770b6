"""Answers to what is no question about a market: greetings, and what becomes of what people write."""

from __future__ import annotations

import re

from bot.chat.replies import Reply
from bot.chat.spelling import opened
from bot.chat.tools import Tools
from bot.chat.wording import Said

THANKING = re.compile(
    r"\b(?:thank\w*|cheers|appreciated?|helped|helpful|great|good (?:bot|job)|nice|well done|perfect)\b"
)
BYE = re.compile(r"\b(?:bye|goodbye|good night|see you|later|ciao)\b")
GREETING = re.compile(r"\b(?:h(?:i|ello|ey|iya|owdy)|yo|sup|(?:good )?(?:morning|evening|afternoon)|gm|greetings)\b")
_KEEP = r"(?:keep|log|store|save|record|remember|track|collect)"
_MAY_KEEP = r"(?:keep|log|store|save|record)"
_TEXTS = (
    r"(?:(?:all |any )?(?:of )?my (?:own |future )?(?:messages|sentences|words|chats|stuff|questions|phrases|texts"
    r"|lines|typing)|(?:what|whatever|anything|everything|all) (?:that )?i (?:say|write|type|ask|post))"
)
"""What is one's own, and goes on: neither a market's text nor one message that was written already."""
_ADDED = (
    r"(?:from now on|i(?: have)? changed my mind|changed my mind|ok|okay|fine|well|yes|sure"
    r"|alright|all right|hey|hi|crux|bot|please|now)"
)
_WELL = rf"(?:(?:{_ADDED}|go ahead(?: and)?) )*"
_FOLLOWING = rf"(?:(?:{_ADDED}|go ahead|so|and|but|then|actually) )*"  # no words in two ways, or it takes for ever
"""What may stand before it; after `so`, that one can is no leave but what somebody makes of it."""
_ADVERB = r"(?: (?:again|now|also|always|certainly|gladly|happily|just))?"
_THEN = (
    r"(?: (?:again|now|then|please|if you (?:like|want|wish|must|need)(?: to)?|from now on|thanks|thank you|too|as well"
    r"|once more|to learn|so you learn|i changed my mind|it is fine|it is okay|anyway|here|to you))*"
)
PERMITTING = re.compile(
    rf"(?:{_FOLLOWING}(?:(?:you|crux) may|you are (?:free|allowed|welcome) to){_ADVERB} {_MAY_KEEP} (?:me|{_TEXTS})"
    rf"|{_WELL}you can{_ADVERB} {_MAY_KEEP} (?:me|{_TEXTS})"
    rf"|{_FOLLOWING}(?:i (?:allow|permit|let|want) you (?:to )?{_MAY_KEEP} (?:me|{_TEXTS})|(?:keep|store|save) {_TEXTS}"
    rf"|(?:log|record) (?:me|{_TEXTS}) again|opt (?:me )?back in)){_THEN}"
)
"""Leave to keep what is written: the whole of what is said, so that no word besides can turn it."""
REFUSING = re.compile(
    r"\b(?:not|dont|never|no|none|nothing|stop\w*|without|quit|cease|cant|cannot|wont|shouldnt|mustnt|didnt|doesnt"
    r"|neither|nor|refuse|object|withdraw|revoke|delet\w+|eras\w+|remov\w+|wip\w+|forg\w+|clear|out|longer|off"
    r"|private|hardly|barely|nobody|nowhere|rather|unless|deny|denied|forbid\w*|illegal)\b"
)
ASKING = re.compile(r"^(?:do(?! not\b)|does|did|are|is|what(?! i\b)|how|who|where|why|when|which|can anyone|for how)\b")
REFUSED = re.compile(
    rf"\b(?:dont|not|never|stop|quit|no longer)\b.*\b(?:{_KEEP}|(?:keep|logg?|stor|sav|record|collect)ing)\b"
    r".*\b(?:me|my|mine|i (?:say|said|write|wrote|type|typed))\b"
)
"""What refuses it in so many words."""
THANKED = re.compile(
    r"^(?:(?:ok|okay|oh|ah|never mind|wow|great|nice|cool|perfect|awesome|yes|no|many|big|so|very|much) )*"
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


def permits(said: Said, asking: bool) -> bool:
    """Whether it plainly gives leave to keep what they write, says nothing else, and asks nothing."""
    line = " ".join(opened(said.words))
    return not asking and not (REFUSING.search(line) or ASKING.match(line)) and PERMITTING.fullmatch(line) is not None


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


def keeping(tools: Tools, asker: str, said: Said, sure: bool, asking: bool = False) -> Reply:
    """What is kept of what people write; and, where it was said plainly, that nothing more is kept of this person."""
    line = " ".join(said.words)
    kept = tools.keeps(asker)
    if sure and permits(said, asking):
        return Reply(
            ("From now on I may keep sentences of yours that I do not understand, without your name.",),
            "keeping",
            keep=True,
        )
    now = "" if kept else " Nothing of yours is kept."
    if not sure or ASKING.match(line) or not REFUSING.search(line):
        how = "Say “don't keep what I write” and I keep nothing of yours from then on."
        votes = "Votes, reasons and evidence that people put on the record stay there with their names."
        return Reply((f"{KEPT}{now}", how, votes), "keeping", confident=sure)
    lines = (
        "From now on I keep nothing of what you write to me; say “you may keep my messages again” to change that.",
        f"{KEPT} So I cannot tell which of them were yours, and have none to delete by your name.",
        "Votes, reasons and evidence that you put on the record stay there: resolutions rest on them.",
    )
    return Reply(lines, "keeping", keep=False)
