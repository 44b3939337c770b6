"""Judging as the service does it: only what new evidence or time has made due, and each market on its own feet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.jobs import Failure, Told, tried
from bot.judging import Asked, Judged, asked, judge_all
from bot.proposing import Proposed, propose_all
from bot.reversals import Reversal, report_reversals
from bot.review.disputes import waiting_to_be_seen
from bot.review.pausing import paused
from bot.service.surroundings import Surroundings
from bot.service.verdicts_told import tell_change
from bot.store import Store
from bot.store.due_markets import DueMarket, open_markets
from bot.store.verdicts import forget_before, newest_snapshots
from markets.pausing import put_out_of_sight
from resolvers.freeing import let_go
from resolvers.verdict import Step, Verdict

WHOLE_EVERY = timedelta(hours=1)
"""Every market is judged at least this often: bridges break and sources grow stale without anything coming in."""

KEPT = timedelta(days=2)
"""How long verdicts of every pass are kept; the newest of each market is kept for good."""

UNTOLD = Step(node="", words="", value="")
"""In place of the trace of a verdict that is remembered: it is nearly all of it, and stands in the store."""

MANY = 500
"""Verdicts of a pass from which on they are put out of the sight of Python's collector, which would walk them."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass came to."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    proposed: list[Proposed] = field(default_factory=list)
    turned: list[Reversal] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass
class Judging:
    """The `judge` job. What it remembers is only which evidence each market was last judged on; it may forget it.

    `verdicts` are the newest of each market, without their traces.
    """

    around: Surroundings
    _on: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = field(default_factory=dict)
    _until: dict[str, datetime] = field(default_factory=dict)
    _whole_at: datetime | None = None
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    async def run(self) -> Told:
        """One pass in the thread for long passes.

        The verdicts of many markets stay for an hour: they are put out of the collector's sight, or its walk over them
        would stop the loop.
        """
        told = await self.around.threads.judge(self.pass_)
        if told["due"] >= MANY:
            put_out_of_sight()
        return told

    def pass_(self) -> dict[str, Any]:
        """Judge what is due, and put what is decided to people, unless everything is paused."""
        store = self.around.store
        now, halted = store.now(), paused(store) is not None
        markets = open_markets(store, self.around.debate.debate)
        newest = newest_snapshots(store, {name for market in markets for name in market.sources})
        on = {market.slug: _evidence(market, newest) for market in markets}
        unseen = waiting_to_be_seen(store, self.around.debate.debate)
        whole = self._whole_at is None or not timedelta(0) <= now - self._whole_at < WHOLE_EVERY
        due = self._due([market for market in markets if market.slug not in unseen], on, now, whole)
        self._whole_at = now if whole else self._whole_at
        self._forget_others(on)
        if not due:
            return _told(len(markets), Pass(), halted, unseen)
        came = _judged(self.around, due, now, halted)
        self._remember(came, on, now, halted)
        if came.proposed:
            self.around.wake("resolve")  # traders are told together with the reviewers
            self.around.wake("post")
        if whole:
            with store.transaction(durable=False) as connection:
                forget_before(connection, now - KEPT)
        self.around.wake("panels")
        told = _told(len(markets), came, halted, unseen)
        let_go(came.verdicts)
        return told

    def _due(
        self,
        markets: Sequence[DueMarket],
        on: dict[str, tuple[str, tuple[tuple[str, int], ...]]],
        now: datetime,
        whole: bool,
    ) -> list[str]:
        if whole:
            return [market.slug for market in markets]
        return [
            market.slug
            for market in markets
            if self._on.get(market.slug) != on[market.slug]
            or market.disputed
            or (market.slug in self._until and self._until[market.slug] <= now)
        ]

    def _remember(
        self, came: Pass, on: dict[str, tuple[str, tuple[tuple[str, int], ...]]], now: datetime, halted: bool
    ) -> None:
        for slug, verdict in came.verdicts.items():
            tell_change(self.verdicts.get(slug), verdict)
            self.verdicts[slug] = verdict.model_copy(update={"trace": UNTOLD})
            self._until.pop(slug, None)
            if verdict.until is not None and verdict.until > now:
                self._until[slug] = verdict.until
            if slug in came.failed or (halted and verdict.state == "decided"):
                self._on.pop(slug, None)  # to be put to people yet
            else:
                self._on[slug] = on[slug]

    def _forget_others(self, on: dict[str, Any]) -> None:
        """Markets that are resolved are of no account any more."""
        for kept in (self._on, self._until, self.verdicts):
            for slug in [slug for slug in kept if slug not in on]:
                del kept[slug]


def _evidence(market: DueMarket, newest: dict[str, int]) -> tuple[str, tuple[tuple[str, int], ...]]:
    """What a market is judged on: the same, the same verdict but for the passing of time."""
    return market.version, tuple((name, newest.get(name, 0)) for name in market.sources)


def _judged(around: Surroundings, slugs: Sequence[str], now: datetime, halted: bool) -> Pass:
    """All together, as that is fastest; one by one where that fails, so that the bad one fails alone."""
    whole = tried("judging", lambda: _judge(around.store, asked(around.store, around.loaded(), slugs), now, halted))
    if not isinstance(whole, Failure):
        return whole
    together = Pass()
    if len(slugs) == 1:
        together.failed[slugs[0]] = whole.because
        return together
    for slug in slugs:
        alone = _judged(around, [slug], now, halted)
        together.verdicts.update(alone.verdicts)
        together.proposed.extend(alone.proposed)
        together.turned.extend(alone.turned)
        together.failed.update(alone.failed)
    return together


def _judge(store: Store, questions: list[Asked], now: datetime, halted: bool) -> Pass:
    """What the questions come to; they are let go of on the way out."""
    judged = judge_all(store, questions, now)
    verdicts = {verdict.slug: verdict for verdict in judged.verdicts}
    turned = report_reversals(store, judged)
    proposed, failed = ([], {}) if halted else _proposed(store, judged)
    del judged
    let_go(questions)
    return Pass(verdicts, proposed, turned, failed)


def _proposed(store: Store, judged: Judged) -> tuple[list[Proposed], dict[str, str]]:
    """Each market by itself: one that cannot be proposed keeps no other from it."""
    made: list[Proposed] = []
    failed: dict[str, str] = {}
    for question, verdict in zip(judged.questions, judged.verdicts, strict=True):
        one = Judged((question,), (verdict,), 0, judged.last_snapshot)
        came = tried(f"proposing {question.slug}", lambda one=one: propose_all(store, one))  # type: ignore[misc]
        if isinstance(came, Failure):
            failed[question.slug] = came.because
        else:
            made += came
    return made, failed


def _told(open_markets: int, came: Pass, halted: bool, unseen: Collection[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"open": open_markets, "due": len(came.verdicts) + len(came.failed)}
    told |= {"paused": True} if halted else {}
    told |= {one.did: [each.slug for each in came.proposed if each.did == one.did] for one in came.proposed}
    told |= {"waiting to be looked at again": sorted(unseen)} if unseen else {}
    told |= {"reversed": [each.words() for each in came.turned]} if came.turned else {}
    return told | ({"failed": came.failed} if came.failed else {})
