"""Law 10: every look and every body is on the record, those as well that no decision rests on; a changed one shows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from crux_builders import Crux, World, day, flipped, harm, lived_once, living, verified

from bot.store import record, validators
from bot.store.evidence import Given
from bot.verifying import Verified

RESTORE = "put a copy of the store back with `crux db restore`, then `crux verify`"
LATE = b"name,score,lab\nbase,10.0,south\nlate,99.0,north\n"
LABS = b"key,country\nnorth,Norway\n"


def look(world: World, number: float, source: str, raw: bytes | None, status: int = 200, because: str = "") -> None:
    last = validators(world.store, source)
    given = Given(raw, day(number), status, "e", "m", because)
    record(world.at(number).store, world.loaded.sources[source], given, confirms=last.body if last else None)


async def _lived(path: Path) -> None:
    """Two markets proposed on day 9 upon looks 1 to 3; six looks after that, which nothing rests on.

    4 an import of an earlier day, 5 the same once a reviewer accepted it, 6 a body, 7 a failure, 8 a body of the
    registry that no market reads, 9 a 304.
    """
    async with living(path) as world:
        await world.decided()
        world.back_fill(8, four=("71.0", "south"))
        look(world, 11, "board", LATE)
        look(world, 12, "board", None, 500, "HTTP 500, and no body")
        look(world, 13, "labs", LABS)
        look(world, 14, "board", None, 304)


lived = lived_once(_lived)


def harmed(database: Path, *statements: str, table: str = "snapshots") -> Verified:
    """What verifying finds once somebody with the file has done this to it."""
    harm(database, table, *((statement, ()) for statement in statements))
    return verified(database)


def said(found: Verified) -> list[str]:
    """What it says of the record; the decisions hold, for they rest on none of it."""
    assert not found.broken
    return [link.because for link in found.record]


def test_a_store_that_nobody_touched_verifies_whole(copy: Path) -> None:
    found = verified(copy)
    assert (found.proposals, found.whole) == (2, True), found


CHANGES = {
    "source": "source = 'labs'",
    "seen earlier": "seen_at = seen_at - 1",
    "recorded later": "recorded_at = recorded_at + 1",
    "via": "via = 'import'",
    "status": "status = 203",
    "body": "body = (SELECT body FROM snapshots WHERE id = 2)",
    "no body": "body = NULL",
    "waits": "awaits = 1",
    "etag": "etag = 'f'",
    "last_modified": "last_modified = NULL",
    "url": "url = 'http://127.0.0.1:9/other.csv'",
    "because": "because = 'so'",
    "no text": "because = CAST(x'ff' AS TEXT)",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_look_after_the_last_proposal_of_which_one_field_was_changed_is_named(copy: Path, change: str) -> None:
    told = said(harmed(copy, f"UPDATE snapshots SET {change} WHERE id = 6"))
    source = "labs" if "labs" in change else "board"
    assert f"look 6 at {source} is not what was seen and recorded: {RESTORE}" in told


@pytest.mark.parametrize("number", [4, 5, 7, 8, 9], ids=["waiting", "accepted", "failed", "registry", "unchanged"])
def test_a_look_of_any_kind_moved_in_time_is_named(copy: Path, number: int) -> None:
    (told,) = said(harmed(copy, f"UPDATE snapshots SET seen_at = seen_at - 60000000 WHERE id = {number}"))
    assert told.startswith(f"look {number} at ")


def test_the_last_look_deleted_is_named(copy: Path) -> None:
    assert said(harmed(copy, "DELETE FROM snapshots WHERE id = 9")) == [
        f"look 9 at board is on the record, and gone: {RESTORE}"
    ]


def test_a_look_deleted_at_a_source_that_no_market_reads_is_named_and_its_bytes_with_it(copy: Path) -> None:
    first, second = said(harmed(copy, "DELETE FROM snapshots WHERE id = 8"))
    assert first == f"look 8 at labs is on the record, and gone: {RESTORE}"
    assert second.endswith(f"is on no record: no look gave it; {RESTORE}")


FORGED = (
    "INSERT INTO snapshots SELECT {id}, source, seen_at - 86400000000, recorded_at, via, status, body, awaits, etag, "
    "last_modified, url, because FROM snapshots WHERE id = 6"
)


@pytest.mark.parametrize("number", [0, 10], ids=["first", "last"])
def test_a_forged_look_dated_before_others_is_named(copy: Path, number: int) -> None:
    found = harmed(copy, FORGED.format(id=number))
    assert f"look {number} at board is on no record: nobody looked; {RESTORE}" in [one.because for one in found.record]


def test_a_forged_look_put_in_between_is_named_with_all_that_had_to_move(copy: Path) -> None:
    moved = ("UPDATE snapshots SET id = -id - 1 WHERE id > 5", "UPDATE snapshots SET id = -id WHERE id < 0")
    told = said(harmed(copy, *moved, FORGED.replace("id = 6", "id = 7").format(id=6)))
    wanted = [*(f"look {number} at " for number in (6, 7, 8, 9)), "look 10 at board is on no record"]
    assert [line.startswith(start) for line, start in zip(told, wanted, strict=True)] == [True] * 5


def test_two_looks_whose_times_were_swapped_are_both_named(copy: Path) -> None:
    swap = "(SELECT sum(seen_at) FROM snapshots WHERE id IN (6, 7)) - seen_at"
    told = said(harmed(copy, f"UPDATE snapshots SET seen_at = {swap} WHERE id IN (6, 7)"))
    assert [line.split(" is ")[0] for line in told] == ["look 6 at board", "look 7 at board"]


@pytest.mark.parametrize(("number", "source"), [(6, "board"), (8, "labs"), (4, "board")], ids=["late", "unread", "in"])
def test_a_body_that_no_proposal_rests_on_is_named_once_its_bytes_differ(copy: Path, number: int, source: str) -> None:
    with sqlite3.connect(copy) as connection:
        statement = "SELECT sha256, bytes FROM bodies WHERE sha256 = (SELECT body FROM snapshots WHERE id = ?)"
        body, raw = connection.execute(statement, (number,)).fetchone()
    connection.close()
    harm(copy, "bodies", ("UPDATE bodies SET bytes = ? WHERE sha256 = ?", (flipped(raw), body)))
    found = verified(copy)
    assert [(one.sha256, one.source) for one in found.bodies] == [(body, source)]
    assert (found.broken, found.record) == ((), ())


def test_a_body_that_no_proposal_rests_on_is_named_once_it_is_gone(copy: Path) -> None:
    found = harmed(copy, "DELETE FROM bodies WHERE sha256 = (SELECT body FROM snapshots WHERE id = 8)", table="bodies")
    assert [(one.source, one.because) for one in found.bodies] == [("labs", "they are gone")]


def test_a_body_that_no_look_gave_is_named(copy: Path) -> None:
    assert said(harmed(copy, "INSERT INTO bodies VALUES ('abc', 'raw', x'00')", table="bodies")) == [
        f"body abc is on no record: no look gave it; {RESTORE}"
    ]


def test_an_acceptance_of_an_import_taken_away_or_changed_is_named(copy: Path) -> None:
    (told,) = said(harmed(copy, "UPDATE acceptances SET counted_as = 6", table="acceptances"))
    assert told.startswith("acceptance of snapshot 4, ann is not what the record says: counted_as is 6")
    (told,) = said(harmed(copy, "DELETE FROM acceptances", table="acceptances"))
    assert told == "acceptance of snapshot 4, ann is on the record, and gone from its table"


def test_a_look_cut_away_together_with_its_act_shows_in_the_numbers_of_the_record(copy: Path) -> None:
    harm(copy, "audit", ("DELETE FROM audit WHERE subject = 'snapshot 8'", ()))
    told = said(harmed(copy, "DELETE FROM snapshots WHERE id = 8"))
    assert any(line.endswith("are missing") for line in told), told


DERIVED = {
    "state": ("readings", "UPDATE readings SET state = 'refused' WHERE source = 'labs'", "what was read in labs"),
    "notes": ("readings", "UPDATE readings SET notes = '[7]' WHERE source = 'labs'", "what was read in labs"),
    "no notes": ("readings", "UPDATE readings SET notes = '{' WHERE source = 'labs'", "what was read in labs"),
    "its source": ("readings", "UPDATE readings SET source = 'board' WHERE source = 'labs'", "what was read in board"),
    "its row gone": (
        "reading_rows",
        "DELETE FROM reading_rows WHERE reading = (SELECT id FROM readings WHERE source = 'labs')",
        "what was read in labs",
    ),
    "another row": ("reading_rows", "UPDATE reading_rows SET observation = 1", "what was read in "),
    "cells": ("observations", "UPDATE observations SET cells = '{}' WHERE source = 'labs'", "the row north of labs"),
    "set aside": ("observations", "UPDATE observations SET set_aside = 1 WHERE source = 'labs'", "what was read in la"),
    "no text": (
        "observations",
        "UPDATE observations SET hash = CAST(x'ff' AS TEXT) WHERE source = 'labs'",
        "what was read in the bodies",
    ),
    "span": ("spans", "UPDATE spans SET since = since - 1 WHERE key = 'late'", "what is kept of board over time"),
    "span gone": ("spans", "DELETE FROM spans WHERE key = 'two'", "what is kept of board over time"),
    "its place": ("observations", "UPDATE observations SET source = 'x' WHERE source = 'labs'", "the row north of x"),
    "words": ("readings", "UPDATE readings SET because = 'x' WHERE source = 'labs'", "what was read in labs"),
    "block": ("read_blocks", "UPDATE read_blocks SET canonical = '{}'", "the `read:` block kept as "),
    "ahead": ("timelines", "UPDATE timelines SET last_snapshot = 99 WHERE source = 'labs'", "what is kept of labs"),
    "marker": ("timelines", "UPDATE timelines SET good_seen_at = 1 WHERE source = 'labs'", "what is kept of labs over"),
}


@pytest.mark.parametrize(("table", "change", "start"), DERIVED.values(), ids=DERIVED.keys())
def test_what_was_read_or_told_of_the_bytes_otherwise_than_they_say_is_named(
    copy: Path, table: str, change: str, start: str
) -> None:
    told = said(harmed(copy, change, table=table))
    assert told
    assert all(line.startswith((start, "what is kept of ")) and line.endswith(RESTORE) for line in told), told


def test_what_is_only_derived_and_not_there_is_no_fault(copy: Path) -> None:
    assert harmed(copy, "DELETE FROM spans", table="spans").whole
    assert harmed(copy, "DELETE FROM timelines", table="timelines").whole
    assert harmed(copy, "DELETE FROM readings WHERE source = 'labs'", table="readings").whole


def test_crux_verify_names_the_look_and_exits_1(copy: Path, crux: Crux) -> None:
    crux.set(database_url=f"sqlite:///{copy}")
    assert crux("verify").code == 0
    harm(copy, "snapshots", ("UPDATE snapshots SET seen_at = 1 WHERE id = 7", ()))
    ran = crux("verify")
    assert (ran.code, ran.err) == (1, "")
    assert f": look 7 at board is not what was seen and recorded: {RESTORE}" in ran.out
    ran = crux("verify", "--json")
    assert ran.code == 1
    assert [one["because"][:15] for one in ran.json["record"]] == ["look 7 at board"]
