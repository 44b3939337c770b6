"""Law 7 as an invariant: whatever reviewers do in whatever order, a proposal goes on only by the rules, once each."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from crux_builders import BASE, Clock, folder
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from new_stores import new_store

from bot.opening import freeze
from bot.review.desk import Card, card, vote
from bot.store import Store, audit, markets, proposals
from bot.store.reviews import counted
from markets.load import load_debate
from resolvers.errors import Refusal
from resolvers.outcome import Yes
from resolvers.verdict import Step, Verdict

PEOPLE = ("ann", "ben", "cat", "dan")
QUORUM = 2
RISING = (2, 3, 5)
"""How many must agree after no dispute, one, and more."""


class Desk(RuleBasedStateMachine):
    """Four reviewers with cards that may be stale, and a judge who puts disputed proposals to them again."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock(BASE)
        self.store: Store = new_store(Path(self.folder.name) / "crux.sqlite", now=self.clock)
        self.votes: dict[str, str] = {}  # of the present round, what each person last said
        self.spent: set[str] = set()  # who has approved or rejected in it, and not taken it back
        self.asked: set[str] = set()  # who has asked in it
        self.given: dict[str, str] = {}  # what they approved, rejected or took back last
        self.state, self.round, self.disputes = "proposed", 1, 0
        self.held: dict[str, Card] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @initialize()
    def propose(self) -> None:
        spec = load_debate(folder(Path(self.folder.name) / "debate")).markets["reach-85"]
        trace = Step(node="yes", words="", value="true")
        verdict = Verdict(slug=spec.slug, as_of=BASE, state="decided", outcome=Yes(), because="it did", semantics=1,
                          trace=trace)  # fmt: skip
        with self.store.transaction() as connection:
            freeze(connection, spec, BASE)
            market = markets.opened(connection, debate=spec.debate, slug=spec.slug, opening=1, version=spec.version,
                                    market_id="id", url="", type="BINARY", answers={}, at=BASE,
                                    closes_at=spec.closes).id  # fmt: skip
            self.number = proposals.propose(connection, market=market, version=spec.version, verdict=verdict,
                                            last_snapshot=0, at=BASE).id  # fmt: skip
        self.held = dict.fromkeys(PEOPLE, card(self.store, self.number))

    @rule(person=st.sampled_from(PEOPLE))
    def looks(self, person: str) -> None:
        self.held[person] = card(self.store, self.number)

    @rule(person=st.sampled_from(PEOPLE), said=st.sampled_from(("approve", "reject", "ask", "dispute", "retract")))
    def says(self, person: str, said: str) -> None:
        self.clock.at += timedelta(minutes=1)
        seen = self.held[person]
        allowed = (
            (seen.proposal.state, seen.proposal.round) == (self.state, self.round)
            and (self.state == "proposed" or (said == "dispute" and self.state == "approved"))
            and (said in ("dispute", "retract") or person not in self.spent)
            and (said != "retract" or self.given.get(person) == "approve")
        )
        try:
            after = vote(self.store, seen, person=person, said=said, because="as I see it", reviewers=PEOPLE)
        except Refusal:
            assert not allowed, f"{person} should have been let to {said}"
            return
        assert allowed, f"{person} should have been told not to {said}"
        self.asked |= {person} if said == "ask" else set()
        self.votes[person] = "ask" if said == "retract" and person in self.asked else said
        if said in ("approve", "reject", "retract"):
            self.given[person] = said
            (self.spent.discard if said == "retract" else self.spent.add)(person)
        self._expect(said)
        assert (after.proposal.state, after.proposal.round) == (self.state, self.round)

    def _expect(self, said: str) -> None:
        count = list(self.votes.values()).count
        if said == "dispute":
            self.state, self.disputes = "disputed", self.disputes + 1
        elif count("reject") >= QUORUM:
            self.state = "rejected"
        elif not count("ask") and count("approve") >= RISING[min(self.disputes, 2)] + count("reject"):
            self.state = "approved"

    @precondition(lambda self: self.state == "disputed")
    @rule()
    def judged_again(self) -> None:
        self.clock.at += timedelta(minutes=1)
        with self.store.transaction() as connection:
            there = proposals.get(connection, self.number)
            proposals.move(connection, there, "proposed", actor="crux", at=self.clock.at, because="judged again")
        self.state, self.round, self.votes, self.spent = "proposed", self.round + 1, {}, set()
        self.given, self.asked = {}, set()

    @invariant()
    def what_stands_is_what_was_said(self) -> None:
        if not hasattr(self, "number"):
            return
        there = card(self.store, self.number)
        assert (there.proposal.state, there.proposal.round) == (self.state, self.round)
        stands = {one for one in PEOPLE if counted(there.reviews, one) is not None}
        assert stands == self.spent
        with self.store.reading() as connection:
            assert audit.broken_links(connection) == ()


FEW = settings(max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


def test_whatever_reviewers_do_a_proposal_goes_on_only_by_the_rules() -> None:
    run_state_machine_as_test(Desk, settings=FEW)
