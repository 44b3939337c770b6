"""The whole way of a panel: asked, opened, seated, voted on, a snapshot, judged; the last vote changes the verdict."""

from __future__ import annotations

import json

from panel_builders import LIMBS, QUESTION, SLUG, Sitting

from bot.store import bodies, schema
from resolvers.outcome import Yes
from resolvers.rules.panels import source_of
from resolvers.sources.reading import read_body


def body(hall: Sitting, snapshot: int) -> bytes:
    with hall.world.store.reading() as connection:
        sha = connection.execute(schema.snapshots.select().where(schema.snapshots.c.id == snapshot)).one().body
        return bodies.get(connection, sha)


async def test_the_last_vote_changes_the_verdict_and_its_snapshot_is_cited(hall: Sitting) -> None:
    await hall.tend()
    before = hall.verdict
    first, second = hall.card.seats[:2]
    for key in ("base", "one"):
        hall.vote(first, key)
    hall.vote(second, "base", "no")
    hall.vote(hall.card.seats[2], "base", "no")
    assert (hall.card.panel.state, hall.verdict) == ("open", before)
    closed = hall.vote(second, "one")
    hall.later(10)
    after = hall.verdict
    source = source_of(closed.panel.terms).id
    assert (before.state, [ask.keys for ask in before.asks]) == ("pending", [("base", "one")])
    assert (closed.panel.state, closed.panel.closed_at) == ("answered", closed.votes[-1].at)
    assert (after.state, after.outcome, after.asks) == ("decided", Yes(), ())
    cites = [cite for cite in after.citations() if cite.source == source]
    assert {(cite.snapshot, cite.key, cite.column, cite.text) for cite in cites} == {
        (closed.panel.snapshot, "one", "data", "yes"), (closed.panel.snapshot, "one", "free", "yes"),
        (closed.panel.snapshot, "one", "votes", "2 of 3"),
    }  # fmt: skip


async def test_a_snapshot_of_a_panel_is_the_body_that_its_source_reads(hall: Sitting) -> None:
    await hall.tend()
    hall.agree("base", "no")
    hall.agree("one", "yes")
    closed = hall.card.panel
    assert closed.snapshot is not None
    raw, source = body(hall, closed.snapshot), source_of(closed.terms)
    assert json.loads(raw) == {
        "question": QUESTION,
        "answers": [
            {"key": "base", "limbs": dict.fromkeys(LIMBS, "no"), "votes": "2 of 3"},
            {"key": "one", "limbs": dict.fromkeys(LIMBS, "yes"), "votes": "2 of 3"},
        ],
    }
    assert read_body(raw, source.id, source.read).state == "good"
    with hall.world.store.reading() as connection:
        rows = connection.execute(schema.snapshots.select().where(schema.snapshots.c.source == source.id)).all()
    assert [(row.id, row.via, row.awaits) for row in rows] == [(closed.snapshot, "panel", False)]


async def test_a_question_is_opened_once_with_its_rows_and_their_evidence(hall: Sitting) -> None:
    for _ in range(3):
        await hall.tend()
    [panel] = hall.panels()
    assert (panel.slug, panel.keys, panel.state, panel.draw) == (SLUG, ("base", "one"), "open", 1)
    assert [(one.key, one.source, one.cells["score"], one.link) for one in panel.pack] == [
        ("base", "board", "10.0", "http://127.0.0.1:9/scores.csv"), ("one", "board", "70.5", "http://127.0.0.1:9/scores.csv"),
    ]  # fmt: skip
    with hall.world.store.reading() as connection:
        first = connection.execute(schema.snapshots.select()).first()
    assert first is not None
    assert {(one.snapshot, one.sha256, one.first_seen) for one in panel.pack} == {
        (first.id, first.body, "2020-01-06T00:00:00+00:00")
    }


async def test_rows_asked_later_go_to_a_new_panel_and_the_body_keeps_the_old_answers(hall: Sitting) -> None:
    await hall.tend()
    for key in ("base", "one"):
        hall.agree(key, "no")
    hall.later(1).world.see(two=("80.0", "north"))
    await hall.tend()
    second = hall.card.panel
    hall.agree("two")
    assert (second.keys, second.draw, [one.state for one in hall.panels()]) == (("two",), 2, ["answered", "answered"])
    told = json.loads(body(hall, hall.card.panel.snapshot or 0))
    assert [row["key"] for row in told["answers"]] == ["base", "one", "two"]
