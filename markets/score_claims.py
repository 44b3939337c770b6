"""Credit claim by claim: what resolved markets say of each, what that lends to those it supports, what must wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from markets.score import held
from markets.score_arguments import ScoredClaim
from markets.score_markets import Evidence, Played, Term, claim_evidence

STRENGTH = 0.5
"""How strongly evidence for a claim speaks for one that it supports; it goes one step and no further."""


@dataclass(frozen=True, slots=True)
class ClaimCredit:
    """What resolved markets say about one claim, in nats; `indirect` came one step along `supports`, at half strength.

    `because` says why it is not scored: what it presupposes has not come true, and until then its evidence counts for
    nothing and lends nothing.
    """

    claim: str
    direct: Evidence = field(default_factory=Evidence)
    indirect: Evidence = field(default_factory=Evidence)
    because: str = ""

    @property
    def scored(self) -> bool:
        return not self.because


def claim_credits(claims: Mapping[str, ScoredClaim], played: Sequence[Played]) -> tuple[ClaimCredit, ...]:
    """Every claim that resolved markets reach, directly or in one step; one that no file knows comes by its links."""
    resolved = [each for each in played if each.resolved]
    names = dict.fromkeys([*claims, *(link.claim for each in resolved for link in each.inputs.links)])
    direct = {name: claim_evidence(name, resolved) for name in names}
    waits = _waiting(claims, direct)
    found = []
    for name in names:
        indirect = Evidence(tuple(_lent(name, claims, direct, waits)))
        if direct[name].terms or indirect.terms:
            found.append(ClaimCredit(name, direct[name], indirect, waits.get(name, "")))
    return tuple(found)


def _lent(
    name: str, claims: Mapping[str, ScoredClaim], direct: Mapping[str, Evidence], waits: Mapping[str, str]
) -> Iterator[Term]:
    for other, claim in claims.items():
        if name in claim.supports and direct[other].terms and other not in waits:
            yield Term(other, direct[other].total, STRENGTH)


def _waiting(claims: Mapping[str, ScoredClaim], direct: Mapping[str, Evidence]) -> dict[str, str]:
    """Claim -> why it cannot count yet. Of several presuppositions any one that holds will do.

    A presupposition holds, or has failed, once its own direct evidence reaches ln 2 either way; one that waits itself
    is unresolved.
    """
    waits: dict[str, str] = {}
    for name in TopologicalSorter({name: claim.presupposes for name, claim in claims.items()}).static_order():
        needs = claims[name].presupposes if name in claims else ()
        states = {other: "unresolved" if other in waits else _state(direct.get(other)) for other in needs}
        if needs and "held" not in states.values():
            waits[name] = "presupposes " + " or ".join(f"{other} ({state})" for other, state in states.items())
    return waits


def _state(evidence: Evidence | None) -> str:
    return held(evidence.total) if evidence is not None else "unresolved"
