"""Guards: panels whose votes stay hidden until they close, and plans approved by their checksum."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from crux_builders import World
from discord_builders import playing, server
from discord_limits import faults
from discord_server import Message

from bot.discord.panel_card import render as render_panel
from bot.discord.plan_card import render as render_plan
from bot.store import plan_cards
from bot.store.plan_cards import PlanCard

sys.path.append(str(Path(__file__).parents[1] / "panels"))
from panel_builders import PEOPLE, sitting  # stands beside the panels' own tests

AT = datetime(2020, 1, 11, tzinfo=UTC)


def everything(message: Message) -> str:
    """All bodies the message ever had, with its files' words."""
    return "\n".join([*map(str, message.versions), str(message.body), str(message.alt_texts)])


async def test_a_panel_is_answered_by_its_seats_and_tells_no_vote_before_it_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting(tmp_path) as hall:
        await hall.tend()
        seat = hall.card.seats[0]
        outsider = next(name for name in PEOPLE if name not in hall.card.seats)
        async with server() as there, playing(hall.world, there, monkeypatch) as bot:
            people = {name: bot.reviewer(name, name) for name in (*hall.card.seats, outsider)}
            card = await there.until(lambda: next(iter(there.channels["review"].messages), None))
            assert card is not None
            assert "Was the row's system built without reward?" in card.text
            refused = await (await people[outsider].press(card, "Answer…")).settled()
            assert f"{outsider} has no seat" in refused.text
            listed = await (await people[seat].press(card, "Answer…")).settled()
            opened = await people[seat].press(listed, listed.messages[0].buttons[0])
            assert opened.modal is not None
            answers = dict.fromkeys(opened.modal.labels[:-1], "no") | {"Why": "the paper says zzyzx"}
            told = await (await people[seat].submit(opened.modal, answers)).settled()
            assert "stays hidden until the panel closes" in told.text
            await bot.settled()
            shown = everything(card) + "".join(one.text for one in there.channels["audit"].messages)
            assert ("zzyzx" in shown, there.problems()) == (False, [])


async def test_every_panel_card_fits_and_shows_votes_only_when_closed(tmp_path: Path) -> None:
    async with sitting(tmp_path) as hall:
        await hall.tend()
        for key in hall.card.panel.keys:
            hall.agree(key)
        card = hall.card
        assert card.votes
        open_again = replace(card, panel=replace(card.panel, closed_at=None, state="open"), votes=())
        shown, hidden = render_panel(card, 5), render_panel(open_again, 5)
        assert [faults(one) for one in (shown, hidden)] == [[], []]
        said = [one["name"] for one in shown.embed["fields"]]
        assert ("Votes" in said, "Votes" in [one["name"] for one in hidden.embed["fields"]]) == (True, False)
        assert (shown.final, shown.mark) == (True, f"Q{card.panel.id} r")


def plan(**more: object) -> PlanCard:
    summary = {"lines": [f"create market-{n} " + "x" * 200 for n in range(200)], "refusals": [], "waiting": ["w" * 900]}
    given = PlanCard(7, "small", "c0ffee" * 8, summary, Decimal(500), "open", None, "", AT, None, None, 0)
    return replace(given, **more)  # type: ignore[arg-type]  # fields by name


def test_a_plan_of_any_size_fits_and_names_its_checksum() -> None:
    made = render_plan(plan(), 5)
    assert faults(made) == []
    assert made.embed["footer"]["text"] == "plan 7 r0 · checksum c0ffeec0ffee"
    assert "more" in made.embed["fields"][0]["value"]
    assert [one.label for one in made.buttons] == ["Approve plan", "Refuse…"]


def test_a_plan_that_breaks_a_limit_cannot_be_approved() -> None:
    made = render_plan(plan(summary={"lines": ["a"], "refusals": ["over the budget"]}))
    assert [one.label for one in made.buttons] == ["Refuse…"]
    assert [render_plan(plan(state=state)).buttons for state in ("approved", "applied", "refused")] == [()] * 3


async def test_a_plan_is_approved_by_two_presses_and_refused_with_a_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.store.transaction() as connection:
        told = {"lines": ["create reach-85"], "refusals": [], "waiting": []}
        plan_cards.put(connection, "small", "ab" * 32, summary=told, cost_mana=Decimal(200), at=world.clock.at)
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, ben = bot.reviewer("ann", "ann"), bot.reviewer("ben", "ben")
        card = await there.until(lambda: next(iter(there.channels["review"].messages), None))
        assert card is not None
        asked = await (await ann.press(card, "Approve plan")).settled()
        assert "`abababababab`: 1 change on Manifold for 200 mana" in asked.text
        opened = await ben.press(card, "Refuse…")
        done = await (await ann.press(asked, "Yes, apply it")).settled()
        late = await (await ben.submit(opened.modal, {"Why": "it is far too much"})).settled()
        assert (done.text, "is approved already by ann" in late.text) == ("Plan abababababab is approved.", True)
        assert "What you wrote:\nit is far too much" in late.text
        await there.until(lambda: "APPROVED" in card.text)
        assert ("plan" in bot.woken, there.problems()) == (True, [])
