"""Answers about what is argued: a claim, who holds it and who does not, what a person thinks, which markets test it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from bot.chat.examples import examples
from bot.chat.matching import Hit
from bot.chat.replies import Reply
from bot.chat.subjects import Subject
from bot.chat.tools import Tools
from bot.chat.wording import Said, parts, stem
from bot.chat.words import STOP
from markets.debate import Arguments

SHOWN = 3
LINE_CHARS = 300
LEAST = 0.34
"""Share of the words' weight that has to be in a claim for it to be the one asked about."""
CLEAR = 0.15
"""How much more of it than in the next claim for that one to be told alone."""
NAMED = 4
"""Letters of a word from which on it may be the beginning of a person's name here."""
EVEN = Decimal("0.5")
OF_MARKET = re.compile(r"\b(?:which|what) claims?\b")
"""How one asks which claims a market bears on."""


def claims(tools: Tools, said: Said, about: Subject) -> Reply:
    """The claim or the person that the words are about; the claims a market bears on; or how many there are."""
    arguments = tools.loaded.arguments
    if arguments is None or not arguments.claims:
        told = "This debate has no claims written down, so nobody's position is on record."
        return Reply((told,), "claim")
    if about.slug is not None and about.named and OF_MARKET.search(" ".join(said.words)):
        return _of_market(tools, arguments, about.slug)
    voices = _voices(said, arguments)
    hits = _about(tools, said, voices)
    if hits and (len(hits) == 1 or hits[0].share - hits[1].share >= CLEAR):
        return Reply(_one(tools, arguments, hits[0].slug, voices), "claim")
    if voices:
        return Reply(_voice(tools, arguments, voices, [hit.slug for hit in hits]), "claim")
    if hits:
        lines = [_line(tools, arguments, hit.slug) for hit in hits[:SHOWN]]
        return Reply(tuple(lines), "claim", confident=False)
    there = (
        f"This debate has {len(arguments.claims)} claims on {len(arguments.axes)} axes; /claim finds one by its name."
    )
    return Reply((there, f"Who speaks: {', '.join(_name(one) for one in list(arguments.voices)[:8])}."), "claim")


def named(tools: Tools, said: Said) -> bool:
    """Whether a claim or a person of the debate is called by name, or claims are spoken of."""
    arguments = tools.loaded.arguments
    if any(word.startswith("claim") for word in said.words):
        return True
    if arguments is None:
        return False
    return any(word in arguments.claims for word in said.words) or bool(_voices(said, arguments))


def called(tools: Tools, said: Said) -> bool:
    """Whether the whole name of a claim is said, as files and answers have it, which nothing but a claim has."""
    arguments = tools.loaded.arguments
    return arguments is not None and any("-" in word and word in arguments.claims for word in said.words)


def _of_market(tools: Tools, arguments: Arguments, slug: str) -> Reply:
    spec = tools.loaded.markets.get(slug)
    if spec is None:
        return Reply((f"{slug} is no longer in the debate's files, so what it bears on is not known.",), "claim", slug)
    links = spec.bears_on
    if not links:
        return Reply((f"{slug} bears on no claim.",), "claim", slug)
    lines = []
    for link in links[:SHOWN]:
        likely = f"{link.event} has {link.if_true} if it is true, else {link.if_false}"
        lines.append(_cut(f"{link.claim}: {_text(arguments, link.claim)} As the debate's file has it, {likely}."))
    return Reply(tuple(lines), "claim", slug)


def _about(tools: Tools, said: Said, voices: Iterable[str]) -> list[Hit]:
    """The claims that the words may mean, the best first; a claim's own name says it outright."""
    index = tools.titles.claims
    assert index is not None
    named = [word for word in said.words if index.title(word) is not None]
    of_voices = {stem(part) for voice in voices for part in voice.split("-")}
    asking = examples().asking
    telling = [word for word in said.words if stem(word) not in asking and stem(word) not in of_voices]
    hits = index.find(named or telling, SHOWN)
    return [hit for hit in hits if hit.share >= LEAST][: 1 if named else SHOWN]


def _voices(said: Said, arguments: Arguments) -> list[str]:
    """Those whose name, or a part of it, is said: `carlsmith`, `the conditioners`; no plain word is short for one."""
    words = {stem(part) for word in said.words for part in parts(word) if len(part) >= NAMED and word not in STOP}
    short = {word for word in words if word not in examples().words}
    found = []
    for voice in arguments.voices:
        known = {stem(part) for part in voice.split("-") if len(part) >= NAMED and not part[1:].isdigit()}
        begun = any(part.startswith(word) or word.startswith(part) for word in short for part in known)
        if begun or not words.isdisjoint(known):
            found.append(voice)
    return found


def _one(tools: Tools, arguments: Arguments, name: str, voices: Iterable[str]) -> tuple[str, ...]:
    """A claim: its words, who holds it and who does not, and what tests it."""
    held = [stance for stance in arguments.in_force(tools.now) if stance.claim == name]
    chosen = [stance for stance in held if stance.voice in set(voices)] or held
    likely = [(stance.voice, _credence(arguments, stance.word, stance.credence)) for stance in chosen]
    sides = [
        ("For it", [f"{_name(voice)} ({at})" for voice, at in likely if at > EVEN]),
        ("Undecided", [f"{_name(voice)} ({at})" for voice, at in likely if at == EVEN]),
        ("Against it", [f"{_name(voice)} ({at})" for voice, at in likely if at < EVEN]),
    ]
    told = "; ".join(f"{side}: {', '.join(names)}" for side, names in sides if names)
    return (
        _cut(f"{name}: {_text(arguments, name)}"),
        _cut(f"{told}, as we read them (0 to 1)." if told else "Nobody's position on it is on record."),
        _tests(tools, name),
    )


def _voice(tools: Tools, arguments: Arguments, voices: list[str], about: list[str]) -> tuple[str, ...]:
    """What a person holds: on the axes, and the claims they are surest about."""
    lines = []
    for voice in voices[:2]:
        spec = arguments.voices[voice]
        poles = [
            f"{axis} {at:+d} ({arguments.axes[axis].plus if at > 0 else arguments.axes[axis].minus})"
            for axis, at in spec.positions.items()
            if at and axis in arguments.axes
        ]
        lines.append(_cut(f"{_name(voice)}, from -2 to 2: {'; '.join(poles) or 'takes no side on any axis'}."))
        held = [one for one in arguments.in_force(tools.now) if one.voice == voice and one.claim is not None]
        held.sort(key=lambda one: -abs(_credence(arguments, one.word, one.credence) - EVEN))
        held = [one for one in held if one.claim in about] or held
        if held:
            claim = held[0].claim or ""
            at = _credence(arguments, held[0].word, held[0].credence)
            lines.append(_cut(f"Of “{_text(arguments, claim)}” ({claim}): {at}, as we read it."))
    return tuple(lines)


def _line(tools: Tools, arguments: Arguments, name: str) -> str:
    return _cut(f"{name}: {_text(arguments, name)} {_tests(tools, name)}")


def _tests(tools: Tools, name: str) -> str:
    found = sorted(slug for slug, spec in tools.loaded.markets.items() if any(b.claim == name for b in spec.bears_on))
    return f"Tested by {', '.join(found[:SHOWN])}." if found else "No market tests it yet."


def _credence(arguments: Arguments, word: str | None, credence: Decimal | None) -> Decimal:
    return credence if credence is not None else arguments.lexicon.get(word or "", EVEN)


def _text(arguments: Arguments, name: str) -> str:
    return arguments.claims[name].text if name in arguments.claims else name


def _name(voice: str) -> str:
    """`t001-homunculist` -> `homunculist (thread 001)`, `joe-carlsmith` -> `joe carlsmith`."""
    first, _, rest = voice.partition("-")
    if rest and re.fullmatch(r"t\d+", first):
        return f"{rest.replace('-', ' ')} (thread {first[1:]})"
    return voice.replace("-", " ")


def _cut(text: str) -> str:
    return text if len(text) <= LINE_CHARS else f"{text[: LINE_CHARS - 1].rstrip()}…"
