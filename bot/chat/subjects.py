"""Which market a sentence is about: by address, number, name, half-remembered words, or the one spoken of before."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.chat.examples import examples
from bot.chat.intents import compiled
from bot.chat.matching import Hit, Titles
from bot.chat.replies import Context
from bot.chat.tools import Tools
from bot.chat.wording import FIGURE, MOST_CHARS, WEB, Said, parts, stem
from bot.chat.words import STOP

SURE = 0.45
"""Share of the words' weight that has to be in a title for it to be taken as meant."""
LEAN = 0.08
"""How much more of it has to be there than in the next title for it to be taken as meant, though not surely."""
CLEAR = 0.16
"""How much more of it has to be there than in the next title."""
ALONE = 0.65
"""The same where only one word tells."""
QUOTED = 0.8
"""How much of a question is said, at least, where it is quoted."""
MOST_EVEN = 3
"""Titles that are alike: among more of them none is taken for a trifle."""
QUOTED_MORE = 0.07
"""How much more of a question is said than of another, for it to lead where their words tell the same."""
HINTED = 0.28
"""From here on a title that leads is taken as meant, though not surely, where no other was spoken of."""
MAYBE = 0.34
"""From here on a title is offered as a choice."""
REPLIED = 0.65
"""Below it, a reply to a market's card speaks of that market, though none stands out by its words."""
MOST_CHOICES = 5

NUMBERED = re.compile(
    r"(?:#|\bp#?|(?P<word>\bproposal (?:number |no\.? |nr\.? |#|p)?))(?P<number>\d{1,9})\b", re.IGNORECASE
)
YEAR = re.compile(r"(?:19|20)\d\d")
"""What many titles have, and tells of none of them."""
LABEL = re.compile(r"p?\d{1,9}")
MARKS = ("proposal", "p", "#")
MOST_NUMBERS = 8
"""Numbers of one sentence that are looked up."""
POINTING = frozenset(
    ("it", "its", "that", "this", "thats", "thing", "these", "those", "they", "them", "there", "one", "here", "same")
)

OTHER = re.compile(r"\b(?:the|that) other(?: [\w-]+){0,2}? (?:one|market|question|bet)\b|\b(?:the|that) other$")
SPANS = frozenset(("week", "weeks", "month", "months", "morning", "year", "quarter", "time", "weekend"))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a sentence is about: one market (`slug`), several that may be meant, or none.

    `foreign`: it speaks of something that no market here is about. `named`: the sentence itself says which; `surely`,
    where it does so by more than a single word, or where the talk was of that market before. `share` of the sentence's
    telling words, by weight, speak of that market; `leaning`, where that market is the likeliest, and no more.
    """

    slug: str | None = None
    proposal: int | None = None
    choices: tuple[Hit, ...] = ()
    named: bool = False
    foreign: bool = False
    surely: bool = False
    share: float = 1.0
    leaning: bool = False


def subject(text: str, said: Said, tools: Tools, context: Context, strange: Collection[str] = ()) -> Subject:
    """The market that is meant, as far as it can be told; `strange` words neither ask nor are known here."""
    titles = tools.titles
    content = telling(said.words, titles)
    pointed = _pointed(text, said, tools)
    if pointed is not None:
        other = sum(not titles.likeness(word) for word in content if titles.title(word) is None)
        return replace(pointed, share=1 / (1 + other))
    faint = compiled().faint
    hits = titles.find(content, MOST_CHOICES + 1, faint)
    if another(said):
        spoken_of = context.slug or context.last_slug
        hits, context = [hit for hit in hits if hit.slug != spoken_of], replace(context, slug=None, last_slug=None)
    chosen = _chosen(hits, context.choices)
    if chosen is not None:
        return Subject(chosen, named=True)
    best = hits[0] if hits else None
    unknown = [word for word in content if word in strange]
    strong = sum(word not in faint and not YEAR.fullmatch(word) for word in content)
    before = _before(context)
    if best is not None and best.share >= SURE and _clear(hits, strong):
        leaning = strong - len(unknown) < 2 and bool(unknown)
        if leaning and before is not None and best.share < ALONE and before.slug != best.slug:
            return before if points(said) else Subject(choices=(best,), named=True, share=best.share)
        return Subject(best.slug, named=True, surely=strong > 1 and not leaning, share=best.share, leaning=leaning)
    if best is not None and best.share >= MAYBE:
        if before is not None and context.slug is not None and best.share < REPLIED:
            return before
        return _close(hits, before, said, titles, len(unknown))
    replied = context.slug is not None
    if before is not None and (replied or not unknown or (len(unknown) == 1 and points(said))):
        return before
    if best is not None and best.share >= HINTED and before is None and _leads(hits, said, titles):
        others = tuple(hit for hit in hits[1:] if hit.share >= best.share - CLEAR)
        return Subject(best.slug, named=True, leaning=True, share=best.share, choices=others[:MOST_CHOICES])
    return Subject(foreign=bool(unknown))


def _close(hits: Sequence[Hit], before: Subject | None, said: Said, titles: Titles, unknown: int) -> Subject:
    """Where no market stands out: the one spoken of before if it is among them, the likeliest, or which to choose."""
    best = hits[0]
    close = tuple(hit for hit in hits if hit.share >= best.share - CLEAR * 2)[:MOST_CHOICES]
    spoken_of = next((hit for hit in close if before is not None and hit.slug == before.slug), None)
    if before is not None and (spoken_of is not None or (points(said) and best.share < SURE)):
        return before
    leading = _leads(hits, said, titles)
    if leading is not None:
        others = tuple(hit for hit in close if hit.slug != leading.slug)
        return Subject(leading.slug, named=True, leaning=True, share=leading.share, choices=others)
    return Subject(choices=close, named=True, share=best.share)


def _leads(hits: Sequence[Hit], said: Said, titles: Titles) -> Hit | None:
    """The market that leads by a little, or whose question has the more of the small words where none leads."""
    if sum(hit.plain > hits[0].plain - LEAN for hit in hits) > MOST_EVEN:
        return None
    even = [hit for hit in hits if hit.share > hits[0].share - LEAN]
    if len(even) == 1:
        return even[0]
    small = [word for word in said.words if stem(word) not in examples().often]
    told = sorted(((titles.small(hit.slug, small), hit) for hit in even), key=lambda each: -each[0])
    if told[0][0] > told[1][0]:
        return told[0][1]
    by_words = sorted(even, key=lambda hit: -hit.quoted)
    return by_words[0] if by_words[0].quoted - by_words[1].quoted >= QUOTED_MORE else None


def _chosen(hits: Sequence[Hit], offered: Sequence[str]) -> str | None:
    """The one of the markets offered before that the words fit best, if they fit one better than the others."""
    among = [hit for hit in hits if hit.slug in offered]
    if not among or among[0] is not hits[0]:
        return None
    return among[0].slug if len(among) == 1 or among[0].share - among[1].share >= CLEAR else None


def without_names(said: Said, titles: Titles) -> Said:
    """The same without markets' short names, whose words ask nothing."""
    clauses = tuple(tuple(word for word in part if titles.title(word) is None) for part in said.clauses)
    return replace(said, clauses=clauses)


def telling(words: Sequence[str], titles: Titles) -> list[str]:
    """The words that can say which market is meant: those of titles, and those that neither ask, fill nor measure."""
    return [word for word in words if word not in STOP and (titles.likeness(word) > 0 or not _asks(word))]


def _asks(word: str) -> bool:
    asking, known = compiled().words, examples().words
    return FIGURE.fullmatch(word) is not None or all(
        part in asking or part in STOP or stem(part) in known or len(part) < 3 for part in parts(word)
    )


def _clear(hits: Sequence[Hit], strong: int) -> bool:
    """Whether the best of them stands out: by its weight, faint words or not, or as the very question.

    Where a single word tells, no other market may have it at all.
    """
    if len(hits) == 1:
        return True
    apart = min(hits[0].share - hits[1].share, hits[0].plain - max(hit.plain for hit in hits[1:]))
    if apart >= (CLEAR if strong > 1 else ALONE):
        return True
    return hits[0].quoted >= QUOTED and all(hit.quoted < hits[0].quoted - CLEAR / 2 for hit in hits[1:])


def another(said: Said) -> bool:
    """Whether it turns from the market that was spoken of to another one: `and the other steering one?`."""
    return OTHER.search(" ".join(said.words)) is not None


def points(said: Said) -> bool:
    """Whether it speaks of something said before: `that`, `it`, `the one`; but not `this week`."""
    following = (*said.words[1:], "")
    return any(word in POINTING and after not in SPANS for word, after in zip(said.words, following, strict=True))


def _before(context: Context) -> Subject | None:
    slug = context.slug or context.last_slug
    return None if slug is None else Subject(slug, context.proposal, surely=True)


def _pointed(text: str, said: Said, tools: Tools) -> Subject | None:
    """By address, number or short name: what needs no guessing, but for which of several names is meant first.

    A number that need not be a proposal's (`#1 on the board`, `the p50 horizon`) is one only where nothing else is
    spoken of than its market.
    """
    for address in said.addresses:
        slug = tools.slug_at(address)
        if slug is not None:
            return Subject(slug, named=True, surely=True)
    named = next((word for word in said.words if tools.titles.title(word) is not None), None)
    for mark, number in _numbers(text):
        slug = tools.slug_of_proposal(number)
        if slug is not None and (mark == "proposal" or _alone(slug, mark, named, said, tools)):
            return Subject(slug, number, named=True, surely=True)
    if named is None:
        return None
    others = tuple(hit for hit in map(tools.titles.named_so, dict.fromkeys(said.words)) if hit and hit.slug != named)
    return Subject(named, named=True, surely=True, leaning=bool(others), choices=others[:MOST_CHOICES])


def _numbers(text: str) -> list[tuple[str, int]]:
    """The numbers in a sentence that may be proposals', with what marks them as such; the surest first."""
    bare = WEB.sub(" ", text[: MOST_CHARS * 4])
    found = [(_mark(match), int(match["number"])) for match in NUMBERED.finditer(bare)]
    return sorted(dict.fromkeys(found), key=lambda one: MARKS.index(one[0]))[:MOST_NUMBERS]


def _mark(match: re.Match[str]) -> str:
    return "proposal" if match["word"] else match.group()[0].lower()


def _alone(slug: str, mark: str, named: str | None, said: Said, tools: Tools) -> bool:
    """Whether no words of a sentence, besides the number, speak of another market than the proposal's."""
    if named is not None:
        return named == slug
    content = [word for word in telling(said.words, tools.titles) if not LABEL.fullmatch(word)]
    faint = compiled().faint
    if all(word in faint for word in content):
        return True
    hits = tools.titles.find(content, 1, faint)
    return hits[0].slug == slug if hits else mark == "p"
