"""Guards: lists page through buttons that hold everything themselves, and so outlive a restart."""

from __future__ import annotations

import re

import pytest
from commands_builders import Town
from crux_builders import folder
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards_message import CUSTOM_ID
from bot.discord.pager import FORM, Listed, Turned, _fitting, shown
from markets.fields import utf16
from markets.load import load_debate


@pytest.fixture
async def many(town: Town) -> Town:
    """Twenty more markets, which have not opened."""
    world = town.bot.world
    text = world.folder.joinpath("markets/reach-95.yaml").read_text()
    world.loaded = load_debate(folder(world.folder, {f"markets/more-{n:02}.yaml": text for n in range(20)}))
    await town.index_ready()
    return town


async def test_a_long_list_is_turned_page_by_page_in_place(many: Town) -> None:
    first = await many.slash(many.bob, "market list")
    (message,) = first.messages
    assert "24 in all · page 1 of 3" in message.text
    assert message.disabled_buttons == ["⏮ First", "◀ Back"]
    await many.press(many.bob, first, "Next ▶")
    assert "page 2 of 3" in message.text and message.disabled_buttons == []
    await many.press(many.bob, first, "Last ⏭")
    assert "page 3 of 3" in message.text and message.disabled_buttons == ["Next ▶", "Last ⏭"]
    await many.press(many.bob, first, "⏮ First")
    assert "page 1 of 3" in message.text


async def test_a_list_is_turned_after_a_restart_with_the_query_it_was_made_with(many: Town) -> None:
    first = await many.slash(many.bob, "market list", state="defined")
    (message,) = first.messages
    await many.bot.restart()
    await many.press(many.bob, first, "Next ▶")
    assert "Markets defined" in message.text and "page 2 of 3" in message.text


async def test_only_the_one_who_asked_turns_a_list(many: Town) -> None:
    first = await many.slash(many.bob, "market list")
    (message,) = first.messages
    done = await many.press(many.sue, first, "Next ▶", force=True)
    assert "made for somebody else" in done.text
    assert "page 1 of 3" in message.text


async def test_the_reviewers_queue_is_not_turned_by_others_though_they_forge_the_button(many: Town) -> None:
    first = await many.slash(many.bob, "market list")
    forged = f"p1:n:queue:0:{many.bob.id}::"
    done = await many.bob.press(first, forged, force=True, wait=False)
    for label in ("Next ▶", "Last ⏭"):  # whoever presses later is answered later
        await many.press(many.bob, first, label)
    assert "needs the role" in done.text or done.text == ""
    assert "page 3 of 3" in first.messages[0].text
    assert "P1" not in first.messages[0].text


@given(st.text(max_size=200), st.integers(0, 2**63), st.integers(0, 999_999))
def test_every_button_of_a_list_fits_and_is_read_back_as_it_was_made(query: str, asker: int, page: int) -> None:
    turned = _fitting(Turned("markets", asker, page, "resolved", query))
    for way in "fbnl":
        made = turned.custom_id(way)
        assert utf16(made) <= CUSTOM_ID
        found = re.fullmatch(FORM, made)
        assert found is not None
        assert (found["kind"], int(found["page"]), int(found["asker"])) == ("markets", page, asker)
        assert (found["state"], found["query"]) == ("resolved", turned.query)


async def test_a_page_that_is_gone_shows_the_last_there_is() -> None:
    embed, view = shown(Listed("Things", ["• one", "• two"], "None."), Turned("markets", 1, 7))
    assert (embed.description, embed.footer.text) == ("• one\n• two", "2 in all · page 1 of 1")
    assert view.children == []
