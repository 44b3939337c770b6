"""One decision made again from its definition, snapshots and bytes; nothing that was read or judged is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from bot.frozen import Frozen
from bot.review.second import second_opinion
from bot.store import BrokenBody, Store, proposals, rederive, resolutions
from bot.store.markets import Spec
from bot.store.proposals import Proposal
from bot.store.raw import UNREADABLE, undecodable
from bot.store.rederiving import Memo
from bot.verifying.stored import Row, sha256
from markets.render import text_tag
from markets.spec import ReviewSpec
from resolvers.errors import CruxError
from resolvers.outcome import Outcome
from resolvers.rules.judge import SEMANTICS, judge


@dataclass(slots=True)
class Deriver:
    """Derives many decisions over the same bytes; `damaged` collects the bodies that could not serve it."""

    store: Store
    memo: Memo = field(default_factory=dict)
    damaged: dict[str, BrokenBody] = field(default_factory=dict)

    def faults(self, row: Row, spec: Row | None, market: Row | None, resolution: Row | None) -> list[str]:
        """What is wrong with one decision, the most telling thing first; nothing if it holds."""
        if spec is None:
            return [f"the definition {row['version']!s:.12} that it was frozen as is gone"]
        if market is None:
            return [f"its market, number {row['market']}, is gone"]
        if faults := definition_faults(spec):
            return faults
        try:
            resolved = resolutions.read(resolution).outcome if resolution and resolution["done_at"] else None
            return self._faults(proposals.read(row), frozen(spec), str(market["slug"]), resolved)
        except (*UNREADABLE, LookupError, AttributeError, CruxError) as error:  # garbage anywhere in what is stored
            return [f"it cannot be read as it is stored: {' '.join(str(error).split())[:200]}"]
        except sa.exc.OperationalError as error:
            if undecodable(error):
                return [f"what it rests on cannot be read as it is stored: {error.orig}"]
            raise

    def _faults(self, proposal: Proposal, kept: Frozen, slug: str, resolved: Outcome | None) -> list[str]:
        if proposal.semantics != SEMANTICS:
            return [f"judged by semantics {proposal.semantics}, this Crux has {SEMANTICS}: verify it with that version"]
        again = rederive(self.store, kept.sources(), proposal.last_snapshot, proposal.as_of, memo=self.memo)
        self.damaged |= {one.sha256: one for one in again.broken}
        told = proposal.verdict
        cited = {cite.body for cite in told.citations()}
        hit = [one for one in again.broken if one.sha256 in cited] or [
            one for one in self.damaged.values() if one.sha256 in cited
        ]
        if hit:
            return [f"it rests on {one.source} {one.sha256[:12]}: {one.because}" for one in hit]
        verdict = judge(slug, kept.rule, again.evidence, proposal.as_of)
        without = _without(again.broken)
        if verdict.outcome != proposal.outcome:
            said = verdict.outcome.words() if verdict.outcome else verdict.state
            return [f"{without}the bytes say {said}, the proposal {proposal.outcome.words()}: {verdict.because}"]
        if verdict != told and not (again.broken and verdict.citations() == told.citations()):
            return [f"{without}the bytes say the same, but not by the trace that is stored"]
        second = second_opinion(slug, kept.rule, again.evidence, proposal.as_of, proposal.outcome)
        if second != proposal.second and not again.broken:
            told_of = proposal.second or "silent"
            return [f"a second source says {second or 'nothing else'} by the bytes, it was proposed as {told_of}"]
        if resolved is not None and resolved != proposal.outcome:
            return [f"resolved to {resolved.words()}, proposed was {proposal.outcome.words()}"]
        return []


def frozen(spec: Row) -> Frozen:
    """A stored definition; ValueError or LookupError where it is none."""
    return Frozen.of(Spec(**{**spec, "sources": tuple(spec["sources"])}))


def definition_faults(spec: Row) -> list[str]:
    """Whether a definition, its text and its sources are still those that were frozen."""
    version = str(spec["version"])
    if sha256(spec["canonical"]) != version:
        return [f"the stored definition is not the one frozen as {version[:12]}"]
    body = str(spec["description"]).rpartition("\n\n")[0]
    if text_tag(str(spec["description"])) != (version, sha256(body)[:16]):
        return [f"the stored description is not the text posted for {version[:12]}: its last line names another"]
    try:
        reads = sorted(frozen(spec).reads)
    except (*UNREADABLE, LookupError, AttributeError):
        return [f"the stored definition {version[:12]} is none that this Crux can read"]
    if spec["sources"] != reads:
        return [f"the stored definition {version[:12]} reads {', '.join(reads)}, and other sources are put down for it"]
    return []


def _without(broken: Sequence[BrokenBody]) -> str:
    """What a derivation had to do without: a decision can also rest on bytes that it does not cite, as a NO does."""
    return "".join(f"without {one.source} {one.sha256[:12]}, whose bytes are damaged, " for one in broken)


def review_of(spec: Row | None) -> ReviewSpec | None:
    """Who has to agree by a definition; None where it cannot be read."""
    if spec is None or definition_faults(spec):
        return None
    return frozen(spec).review
