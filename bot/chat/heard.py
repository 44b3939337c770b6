"""A sentence as it was heard: its words, what they ask and name, and the time that they speak of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat.dating import Dated, dated, in_title, undated
from bot.chat.intents import Meant, meant
from bot.chat.naming import Asked, asked_part
from bot.chat.replies import Context
from bot.chat.short_dates import spelled_out
from bot.chat.spelling import evened, marked
from bot.chat.subjects import Subject, subject, without_names
from bot.chat.tools import Tools
from bot.chat.wording import MOST_CHARS, Said, plainly, quoted, read, respoken

PLAINLY = 0.7
"""How much of what is quoted has to name a market for what stands below it to be about that one."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence taken apart: its words, its asking part, what the patterns make of it, its market and its time.

    The time that it names is taken out of the words. `asking`: it has a question mark.
    """

    words: Said
    asked: Asked
    meant: Meant
    about: Subject
    context: Context
    dated: Dated
    asking: bool = False


def hear(tools: Tools, said: str, context: Context) -> Heard:
    """Take a sentence apart; above it may stand a quotation, which tells what it is about as a reply to a card does."""
    context = _of_quotation(tools, said, context)
    whole = respoken(read(marked(spelled_out(said))), evened)
    timed = dated(whole, context.now, context.last_intent == "changed")
    about = _about(tools, said, timed.words, context)
    if timed.words is not whole and _of_title(tools, said, whole, about, context):
        timed, about = undated(whole), _about(tools, said, whole, context)
    words = timed.words
    ours = tools.titles.ours if not (about.named and about.surely) else _anything
    found = meant(without_names(words, tools.titles), tools.titles.likeness, ours)
    question = tools.titles.title(about.slug) if about.slug is not None and about.named else None
    asked = asked_part(words, tools.titles, question.question if question else "")
    return Heard(words, asked, found, about, context, timed, asking="?" in plainly(said[:MOST_CHARS]))


def _anything(word: str) -> bool:
    """Of a market that is surely named, anything may be asked."""
    return True


def _of_quotation(tools: Tools, said: str, context: Context) -> Context:
    """With the market that is quoted, where the place does not tell of one, and the words quoted do so plainly."""
    words = quoted(said)
    if not words or context.slug is not None:
        return context
    read_so = respoken(read(marked(words)), evened)
    found = _about(tools, words, read_so, Context(context.asker, context.now))
    plain = found.surely and found.named and found.share >= PLAINLY
    return replace(context, slug=found.slug, proposal=found.proposal) if plain else context


def _of_title(tools: Tools, said: str, whole: Said, about: Subject, context: Context) -> bool:
    """Whether the time that a sentence names is part of what the market is called: `who leads on April 30`."""
    found = about if about.slug is not None else _about(tools, said, whole, context)
    meant_of = [found.slug, *(hit.slug for hit in found.choices)]
    return any(slug is not None and in_title(whole, tools.titles.title(slug)) for slug in meant_of)


def _about(tools: Tools, said: str, words: Said, context: Context) -> Subject:
    """The market that a button named, or that the sentence is about."""
    if context.chosen is not None:
        return Subject(context.chosen, named=True, surely=True)
    return subject(said, words, tools, context, asked_part(words, tools.titles).strange)
