"""From a sentence to an answer: what is asked, about which market, and what the store says to that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.chat import telling, telling_all
from bot.chat.intents import Meant, meant
from bot.chat.replies import Context, Intent, Offer, Reply
from bot.chat.subjects import Subject, points, subject, without_names
from bot.chat.tools import Tools
from bot.chat.wording import Said, read

WHOLE: frozenset[Intent] = frozenset({"ahead", "list", "help", "status", "changed"})
"""What may be asked of the whole debate."""

EVER_WHOLE: frozenset[Intent] = frozenset({"ahead", "help", "status"})
"""What is never asked of one market."""

OF_ONE: Mapping[Intent, Callable[[Tools, str], Reply]] = {
    "value": telling.value,
    "why": telling.why,
    "needs": telling.needs,
    "chart": telling.chart,
    "changed": telling.changed,
    "when": telling.when,
    "price": telling.price,
    "rules": telling.rules,
    "evidence": telling.evidence,
    "reviewers": telling.reviewers,
    "link": telling.link,
}

OF_ALL: Mapping[Intent, Callable[[Tools], Reply]] = {
    "ahead": telling_all.ahead,
    "help": telling_all.help_,
    "status": telling_all.status,
    "changed": telling_all.changed,
    "when": telling_all.when,
}

OF_A_SOURCE: frozenset[Intent] = frozenset({"status", "value", "evidence", "why", "when", "changed", "link"})
"""What may be asked of a source that is called by its name."""

FOR_NO = re.compile(
    r"\b(?:for|to|be|is|a|as|on|into|turn|get|say|resolves?|becomes?|goes?) (?:a )?no\b|\bno (?:win|holders?|side)\b"
)
"""How one asks what would make it NO, rather than what it needs."""

BARE = 0.7
"""How much of a sentence has to name a market for it to be a question without any word of asking."""

FOLLOWING = 3
"""Words of a question so short that it goes on with what was spoken of: `what changed?`."""

SUGGESTIONS = ("how close is …?", "why hasn't … resolved?", "what changed this week?", "who is ahead?", "/help")


def answer(tools: Tools, said: str, context: Context) -> Reply:
    """Answer one sentence; it reads and never acts. What is not understood is said to be so, with what could be asked.

    This is the place where a model could answer instead: the tools are all it would get, and they only read.
    """
    words = read(said)
    asked = meant(without_names(words, tools.titles), tools.titles.likeness)
    about = subject(said, words, tools, context)
    intent = _intent(asked, about, context)
    if intent == "unknown":
        return _unknown()
    if intent == "propose-act":
        return _offered(asked, about)
    if intent == "list":
        return telling_all.listed(tools, words, about)
    if intent == "claim":
        return telling_all.claims(tools, words)
    if intent == "needs" and not about.surely and asked.winning:
        return telling_all.needs(tools, words)
    named = next((word for word in words.words if word in tools.loaded.sources), None)
    if named is not None and intent in OF_A_SOURCE and not about.named:
        return telling_all.source(tools, named)
    if intent == "needs" and about.slug is not None and FOR_NO.search(" ".join(words.words)):
        return replace(telling.needs_for_no(tools, about.slug), slug=about.slug)
    if about.choices and intent not in EVER_WHOLE and not (intent in WHOLE and not about.named):
        return _which(intent, about)
    if about.slug is not None and intent in OF_ONE and not _whole_again(intent, about, words):
        return replace(OF_ONE[intent](tools, about.slug), slug=about.slug)
    if intent in OF_ALL:
        return OF_ALL[intent](tools)
    return _which(intent, about)


def _intent(asked: Meant, about: Subject, context: Context) -> Intent:
    """What is asked, the subject taken into account."""
    found = asked.intent
    sides = not about.named or (asked.winning and about.slug is None)
    if asked.camps and sides and found in (None, "value", "price"):
        return "ahead"
    if found is None or (asked.turning and found == "value"):
        before = context.last_intent
        if about.named and before is not None and before in OF_ONE and about.share >= BARE:
            return before
        found = found or ("value" if about.named and about.share >= BARE else "unknown")
    if found == "unknown" or (about.foreign and found not in WHOLE and found != "propose-act"):
        return "unknown"
    return found


def _whole_again(intent: Intent, about: Subject, words: Said) -> bool:
    """`who is ahead?` or `what changed this week?` after a talk about one market: of the whole, where none is named."""
    if intent == "changed":
        return not about.named and not points(words) and len(words.words) > FOLLOWING
    return intent in EVER_WHOLE


def _which(intent: Intent, about: Subject) -> Reply:
    choices = tuple((hit.slug, hit.question) for hit in about.choices)
    line = "Which of these do you mean?" if choices else "Which market do you mean? Name it, or reply to its card."
    return Reply((line,), intent, confident=False, choices=choices, suggestions=() if choices else SUGGESTIONS)


def _offered(asked: Meant, about: Subject) -> Reply:
    verb = asked.verb
    assert verb is not None
    if about.slug is None:
        choices = tuple((hit.slug, hit.question) for hit in about.choices)
        line = "I never act on a sentence. Which market is it about? I'll give you the button."
        return Reply((line,), "propose-act", confident=False, choices=choices)
    line = "I never act on a sentence; here is the button, and it asks once more."
    return Reply((line,), "propose-act", about.slug, offers=(Offer(verb, about.slug, about.proposal),))


def _unknown() -> Reply:
    line = "I don't know what to make of that. I answer questions about this debate's markets, from what is on record."
    return Reply((line,), "unknown", confident=False, suggestions=SUGGESTIONS)
