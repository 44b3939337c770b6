"""From a decided verdict to a proposal: frozen, one living one a market, stale ones superseded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from bot.judging import Asked
from bot.store import Store, proposals
from bot.store.counting import newest_snapshot
from bot.store.proposals import Proposal
from resolvers.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Proposed:
    """What proposing did about one market."""

    slug: str
    proposal: Proposal
    did: Literal["proposed", "judged again", "withdrawn"]


def propose_all(
    store: Store, questions: Sequence[Asked], verdicts: Sequence[Verdict], *, again: Collection[str] = ()
) -> list[Proposed]:
    """Put every decided verdict on an open market to people, unless a living proposal says the same already.

    A disputed proposal is judged again: the same answer goes to a new round of votes, another one supersedes it. A
    proposal that nobody has agreed to and that no longer is what the evidence says is withdrawn. What was rejected is
    put to people again only where other cells decide it, or its slug is in `again`.
    """
    done = []
    for question, verdict in zip(questions, verdicts, strict=True):
        if question.market is None or question.market.state == "resolved":
            continue
        with store.transaction() as connection:
            step = _one(connection, store, question, question.market.id, verdict, question.slug in again)
        if step is not None:
            done.append(step)
    return done


def _one(
    connection: sa.Connection, store: Store, question: Asked, market: int, verdict: Verdict, again: bool
) -> Proposed | None:
    there = proposals.living(connection, market)
    if there is not None and there.state == "resolving":
        return None
    if verdict.state != "decided" or verdict.outcome is None:
        return _doubted(connection, store, question, there, verdict)
    if there is None:
        if not again and _rejected(connection, market, verdict):
            return None
        return Proposed(question.slug, _make(connection, store, question, market, verdict, None), "proposed")
    if there.outcome != verdict.outcome:
        return Proposed(question.slug, _make(connection, store, question, market, verdict, there), "proposed")
    if there.state == "disputed" and verdict.as_of > there.as_of:
        because = f"judged again as of {verdict.as_of.isoformat()}, with the same answer: {verdict.because}"
        anew = proposals.move(connection, there, "proposed", actor="crux", at=store.now(), because=because)
        return Proposed(question.slug, anew, "judged again")
    return None


def _rejected(connection: sa.Connection, market: int, verdict: Verdict) -> bool:
    """Whether reviewers have turned down this very answer on these very cells."""
    ended = proposals.listing(connection, market=market)
    if not ended or ended[-1].state != "rejected":
        return False
    before = ended[-1].verdict
    return before.outcome == verdict.outcome and _cells(before) == _cells(verdict)


def _cells(verdict: Verdict) -> set[tuple[str, str, str]]:
    return {(cite.source, cite.observation, cite.column) for cite in verdict.citations()}


def _make(
    connection: sa.Connection, store: Store, question: Asked, market: int, verdict: Verdict, there: Proposal | None
) -> Proposal:
    return proposals.propose(
        connection,
        market=market,
        version=question.version,
        verdict=verdict,
        last_snapshot=newest_snapshot(connection),
        at=store.now(),
        supersedes=there,
    )


def _doubted(
    connection: sa.Connection, store: Store, question: Asked, there: Proposal | None, verdict: Verdict
) -> Proposed | None:
    if there is None or there.state not in ("proposed", "disputed"):
        return None
    because = f"the evidence no longer decides it: {verdict.because}"
    gone = proposals.move(connection, there, "withdrawn", actor="crux", at=store.now(), because=because)
    return Proposed(question.slug, gone, "withdrawn")
