"""Guards: what people did and what was sent is on the record, and no table may say otherwise."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from crux_builders import BASE, REVIEWERS, Crux, World, harm, lived_once, living, verified

from bot.review.desk import answer
from bot.store import audit, open_store, proposals, resolutions
from bot.verifying import verify


async def _lived(path: Path) -> None:
    """reach-85: objected to, answered, resolved; when-80: proposed and no more; the other two opened."""
    async with living(path) as world:
        await world.decided()
        await world.bet("trader1")
        world.approve()
        await world.carry_on()
        await world.reply("trader1", "that row was a typo")
        world.at(20).see()
        await world.carry_on()
        (objection,) = world.card().objections
        answer(world.store, objection.id, person="cat", text="the board still shows it", reviewers=REVIEWERS)
        assert [one.did for one in await world.carry_on()] == ["resolved"]


lived = lived_once(_lived)


def test_what_was_lived_through_verifies_whole(copy: Path) -> None:
    found = verified(copy)
    assert found.whole, found
    assert (found.resolutions, found.verified, found.proposals) == (1, 1, 2)


OF_A_DECISION = {
    "agreed without votes": (
        "UPDATE proposals SET state = 'agreed' WHERE state = 'proposed'",
        "when-80",
        "state is agreed, by the record it is proposed",
    ),
    "resolved made rejected": (
        "UPDATE proposals SET state = 'rejected' WHERE state = 'resolved'",
        "reach-85",
        "state is rejected, by the record it is resolved",
    ),
    "window": (
        "UPDATE proposals SET window_until = window_until - 1 WHERE window_until > 0",
        "reach-85",
        "window_until is 2020-01-16T23:59:59.999999+00:00, by the record",
    ),
    "notice": ("UPDATE proposals SET comment_id = 'x' WHERE id = 1", "reach-85", "comment_id is x, by the record"),
    "round": ("UPDATE proposals SET round = 2 WHERE id = 2", "when-80", "round is 2, by the record it is 1"),
    "revision": ("UPDATE proposals SET revision = 2 WHERE id = 2", "when-80", "revision is 2, by the record it is 0"),
    "proposal deleted": ("DELETE FROM proposals WHERE id = 1", "reach-85", "gone from the proposals"),
    "open proposal deleted": ("DELETE FROM proposals WHERE id = 2", "when-80", "gone from the proposals"),
    "objection deleted": ("DELETE FROM objections", "reach-85", "the objections to it and their answers are not"),
    "answer": ("UPDATE objections SET answer = 'yes'", "reach-85", "the objections to it and their answers are not"),
    "vote's round": ("UPDATE reviews SET round = 2", "reach-85", "the votes on it are not those on the record"),
    "vote's revision": ("UPDATE reviews SET revision = 7", "reach-85", "the votes on it are not those on the record"),
    "vote deleted": ("DELETE FROM reviews WHERE id = 1", "reach-85", "the votes on it are not those on the record"),
    "resolution deleted": ("DELETE FROM resolutions", "reach-85", "gone from the resolutions"),
    "resolution undone": ("UPDATE resolutions SET done_at = NULL", "reach-85", "its resolution's done_at is nothing"),
    "intent": ("UPDATE resolutions SET intent = '{}'", "reach-85", "its resolution's intent is {}"),
    "resolution's market": ("UPDATE resolutions SET market = market % 4 + 1", "reach-85", "its resolution's market is"),
    "market_id": ("UPDATE markets SET market_id = 'x' WHERE slug = 'reach-85'", "reach-85", "its market's market_id"),
    "url": ("UPDATE markets SET url = 'x' WHERE slug = 'when-80'", "when-80", "its market's url is x"),
    "market's state": ("UPDATE markets SET state = 'open'", "reach-85", "its market's state is open, by the record it"),
    "market deleted": ("DELETE FROM markets WHERE slug = 'when-80'", "when-80", "its market, number"),
    "description": (
        "UPDATE specs SET description = replace(description, '85%', '80%') WHERE slug = 'reach-85'",
        "reach-85",
        "the stored description is not the text posted for",
    ),
    "sources": ("UPDATE specs SET sources = '[]' WHERE slug = 'when-80'", "when-80", "other sources are put down"),
    "spec deleted": ("DELETE FROM specs WHERE slug = 'when-80'", "when-80", "that it was frozen as is gone"),
    "looks moved": (
        "UPDATE snapshots SET recorded_at = recorded_at - 1 WHERE id = 1",
        "when-80",
        "the looks at board that it had before it are not those on the record",
    ),
    "via": ("UPDATE snapshots SET via = 'import' WHERE id = 2", "when-80", "the looks at board that it had before it"),
    "look's url": (
        "UPDATE snapshots SET url = 'x' WHERE id = 2",
        "when-80",
        "the looks at board that it had before it",
    ),
    "outcome is garbage": ("UPDATE proposals SET outcome = '{' WHERE id = 2", "when-80", "it cannot be read as it is"),
    "outcome is none": ("UPDATE proposals SET outcome = '[1]' WHERE id = 2", "when-80", "it cannot be read as it is"),
    "verdict is garbage": ("UPDATE proposals SET verdict = '{' WHERE id = 1", "reach-85", "it cannot be read as it is"),
    "receipt is garbage": ("UPDATE resolutions SET receipt = '{'", "reach-85", "its receipt is not the one on the"),
    "outcome is no text": (
        "UPDATE proposals SET outcome = CAST(x'ff' AS TEXT) WHERE id = 2",
        "when-80",
        "it cannot be read as it is stored",
    ),
    "look is no text": (
        "UPDATE snapshots SET body = CAST(x'ff' AS TEXT) WHERE id = 2",
        "when-80",
        "what it rests on cannot be read as it is stored",
    ),
    "instant is garbage": (
        "UPDATE proposals SET as_of = 9000000000000000000 WHERE id = 2",
        "when-80",
        "it cannot be read as it is stored",
    ),
}


@pytest.mark.parametrize(("change", "slug", "said"), OF_A_DECISION.values(), ids=OF_A_DECISION.keys())
def test_what_the_tables_say_of_a_decision_otherwise_than_the_record_is_found(
    copy: Path, change: str, slug: str, said: str
) -> None:
    harm(copy, change.split()[2 if change.startswith("DELETE") else 1], (change, ()))
    found = verified(copy)
    because = {one.slug: one.because for one in found.broken}
    assert said in because[slug]
    assert (found.resolutions, found.proposals) == (1, 2)


OF_THE_REST = {
    "payload": ("UPDATE outbox SET payload = '{}' WHERE kind = 'resolve'", "payload is {}, by the record it is"),
    "payload is garbage": ("UPDATE outbox SET payload = '{' WHERE kind = 'resolve'", "payload is unreadable ('{')"),
    "answer": ("UPDATE outbox SET answer = NULL WHERE kind = 'resolve'", "answer is nothing, by the record it is"),
    "state": ("UPDATE outbox SET state = 'open' WHERE kind = 'resolve'", "state is open, by the record it is done"),
    "mana": ("UPDATE outbox SET mana = '0' WHERE kind = 'create'", "mana is 0, by the record it is"),
    "mana is garbage": ("UPDATE outbox SET mana = 'much' WHERE kind = 'create'", "mana is unreadable ('much')"),
    "outbox row": ("DELETE FROM outbox WHERE kind = 'resolve'", "is on the record, and gone from its table"),
    "ledger row": ("DELETE FROM ledger WHERE id = 1", "is on the record, and gone from its table"),
    "spent": ("UPDATE ledger SET settled_mana = '0' WHERE id = 1", "settled_mana is 0, by the record it is"),
    "unproposed market": ("UPDATE markets SET url = 'x' WHERE slug = 'leader'", "market small/leader, 1 is not what"),
    "its market": ("DELETE FROM markets WHERE slug = 'leader'", "market small/leader, 1 is on the record, and gone"),
    "its definition": ("DELETE FROM specs WHERE slug = 'leader'", "is gone"),
    "market inserted": (
        "INSERT INTO markets SELECT id + 9, debate, 'other', opening, version, 'x', url, type, state, answers, "
        "subsidy_mana, opened_at, closes_at, resolved_at, revision FROM markets WHERE id = 1",
        "market small/other, 1 is on no record",
    ),
}


@pytest.mark.parametrize(("change", "said"), OF_THE_REST.values(), ids=OF_THE_REST.keys())
def test_what_stands_round_the_decisions_otherwise_than_the_record_is_found(copy: Path, change: str, said: str) -> None:
    harm(copy, change.split()[1 if change.startswith("UPDATE") else 2], (change, ()))
    found = verified(copy)
    assert any(said in link.because for link in found.record), found.record


def test_a_proposal_that_nobody_made_is_found(copy: Path) -> None:
    made = (
        "INSERT INTO proposals SELECT id + 9, market + 1, version, semantics, as_of, last_snapshot, state, round, "
        "revision, outcome, verdict, window_until, comment_id, supersedes, created_at, closed_at, proposed_by, second, "
        "facts FROM proposals WHERE id = 1"
    )
    harm(copy, "proposals", (made, ()))
    assert {one.proposal for one in verified(copy).broken} == {10}


def test_a_whole_proposal_deleted_with_all_that_was_said_of_it_is_found(copy: Path) -> None:
    for table in ("reviews", "objections", "resolutions", "proposals"):
        harm(copy, table, (f"DELETE FROM {table} WHERE {'id' if table == 'proposals' else 'proposal'} = 1", ()))
    found = verified(copy)
    assert [(one.slug, one.resolved) for one in found.broken] == [("reach-85", True)]
    assert (found.resolutions, found.verified) == (1, 0)


def rewritten(database: Path, act: str, payload: str) -> None:
    """An act's payload changed and every hash from there on made anew, as somebody with time could."""
    store = open_store(database, now=lambda: BASE)
    with store.reading() as connection:
        acts = audit.acts(connection)
    store.close()
    before, changes = audit.START, []
    for one in acts:
        told = payload if one.act == act else one.payload
        made = audit.row_hash(audit.Act(one.id, one.at, one.actor, one.act, one.subject, told, before, ""))
        changes.append(
            ("UPDATE audit SET payload = ?, prev_hash = ?, hash = ? WHERE id = ?", (told, before, made, one.id))
        )
        before = made
    harm(database, "audit", *changes)


@pytest.mark.parametrize("payload", ["{", "[]", "7", "null", '{"slug":7}', "[" * 100_000])
@pytest.mark.parametrize(
    "act", ["look", "propose", "approve", "agreed", "resolving", "receipt", "open", "outbox-begin"]
)
def test_an_act_that_says_nothing_sensible_is_told_and_ends_nothing(copy: Path, act: str, payload: str) -> None:
    rewritten(copy, act, payload)
    found = verified(copy)
    assert not found.whole
    assert found.record


@pytest.mark.parametrize("payload", ["'{'", "CAST(x'ff' AS TEXT)"])
def test_a_spoilt_payload_is_told_as_a_broken_row_and_not_read(copy: Path, payload: str) -> None:
    harm(copy, "audit", (f"UPDATE audit SET payload = {payload} WHERE act = 'receipt'", ()))
    found = verified(copy)
    assert next(link.because for link in found.record) == "its content is not what was hashed"
    assert [one.because for one in found.broken] == ["its receipt is not the one on the record"]


async def test_a_proposal_made_agreed_by_hand_is_held(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.decided()
        with sqlite3.connect(world.database) as connection:
            connection.execute("UPDATE proposals SET state = 'agreed'")
        connection.close()
        world.at(30)
        assert [(one.did, one.because) for one in await world.carry_on()] == [
            ("held", "2 approvals are missing: look at `crux verify`")
        ] * 2
        assert not (await world.live())["isResolved"]


async def test_an_approved_proposal_without_a_window_is_held(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.decided()
        world.approve()
        with sqlite3.connect(world.database) as connection:
            connection.execute("UPDATE proposals SET state = 'agreed' WHERE state = 'approved'")
        connection.close()
        world.at(30)
        assert [(one.did, one.because) for one in await world.carry_on()] == [
            ("held", "no notice has begun its window: look at `crux verify`")
        ]


def carried(world: World, *, votes: int, wait: bool) -> str:
    """A proposal carried to its resolution through the store alone, past the desk; what verifying says of it."""
    number = world.card().proposal.id
    for person in REVIEWERS[:votes]:
        world.vote(person)
    at, until = world.clock.at, world.clock.at.replace(year=2021)
    with world.store.transaction() as connection:
        there = proposals.get(connection, number)
        if there.state == "proposed":
            there = proposals.move(connection, there, "approved", actor="crux", at=at, because="so")
        there = proposals.move(connection, there, "agreed", actor="crux", at=at, because="so", window_until=until)
        there, _ = resolutions.begin(connection, there, intent={}, actor="crux", at=until if wait else at)
        resolutions.finish(connection, there, receipt={}, actor="crux", at=until)
    (found,) = [one.because for one in verify(world.store).broken if one.proposal == number]
    return found


async def test_a_resolution_without_its_quorum_is_found_though_the_record_has_every_step(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.decided()
        said = carried(world, votes=1, wait=True)
        assert said == "it is resolved, but by the votes of its last round it is waiting"


async def test_a_resolution_inside_its_window_is_found_though_the_record_has_every_step(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.decided()
        assert "inside its window until 2021" in carried(world, votes=2, wait=False)


def test_crux_verify_tells_it_all_in_one_document_and_exits_1(copy: Path, crux: Crux) -> None:
    crux.set(database_url=f"sqlite:///{copy}")
    harm(copy, "outbox", ("UPDATE outbox SET payload = '{', mana = 'x'", ()))
    harm(copy, "proposals", ("UPDATE proposals SET outcome = 'x', verdict = 'y'", ()))
    ran = crux("verify", "--json")
    assert (ran.code, ran.err) == (1, "")
    assert list(ran.json) == ["resolutions", "verified", "proposals", "broken", "bodies", "record"]
    assert {one["slug"] for one in ran.json["broken"]} == {"reach-85", "when-80"}
