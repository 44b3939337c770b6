"""Guards: laws 8 and 9: a write happens once and is never begun twice; a budget is never exceeded."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from new_stores import new_store
from store_builders import Clock

from bot.store import Store, audit, ledger, open_store
from bot.store.ledger import Budget
from bot.store.outbox import Outbox, TooSoon
from markets.outbox import Entry, Write
from markets.outbox import Outbox as Promised
from resolvers.errors import Refusal

LIMIT = Budget("d", Decimal(1000))


def write(key: str = "create/1", mana: int = 100) -> Write:
    return Write("create", "m", key, {"question": "?"}, Decimal(mana))


def outbox(store: Store, budget: Budget = LIMIT) -> Outbox:
    return Outbox(store, "d", budget)


def mana(store: Store) -> tuple[Decimal, Decimal]:
    """Committed and spent."""
    with store.reading() as connection:
        return ledger.committed_mana(connection, "d"), ledger.spent_mana(connection, "d")


def test_it_is_what_the_markets_ask_for(store: Store) -> None:
    promised: Promised = outbox(store)
    assert promised.begin(write()).fresh


def test_a_write_is_begun_fresh_once_and_found_open_after_that(store: Store) -> None:
    first = outbox(store).begin(write())
    second = outbox(store).begin(write())
    assert (first, second) == (Entry(1, write(), fresh=True), Entry(1, write()))
    assert outbox(store).open_entries() == (second,)
    assert mana(store) == (100, 0)


def test_what_happened_is_found_with_what_was_read_back_and_its_mana_is_spent(store: Store) -> None:
    box = outbox(store)
    box.settle(box.begin(write()), {"market_id": "x", "tags": ("a",)})
    assert box.begin(write()) == Entry(1, write(), found={"market_id": "x", "tags": ["a"]})
    assert (box.open_entries(), mana(store)) == ((), (100, 100))


def test_settling_again_with_the_same_changes_nothing_and_with_another_is_refused(store: Store) -> None:
    box = outbox(store)
    entry = box.begin(write())
    box.settle(entry, {"market_id": "x"})
    box.settle(entry, {"market_id": "x"})
    with pytest.raises(Refusal, match="with another end"):
        box.settle(entry, {"market_id": "y"})
    with pytest.raises(Refusal, match="with another end"):
        box.drop(entry, "no")
    assert mana(store) == (100, 100)


def test_what_was_refused_frees_its_mana_and_may_be_begun_again(store: Store) -> None:
    box = outbox(store)
    box.drop(box.begin(write()), "insufficient balance")
    assert mana(store) == (0, 0)
    again = box.begin(write(mana=120))
    assert (again.fresh, mana(store), [row.attempts for row in box.rows()]) == (True, (120, 0), [2])


def test_what_was_refused_is_begun_ever_more_seldom_and_what_was_never_sent_at_once(store: Store) -> None:
    box = Outbox(store, "d", LIMIT, patient=True)
    spoken = Write("comment", "m", "comment/1", {"markdown": "?"}, Decimal(1))
    for _ in range(9):
        box.drop(box.begin(spoken), "never posted", sent=False)
    for _ in range(3):
        box.drop(box.begin(spoken), "no such market")
    with pytest.raises(TooSoon, match="no such market; refused 3 times, tried again at"):
        box.begin(spoken)
    assert "no such market; refused 3 times" in (box.too_soon(spoken.key) or "")
    typed = outbox(store).begin(spoken)
    assert typed.fresh  # a person who types a command is not kept waiting
    box.drop(typed, "never posted", sent=False)
    assert box.too_soon(spoken.key) is None
    assert box.begin(spoken).fresh


def test_a_refusal_of_before_a_moment_keeps_nothing_waiting_that_came_about_since(store: Store) -> None:
    box = Outbox(store, "d", LIMIT, patient=True)
    spoken = Write("comment", "m", "comment/1", {"markdown": "?"}, Decimal(1))
    for _ in range(3):
        box.drop(box.begin(spoken), "no such market")
    (row,) = box.rows()
    assert row.closed_at is not None
    assert "refused 3 times" in (box.too_soon(spoken.key, row.closed_at) or "")
    assert box.too_soon(spoken.key, row.closed_at + timedelta(seconds=1)) is None
    assert outbox(store).too_soon(spoken.key) is None


def test_entries_come_back_in_the_order_in_which_their_end_was_known(store: Store) -> None:
    box = outbox(store)
    entries = [box.begin(write(f"create/{number}", mana=0)) for number in range(3)]
    for entry in (entries[2], entries[0], entries[1]):
        box.settle(entry, {})
    assert [entry.write.key for entry in box.settled_entries()] == ["create/2", "create/0", "create/1"]


def test_a_key_of_another_debate_or_kind_is_refused(store: Store) -> None:
    outbox(store).begin(write())
    with pytest.raises(Refusal, match="is taken by create of d/m"):
        Outbox(store, "other", LIMIT).begin(write())
    with pytest.raises(Refusal, match="is taken by"):
        outbox(store).begin(Write("comment", "m", "create/1", {}))
    assert Outbox(store, "other", LIMIT).open_entries() == ()


def test_a_budget_refuses_before_anything_is_written(store: Store) -> None:
    box = outbox(store)
    box.begin(write("create/1", 900))
    with pytest.raises(Refusal, match="200 mana more would make 1100 of 1000"):
        box.begin(write("create/2", 200))
    assert [row.key for row in box.rows()] == ["create/1"]
    box.begin(write("create/3", 100))


def test_without_a_limit_spending_is_written_down_all_the_same(store: Store) -> None:
    outbox(store, Budget("d", None)).begin(write(mana=10**9))
    assert mana(store) == (10**9, 0)


def test_part_of_a_mana_is_counted_exactly(store: Store) -> None:
    box = outbox(store, Budget("d", Decimal("0.3")))
    for number in range(3):
        box.begin(Write("fund", "m", f"fund/{number}", {}, Decimal("0.1")))
    with pytest.raises(Refusal):
        box.begin(Write("fund", "m", "fund/3", {}, Decimal("0.01")))


def test_ten_threads_with_the_same_key_begin_it_fresh_once(store: Store) -> None:
    ready, fresh = threading.Barrier(10), []

    def begin() -> None:
        ready.wait()
        fresh.append(outbox(store).begin(write()).fresh)

    threads = [threading.Thread(target=begin) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fresh) == [False] * 9 + [True]
    assert mana(store) == (100, 0)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), limit=st.integers(0, 400), count=st.integers(2, 5))
def test_no_race_and_no_dying_thread_exceeds_a_budget(
    tmp_path_factory: pytest.TempPathFactory, seed: int, limit: int, count: int
) -> None:
    path = tmp_path_factory.mktemp("race") / "s.sqlite"
    store = new_store(path, now=Clock())
    box, most = outbox(store, Budget("d", Decimal(limit))), []

    def spend(chance: random.Random) -> None:
        for _ in range(6):
            key = f"create/{chance.randrange(8)}"
            try:
                entry = box.begin(write(key, chance.randrange(120)))
                end = chance.choice(["settle", "drop", "die", "die"])
                if end == "settle":
                    box.settle(entry, {"key": key})
                elif end == "drop":
                    box.drop(entry, "refused")
            except Refusal:
                continue
            finally:
                most.append(mana(store)[0])

    threads = [threading.Thread(target=spend, args=(random.Random(seed + number),)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= limit
    again = open_store(path, now=Clock())
    open_mana = sum(row.mana for row in outbox(again).rows() if row.state == "open")
    assert mana(again)[0] == mana(again)[1] + open_mana
    with again.reading() as connection:
        assert audit.broken_links(connection) == ()
    again.close()
    store.close()
