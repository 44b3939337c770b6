"""What a sentence asks, told by what it shares with examples of what people ask (examples.yaml).

Each word, pair of neighbours and pair with one word between counts for the intents in whose examples it stands, the
more the fewer they are; and the nearest examples are looked at one by one. No model: what counts can be read there.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from bot.chat.spelling import evened, opened
from bot.chat.wording import read, stem
from markets.yaml12 import read_yaml

MARK = "_"
"""Stands for whatever names a market, a source, a claim or a person."""
NUMBER = "0"
"""Stands for any figure."""
EDGE = "."
PLURALS = frozenset(("markets", "questions", "ones", "bets", "proposals"))
NONE = "unknown"
"""The label of what asks nothing of us, whose words are nobody's."""
SMOOTHED = 3.0
"""Examples of each intent that are taken to be as all the examples are together: nothing is impossible."""
LEAST_EXAMPLES = 60
"""An intent with fewer examples counts as if it had so many, or its few words would tell too much."""
TEMPERED = 0.4
"""Words and the pairs they stand in tell the same twice; their sum is taken at this much of its worth."""
ASKED_WITH = 3
"""Examples in which a word stands at least, to be one that is asked with though titles have it too."""
OFTEN = 12
"""Examples in which a word stands at least, to tell nothing of which market is meant."""
REMEMBERED = 256
"""Clauses whose weighing is kept in mind: each is weighed by itself and as a part of the whole."""
NEAREST = 8
"""Examples that are looked at one by one."""
_LEADING = """
hey|hi|hello|yo|so|okay|well|hm|hmm|oh|ah|and|but|or|please|btw|lol|sorry|also|then|wait|man|bro|guys|crux|bot|dear bot
does anyone know|does anybody know|anyone know|do you know|you know|can you tell me|could you tell me|can you say
would you tell me|please tell me|tell me please|i wonder|i am wondering|just wondering|wondering|i want to know
i would like to know|i need to know|any idea|any clue|quick question|question|quick one|just a question|remind me
can anyone say|can somebody tell me|somebody tell me|someone tell me|everyone|honestly|seriously|actually|basically
just curious|curious|sure|out of curiosity|ok so|i mean|i think|serious question|dumb question|stupid question|listen
"""
_TRAILING = "please thanks lol haha bro man mate guys though then exactly anyway btw folks dude everyone actually"
LEADING = tuple(
    sorted(
        {tuple(stem(word) for word in each.split()) for each in _LEADING.replace("\n", "|").split("|") if each},
        key=len,
        reverse=True,
    )
)
TRAILING = frozenset(stem(word) for word in _TRAILING.split())
"""What stands before and after a question and asks nothing."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An intent as the examples have it: `share` of the evidence, 0 to 1, and the likeness of its nearest examples."""

    label: str
    share: float
    near: float


class Examples:
    """The examples, counted once; asked from any thread."""

    def __init__(self, lines: Mapping[str, Sequence[str]]) -> None:
        told = {label: [features(tokens(line)) for line in each] for label, each in lines.items()}
        self.labels = tuple(told)
        counts = Counter(word for each in lines.values() for line in each for word in set(tokens(line)))
        known = [line for label, each in lines.items() if label != NONE for line in each]
        self.words = frozenset(word for line in known for word in tokens(line))
        self.asking = frozenset(word for word in self.words if counts[word] >= ASKED_WITH)
        self.often = frozenset(word for word, number in counts.items() if number >= OFTEN)
        self.spellings = frozenset(word for line in known for word in read(line).words)
        self._likely = _likelihoods(told)
        lines_of = Counter(one for each in told.values() for line in each for one in line)
        total = sum(map(len, told.values()))
        self._rare = {one: math.log(1 + total / number) for one, number in lines_of.items()}
        self._unseen = math.log(1 + total)
        self._examples: list[str] = []
        self._lengths: list[float] = []
        self._having: dict[str, list[int]] = defaultdict(list)
        for label, each in told.items():
            for line in each:
                for one in line:
                    self._having[one].append(len(self._examples))
                self._examples.append(label)
                self._lengths.append(self._length(line))
        self.weigh: Callable[..., list[Weighed]] = lru_cache(REMEMBERED)(self._weigh)

    def _weigh(self, *clauses: tuple[str, ...]) -> list[Weighed]:
        """Every intent, the likeliest first."""
        asked = frozenset[str]().union(*(features(said) for said in clauses))
        shares = self._shares(asked)
        near = self._near(asked)
        found = [Weighed(label, shares[label], near.get(label, 0.0)) for label in self.labels]
        return sorted(found, key=lambda one: (-one.share, one.label))

    def _shares(self, asked: frozenset[str]) -> dict[str, float]:
        sums = dict.fromkeys(self.labels, 0.0)
        for one in sorted(asked & self._likely.keys()):
            for label, likely in self._likely[one].items():
                sums[label] += likely
        most = max(sums.values())
        odds = {label: math.exp((total - most) * TEMPERED) for label, total in sums.items()}
        whole = sum(odds.values())
        return {label: each / whole for label, each in odds.items()}

    def _near(self, asked: frozenset[str]) -> dict[str, float]:
        """How like its nearest example each intent is, 0 to 1, of the examples that are nearest of all."""
        shared: dict[int, float] = defaultdict(float)
        for one in sorted(asked):
            for at in self._having.get(one, ()):
                shared[at] += self._rare[one] ** 2
        length = self._length(asked) or 1.0
        lengths = self._lengths
        alike = heapq.nlargest(NEAREST, [(fits / (length * lengths[at]), at) for at, fits in shared.items()])
        found: dict[str, float] = {}
        for likeness, at in alike:
            found.setdefault(self._examples[at], likeness)
        return found

    def _length(self, line: frozenset[str]) -> float:
        return math.sqrt(sum(self._rare.get(one, self._unseen) ** 2 for one in line))


def _likelihoods(told: Mapping[str, Sequence[frozenset[str]]]) -> dict[str, dict[str, float]]:
    """Of each word or pair: how much likelier than elsewhere it is in an example of each intent, as a logarithm."""
    counts = {label: Counter(one for line in lines for one in line) for label, lines in told.items()}
    sizes = {label: max(len(lines), LEAST_EXAMPLES) for label, lines in told.items()}
    found = {}
    for one in {one for each in counts.values() for one in each}:
        mean = sum(counts[label][one] / sizes[label] for label in told) / len(told)
        rates = {label: (counts[label][one] / mean + SMOOTHED) / (sizes[label] + SMOOTHED) for label in told}
        found[one] = {label: math.log(rate) for label, rate in rates.items()}
    return found


def features(said: Sequence[str]) -> frozenset[str]:
    """The words, the pairs of neighbours with both ends, and the pairs with one word between."""
    line = [EDGE, *said, EDGE]
    pairs = [f"{one} {other}" for one, other in pairwise(line)]
    apart = [f"{one} * {other}" for one, other in zip(line, line[2:], strict=False)]
    return frozenset([*said, *pairs, *apart])


def tokens(line: str) -> tuple[str, ...]:
    """A line of the examples as it is compared."""
    found: list[str] = []
    for at, part in enumerate(line.split(MARK)):
        found += [MARK] * (at > 0)
        found += [stemmed(word) for word in opened(evened(read(part).words))]
    return merged(found)


def stemmed(word: str) -> str:
    """A word as it is compared; of several markets something else is asked than of one."""
    return word if word in PLURALS else stem(word)


def plain(said: Sequence[str]) -> list[str]:
    """Without the manners before and after a question: `hey so does anyone know when …` -> `when …`."""
    line = list(said)
    while True:
        before = next(
            (each for each in LEADING if tuple(line[: len(each)]) == each and len(line) - len(each) > 1), None
        )
        if before is None:
            break
        line = line[len(before) :]
    while len(line) > 2 and line[-1] in TRAILING:
        line.pop()
    return line


def merged(words: Sequence[str]) -> tuple[str, ...]:
    """Names side by side are one, and so are figures; words that only lead to a name or follow it go with it."""
    found: list[str] = []
    for word in plain(words):
        word = NUMBER if word[:1].isdigit() else word
        if word == MARK:
            while found and found[-1] in ("the", "a", "an"):
                found.pop()
        if word in ("market", "one", "thing", "question", "bet") and found and found[-1] == MARK:
            continue
        if not (word in (MARK, NUMBER) and found and found[-1] == word):
            found.append(word)
    return tuple(found)


def told() -> dict[str, list[str]]:
    """The lines of the bundled table by what they ask for."""
    raw = resources.files("bot.chat").joinpath("examples.yaml").read_bytes()
    table: dict[str, str] = read_yaml(raw).value
    return {label: lines.splitlines() for label, lines in table.items()}


@cache
def examples() -> Examples:
    """Those of the bundled table, read once."""
    return Examples(told())
