"""What is said where it is not clear what was asked, or of what: which market is meant, or how it stands as a whole."""

from __future__ import annotations

from dataclasses import replace

from bot.chat import telling
from bot.chat.replies import Intent, Offer, Reply, Verb
from bot.chat.subjects import Subject
from bot.chat.tools import Tools
from bot.chat.understanding import Taken

OF_EVERYTHING: frozenset[Verb] = frozenset(("pause", "resume"))
"""What is done to all of it."""

SUGGESTIONS = ("how close is …?", "why hasn't … resolved?", "what changed this week?", "who is ahead?", "/help")


def unsure(reply: Reply) -> Reply:
    """An answer that does not claim to have understood."""
    more = reply.suggestions or (() if reply.choices else SUGGESTIONS)
    return replace(reply, confident=False, suggestions=more)


def which(intent: Intent, about: Subject, timed: bool) -> Reply:
    """Which market is meant; where a day or a span was named (`timed`), all of it is asked again of the chosen one."""
    choices = tuple((hit.slug, hit.question) for hit in about.choices)
    line = "Which of these do you mean?" if choices else "Which market do you mean? Name it, or reply to its card."
    instead = () if choices else SUGGESTIONS
    return Reply((line,), intent, confident=False, choices=choices, suggestions=instead, anew=timed)


def button(what: Taken, about: Subject) -> Reply:
    """In place of an act, the button for it, once it is clear of which market."""
    verb = what.verb
    assert verb is not None
    if about.slug is None and verb not in OF_EVERYTHING:
        choices = tuple((hit.slug, hit.question) for hit in about.choices)
        line = "I never act on a sentence. Which market is it about? I'll give you the button."
        return Reply((line,), "propose-act", confident=False, choices=choices)
    line = "I never act on a sentence; here is the button, and it asks once more."
    slug = None if about.slug is None or (verb in OF_EVERYTHING and not about.named) else about.slug
    sure = what.sure and not about.leaning
    return Reply((line,), "propose-act", slug, confident=sure, offers=(Offer(verb, slug, about.proposal),))


def picture(tools: Tools, slug: str) -> Reply:
    """A market as a whole, for a question that was not understood: how close, how it stands, until when."""
    told = f"I don't know what you ask of “{tools.market(slug).question}”; as it stands:"
    lines = (told, *telling.value(tools, slug).lines[-2:], telling.when(tools, slug).lines[0])
    return Reply(lines, "value", slug, confident=False, readings=("why", "needs", "rules", "evidence"))


def not_understood(instead: tuple[str, ...]) -> Reply:
    """That nothing was understood, and what could be asked."""
    line = "I don't know what to make of that. I answer questions about this debate's markets, from what is on record."
    return Reply((line,), "unknown", confident=False, suggestions=(*instead, *SUGGESTIONS))
