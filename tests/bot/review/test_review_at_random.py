"""Laws 7 and 8 as invariants: random people, platforms, trades and deaths, and never a resolution against the rules."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from desk_builders import Desk, desk_in
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.resolving import Resolver, Stepped
from bot.review.objecting import answer
from bot.review.people import Actor
from bot.review.undo import undo, undo_until
from bot.store import reviews
from bot.verifying import verify
from markets.apply import Carrier
from markets.manifold import Manifold
from resolvers.errors import Refusal

PEOPLE = ("ann", "ben", "cat", "dan", "eve")
TRADERS = {"ann": "trader1", "ben": "trader2"}
"""Who of them has an account on Manifold."""
LADDER = (2, 3, 5)
ROUTES = ("POST /v0/comment", "POST /v0/market/{contractId}/resolve", "POST /unresolve")
HARM = ("503", "drop", "work_then_500", "drop_after_work")
MINUTES = st.sampled_from((1, 9, 11))
"""After a resolution, until somebody undoes it."""


class Died(BaseException):
    """The process ended here."""


class Reviewed(RuleBasedStateMachine):
    """One market from its first proposal on; what must never be is reckoned here, apart from the code that decides."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.holds: set[str] = set()
        self.disputes = 0
        self.needed: dict[tuple[int, int], int] = {}  # proposal and round -> how many had to agree as it was approved
        self.keys: dict[str, tuple[str, str]] = {}
        self.resolved = 0
        self.undone = 0

    def run(self, act: Any) -> Any:
        return self.loop.run_until_complete(act)

    @initialize(people=st.permutations(PEOPLE), undone_by=st.sampled_from((None, *PEOPLE)), minutes=MINUTES)
    def begins(self, people: list[str], undone_by: str | None, minutes: int) -> None:
        self.desk: Desk = self.run(self.stack.enter_async_context(desk_in(Path(self.folder.name))))
        self.run(self.desk.world.decided())
        for person, who in TRADERS.items():
            self.desk.trader(person, who)
        self.actors = {person: self.desk.link(person, "discord", f"d-{person}") for person in PEOPLE}
        self.run(self.desk.world.bet("trader3"))
        if undone_by != "eve":  # so that most of what follows happens to a market that has been resolved or undone
            self.they_agree_and_the_window_passes(people, undone_by, minutes)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.folder.cleanup()

    @property
    def market(self) -> str:
        return self.desk.world.market("reach-85").market_id

    @rule(
        person=st.sampled_from(PEOPLE),
        said=st.sampled_from(("approve", "approve", "approve", "retract", "reject", "ask", "dispute")),
        terminal=st.booleans(),
        again=st.booleans(),
    )
    def says(self, person: str, said: str, terminal: bool, again: bool) -> None:
        actor = Actor("terminal", "op@here", "op@here") if terminal else self.actors[person]
        before = self.desk.world.card()
        asked = self._asked()
        try:
            came = self.run(self.desk.say(person, said, actor=actor, key=f"press-{len(self.keys)}"))
        except Refusal:
            return
        assert person not in self.holds, f"{person} holds shares, and {said} counted"
        if came.card.proposal.state == "approved" and before.proposal.state == "proposed":
            self.needed[came.card.proposal.id, came.card.proposal.round] = asked
        self.disputes += said == "dispute"
        self.keys[f"press-{len(self.keys)}"] = (person, said)
        if again:
            count = len(self.desk.world.card().reviews)
            self.run(self.desk.say(person, said, actor=actor, key=f"press-{len(self.keys) - 1}"))
            assert len(self.desk.world.card().reviews) == count

    def _asked(self) -> int:
        """How many must agree now, by what traders, reviewers and the clock say."""
        live = self.run(self.desk.world.live())
        cheap = live["probability"] < 0.2 and not live["isResolved"] and live["closeTime"] > self.desk.world.clock.ms()
        return LADDER[min(self.disputes + self.undone + cheap, 2)]

    @rule(person=st.sampled_from(sorted(TRADERS)))
    def buys_or_sells(self, person: str) -> None:
        world, who = self.desk.world, TRADERS[person]
        with contextlib.suppress(AssertionError):  # trading is over
            if person in self.holds:
                self.run(world.say(who, f"/v0/market/{self.market}/sell", outcome="NO"))
                self.holds.discard(person)
            else:
                self.run(world.bet(who))
                self.holds.add(person)

    @rule(side=st.sampled_from(("YES", "NO")))
    def the_price_moves(self, side: str) -> None:
        with contextlib.suppress(AssertionError):
            told = {"contractId": self.market, "amount": 2500, "outcome": side}
            self.run(self.desk.world.say("trader3", "/v0/bet", **told))

    @rule()
    def a_holder_objects(self) -> None:
        notices = [one for one in self.run(self.desk.world.comments()) if not one.get("replyToCommentId")]
        if notices:
            told = {"contractId": self.market, "replyToCommentId": notices[-1]["id"], "markdown": "no"}
            self.run(self.desk.world.say("trader3", "/v0/comment", **told))

    @rule(person=st.sampled_from(PEOPLE))
    def somebody_answers(self, person: str) -> None:
        for one in self.desk.world.card().objections:
            if one.answered_at is None:
                with contextlib.suppress(Refusal):
                    self.run(
                        answer(self.desk.around, one.id, actor=self.actors[person], person=person, text="it stands")
                    )
                    assert person not in self.holds

    @rule(hours=st.sampled_from((0.05, 1, 30, 49)))
    def time_passes(self, hours: float) -> None:
        self.desk.world.clock.at += timedelta(hours=hours)

    @rule(people=st.permutations(PEOPLE), undone_by=st.sampled_from((None, *PEOPLE)), minutes=MINUTES)
    def they_agree_and_the_window_passes(self, people: list[str], undone_by: str | None, minutes: int) -> None:
        """The way to a resolution and back, which acts at random would seldom find."""
        self.it_is_looked_at_and_judged()
        for person in people:
            self.says(person, "approve", False, False)
        for hours in (0, 49):
            self.time_passes(hours)
            self.the_resolver_runs(ROUTES[0], HARM[0], False)
            self.somebody_answers("eve")
        if undone_by is not None:
            self.desk.world.clock.at += timedelta(minutes=minutes)
            self.somebody_undoes(undone_by)

    @rule()
    def it_is_looked_at_and_judged(self) -> None:
        self.desk.world.clock.at += timedelta(minutes=1)
        self.desk.world.see()
        self.desk.world.propose("reach-85")

    @rule(route=st.sampled_from(ROUTES), harm=st.sampled_from(HARM), dies=st.booleans())
    def the_resolver_runs(self, route: str, harm: str, dies: bool) -> None:
        if dies:
            self.desk.world.sandbox.faults.add(route, harm, times=1)
            self.run(self._dies())
            self.desk.world.sandbox.faults.clear()
        self._took(self.run(self.desk.world.everything()))

    async def _dies(self) -> None:
        world = self.desk.world

        async def die(seconds: float) -> None:
            raise Died

        async with Manifold(world.url, world.sandbox.accounts["creator"].key, sleep=die) as dying:
            carrier = Carrier(dying, world.platform.account.id, die, world.platform.patience)
            resolver = Resolver(world.store, world.resolver.outbox, carrier)
            with contextlib.suppress(Died):
                self._took(await resolver.announce_all())
                self._took(await resolver.resolve_all())

    def _took(self, steps: list[Stepped]) -> None:
        mine = [one.did for one in steps if one.slug == "reach-85"]
        self.undone += mine.count("undone")
        for each in steps:
            if each.slug == "reach-85" and each.did == "resolved":
                self.resolved += 1
                self._rightly(each.proposal)

    def _rightly(self, number: int) -> None:
        """A resolution that has just been: enough people by the facts of that moment, and nobody left unanswered."""
        there = next(one for one in [self.desk.world.card()] if one.proposal.id == number)
        last = {one.person: one.vote for one in there.reviews}
        votes = list(last.values())
        needed = self.needed[number, there.proposal.round]
        assert votes.count("approve") >= needed + votes.count("reject"), (needed, last)
        assert "ask" not in votes and "dispute" not in votes
        assert all(one.answered_at is not None for one in there.objections)

    @rule(person=st.sampled_from(PEOPLE))
    def somebody_undoes(self, person: str) -> None:
        seen = self.desk.world.card()
        until, at = undo_until(seen), self.desk.world.clock.at
        try:
            said = self.run(undo(self.desk.around, seen.proposal.id, person, "wait", actor=self.actors[person]))
        except Refusal:
            assert until is None or at > until
            return
        assert until is not None and at <= until
        self.undone += said.startswith(f"proposal {seen.proposal.id} undone")

    @invariant()
    def manifold_shows_what_was_decided_once(self) -> None:
        if not hasattr(self, "actors"):
            return
        rows = self.desk.world.resolver.outbox.rows()
        keys = [one.key for one in rows if one.kind in ("resolve", "unresolve", "comment")]
        assert len(keys) == len(set(keys))
        texts = [
            str(one["content"]) for one in self.run(self.desk.world.comments()) if one["userUsername"] == "creator"
        ]
        assert len(texts) == len(set(texts)), "a comment was posted twice"

    @invariant()
    def one_person_has_one_vote_and_everything_verifies(self) -> None:
        if not hasattr(self, "actors"):
            return
        with self.desk.world.store.reading() as connection:
            said = reviews.reviews(connection, self.desk.world.card().proposal, all_rounds=True)
        counted = [(one.round, one.person) for one in said if one.vote in reviews.COUNTED]
        taken_back = [(one.round, one.person) for one in said if one.vote == "retract"]
        assert all(counted.count(each) - taken_back.count(each) in (0, 1) for each in {*counted, *taken_back})
        found = verify(self.desk.world.store)
        assert found.whole, found


FEW = settings(max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))


def test_whoever_does_what_nothing_is_resolved_against_the_rules() -> None:
    run_state_machine_as_test(Reviewed, settings=FEW)
