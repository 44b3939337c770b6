"""What a draw of seats has answered, by its votes alone: pure rules, used at closing and again by `crux verify`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args

from resolvers.rules.panels import FACT, Panel

Word = Literal["yes", "no", "unclear"]
WORDS: tuple[Word, ...] = get_args(Word)


class Ballot(Protocol):
    """One person's word on one row."""

    @property
    def person(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def limbs(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What the people of one draw agree on about one row; a limb without agreement is left out.

    A row is answered where every limb has agreement, or where one has agreement that it is not met.
    """

    key: str
    limbs: Mapping[str, str]
    votes: str

    @property
    def said(self) -> Word:
        """What it comes to, as the rules read it."""
        if "no" in self.limbs.values():
            return "no"
        return "yes" if all(word == "yes" for word in self.limbs.values()) else "unclear"

    def row(self) -> dict[str, Any]:
        """The row of the body that the panel's source reads."""
        return {"key": self.key, "limbs": dict(self.limbs), "votes": self.votes}


@dataclass(frozen=True, slots=True)
class Counted:
    """A draw that has ended: which rows it was asked about, and the words of its people on them."""

    terms: Panel
    keys: Sequence[str]
    votes: Sequence[Ballot]

    def answers(self) -> dict[str, Answer]:
        """The rows on which they agree."""
        found = {key: answer_of(self.terms, [vote for vote in self.votes if vote.key == key]) for key in self.keys}
        return {key: answer for key, answer in found.items() if answer is not None}


def answer_of(terms: Panel, votes: Sequence[Ballot]) -> Answer | None:
    """The answer that the votes on one row come to; None without the quorum of `terms.agree` seats on a limb."""
    agreed: dict[str, str] = {}
    counts: list[int] = []
    for name in terms.names:
        word, count = _first(votes, name)
        if count >= terms.agree:
            agreed[name] = word
            counts.append(count)
    if not agreed or (len(agreed) < len(terms.names) and "no" not in agreed.values()):
        return None
    key = votes[0].key
    return Answer(key, agreed, f"{min(counts)} of {terms.seats}")


def can_change(terms: Panel, votes: Sequence[Ballot], missing: int) -> bool:
    """Whether the `missing` votes on a row can still turn what it comes to, or bring agreement."""
    if missing <= 0:
        return False
    found = answer_of(terms, votes)
    if found is not None:
        return False  # more than half agree: nobody can turn that
    most = {name: Counter(vote.limbs.get(name, "") for vote in votes) for name in terms.names}
    if any(most[name]["no"] + missing >= terms.agree for name in terms.names):
        return True
    return all(max(most[name].values(), default=0) + missing >= terms.agree for name in terms.names)


def over(terms: Panel, keys: Sequence[str], votes: Sequence[Ballot], seats: Collection[str]) -> bool:
    """Whether a draw is done before its time: all have voted, or nothing that is missing can change an answer."""
    for key in keys:
        mine = [vote for vote in votes if vote.key == key]
        if can_change(terms, mine, len(seats) - len(mine)):
            return False
    return True


def _first(votes: Iterable[Ballot], limb: str) -> tuple[str, int]:
    counted = Counter(vote.limbs.get(limb, "") for vote in votes)
    return max(counted.items(), key=lambda pair: pair[1], default=("", 0))


@dataclass(slots=True)
class Record:
    """All ended draws on one question in order: what stands answered, and how often each row was put to people.

    A row asked anew loses the answer it had, for that was about another row or another time. The answer about a fact
    is about its instant and is said once.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)

    def end(self, draw: Counted) -> dict[str, Answer]:
        """One more draw has ended; returns the rows that it answered."""
        found = draw.answers()
        self.answers.pop(FACT, None)
        for key in draw.keys:
            self.answers.pop(key, None)
            self.tries[key] = 0 if key in found and found[key].said != "unclear" else self.tries.get(key, 0) + 1
            if key in found and found[key].said == "unclear":
                self.tries[key] = 1 + draw.terms.redraw  # they agree that nobody can tell: other people need not try
        self.answers |= found
        return found


def body_of(terms: Panel, answers: Iterable[Answer]) -> bytes:
    """The one JSON body that `resolvers.rules.panels.source_of` reads, rows in the order of their answers."""
    told = {"question": terms.question, "answers": [answer.row() for answer in answers]}
    return (json.dumps(told, indent=1) + "\n").encode("ascii")
