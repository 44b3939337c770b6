"""Walking every decision back to its bytes: nothing that was read or judged before is believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import sqlalchemy as sa

from bot.frozen import Frozen
from bot.store import BrokenBody, Store, audit, markets, proposals, rederive, resolutions, reviews
from bot.store.audit import Act, BrokenLink
from bot.store.markets import Market, Spec
from bot.store.proposals import Proposal
from bot.store.rederiving import Memo
from bot.store.resolutions import Resolution
from bot.store.reviews import Vote
from resolvers.rules.judge import SEMANTICS, judge


@dataclass(frozen=True, slots=True)
class BrokenDecision:
    """A proposal or resolution that its bytes do not bear out, and why."""

    proposal: int
    slug: str
    resolved: bool
    because: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What holds and what does not: resolutions and open proposals derived again, and the record's own chain."""

    resolutions: int
    verified: int
    proposals: int
    broken: tuple[BrokenDecision, ...]
    bodies: tuple[BrokenBody, ...]
    record: tuple[BrokenLink, ...]

    @property
    def whole(self) -> bool:
        return not (self.broken or self.bodies or self.record)


def verify(store: Store) -> Verified:
    """Derive every decision again from definitions, snapshots and bytes, and hold the record against its hashes."""
    with store.reading() as connection:
        every = proposals.listing(connection)
        done = {one.proposal: one for one in resolutions.every(connection) if one.done_at}
        record = audit.broken_links(connection, resolutions.heads(connection))
        specs = {one.version: markets.spec(connection, one.version) for one in every}
        there = {one.market: markets.market(connection, one.market) for one in every}
        untold = _untold(connection, every, done)
    memo: Memo = {}
    damaged: dict[str, BrokenBody] = {}
    broken = []
    for proposal in every:
        found = _faults(
            store, proposal, specs[proposal.version], there[proposal.market], done.get(proposal.id), memo, damaged
        )
        for because in [*found, *untold.get(proposal.id, ())]:
            slug = there[proposal.market].slug
            broken.append(BrokenDecision(proposal.id, slug, proposal.id in done, because))
            break
    failed = {one.proposal for one in broken if one.resolved}
    return Verified(len(done), len(done) - len(failed), len(every), tuple(broken), tuple(damaged.values()), record)


def _faults(
    store: Store,
    proposal: Proposal,
    spec: Spec,
    market: Market,
    resolution: Resolution | None,
    memo: Memo,
    damaged: dict[str, BrokenBody],
) -> list[str]:
    """What is wrong with one decision, the most telling thing first; nothing if it holds."""
    if hashlib.sha256(spec.canonical.encode()).hexdigest() != spec.version:
        return [f"the stored definition is not the one frozen as {spec.version[:12]}"]
    if proposal.semantics != SEMANTICS:
        return [f"judged by semantics {proposal.semantics}, this Crux has {SEMANTICS}: verify it with that version"]
    frozen = Frozen.of(spec)
    again = rederive(store, frozen.sources(), proposal.last_snapshot, proposal.as_of, memo=memo)
    damaged |= {one.sha256: one for one in again.broken}
    told = proposal.verdict
    cited = {cite.body for cite in told.citations()}
    hit = [one for one in again.broken if one.sha256 in cited] or [
        one for one in damaged.values() if one.sha256 in cited
    ]
    if hit:
        return [f"it rests on {one.source} {one.sha256[:12]}: {one.because}" for one in hit]
    verdict = judge(market.slug, frozen.rule, again.evidence, proposal.as_of)
    if verdict.outcome != proposal.outcome:
        said = verdict.outcome.words() if verdict.outcome else verdict.state
        return [
            f"{_without(again.broken)}the bytes say {said}, the proposal {proposal.outcome.words()}: {verdict.because}"
        ]
    if verdict != told and not (again.broken and verdict.citations() == told.citations()):
        return [f"{_without(again.broken)}the bytes say the same, but not by the trace that is stored"]
    if resolution is not None and resolution.outcome != proposal.outcome:
        return [f"resolved to {resolution.outcome.words()}, proposed was {proposal.outcome.words()}"]
    return []


def _without(broken: Sequence[BrokenBody]) -> str:
    """What a derivation had to do without: a decision can also rest on bytes that it does not cite, as a NO does."""
    return "".join(f"without {one.source} {one.sha256[:12]}, whose bytes are damaged, " for one in broken)


def _untold(
    connection: sa.Connection, every: Sequence[Proposal], done: Mapping[int, Resolution]
) -> dict[int, list[str]]:
    """Votes and receipts that are not what the record, which is chained by hashes, says of them."""
    told: dict[str, list[Act]] = {}
    for act in audit.acts(connection):
        told.setdefault(act.subject, []).append(act)
    found: dict[int, list[str]] = {}
    for proposal in every:
        acts = told.get(f"proposal {proposal.id}", [])
        votes = [(one.actor, one.act, json.loads(one.payload)["because"]) for one in acts if one.act in get_args(Vote)]
        kept = [(one.person, one.vote, one.because) for one in reviews.reviews(connection, proposal, all_rounds=True)]
        if votes != kept:
            found.setdefault(proposal.id, []).append("the votes on it are not those on the record")
        if proposal.id in done and done[proposal.id].receipt != _receipt(acts):
            found.setdefault(proposal.id, []).append("its receipt is not the one on the record")
    return found


def _receipt(acts: Sequence[Act]) -> dict[str, object] | None:
    """The receipt as it was put on the record, with the head it was given."""
    last = [one for one in acts if one.act == "receipt"][-1:]
    return {**json.loads(last[0].payload)["receipt"], "audit_head": last[0].hash} if last else None
