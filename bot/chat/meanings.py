"""What a word of ours means: from glossary.yaml, and of what stands in rules from the engine's own docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import get_args

from pydantic import BaseModel, ConfigDict

from bot.chat.examples import examples
from bot.chat.replies import Reply
from bot.chat.spelling import opened
from bot.chat.wording import Said, stem
from bot.chat.words import STOP
from markets.rulebook import entries
from markets.yaml12 import read_yaml
from resolvers.freshness import State
from resolvers.verdict import VerdictState

MOST_TOLD = 3
STATES = frozenset((*get_args(VerdictState), *get_args(State), "frozen", "leaning", "as of", "known on"))
"""What something is: `what is pending` asks which ones are, and not for the word."""
_ARTICLE = r"(?:an? |the |this |that |these |your |all these )?"
_OURS = (
    r"(?:rules?|markets?|debates?|crux|bot|questions?|criteria|manifold|sources?|cards?|answers?|context|proposals?"
    r"|files?)"
)
_PLACE = rf"(?:in|for|on) (?:\w+ ){{0,2}}{_OURS}"
_TAIL = rf"(?: (?:here|there|exactly|again|really|then|now|please|to me|for me|in \w+ words|{_PLACE}))*"
_WORD = r"(?: the (?:word|term|concept)(?: of)?)?"
_SUPPOSED = r"(?: (?:supposed to (?:be|mean)|meaning))?"
_LEAD = (
    r"(?:(?:sorry|ok|okay|hey|hi|so|and|but|wait|um|eh|please|\w+ question|wtf|crux|bot|can you|could you"
    r"|in \w+ words) )*"
)
WHAT_THEN = re.compile(
    r"^(?:meaning|what (?:is|does|are) (?:that|this|it|these)(?: mean| again| thing)?"
    r"|(?:i )?(?:do not|never|can not) (?:know|understand|get) (?:that|this|it|the word)|what (?:unit|word|kind of \w+)"
    r" (?:is|are) (?:that|this|it))$"
)
"""What may follow a word that stands by itself: `quarantine? what is that`."""


class Meaning(BaseModel):
    """One word of the glossary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glossary:
    """The words by how they are said, and how one asks what one means."""

    meanings: Mapping[str, str]
    words: Mapping[str, str]
    asking: tuple[re.Pattern[str], ...]
    alone: re.Pattern[str]


def asked_for(said: Said) -> tuple[str, ...]:
    """The words of ours whose meaning is asked for, plainly; none where something else is asked with them."""
    found = glossary()
    clauses = [" ".join(opened(clause)) for clause in said.clauses]
    for line in (" ".join(clauses), *clauses):
        asked = next((each for pattern in found.asking if (each := pattern.search(line))), None)
        if asked is not None:
            terms = [term for name, term in asked.groupdict().items() if term is not None]
            return tuple(dict.fromkeys(found.words[term] for term in terms))
    alone = found.alone.fullmatch(clauses[0]) if len(clauses) > 1 else None
    if alone is not None and all(WHAT_THEN.match(clause) for clause in clauses[1:]):
        return (found.words[alone["one"]],)
    return ()


def named(said: Said) -> tuple[str, ...]:
    """The words of ours that are said at all, but for those with which everything is asked."""
    found, words = glossary(), opened(said.words)
    return tuple(dict.fromkeys(found.words[word] for word in words if word in found.words and word not in STOP))


def told(words: Iterable[str]) -> Reply:
    """What each of them means, a line each."""
    found = glossary().meanings
    lines = tuple(f"{word[:1].upper()}{word[1:]}: {found[word]}" for word in list(words)[:MOST_TOLD])
    return Reply(lines, "meaning")


@cache
def glossary() -> Glossary:
    """The bundled table with the words of the rule language, read once."""
    raw = resources.files("bot.chat").joinpath("glossary.yaml").read_bytes()
    table = {word: Meaning.model_validate(each) for word, each in read_yaml(raw).value.items()}
    meanings = {_shown(word): each.means for word, each in table.items()}
    said = [(also, _shown(word)) for word, each in table.items() for also in (word, *each.also)]
    words = {spelled: word for also, word in said for spelled in _ways(also)}
    known = STOP | examples().asking
    for name, entry in entries().items():
        if name not in words and not any(stem(part) in known or part in known for part in re.split("[-_]", name)):
            meanings[name] = entry.says
            words |= dict.fromkeys(_ways(name), name)
    return Glossary(
        meanings, words, tuple(map(re.compile, _asking(words))), re.compile(rf"{_LEAD}{_ARTICLE}{_term(words, 'one')}")
    )


def _shown(word: str) -> str:
    return "N/A" if word == "n/a" else word


def _ways(word: str) -> set[str]:
    """How a word may stand in a sentence that was taken apart: `back-fill` as one or two, `n/a` as `na`."""
    bare = word.replace("/", "")
    return {bare, bare.replace("_", " ").replace("-", " ")}


def _term(words: Iterable[str], name: str) -> str:
    longest = sorted(words, key=lambda word: (-len(word), word))
    return rf"(?P<{name}>{'|'.join(map(re.escape, longest))})"


def _asking(words: Iterable[str]) -> list[str]:
    one, two = _term(words, "one"), _term(words, "two")
    thing = _term([word for word in words if not word.endswith("ed") and word not in STATES], "one")
    several = _term([word for word in words if " " in word], "one")
    return [
        rf"\bdifference (?:between|of|from) {_ARTICLE}{one} (?:and|or|to|from|vs) {_ARTICLE}{two}\b",
        rf"\b(?:what|how) (?:is|are) {_ARTICLE}{one} (?:different|any different) (?:from|to|than) {_ARTICLE}{two}\b",
        rf"\bwhat (?:does|do|did|would) (?:\w+ ){{0,3}}?{_ARTICLE}{one}(?: \w+){{0,2}} (?:means?|stand for)\b",
        rf"\bwhat (?:does|do) it mean (?:that|when|if|to) (?:\w+ )*{one}{_TAIL}$",
        rf"\bwhat (?:does|do) it mean (?:that|when|if|to) (?:\w+ ){{0,3}}?{_ARTICLE}{one}\b",
        rf"\bwhat (?:is |are )?(?:means?|meant by|the meaning of|(?:the|that|this) (?:word|term)) {_ARTICLE}{one}\b",
        rf"\bmean(?:s|ing|t)? (?:of|by|with|when you say|if you say) {_ARTICLE}(?:word |term )?{one}\b",
        rf"\bwhat (?:do|does|did|would) (?:\w+ )?understand (?:by|under|with) {_ARTICLE}(?:word |term )?{one}\b",
        rf"\b(?:define|definition of|explain(?: to me| me)?{_WORD}) (?:an? )?{one}{_TAIL}$",
        rf"\bthe (?:word|term) {one}\b",
        rf"^{_LEAD}(?:word|term) {one}(?: explain(?:ed)?)?$",
        rf"^{_LEAD}what (?:is|are) (?:an? |all these )?{thing}{_SUPPOSED}{_TAIL}$",
        rf"^{_LEAD}what (?:is|are) {one} supposed to (?:be|mean){_TAIL}$",
        rf"^{_LEAD}what (?:is|are) the {several}{_SUPPOSED}{_TAIL}$",
        rf"^{_LEAD}{_ARTICLE}{one} (?:means?|meaning)(?: what)?{_TAIL}$",
        rf"\b(?:not|never) (?:know|understand|understood|get|got|knew) what {_ARTICLE}{one} (?:is|are|means?)\b",
    ]
