"""Guards: law 10: a row of the record that was changed, cut out or cut off is found."""

from __future__ import annotations

import pytest
from store_builders import day

from bot.store import Store, audit
from bot.store.audit import BrokenLink


@pytest.fixture
def heads(store: Store) -> list[str]:
    """Five acts on record, and the hash of each."""
    made = []
    for number in range(1, 6):
        with store.transaction() as connection:
            told = {"number": number, "text": "é"}
            made.append(audit.append(connection, at=day(number), actor="ann", act="approve", subject="p", payload=told))
    return made


def tampered(store: Store, *statements: str, heads: list[str] | None = None) -> list[BrokenLink]:
    with store.transaction() as connection:
        for act in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER audit_refuses_{act}")
        for statement in statements:
            connection.exec_driver_sql(statement)
        return list(audit.broken_links(connection, heads or ()))


def test_an_untouched_record_holds(store: Store, heads: list[str]) -> None:
    with store.reading() as connection:
        assert audit.broken_links(connection, heads) == ()
        assert (audit.head(connection), len(audit.acts(connection, subject="p"))) == (heads[-1], 5)


@pytest.mark.parametrize(
    "change",
    ["actor = 'bob'", "act = 'reject'", "at = at + 1", "subject = 'q'", "payload = '{}'", "hash = 'x'"],
)
def test_a_changed_row_is_found(store: Store, heads: list[str], change: str) -> None:
    assert 3 in [link.id for link in tampered(store, f"UPDATE audit SET {change} WHERE id = 3")]


def test_a_row_changed_together_with_its_hash_is_found_at_the_next(store: Store, heads: list[str]) -> None:
    with store.reading() as connection:
        third = audit.acts(connection)[2]
    forged = audit.row_hash(audit.Act(3, third.at, "bob", third.act, third.subject, third.payload, third.prev_hash, ""))
    found = tampered(store, f"UPDATE audit SET actor = 'bob', hash = '{forged}' WHERE id = 3")
    assert [link.id for link in found] == [4]


def test_a_row_cut_out_is_found(store: Store, heads: list[str]) -> None:
    assert tampered(store, "DELETE FROM audit WHERE id = 3") == [BrokenLink(4, "rows 3 to 3 are missing")]


def test_a_row_cut_out_and_the_rest_numbered_anew_is_found(store: Store, heads: list[str]) -> None:
    found = tampered(store, "DELETE FROM audit WHERE id = 3", "UPDATE audit SET id = id - 1 WHERE id > 3")
    assert 3 in [link.id for link in found]


def test_a_tail_cut_off_shows_by_what_a_receipt_says(store: Store, heads: list[str]) -> None:
    found = tampered(store, "DELETE FROM audit WHERE id > 3", heads=[heads[4]])
    assert [link.id for link in found] == [4]
    assert heads[4][:12] in found[0].because
