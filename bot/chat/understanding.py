"""What a sentence is taken for, by two witnesses: the patterns of intents.yaml and the examples it is nearest to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from bot.chat.examples import MARK, NUMBER, Weighed, examples
from bot.chat.intents import Meant
from bot.chat.naming import Asked
from bot.chat.replies import Intent, Verb

NEAR = 3.0
"""Worth of being the same as an example, in the logarithms of odds in which the words' evidence is counted."""
LAST = 1.5
"""Worth of the last clause that asks, besides what it tells as a part of the whole."""
ASKS = 0.5
"""How like an example a clause is at least, to ask something by itself."""
PATTERN, CATCH_ALL = 4.0, 1.5
"""Worth of a pattern that fits; of one for `value`, which catches much, less."""
SURE = 0.93
"""Share of the evidence from which on an intent is clear, where both witnesses name it."""
ALONE, ALIKE = 0.98, 0.65
"""The same where no pattern fits; and how like an example the sentence has to be then."""
OTHERS = 0.03
"""Share from which on another intent may have been meant."""
GREETS = 0.8
"""How like a greeting a clause is, at least, to be nothing else."""
TINY = 1e-9
EVIDENCE_ACT = "evidence-act"
VERBS: dict[str, Verb] = {verb: verb for verb in get_args(Verb)} | {EVIDENCE_ACT: "evidence"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What is asked, and of an act its verb. `sure`: the witnesses agree, or one is clear and the other silent.

    `share` of the evidence, 0 to 1; `others` may have been meant; `plain`: nothing in the sentence asks anything.
    """

    intent: Intent
    verb: Verb | None = None
    sure: bool = False
    share: float = 0.0
    near: float = 0.0
    others: tuple[Intent, ...] = ()
    plain: bool = False


def taken(asked: Asked, meant: Meant, leaning: Mapping[Intent, float] | None = None) -> Taken:
    """Weigh the two witnesses; `leaning` is what the names in the sentence speak for, in the same logarithms."""
    if not any(word not in (MARK, NUMBER) for word in asked.whole):
        return Taken("unknown", plain=True)
    weighed = _weighed(asked, meant, leaning or {})
    first = weighed[0]
    intent, verb = _of(first.label)
    agreed = meant.intent == intent and (verb is None or meant.verb in (verb, None))
    silent = meant.intent is None or (meant.intent == "value" and first.near >= ALIKE)
    even = any(one.near >= first.near and _of(one.label)[0] != intent for one in weighed[1:])
    alike = first.near >= ALIKE and not even
    sure = (agreed and first.share >= SURE) or (silent and first.share >= ALONE and alike)
    others = tuple(dict.fromkeys(_of(one.label)[0] for one in weighed[1:4] if one.share >= OTHERS))
    return Taken(intent, verb, sure, first.share, first.near, tuple(each for each in others if each != intent))


def _of(label: str) -> tuple[Intent, Verb | None]:
    if label == EVIDENCE_ACT or (label in VERBS and label not in get_args(Intent)):
        return "propose-act", VERBS[label]
    return cast(Intent, label), None


def _weighed(asked: Asked, meant: Meant, leaning: Mapping[Intent, float]) -> list[Weighed]:
    """Every label with its share of the whole evidence, the likeliest first."""
    clauses = _telling(asked.clauses)
    whole = examples().weigh(*clauses)
    odds = {one.label: math.log(one.share + TINY) + NEAR * one.near for one in whole}
    last = _last_asking(clauses) if len(clauses) > 1 else ()
    for one in last:
        odds[one.label] += LAST * math.log(one.share + TINY) + NEAR * one.near
    for label in odds:
        odds[label] += _of_pattern(label, meant) + leaning.get(_of(label)[0], 0.0)
    most = max(odds.values())
    total = sum(math.exp(each - most) for each in odds.values())
    near = {one.label: max(one.near, *(each.near for each in last if each.label == one.label), 0.0) for one in whole}
    found = [Weighed(label, math.exp(each - most) / total, near[label]) for label, each in odds.items()]
    return sorted(found, key=lambda one: (-one.share, one.label))


def _telling(clauses: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """The clauses without greetings and thanks, where anything else is said."""
    found = [clause for clause in clauses if not _greets(clause)]
    asks = any(word not in (MARK, NUMBER) for clause in found for word in clause)
    return found if asks else clauses


def _greets(clause: tuple[str, ...]) -> bool:
    first = examples().weigh(clause)[0]
    return first.label == "social" and first.near >= GREETS


def _last_asking(clauses: Sequence[tuple[str, ...]]) -> Sequence[Weighed]:
    for clause in reversed(clauses):
        if any(word not in (MARK, NUMBER) for word in clause):
            weighed = examples().weigh(clause)
            if max(one.near for one in weighed) >= ASKS:
                return weighed
    return ()


def _of_pattern(label: str, meant: Meant) -> float:
    intent, verb = _of(label)
    if meant.intent != intent or (verb is not None and verb != meant.verb):
        return 0.0
    return CATCH_ALL if intent == "value" else PATTERN
