"""Walking every decision back to its bytes: nothing that was read or judged before is believed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.frozen import Frozen
from bot.store import BrokenBody, Store, audit, markets, proposals, rederive, resolutions
from bot.store.audit import BrokenLink
from bot.store.markets import Market, Spec
from bot.store.proposals import Proposal
from bot.store.rederiving import Memo
from bot.store.resolutions import Resolution
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
    memo: Memo = {}
    damaged: dict[str, BrokenBody] = {}
    broken = []
    for proposal in every:
        for because in _faults(
            store, proposal, specs[proposal.version], there[proposal.market], done.get(proposal.id), memo, damaged
        ):
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
        return [f"the bytes say {said}, the proposal {proposal.outcome.words()}: {verdict.because}"]
    if verdict != told:
        return ["the bytes say the same, but not by the trace that is stored"]
    if resolution is not None and resolution.outcome != proposal.outcome:
        return [f"resolved to {resolution.outcome.words()}, proposed was {proposal.outcome.words()}"]
    return []
