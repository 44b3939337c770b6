"""Which market a few half-remembered words mean: corrected spelling, full-text search, then how much of each fits.

Method and its measured shares: unknown words become the nearest words of the titles (optimal string alignment), an
FTS5 index finds candidates by bm25, and these are ranked by the weight of the words they share, the rarer the heavier.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.chat.wording import parts, plainly, read, stem, words_of
from bot.chat.words import STOP

CANDIDATES = 60
"""Titles that the index hands over to be ranked."""
NEAR = 0.7
"""How alike an unknown word and a word of a title are at least, 1 being the same; of the best three."""
NEAREST = 3
SHORT = 3
"""Words up to this length are taken as they stand: too much is near to them."""
FOREIGN = 1.2
"""Weight of a word that no title has: about that of a word which every second title of a few dozen has."""
FAINT = 0.3
"""Weight of a word that may belong to the question as well as to the title, as `best` or `board`."""
BEGUN, BEGUN_CHARS = 0.85, 5
"""How alike two words are counted where one begins as the other does, for at least so many letters."""
REMEMBERED = 4096
"""Words whose nearest are kept in mind: each is asked for several times of a sentence."""
CHOICES = 25
EDITION = re.compile(r"(?P<name>[a-z]{3,})\d{1,2}")
MOST_TYPED = 24
"""Words of what is being typed that are looked at: each that no title has costs milliseconds, and 100 ms are few."""
BEST = """
SELECT json_group_array(slug) FROM (SELECT slug FROM titles WHERE titles MATCH ? ORDER BY rank LIMIT ?)
"""
SLUG_WEIGHT, TEXT_WEIGHT = 0.9, 0.4
"""Of a word of the market's short name or answers alone, or of a text about it alone; of the question it is 1."""


@dataclass(frozen=True, slots=True)
class Title:
    """A market as it can be called: its short name, its question, its answers, and the texts that explain it."""

    slug: str
    question: str
    answers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One market that may be meant. `share` of the words' weight is in its title, 0 to 1; `alike` breaks ties.

    `plain` is the share without the faint words, `quoted` how much of the question itself was said.
    """

    slug: str
    question: str
    share: float
    plain: float
    quoted: float
    alike: float

    @property
    def rank(self) -> tuple[float, float, str]:
        return (-self.share, -self.alike, self.slug)


class Titles:
    """The search index over a debate's markets; built once for a set of titles, asked from any thread."""

    def __init__(
        self,
        titles: Iterable[Title],
        claims: Iterable[Title] = (),
        sources: Iterable[str] = (),
        voices: Iterable[str] = (),
    ) -> None:
        claims = tuple(claims)
        self.claims = Titles(claims) if claims else None
        self.sources, self.voices = tuple(sources), tuple(voices)
        self._called = {*self.sources, *self.voices, *(claim.slug for claim in claims)}
        self._parts = {stem(part) for name in (*self.sources, *self.voices) for part in re.split(r"[-.]", name)}
        self._titles = {title.slug: title for title in titles}
        self._words = {slug: _weighted_words(title) for slug, title in self._titles.items()}
        weighed = [(word, weight) for words in self._words.values() for word, weight in words.items()]
        counts = Counter(word for word, _ in weighed)
        self._telling = {word for word, weight in weighed if weight > TEXT_WEIGHT}
        total = len(self._titles) + 1
        self._weight = {word: math.log(1 + total / count) for word, count in counts.items()}
        self._by_beginning: dict[str, list[str]] = {}
        for word in self._weight:
            if len(word) >= BEGUN_CHARS:
                self._by_beginning.setdefault(word[:BEGUN_CHARS], []).append(word)
        self._nearest: Callable[[str], Mapping[str, float]] = lru_cache(REMEMBERED)(self._look_near)
        self._spelled = _spellings(self._titles.values())
        self._lock = threading.Lock()
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute("CREATE VIRTUAL TABLE titles USING fts5(slug UNINDEXED, words, tokenize='unicode61')")
        rows = [(slug, " ".join(words)) for slug, words in self._words.items()]
        self._index.executemany("INSERT INTO titles VALUES (?, ?)", rows)

    def __len__(self) -> int:
        return len(self._titles)

    def title(self, slug: str) -> Title | None:
        return self._titles.get(slug)

    def named_so(self, slug: str) -> Hit | None:
        """The market of this short name, which is said outright."""
        there = self._titles.get(slug)
        return Hit(slug, there.question, share=1.0, plain=1.0, quoted=0.0, alike=1.0) if there is not None else None

    def find(self, words: Sequence[str], limit: int = 5, faint: Collection[str] = ()) -> list[Hit]:
        """The markets that these words may mean, the best first; `faint` words tell less of it."""
        asked = self._asked(words)
        if not any(near for word, near in asked.items() if word not in faint):
            return []
        found = self._candidates({word for near in asked.values() for word in near})
        line = " ".join(words)
        hits = [self._hit(slug, asked, line, faint) for slug in found]
        return sorted((hit for hit in hits if hit.share > 0), key=lambda hit: hit.rank)[:limit]

    def called(self, word: str) -> bool:
        """Whether it is the whole name of a claim, a source or a person of the debate."""
        return word in self._called

    def asked_of(self, word: str) -> bool:
        """Whether it stands in a market's question, short name or answers."""
        return not self._telling.isdisjoint(map(stem, parts(word)))

    def named(self, word: str) -> bool:
        """Whether it is a part of the name of a source or of a person."""
        return not self._parts.isdisjoint(map(stem, parts(word)))

    def small(self, slug: str, words: Iterable[str]) -> int:
        """How many of these words, which mostly say nothing, stand in a question: to tell two apart that are alike."""
        said = {stem(word) for word in words if word in STOP}
        return len(said & {stem(part) for word in words_of(self._titles[slug].question) for part in parts(word)})

    def told(self, word: str) -> bool:
        """Whether it stands in the text of a claim."""
        return self.claims is not None and self.claims.likeness(word) == 1

    def ours(self, word: str) -> bool:
        """Whether it is a word of the debate: of a market, a claim, a source or a person."""
        return self.asked_of(word) or self.named(word) or self.told(word)

    def likeness(self, word: str) -> float:
        """How alike a word is to the nearest one of the titles: 1 where it stands there, 0 where nothing is near."""
        return max((alike for part in parts(word) for alike in self._near(part).values()), default=0.0)

    def suggest(self, typed: str, limit: int = CHOICES) -> list[tuple[str, str]]:
        """(slug, question) for what is being typed: the last word may be unfinished; all of them while nothing is."""
        words = [part for word in read(typed).words for part in parts(word)][:MOST_TYPED]
        if not words:
            return [(title.slug, title.question) for title in list(self._titles.values())[:limit]]
        begun = [f'"{word}"' for word in words[:-1]] + [f'"{stem(words[-1])}"*']
        exact = [slug for slug in (typed.strip().lower(),) if slug in self._titles]
        found = [*exact, *self._matching(" ".join(begun), limit), *(hit.slug for hit in self.find(words, limit))]
        return [(slug, self._titles[slug].question) for slug in list(dict.fromkeys(found))[:limit]]

    def _asked(self, words: Sequence[str]) -> dict[str, Mapping[str, float]]:
        """Each word that says something -> the words of titles it may be, each with how alike they are."""
        asked: dict[str, Mapping[str, float]] = {}
        for word in words:
            if word in STOP:
                continue
            near = self._near(word)
            if not near and len(parts(word)) > 1:
                asked |= {part: self._near(part) for part in parts(word)[:-1] if part not in STOP}
            else:
                asked[word] = near
        return asked

    def _near(self, word: str) -> Mapping[str, float]:
        return self._nearest(word)

    def _look_near(self, word: str) -> dict[str, float]:
        """The words of titles that a typed word may be, each with how alike they are; itself alone where it is one."""
        pieces = parts(word)
        for whole in (word.rstrip("%"), pieces[-1]):
            if stem(whole) in self._weight:
                return {stem(whole): 1.0}
        if len(word) <= SHORT or not word.isalpha():
            return {}
        found = process.extract(word, self._spelled, scorer=OSA.normalized_similarity, score_cutoff=NEAR, limit=20)
        alike_to = ((stem(spelled), alike) for spelled, alike, _ in found if spelled[0] == word[0])
        near = {each: alike for each, alike in alike_to if each in self._weight}
        return dict(list(near.items())[:NEAREST]) or self._begun(stem(word))

    def _begun(self, known: str) -> dict[str, float]:
        """`resistance` for `resist`: a word that goes on, or breaks off, where a word of a title does not."""
        if len(known) < BEGUN_CHARS:
            return {}
        return {
            word: BEGUN
            for word in self._by_beginning.get(known[:BEGUN_CHARS], ())
            if known.startswith(word) or word.startswith(known)
        }

    def _candidates(self, words: Iterable[str]) -> list[str]:
        wanted = " OR ".join(f'"{word}"' for word in sorted(words))
        if not wanted:
            return []
        return self._matching(wanted, CANDIDATES)

    def _matching(self, wanted: str, limit: int) -> list[str]:
        """The slugs that fit best, as one row: each step of SQLite gives other threads their turn, which costs time."""
        with self._lock:
            (found,) = self._index.execute(BEST, (wanted, limit)).fetchone()
        slugs: list[str] = json.loads(found)
        return slugs

    def _hit(self, slug: str, asked: Mapping[str, Mapping[str, float]], line: str, faint: Collection[str]) -> Hit:
        """How much of what was asked stands in this title, word by word, by weight."""
        there, title = self._words[slug], self._titles[slug]
        whole, fits = {True: 0.0, False: 0.0}, {True: 0.0, False: 0.0}
        said: set[str] = set()
        for word, near in asked.items():
            quiet = word in faint
            whole[quiet] += max((self._weight[each] for each in near), default=FOREIGN)
            tiers = ((each, there.get(each, 0.0), alike) for each, alike in near.items())
            telling = ((each, tier, alike) for each, tier, alike in tiers if tier > TEXT_WEIGHT or not quiet)
            fitting = ((self._weight[each] * alike * tier, each) for each, tier, alike in telling)
            most, each = max(fitting, default=(0.0, ""))
            fits[quiet] += most
            said.add(each)
        share = (fits[False] + FAINT * fits[True]) / (whole[False] + FAINT * whole[True])
        plain = fits[False] / whole[False] if whole[False] else 0.0
        alike = fuzz.token_set_ratio(line, plainly(title.question)) / 100
        return Hit(slug, title.question, min(share, 1.0), min(plain, 1.0), self._quoted(slug, said), alike)

    def _quoted(self, slug: str, said: Collection[str]) -> float:
        """How much of a question's weight was said."""
        weights = {word: self._weight[word] for word, tier in self._words[slug].items() if tier == 1.0}
        return sum(weight for word, weight in weights.items() if word in said) / (sum(weights.values()) or 1.0)


def _weighted_words(title: Title) -> dict[str, float]:
    """The stems of a market's words: those of its question in full, of its short name and answers for less."""
    found = {stem(part): 1.0 for word in words_of(title.question) for part in parts(word) if part not in STOP}
    found |= {stem(word): 1.0 for word in _initials(title.question)}
    found |= {each: SLUG_WEIGHT for each in _without_edition((title.question, title.slug)) if each not in found}
    tiers = [(SLUG_WEIGHT, (title.slug, *title.answers)), (TEXT_WEIGHT, title.texts)]
    for weight, texts in tiers:
        for part in (part for text in texts for word in words_of(text) for part in parts(word)):
            if part not in STOP:
                found.setdefault(stem(part), weight)
    return found


def _spellings(titles: Iterable[Title]) -> list[str]:
    """Every word of the titles as it is spelled there, for correcting what is typed."""
    texts = (text for title in titles for text in (title.question, title.slug, *title.answers, *title.texts))
    words = {part for text in texts for word in words_of(text) for part in parts(word)}
    return sorted(word for word in words if len(word) > SHORT)


def _without_edition(texts: Iterable[str]) -> set[str]:
    """`tau3` -> tau: a name as it is called without the number of its edition, where it is no common word."""
    found = (EDITION.fullmatch(part) for text in texts for word in words_of(text) for part in parts(word))
    return {stem(match["name"]) for match in found if match is not None and match["name"] not in STOP}


def _initials(question: str) -> set[str]:
    """`Berkeley Function Calling Leaderboard` -> bfcl, bfc: how a name of several words is called for short."""
    found, run = set(), ""
    for word in [*question.split(), "."]:
        if word[:1].isupper() and word.isalpha():
            run += word[0].lower()
            continue
        found |= {run[:end] for end in range(3, len(run) + 1)}
        run = ""
    return found
