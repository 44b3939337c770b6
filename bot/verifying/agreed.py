"""Whether enough people agreed, by the record alone: how many had to, made again from what was known then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.review.doubting import FRESH
from bot.review.quorum import Doubts, Quorum, Vote, even_share, quorum_for, share_of, speaks_against, standing
from bot.store.audit import Act
from bot.store.prices import Sample
from bot.store.raw import UNREADABLE
from bot.verifying.stored import Stored
from bot.verifying.told import Wanted
from markets.outbox import proposal_notices
from markets.spec import ReviewSpec
from resolvers.evidence import instant
from resolvers.outcome import Outcome

FRESH_US = FRESH // timedelta(microseconds=1)
LATE_US = timedelta(hours=1) // timedelta(microseconds=1)
"""A price may be kept a little after the moment it is of; one an hour older than an approval was known to it."""
UNREAD = "what its approval rests on cannot be read as it is stored"


@dataclass(frozen=True, slots=True)
class Said:
    """One vote, as the record has it."""

    person: str
    vote: Vote


@dataclass(frozen=True, slots=True)
class Approval:
    """An act that approved a proposal: in which round, and what it says that it rests on."""

    act: Act
    round: int
    facts: Mapping[str, Any] | None


def approval_faults(there: Stored, number: int, wanted: Wanted, review: ReviewSpec, outcome: Outcome) -> list[str]:
    """Where the last approval had fewer people than the facts of its day demand, or facts that were not so."""
    made = _approval(there.told.acts.get(number, []))
    if made is None:
        return [f"it is {wanted['state']}, and nobody approved it: no act of the record says so"]
    if made.facts is None:  # what the record itself knows asks for as many all the same
        doubts = Doubts(disputes=_disputes(there, wanted["market"], made.act.id), second=wanted["second"])
        return _enough(there, number, made, quorum_for(doubts, review), review, wanted)
    try:
        doubts = Doubts.of(made.facts["doubts"])
        needed = quorum_for(doubts, review)
        found = _doubted(there, number, wanted, made, doubts, outcome)
        if made.facts.get("needed") != needed.needed:
            found.append(
                f"by the facts on record {needed.needed} had to agree, and it was said to be {made.facts.get('needed')}"
            )
        if "auto_after" in made.facts:
            return [*found, *_silence(there, number, made, doubts, review, wanted)]
    except (*UNREADABLE, LookupError, AttributeError, ArithmeticError):
        return [UNREAD]
    return [*found, *_enough(there, number, made, needed, review, wanted)]


def _approval(acts: Sequence[tuple[Act, Any]]) -> Approval | None:
    round_, found = 1, None
    for act, said in acts:
        round_ += act.act == "proposed"
        if act.act == "approved":
            found = Approval(act, round_, said.get("facts"))
    return found


def _votes(there: Stored, number: int, round_: int, until: datetime | None = None) -> list[Said]:
    return [
        Said(row["person"], row["vote"])
        for _, row in sorted(there.told.reviews.items())
        if (row["proposal"], row["round"]) == (number, round_) and (until is None or row["at"] <= until)
    ]


def _enough(
    there: Stored, number: int, made: Approval, needed: Quorum, review: ReviewSpec, wanted: Wanted
) -> list[str]:
    if made.round != wanted["round"]:
        return [f"it is {wanted['state']} in round {wanted['round']}, and was approved in round {made.round} only"]
    stands = standing(_votes(there, number, made.round), needed.needed, review.quorum)
    if stands == "approved":
        return []
    why = f": {needed.needed} had to agree ({'; '.join(needed.because)})" if needed.because else ""
    return [f"it is {wanted['state']}, but by the votes of its last round it is {stands}{why}"]


def _doubted(there: Stored, number: int, wanted: Wanted, made: Approval, doubts: Doubts, outcome: Outcome) -> list[str]:
    """Where the facts of an approval are not what the record and the kept prices say of that moment."""
    found = []
    disputes = _disputes(there, wanted["market"], made.act.id)
    if doubts.disputes != disputes:
        found.append(f"it was approved as disputed {doubts.disputes} times, by the record it had been {disputes} times")
    if doubts.second != wanted["second"]:
        found.append("it was approved with another word of a second source than it was proposed with")
    market = there.markets.get(wanted["market"])
    if market is not None and market["revision"] <= 1:  # nothing but its resolution has changed it since
        closes = market["closes_at"]
        if doubts.open != (closes is None or closes > made.act.at):
            found.append(f"it was approved as {'open for' if doubts.open else 'closed to'} trading, and it was not so")
    if market is not None and doubts.even != even_share(outcome, len(market["answers"])):
        found.append("it was approved with another number of answers than the market has")
    return [*found, *_priced(there.prices, wanted["market"], made, doubts, outcome)]


def _priced(
    prices: Mapping[tuple[int, int], Sample], market: int, made: Approval, doubts: Doubts, outcome: Outcome
) -> list[str]:
    """The price and the pool that an approval names, against the samples that were kept."""
    at = instant(made.act.at)
    newest = max((kept for of, kept in prices if of == market and kept <= at - LATE_US), default=None)
    known = newest is not None and at - newest <= FRESH_US - LATE_US
    if doubts.sampled_at is None:
        return ["it was approved as without a price, and one was known"] if known else []
    sample = prices.get((market, instant(doubts.sampled_at)))
    if sample is None:
        return [f"the price of {doubts.sampled_at.isoformat()} that it was approved at is gone from the samples"]
    if (share_of(outcome, sample.shares), sample.liquidity_mana) != (doubts.share, doubts.pool_mana):
        return ["it was approved at another price than the one that was kept"]
    older = newest is not None and newest > instant(doubts.sampled_at)
    return ["it was approved at an older price than was known"] if older else []


def _disputes(there: Stored, market: int, before: int) -> int:
    """Disputes and undoings of a market's resolutions before an act of the record."""
    told = there.told
    mine = [number for number, row in told.proposals.items() if row["market"] == market]
    acts: Iterable[Act] = (act for number in mine for act, _ in told.acts.get(number, []))
    return sum(1 for act in acts if act.act in ("dispute", "undone") and act.id < before)


def _silence(
    there: Stored, number: int, made: Approval, doubts: Doubts, review: ReviewSpec, wanted: Wanted
) -> list[str]:
    """Whether nobody had said anything, for as long as the definition lets silence decide."""
    after, told = review.auto_after, there.told
    if after is None or review.declare:
        return ["it went on by nobody's word, which its definition does not allow"]
    spoke = speaks_against(_votes(there, number, made.round, made.act.at))
    objected = [act for act, _ in told.acts.get(number, []) if act.act == "object" and act.id < made.act.id]
    if made.round != 1 or spoke or objected or quorum_for(doubts, review).because:
        return ["it went on by nobody's word, though somebody had spoken against it"]
    since = _quiet_since(there, number, made, wanted)
    if since is None:
        return ["it went on by nobody's word, and traders had not been told of it"]
    if made.act.at < since + after:
        return [f"it went on by nobody's word before {after} had passed"]
    return []


def _quiet_since(there: Stored, number: int, made: Approval, wanted: Wanted) -> datetime | None:
    """From when on nobody's word counted, by the record: from the notice to traders, or the end of a pause."""
    market, told = there.markets.get(wanted["market"]), there.told
    keys = proposal_notices(str(market["market_id"]), number, made.round) if market is not None else ()
    posted = [told.done[key] for key in keys if key in told.done and told.done[key] <= made.act.at]
    if not posted:
        return None
    created: datetime = wanted["created_at"]
    return max(min(posted), created, *(at for at in told.resumed if at <= made.act.at))
