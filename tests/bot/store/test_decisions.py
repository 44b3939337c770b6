"""Guards: law 7 (people decide, exactly once), objections that hold, receipts with the head of the record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from store_builders import day, decided, opened, proposed

from bot.review.disputes import last_doubted
from bot.review.doubting import disputes
from bot.store import Store, audit, markets, proposals, resolutions, reviews, verdicts
from bot.store.proposals import Proposal
from resolvers.errors import Refusal
from resolvers.outcome import No, Yes


def step(store: Store, seen: Proposal, to: proposals.ProposalState) -> Proposal:
    with store.transaction() as connection:
        return proposals.move(connection, seen, to, actor="ann", at=day(12), because="so")


def vote(store: Store, seen: Proposal, person: str, said: reviews.Vote = "approve") -> reviews.Review:
    with store.transaction() as connection:
        return reviews.review(connection, seen, person=person, vote=said, because="I looked", at=day(12))


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Let threads act at the same moment; what became of each: `won`, or what it was told."""
    ready, told = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        ready.wait()
        try:
            act()
            told.append("won")
        except Refusal as refusal:
            told.append(str(refusal))

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told, reverse=True)


def test_a_proposal_comes_back_as_it_was_put_down(store: Store) -> None:
    made = proposed(store)
    with store.reading() as connection:
        assert proposals.get(connection, made.id) == made
    assert (made.state, made.round, made.revision, made.outcome) == ("proposed", 1, 0, Yes())
    assert made.verdict == decided()


@pytest.mark.parametrize("round_", range(5))
def test_of_two_clicks_at_once_one_wins_and_the_other_is_told(store: Store, round_: int) -> None:
    seen = proposed(store)
    told = at_once(lambda: step(store, seen, "approved"), lambda: step(store, seen, "disputed"))
    assert told[0] == "won"
    assert "when you looked" in told[1]


def test_of_two_who_resolve_at_once_one_does(store: Store) -> None:
    seen = step(store, step(store, proposed(store), "approved"), "agreed")

    def resolve() -> None:
        with store.transaction() as connection:
            resolutions.begin(connection, seen, intent={"outcome": "YES"}, actor="crux", at=day(13))

    told = at_once(resolve, resolve, resolve)
    assert [one == "won" for one in told] == [True, False, False]


def test_a_person_votes_once_in_a_round(store: Store) -> None:
    seen = proposed(store)
    vote(store, seen, "ann")
    with pytest.raises(Refusal, match="ann has said approve"):
        vote(store, seen, "ann", "reject")


def test_the_same_person_at_two_places_at_once_has_one_vote(store: Store) -> None:
    seen = proposed(store)
    told = at_once(lambda: vote(store, seen, "ann"), lambda: vote(store, seen, "ann"))
    assert told[0] == "won"
    assert "one person, one vote" in told[1]


def test_two_people_at_once_are_both_heard(store: Store) -> None:
    seen = proposed(store)
    assert at_once(lambda: vote(store, seen, "ann"), lambda: vote(store, seen, "bob")) == ["won", "won"]


def test_asking_is_no_vote_and_an_approver_may_still_dispute(store: Store) -> None:
    seen = proposed(store)
    for said in ("ask", "ask", "approve", "dispute"):
        vote(store, seen, "ann", said)  # type: ignore[arg-type]  # a literal
    with store.reading() as connection:
        assert [one.vote for one in reviews.reviews(connection, seen)] == ["ask", "ask", "approve", "dispute"]


def test_a_vote_on_what_has_changed_since_is_refused(store: Store) -> None:
    seen = proposed(store)
    step(store, seen, "disputed")
    with pytest.raises(Refusal, match="is disputed now"):
        vote(store, seen, "ann")


def test_put_to_the_vote_again_everyone_votes_anew(store: Store) -> None:
    first = proposed(store)
    vote(store, first, "ann")
    again = step(store, step(store, first, "disputed"), "proposed")
    vote(store, again, "ann")
    with store.reading() as connection:
        assert (again.round, len(reviews.reviews(connection, again))) == (2, 1)
        assert len(reviews.reviews(connection, again, all_rounds=True)) == 2


@pytest.mark.parametrize(("start", "to"), [("proposed", "agreed"), ("proposed", "resolved"), ("withdrawn", "proposed")])
def test_no_state_is_skipped_and_no_end_undone(
    store: Store, start: proposals.ProposalState, to: proposals.ProposalState
) -> None:
    seen = proposed(store)
    seen = seen if start == "proposed" else step(store, seen, start)
    with pytest.raises(Refusal, match="cannot become"):
        step(store, seen, to)


def test_a_market_has_one_living_proposal_and_a_newer_one_takes_its_place(store: Store) -> None:
    first = proposed(store)
    made = {"market": first.market, "version": first.version, "verdict": decided(outcome=No()), "last_snapshot": 3}
    with store.transaction() as connection, pytest.raises(Refusal, match="must end before"):
        proposals.propose(connection, **made, at=day(12))
    with store.transaction() as connection:
        second = proposals.propose(connection, **made, at=day(12), supersedes=first)
    with store.reading() as connection:
        assert proposals.living(connection, first.market) == second
        assert [one.state for one in proposals.listing(connection)] == ["superseded", "proposed"]
        assert [one.id for one in proposals.listing(connection, states=["proposed"], market=1)] == [second.id]
    assert second.supersedes == first.id


def test_only_a_decided_verdict_is_proposed(store: Store) -> None:
    market = opened(store)
    waiting = decided().model_copy(update={"state": "pending", "outcome": None})
    with store.transaction() as connection, pytest.raises(Refusal, match="only a decided verdict"):
        proposals.propose(connection, market=market, version="v-m", verdict=waiting, last_snapshot=0, at=day(1))


def test_an_objection_stands_once_and_is_answered_once(store: Store) -> None:
    seen = proposed(store)
    with store.transaction() as connection:
        said = {"comment_id": "c1", "by": "trader", "text": "the board was wrong", "at": day(12)}
        made = reviews.objected(connection, seen.id, **said)
        again = reviews.objected(connection, seen.id, **said)
        assert made is not None and again is None
        assert reviews.objections(connection, seen.id, unanswered=True) == (made,)
        reviews.answered(connection, made.id, by="ann", answer="it was put right on Tuesday", at=day(13))
        assert reviews.objections(connection, seen.id, unanswered=True) == ()
        with pytest.raises(Refusal, match="answered by ann"):
            reviews.answered(connection, made.id, by="bob", answer="no", at=day(13))


def test_a_receipt_carries_the_head_of_the_record(store: Store) -> None:
    seen = step(store, step(store, proposed(store), "approved"), "agreed")
    with store.transaction() as connection:
        taken, begun = resolutions.begin(connection, seen, intent={"outcome": "YES"}, actor="crux", at=day(13))
    with store.transaction() as connection:
        done, made = resolutions.finish(connection, taken, receipt={"market": "u"}, actor="crux", at=day(14))
        assert made.receipt == {"market": "u", "audit_head": audit.head(connection)}
        assert audit.broken_links(connection, resolutions.heads(connection)) == ()
    assert (begun.receipt, done.state, done.closed_at, made.done_at) == (None, "resolved", day(14), day(14))


def test_a_resolution_that_manifold_refused_may_be_tried_again(store: Store) -> None:
    seen = step(store, step(store, proposed(store), "approved"), "agreed")
    for number in (1, 2):
        with store.transaction() as connection:
            taken, begun = resolutions.begin(connection, seen, intent={"try": number}, actor="crux", at=day(13))
        seen = step(store, taken, "agreed")
    assert begun.intent == {"try": 2}
    with store.reading() as connection:
        assert len(resolutions.every(connection)) == 1


def test_a_market_is_written_down_once_and_changed_by_whoever_saw_it_last(store: Store) -> None:
    number = opened(store)
    assert opened(store) == number
    with store.transaction() as connection:
        seen = markets.market(connection, number)
        markets.change(connection, seen, act="close", at=day(5), state="closed")
        with pytest.raises(Refusal, match="changed meanwhile"):
            markets.change(connection, seen, act="close", at=day(5), state="resolved")
        assert [one.state for one in markets.every(connection, "d", living=True)] == ["closed"]
        assert markets.find(connection, "d", "nothing") is None


def test_another_market_cannot_take_an_openings_place(store: Store) -> None:
    opened(store)
    with store.transaction() as connection, pytest.raises(Refusal, match="is market id-m already"):
        markets.opened(connection, debate="d", slug="m", opening=1, version="v-m", market_id="other", url="u",
                       type="BINARY", answers={}, at=day(1), closes_at=None)  # fmt: skip


def test_a_kept_verdict_comes_back_until_the_evidence_changes(store: Store) -> None:
    with store.transaction() as connection:
        verdicts.put_many(connection, [("v", "e1", decided())])
        assert verdicts.get_many(connection, {"e1"}, day(10)) == {("v", "e1"): decided()}
        assert verdicts.get_many(connection, {"e2"}, day(10)) == {}
        verdicts.forget(connection)
        assert verdicts.get_many(connection, {"e1"}, day(10)) == {}


@pytest.mark.parametrize("ask", [last_doubted, disputes, lambda c, market: proposals.listing(c, market=market)])
def test_what_is_known_of_one_market_is_found_without_reading_the_proposals_of_others(
    store: Store, ask: Callable[[sa.Connection, int], object]
) -> None:
    """Ten thousand proposals made each card wait for a walk over all of them."""
    asked: list[tuple[str, Any]] = []
    with store.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        ask(connection, 1)
        plans = [str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", of).all()) for sql, of in list(asked)]
    assert plans
    assert not [plan for plan in plans if "SCAN" in plan]
