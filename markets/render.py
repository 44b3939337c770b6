"""A market as traders read it: the question's description in Markdown, saying what the rule does, number for number.

Manifold turns Markdown into its own document: headings, bold, lists and links live, tables are flattened, single line
breaks become spaces (seen in transcripts recorded 2026-11-21). So there are none of the latter two. The text has a part
that is frozen when the market opens and a part that may change on the record: addresses and people.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markets.fields import in_words
from resolvers.rules.panels import is_panel

if TYPE_CHECKING:
    from markets.spec import MarketSpec, ReviewSpec
    from resolvers.sources.spec import SourceSpec

NO_AI = "There will be no AI clarifications added to this market's description."
"""Manifold looks for this sentence, in any case, before it lets a model append clarifications (source, 2026-08-21)."""

MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~@])")
AT_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")
SEATS = (
    "Seats of a panel are drawn from a published list. Nobody sits on it who holds a position in this market, or who "
    "belongs to a lab or firm that the question is about. Its members answer the written question and nothing else, "
    "and post their reasons."
)
"""Who may sit on a panel (H10); how many, for how long and what silence means is said by the rule's own phrase."""
OWN_WORDS = 200
"""More characters than the two headings, the opening and what parts them."""
TAG = re.compile(r"version ([0-9a-f]{64}), text ([0-9a-f]{16})")


@lru_cache(maxsize=8192)
def escaped(text: str) -> str:
    """Foreign text as it stands, in one paragraph: no markup, no mention, no list begins in it."""
    one_line = " ".join(text.split())
    return AT_START.sub(r"\1\\\2", MARKUP.sub(r"\\\1", one_line))


def address(url: str) -> str:
    """A link as bare text that Markdown makes clickable; what could end or open markup is percent-encoded."""
    return re.sub(r"[\s<>\"'`()\[\]{}|\\^*]", lambda found: f"%{ord(found[0]):02X}", url)


def description(spec: MarketSpec) -> str:
    """The whole description as posted."""
    body = _body(spec)
    return f"{body}\n\n{_last_line(spec, body, spec.version)}"


def length(spec: MarketSpec) -> int:
    """How many characters the description has; cheaper than the description, for it needs no version."""
    body = _body(spec)
    return len(body) + 2 + len(_last_line(spec, body, "0" * 64))


def most_of_own(spec: MarketSpec) -> int:
    """No fewer characters than what a description has of its market's own: opening, baseline, fine print, slug."""
    return len(spec.slug) + 2 * len(spec.baseline) + len(spec.fine_print) + OWN_WORDS


def _body(spec: MarketSpec) -> str:
    return f"{spec.fixed_text}\n\n{_changeable(spec)}"


def fixed_text(spec: MarketSpec) -> str:
    """The part that is frozen at opening and belongs to the definition's version."""
    parts = [
        "## How this resolves",
        _bullets([_sentence(escaped(phrase.text)) for phrase in spec.rule.phrases()]),
        "## When",
        _bullets(_when(spec)),
        "## Where we look",
        _bullets([_source(source) for source in spec.sources]),
        "## Who decides",
        _bullets(_people(spec)),
    ]
    if spec.baseline.strip():
        parts += ["## Where things stood", _sentence(escaped(spec.baseline))]
    if spec.fine_print.strip():
        parts += ["## Fine print", spec.fine_print.strip()]
    return "\n\n".join([*parts, NO_AI])


def text_tag(markdown: str) -> tuple[str, str] | None:
    """(version, text hash) named in a description's last line, also as read back from Manifold; None without one."""
    found = TAG.findall(markdown)
    return (found[-1][0], found[-1][1]) if found else None


def _last_line(spec: MarketSpec, body: str, version: str) -> str:
    text = hashlib.sha256(body.encode()).hexdigest()[:16]
    return (
        f"Definition {spec.slug} of the debate {escaped(spec.debate)}, version {version}, text {text}. "
        "A bot proposes, people decide."
    )


def _changeable(spec: MarketSpec) -> str:
    lines = [f"{escaped(source.id)}: {_where(source)}" for source in spec.sources]
    if spec.reviewers:
        lines.append(f"Reviewers: {', '.join(escaped(name) for name in spec.reviewers)}.")
    return "## May change, on the record\n\n" + _bullets(lines)


def _when(spec: MarketSpec) -> list[str]:
    decides = in_words(spec.decides)
    if spec.market_type == "BINARY":
        early = (
            "YES as soon as its condition has come true and settled: from then on later evidence no longer counts. "
            f"NO only after {decides}."
        )
    elif spec.market_type == "DATE":
        early = (
            "A date's answer as soon as it is certain and settled: from then on later evidence no longer counts. "
            f"The last answer only after {decides}."
        )
    else:
        early = f"Read as things stand at {decides}; nothing is decided before."
    return [
        f"All times are UTC, a bare date is 00:00 that day, and T is {decides}. Closing is not resolving.",
        early,
        "Not known yet, and not knowable, are never taken for NO.",
    ]


def _source(source: SourceSpec) -> str:
    words = f"{escaped(source.id)}: {escaped(source.publisher)}, licence {escaped(source.licence)}"
    return _sentence(f"{words}; {escaped(source.attribution)}" if source.attribution else words)


def _where(source: SourceSpec) -> str:
    if source.fetch.url:
        return address(source.fetch.url)
    return f"a registry of this debate, {escaped(source.fetch.file or '')}"


def _people(spec: MarketSpec) -> list[str]:
    review = spec.review
    window = (
        f"After that one comment here names the outcome, the reason and the end of a window of {review.window}. "
        "Reply to it to object: an objection holds the resolution until a reviewer has answered it."
    )
    if review.declare:
        who = (
            "One interested person resolves this market: its author reviews alone (quorum 1) and may hold a position "
            "in the debate. The window is longer for that reason."
        )
    else:
        who = f"A rule that anyone can run again proposes; {review.quorum} reviewers must agree."
    more = _beyond(review)
    panel = [SEATS] if any(is_panel(source.id) for source in spec.sources) else []
    account = "The account that asks does not trade here. Every resolution names the bytes it rests on."
    return [who, window, *more, *panel, account]


def _beyond(review: ReviewSpec) -> list[str]:
    """What a definition says of its review besides the quorum and the window."""
    told = []
    if review.rising:
        doubted = " then ".join(str(number) for number in review.rising[1:]) or str(review.quorum)
        told.append(f"With each dispute, and where the price or a second source contradicts, {doubted} must agree.")
    if review.on_proposed == "close":
        told.append("Trading is closed while a proposal stands before the reviewers.")
    if review.auto_after is not None:
        told.append(f"A proposal to which nobody says anything for {review.auto_after} goes on by itself.")
    return told


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
