"""From a sentence to an answer: what is asked, about which market, and what the store says to that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.chat import asides, asking_back, claiming, looking_back, queueing, small_talk, sourcing, telling, telling_all
from bot.chat.asides import ASIDES
from bot.chat.dating import long_gone
from bot.chat.examples import MARK
from bot.chat.heard import Heard, hear
from bot.chat.intents import Meant, compiled
from bot.chat.replies import Context, Intent, Reply
from bot.chat.several import asked_together
from bot.chat.sides import side
from bot.chat.subjects import Subject, another, points
from bot.chat.tools import Tools
from bot.chat.understanding import Taken, taken
from bot.chat.wording import MOST_CHARS, Said, plainly

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
    "when": telling_all.when,
}

WHOLE: frozenset[Intent] = frozenset(
    ("ahead", "list", "help", "status", "changed", "claim", "queue", "keeping", "social", *ASIDES)
)
"""What may be asked of the whole debate."""

READINGS: tuple[Intent, ...] = ("value", "why", "when", "rules")
"""What else may have been meant, where it is not clear what is asked of a market."""

MOST_LINES = 4
"""Of an answer."""
BARE = 0.7
"""How much of a sentence has to name a market for it to be a question without any word of asking."""

FOLLOWING = 3
"""Words of a question so short that it goes on with what was spoken of: `what changed?`."""

REPLYING = 8
"""The same of a reply to what was said of a market."""

_TURNING = """
what how about same for on to question specifically now as well instead then that in with too and is the other one
market bet
"""
TURNING = frozenset((MARK, *_TURNING.split()))
MOST_TURNING = 6
"""Words of a sentence that only turns to another market: `and what about …?`."""

MOST_STRANGE = 3
"""Words that neither ask nor name in a sentence that may still be about the market it calls by name."""

WORDS_TO_STRANGE = 8
"""Words of a sentence for each one that neither asks nor names, for an answer to be sure still."""

LITTLE, FEW, ALIKE, PLAIN = 0.15, 0.3, 0.5, 0.75
"""How like an example a sentence is at least: that names a market; that names none; with strange words; with more."""
GUESSED = 0.35
"""Share of the evidence from which on an intent is worth a guess."""

FRESH = re.compile(
    r"\b(?:numbers?|figures?|scores?|data|fresh|stale|outdated|up to date|old|look(?:ed)?|checked?|refreshed|updated)\b"
)
"""Words of how new the figures are, rather than how the service does."""

SURE = 0.9
ARGUED = 2.0
"""How much a name of the debate's speaks for a question about the debate, as a logarithm of odds."""
CALLED = 6.0
"""The same of a claim's whole name."""
SUM = re.compile(
    r"^(?:(?:what|is|whats|how|much|calculate|compute|solve|the|answer|to|of|please|hey|equals?)\s+)*"
    r"[\d(][\d\s().,x=-]*[*×/÷+^][\d\s().,x*×/÷+^=-]*\??\s*$"
)
"""A sum to be done, which no market is."""

TURNED: frozenset[Intent] = frozenset(
    ("value", "ahead", "list", "status", "queue", "mana", "claim", "chart", "reviewers", "needs", "evidence")
)
"""What may be otherwise now than it was on a day gone by; of the rest, what is told says when it was."""

OF_A_SOURCE: frozenset[Intent] = frozenset(("status", "value", "evidence", "why", "when", "changed", "link"))
"""What may be asked of a source that is called by its name."""


def answer(tools: Tools, said: str, context: Context) -> Reply:
    """Answer one sentence; it reads and never acts. What is not understood is said to be so, with what could be asked.

    This is the place where a model could answer instead: the tools are all it would get, and they only read.
    """
    heard = hear(tools, said, context)
    if context.wanted is not None and heard.about.slug is not None and context.wanted in OF_ONE:
        return _pressed(tools, context.wanted, heard.about.slug)
    return _as_of_now(_answer(tools, said, heard), heard)


def _as_of_now(reply: Reply, heard: Heard) -> Reply:
    """Says so where a day gone by was asked about, and what is told is as it stands now."""
    then = reply.slug is not None and reply.intent in looking_back.OF_A_DAY
    asks_back = reply.slug is None and reply.anew
    if heard.dated.at is None or then or asks_back or reply.intent not in TURNED:
        return reply
    return replace(reply, lines=(looking_back.NOW, *reply.lines[:3]))


def _answer(tools: Tools, said: str, heard: Heard) -> Reply:
    nothing = SUM.match(plainly(said[:MOST_CHARS])) or long_gone(heard.dated)
    what = Taken("unknown", share=1.0) if nothing else _taken(tools, heard)
    source = asides.best_asked(tools, heard.words, heard.about) if what.intent in asides.OF_BEST else None
    if source is not None:
        return asides.best(tools, source, heard.words, heard.asked.strange)
    if what.intent == "unknown":
        slug = _only_named(tools, what, heard)
        if slug is None and asking_back.bets(heard.words) and heard.about.slug is not None and heard.about.surely:
            return asking_back.no_bets(tools, heard.about.slug, heard.words)
        if slug is None:
            return asking_back.not_understood(asides.offers(heard.words))
        return asking_back.picture(tools, slug)
    if what.intent == "propose-act":
        return asking_back.button(what, heard.about, heard.words)
    if what.intent in WHOLE and not _of_one(what, heard):
        return _of_whole(tools, what, heard)
    return _of_market(tools, what, heard)


def _taken(tools: Tools, heard: Heard) -> Taken:
    """What is asked, the subject and the talk before taken into account."""
    about, before = heard.about, heard.context.last_intent
    aside = asides.aside(tools, heard.words, heard.asked.strange, heard.meant, about, heard.asking)
    if aside is not None:
        return aside
    what = taken(heard.asked, _of_camps(heard), _leaning(tools, heard))
    refused = not about.named and what.intent in ("unknown", "keeping") and small_talk.refuses(heard.words)
    if refused:
        return replace(what, intent="keeping", sure=True)
    if heard.meant.intent == "unknown" and not (what.intent == "keeping" and what.near >= ALIKE):
        return replace(what, intent="unknown")
    if not about.named and _thanks(what, heard):
        return replace(what, intent="social", sure=True)
    if claiming.called(tools, heard.words) and heard.meant.intent is None and not (about.surely and about.named):
        return Taken("claim", sure=True, share=1.0)
    if (about.named or another(heard.words)) and _turns(tools, heard):
        following: Intent = before if before is not None and before in OF_ONE else "value"
        return replace(what, intent=following, sure=about.named and about.share >= BARE)
    if _elsewhere(tools, what, heard):
        return replace(what, intent="unknown", share=0.0)
    if what.intent == "unknown" and about.named and about.share >= BARE and what.share < SURE:
        return replace(what, intent="value", sure=False, share=0.0)
    return what


def _thanks(what: Taken, heard: Heard) -> bool:
    """Whether it thanks and asks nothing, so far as either witness can tell."""
    asks = heard.meant.intent is not None or (what.intent not in ("unknown", "social") and what.near >= ALIKE)
    return not asks and small_talk.thanks(heard.words)


def _turns(tools: Tools, heard: Heard) -> bool:
    """Whether it only turns to another market: `and the other lab one?`; its words name, and none of them asks."""
    first = heard.context.last_intent is None and heard.asked.whole.count(MARK) > 1
    if len(heard.asked.whole) > MOST_TURNING or first:
        return False
    left = [word for word in heard.asked.whole if word not in TURNING]
    asking = compiled().words if not another(heard.words) else ()
    names = (tools.titles.asked_of(word) and word not in asking for word in left)
    return not left or (heard.meant.intent is None and heard.about.surely and all(names))


def _of_camps(heard: Heard) -> Meant:
    """What the patterns make of it, where words that are said of sides are said of no market."""
    sides = not heard.about.named or (heard.meant.winning and heard.about.slug is None)
    if heard.meant.camps and sides and heard.meant.intent in (None, "value", "price", "chart"):
        return replace(heard.meant, intent="ahead")
    return heard.meant


def _leaning(tools: Tools, heard: Heard) -> Mapping[Intent, float]:
    """What the names in a sentence speak for: of a person or a claim something else is asked than of a market."""
    argued, called = claiming.named(tools, heard.words), claiming.called(tools, heard.words)
    certain = heard.about.surely and heard.about.named
    return {
        "claim": CALLED
        if called and not certain
        else ARGUED
        if argued
        else -ARGUED
        if certain or not tools.titles.claims
        else 0.0,
        "ahead": 0.0 if argued or not certain else -ARGUED,
        "list": -ARGUED if certain and heard.about.share >= BARE else 0.0,
    }


def _elsewhere(tools: Tools, what: Taken, heard: Heard) -> bool:
    """Whether a sentence that sounds like a question is about something else, or is none at all."""
    strange, named = len(heard.asked.strange), heard.asked.whole.count(MARK)
    least = LITTLE if heard.about.named else ALIKE if strange else FEW
    if heard.meant.intent is None and what.near < least:
        return True
    if what.share < GUESSED and not heard.about.named:
        return True
    if what.intent == "propose-act":
        return heard.meant.intent != "propose-act" and (strange > named or (what.near < ALIKE and what.share < SURE))
    if what.intent == "claim" and claiming.named(tools, heard.words):
        return False
    if what.intent in WHOLE and not _of_one(what, heard):
        return strange > named + len(heard.words.words) // WORDS_TO_STRANGE and what.near < PLAIN
    if heard.context.slug is not None:
        return False
    if heard.about.slug is None and not heard.about.choices:
        return strange > 0
    return heard.about.named and not heard.about.surely and strange > named and what.near < PLAIN


def _of_one(what: Taken, heard: Heard) -> bool:
    """Whether what may be asked of the whole is asked of one market."""
    if what.intent != "changed" or heard.about.slug is None:
        return False
    replied = heard.about.slug == heard.context.slug and len(heard.words.words) <= REPLYING
    short = heard.dated.besides <= FOLLOWING and not heard.about.leaning
    following = points(heard.words) or short
    return (heard.about.named and not heard.about.leaning) or replied or following


def _of_whole(tools: Tools, what: Taken, heard: Heard) -> Reply:
    said, about, asker = heard.words, heard.about, heard.context.asker
    if what.intent == "status":
        reply = _status(tools, heard)
    elif what.intent == "list":
        reply = telling_all.listed(tools, said, about)
    elif what.intent == "claim":
        reply = claiming.claims(tools, said, about)
    elif what.intent == "queue":
        reply = queueing.queue(tools, asker, about)
    elif what.intent == "keeping":
        reply = small_talk.keeping(tools, asker, said, what.sure, heard.asking)
    elif what.intent == "changed":
        reply = telling_all.changed(tools, heard.dated.span)
    elif what.intent in ASIDES:
        return asides.told(tools, what, said, about)
    elif what.intent == "social":
        reply = small_talk.social(said)
    else:
        reply = OF_ALL[what.intent](tools)
    sure = what.sure and not heard.asked.strange and not (what.intent == "changed" and about.named)
    if what.intent == "social":
        return replace(reply, confident=sure)
    return reply if sure else asking_back.unsure(reply)


def _status(tools: Tools, heard: Heard) -> Reply:
    """Of the sources that are named, of those of the market that is, or of the service."""
    named, replied = sourcing.sources_named(tools, heard.words), heard.context.slug
    if not named and replied is not None and replied == heard.about.slug and FRESH.search(" ".join(heard.words.words)):
        return replace(sourcing.told(tools, sourcing.of_market(tools, heard.about)), slug=replied)
    if not named and heard.about.named:
        named = sourcing.of_market(tools, heard.about)
    return sourcing.told(tools, named) if named else telling_all.status(tools)


def _of_market(tools: Tools, what: Taken, heard: Heard) -> Reply:
    about = heard.about
    timed = heard.dated.at is not None or heard.dated.span is not None
    asked = () if timed else asked_together(heard.words, tools.titles, OF_ONE)
    both = about.surely and about.share >= BARE and what.intent in asked and heard.meant.intent in asked
    intent = heard.meant.intent if both and not what.sure and heard.meant.intent is not None else what.intent
    source = next((word for word in heard.words.words if word in tools.loaded.sources), None)
    if source is not None and not about.named and intent in OF_A_SOURCE:
        return sourcing.told(tools, [source])
    if intent == "needs" and not about.surely and heard.meant.winning and not about.leaning:
        return telling_all.needs(tools, heard.words)
    if about.slug is None or (about.choices and not about.leaning):
        whole = intent in OF_ALL and not about.choices
        return OF_ALL[intent](tools) if whole else asking_back.which(intent, about, timed)
    reply = _told(tools, intent, about.slug, heard)
    strange, spoken = len(heard.asked.strange), len(heard.words.words)
    clear = (what.sure or both) and not about.leaning and strange <= max(1, spoken // WORDS_TO_STRANGE)
    if clear:
        return _with_another(tools, reply, heard, asked)
    return replace(_as_taken(tools, reply, what, about), anew=timed)


def _with_another(tools: Tools, reply: Reply, heard: Heard, asked: Sequence[Intent]) -> Reply:
    """With what else is `asked` in the same sentence, in the order in which it is asked."""
    if reply.intent not in asked or reply.slug is None:
        return reply
    told = [reply if intent == reply.intent else _told(tools, intent, reply.slug, heard) for intent in asked]
    lines: list[str] = []
    for each in told:
        lines += [line for line in each.lines if line not in lines][: MOST_LINES // len(told)]
    return replace(reply, lines=tuple(lines), chart=next((each.chart for each in told if each.chart), None))


def _told(tools: Tools, intent: Intent, slug: str, heard: Heard) -> Reply:
    at, span = heard.dated.at, heard.dated.span
    if at is not None and intent in looking_back.OF_A_DAY:
        return looking_back.then(tools, intent, slug, at)
    if intent == "changed":
        return replace(telling.changed(tools, slug, span), slug=slug)
    reply = _needed(tools, slug, heard.words) if intent == "needs" else OF_ONE[intent](tools, slug)
    return replace(reply, slug=slug)


def _pressed(tools: Tools, intent: Intent, slug: str) -> Reply:
    """What a button asks, whatever was said before: of needs, those of both sides."""
    return replace(telling.needs_of_both(tools, slug) if intent == "needs" else OF_ONE[intent](tools, slug), slug=slug)


def _needed(tools: Tools, slug: str, said: Said) -> Reply:
    asked_for = side(said, slug)
    if asked_for == "both":
        return asking_back.unsure(telling.needs_of_both(tools, slug))
    return telling.needs_for_no(tools, slug) if asked_for == "no" else telling.needs(tools, slug)


def _as_taken(tools: Tools, reply: Reply, what: Taken, about: Subject) -> Reply:
    """An answer to what was probably asked, which says first how it was taken, and offers the other readings."""
    assert about.slug is not None
    told = f"I took this as: {asking_back.ASKED[reply.intent]}, about “{tools.market(about.slug).question}”"
    others = (*what.others, *READINGS)
    readings = tuple(each for each in dict.fromkeys(others) if each in OF_ONE and each != reply.intent)
    choices = tuple((hit.slug, hit.question) for hit in about.choices)
    lines = (told, *reply.lines[:3])
    return replace(reply, lines=lines, slug=about.slug, confident=False, choices=choices[:2], readings=readings[:3])


def _only_named(tools: Tools, what: Taken, heard: Heard) -> str | None:
    """The market that is called by its very name or address, where what is asked of it is all that is not clear."""
    if heard.meant.intent == "unknown" or what.share >= SURE:
        return None
    if heard.context.chosen is not None:
        return heard.context.chosen
    pointed = heard.words.addresses or any(tools.titles.title(word) for word in heard.words.words)
    return heard.about.slug if pointed and len(heard.asked.strange) <= MOST_STRANGE else None
