"""Guards: every decision is derived again from definitions and bytes; what was changed shows."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from crux_builders import BASE, Crux, flipped, harm, lived_once, living, verified

from bot.store import forget_derived, open_store
from bot.verifying import Verified

RESOLVED = ["leader", "reach-85"]


async def _lived(path: Path) -> None:
    """YES and North resolved, on different bodies; a date waits for reviewers, a NO was disputed once."""
    async with living(path) as world:
        await world.decided()
        world.weekly(30).see(three=("94.0", "north"))
        world.weekly(63).see()
        world.propose()
        for slug in RESOLVED:
            world.approve(slug)
        await world.carry_on()
        world.at(65.1)
        assert {one.slug for one in await world.carry_on() if one.did == "resolved"} == set(RESOLVED)


lived = lived_once(_lived)


def one(database: Path, statement: str, *values: object) -> Any:
    with sqlite3.connect(database) as connection:
        found = connection.execute(statement, values).fetchone()
    connection.close()
    return found[0]


def cited(database: Path, slug: str) -> str:
    """The body that a market's proposal rests on."""
    text = one(database, "SELECT p.verdict FROM proposals p JOIN markets m ON m.id = p.market WHERE m.slug = ?", slug)
    bodies = {cite["body"] for cite in _cites(json.loads(text)["trace"])}
    assert len(bodies) == 1
    return bodies.pop()


def _cites(step: Any) -> list[Any]:
    return [*step["cites"], *(cite for inner in step["steps"] for cite in _cites(inner))]


def broken(found: Verified) -> dict[str, str]:
    return {each.slug: each.because for each in found.broken}


def test_what_was_lived_through_verifies_whole(copy: Path) -> None:
    found = verified(copy)
    assert (found.resolutions, found.verified, found.proposals) == (2, 2, 4)
    assert found.whole


def test_with_everything_derived_deleted_it_gives_the_same_counts(lived: Path, copy: Path) -> None:
    store = open_store(copy, now=lambda: BASE)
    forget_derived(store)
    store.close()
    for table in ("readings", "observations", "reading_rows", "timelines", "spans", "verdicts"):
        assert one(copy, f"SELECT count(*) FROM {table}") == 0
    assert verified(copy) == verified(lived)


def test_what_was_read_before_is_not_believed_and_said_to_be_changed(copy: Path) -> None:
    harm(copy, "observations", ("UPDATE observations SET cells = replace(cells, '88.5', '11.5')", ()))
    harm(copy, "spans", ("UPDATE spans SET cells = replace(cells, '88.5', '11.5')", ()))
    found = verified(copy)
    assert (found.resolutions, found.verified, found.broken) == (2, 2, ())
    assert [link.because.split(":")[0] for link in found.record] == [
        "what is kept of board over time is not what its bytes say",
        "the row two of board is not kept as its bytes show it",
    ]


def flip(database: Path, body: str) -> None:
    raw = one(database, "SELECT bytes FROM bodies WHERE sha256 = ?", body)
    harm(database, "bodies", ("UPDATE bodies SET bytes = ? WHERE sha256 = ?", (flipped(raw), body)))


def test_one_flipped_byte_in_a_cited_body_names_just_what_rests_on_it(copy: Path) -> None:
    body = cited(copy, "leader")
    flip(copy, body)
    found = verified(copy)
    assert set(broken(found)) == {"leader", "reach-95"}
    assert all(f"it rests on board {body[:12]}" in because for because in broken(found).values())
    assert [each.sha256 for each in found.bodies] == [body]
    assert (found.resolutions, found.verified) == (2, 1)
    assert [each.slug for each in found.broken if each.resolved] == ["leader"]


def test_a_no_rests_on_every_body_of_its_window_though_it_cites_one(copy: Path) -> None:
    body = cited(copy, "reach-85")
    flip(copy, body)
    found = broken(verified(copy))
    assert set(found) == {"reach-85", "when-80", "reach-95"}
    said = f"without board {body[:12]}, whose bytes are damaged, the bytes say unknown, the proposal NO"
    assert found["reach-95"].startswith(said)


def test_a_cited_body_that_is_gone_is_found(copy: Path) -> None:
    body = cited(copy, "leader")
    harm(copy, "bodies", ("DELETE FROM bodies WHERE sha256 = ?", (body,)))
    found = broken(verified(copy))
    assert found == dict.fromkeys(("leader", "reach-95"), f"it rests on board {body[:12]}: they are gone")


def test_bytes_exchanged_for_others_under_the_same_name_are_found(copy: Path) -> None:
    body, forged = cited(copy, "leader"), b"name,score,lab\nbase,10.0,south\nthree,94.0,south\n"
    values = ("raw", forged, body)
    harm(copy, "bodies", ("UPDATE bodies SET codec = ?, bytes = ? WHERE sha256 = ?", values))
    assert "they hash to" in broken(verified(copy))["leader"]


def test_a_snapshot_moved_in_time_is_found(copy: Path) -> None:
    body = cited(copy, "leader")
    harm(copy, "snapshots", ("UPDATE snapshots SET seen_at = seen_at + 1 WHERE body = ?", (body,)))
    found = broken(verified(copy))
    assert found["leader"] == "the bytes say the same, but not by the trace that is stored"


def test_a_changed_proposal_outcome_is_found(copy: Path) -> None:
    changed = """UPDATE proposals SET outcome = '{"kind":"no"}' WHERE outcome = '{"kind":"yes"}'"""
    harm(copy, "proposals", (changed, ()))
    found = verified(copy)
    assert set(broken(found)) == {"reach-85"}
    assert broken(found)["reach-85"].startswith("the bytes say YES, the proposal NO")
    assert (found.resolutions, found.verified) == (2, 1)


def test_a_changed_resolution_is_found(copy: Path) -> None:
    changed = ("""UPDATE resolutions SET outcome = '{"kind":"no"}' WHERE outcome = '{"kind":"yes"}'""", ())
    harm(copy, "resolutions", changed)
    assert broken(verified(copy)) == {"reach-85": "resolved to NO, proposed was YES"}


def test_a_changed_definition_is_found(copy: Path) -> None:
    changed = ("UPDATE specs SET canonical = replace(canonical, '\"85\"', '\"80\"') WHERE slug = 'reach-85'", ())
    harm(copy, "specs", changed)
    assert broken(verified(copy))["reach-85"].startswith("the stored definition is not the one frozen as")


def test_a_changed_receipt_is_found(copy: Path) -> None:
    harm(copy, "resolutions", ("UPDATE resolutions SET receipt = replace(receipt, 'ann', 'cat')", ()))
    assert broken(verified(copy)) == dict.fromkeys(RESOLVED, "its receipt is not the one on the record")


def test_a_changed_or_added_vote_is_found(copy: Path) -> None:
    harm(copy, "reviews", ("UPDATE reviews SET person = 'cat' WHERE person = 'ben'", ()))
    assert broken(verified(copy)) == dict.fromkeys(RESOLVED, "the votes on it are not those on the record")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE audit SET payload = replace(payload, 'I read it', 'I made it') WHERE act = 'approve'", "was hashed"),
        ("UPDATE audit SET at = at + 1 WHERE id = 3", "its content is not what was hashed"),
        ("DELETE FROM audit WHERE id = 3", "rows 3 to 3 are missing"),
        ("DELETE FROM audit WHERE act = 'receipt'", "are missing"),
    ],
    ids=["payload", "time", "middle", "receipts"],
)
def test_a_changed_or_cut_row_of_the_record_is_found(copy: Path, change: str, said: str) -> None:
    harm(copy, "audit", (change, ()))
    found = verified(copy)
    assert any(said in link.because for link in found.record), found.record
    assert not found.whole


def test_a_cut_end_of_the_record_is_found_by_the_head_in_a_receipt(copy: Path) -> None:
    last = one(copy, "SELECT max(id) FROM audit WHERE act = 'receipt'")
    harm(copy, "audit", ("DELETE FROM audit WHERE id >= ?", (last,)))
    said = [link.because for link in verified(copy).record]
    assert len(said) == 1
    assert said[0].endswith("that a receipt names is gone: the end was cut")


def test_crux_verify_says_so_and_exits_1(copy: Path, crux: Crux) -> None:
    crux.set(database_url=f"sqlite:///{copy}")
    ran = crux("verify", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json == {"resolutions": 2, "verified": 2, "proposals": 4, "broken": [], "bodies": [], "record": []}
    body = cited(copy, "leader")
    flip(copy, body)
    ran = crux("verify", "--json")
    assert ran.code == 1
    assert [(each["slug"], each["resolved"]) for each in ran.json["broken"]] == [("leader", True), ("reach-95", False)]
    assert [each["sha256"] for each in ran.json["bodies"]] == [body]
    ran = crux("verify")
    assert ran.code == 1
    assert "broken: leader" in ran.out
    assert "2 resolutions, 1 verified" in ran.out
