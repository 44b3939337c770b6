"""From a decided verdict to a proposal: frozen, one living one a market, stale ones superseded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from bot.clocks import is_astray
from bot.judging import Asked, Judged
from bot.review.disputes import last_doubted
from bot.review.notices import utc
from bot.review.pausing import paused
from bot.review.second import second_of
from bot.store import Store, markets, proposals
from bot.store.proposals import Proposal
from resolvers.outcome import same_answer
from resolvers.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Proposed:
    """What proposing did about one market."""

    slug: str
    proposal: Proposal
    did: Literal["proposed", "judged again", "withdrawn"]


def propose_all(store: Store, judged: Judged, *, again: Collection[str] = (), by: str | None = None) -> list[Proposed]:
    """Put every decided verdict on an open market to people, unless a living proposal says the same already.

    A disputed proposal is judged again: the same answer goes to a new round of votes, another one supersedes it. A
    proposal that nobody has agreed to and that no longer is what the evidence says is withdrawn. What was rejected is
    put to people again only where other cells decide it, or its slug is in `again`. `by` is the person who asked for
    it by name, and who may not approve it then. While all is paused, nothing is proposed; nor is anything that was
    judged before the last dispute or undo, for after those the evidence is looked at again first.
    """
    if paused(store) is not None:
        return []
    done = []
    for question, verdict in zip(judged.questions, judged.verdicts, strict=True):
        if question.market is None or question.market.state == "resolved":
            continue
        second = _second(store, question, verdict, judged.last_snapshot)
        with store.transaction() as connection:
            case = _Case(
                store, connection, question, question.market.id, verdict, judged.last_snapshot, by or "crux", second
            )
            step = _one(case, question.slug in again)
        if step is not None:
            done.append(step)
    return done


@dataclass(frozen=True, slots=True)
class _Case:
    """One market's verdict inside the transaction that puts it to people."""

    store: Store
    connection: sa.Connection
    question: Asked
    market: int
    verdict: Verdict
    last_snapshot: int
    actor: str
    second: str | None


def _second(store: Store, question: Asked, verdict: Verdict, last_snapshot: int) -> str | None:
    """What a second source says otherwise, where a proposal may be made now."""
    assert question.market is not None
    with store.reading() as connection:
        there = proposals.living(connection, question.market.id)
    if there is not None and same_answer(there.outcome, verdict.outcome):
        return None
    return second_of(store, question, verdict, last_snapshot)


def _one(case: _Case, again: bool) -> Proposed | None:
    there, verdict, slug = proposals.living(case.connection, case.market), case.verdict, case.question.slug
    if markets.market(case.connection, case.market).state == "resolved":
        return None  # it has been while this was judged
    now = case.store.now()
    astray = there is not None and is_astray(there.as_of, now)
    if there is not None and (there.state == "resolving" or (there.as_of > verdict.as_of and not astray)):
        return None  # or somebody was faster, who knew more
    doubted = last_doubted(case.connection, case.market)
    if doubted is not None and doubted >= verdict.as_of and not is_astray(doubted, now):
        return None  # or somebody doubts it: a pass that began before that is no answer
    if verdict.state != "decided" or verdict.outcome is None:
        return _doubted(case, there)
    if there is None:
        if not again and _rejected(case.connection, case.market, verdict):
            return None
        return Proposed(slug, _make(case, None), "proposed")
    if astray or not same_answer(there.outcome, verdict.outcome):
        return Proposed(slug, _make(case, there), "proposed")
    if there.state == "disputed" and verdict.as_of > there.as_of:
        because = f"judged again as of {utc(verdict.as_of)}, with the same answer: {verdict.because}"
        anew = proposals.move(case.connection, there, "proposed", actor="crux", at=case.store.now(), because=because)
        return Proposed(slug, anew, "judged again")
    return None


def _rejected(connection: sa.Connection, market: int, verdict: Verdict) -> bool:
    """Whether reviewers have turned down this very answer on these very cells."""
    ended = proposals.listing(connection, market=market)
    if not ended or ended[-1].state != "rejected":
        return False
    before = ended[-1].verdict
    return same_answer(before.outcome, verdict.outcome) and _cells(before) == _cells(verdict)


def _cells(verdict: Verdict) -> set[tuple[str, str, str]]:
    return {(cite.source, cite.observation, cite.column) for cite in verdict.citations()}


def _make(case: _Case, there: Proposal | None) -> Proposal:
    return proposals.propose(
        case.connection,
        market=case.market,
        version=case.question.version,
        verdict=case.verdict,
        last_snapshot=case.last_snapshot,
        at=case.store.now(),
        supersedes=there,
        actor=case.actor,
        second=case.second,
    )


def _doubted(case: _Case, there: Proposal | None) -> Proposed | None:
    if there is None or there.state not in ("proposed", "disputed"):
        return None
    because = f"the evidence no longer decides it: {case.verdict.because}"
    gone = proposals.move(case.connection, there, "withdrawn", actor="crux", at=case.store.now(), because=because)
    return Proposed(case.question.slug, gone, "withdrawn")
