"""F: what Manifold takes, what a trader can read, and what should not be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import log

from markets.lint.code import Case, code, loaded
from markets.lint.subject import Found, Subject, opening
from markets.spec import MarketSpec

ADDRESS = re.compile(
    r"https?://[^\s)>\]\"']+|\bwww\.[^\s)>\]\"']+"
    r"|(?<![\w.@/-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,18}/[^\s)>\]\"']*",
    re.IGNORECASE,
)
"""With its scheme or without: `example.org/rules`."""

PATH = re.compile(r"\.[a-z]{2,18}/")
"""In small letters; an address without its scheme has this."""

HARM = re.compile(
    r"\b(dies?|died|dead|deaths?|kill(?:s|ed|ing)?|murder(?:s|ed)?|suicide"
    r"|assassin(?:s|ates?|ated|ations?)?|bomb(?:s|ed|ing)?"
    r"|terroris[tm]s?|overdos(?:e|es|ed)|injur(?:y|ies|ed)|arrest(?:s|ed)?|divorc(?:es?|ed)|pregnan(?:t|cy)"
    r"|diagnos(?:is|ed)|private person)\b",
    re.IGNORECASE,
)
THING = (
    r"(?:boards?|leaderboards?|stars?|benchmarks?|projects?|sites?|pages?|links?|feeds?|sources?|files?|servers?|products?"
    r"|companies|company|formats?|jobs?|run|runs|tasks?|process|processes|batter(?:y|ies))"
)
A_THING_BEFORE = re.compile(rf"\b{THING}\s+(?:has\s+|have\s+|had\s+|is\s+|was\s+|were\s+|are\s+)?$", re.IGNORECASE)
A_THING_AFTER = re.compile(rf"\s+(?:of\s+)?(?:an?\s+|the\s+|its\s+)?(?:\w+\s+)?{THING}\b", re.IGNORECASE)
OF_THINGS = re.compile(r"(?:dies?|died|dead|deaths?|kill)", re.IGNORECASE)
FACTOR = 5
"""How far out of line is too far: a market of the debate has 1500 mana, as it is watched, though its ratio is 1.4."""
LONG = "Will " + "very " * 22 + "many rows of the board reach 85% before July 2027?"
HARM_WORDS = opening(
    "die", "dies", "died", "dead", "death", "deaths", "kill", "kills", "killed", "killing", "murder", "murders",
    "murdered", "suicide", "bomb", "bombs", "bombed", "bombing", "terrorist", "terrorists", "terrorism", "terrorisms",
    "injury", "injuries", "injured", "arrest", "arrests", "arrested", "divorce", "divorced", "divorces", "pregnant",
    "pregnancy", "private", "assassin", "assassins", "assassinate", "assassinates", "assassinated", "assassination",
    "assassinations", "overdose", "overdoses", "overdosed", "diagnosis", "diagnosed",
)  # fmt: skip


loaded(
    "F01",
    "error",
    "Title is {n} characters; Manifold's limit is 120.",
    """Manifold cuts or refuses a longer question. It counts as computers do: an emoji is two.""",
    fires=Case({"Will a row of the board reach 85% before July 2027?": LONG}),
    quiet=Case({"Will a row of the board reach 85% before July 2027?": LONG.replace("very ", "", 10)}),
)
loaded(
    "F02",
    "error",
    "Rendered description is {n} characters, limit 16,000; or {n} answers, limit 100 of 240 characters.",
    """The description is composed of the rule, the house's rules and the fine print; what is too long is shortened in
    the fine print. Answers are counted as Manifold does.""",
    fires=Case({"whoever ran it.": "whoever ran it, " + "and so it is " * 1300}),
    quiet=Case({"whoever ran it.": "whoever ran it, " + "and so it is " * 300}),
)


@code(
    "F03",
    "error",
    "Criteria refer to a page that a trader must open to know the terms.",
    by="passage",
    fires=Case({"whoever ran it.": "whoever ran it, by the terms at https://terms.example/rules."}),
    quiet=Case({"whoever ran it.": "whoever ran it, see https://board.example/scores.csv."}),
)
def page_of_terms(it: Subject) -> Iterator[Found]:
    """Terms on another page can change, or go. Write them here; an address of one of the rule's sources may stand."""
    if not ("://" in it.text or "www." in it.low or ("/" in it.text and PATH.search(it.low))):
        return
    known = [source.fetch.url for source in it.sources if source.fetch.url]
    known += [url.partition("://")[2] for url in known]
    for match in ADDRESS.finditer(it.text):
        url = match.group().rstrip(".,;:")
        if not any(each == url or (each.startswith(url) and url.endswith("/")) for each in known):
            said = f"{url} is none of the rule's sources: write here what it says, or make it a source"
            yield Found(said, *it.at(match.start()))


@code(
    "F04",
    "warning",
    "Added subsidy {m} out of line with uncertainty × abs(ln LR).",
    fires=Case(
        {
            "if_true: 0.60, if_false: 0.30": "if_true: 0.35, if_false: 0.30",
            "subsidy: 200": "subsidy: 2000\nallow: {L02: an example of what it costs}",
        }
    ),
    quiet=Case({"subsidy: 200": "subsidy: 2000"}),
)
def subsidy_out_of_line(it: Subject) -> Iterator[Found]:
    """Mana buys information: a market is worth its uncertainty, 4p(1-p), times how far its outcome would move the
    debate, the largest abs(ln LR). Told where a market takes over 5 times the share of all subsidy that this gives it.

    A debate of one market is measured against a market of even odds and a ratio of 2, at its smallest cost of 200 mana.
    """
    mana = float(it.spec.subsidy_mana)
    if not it.spec.bears_on or mana <= 0:
        return
    rate = it.shared.get("mana a weight")
    if rate is None:
        weighed = [
            (float(each.subsidy_mana), _weight(each)) for each in it.others if each.bears_on and each.subsidy_mana
        ]
        total = sum(weight for _, weight in weighed)
        rate = sum(paid for paid, _ in weighed) / total if len(weighed) > 2 and total else 1000 / log(2)
        it.shared["mana a weight"] = rate
    fair = rate * _weight(it.spec)
    if fair and mana > FACTOR * fair:
        said = f"{mana:.0f} mana of subsidy for what would be worth about {fair:.0f}"
        yield Found(f"{said} by uncertainty × abs(ln LR): lower it, or ask something that tells more", ("subsidy",))


def _weight(spec: MarketSpec) -> float:
    """4p(1-p) × the largest abs(ln LR) of the market's events, either way."""
    p = float(spec.initial_pct) / 100 if spec.initial_pct is not None else 0.5
    ratios = [abs(ratio) for link in spec.bears_on for ratio in ln_ratios(float(link.if_true), float(link.if_false))]
    return 4 * p * (1 - p) * max(ratios, default=0.0)


@lru_cache(maxsize=4096)
def ln_ratios(if_true: float, if_false: float) -> tuple[float, ...]:
    """ln LR of an event and of its absence; none where a probability is 0 or 1."""
    if not (0 < if_true < 1 and 0 < if_false < 1):
        return ()
    return (log(if_true / if_false), log((1 - if_true) / (1 - if_false)))


@code(
    "F05",
    "error",
    "Asks about a private person, a death, or pays someone to do harm.",
    by="prose",
    fires=Case({"whoever ran it.": "unless its author dies."}),
    quiet=Case({"whoever ran it.": "whoever ran it, by the deadline."}),
)
def harm(it: Subject) -> Iterator[Found]:
    """A market pays those who know, and those who can bring it about. No market on deaths, injuries, arrests or private
    people. The list of words is short and blunt; reword what it takes wrongly, and let a person look.
    """
    for match in it.opened(HARM, HARM_WORDS):
        if _of_a_thing(it.text, match):
            continue
        said = f"{match.group()!r}: no market asks about deaths, harm or private people"
        yield Found(f"{said}; ask something else, or reword it", *it.at(match.start()))


def _of_a_thing(text: str, match: re.Match[str]) -> bool:
    """A board dies and a star has its death, and nobody is harmed."""
    if not OF_THINGS.fullmatch(match.group()):
        return False
    before = A_THING_BEFORE.search(text, max(0, match.start() - 40), match.start())
    return before is not None or A_THING_AFTER.match(text, match.end()) is not None
