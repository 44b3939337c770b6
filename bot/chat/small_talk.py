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
AGAIN = re.compile(r"\b(?:again|you (?:may|can) (?:keep|log|store|save|record)|keep my (?:messages|sentences))\b")
ASKING = re.compile(r"^(?:do|does|did|are|is|what|how|who|where|can anyone|for how)\b")
KEPT = "I keep only sentences that I did not understand, without who wrote them, so that I learn to."


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
    if sure and AGAIN.search(line) and not ASKING.match(line):
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
