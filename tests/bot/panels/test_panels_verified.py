"""Law 10 for panels: every answer is counted again from the votes on record, and whatever was changed shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from crux_builders import harm, lived_once, verified
from panel_builders import sitting


async def _lived(path: Path) -> None:
    """One panel answered, another with one vote that nobody may see yet."""
    async with sitting(path) as hall:
        await hall.tend()
        hall.agree("base", "no")
        hall.agree("one", "no")
        hall.later(1).world.see(two=("80.0", "north"))
        await hall.tend()
        hall.vote(hall.card.seats[0], "two")


lived = lived_once(_lived)


def told(database: Path) -> list[str]:
    return [link.because for link in verified(database).record]


def test_what_was_lived_through_is_whole(copy: Path) -> None:
    assert verified(copy).whole


CHANGES = {
    "a vote that is still hidden": (
        "panel_votes", "UPDATE panel_votes SET limbs = replace(limbs, 'yes', 'no') WHERE key = 'two'",
        "panel vote 5 is not what the record says",
    ),
    "a vote that was counted": (
        "panel_votes", "UPDATE panel_votes SET because = 'another reason' WHERE id = 1",
        "panel vote 1 is not what the record says",
    ),
    "a vote that is gone": (
        "panel_votes", "DELETE FROM panel_votes WHERE id = 5", "panel vote 5 is on the record, and gone from its table",
    ),
    "a person put on a seat": (
        "panel_draws", "UPDATE panel_draws SET placed = replace(placed, 'dora', 'zoe') WHERE panel = 1",
        "draw of panel 1, 1 is not what the record says",
    ),
    "fewer who must agree": (
        "panels", "UPDATE panels SET terms = replace(terms, '\"agree\":2', '\"agree\":1')",
        "panel 1 is not what the record says",
    ),
    "another evidence pack": (
        "panels", "UPDATE panels SET pack = replace(pack, '70.5', '99.5')",
        "the evidence pack of panel 1 is not the one that people were shown",
    ),
    "a closed panel opened again": (
        "panels", "UPDATE panels SET state = 'open' WHERE id = 1", "panel 1 is not what the record says",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_behind_the_stores_back_shows(copy: Path, change: str) -> None:
    table, statement, because = CHANGES[change]
    harm(copy, table, (statement, ()))
    assert any(one.startswith(because) for one in told(copy)), told(copy)


async def test_an_answer_that_its_votes_do_not_bear_out_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's program counts wrong, and puts all of it on the record in good order."""
    from bot.review import panel_closing

    honest = panel_closing.body_of
    monkeypatch.setattr(
        panel_closing, "body_of", lambda terms, answers: honest(terms, answers).replace(b'"no"', b'"yes"')
    )
    async with sitting(tmp_path) as hall:
        await hall.tend()
        hall.agree("base", "no")
        hall.agree("one", "no")
        snapshot = hall.card.panel.snapshot
    assert told(tmp_path / "crux.sqlite") == [f"panel 1, draw 1: look {snapshot} does not say what its votes came to"]


async def test_a_look_that_no_panel_gave_shows(tmp_path: Path) -> None:
    from bot.store import record

    async with sitting(tmp_path) as hall:
        [source] = [one for name, one in hall.world.loaded.sources.items() if name.startswith("panel.")]
        raw = json.dumps({"question": source.read.require["question"], "answers": []}).encode()
        made = record(hall.world.store, source, raw, seen_at=hall.world.clock.at, via="panel")
    assert told(tmp_path / "crux.sqlite") == [
        f"look {made.snapshot} is said to be a panel's answer, and no panel gave it"
    ]
