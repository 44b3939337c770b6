"""What of a debate's arguments the record shows: as they stood at the openings, and since when each number is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bot.store import proposals
from bot.store.markets import Market
from bot.store.proposals import Proposal
from bot.store.score_inputs import History
from markets.debate_spec import Stance
from markets.score_arguments import ScoredArguments, as_first_frozen, numbers_among
from markets.score_inputs import ScoreInputs, text_of


@dataclass(frozen=True, slots=True)
class Recorded:
    """Every stance that ever came on record, in order, by its text (`text_of`), and when each first did."""

    stances: Mapping[str, Stance] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)


def recorded(histories: Iterable[History], argued: History) -> Recorded:
    """What the versions of all markets' inputs, and of the debate's arguments, have put on record."""
    found = [(one.at, stance) for each in histories for one in each.versions for stance in _stances(one.told)]
    found += [(one.at, stance) for one in argued.versions for stance in ScoredArguments.of(one.told).numbers]
    stances: dict[str, Stance] = {}
    since: dict[str, datetime] = {}
    for at, stance in sorted(found, key=lambda each: each[0]):
        stances.setdefault(text_of(stance), stance)
        since.setdefault(text_of(stance), at)
    return Recorded(stances, since)


def _stances(told: Mapping[str, object]) -> Sequence[Stance]:
    return ScoreInputs.of(told).stances


def frozen_arguments(argued: History, on_record: Recorded, today: ScoredArguments) -> ScoredArguments:
    """The arguments as they stood at the openings; of a debate that opened without, as first put on record."""
    stood = list(argued.opened.values()) or argued.versions[:1]
    numbers = numbers_among(on_record.stances.values())
    return as_first_frozen([ScoredArguments.of(one.told) for one in stood] or [today], numbers).in_order_of(today)


def known_at(connection: sa.Connection, resolved: Iterable[Market]) -> dict[int, datetime]:
    """Market -> when its answer was known, of those that have resolved.

    That is the earliest of: the instant its decision rests on (the start of the run that made it true, or T), any
    proposal on it, and the moment as of which that was judged. Whoever gave a number later may have known.
    """
    wanted = {each.id: each.resolved_at for each in resolved if each.resolved_at is not None}
    found = dict(wanted)
    for each in proposals.listing(connection):
        if each.market in found:
            found[each.market] = min(found[each.market], *_moments(each))
    return found


def _moments(proposal: Proposal) -> tuple[datetime, ...]:
    instant = proposal.verdict.instant if proposal.state == "resolved" else None
    return (proposal.created_at, proposal.as_of, *([instant] if instant is not None else []))
