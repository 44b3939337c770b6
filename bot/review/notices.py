"""What traders read on Manifold about a proposal and a resolution: plain markdown, everything from outside escaped.

The outbox adds its own mark to each, by which a second run finds out that the first had posted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.review.quorum import Quorum
from resolvers.verdict import Citation, Verdict

MAX_CITES = 6
"""Cells named in a notice; the receipt in the store names all of them."""
MAX_CELL = 80
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~@:])")


def escaped(text: str, budget: int = MAX_CELL) -> str:
    """Text from outside as markdown that shows itself: no link, mention, heading or line break survives."""
    flat = " ".join(text.split())
    cut = flat if len(flat) <= budget else flat[: budget - 1] + "…"
    return SPECIAL.sub(r"\\\1", cut)


def utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def first(verdict: Verdict, outcome: str, quorum: Quorum, window: str = "") -> str:
    """The comment that goes out with the reviewers' card: they learn nothing before traders do.

    `window` is how long holders may object once it is agreed, in words.
    """
    needed = f"{quorum.needed} reviewers must agree" if quorum.needed > 1 else "One interested person decides"
    return "\n\n".join(
        [
            f"**Proposed: {escaped(outcome, 240)}.** Reviewers are asked; nothing is decided. {needed} before a window "
            f"for objections begins{f', which lasts {window}' if window else ''}.",
            f"Why: {escaped(verdict.because, 600)}",
            *cited(verdict.citations()),
            "Reply to this comment to object if you hold a position here; an objection holds the resolution until a "
            "reviewer has answered it.",
            "This comment is no clarification of the criteria.",
        ]
    )


def undone_comment(outcome: str, person: str, because: str) -> str:
    """The comment after a resolution was taken back."""
    return "\n\n".join(
        [
            f"**The resolution to {escaped(outcome, 240)} was taken back.** It is looked at and judged again.",
            f"{escaped(person)}: {escaped(because, 600)}",
            "This comment is no clarification of the criteria.",
        ]
    )


def by_silence(after: str) -> str:
    """What an announcement says of a proposal that went on by itself."""
    return f"Nobody said anything against it for {after}, which the definition lets decide"


def announcement(
    verdict: Verdict, outcome: str, until: datetime, *, alone: bool = False, silent: str | None = None
) -> str:
    """The comment that starts the window: outcome, why, until when, how to object.

    `alone`: one person decides. `silent`: nobody spoke for that long, and the definition lets that decide.
    """
    who = "One interested person, who said so when this opened, has decided" if alone else "Reviewers have agreed"
    who = by_silence(silent) if silent else who
    return "\n\n".join(
        [
            f"**Proposed resolution: {escaped(outcome, 240)}.** {who}; nothing is resolved yet.",
            f"Why: {escaped(verdict.because, 600)}",
            *cited(verdict.citations()),
            f"Until: {utc(until)}. Reply to this comment to object if you hold a position here; an objection holds the "
            "resolution until a reviewer has answered it.",
            "This comment is no clarification of the criteria.",
        ]
    )


def receipt_comment(verdict: Verdict, outcome: str, audit_head: str) -> str:
    """The comment after resolving: what the resolution rests on, so that anyone can check it."""
    bodies = sorted({(cite.source, cite.body, cite.seen_at) for cite in verdict.citations()})
    return "\n\n".join(
        [
            f"**Resolved: {escaped(outcome, 240)}.**",
            f"Why: {escaped(verdict.because, 600)}",
            *[
                f"- {escaped(source)} seen {utc(seen_at)}, sha256 of the bytes `{body}`"
                for source, body, seen_at in bodies[:MAX_CITES]
            ],
            f"Record up to `{audit_head}`. This comment is no clarification of the criteria.",
        ]
    )


def answer_comment(person: str, text: str) -> str:
    """A reviewer's answer to an objection, posted as a reply."""
    return f"{escaped(person)} answers: {escaped(text, 1500)}"


def cited(cites: Sequence[Citation]) -> list[str]:
    """The cells a verdict rests on, one line each, the first few of them."""
    lines = [
        f"- {escaped(cite.source)}: {escaped(cite.key)}, {escaped(cite.column)} = {escaped(cite.text or 'unknown')}, "
        f"first seen {utc(cite.seen_at)}"
        for cite in cites[:MAX_CITES]
    ]
    if len(cites) > MAX_CITES:
        lines.append(f"- and {len(cites) - MAX_CITES} more cells, named in the receipt")
    return lines
