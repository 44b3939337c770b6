"""What is asked of Crux itself rather than of a market: the way to something, a word of ours, its mana, a source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.chat import meanings, small_talk, sourcing, ways
from bot.chat.intents import Meant, of_purse
from bot.chat.replies import Intent, Reply
from bot.chat.spelling import opened
from bot.chat.subjects import Subject, points, telling, without_names
from bot.chat.tools import Tools
from bot.chat.understanding import Taken
from bot.chat.wording import Said

ASIDES: tuple[Intent, ...] = ("how-to", "meaning", "mana")
OF_BEST: frozenset[Intent] = frozenset(("value", "unknown", "status", "evidence", "ahead", "list", "claim", "price"))
"""What a question for the best of a source may be taken for."""
MOST_STRANGE = 1
"""Words that neither ask nor name in a question for the best of a source, whose own words may be strange here."""
STATING = re.compile(r"\b(?:is|are|was|were|has|have)\b")
ASKING = re.compile(r"\b(?:what|who|whose|which|where|how|tell|show|give|list)\b")
"""Words of a question, without which a sentence with a verb tells something."""
MOST_OFFERED = 2
SOMEBODY = ("one", "here", "there")
"""Words that point at nothing where a way is asked for: `how does one dispute here`."""
OTHERS = ("how do I dispute?", "how do I add evidence?", "what does “settle” mean?")


def aside(tools: Tools, said: Said, strange: Sequence[str], meant: Meant, about: Subject, asking: bool) -> Taken | None:
    """What is asked where the words say it outright; None where that has to be weighed."""
    if small_talk.permits(said, asking):
        return Taken("keeping", sure=True, share=1.0)
    if meant.intent == "unknown":
        return None
    named = about.named and about.surely
    if not named and meanings.asked_for(said):
        return Taken("meaning", sure=True, share=1.0)
    if meant.intent in ASIDES:
        if meant.intent == "mana" and not named and not all(map(of_purse, strange)):
            return Taken("unknown", share=1.0)
        return Taken(meant.intent, sure=not _foreign(tools, said, strange, about), share=1.0)
    return None


def _foreign(tools: Tools, said: Said, strange: Sequence[str], about: Subject) -> bool:
    """Whether it has words of something else: strange ones, or words of markets where none is meant by them."""
    if any(not ways.known(word) for word in strange):
        return True
    return not (about.named and about.surely) and any(tools.titles.asked_of(word) for word in _other(tools, said))


def _other(tools: Tools, said: Said) -> list[str]:
    """The words that can say which market is meant, and are not those with which ways are asked for."""
    return [word for word in telling(said.words, tools.titles) if not ways.known(word)]


def meant_of(tools: Tools, said: Said, about: Subject) -> str | None:
    """The market that an aside is about: the one that is pointed at, or named by more than the words of asking."""
    if points(replace(said, words=tuple(word for word in said.words if word not in SOMEBODY))):
        return about.slug
    return about.slug if about.named and about.surely and _other(tools, said) else None


def told(tools: Tools, what: Taken, said: Said, about: Subject) -> Reply:
    """The answer, of the market that is named or pointed at where there is one."""
    slug = meant_of(tools, said, about)
    if what.intent == "meaning":
        reply = meanings.told(meanings.asked_for(said))
    elif what.intent == "mana":
        reply = mana(tools, slug)
    else:
        found = ways.way(without_names(said, tools.titles))
        assert found is not None  # or it would have been taken for something else
        reply = ways.told(found, slug, about.proposal)
    return reply if what.sure else replace(reply, confident=False, suggestions=reply.suggestions or OTHERS)


def mana(tools: Tools, slug: str | None) -> Reply:
    """What the debate has spent, what is set aside, and what is left; and what lies in one market."""
    purse = tools.purse()
    told = f"{purse.spent:f} mana were spent" + (f", {purse.reserved:f} more are reserved" if purse.reserved else "")
    if purse.budget is None:
        lines = [f"{told}; no budget is set, so there is no limit."]
    else:
        left = purse.budget - purse.spent - purse.reserved
        lines = [f"{told}, of a budget of {purse.budget:f}: {left:f} mana are left."]
    if slug is not None:
        put = tools.market(slug).subsidy_mana
        lines.append(
            f"Into {slug} went {f'{put:f} mana of it' if put is not None else 'nothing, as it has not opened'}."
        )
    return Reply(tuple(lines), "mana", slug)


def best_asked(tools: Tools, said: Said, about: Subject) -> str | None:
    """The source whose best figure is asked for by its name: one that no market is about, or where none is meant."""
    line = " ".join(opened(said.words))
    if sourcing.BEST.search(line) is None or (STATING.search(line) and not ASKING.search(line)):
        return None
    names = [name for name in sourcing.called(tools, said) if sourcing.ranked(tools, name)]
    if any(tools.titles.title(word) is not None for word in said.words) or said.addresses:
        return None
    found = [name for name in names if sourcing.unread(tools, name) or (about.slug is None and not about.choices)]
    return found[0] if len(found) == 1 else None


def offers(said: Said) -> tuple[str, ...]:
    """What could be asked instead of what was not understood, by the words of it: a way, or a word of ours."""
    way, words = ways.near(said), meanings.named(said)
    found = [f"how do I {way.title}?"] if way is not None else []
    found += [f"what does “{word}” mean?" for word in words[: MOST_OFFERED - len(found)]]
    return tuple(found)


def best(tools: Tools, source: str, said: Said, strange: Sequence[str]) -> Reply:
    """The best of a source, not surely where more is said than is known here."""
    reply = sourcing.best(tools, source, said)
    return reply if len(strange) <= MOST_STRANGE else replace(reply, confident=False, suggestions=OTHERS)
