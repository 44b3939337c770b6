"""What is said where it is not clear what was asked, or of what: which market is meant, or how it stands as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.chat import telling
from bot.chat.replies import Intent, Offer, Reply, Verb
from bot.chat.spelling import opened
from bot.chat.subjects import Subject
from bot.chat.tools import Tools
from bot.chat.understanding import Taken
from bot.chat.wording import Said

ASKED: Mapping[Intent, str] = {
    "value": "how close it is",
    "why": "why it stands as it does",
    "needs": "what would decide it",
    "chart": "its chart",
    "changed": "what changed",
    "when": "when it is decided",
    "price": "what traders think",
    "rules": "its rules",
    "evidence": "its evidence",
    "reviewers": "who decides it",
    "link": "where it is",
}
"""How an answer says what it was taken for, or what it could be about."""

OF_EVERYTHING: frozenset[Verb] = frozenset(("pause", "resume"))
"""What is done to all of it."""

NAME_IT = "Which market do you mean? Name it or reply to its card,"
CAN = "I can tell how close a market of this debate is, why, until when and by which rules, from what is on record"
"""What a question back and a refusal begin with, and what they offer instead."""

DELETING = re.compile(r"\b(?:delet|eras|wip|remov|scrapp?)(?:e|ed|ing)?\b|\btake (?:\w+ ){0,3}down\b")
BETTING = re.compile(
    r"\b(?:buy|sell|short|bet|bets|trade|invest|long)\b|\b(?:do|would|what) you (?:\w+ )?(?:think|guess|reckon|bet)\b"
    r"|\byour (?:own |personal )?(?:opinion|view|guess|take|prediction|advice|bet)\b"
)
"""Words of whoever wants a bet of us, or our own opinion."""
ORDERING = re.compile(
    r"(?:(?:please|just|now|ok|okay|hey|crux|bot|can you|could you) )*(?:buy|sell|short|bet|trade|invest)\b"
)
"""How an order to bet begins, which is no question about the market."""

SUGGESTIONS = ("how close is …?", "why hasn't … resolved?", "what changed this week?", "who is ahead?", "/help")


def unsure(reply: Reply) -> Reply:
    """An answer that does not claim to have understood."""
    more = reply.suggestions or (() if reply.choices else SUGGESTIONS)
    return replace(reply, confident=False, suggestions=more)


def which(intent: Intent, about: Subject, timed: bool) -> Reply:
    """Which market is meant; where a day or a span was named (`timed`), all of it is asked again of the chosen one."""
    choices = tuple((hit.slug, hit.question) for hit in about.choices)
    can = f"I can tell {ASKED.get(intent, ASKED['value'])}"
    line = f"Which of these do you mean? Choose one and {can}." if choices else f"{NAME_IT} and {can}."
    instead = () if choices else SUGGESTIONS
    return Reply((line,), intent, confident=False, choices=choices, suggestions=instead, anew=timed)


def button(what: Taken, about: Subject, said: Said) -> Reply:
    """In place of an act, the button for it, once it is clear of which market; none where it cannot be done at all."""
    verb = what.verb
    assert verb is not None
    if verb == "pause" and DELETING.search(" ".join(said.words)):
        return _kept(what, about)
    if about.slug is None and verb not in OF_EVERYTHING:
        choices = tuple((hit.slug, hit.question) for hit in about.choices)
        line = "I never act on a sentence. Which market is it about? Name it or choose one: I can give you the button."
        return Reply((line,), "propose-act", confident=False, choices=choices)
    line = "I never act on a sentence; here is the button, and it asks once more."
    slug = None if about.slug is None or (verb in OF_EVERYTHING and not about.named) else about.slug
    sure = what.sure and not about.leaning
    return Reply((line,), "propose-act", slug, confident=sure, offers=(Offer(verb, slug, about.proposal),))


def _kept(what: Taken, about: Subject) -> Reply:
    """That nothing can be deleted, and what there is instead."""
    line = "I never act on a sentence, and nothing is ever deleted; I can tell how to dispute, or to pause everything."
    instead = ("how do I dispute?", "how do I pause everything?")
    sure = what.sure and not about.leaning
    return Reply((line,), "propose-act", about.slug, confident=sure, suggestions=instead)


def bets(said: Said) -> bool:
    """Whether it wants a bet of us, or our own opinion."""
    return BETTING.search(" ".join(opened(said.words))) is not None


def no_bets(tools: Tools, slug: str, said: Said) -> Reply:
    """That we neither bet nor advise, where the one is done, and what we can tell for the other."""
    line = "I place no bets and have no opinion: bets are made on Manifold, and I can tell what traders think and why."
    if ORDERING.match(" ".join(said.words)):
        return Reply((line,), "unknown", confident=False, choices=((slug, tools.market(slug).question),))
    return Reply((line,), "unknown", slug, confident=False, readings=("price", "value", "needs", "link"))


def picture(tools: Tools, slug: str) -> Reply:
    """A market as a whole, for a question that was not understood: how close, how it stands, until when."""
    told = f"I don't know what you ask of “{tools.market(slug).question}”; as it stands:"
    lines = (told, *telling.value(tools, slug).lines[-2:], telling.when(tools, slug).lines[0])
    return Reply(lines, "value", slug, confident=False, readings=("why", "needs", "rules", "evidence"))


def not_understood(instead: tuple[str, ...]) -> Reply:
    """That nothing was understood, and what could be asked."""
    line = f"I don't know what to make of that; {CAN}."
    return Reply((line,), "unknown", confident=False, suggestions=(*instead, *SUGGESTIONS))
